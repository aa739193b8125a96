"""What a decoder raises when a file is damaged, turned into one error with one short reason."""

import struct
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import rawpy
from PIL import Image

from keepers.errors import UnreadableError

#: More pixels than any camera makes; above it a picture is refused before it is decoded.
MOST_PIXELS: Final = 200_000_000

# Pillow refuses at twice this number; its own default would refuse valid panoramas of 180 to 200 Mpx.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2

# Seen from Pillow, libheif, LibRaw, ExifRead on fuzzed files. OSError is here because the bytes are in
# memory already: the disk can no longer fail.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError,
    AssertionError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError, rawpy.LibRawError,
)  # fmt: skip


@contextmanager
def told_as(reason: str) -> Generator[None]:
    """Turn whatever a decoder raises on bad bytes into an UnreadableError with this reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableError:
        raise
    except MemoryError:
        raise UnreadableError("needs more memory than one photo may have") from None
    except _DAMAGE as error:
        words = " ".join(str(error).split())[:120]
        raise UnreadableError(f"{reason} ({words})" if words else reason) from error


def fitting(width: int, height: int) -> None:
    """Refuse a picture without pixels, or with more than any camera makes."""
    if width <= 0 or height <= 0:
        raise UnreadableError(f"is damaged: its header says {width} x {height} pixels")
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 10**6
        raise UnreadableError(f"has {width} x {height} pixels, more than the {most} million allowed")
