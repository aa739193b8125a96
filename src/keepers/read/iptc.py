"""Words in the IPTC block of a JPEG (IIM 4.2), where programs before XMP and Picasa wrote them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepers.model import DateClaim
from keepers.read.words import printable
from keepers.read.xmp import iso_claim

Bytes = bytes | memoryview
_MOST_WORDS: Final = 500
_MOST_CAPTION: Final = 4000
_KEYWORD, _DAY, _TIME, _CAPTION = 25, 55, 60, 120


@dataclass(frozen=True, slots=True)
class Iptc:
    """What the block says."""

    description: str = ""
    keywords: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()


NOTHING: Final = Iptc()


def parsed(photoshop: Bytes | None) -> Iptc:
    """Read the resources of Photoshop (segment APP13 behind its signature); what is broken is absent."""
    block = _resource(photoshop or b"", 0x0404)
    if not block:
        return NOTHING
    is_utf8 = b"\x1c\x01\x5a\x00\x03\x1b%G" in block
    texts: dict[int, list[str]] = {}
    for record, number, value in _datasets(block):
        if record == 2 and number in {_KEYWORD, _DAY, _TIME, _CAPTION}:
            texts.setdefault(number, []).append(_text(value, is_utf8=is_utf8))
    claim = _date((texts.get(_DAY) or [""])[0], (texts.get(_TIME) or [""])[0])
    words = dict.fromkeys(word for text in texts.get(_KEYWORD, ())[:_MOST_WORDS] if (word := printable(text)))
    return Iptc(
        printable((texts.get(_CAPTION) or [""])[0], _MOST_CAPTION),
        tuple(words),
        () if claim is None else (claim,),
    )


def _resource(data: Bytes, wanted: int) -> bytes:
    """One of the resources `8BIM`: number, Pascal name of even length, size, body of even length."""
    at = 0
    while at + 12 <= len(data) and bytes(data[at : at + 4]) == b"8BIM":
        number, name = struct.unpack_from(">HB", data, at + 4)
        start = at + 6 + (name + 2) // 2 * 2
        if start + 4 > len(data):
            break
        size = int(struct.unpack_from(">I", data, start)[0])
        if number == wanted:
            return bytes(data[start + 4 : start + 4 + size])
        at = start + 4 + (size + 1) // 2 * 2
    return b""


def _datasets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        if size & 0x8000:
            return
        yield record, number, block[at + 5 : at + 5 + size]
        at += 5 + size


def _text(value: bytes, *, is_utf8: bool) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("utf-8", "replace") if is_utf8 else value.decode("cp1252", "replace")


def _date(day: str, time: str) -> DateClaim | None:
    """CCYYMMDD and HHMMSS+HHMM."""
    if len(day) != 8 or not day.isdecimal():
        return None
    wall = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if len(time) >= 6 and time[:6].isdecimal():
        wall += f"T{time[:2]}:{time[2:4]}:{time[4:6]}{time[6:11]}"
    return iso_claim("iptc", wall)
