"""Draws what the suggestions are to find: screenshots, receipts, pages, memes, and photos that went wrong."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

WORDS = [
    "milk",
    "bread",
    "apples",
    "total",
    "cash",
    "change",
    "table",
    "garden",
    "station",
    "ticket",
    "number",
    "street",
    "morning",
    "coffee",
    "paper",
    "order",
    "water",
    "please",
    "thank",
    "you",
    "meeting",
    "today",
    "tomorrow",
    "when",
    "where",
    "because",
    "house",
    "train",
    "window",
    "letter",
    "contract",
    "party",
    "section",
    "general",
    "terms",
    "payment",
    "within",
    "days",
    "account",
    "holiday",
    "weather",
    "photo",
    "answer",
    "question",
    "really",
    "great",
    "sure",
    "later",
]
PHONES = ((1170, 2532), (1080, 2400), (750, 1334), (1284, 2778), (1440, 3120))
DESKS = ((1920, 1080), (2560, 1440), (1366, 768))


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


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8, size))


def _sentence(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize()


def _fill(photo: Image.Image, width: int, height: int) -> Image.Image:
    scale = max(width / photo.width, height / photo.height)
    sized = photo.resize((max(width, round(photo.width * scale)), max(height, round(photo.height * scale))))
    return sized.crop((0, 0, width, height))


# ---------------------------------------------------------------- screenshots


def _theme(rng: random.Random) -> tuple[str, str, str]:
    return rng.choice((("white", "black", "#e9e9ec"), ("#121212", "#f0f0f0", "#2c2c2e"), ("#f2f2f7", "#1c1c1e", "white"),
                       ("#0b141a", "#e9edef", "#202c33")))  # fmt: skip


def _status(draw: ImageDraw.ImageDraw, width: int, unit: int, ink: str, rng: random.Random) -> None:
    draw.text((unit, unit // 2), f"{rng.randint(0, 23)}:{rng.randint(10, 59)}", ink, _font(unit))
    draw.rectangle((width - 3 * unit, unit // 2, width - unit, unit * 5 // 4), outline=ink, width=3)
    draw.rectangle((width - 3 * unit, unit // 2, width - 2 * unit, unit * 5 // 4), fill=ink)


def chat(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    draw.rectangle((0, 0, width, 5 * unit), fill=soft)
    _status(draw, width, unit, ink, rng)
    draw.text((3 * unit, 3 * unit), _sentence(rng, 2), ink, _font(unit * 5 // 4))
    top = 6 * unit
    while top < height - 5 * unit:
        lines = rng.randint(1, 4)
        mine = rng.random() < 0.5
        wide = rng.randint(9, 19) * unit
        left = width - wide - unit if mine else unit
        high = lines * unit * 3 // 2 + unit
        colour = rng.choice(("#0a84ff", "#d9fdd3", "#005c4b")) if mine else soft
        if rng.random() < 0.15:
            image.paste(_fill(photo, wide, wide * 3 // 4), (left, top))
            high = wide * 3 // 4
        else:
            draw.rounded_rectangle((left, top, left + wide, top + high), unit, fill=colour)
            for line in range(lines):
                draw.text((left + unit // 2, top + unit // 2 + line * unit * 3 // 2), _sentence(rng, wide // unit // 4),
                          ink, _font(unit))  # fmt: skip
        top += high + unit
    draw.rounded_rectangle((unit, height - 4 * unit, width - unit, height - 2 * unit), unit, fill=soft)
    return image


def settings(photo: Image.Image, rng: random.Random) -> Image.Image:  # noqa: ARG001 (all are called alike)
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), soft)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    _status(draw, width, unit, ink, rng)
    draw.text((unit, 3 * unit), _sentence(rng, 1), ink, _font(2 * unit))
    for row, top in enumerate(range(7 * unit, height - 3 * unit, 3 * unit)):
        if row % rng.randint(4, 6) == 0:
            continue
        draw.rectangle((unit, top, width - unit, top + 3 * unit - 2), fill=ground)
        draw.rounded_rectangle((2 * unit, top + unit // 2, 4 * unit, top + 5 * unit // 2), 9,
                               fill=rng.choice(("red", "green", "orange", "blue", "gray")))  # fmt: skip
        draw.text((5 * unit, top + unit), _sentence(rng, rng.randint(1, 3)), ink, _font(unit * 5 // 4))
    return image


def article(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(PHONES)
    ground, ink, soft = _theme(rng)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    unit = width // 26
    draw.rectangle((0, 0, width, 4 * unit), fill=soft)
    _status(draw, width, unit, ink, rng)
    high = width * rng.randint(5, 8) // 10
    image.paste(_fill(photo, width, high), (0, 4 * unit))
    top = 5 * unit + high
    draw.text((unit, top), _sentence(rng, 4), ink, _font(2 * unit))
    for line in range(top + 4 * unit, height - 3 * unit, unit * 8 // 5):
        draw.text((unit, line), _sentence(rng, 7), ink, _font(unit))
    return image


def desktop(photo: Image.Image, rng: random.Random) -> Image.Image:
    width, height = rng.choice(DESKS)
    ground, ink, soft = _theme(rng)
    image = _fill(photo, width, height).filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    unit = height // 45
    draw.rectangle((0, height - 2 * unit, width, height), fill=soft)
    left, top = width // rng.randint(8, 20), height // rng.randint(9, 20)
    right, bottom = width - left, height - 4 * unit
    draw.rectangle((left, top, right, bottom), fill=ground)
    draw.rectangle((left, top, right, top + 2 * unit), fill=soft)
    draw.rectangle((left, top, left + (right - left) // 5, bottom), fill=soft)
    for line in range(top + 3 * unit, bottom - unit, unit * 3 // 2):
        draw.text((left + unit, line), _sentence(rng, 2), ink, _font(unit * 4 // 5))
        if rng.random() < 0.8:
            draw.text(
                (left + (right - left) // 4, line),
                _sentence(rng, rng.randint(3, 10)),
                ink,
                _font(unit * 4 // 5),
            )
    return image


# ---------------------------------------------------------------- paper


def _lines(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], unit: int, rng: random.Random) -> None:
    left, top, right, bottom = box
    for line in range(top, bottom, unit * 8 // 5):
        if rng.random() < 0.12:
            continue
        text = ""
        while draw.textlength(f"{text} wwww", font=_font(unit)) < (right - left) * rng.uniform(0.85, 1.0):
            text = f"{text} {rng.choice(WORDS)}"
        draw.text((left, line), text.strip(), "#222222", _font(unit))


def _page(rng: random.Random) -> Image.Image:
    width, height = 1240, 1754
    paper = Image.new("RGB", (width, height), rng.choice(("white", "#fbfaf5", "#f3efe2")))
    draw = ImageDraw.Draw(paper)
    unit = rng.choice((20, 24, 28))
    draw.text((120, 110), _sentence(rng, 4), "black", _font(2 * unit))
    _lines(draw, (120, 260, width - 120, height - 140), unit, rng)
    return paper


def _receipt(rng: random.Random) -> Image.Image:
    width, height = 560, rng.randint(1100, 1700)
    paper = Image.new("RGB", (width, height), rng.choice(("white", "#f6f6f2", "#efeee8")))
    draw = ImageDraw.Draw(paper)
    draw.text((120, 40), _sentence(rng, 2).upper(), "#222222", _font(40))
    top = 160
    while top < height - 260:
        draw.text((40, top), _sentence(rng, 2), "#333333", _font(26))
        draw.text((width - 130, top), f"{rng.randint(0, 40)}.{rng.randint(0, 99):02d}", "#333333", _font(26))
        top += 40
        if rng.random() < 0.1:
            top += 30
    draw.text((40, height - 230), "TOTAL", "black", _font(44))
    draw.text((width - 190, height - 230), f"{rng.randint(10, 200)}.00", "black", _font(44))
    at = 80
    while at < width - 80:
        wide = rng.choice((2, 4, 6))
        draw.rectangle((at, height - 150, at + wide, height - 50), fill="black")
        at += wide + rng.choice((3, 5, 7))
    return paper


def _on_table(paper: Image.Image, photo: Image.Image, rng: random.Random) -> Image.Image:
    """The paper as a camera sees it lie: in perspective, under uneven light, a little soft."""
    width, height = (1536, 2048) if rng.random() < 0.7 else (2048, 1536)
    ground = _fill(photo, width, height).filter(ImageFilter.GaussianBlur(rng.choice((0, 6, 14))))
    ground = ImageEnhance.Brightness(ground).enhance(rng.uniform(0.35, 0.75))
    scale = rng.uniform(0.72, 0.97) * min(width / paper.width, height / paper.height)
    wide, high = paper.width * scale, paper.height * scale
    turn = rng.uniform(-0.22, 0.22)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        dx = x * wide / 2 * rng.uniform(0.9, 1.04)
        dy = y * high / 2 * rng.uniform(0.9, 1.04)
        corners.append(
            (
                width / 2 + dx * np.cos(turn) - dy * np.sin(turn),
                height / 2 + dx * np.sin(turn) + dy * np.cos(turn),
            )
        )
    source = ((0, 0), (paper.width, 0), (paper.width, paper.height), (0, paper.height))
    across = _homography(corners, source)
    seen = paper.transform((width, height), Image.Transform.PERSPECTIVE, across, Image.Resampling.BICUBIC)
    mask = Image.new("L", paper.size, 255).transform((width, height), Image.Transform.PERSPECTIVE, across)
    ground.paste(seen, (0, 0), mask)
    down, right = np.mgrid[0:height, 0:width]
    falls = rng.uniform(0, 6.28)
    light = rng.uniform(0.7, 1.0) + rng.uniform(0, 0.22) * (
        np.cos(falls) * (right / width - 0.5) + np.sin(falls) * (down / height - 0.5)
    )
    warm = np.array((1.0, rng.uniform(0.9, 1.0), rng.uniform(0.72, 1.0)))
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 5), (height, width, 1))
    lit = np.asarray(ground, np.float32) * light[..., None] * warm + grain
    made = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    return made.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))


def _homography(to: list[tuple[float, float]], source: tuple[tuple[int, int], ...]) -> list[float]:
    rows: list[list[float]] = []
    right: list[float] = []
    for (x, y), (u, v) in zip(to, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(right))]


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
            draw.text((size, top + size * 3 // 4 + line * size * 5 // 4), _sentence(rng, 4), ink, _font(size))
    return image


def lettered(photo: Image.Image, rng: random.Random) -> Image.Image:
    width = rng.choice((640, 800, 1080))
    image = photo.resize((width, max(300, width * photo.height // photo.width)))
    draw = ImageDraw.Draw(image)
    size = width // rng.randint(9, 13)
    for top in (size // 3, image.height - size * 3 // 2):
        words = _sentence(rng, 3).upper()
        left = max(4, (width - draw.textlength(words, font=_font(size))) / 2)
        draw.text(
            (left, top), words, "white", _font(size), stroke_width=max(2, size // 12), stroke_fill="black"
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
    return lambda photo, rng: _on_table(make(rng), photo, rng)


STYLES: dict[str, tuple[str, Callable[[Image.Image, random.Random], Made]]] = {
    "chat": ("screenshot", _as(chat, "png", camera=False)),
    "settings": ("screenshot", _as(settings, "png", camera=False)),
    "article": ("screenshot", _as(article, "png", camera=False)),
    "desktop": ("screenshot", _as(desktop, "png", camera=False)),
    "chat, sent": ("screenshot", _sent(chat)),
    "article, sent": ("screenshot", _sent(article)),
    "page on a table": ("document", _as(_paper(_page), "jpg", camera=True)),
    "receipt on a table": ("receipt", _as(_paper(_receipt), "jpg", camera=True)),
    "caption in a band": ("meme", _as(banded, "jpg", camera=False)),
    "outlined caption": ("meme", _as(lettered, "jpg", camera=False)),
    "defocused": ("blurred", _as(defocused, "jpg", camera=True)),
    "softer than a screen": ("blurred", _as(soft, "jpg", camera=True)),
    "moved": ("blurred", _as(moved, "jpg", camera=True)),
    "underexposed": ("dark", _as(dark, "jpg", camera=True)),
    "overexposed": ("overexposed", _as(blown, "jpg", camera=True)),
    "lens cap, pocket": ("blank", _as(pocket, "jpg", camera=True)),
}
