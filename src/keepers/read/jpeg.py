"""The structure of a JPEG file (ITU-T T.81, annex B): its segments, its scans, and a digest of what decides the pixels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from keepers.errors import UnreadableError
from keepers.read.damage import fitting

SOI: Final = b"\xff\xd8"
EOI: Final = b"\xff\xd9"
_SOS: Final = 0xDA
_DHT, _DQT, _DRI, _DNL, _DAC = 0xC4, 0xDB, 0xDD, 0xDC, 0xCC
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
#: Start of frame: C0-CF without the tables DHT, JPG and DAC.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
_DECIDING: Final = frozenset((_DHT, _DQT, _DRI, _DNL, _DAC))
#: Garbage between segments that libjpeg would skip too; more is no camera's doing.
_GARBAGE: Final = 1 << 16
#: Digests of other versions of this method must never be equal to ours.
_CONTEXT: Final = "keepers coded pixels 1"

Bytes = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker and where its payload lies."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Jpeg:
    """The segments of a JPEG before its first scan, and the frame they announce."""

    width: int
    height: int
    components: int
    process: int
    segments: tuple[Segment, ...]
    scan: int

    @property
    def progressive(self) -> bool:
        """Say whether the picture comes in several ever finer scans."""
        return self.process in {0xC2, 0xC6, 0xCA, 0xCE}

    @property
    def plain(self) -> bool:
        """Say whether libjpeg-turbo decodes it straight to grey: Huffman, 8 bits, grey or three colours."""
        return self.process in {0xC0, 0xC1, 0xC2} and self.components in {1, 3}


def structure(data: Bytes) -> Jpeg:
    """Walk the segments up to the first scan; about 10 us."""
    if data[:2] != SOI:
        raise UnreadableError("is damaged: it does not begin like a JPEG")
    segments: list[Segment] = []
    frame: Segment | None = None
    at, size = 2, len(data)
    while True:
        at, marker = _marker(data, at, size)
        if marker == 0xD9 or at + 2 > size:
            raise UnreadableError("is cut short: no picture data")
        if marker in _ALONE:
            continue
        end = at + (data[at] << 8 | data[at + 1])
        if end > size or end < at + 2:
            raise UnreadableError("is damaged: a block is longer than the file")
        segment = Segment(marker, at + 2, end)
        if marker == _SOS:
            break
        segments.append(segment)
        if marker in _FRAMES:
            frame = segment
        at = end
    if frame is None or frame.end - frame.start < 6:
        raise UnreadableError("is damaged: no frame header before the picture data")
    first = frame.start
    height, width = data[first + 1] << 8 | data[first + 2], data[first + 3] << 8 | data[first + 4]
    fitting(width, height)
    return Jpeg(width, height, data[first + 5], frame.marker, tuple(segments), at - 2)


def _marker(data: Bytes, at: int, size: int) -> tuple[int, int]:
    """The next marker code and the position behind it; fill bytes and a little garbage are skipped."""
    limit = min(size, at + _GARBAGE)
    while at + 1 < limit:
        if data[at] != 0xFF:
            at += 1
        elif data[at + 1] in {0x00, 0xFF}:
            at += 1
        else:
            return at + 2, data[at + 1]
    raise UnreadableError("is cut short: it ends within its header")


def payloads(data: Bytes, jpeg: Jpeg, marker: int, signature: bytes) -> list[memoryview]:
    """The bodies of all segments of a kind that begin with a signature, without the signature."""
    view, size = memoryview(data), len(signature)
    return [
        view[part.start + size : part.end]
        for part in jpeg.segments
        if part.marker == marker and data[part.start : part.start + size] == signature
    ]


def exif(data: Bytes, jpeg: Jpeg) -> memoryview | None:
    """The TIFF structure within the first Exif segment."""
    found = payloads(data, jpeg, _APP1, b"Exif\0")
    # One byte of padding follows the signature, 0 or (some old cameras) 255.
    return found[0][1:] if found else None


def xmp(data: Bytes, jpeg: Jpeg) -> memoryview | None:
    """The main XMP packet."""
    found = payloads(data, jpeg, _APP1, b"http://ns.adobe.com/xap/1.0/\0")
    return found[0] if found else None


def profile(data: Bytes, jpeg: Jpeg) -> bytes:
    """The ICC profile joined from its parts in their numbered order; empty where there is none."""
    parts = sorted(payloads(data, jpeg, _APP2, b"ICC_PROFILE\0"), key=lambda part: bytes(part[:1]))
    return b"".join(part[2:] for part in parts)


def _markers(data: Bytes, start: int) -> npt.NDArray[np.int64]:
    """Positions of all bytes FF that begin a marker (not stuffed, no restart, no fill); 0.2 ms a MB."""
    array = np.frombuffer(data, np.uint8)[start:]
    at = np.flatnonzero(array[:-1] == 0xFF)
    code = array[at + 1]
    return at[(code != 0) & (code != 0xFF) & ((code < 0xD0) | (code > 0xD7))] + start


def _end_of_single_scan(data: Bytes, start: int) -> int:
    array = np.frombuffer(data, np.uint8)
    # Coded data never hold FF D9, so the first one after the scan header ends the picture.
    hits = np.flatnonzero((array[start:-1] == 0xFF) & (array[start + 1 :] == 0xD9))
    return start + int(hits[0]) if len(hits) else -1


@dataclass(frozen=True, slots=True)
class Scans:
    """All scans of a JPEG: the parts that decide the pixels, and where its end marker stands (-1: nowhere)."""

    parts: tuple[tuple[int, int], ...]
    first_end: int
    end: int
    complete: bool


def scans(data: Bytes, jpeg: Jpeg) -> Scans:
    """Find every scan from the first on, skipping what lies between them and decides nothing."""
    marks = _markers(data, jpeg.scan + 2)
    parts: list[tuple[int, int]] = []
    fine: set[tuple[int, int]] = set()
    at, first_end, index = jpeg.scan, -1, 0
    while True:
        code, body = data[at + 1], at + 4
        if code == 0xD9:
            return Scans(tuple(parts), first_end, at, complete=True)
        length = data[at + 2] << 8 | data[at + 3] if body <= len(data) else len(data)
        index = int(np.searchsorted(marks, at + 2 + length))
        after = int(marks[index]) if index < len(marks) else len(data)
        if code == _SOS:
            fine |= _finished(data[body : at + 2 + length])
            first_end = after if first_end < 0 else first_end
        if code == _SOS or code in _DECIDING:
            parts.append((at, after))
        if after + 4 > len(data) and (after + 2 > len(data) or data[after + 1] != 0xD9):
            every = {(component, high) for component in _ids(data, jpeg) for high in (0, 63)}
            return Scans(tuple(parts), first_end, -1, complete=every <= fine)
        at = after


def _finished(header: Bytes) -> set[tuple[int, int]]:
    """Which components a progressive scan header brings to full precision, at DC (0) and at the last AC (63)."""
    count = header[0] if len(header) else 0
    if len(header) < 4 + 2 * count or header[3 + 2 * count] & 15:
        return set()
    low, high = header[1 + 2 * count], header[2 + 2 * count]
    return {(header[1 + 2 * k], band) for k in range(count) for band in (0, 63) if low <= band <= high}


def _ids(data: Bytes, jpeg: Jpeg) -> list[int]:
    frame = next(part for part in jpeg.segments if part.marker == jpeg.process)
    body = data[frame.start : frame.end]
    return [body[6 + 3 * k] for k in range(jpeg.components) if 6 + 3 * k < len(body)]


def digest(data: Bytes, jpeg: Jpeg, orientation: int) -> str:
    """Hash what decides the decoded pixels: frame, tables, coded data, orientation, colour profile and transform.

    Everything else (Exif, XMP, comments, what follows the end marker) is left out. Empty where the
    file has no end marker: then nothing is proven.
    """
    single = not jpeg.progressive and data[jpeg.scan + 4] == jpeg.components
    if single:
        end = _end_of_single_scan(data, jpeg.scan)
        parts: tuple[tuple[int, int], ...] = ((jpeg.scan, end),)
    else:
        found = scans(data, jpeg)
        end, parts = found.end, found.parts
    if end < 0:
        return ""
    view = memoryview(data)
    hasher = blake3(derive_key_context=_CONTEXT)
    for part in jpeg.segments:
        if part.marker in _DECIDING or part.marker == jpeg.process:
            hasher.update(view[part.start - 4 : part.end])
    adobe = payloads(data, jpeg, _APP14, b"Adobe")
    jfif = bool(payloads(data, jpeg, _APP0, b"JFIF\0"))
    transform = adobe[0][6] if adobe and len(adobe[0]) > 6 else 255
    icc = profile(data, jpeg)
    hasher.update(bytes((orientation, transform, jfif)) + len(icc).to_bytes(4, "big") + icc)
    for start, stop in parts:
        hasher.update(view[start:stop])
    return hasher.hexdigest()
