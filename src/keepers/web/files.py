"""Sends the bytes of catalogued files: whole or in parts, with a harmless type, and nothing that has changed since."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from keepers.errors import UnreadableError
from keepers.model import LOCAL, Asset
from keepers.places import files
from keepers.read import archive
from keepers.reasons import Reason
from keepers.web import problems
from keepers.web.heard import heard

_CHUNK: Final = 1 << 18
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
#: What a browser may play; all else is saved.
PLAYED: Final = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",
    ".qt": "video/mp4",
    ".3gp": "video/3gpp",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
    ".mpg": "video/mpeg",
    ".mpeg": "video/mpeg",
    ".mts": "video/mp2t",
    ".m2ts": "video/mp2t",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bytes of a file from an offset on; played in the page, or saved under a name."""

    path: str
    asset: Asset
    media: str
    offset: int = 0
    name: str = ""


def sent(wanted: Wanted, part: str | None) -> Response:
    """The bytes as an answer; `part` is what was asked for of them (RFC 9110, section 14: one range only)."""
    try:
        size = _size(wanted)
    except OSError as error:
        raise UnreadableError(Reason("file-unread", why=heard(error.strerror or str(error)))) from error
    headers = {
        "accept-ranges": "none" if wanted.asset.ref.archive else "bytes",
        "cache-control": "private, no-cache",
    }
    if wanted.name:
        headers["content-disposition"] = (
            f"attachment; filename*=UTF-8''{quote(wanted.name, safe='', errors='replace')}"
        )
    span = None if part is None or wanted.asset.ref.archive else _span(part, size)
    if span is None:
        headers["content-length"] = str(size)
        return StreamingResponse(_bytes(wanted, 0, size), 200, headers, wanted.media)
    first, last = span
    if first > last:
        return problems.answer(416, Reason("no-bytes"), headers={"content-range": f"bytes */{size}"})
    headers |= {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(last - first + 1)}
    return StreamingResponse(_bytes(wanted, first, last - first + 1), 206, headers, wanted.media)


def _span(part: str, size: int) -> tuple[int, int] | None:
    """First and last byte; the first behind the last where there are none; None where it is no single range."""
    found = _RANGE.fullmatch(part.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        length = int(found[2])
        return (max(0, size - length), size - 1) if length and size else (1, 0)
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and first > last:
        return None
    return (first, min(last, size - 1)) if first < size else (1, 0)


def _size(wanted: Wanted) -> int:
    if wanted.asset.ref.archive:
        status = archive.status(wanted.path)
        if status is None:
            raise UnreadableError(Reason("archive-gone"))
        return status.size
    with files.opened(wanted.path) as handle:
        return _checked(wanted, handle) - wanted.offset


def _checked(wanted: Wanted, handle: int) -> int:
    """The size of an open file that is still what was catalogued."""
    seen = os.fstat(handle)
    if wanted.asset.ref.place == LOCAL and files.revision(seen) != wanted.asset.revision:
        raise UnreadableError(Reason("file-changed"))
    return seen.st_size


def _bytes(wanted: Wanted, first: int, length: int) -> Iterator[bytes]:
    if wanted.asset.ref.archive:
        with archive.opened(wanted.path) as opened:
            while chunk := opened.file.read(_CHUNK):
                yield bytes(chunk)
        return
    with files.opened(wanted.path) as handle:
        _checked(wanted, handle)
        at, end = wanted.offset + first, wanted.offset + first + length
        while at < end and (chunk := os.pread(handle, min(_CHUNK, end - at), at)):
            at += len(chunk)
            yield chunk


def ends(path: str, most: int) -> bytes:
    """The first and the last bytes of a file, at most so many of each; none where it cannot be opened, as within an archive."""
    try:
        with open(path, "rb") as file:
            first = file.read(most)
            end = file.seek(0, os.SEEK_END)
            file.seek(max(len(first), end - most))
            return first + file.read(most)
    except OSError:
        return b""
