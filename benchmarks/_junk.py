"""Draws what the suggestions are to find: screenshots, receipts, pages, memes, and photos that went wrong."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import _papers as papers
import _screens as screens
import numpy as np
from _lettering import font, sentence
from PIL import Image, ImageDraw, ImageFilter


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its bytes, its name, and what it is (empty: a normal photo)."""

    data: bytes
    name: str
    kind: str
    style: str


def cases(photo: Image.Image, seed: str) -> Iterator[Case]:
    """One case of each style, made with this photo."""
    rng = random.Random(seed)
    for style, (kind, make) in STYLES.items():
        image, form, camera = make(photo, rng)
        yield Case(
            _encoded(image, form, rng, camera=camera), f"{rng.getrandbits(40):010x}.{form}", kind, style
        )


def _encoded(image: Image.Image, form: str, rng: random.Random, *, camera: bool) -> bytes:
    exif = Image.Exif()
    if camera:
        exif[0x010F], exif[0x0110] = "Keepers", "Test Camera"
        exif.get_ifd(0x8769)[0x829A] = 0.01
    data = io.BytesIO()
    if form == "png":
        image.save(data, "PNG", compress_level=1)
    else:
        image.save(data, "JPEG", quality=rng.randint(72, 92), exif=exif)
    return data.getvalue()


# ---------------------------------------------------------------- memes


def banded(photo: Image.Image, rng: random.Random) -> Image.Image:
    width = rng.choice((640, 800, 1080))
    inner = photo.resize((width, max(200, width * photo.height // photo.width)))
    size = width // rng.randint(14, 20)
    lines = rng.randint(1, 3)
    band = lines * size * 5 // 4 + size * 3 // 2
    ground, ink = rng.choice((("white", "black"), ("black", "white")))
    above, below = rng.choice(((True, False), (True, True), (False, True)))
    image = Image.new("RGB", (width, inner.height + band * (above + below)), ground)
    image.paste(inner, (0, band if above else 0))
    draw = ImageDraw.Draw(image)
    for there, top in ((above, 0), (below, image.height - band)):
        for line in range(lines if there else 0):
            draw.text((size, top + size * 3 // 4 + line * size * 5 // 4), sentence(rng, 4), ink, font(size))
    return image


def lettered(photo: Image.Image, rng: random.Random) -> Image.Image:
    width = rng.choice((640, 800, 1080))
    image = photo.resize((width, max(300, width * photo.height // photo.width)))
    draw = ImageDraw.Draw(image)
    size = width // rng.randint(9, 13)
    for top in (size // 3, image.height - size * 3 // 2):
        words = sentence(rng, 3).upper()
        left = max(4, (width - draw.textlength(words, font=font(size))) / 2)
        draw.text(
            (left, top), words, "white", font(size), stroke_width=max(2, size // 12), stroke_fill="black"
        )
    return image


# ---------------------------------------------------------------- photos that went wrong


def _camera_size(photo: Image.Image) -> Image.Image:
    scale = 1600 / max(photo.size)
    return photo.resize(
        (max(1, round(photo.width * scale)), max(1, round(photo.height * scale))), Image.Resampling.LANCZOS
    )


def _grained(image: Image.Image, rng: random.Random, deviation: float) -> Image.Image:
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, deviation, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image, np.float32) + grain, 0, 255).astype(np.uint8))


def defocused(photo: Image.Image, rng: random.Random) -> Image.Image:
    return _grained(_camera_size(photo).filter(ImageFilter.GaussianBlur(rng.uniform(5, 12))), rng, 2)


def soft(photo: Image.Image, rng: random.Random) -> Image.Image:
    return _grained(_camera_size(photo).filter(ImageFilter.GaussianBlur(3.3)), rng, 2)


def moved(photo: Image.Image, rng: random.Random) -> Image.Image:
    image = np.asarray(_camera_size(photo), np.float32)
    length, turn = rng.uniform(30, 70), rng.uniform(0, 3.14)
    total = np.zeros_like(image)
    steps = np.linspace(-length / 2, length / 2, int(length))
    for step in steps:
        total += np.roll(image, (round(step * np.sin(turn)), round(step * np.cos(turn))), (0, 1))
    return _grained(Image.fromarray((total / len(steps)).astype(np.uint8)), rng, 2)


def _exposed(photo: Image.Image, stops: float) -> Image.Image:
    """The photo as it were with more or less light, through the sRGB curve."""
    linear = (np.asarray(photo, np.float32) / 255) ** 2.2 * 2.0**stops
    return Image.fromarray((np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))


def dark(photo: Image.Image, rng: random.Random) -> Image.Image:
    return _grained(_exposed(_camera_size(photo), -rng.uniform(4.5, 7)), rng, 2)


def blown(photo: Image.Image, rng: random.Random) -> Image.Image:
    return _exposed(_camera_size(photo), rng.uniform(7, 9))


def pocket(photo: Image.Image, rng: random.Random) -> Image.Image:
    """A lens cap, a pocket, a finger: next to nothing, in one colour, with grain."""
    tone = rng.choice(((3, 3, 4), (12, 6, 5), (70, 22, 14), (30, 28, 30)))
    image = Image.new("RGB", _camera_size(photo).size, tone)
    return _grained(image, rng, 5)


Made = tuple[Image.Image, str, bool]


def _as(
    make: Callable[[Image.Image, random.Random], Image.Image], form: str, *, camera: bool
) -> Callable[..., Made]:
    def made(photo: Image.Image, rng: random.Random) -> Made:
        return make(photo, rng).convert("RGB"), form, camera

    return made


def _sent(make: Callable[[Image.Image, random.Random], Image.Image]) -> Callable[..., Made]:
    """As a messenger sends it: smaller, JPEG."""

    def made(photo: Image.Image, rng: random.Random) -> Made:
        image = make(photo, rng)
        image.thumbnail((1280, 1280), Image.Resampling.LANCZOS)
        return image.convert("RGB"), "jpg", False

    return made


def _paper(
    make: Callable[[random.Random], Image.Image],
) -> Callable[[Image.Image, random.Random], Image.Image]:
    return lambda photo, rng: papers.on_table(make(rng), photo, rng)


STYLES: dict[str, tuple[str, Callable[[Image.Image, random.Random], Made]]] = {
    "chat": ("screenshot", _as(screens.chat, "png", camera=False)),
    "settings": ("screenshot", _as(screens.settings, "png", camera=False)),
    "article": ("screenshot", _as(screens.article, "png", camera=False)),
    "desktop": ("screenshot", _as(screens.desktop, "png", camera=False)),
    "chat, sent": ("screenshot", _sent(screens.chat)),
    "article, sent": ("screenshot", _sent(screens.article)),
    "page on a table": ("document", _as(_paper(papers.page), "jpg", camera=True)),
    "receipt on a table": ("receipt", _as(_paper(papers.receipt), "jpg", camera=True)),
    "caption in a band": ("meme", _as(banded, "jpg", camera=False)),
    "outlined caption": ("meme", _as(lettered, "jpg", camera=False)),
    "defocused": ("blurred", _as(defocused, "jpg", camera=True)),
    "softer than a screen": ("blurred", _as(soft, "jpg", camera=True)),
    "moved": ("blurred", _as(moved, "jpg", camera=True)),
    "underexposed": ("dark", _as(dark, "jpg", camera=True)),
    "overexposed": ("overexposed", _as(blown, "jpg", camera=True)),
    "lens cap, pocket": ("blank", _as(pocket, "jpg", camera=True)),
}
