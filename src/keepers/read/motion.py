"""Where the film within a Motion Photo lies: Google's, Samsung's, and what others append to a JPEG."""

from typing import Final

from keepers.errors import UnreadableError
from keepers.read import boxes

Bytes = bytes | memoryview
_EOI: Final = b"\xff\xd9"
#: Samsung's trailer names its parts; the film lies behind the name.
_SAMSUNG: Final = b"MotionPhoto_Data"
_INSIDE: Final = frozenset({b"moov", b"mdat", b"free", b"wide", b"skip", b"uuid", b"meta", b"moof", b"styp"})


def is_film(data: Bytes, offset: int) -> bool:
    """Whether an MP4 or QuickTime film begins at an offset."""
    return 0 < offset < len(data) - 8 and data[offset + 4 : offset + 8] == b"ftyp"


def in_jpeg(data: Bytes) -> int | None:
    """The film behind the picture of a JPEG that no XMP tells of; None where the file ends with the picture."""
    if data[-2:] == _EOI:
        return None
    if data[-4:] == b"SEFT":
        return _samsung(data)
    # Huawei, Honor, OPPO and programs that lost the XMP: the film simply follows.
    at = bytes(data).rfind(b"ftyp") - 4
    return at if is_film(data, at) and len(_parts(data, at)) > 1 else None


def in_heif(data: Bytes) -> int | None:
    """The film in the box `mpvd` of a HEIC (Motion Photo format 1.0), or in Samsung's trailer."""
    try:
        for box in boxes.children(data, 0, len(data)):
            if box.kind == b"mpvd" and is_film(data, box.start):
                return box.start
    except UnreadableError:
        return None
    return _samsung(data) if data[-4:] == b"SEFT" else None


def _samsung(data: Bytes) -> int | None:
    at = bytes(data).rfind(_SAMSUNG)
    start = at + len(_SAMSUNG)
    return start if at >= 0 and is_film(data, start) else None


def film(data: Bytes, offset: int) -> Bytes:
    """The bytes of the film that begins at an offset, without what follows it; empty where none begins there."""
    if not is_film(data, offset):
        return b""
    parts = _parts(data, offset)
    return data[offset : parts[-1].end] if parts else b""


def _parts(data: Bytes, offset: int) -> list[boxes.Box]:
    """The outermost boxes of a film, up to the first thing that is none."""
    found: list[boxes.Box] = []
    try:
        for box in boxes.children(data, offset, len(data)):
            if found and box.kind not in _INSIDE:
                break
            found.append(box)
    except UnreadableError:
        pass
    return found
