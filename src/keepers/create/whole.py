"""Whole photos in their own colours, to make new pictures of them."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import archive, colour, formats, heif, metadata, raw
from keepers.read.damage import fitting, told_as

Pixels = npt.NDArray[np.uint8]
_REASON = "is damaged: its pixels cannot be decoded"
_ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_SIZE = (0xA002, 0xA003)
#: ExposureTime, FNumber, the sensitivities, the APEX values, ExposureBiasValue, ExposureMode, and the camera's own note.
_EXPOSURE = (0x829A, 0x829D, 0x8827, 0x8831, 0x8832, 0x9201, 0x9202, 0x9203, 0x9204, 0xA402, 0x927C)


@dataclass(frozen=True, slots=True)
class Whole:
    """All pixels of a photo, upright (height x width x 3), in the colours of `profile` (ICC; empty: sRGB).

    `exif` is its block as a JPEG holds it, for an upright picture; `packet` its XMP. Both may be empty.
    """

    pixels: Pixels
    profile: bytes
    exif: bytes
    packet: bytes


def read(path: str) -> Whole:
    """Decode a photo of this machine; UnreadableError where it is none, or is damaged, OSError where it is gone."""
    with archive.opened(path) as opened:
        data = opened.file.read()
    form = formats.sniff(data[:4096], path)
    if form is None or form.kind is not Kind.PHOTO:
        raise UnreadableError("is no picture")
    facts = metadata.facts(data, form)
    fitting(facts.width, facts.height)
    with told_as(_REASON):
        if form.raw:
            return Whole(raw.developed_whole(data), b"", b"", b"")
        picture = heif.picture(data) if form.name in {"heic", "avif"} else Image.open(io.BytesIO(data))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        profile, packet = picture.info.get("icc_profile"), picture.info.get("xmp")
        exif = upright.getexif()
        exif[_ORIENTATION] = 1
        # Profiles of grey or CMYK pixels say nothing of what these become.
        own = bytes(profile) if isinstance(profile, bytes) and picture.mode in {"RGB", "RGBA"} else b""
        pixels = np.asarray(colour.flat(upright).convert("RGB"))
        return Whole(pixels, own, exif.tobytes(), packet if isinstance(packet, bytes) else b"")


def blended(exif: bytes, width: int, height: int) -> bytes:
    """An Exif block for what was made of several photos: another size, and no exposure, which it has none of."""
    if not exif:
        return b""
    block = Image.Exif()
    block.load(exif)
    inside = block.get_ifd(_EXIF_IFD)
    for tag in _EXPOSURE:
        inside.pop(tag, None)
    for tag, value in zip(_SIZE, (width, height), strict=True):
        if tag in inside:
            inside[tag] = value
    return block.tobytes()
