"""The central directory of a ZIP archive (PKWARE APPNOTE 6.3.10, section 4.3.12), read with suspicion.

The standard library's reader stops at the first name that is no UTF-8, and lets two members share bytes.
"""

import calendar
import re
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from keepers.errors import UnreadableError

_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT: Final = 1 << 16
#: A Takeout of 50 GB lists 30,000 files in 5 MB; what is parsed lives in a worker of 512 MiB.
_MOST_BYTES: Final = 64 << 20
#: Pictures and films do not shrink: what grows more than this, to more than this, is a bomb. JSON grows 10 times.
_RATIO, _LARGE = 200, 32 << 20
_MOST_SIZE: Final = 1 << 40
_LONGEST_NAME: Final = 4096
_METHODS: Final = frozenset({0, 8})
_HEADER: Final = 30
_ENCRYPTED, _UTF8 = 0x0001, 0x0800
_WIDE_SIZES, _WIDE_TIMES = 0x0001, 0x5455
_FULL: Final = 0xFFFFFFFF
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_NO_ZIP: Final = "is no ZIP archive, or was not downloaded to its end"
_OUTSIDE: Final = "is damaged: its place is outside of the archive"
_DAMAGED: Final = "is damaged: the list of its files cannot be read"


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: where its bytes lie, packed and unpacked size; `fault` says why it cannot be read.

    `modified_ns` is 0 where the archive tells no time; a time without a zone is taken for UTC, so that it
    is the same on every machine.
    """

    offset: int
    packed: int
    size: int
    crc: int
    method: int
    modified_ns: int
    fault: str = ""


def entries(file: BinaryIO, size: int) -> dict[str, Entry]:
    """Every file of the archive by its name; folders are left out. UnreadableError where it is damaged."""
    data, shift = _directory(file, size)
    found: dict[str, Entry] = {}
    for name, parsed in _parsed(data, shift):
        outside = parsed.offset + _HEADER + parsed.packed > size
        entry = replace(parsed, fault=parsed.fault or _OUTSIDE) if outside else parsed
        known = found.get(name)
        if known is None:
            found[name] = entry
        elif (known.crc, known.size) != (entry.crc, entry.size):
            found[name] = replace(known, fault="two files in the archive have this name")
    return _without_overlaps(found)


def _directory(file: BinaryIO, size: int) -> tuple[bytes, int]:
    """The bytes of the directory, and how far all is shifted by what somebody put in front of the archive."""
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(size - start)
    at = _end_at(tail)
    if at < 0:
        raise UnreadableError(_NO_ZIP)
    _, disk, first, _, _, length, offset, _ = _END.unpack_from(tail, at)
    end = start + at
    if disk not in {0, 0xFFFF} or first not in {0, 0xFFFF}:
        raise UnreadableError("is one part of a split archive; join its parts first")
    if _FULL in {length, offset} or disk == 0xFFFF:
        end, length, offset = _wide(file, end)
    shift = end - length - offset
    if length > _MOST_BYTES or shift < 0:
        raise UnreadableError(_DAMAGED)
    file.seek(offset + shift)
    return file.read(length), shift


def _end_at(tail: bytes) -> int:
    """The end record is the last one whose comment ends with the file."""
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if len(tail) - at >= _END.size and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail):
            return at
        at = tail.rfind(b"PK\5\6", 0, at + 3)
    return -1


def _wide(file: BinaryIO, end: int) -> tuple[int, int, int]:
    """The 64-bit end record (section 4.3.14): where it lies, length and place of the directory."""
    if end < _LOCATOR.size + _END64.size:
        raise UnreadableError(_DAMAGED)
    file.seek(end - _LOCATOR.size)
    magic, _, _, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    at = end - _LOCATOR.size - _END64.size
    file.seek(at)
    record = _END64.unpack(file.read(_END64.size))
    if magic != b"PK\6\7" or record[0] != b"PK\6\6":
        raise UnreadableError(_DAMAGED)
    return at, record[8], record[9]


def _parsed(data: bytes, shift: int) -> Iterator[tuple[str, Entry]]:
    at = 0
    while at + _ENTRY.size <= len(data):
        (magic, _, _, flags, method, time, date, crc, packed, size, name_length, extra_length, comment_length,
         _, _, outer, offset) = _ENTRY.unpack_from(data, at)  # fmt: skip
        if magic != b"PK\1\2":
            raise UnreadableError(_DAMAGED)
        at += _ENTRY.size
        raw = data[at : at + name_length]
        extra = data[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        name = _name(raw, flags)
        if name.endswith("/"):
            continue
        size, packed, offset = _widened(extra, size, packed, offset)
        entry = Entry(offset + shift, packed, size, crc, method, _modified(extra, date, time))
        yield name, replace(entry, fault=_fault(name, entry, flags, outer >> 16))


def _name(raw: bytes, flags: int) -> str:
    """UTF-8 where the flag says so; most that do not set it write UTF-8 too, and the others CP437."""
    if flags & _UTF8:
        return raw.decode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _widened(extra: bytes, *narrow: int) -> tuple[int, ...]:
    """Numbers of 32 bits that are full have 64 bits in an extra field, in this order (section 4.5.3)."""
    field = _field(extra, _WIDE_SIZES)
    wide: list[int] = []
    for number in narrow:
        if number == _FULL and len(field) >= 8:
            number, field = int.from_bytes(field[:8], "little"), field[8:]  # noqa: PLW2901 (the wide form of it)
        wide.append(number)
    return tuple(wide)


def _field(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def _modified(extra: bytes, date: int, time: int) -> int:
    field = _field(extra, _WIDE_TIMES)
    if len(field) >= 5 and field[0] & 1:
        return max(0, int.from_bytes(field[1:5], "little", signed=True)) * 1_000_000_000
    year, month, day = 1980 + (date >> 9), date >> 5 & 15, date & 31
    if (year, month, day) == (1980, 1, 1) or not 1 <= month <= 12 or day < 1:
        return 0
    wall = (year, month, day, time >> 11, time >> 5 & 63, (time & 31) * 2)
    return calendar.timegm(wall) * 1_000_000_000


def _fault(name: str, entry: Entry, flags: int, mode: int) -> str:
    if why := _hostile(name):
        return why
    if flags & _ENCRYPTED:
        return "is encrypted"
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "is a link or device within an archive, which is never followed"
    if entry.method not in _METHODS:
        return f"is packed by method {entry.method}, which is not supported"
    if entry.size > _MOST_SIZE or (entry.size > _LARGE and entry.size > entry.packed * _RATIO):
        return f"would grow from {entry.packed:,} to {entry.size:,} bytes, as only traps do"
    if entry.method == 0 and entry.packed != entry.size:
        return "is damaged: the archive tells two sizes of it"
    return ""


def _hostile(name: str) -> str:
    """Names that could point out of the archive, or that no file could have."""
    if "\0" in name or len(name) > _LONGEST_NAME:
        return "has a name that no file can have"
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "has an absolute path in its archive"
    parts = name.split("/")
    if ".." in parts or ".." in name.split("\\"):
        return "has a path that leads out of its archive"
    return "has a path with an empty part in its archive" if {"", "."} & {*parts} else ""


def _without_overlaps(found: dict[str, Entry]) -> dict[str, Entry]:
    """Members that share bytes make a bomb of a small archive (Fifield, 2019); none of those is read."""
    order = sorted(found.items(), key=lambda item: item[1].offset)
    wrong: set[str] = set()
    reach, last = 0, ""
    for name, entry in order:
        if entry.offset < reach:
            wrong.update((last, name))
        end = entry.offset + _HEADER + entry.packed
        if end > reach:
            reach, last = end, name
    return {
        name: replace(entry, fault=entry.fault or "shares its bytes with another file of the archive")
        if name in wrong
        else entry
        for name, entry in found.items()
    }
