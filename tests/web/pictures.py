"""A small library with every kind of group, cheap to make: what the page is tested on."""

import io
from datetime import timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

from tests.cli.world import TAKEN, jpeg, picture, put

SIZE = (480, 320)


def make(folder: Path) -> None:
    """Two pairs of equal files, a version in small, the same pixels once more, two bursts of three, one photo alone."""
    for seed in (1, 2):
        data = jpeg(picture(seed, SIZE), TAKEN + timedelta(days=seed))
        put(folder / f"camera/IMG_{seed}.jpg", data)
        put(folder / f"backup/IMG_{seed}.jpg", data)
    small = picture(1, SIZE).resize((240, 160))
    put(folder / "phone/IMG-WA1.jpg", jpeg(small, quality=70))
    image = picture(3, SIZE)
    put(folder / "camera/IMG_3.png", _png(image, "as it came"))
    put(folder / "camera/IMG_3 (1).png", _png(image, "with other words"))
    for number, start in ((1, 10), (2, 20)):
        burst(folder / f"burst{number}", 50 + number, start)
    put(folder / "alone.jpg", jpeg(picture(9, SIZE), TAKEN + timedelta(days=90)))


def burst(folder: Path, seed: int, day: int) -> None:
    """Three frames within three seconds, the second of them the sharpest."""
    pixels = np.asarray(picture(seed, SIZE))
    for frame in range(3):
        moved = Image.fromarray(np.roll(pixels, 2 * frame, axis=1))
        image = moved if frame == 1 else moved.filter(ImageFilter.GaussianBlur(1.5 + frame / 2))
        at = TAKEN + timedelta(days=day, seconds=frame)
        put(folder / f"DSC_{seed}{frame}.jpg", jpeg(image, at), at)


def _png(image: Image.Image, words: str) -> bytes:
    info = PngInfo()
    info.add_text("Comment", words)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
