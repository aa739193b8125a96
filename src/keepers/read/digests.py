"""Digests that are equal only where the decoded pixels are: of coded JPEG data, or of decoded pixels."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from blake3 import blake3
from PIL import Image

from keepers.read import colour, damage, exif, heif, jpeg, jxl, turbo
from keepers.read.damage import told_as
from keepers.read.formats import Format

Bytes = bytes | memoryview
#: Digests of other versions of this method must never be equal to ours.
_CONTEXT: Final = "keepers decoded pixels 1"


def pixel_digest(data: Bytes, fmt: Format) -> str:
    """Hash what decides the pixels of a JPEG, in about the time of the hash; empty for other formats.

    Equal digests prove equal pixels, depth, orientation and colour profile; different ones prove nothing.
    """
    if fmt.name != "jpeg":
        return ""
    with told_as("is damaged"):
        found = jpeg.structure(data)
        return jpeg.digest(data, found, exif.orientation(jpeg.exif(data, found)))
    return ""


def small_digest(data: Bytes, fmt: Format) -> str:
    """Hash a JPEG as it is at an eighth of its size, where each block is one pixel; empty for other formats.

    Different digests refute equal pixels: two JPEGs have them where their coefficients are equal, as a lossless optimiser
    leaves them. (Coefficients that differ and come to equal pixels are possible only in pictures that are all but blank.)
    """
    if fmt.name != "jpeg":
        return ""
    with told_as("is damaged: its pixels cannot be decoded"):
        found = jpeg.structure(data)
        try:
            pixels = turbo.decoded(data, "GRAY", 1, 1)
        except ValueError:
            return ""
        pixels = colour.upright(pixels, exif.orientation(jpeg.exif(data, found)))
        return (
            "small:"
            + blake3(f"{pixels.shape};".encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()
        )
    return ""


def full_pixel_digest(data: Bytes, fmt: Format) -> str:
    """Decode every frame and hash size, depth, upright pixels and colour profile; empty for RAW.

    Equal across formats: a PNG made of the decoded pixels of a JPEG has the digest of the JPEG. Empty, too,
    where the decoder hands out fewer bits than the file holds: a copy of 8 bits is not one of 16.
    """
    if fmt.raw:
        return ""
    hasher = blake3(derive_key_context=_CONTEXT)
    with told_as("is damaged: its pixels cannot be decoded"):
        for frame in _frames(data, fmt):
            if frame is None:
                return ""
            pixels, profile = frame
            hasher.update(f"{pixels.dtype.str} {pixels.shape} {len(profile)};".encode())
            hasher.update(profile)
            hasher.update(np.ascontiguousarray(pixels).data.cast("B"))
    return hasher.hexdigest()


def _frames(data: Bytes, fmt: Format) -> Iterator[tuple[npt.NDArray[np.generic], bytes] | None]:
    """Each frame with its profile; None for one that is deeper than what the decoder would give."""
    if fmt.name == "heic":
        for pixels, profile in heif.frames(data):
            yield _least(pixels), profile
        return
    jxl.available(fmt.name)
    with damage.picture(data, fmt.pillow) as picture:
        for number in range(int(getattr(picture, "n_frames", 1))):
            picture.seek(number)
            damage.fitting(*picture.size)
            if _is_deeper(picture, data, fmt):
                yield None
                return
            picture.load()
            # Asked after loading, for Pillow turns TIFF upright by itself and then takes the tag away.
            turn = picture.getexif().get(0x0112, 1)
            pixels = colour.upright(np.asarray(_expanded(picture)), turn if isinstance(turn, int) else 1)
            yield _least(pixels), bytes(picture.info.get("icc_profile") or b"")


def _is_deeper(picture: Image.Image, data: Bytes, fmt: Format) -> bool:
    """Whether Pillow, which has no colours of more than 8 bits, drops some of what the file holds."""
    if fmt.name == "jxl":
        # Its plug-in never tells the depth of the file.
        return True
    if fmt.name == "avif":
        # The third byte of AV1CodecConfigurationRecord (AV1-ISOBMFF 2.3.3): seq_tier_0, high_bitdepth, ...
        at = bytes(data).find(b"av1C")
        return at < 0 or len(data) < at + 7 or bool(data[at + 6] & 0x40)
    if picture.mode.startswith(("I", "F")):
        return False
    tiles: Sequence[Sequence[object]] = getattr(picture, "tile", ())
    return any(";16" in str(tile[3]) for tile in tiles)


def _expanded(picture: Image.Image) -> Image.Image:
    if "transparency" in picture.info or picture.mode in {"PA", "LA", "La", "RGBa"}:
        return picture.convert("RGBA")
    if picture.mode == "P":
        return picture.convert("RGB")
    return picture.convert("L") if picture.mode == "1" else picture


def _least(pixels: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """The fewest channels that say the same: an opaque alpha and grey written three times are dropped."""
    if pixels.ndim != 3:
        return pixels
    if pixels.shape[2] in {2, 4} and pixels.dtype == np.uint8 and bool((pixels[:, :, -1] == 255).all()):
        pixels = pixels[:, :, :-1]
    if pixels.shape[2] == 3 and bool((pixels[:, :, :1] == pixels[:, :, 1:]).all()):
        pixels = pixels[:, :, :1]
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
