"""What a film says of itself: size, length and dates, from its header alone."""

import contextlib
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

from keepers.errors import UnreadableError
from keepers.model import DateClaim, Facts
from keepers.read import archive, boxes, ebml
from keepers.read.exif import camera
from keepers.read.formats import Format, sniff
from keepers.read.words import printable
from keepers.read.xmp import iso_claim

#: Header tables of a day-long film stay below this.
_MOST_HEADER: Final = 64 << 20
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_FILETIME: Final = datetime(1601, 1, 1, tzinfo=UTC)
_FILE_PROPERTIES: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_AUDIO: Final = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_APPLE: Final = "com.apple.quicktime."
#: The size of a stream header, and its kind: sound (AVI RIFF File Reference).
_AUDIO: Final = b"\x38\0\0\0auds"


def video_facts(path: str) -> Facts:
    """Learn size and dates of a film, reading its header alone; UnreadableError where it is none."""
    with archive.opened(path) as opened:
        file, size = opened.file, opened.status.size
        head = file.read(4096)
        form = sniff(head, path)
        if form is None or form.kind.value != "video":
            raise UnreadableError("its bytes are no film" if size else "is empty")
        if form.name in {"mov", "mp4"}:
            return _quicktime(file, size, form)
        if form.name == "avi":
            return _avi(head, size)
        if form.name == "asf":
            return _asf(head, size)
        if form.name == "matroska":
            return ebml.facts(file, size)
        return Facts(format=form.name, width=0, height=0)


def _quicktime(file: BinaryIO, size: int, form: Format) -> Facts:
    moov: boxes.Box | None = None
    for box in boxes.top(file, size):
        if box.kind == b"moov" and moov is None:
            moov = box
    if moov is None or moov.end - moov.start > _MOST_HEADER:
        raise UnreadableError("is damaged: a film without its header")
    file.seek(moov.start)
    data = file.read(moov.end - moov.start)
    header = boxes.child(data, 0, len(data), b"mvhd")
    if header is None:
        raise UnreadableError("is damaged: a film without its header")
    keys = _keys(data)
    dates = [iso_claim("quicktime:creation", keys.get(_APPLE + "creationdate", ""))]
    dates.append(_created(data[header.start : header.end]))
    width, height = _size(data)
    seconds = _seconds(data[header.start : header.end])
    return Facts(
        format=form.name, width=width, height=height,
        camera=camera(keys.get(_APPLE + "make", ""), keys.get(_APPLE + "model", "")),
        software=keys.get(_APPLE + "software", ""),
        position=_position(keys.get(_APPLE + "location.ISO6709", "")),
        dates=tuple(claim for claim in dates if claim is not None),
        live_id=keys.get(_APPLE + "content.identifier", ""),
        seconds=seconds, audio=_sounds(data), bits_per_second=rate(size, seconds),
    )  # fmt: skip


def rate(size: int, seconds: float | None) -> int | None:
    """Bits a second of a whole file: the one number that all containers can tell."""
    return round(size * 8 / seconds) if seconds else None


def _seconds(body: bytes) -> float | None:
    """Length of the film by the movie header: ticks, and how many of them are a second (ISO 14496-12, 8.2.2)."""
    at, width = (20, 8) if body[:1] == b"\1" else (12, 4)
    if len(body) < at + 4 + width:
        return None
    ticks = int.from_bytes(body[at : at + 4], "big")
    length = int.from_bytes(body[at + 4 : at + 4 + width], "big")
    # All ones: the writer did not know.
    return length / ticks if ticks and 0 < length < (1 << 8 * width) - 1 else None


def _sounds(data: bytes) -> bool:
    """Whether a track says that it is sound."""
    for track in boxes.children(data, 0, len(data)):
        kind = boxes.child(data, track.start, track.end, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if kind is not None and data[kind.start + 8 : kind.start + 12] == b"soun":
            return True
    return False


def _created(body: bytes) -> DateClaim | None:
    """Creation time of the movie header: seconds since 1904 in UTC; 0 where the camera had no clock."""
    if len(body) < 12:
        return None
    seconds = int.from_bytes(body[4:12] if body[0] == 1 else body[4:8], "big")
    if not 0 < seconds < 1 << 33:
        return None
    return DateClaim(
        "quicktime:header", (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S"), 0
    )


def _size(data: bytes) -> tuple[int, int]:
    """The upright size of the first track that has one (header: matrix, then 16.16 width and height)."""
    for track in boxes.children(data, 0, len(data)):
        header = boxes.child(data, track.start, track.end, b"tkhd") if track.kind == b"trak" else None
        if header is None or header.end - header.start < 84:
            continue
        matrix = struct.unpack_from(">9i", data, header.end - 44)
        width, height = (value >> 16 for value in struct.unpack_from(">II", data, header.end - 8))
        if width and height:
            return (height, width) if not matrix[0] and matrix[1] else (width, height)
    return 0, 0


def _keys(data: bytes) -> dict[str, str]:
    """QuickTime metadata: the names in `keys`, the texts in `ilst` numbered from 1."""
    meta = boxes.child(data, 0, len(data), b"meta") or boxes.child(data, 0, len(data), b"udta", b"meta")
    if meta is None:
        return {}
    # In MP4 the box has a version of 4 bytes, in QuickTime it has not.
    start = meta.start + (0 if data[meta.start + 4 : meta.start + 8] == b"hdlr" else 4)
    names = boxes.child(data, start, meta.end, b"keys")
    values = boxes.child(data, start, meta.end, b"ilst")
    if names is None or values is None:
        return {}
    order = list(boxes.children(data, min(names.start + 8, names.end), names.end))
    return dict(_texts(data, order, values))


def _texts(data: bytes, names: list[boxes.Box], values: boxes.Box) -> Iterator[tuple[str, str]]:
    for item in boxes.children(data, values.start, values.end):
        index = int.from_bytes(item.kind, "big") - 1
        value = boxes.child(data, item.start, item.end, b"data")
        if value is None or not 0 <= index < len(names) or value.end - value.start > 4096:
            continue
        name = data[names[index].start : names[index].end].decode("latin-1")
        yield name, printable(data[value.start + 8 : value.end].decode("utf-8", "replace"))


def _position(text: str) -> tuple[float, float] | None:
    """ISO 6709: +48.2082+016.3738+190.000/."""
    parts = text.replace("+", " +").replace("-", " -").rstrip("/").split()
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (IndexError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _avi(head: bytes, size: int) -> Facts:
    if int.from_bytes(head[4:8], "little") > size:
        raise UnreadableError("is cut short: a part is longer than the file")
    at = head.find(b"avih")
    if not 0 <= at <= len(head) - 48:
        return Facts(format="avi", width=0, height=0)
    width, height = struct.unpack_from("<II", head, at + 40)
    micros, frames = struct.unpack_from("<I", head, at + 8)[0], struct.unpack_from("<I", head, at + 24)[0]
    seconds = micros * frames / 1e6 or None
    return Facts(
        format="avi", width=min(width, 1 << 16), height=min(height, 1 << 16), dates=_digitized(head), seconds=seconds,
        audio=b"strh" + _AUDIO in head, bits_per_second=rate(size, seconds),
    )  # fmt: skip


def _asf(head: bytes, size: int) -> Facts:
    """Windows Media: the File Properties Object (ASF 01.20.06, 3.2), times in 100 ns, the first since 1601."""
    at = head.find(_FILE_PROPERTIES)
    if not 0 <= at <= len(head) - 88:
        return Facts(format="asf", width=0, height=0)
    created, _, length, _, ahead = struct.unpack_from("<5Q", head, at + 48)
    seconds = length / 1e7 - ahead / 1e3
    claims: tuple[DateClaim, ...] = ()
    if 0 < created < 1 << 58:
        wall = _FILETIME + timedelta(microseconds=created // 10)
        claims = (DateClaim("quicktime:header", f"{wall:%Y-%m-%dT%H:%M:%S}", 0),)
    known = seconds if 0 < seconds < 1e7 else None
    return Facts(
        format="asf", width=0, height=0, dates=claims, seconds=known, audio=_ASF_AUDIO in head or None,
        bits_per_second=rate(size, known),
    )  # fmt: skip


def _digitized(head: bytes) -> tuple[DateClaim, ...]:
    """The chunk IDIT, a C `asctime` ("Sat Mar 08 14:23:11 2003") or an ISO date, in the camera's local time."""
    at = head.find(b"IDIT")
    if at < 0:
        return ()
    text = head[at + 8 : at + 8 + min(64, int.from_bytes(head[at + 4 : at + 8], "little"))]
    words = text.decode("latin-1").strip("\0\n ")
    for pattern in ("%a %b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S", "%Y:%m:%d %H:%M:%S", "%Y-%m-%d"):
        with contextlib.suppress(ValueError):
            wall = datetime.strptime(words, pattern).replace(tzinfo=UTC)
            return (DateClaim("quicktime:header", f"{wall:%Y-%m-%dT%H:%M:%S}"),)
    return ()
