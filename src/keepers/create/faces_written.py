"""Write a photo in which faces were mended: as a JPEG with all that the photo says of itself."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.create import composite
from keepers.create.whole import Whole

Pixels = npt.NDArray[np.uint8]

_EXIF_IFD: Final = 0x8769
#: The camera's own note holds offsets into the file that it was written to.
_NOTE: Final = 0x927C


def jpeg(pixels: Pixels, source: Whole, parts: Sequence[str]) -> bytes:
    """A JPEG of quality 95, full colour resolution, with the profile, the Exif and the XMP of its source.

    It is one exposure as before, so what the Exif says of that stays. The XMP says that it is a composite, and of which
    photos: `parts` are their names.
    """
    out = io.BytesIO()
    Image.fromarray(pixels).save(
        out, "JPEG", quality=composite.QUALITY, subsampling=0, optimize=True, icc_profile=source.profile or None,
        exif=_exif(source.exif), xmp=composite.packet(source.packet, parts),
    )  # fmt: skip
    return out.getvalue()


def pixels_of(data: bytes) -> Pixels:
    """What a reader will see of such a JPEG, in its own colours."""
    return np.asarray(Image.open(io.BytesIO(data), formats=["JPEG"]).convert("RGB"))


def _exif(block: bytes) -> bytes:
    if not block:
        return b""
    exif = Image.Exif()
    exif.load(block)
    exif.get_ifd(_EXIF_IFD).pop(_NOTE, None)
    return exif.tobytes()
