"""Upright pixels, as few as the question needs: grey for fingerprints, colour for faces and pages."""

import re
from typing import Final

import numpy as np
from PIL import Image

from keepers.errors import UnreadableError
from keepers.model import Facts
from keepers.read import colour, damage, exif, heif, jpeg, jxl, raw, turbo
from keepers.read.colour import Pixels
from keepers.read.damage import fitting, told_as
from keepers.read.digests import full_pixel_digest, pixel_digest
from keepers.read.formats import Format

__all__ = ["full_pixel_digest", "pixel_digest", "scaled_grey", "upright_rgb"]

Bytes = bytes | memoryview
#: The short side that fingerprints need; a JPEG is decoded at the smallest eighth that still has it.
SHORT_SIDE: Final = 64
_REASON: Final = "is damaged: its pixels cannot be decoded"
#: What libjpeg says where coded data are missing or wrong; its other warnings leave every pixel right.
_WRONG: Final = re.compile(r"premature end|bad huffman|bad arithmetic|instead of RST", re.IGNORECASE)


def scaled_grey(data: Bytes, fmt: Format, facts: Facts) -> Pixels:
    """Decode the upright picture to grey, as small as its short side of 64 pixels allows.

    UnreadableError where pixels are missing or wrong: a file that was cut short is never half a photo.
    """
    fitting(facts.width, facts.height)
    with told_as(_REASON):
        if fmt.raw:
            return _raw(data, SHORT_SIDE, "L")
        if fmt.name == "jpeg":
            found = jpeg.structure(data)
            turn = exif.orientation(jpeg.exif(data, found))
            return colour.upright(grey_of_jpeg(data, found), turn)
        return _other(data, fmt, SHORT_SIDE, "L")


def grey_of_jpeg(data: Bytes, found: jpeg.Jpeg) -> Pixels:
    """Decode a JPEG whose structure is known already, as it lies in the file; see `scaled_grey`."""
    with told_as(_REASON):
        return _jpeg_grey(data, found)


def upright_rgb(data: Bytes, fmt: Format, facts: Facts, long_side: int) -> Pixels:
    """Decode the upright picture in sRGB on white, its long side at most `long_side`."""
    fitting(facts.width, facts.height)
    short = max(1, long_side * min(facts.width, facts.height) // max(facts.width, facts.height))
    with told_as(_REASON):
        if fmt.raw:
            pixels = _raw(data, short, "RGB")
        elif fmt.name == "jpeg":
            pixels = _jpeg_rgb(data, short)
        else:
            pixels = _other(data, fmt, short, "RGB")
        return _resized(pixels, long_side)


def _resized(pixels: Pixels, long_side: int) -> Pixels:
    height, width = pixels.shape[:2]
    if max(height, width) <= long_side:
        return np.ascontiguousarray(pixels)
    scale = long_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _factor(width: int, height: int, short: int) -> int:
    """How many pixels a side become one, as a JPEG decoder would: 8 at most."""
    return max(1, min(8, min(width, height) // max(1, short)))


# ---------------------------------------------------------------- JPEG


def _jpeg_grey(data: Bytes, found: jpeg.Jpeg) -> Pixels:
    if not found.plain:
        return _drafted(data, SHORT_SIDE, "L")
    if found.progressive:
        data = _first_scan(data, found)
    return _decoded(data, found, "GRAY", SHORT_SIDE)


def _first_scan(data: Bytes, found: jpeg.Jpeg) -> Bytes:
    """A progressive file up to its first scan, which holds 1/8 of the picture: 5 to 12 times faster."""
    coded = jpeg.coded(data, found)
    if coded.end < 0 and not coded.complete:
        raise UnreadableError("is cut short: its last scans are missing")
    if coded.end < 0 or min(found.width, found.height) < 8 * SHORT_SIDE:
        return data
    return bytes(data[: jpeg.first_scan_end(data, found)]) + jpeg.EOI


def _decoded(data: Bytes, found: jpeg.Jpeg, space: str, short: int) -> Pixels:
    shorter = min(found.width, found.height)
    least = min(1.0, short / shorter)
    high, wide = (max(1, int(side * least)) for side in (found.height, found.width))
    try:
        pixels = turbo.decoded(data, space, high, wide)
    except ValueError as error:
        pixels = _second_look(data, str(error), space, (high, wide), short)
    return pixels


def _second_look(data: Bytes, words: str, space: str, least: tuple[int, int], short: int) -> Pixels:
    """Libjpeg was not content: tell a missing end marker and harmless oddities from missing pixels."""
    if words.startswith("Premature end"):
        try:
            return turbo.decoded(bytes(data) + jpeg.EOI, space, *least)
        except ValueError:
            raise UnreadableError("is cut short: part of its picture data is missing") from None
    if _WRONG.search(words):
        raise UnreadableError(f"{_REASON} ({words})")
    return _drafted(data, short, "L" if space == "GRAY" else "RGB")


def _drafted(data: Bytes, short: int, mode: str) -> Pixels:
    """JPEG kinds that libjpeg-turbo's simple interface does not take, CMYK above all: through Pillow."""
    with damage.picture(data, ("JPEG",)) as picture:
        factor = _factor(*picture.size, short)
        picture.draft(picture.mode, (picture.width // factor, picture.height // factor))
        return colour.reduced(picture, 1, mode)


def _jpeg_rgb(data: Bytes, short: int) -> Pixels:
    found = jpeg.structure(data)
    # A profile belongs to the colours as they are coded: CMYK is converted by Pillow without one.
    icc = jpeg.profile(data, found) if found.components == 3 else b""
    pixels = _decoded(data, found, "RGB", short) if found.plain else _drafted(data, short, "RGB")
    return colour.upright(colour.to_srgb(pixels, icc), exif.orientation(jpeg.exif(data, found)))


# ---------------------------------------------------------------- all others


def _other(data: Bytes, fmt: Format, short: int, mode: str) -> Pixels:
    if fmt.name == "heic":
        return _heif(data, short, mode)
    jxl.available(fmt.name)
    with damage.picture(data, fmt.pillow) as picture:
        icc = picture.info.get("icc_profile", b"") if mode == "RGB" else b""
        pixels = colour.reduced(picture, _factor(*picture.size, short), mode)
        turn = picture.getexif().get(0x0112, 1)
    if isinstance(icc, bytes):
        pixels = colour.to_srgb(pixels, icc)
    return colour.upright(pixels, turn if isinstance(turn, int) else 1)


def _heif(data: Bytes, short: int, mode: str) -> Pixels:
    """The smallest thumbnail that suffices (5 ms instead of 277), else the picture; both come upright."""
    header = heif.header(data)
    picture = heif.thumbnail(data, short) or heif.picture(data)
    pixels = colour.reduced(picture, _factor(*picture.size, short), mode)
    return colour.to_srgb(pixels, header.profile) if mode == "RGB" else pixels


def _raw(data: Bytes, short: int, mode: str) -> Pixels:
    """The embedded preview, about 100 times cheaper than developing, which is done only without one."""
    pixels = _from_preview(data, short, mode)
    if pixels is not None and min(pixels.shape[:2]) >= min(short, SHORT_SIDE):
        return pixels
    whole = Image.fromarray(raw.developed(data))
    return colour.reduced(whole, _factor(*whole.size, short), mode)


def _from_preview(data: Bytes, short: int, mode: str) -> Pixels | None:
    found = raw.preview(data)
    if found is None:
        return None
    try:
        with told_as(_REASON):
            pixels = _preview(found.picture, short, mode)
    except UnreadableError:
        return None
    # Some makers store the preview upright already: then turning it would lay it down.
    width, height = raw.size(data)
    stands = (pixels.shape[0] > pixels.shape[1]) == (height > width)
    return pixels if stands and found.orientation in {6, 8} else colour.upright(pixels, found.orientation)


def _preview(picture: bytes | Pixels, short: int, mode: str) -> Pixels:
    if isinstance(picture, bytes):
        found = jpeg.structure(picture)
        if not found.plain:
            return _drafted(picture, short, mode)
        return _decoded(picture, found, "GRAY" if mode == "L" else "RGB", short)
    bitmap = Image.fromarray(picture)
    return colour.reduced(bitmap, _factor(*bitmap.size, short), mode)
