"""Photos made worse by program: what a judge must put behind the photo that it was made of.

The eight of sharpness are those that decided which measure Keepers takes: blur alone, blur that noise or light hides, a
sharp photo that is darker than the blurred one, and coarse JPEG. Two of exposure and a cut face are for the judge as a whole.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture], Picture]
Rect = tuple[float, float, float, float]

#: Photos are scaled down to this before, so that a blur of so many pixels is alike in all.
LONG_SIDE: Final = 1024
#: What the coding of sRGB comes to.
GAMMA: Final = 2.2
#: The share of a face that is left when the edge cuts it.
LEFT_OVER: Final = 0.75


def same(picture: Picture) -> Picture:
    """Give the photo as it is."""
    return picture


def defocused(sigma: float) -> Change:
    """Blur by a Gaussian of so many pixels."""

    def change(picture: Picture) -> Picture:
        return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(sigma)))

    return change


def moved(pixels: int) -> Change:
    """Blur by a motion of so many pixels to the side."""

    def change(picture: Picture) -> Picture:
        before = pixels // 2
        wide = np.pad(picture, ((0, 0), (before, pixels - before - 1), (0, 0)), mode="edge")
        total = np.zeros(picture.shape, np.float32)
        for shift in range(pixels):
            total += wide[:, shift : shift + picture.shape[1]]
        return _whole(total / pixels)

    return change


def noisy(picture: Picture) -> Picture:
    """Add grain of 8 of 255; the same grain at every run."""
    random = np.random.default_rng(picture.size)
    return _whole(picture + 8 * random.standard_normal(picture.shape, np.float32))


def lit(factor: float) -> Change:
    """Multiply the coded values."""

    def change(picture: Picture) -> Picture:
        return _whole(picture.astype(np.float32) * np.float32(factor))

    return change


def exposed(stops: float) -> Change:
    """Expose by so many stops more: the light of an sRGB picture is multiplied."""

    def change(picture: Picture) -> Picture:
        codes = np.arange(256) / 255
        light = np.clip(codes**GAMMA * 2.0**stops, 0, 1)
        return _whole(255 * light ** (1 / GAMMA))[picture]

    return change


def coarse(quality: int) -> Change:
    """Save as JPEG of that quality."""

    def change(picture: Picture) -> Picture:
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality)
        return np.asarray(Image.open(buffer).convert("RGB"))

    return change


def both(first: Change, second: Change) -> Change:
    """Do one after the other."""
    return lambda picture: second(first(picture))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of one photo, of which the better one is known."""

    name: str
    worse: Change
    better: Change = same


SHARPNESS: Final = (
    Pair("out of focus, sigma 1", defocused(1)),
    Pair("out of focus, sigma 2", defocused(2)),
    Pair("moved by 7 px", moved(7)),
    Pair("moved by 13 px", moved(13)),
    Pair("sigma 2 and noise", both(defocused(2), noisy)),
    Pair("sigma 2 and brighter", both(defocused(2), lit(1.3))),
    Pair("sigma 2 beside a darker sharp one", defocused(2), lit(0.6)),
    Pair("JPEG of quality 20", coarse(20)),
)
EXPOSURE: Final = (
    Pair("two stops too dark", exposed(-2)),
    Pair("two stops too bright", exposed(2)),
)


def cut_through(picture: Picture, face: Rect) -> Picture:
    """Crop the photo so that its left edge cuts a face (fractions: x, y, width, height)."""
    left = int((face[0] + (1 - LEFT_OVER) * face[2]) * picture.shape[1])
    return np.ascontiguousarray(picture[:, left:])


def fitted(picture: Image.Image, long_side: int = LONG_SIDE) -> Picture:
    """Give the colours of a photo, upright and no larger than so many pixels."""
    rgb = ImageOps.exif_transpose(picture).convert("RGB")
    rgb.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return np.asarray(rgb)


def _whole(values: npt.NDArray[Any]) -> Picture:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
