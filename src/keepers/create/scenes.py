"""Drawn landscapes for the sample library: no picture of anybody has to be shipped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Pixels = npt.NDArray[np.float32]
Colour = tuple[int, int, int]

WIDTH: Final = 1536
HEIGHT: Final = 1024


@dataclass(frozen=True, slots=True)
class Moment:
    """What changes from one frame of a scene to the next: how far things moved, and camera shake."""

    moved: float = 0.0
    shake: tuple[int, int] = (0, 0)


def draw(scene: str, moment: Moment = Moment()) -> Image.Image:
    """The named scene at a moment, 1536 x 1024; the same arguments give the same picture."""
    rng = np.random.default_rng(sorted(SCENES).index(scene) + 11)
    picture = SCENES[scene](rng, moment.moved)
    grain = rng.normal(0.0, 2.0, (HEIGHT, WIDTH, 1)).astype(np.float32)
    pixels = np.clip(np.asarray(picture, dtype=np.float32) + grain, 0, 255)
    return Image.fromarray(np.roll(pixels, moment.shake, axis=(0, 1)).astype(np.uint8))


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    share = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None] ** 0.8
    rows = np.array(top, dtype=np.float32) * (1 - share) + np.array(bottom, dtype=np.float32) * share
    return Image.fromarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8))


def _noise(rng: np.random.Generator, cells: int) -> Pixels:
    """Smooth noise in 0-1 with detail down to a pixel or two."""
    total = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    weight = 1.0
    while cells < WIDTH:
        small = rng.random((max(2, cells * 2 // 3), cells)).astype(np.float32)
        total += weight * np.asarray(Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
        weight, cells = weight * 0.55, cells * 3
    low, high = float(total.min()), float(total.max())
    return ((total - low) / (high - low)).astype(np.float32)


def _textured(
    picture: Image.Image, mask: Image.Image, colour: Colour, texture: Pixels, depth: float
) -> Image.Image:
    """Fill the mask with a colour that the texture lightens and darkens."""
    shade = 1 + depth * (texture[:, :, None] - 0.5)
    fill = Image.fromarray(np.clip(np.array(colour, dtype=np.float32) * shade, 0, 255).astype(np.uint8))
    return Image.composite(fill, picture, mask)


def _ridge(rng: np.random.Generator, base: float, height: float, waves: float) -> Image.Image:
    """The mask of everything below a mountain line."""
    x = np.linspace(0, 2 * np.pi, WIDTH, dtype=np.float32)
    line = np.zeros(WIDTH, dtype=np.float32)
    for octave in range(6):
        line += np.sin(x * waves * 2**octave + rng.uniform(0, 6.3)) * 0.5**octave
    edge = HEIGHT * (base - height * (line - line.min()) / (line.max() - line.min()))
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    return Image.fromarray(np.clip((rows - edge[None, :]) * 255, 0, 255).astype(np.uint8))


def _below(horizon: float) -> Image.Image:
    mask = Image.new("L", (WIDTH, HEIGHT))
    ImageDraw.Draw(mask).rectangle((0, int(HEIGHT * horizon), WIDTH, HEIGHT), fill=255)
    return mask


def _clouds(picture: Image.Image, rng: np.random.Generator, amount: float) -> Image.Image:
    cover = np.clip((_noise(rng, 4) - (1 - amount)) * 4, 0, 0.9)
    cover *= np.linspace(1, 0, HEIGHT, dtype=np.float32)[:, None]
    return Image.composite(Image.new("RGB", (WIDTH, HEIGHT), (250, 248, 244)), picture, _grey(cover))


def _grey(share: Pixels) -> Image.Image:
    return Image.fromarray((share * 255).astype(np.uint8))


def _disc(picture: Image.Image, at: tuple[float, float], radius: float, colour: Colour) -> None:
    x, y = at
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(picture).ellipse(box, fill=colour)


def _tree(picture: Image.Image, rng: np.random.Generator, x: float, foot: float, tall: float) -> None:
    pen = ImageDraw.Draw(picture)
    pen.rectangle((x - tall / 40, foot - tall / 5, x + tall / 40, foot), fill=(70, 48, 32))
    for layer in range(7):
        y, half = foot - tall * (0.15 + layer * 0.12), tall * (0.26 - layer * 0.034)
        green = int(rng.integers(-14, 14))
        pen.polygon([(x - half, y), (x + half, y), (x, y - tall * 0.24)], fill=(26, 82 + green, 52))
        for _ in range(30):
            dx, dy = rng.uniform(-half, half) * 0.8, rng.uniform(0, tall * 0.1)
            pen.line((x + dx, y - dy, x + dx * 1.05, y - dy + 7), fill=(58, 118 + green, 74), width=2)


def _sail(picture: Image.Image, x: float, y: float, size: float, colour: Colour) -> None:
    pen = ImageDraw.Draw(picture)
    pen.polygon([(x, y - size * 2), (x, y), (x + size, y)], fill=colour)
    pen.polygon([(x - 6, y - size * 1.7), (x - 6, y), (x - size * 0.7, y)], fill=(248, 246, 240))
    pen.polygon(
        [(x - size, y + 8), (x + size * 1.2, y + 8), (x + size * 0.7, y + 40), (x - size * 0.6, y + 40)],
        fill=(92, 44, 38),
    )


def _lake(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _clouds(_sky((62, 122, 196), (206, 226, 240)), rng, 0.55)
    picture = _textured(picture, _ridge(rng, 0.5, 0.34, 1.3), (128, 140, 168), _noise(rng, 12), 0.7)
    picture = _textured(picture, _ridge(rng, 0.56, 0.16, 2.1), (58, 98, 76), _noise(rng, 30), 0.9)
    picture = _textured(picture, _below(0.58), (52, 112, 148), _noise(rng, 16), 0.5)
    _sail(picture, 620 + 160 * moved, 700, 90, (214, 62, 48))
    for x in (90, 220, 1330, 1450):
        _tree(picture, rng, x, 1000, 420 + float(rng.integers(0, 90)))
    return picture


def _beach(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((250, 168, 96), (255, 226, 170))
    _disc(picture, (1080, 380), 110, (255, 246, 208))
    picture = _textured(picture, _below(0.46), (70, 120, 150), _noise(rng, 20), 0.6)
    picture = _textured(picture, _ridge(rng, 0.86, 0.1, 0.6), (226, 190, 134), _noise(rng, 60), 0.4)
    pen = ImageDraw.Draw(picture)
    for number, colour in enumerate([(206, 60, 60), (60, 130, 190), (240, 196, 64)]):
        x = 190 + number * 250 + 14 * moved
        pen.polygon([(x - 110, 830), (x, 740), (x + 110, 830)], fill=colour)
        pen.line((x, 745, x, 960), fill=(96, 72, 54), width=10)
    return picture


def _city(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((10, 14, 44), (74, 52, 98))
    _disc(picture, (300, 190), 70, (240, 236, 214))
    pen = ImageDraw.Draw(picture)
    x = 0
    while x < WIDTH:
        wide, tall = int(rng.integers(70, 170)), int(rng.integers(240, 720))
        pen.rectangle((x, HEIGHT - tall, x + wide, HEIGHT), fill=(24, 24, 40))
        for wx in range(x + 12, x + wide - 16, 26):
            for wy in range(HEIGHT - tall + 16, HEIGHT - 20, 34):
                if rng.random() < 0.5:
                    pen.rectangle((wx, wy, wx + 12, wy + 18), fill=(250, 208, 120))
        x += wide + int(rng.integers(0, 24))
    pen.line((980 + 90 * moved, 90, 1060 + 90 * moved, 130), fill=(255, 255, 255), width=4)
    return picture


def _balloon(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _clouds(_sky((96, 170, 226), (232, 240, 236)), rng, 0.42)
    picture = _textured(picture, _ridge(rng, 0.86, 0.14, 0.9), (126, 166, 74), _noise(rng, 50), 0.7)
    x, y = 760 + 70 * moved, 400 - 60 * moved
    pen = ImageDraw.Draw(picture)
    for stripe in range(9):
        colour = ((222, 60, 58), (250, 204, 70))[stripe % 2]
        half = 230 * (1 - stripe / 9)
        pen.ellipse((x - half, y - 260, x + half, y + 240), fill=colour)
    pen.rectangle((x - 44, y + 300, x + 44, y + 370), fill=(120, 82, 48))
    pen.line((x - 90, y + 200, x - 42, y + 300), fill=(70, 60, 50), width=4)
    pen.line((x + 90, y + 200, x + 42, y + 300), fill=(70, 60, 50), width=4)
    return picture


def _forest(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((196, 214, 204), (226, 232, 214))
    picture = _textured(picture, _below(0.72), (92, 104, 62), _noise(rng, 70), 0.9)
    for row in range(3):
        for x in range(-40, WIDTH + 80, 170 - 20 * row):
            _tree(picture, rng, x + float(rng.integers(-50, 50)), 760 + row * 110, 520 + row * 110)
    _disc(picture, (700 + 60 * moved, 900), 36, (168, 96, 44))
    return picture


def _desert(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((60, 110, 190), (244, 214, 170))
    for number, base in enumerate((0.62, 0.76, 0.95)):
        picture = _textured(
            picture,
            _ridge(rng, base, 0.22, 0.5 + number / 2),
            (224 - 24 * number, 154 - 22 * number, 86),
            _noise(rng, 40),
            0.3,
        )
    pen = ImageDraw.Draw(picture)
    for number in range(5):
        x = 420 + number * 80 + 50 * moved
        pen.ellipse((x - 24, 520, x + 24, 552), fill=(70, 44, 30))
        pen.line((x, 548, x, 590), fill=(70, 44, 30), width=7)
    return picture


def _flowers(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _textured(_sky((60, 100, 50), (110, 150, 70)), _below(0.0), (84, 132, 62), _noise(rng, 24), 0.9)
    for _ in range(26):
        x, y, size = float(rng.uniform(0, WIDTH)), float(rng.uniform(60, HEIGHT)), float(rng.uniform(46, 110))
        colour = ((232, 84, 120), (250, 240, 236), (146, 92, 196), (248, 180, 60))[int(rng.integers(4))]
        for petal in range(8):
            turn = petal * np.pi / 4 + moved * 0.1
            _disc(
                picture,
                (x + size * 0.7 * float(np.cos(turn)), y + size * 0.7 * float(np.sin(turn))),
                size * 0.36,
                colour,
            )
        _disc(picture, (x, y), size * 0.4, (240, 200, 70))
    return picture


def _snow(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((134, 168, 206), (226, 236, 246))
    picture = _textured(picture, _ridge(rng, 0.6, 0.42, 0.8), (238, 242, 250), _noise(rng, 10), 0.45)
    picture = _textured(picture, _below(0.66), (246, 248, 252), _noise(rng, 30), 0.12)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((860, 600, 1180, 780), fill=(124, 76, 50))
    pen.polygon([(820, 610), (1020, 470), (1220, 610)], fill=(250, 252, 255))
    pen.rectangle((985, 680, 1055, 780), fill=(64, 40, 30))
    pen.rectangle((900, 650, 950, 700), fill=(252, 214, 120))
    for x in (120, 330, 520):
        _tree(picture, rng, x + 4 * moved, 860, 400)
    return picture


def _huts(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _clouds(_sky((120, 190, 230), (220, 236, 240)), rng, 0.4)
    picture = _textured(picture, _below(0.8), (216, 196, 150), _noise(rng, 80), 0.5)
    pen = ImageDraw.Draw(picture)
    colours = [(214, 84, 80), (250, 210, 90), (90, 160, 200), (120, 180, 120), (230, 140, 170)]
    for number, colour in enumerate(colours):
        x = 60 + number * 290
        pen.polygon([(x - 14, 500), (x + 120, 360), (x + 254, 500)], fill=(240, 236, 226))
        pen.rectangle((x, 500, x + 240, 830), fill=colour)
        for board in range(x, x + 240, 24):
            pen.line((board, 500, board, 830), fill=tuple(int(part * 0.8) for part in colour), width=3)
        pen.rectangle((x + 80, 600, x + 160, 830), fill=(246, 244, 238))
    _disc(picture, (340 + 120 * moved, 900), 44, (230, 70, 60))
    return picture


def _bridge(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _sky((232, 140, 120), (250, 214, 160))
    picture = _textured(picture, _ridge(rng, 0.62, 0.2, 1.7), (110, 90, 120), _noise(rng, 18), 0.5)
    picture = _textured(picture, _below(0.64), (90, 110, 140), _noise(rng, 24), 0.6)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 600, WIDTH, 636), fill=(150, 50, 40))
    for tower in (380, 1160):
        pen.rectangle((tower - 22, 180, tower + 22, 820), fill=(170, 58, 46))
        for rope in range(-380, 381, 38):
            top = 200 + abs(rope) ** 2 / 380 if abs(rope) < 380 else 600
            pen.line((tower + rope, min(600.0, top), tower + rope, 600), fill=(140, 60, 50), width=4)
    _sail(picture, 700 + 90 * moved, 860, 70, (250, 250, 246))
    return picture


def _lighthouse(rng: np.random.Generator, moved: float) -> Image.Image:
    picture = _clouds(_sky((88, 104, 150), (240, 190, 170)), rng, 0.5)
    picture = _textured(picture, _below(0.7), (44, 84, 110), _noise(rng, 28), 0.8)
    picture = _textured(picture, _ridge(rng, 0.98, 0.26, 0.4), (84, 78, 74), _noise(rng, 36), 0.9)
    pen = ImageDraw.Draw(picture)
    for band in range(8):
        half, y = 74 - band * 4, 800 - band * 72
        pen.polygon(
            [(1180 - half, y), (1180 + half, y), (1180 + half - 4, y - 72), (1180 - half + 4, y - 72)],
            fill=((236, 232, 224), (190, 48, 44))[band % 2],
        )
    pen.rectangle((1140, 170, 1220, 224), fill=(255, 236, 150))
    pen.polygon([(1128, 170), (1180, 110), (1232, 170)], fill=(60, 48, 50))
    pen.polygon([(1140, 196), (0, 60 + 40 * moved), (0, 250 + 40 * moved)], fill=(250, 226, 190))
    return picture


SCENES: Final[dict[str, Callable[[np.random.Generator, float], Image.Image]]] = {
    "balloon": _balloon,
    "beach": _beach,
    "bridge": _bridge,
    "city": _city,
    "desert": _desert,
    "flowers": _flowers,
    "forest": _forest,
    "huts": _huts,
    "lake": _lake,
    "lighthouse": _lighthouse,
    "snow": _snow,
}
