"""Chunks of a PNG file (W3C PNG, third edition): text, time and Exif, within bounds."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepers.errors import UnreadableError
from keepers.model import DateClaim
from keepers.read.xmp import iso_claim

Bytes = bytes | memoryview
#: A profile is below 4 MB and a text below 1 MB; what swells beyond is a bomb.
MOST_PACKED: Final = 16 << 20
#: The chunks that decide the pixels.
_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT"})
_EXIF_STAMP: Final = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T]")


@dataclass(frozen=True, slots=True)
class Png:
    """The facts that the chunks around the pixels hold."""

    exif: memoryview | None
    xmp: bytes
    software: str
    dates: tuple[DateClaim, ...]


def chunks(data: Bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Every chunk up to the end chunk; UnreadableError where the file is cut short, or its pixels are damaged.

    What decodes the pixels stops when it has them all, and never sees a fault in their last bytes.
    """
    view, at = memoryview(data), 8
    while at + 12 <= len(data):
        size, kind = int.from_bytes(view[at : at + 4], "big"), bytes(view[at + 4 : at + 8])
        if at + 12 + size > len(data):
            raise UnreadableError("is cut short: a part is longer than the file")
        end = at + 8 + size
        told = int.from_bytes(view[end : end + 4], "big")
        if kind in _PIXELS and zlib.crc32(view[at + 4 : end]) != told:
            raise UnreadableError("is damaged: a part does not match its checksum")
        yield kind, view[at + 8 : at + 8 + size]
        if kind == b"IEND":
            return
        at += 12 + size
    raise UnreadableError("is cut short: no end chunk")


def parsed(data: Bytes) -> Png:
    """Read the chunks; a compressed one that swells beyond reason is refused."""
    exif: memoryview | None = None
    texts: dict[str, bytes] = {}
    dates: list[DateClaim] = []
    for kind, body in chunks(data):
        if kind == b"eXIf":
            exif = body
        elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
            name, value = _text(kind, bytes(body))
            texts.setdefault(name, value)
        elif kind == b"iCCP":
            _unpacked(bytes(body).partition(b"\0")[2][1:])
        elif kind == b"tIME" and len(body) == 7:
            year = int.from_bytes(body[:2], "big")
            wall = f"{year:04}-{body[2]:02}-{body[3]:02}T{body[4]:02}:{body[5]:02}:{body[6]:02}"
            # The time of the last change, in UTC.
            dates.append(DateClaim("png:modified", wall, 0))
    for name in ("Creation Time", "creation_time", "date:create"):
        stamp = _EXIF_STAMP.sub(r"\1-\2-\3T", texts.get(name, b"").decode("latin-1"))
        claim = iso_claim("png:modified" if name == "date:create" else "png:text", stamp)
        if claim is not None:
            dates.insert(0, claim)
    raw = texts.get("Raw profile type exif") or texts.get("Raw profile type APP1")
    if exif is None and raw:
        exif = _raw_profile(raw)
    software = texts.get("Software", b"").decode("latin-1")
    return Png(exif, texts.get("XML:com.adobe.xmp", b""), software, tuple(dates))


def _text(kind: bytes, body: bytes) -> tuple[str, bytes]:
    key, _, rest = body.partition(b"\0")
    name = key.decode("latin-1")
    if kind == b"tEXt":
        return name, rest
    if kind == b"zTXt":
        return name, _unpacked(rest[1:])
    packed, rest = rest[:1] == b"\1", rest[2:]
    value = rest.partition(b"\0")[2].partition(b"\0")[2]
    return name, _unpacked(value) if packed else value


def _unpacked(packed: bytes) -> bytes:
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(packed, MOST_PACKED)
    except zlib.error:
        return b""
    if machine.unconsumed_tail:
        raise UnreadableError("holds a compressed text that swells beyond reason")
    return found


def _raw_profile(text: bytes) -> memoryview | None:
    """ImageMagick's way: a line break, the name, the length, then hexadecimal digits."""
    digits = b"".join(text.split()[2:])
    try:
        found = bytes.fromhex(digits.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None
    return memoryview(found.removeprefix(b"Exif\0\0"))
