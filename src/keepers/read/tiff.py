"""A fast reader of TIFF structures (TIFF 6.0, Exif 3.0): plain values by tag, never an exception."""

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

Bytes = bytes | memoryview
#: Numbers, (numerator, denominator) pairs, text, or the raw bytes of a type that is none of these.
Value = float | str | bytes | tuple[int, ...] | tuple[float, ...] | tuple[tuple[int, int], ...]

#: No camera writes more; a hostile block may claim 65535 entries.
_MOST_ENTRIES: Final = 1000
#: Longer values are pictures, maker notes and profiles: kept as a count of bytes only.
_MOST_BYTES: Final = 4096
#: A float beyond it is nonsense.
_LARGEST: Final = 1e30
# Type -> (bytes each, struct code).
_TYPES: Final = {
    1: (1, ""), 2: (1, ""), 3: (2, "H"), 4: (4, "I"), 5: (8, "I"), 6: (1, "b"), 7: (1, ""), 8: (2, "h"),
    9: (4, "i"), 10: (8, "i"), 11: (4, "f"), 12: (8, "d"), 13: (4, "I"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blob:
    """A value too long to keep: where it lies and how long it is."""

    start: int
    size: int


class Directory(NamedTuple):
    """The tags of one image file directory, and where the next one begins (0: nowhere)."""

    tags: dict[int, Value | Blob]
    following: int


_EMPTY: Final = Directory({}, 0)


def order(data: Bytes) -> str:
    """The struct code of the byte order, empty where the bytes are no TIFF structure."""
    start = bytes(data[:2])
    return {b"II": "<", b"MM": ">"}.get(start, "")


def first(data: Bytes) -> int:
    """The offset of the first directory; 0 where there is none."""
    code = order(data)
    return int(struct.unpack_from(code + "I", data, 4)[0]) if code and len(data) >= 8 else 0


def directory(data: Bytes, offset: int) -> Directory:
    """Read the directory at an offset; entries that make no sense are left out."""
    code, size = order(data), len(data)
    if not code or offset < 8 or offset + 2 > size:
        return _EMPTY
    count = min(struct.unpack_from(code + "H", data, offset)[0], _MOST_ENTRIES, (size - offset - 2) // 12)
    tags: dict[int, Value | Blob] = {}
    body = data[offset + 2 : offset + 2 + 12 * count]
    for place, (tag, kind, number, where) in enumerate(struct.iter_unpack(code + "HHII", body)):
        form = _TYPES.get(kind)
        if form is None or number == 0:
            continue
        length = form[0] * number
        start = offset + 10 + 12 * place if length <= 4 else where
        if start + length > size:
            continue
        long = length > _MOST_BYTES
        tags.setdefault(tag, Blob(start, length) if long else _value(data, code, kind, start, number))
    tail = offset + 2 + 12 * count
    following = struct.unpack_from(code + "I", data, tail)[0] if tail + 4 <= size else 0
    return Directory(tags, following)


def place(data: Bytes, offset: int, tag: int) -> int:
    """Where the value of a tag of the directory at an offset lies; 0 where it has none."""
    code, size = order(data), len(data)
    if not code or offset < 8 or offset + 2 > size:
        return 0
    count = min(struct.unpack_from(code + "H", data, offset)[0], _MOST_ENTRIES, (size - offset - 2) // 12)
    for at in range(offset + 2, offset + 2 + 12 * count, 12):
        found, kind, number, where = struct.unpack_from(code + "HHII", data, at)
        if found == tag:
            length = _TYPES[kind][0] * number if kind in _TYPES else 0
            start = at + 8 if length <= 4 else where
            return start if length and start + length <= size else 0
    return 0


def _value(data: Bytes, code: str, kind: int, start: int, number: int) -> Value:
    if kind == 2:
        return text(bytes(data[start : start + number]))
    width, letter = _TYPES[kind]
    if not letter:
        raw = bytes(data[start : start + number])
        return raw[0] if number == 1 else raw
    if kind in {5, 10}:
        flat = struct.unpack_from(f"{code}{2 * number}{letter}", data, start)
        return tuple(zip(flat[::2], flat[1::2], strict=True))
    values: tuple[int, ...] = struct.unpack_from(f"{code}{number}{letter}", data, start)
    return values[0] if number == 1 and width else values


def text(raw: bytes) -> str:
    """Text up to its NUL (some cameras leave garbage behind it): UTF-8 where it is valid, else Latin-1."""
    raw = raw.partition(b"\0")[0].rstrip()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def number(value: Value | Blob | None) -> float | None:
    """The first number of a value; None where there is none or the denominator is 0."""
    if isinstance(value, tuple):
        return quotient(value[0]) if value else None
    return quotient(value) if isinstance(value, int | float) else None


def quotient(item: float | tuple[int, int]) -> float | None:
    """A plain number or a fraction as a float; None for a denominator of 0 and what is no number."""
    if isinstance(item, tuple):
        return item[0] / item[1] if item[1] else None
    return float(item) if abs(item) < _LARGEST else None


def integer(value: Value | Blob | None) -> int | None:
    """The first whole number of a value."""
    found = number(value)
    return None if found is None else int(found)
