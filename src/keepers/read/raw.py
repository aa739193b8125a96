"""RAW files: their size and pixels through LibRaw, their tags through our own reader."""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import rawpy

from keepers.errors import UnreadableError
from keepers.read import boxes, exif, jpeg, old_raw, tiff
from keepers.read.damage import told_as

Bytes = bytes | memoryview
_REASON: Final = "is damaged: its RAW data cannot be read"
# LibRaw's flip (0, 3, 5, 6) in the words of Exif orientation.
_TURNS: Final = {0: 1, 3: 3, 5: 8, 6: 6}
_OFFSETS, _COUNTS = (0x0111, 0x0144), (0x0117, 0x0145)
_SUB_IFDS: Final = 0x014A
#: Panasonic writes this where it means "see another tag".
_ELSEWHERE: Final = 0xFFFFFFFF
_XMP: Final = 0x02BC
_MOST_XMP: Final = 10 << 20
_XMP_BOX: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_CANON: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


def size(data: Bytes) -> tuple[int, int]:
    """The upright size of the developed picture, from the header alone; refuses a file that was cut short."""
    _whole(data)
    with told_as(_REASON), rawpy.imread(io.BytesIO(data)) as picture:
        sizes = picture.sizes
        width, height = sizes.width, sizes.height
        return (height, width) if sizes.flip in {5, 6} else (width, height)


@dataclass(frozen=True, slots=True)
class Preview:
    """An embedded preview, JPEG bytes or pixels, and the Exif orientation that turns it upright."""

    picture: bytes | npt.NDArray[np.uint8]
    orientation: int


def preview(data: Bytes) -> Preview | None:
    """The embedded preview; None where the file has none."""
    with told_as(_REASON), rawpy.imread(io.BytesIO(data)) as picture:
        turn = _TURNS.get(picture.sizes.flip, 1)
        try:
            found = picture.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            return None
        if found.format is rawpy.ThumbFormat.JPEG:
            return Preview(bytes(found.data), turn)
        return Preview(np.array(found.data, np.uint8), turn)
    return None


def developed(data: Bytes) -> npt.NDArray[np.uint8]:
    """Develop the picture at half size, upright, in sRGB."""
    with told_as(_REASON), rawpy.imread(io.BytesIO(data)) as picture:
        return np.array(picture.postprocess(half_size=True, use_camera_wb=True), np.uint8)


def developed_whole(data: Bytes) -> npt.NDArray[np.uint8]:
    """Develop all pixels, upright, in sRGB, as bright as they were exposed."""
    with told_as(_REASON), rawpy.imread(io.BytesIO(data)) as picture:
        return np.array(picture.postprocess(use_camera_wb=True, no_auto_bright=True), np.uint8)


def tags(data: Bytes) -> tuple[exif.Exif, Bytes]:
    """The tags of a RAW file whatever its structure, and the block that their offsets count in."""
    if tiff.order(data) and data[2:4] != b"\x1a\0":
        return exif.parsed(data), data
    if data[4:8] == b"ftyp":
        return _cr3(data)
    if data[:4] == b"FOVb" or data[6:14] == b"HEAPCCDR":
        return old_raw.tags(data), b""
    block: Bytes | None = None
    if data[:8] == b"FUJIFILM":
        at, length = (int.from_bytes(data[place : place + 4], "big") for place in (84, 88))
        block = within_jpeg(data[at : at + length])
    elif data[:4] == b"\0MRM":
        at = bytes(data[:4096]).find(b"\0TTW")
        block = data[at + 8 : at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")] if at > 0 else None
    return exif.parsed(block), block or b""


def within_jpeg(picture: Bytes) -> Bytes | None:
    """The Exif block of a JPEG that lies within another file; None where it has none."""
    try:
        return jpeg.exif(picture, jpeg.structure(picture))
    except UnreadableError:
        return None


def xmp(data: Bytes, tags: exif.Exif) -> bytes:
    """The XMP packet of a TIFF-like file (tag 0x02BC) or of a CR3 (a box of its own)."""
    packet = tags.main.get(_XMP)
    if isinstance(packet, tiff.Blob):
        return bytes(data[packet.start : packet.start + min(packet.size, _MOST_XMP)])
    if isinstance(packet, bytes):
        return packet
    if data[4:12] == b"ftypcrx ":
        for box in boxes.children(data, 0, len(data)):
            if box.kind == b"uuid" and data[box.start : box.start + 16] == _XMP_BOX:
                return bytes(data[box.start + 16 : min(box.end, box.start + _MOST_XMP)])
    return b""


def _cr3(data: Bytes) -> tuple[exif.Exif, Bytes]:
    """Canon keeps the directories apart, each a TIFF structure of its own: CMT1 main, CMT2 Exif, CMT4 GPS."""
    moov = boxes.child(data, 0, len(data), b"moov")
    found: dict[bytes, memoryview] = {}
    for box in boxes.children(data, moov.start, moov.end) if moov else ():
        if box.kind == b"uuid" and data[box.start : box.start + 16] == _CANON:
            for part in boxes.children(data, box.start + 16, box.end):
                found[part.kind] = memoryview(data)[part.start : part.end]
    main, photo, gps = (
        tiff.directory(block, tiff.first(block)).tags if (block := found.get(kind)) is not None else {}
        for kind in (b"CMT1", b"CMT2", b"CMT4")
    )
    return exif.Exif(main, photo, gps), found.get(b"CMT2", memoryview(b""))


def _whole(data: Bytes) -> None:
    """Refuse a TIFF-like RAW file some of whose strips or tiles lie beyond its end."""
    if not tiff.order(data):
        return
    todo, seen = [tiff.first(data)], set[int]()
    while todo and len(seen) < 32:
        offset = todo.pop()
        if not offset or offset in seen:
            continue
        seen.add(offset)
        found = tiff.directory(data, offset)
        todo += [found.following, *_whole_numbers(found.tags.get(_SUB_IFDS))]
        for places, lengths in zip(_OFFSETS, _COUNTS, strict=True):
            starts, sizes = (_whole_numbers(found.tags.get(tag)) for tag in (places, lengths))
            ends = [at + length for at, length in zip(starts, sizes, strict=False) if at != _ELSEWHERE]
            if max(ends, default=0) > len(data):
                raise UnreadableError("is cut short: its pixels lie beyond its end")


def _whole_numbers(value: tiff.Value | tiff.Blob | None) -> list[int]:
    if isinstance(value, int):
        return [value]
    return [item for item in value if isinstance(item, int)] if isinstance(value, tuple) else []
