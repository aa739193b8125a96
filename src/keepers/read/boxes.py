"""Boxes of the ISO base media file format (ISO 14496-12): HEIF, AVIF, CR3, MP4, QuickTime."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from keepers.errors import UnreadableError

#: A film has a handful; a file of empty boxes must not keep us busy.
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Box:
    """A box and where its body lies."""

    kind: bytes
    start: int
    end: int


def children(data: bytes | memoryview, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets; one that reaches beyond the end is cut short."""
    count = 0
    while start + 8 <= end and count < _MOST:
        size, header = int.from_bytes(data[start : start + 4], "big"), 8
        if size == 1 and start + 16 <= end:
            size, header = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        if size == 0:
            size = end - start
        if size < header or start + size > end:
            raise UnreadableError("is cut short: a part is longer than the file")
        yield Box(bytes(data[start + 4 : start + 8]), start + header, start + size)
        start, count = start + size, count + 1


def child(data: bytes | memoryview, start: int, end: int, *path: bytes) -> Box | None:
    """The first box along a path of kinds."""
    found: Box | None = None
    for kind in path:
        found = next((box for box in children(data, start, end) if box.kind == kind), None)
        if found is None:
            return None
        start, end = found.start, found.end
    return found


def top(file: BinaryIO, size: int) -> Iterator[Box]:
    """The outermost boxes of a file, by seeking from header to header."""
    at, count = 0, 0
    while at + 8 <= size and count < _MOST:
        file.seek(at)
        head = file.read(16)
        length, header = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        if length == 0:
            length = size - at
        if length < header or at + length > size:
            raise UnreadableError("is cut short: a part is longer than the file")
        yield Box(head[4:8], at + header, at + length)
        at, count = at + length, count + 1


def whole(data: bytes | memoryview) -> None:
    """Refuse a file whose outermost boxes reach beyond its end: it was cut while it was copied."""
    for box in children(data, 0, len(data)):
        if not all(32 <= letter < 127 for letter in box.kind):
            return
