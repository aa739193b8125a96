"""Tags of RAW files that are no TIFF: Sigma's X3F and Canon's CRW (CIFF 1.0), given as Exif tags."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers.read import exif, tiff

Bytes = bytes | memoryview
_MAKE, _MODEL, _TAKEN, _ISO, _EXPOSURE, _APERTURE = 0x010F, 0x0110, 0x9003, 0x8827, 0x829A, 0x829D
_MOST_ENTRIES: Final = 2000
_MOST_TEXT: Final = 1 << 20
_DEEPEST: Final = 8
# CIFF: type of entry in bits 11-13 (5 and 6: a directory), value within the entry where bit 14 is set.
_INSIDE, _KIND, _DIRECTORIES = 0x4000, 0x3800, frozenset({0x2800, 0x3000})
_CIFF_NAMES, _CIFF_TIME = 0x080A, 0x180E


def tags(data: Bytes) -> exif.Exif:
    """Maker, model and date of an X3F or CRW file; what is broken is simply absent."""
    if data[:4] == b"FOVb":
        return _x3f(dict(_properties(data)))
    if data[6:14] == b"HEAPCCDR":
        return _crw(dict(_heap(data)))
    return exif.NOTHING


def _stamp(seconds: int) -> str:
    """Both cameras count the seconds of their own clock, which knows no zone."""
    try:
        at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return at.strftime("%Y:%m:%d %H:%M:%S") if seconds > 0 and at.year >= 1000 else ""


# ---------------------------------------------------------------- Sigma


def _properties(data: Bytes) -> Iterator[tuple[str, str]]:
    """The list of properties: pairs of offsets into a block of UTF-16 letters."""
    for start, length in _sections(data):
        body = bytes(data[start : start + min(length, _MOST_TEXT)])
        if body[:4] != b"SECp" or len(body) < 24:
            continue
        count = min(int.from_bytes(body[8:12], "little"), _MOST_ENTRIES, (len(body) - 24) // 8)
        letters = body[24 + 8 * count :].decode("utf-16-le", "replace")
        for name, value in struct.iter_unpack("<II", body[24 : 24 + 8 * count]):
            yield (
                letters[name : name + 64].partition("\0")[0],
                letters[value : value + 256].partition("\0")[0],
            )


def _sections(data: Bytes) -> Iterator[tuple[int, int]]:
    """Where the lists of properties lie, from the directory that the last four bytes point to."""
    at = int.from_bytes(data[-4:], "little")
    if bytes(data[at : at + 4]) != b"SECd":
        return
    count = min(int.from_bytes(data[at + 8 : at + 12], "little"), _MOST_ENTRIES, (len(data) - at - 12) // 12)
    for start, length, kind in struct.iter_unpack(
        "<II4s", bytes(data[at + 12 : at + 12 + 12 * max(0, count)])
    ):
        if kind == b"PROP":
            yield start, length


def _x3f(told: dict[str, str]) -> exif.Exif:
    seconds = told.get("TIME", "")
    photo: exif.Tags = {}
    if seconds.isascii() and seconds.isdecimal() and len(seconds) < 12:
        photo[_TAKEN] = _stamp(int(seconds))
    for tag, name in ((_ISO, "ISO"), (_EXPOSURE, "SHUTTER"), (_APERTURE, "APERTURE")):
        value = _number(told.get(name, ""))
        if value is not None:
            photo[tag] = value
    return exif.Exif({_MAKE: told.get("CAMMANUF", ""), _MODEL: told.get("CAMMODEL", "")}, photo, {})


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found < 1e12 else None


# ---------------------------------------------------------------- Canon


def _heap(data: Bytes) -> Iterator[tuple[int, bytes]]:
    """The values of a heap and of those within it."""
    code = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if code is None or len(data) < 26:
        return
    start = struct.unpack_from(code + "I", data, 2)[0]
    todo, left = [(start, len(data), 0)], _MOST_ENTRIES
    while todo:
        low, high, depth = todo.pop()
        for tag, at, size in _entries(data, code, low, high):
            left -= 1
            if left < 0:
                return
            if tag & _KIND in _DIRECTORIES and not tag & _INSIDE:
                if depth < _DEEPEST:
                    todo.append((at, at + size, depth + 1))
            else:
                yield tag & 0x3FFF, bytes(data[at : at + min(size, 4096)])


def _entries(data: Bytes, code: str, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """Tag, place and size of each value of one heap, whose last four bytes point to its directory."""
    if high - low < 6 or high > len(data):
        return
    at = low + struct.unpack_from(code + "I", data, high - 4)[0]
    if at + 2 > high:
        return
    count = min(struct.unpack_from(code + "H", data, at)[0], _MOST_ENTRIES, (high - at - 2) // 10)
    for place in range(at + 2, at + 2 + 10 * count, 10):
        tag, size, offset = struct.unpack_from(code + "HII", data, place)
        if tag & _INSIDE:
            yield tag, place + 2, 8
        elif low + offset + size <= high:
            yield tag, low + offset, size


def _crw(values: dict[int, bytes]) -> exif.Exif:
    make, _, rest = values.get(_CIFF_NAMES, b"").partition(b"\0")
    photo: exif.Tags = {}
    clock = values.get(_CIFF_TIME, b"")
    if len(clock) >= 4:
        photo[_TAKEN] = _stamp(int.from_bytes(clock[:4], "little"))
    main: exif.Tags = {_MAKE: tiff.text(make), _MODEL: tiff.text(rest)} if make else {}
    return exif.Exif(main, photo, {})
