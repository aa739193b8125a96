"""HEIC and HEIF through libheif, which hands out pixels upright, the file's own rotation applied."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.read.damage import told_as

Bytes = bytes | memoryview
_REASON: Final = "is damaged: its header cannot be read"
#: A thumbnail of another shape than the picture (letterboxed by old cameras) is no small copy of it.
_SAME_SHAPE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says before anything is decoded; about 1 ms."""

    width: int
    height: int
    frames: int
    mode: str
    exif: bytes
    xmp: bytes
    profile: bytes


def _opened(data: Bytes, *, eight_bits: bool = True) -> Any:  # noqa: ANN401  # pillow_heif has no full types
    import pillow_heif  # noqa: PLC0415 (its codecs take 40 ms to load, and many libraries hold JPEGs only)

    return pillow_heif.open_heif(bytes(data), convert_hdr_to_8bit=eight_bits)  # pyright: ignore[reportUnknownMemberType]


def _blob(found: object) -> bytes:
    return found if isinstance(found, bytes) else b""


def header(data: Bytes) -> Header:
    """Read size, frames and metadata; UnreadableError where the file is no HEIF."""
    with told_as(_REASON):
        file = _opened(data)
        (width, height), info = file.size, file.info
        return Header(
            width, height, len(file), str(file.mode),
            exif=_blob(info.get("exif")), xmp=_blob(info.get("xmp")), profile=_blob(info.get("icc_profile")),
        )  # fmt: skip


def thumbnail(data: Bytes, short: int) -> Image.Image | None:
    """The smallest embedded thumbnail whose short side suffices; None where there is none that decodes."""
    first = _opened(data)[0]
    shape = first.size[0] / first.size[1]
    for _, index in sorted((side, index) for index, side in enumerate(first.info.get("thumbnails", ()))):
        try:
            small = first.get_thumbnail(index)
            width, height = small.size
            if min(width, height) >= short and abs(width / height / shape - 1) < _SAME_SHAPE:
                found: Image.Image = small.to_pillow()
                return found
        except (ValueError, RuntimeError, EOFError, SyntaxError, OSError):
            continue
    return None


def picture(data: Bytes) -> Image.Image:
    """Decode the primary picture, 8 bits deep."""
    found: Image.Image = _opened(data)[0].to_pillow()
    return found


def frames(data: Bytes) -> Iterator[tuple[npt.NDArray[np.generic], bytes]]:
    """Decode every top-level picture at its own depth, with its colour profile."""
    for frame in _opened(data, eight_bits=False):
        yield np.asarray(frame), _blob(frame.info.get("icc_profile"))
