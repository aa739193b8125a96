"""What a decoder raises when a file is damaged, turned into one error with one short reason."""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

import rawpy
from PIL import Image

from keepers.errors import NeedsMemoryError, UnreadableError

#: More pixels than any camera makes; above it a picture is refused before it is decoded.
MOST_PIXELS: Final = 200_000_000

# Pillow refuses at twice this number; its own default would refuse valid panoramas of 180 to 200 Mpx.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2

# Seen from Pillow, libheif and LibRaw on fuzzed files. OSError is here because the bytes are in memory
# already: the disk can no longer fail.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError,
    AssertionError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError, rawpy.LibRawError,
)  # fmt: skip


# Pillow's WebP decoder says the first for lack of memory and for damage alike, libheif the second.
_NO_MEMORY: Final = re.compile("could not create decoder object|out of memory|cannot allocate", re.IGNORECASE)


class Told:
    """Turns whatever a decoder raises on bad bytes into an UnreadableError with one reason.

    A class, for a generator costs each JPEG 0.05 ms more once decoding has emptied the caches.
    """

    __slots__ = ("_reason",)

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __enter__(self) -> None:
        """Begin; nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise UnreadableError in place of damage; let everything else pass."""
        if isinstance(error, MemoryError):
            raise NeedsMemoryError("needs more memory than one photo may have") from None
        if isinstance(error, OSError) and _NO_MEMORY.search(str(error)):
            raise NeedsMemoryError(self._reason + _detail(error)) from error
        if isinstance(error, _DAMAGE):
            raise UnreadableError(self._reason + _detail(error)) from error


def told_as(reason: str) -> Told:
    """Say what is wrong with a file in these words when its decoder stumbles within the `with` block."""
    return Told(reason)


def _detail(error: BaseException) -> str:
    """The decoder's own words in brackets; none where they speak of our objects and not of the file."""
    first = error.args[0] if error.args else ""
    text = first.decode("latin-1") if isinstance(first, bytes) else str(error)
    words = " ".join(text.split())[:120]
    return f" ({words})" if words and "BytesIO" not in words else ""


def fitting(width: int, height: int) -> None:
    """Refuse a picture without pixels, or with more than any camera makes."""
    if width <= 0 or height <= 0:
        raise UnreadableError(f"is damaged: its header says {width} x {height} pixels")
    if width * height > MOST_PIXELS:
        most = MOST_PIXELS // 10**6
        raise UnreadableError(f"has {width} x {height} pixels, more than the {most} million allowed")


@contextmanager
def picture(data: bytes | memoryview, formats: tuple[str, ...]) -> Generator[Image.Image]:
    """Open a picture with these Pillow decoders and no others, its size checked before it is decoded."""
    with warnings.catch_warnings():
        # Pillow warns of odd metadata and of pictures above 100 megapixels; neither is wrong.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=formats) as opened:
            fitting(*opened.size)
            yield opened
