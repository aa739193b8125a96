"""Whatever mode a picture has, as 8-bit grey or RGB on white; in bands, so that memory stays small."""

import io
from collections.abc import Callable
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

Pixels = npt.NDArray[np.uint8]
_BAND_PIXELS: Final = 4_000_000
_CLEAR: Final = frozenset(("RGBA", "LA", "PA", "RGBa", "La"))
# Exif orientation -> how the stored rows and columns become the upright ones.
_TURNS: Final[dict[int, Callable[[Pixels], Pixels]]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels[::-1].swapaxes(0, 1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels[:, ::-1].swapaxes(0, 1),
}


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Apply an Exif orientation (1-8) to rows and columns."""
    turn = _TURNS.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def reduced(picture: Image.Image, factor: int, mode: str) -> Pixels:
    """Average blocks of `factor` x `factor` pixels into grey ("L") or colour ("RGB")."""
    picture.load()
    width, height = picture.size
    rows = max(1, _BAND_PIXELS // (width * factor)) * factor
    bands: list[Pixels] = []
    for top in range(0, height, rows):
        whole = top == 0 and rows >= height
        band = picture if whole else picture.crop((0, top, width, min(top + rows, height)))
        plain = flat(band)
        plain = plain if plain.mode == mode else plain.convert(mode)
        bands.append(np.asarray(plain.reduce(factor) if factor > 1 else plain))
    return bands[0] if len(bands) == 1 else np.concatenate(bands)


def flat(picture: Image.Image) -> Image.Image:
    """A picture as 8-bit L or RGB; what is transparent becomes white."""
    mode = picture.mode
    if mode in {"L", "RGB"} and "transparency" not in picture.info:
        return picture
    if mode in _CLEAR or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, clear).convert("RGB")
    if mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(np.asarray(picture)))
    if mode == "LAB":
        return _from_lab(picture)
    return picture.convert("L" if mode == "1" else "RGB")


def _eight_bits(values: npt.NDArray[np.generic]) -> Pixels:
    """16-bit grey loses its low byte; other depths are stretched from 0 to their largest value."""
    if values.dtype.itemsize == 2:
        high: Pixels = (values.astype(np.uint16) >> 8).astype(np.uint8)
        return high
    numbers = np.nan_to_num(values.astype(np.float32))
    most = float(numbers.max(initial=0.0))
    scale = 1.0 if 1 < most < 256 else 255.0 / 65535 if 256 <= most < 65536 else 255.0 / max(most, 1e-9)
    stretched: Pixels = np.clip(numbers * scale, 0, 255).astype(np.uint8)
    return stretched


def _profile(name: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _from_lab(picture: Image.Image) -> Image.Image:
    lab, srgb = _profile("LAB"), _profile("sRGB")
    turned = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    return picture.getchannel(0) if turned is None else turned


def to_srgb(pixels: Pixels, profile: bytes) -> Pixels:
    """Convert RGB pixels from their ICC profile; a profile that is broken or no RGB one changes nothing."""
    if not profile or b"sRGB" in profile[:512]:
        return pixels
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = _profile("sRGB")
        turned = ImageCms.profileToProfile(Image.fromarray(pixels), source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return pixels
    return pixels if turned is None else np.asarray(turned)
