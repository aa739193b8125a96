"""Headers of Matroska and WebM: size, length, date, sound (RFC 8794, RFC 9559)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

from keepers.errors import UnreadableError
from keepers.model import DateClaim, Facts

_SEGMENT: Final = 0x18538067
_INFO: Final = 0x1549A966
_TRACKS: Final = 0x1654AE6B
_CLUSTER: Final = 0x1F43B675
_SCALE, _DURATION, _DATE = 0x2AD7B1, 0x4489, 0x4461
_TRACK, _TYPE, _VIDEO, _WIDTH, _HEIGHT = 0xAE, 0x83, 0xE0, 0xB0, 0xBA
_SOUND: Final = 2
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
#: Headers stand before the pictures; fonts and covers that are attached may make them long.
_MOST: Final = 16 << 20
_MOST_ELEMENTS: Final = 4096


@dataclass(frozen=True, slots=True)
class _Element:
    """One element, where its body lies, and how long it says that this is; -1 where it does not know."""

    id: int
    start: int
    end: int
    length: int


def facts(file: BinaryIO, size: int) -> Facts:
    """Read what stands before the pictures; UnreadableError where there is no film."""
    file.seek(0)
    data = file.read(min(size, 1 << 20))
    segment = next((e for e in _elements(data, 0, len(data)) if e.id == _SEGMENT), None)
    if segment is not None and segment.start + segment.length > size:
        raise UnreadableError("is cut short: a part is longer than the file")
    if segment is None:
        raise UnreadableError("is damaged: a film without its header")
    found: dict[int, bytes] = {}
    at = segment.start
    for _ in range(_MOST_ELEMENTS):
        file.seek(at)
        head = file.read(12)
        element = next(_elements(head, 0, len(head)), None)
        if element is None or element.id == _CLUSTER or set(found) == {_INFO, _TRACKS}:
            break
        body, length = at + element.start, element.length
        if element.id in {_INFO, _TRACKS} and 0 <= length <= _MOST:
            file.seek(body)
            found[element.id] = file.read(length)
        if length < 0 or body + length > size:
            break
        at = body + length
    if not found.get(_TRACKS):
        raise UnreadableError("is damaged: a film without its header")
    return _told(found.get(_INFO, b""), found[_TRACKS], size)


def _told(info: bytes, tracks: bytes, size: int) -> Facts:
    values = {e.id: info[e.start : e.end] for e in _elements(info, 0, len(info))}
    scale = int.from_bytes(values.get(_SCALE, b""), "big") or 1_000_000
    seconds = _real(values.get(_DURATION, b"")) * scale / 1e9
    known = 0 < seconds < 1e7
    width = height = 0
    audio = False
    for track in (e for e in _elements(tracks, 0, len(tracks)) if e.id == _TRACK):
        parts = {e.id: e for e in _elements(tracks, track.start, track.end)}
        audio = audio or (_TYPE in parts and _number(tracks, parts[_TYPE]) == _SOUND)
        if _VIDEO in parts and not width:
            sides = {
                e.id: _number(tracks, e) for e in _elements(tracks, parts[_VIDEO].start, parts[_VIDEO].end)
            }
            width, height = sides.get(_WIDTH, 0), sides.get(_HEIGHT, 0)
    return Facts(
        format="matroska", width=min(width, 1 << 16), height=min(height, 1 << 16), dates=_created(values.get(_DATE, b"")),
        seconds=seconds if known else None, audio=audio, bits_per_second=round(size * 8 / seconds) if known else None,
    )  # fmt: skip


def _created(body: bytes) -> tuple[DateClaim, ...]:
    """Nanoseconds since 2001 in UTC."""
    if len(body) != 8:
        return ()
    nanoseconds = int.from_bytes(body, "big", signed=True)
    if nanoseconds <= 0:
        return ()
    at = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return (DateClaim("quicktime:header", f"{at:%Y-%m-%dT%H:%M:%S}", 0),)


def _real(body: bytes) -> float:
    if len(body) not in {4, 8}:
        return 0.0
    value: float = struct.unpack(">f" if len(body) == 4 else ">d", body)[0]
    return value if 0 <= value < 1e15 else 0.0


def _number(data: bytes, element: _Element) -> int:
    return int.from_bytes(data[element.start : min(element.end, element.start + 8)], "big")


def _elements(data: bytes, start: int, end: int) -> Iterator[_Element]:
    """The elements between two offsets; one that reaches beyond the end, or of unknown length, ends there."""
    for _ in range(_MOST_ELEMENTS):
        head = _variable(data, start, end, keep_marker=True)
        length = _variable(data, start + head[1], end, keep_marker=False) if head[1] else (0, 0)
        if not length[1]:
            return
        body = start + head[1] + length[1]
        stop = end if length[0] < 0 else min(end, body + length[0])
        yield _Element(head[0], body, stop, length[0])
        start = stop


def _variable(data: bytes, at: int, end: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number whose first bits tell its width, and the width; (0, 0) where there is none, (-1, …) if unknown."""
    if at >= end or not data[at]:
        return 0, 0
    width = 9 - data[at].bit_length()
    if at + width > end:
        return 0, 0
    value = int.from_bytes(data[at : at + width], "big")
    if keep_marker:
        return value, width
    plain = value & ((1 << 7 * width) - 1)
    return (-1 if plain == (1 << 7 * width) - 1 else plain), width
