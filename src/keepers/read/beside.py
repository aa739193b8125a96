"""What a picture's file holds beside its picture and its metadata: films, other pictures, layers.

Two files of equal pixels may still differ in it: a Motion Photo has a film behind its picture, a phone's HEIC
a map of depth or of light. Whoever keeps one of them only must know.
"""

import re
from typing import Final

from blake3 import blake3
from PIL import TiffImagePlugin

from keepers.read import boxes, damage, jpeg, jxl, motion
from keepers.read.damage import told_as
from keepers.read.formats import Format

Bytes = bytes | memoryview
#: XMP in many parts (XMP specification part 3, 1.1.3.1) holds what is too large for metadata: depth, a second
#: view, sound.
_LONG_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
_APP1: Final = 0xE1
_SOS, _EOI = 0xDA, 0xD9
#: Marker codes within coded data that end nothing: stuffed, filled, restart (T.81, B.1.1.5).
_MARK: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
#: Photoshop's layers (ImageSourceData), and pictures within pictures (SubIFDs).
_LAYERS: Final = (37724, 330)
#: Auxiliary pictures, a picture made of others with a gain map, and Google's film.
_HEIF_PARTS: Final = (b"auxC", b"tmap", b"mpvd")


def beside(data: Bytes, fmt: Format) -> str:
    """A digest of what the file holds beside its picture and metadata; empty where there is nothing.

    Equal digests say that both hold the same. Where it cannot be taken out, the digest is that of the file,
    so that it is equal to no other's.
    """
    with told_as("is damaged"):
        match fmt.name:
            case "jpeg":
                return _digest(*_in_jpeg(data))
            case "heic" | "avif":
                return _digest(data) if _in_heif(data) else ""
            case "png" | "bmp":
                return _digest(data) if _in_png(data) else ""
            case _:
                return _digest(data) if _in_other(data, fmt) else ""


def _digest(*parts: Bytes) -> str:
    return blake3(b"".join(parts)).hexdigest() if any(len(part) for part in parts) else ""


def _in_jpeg(data: Bytes) -> list[Bytes]:
    """What follows the first picture, and the long XMP."""
    found = jpeg.structure(data)
    rest = bytes(data[_end(data, found) :]).rstrip(b"\0")
    return [*jpeg.payloads(data, found, _APP1, _LONG_XMP), rest]


def _end(data: Bytes, found: jpeg.Jpeg) -> int:
    """Where the first picture ends: behind its end marker, wherever the file ends."""
    at = found.scan
    while at + 4 <= len(data):
        if data[at + 1] == _EOI:
            return at + 2
        after = at + 2 + (data[at + 2] << 8 | data[at + 3])
        mark = _MARK.search(data, after)
        if mark is None:
            break
        at = mark.start()
    return at + 2 if bytes(data[at : at + 2]) == jpeg.EOI else len(data)


def _in_heif(data: Bytes) -> bool:
    whole = bytes(data)
    if any(kind in whole for kind in _HEIF_PARTS) or motion.in_heif(data) is not None:
        return True
    known = (b"ftyp", b"meta", b"mdat", b"free", b"skip")
    return any(box.kind not in known for box in boxes.children(data, 0, len(data)))


def _in_png(data: Bytes) -> bool:
    """An animation (acTL), or something behind the last chunk."""
    whole = bytes(data)
    if whole[:2] == b"BM":
        return False
    last = whole.rfind(b"IEND")
    return b"acTL" in whole[:4096] or len(whole[last + 8 :].strip(b"\0")) > 0


def _in_other(data: Bytes, fmt: Format) -> bool:
    """Layers of a TIFF; frames of anything else, whose times no pixel tells."""
    jxl.available(fmt.name)
    with damage.picture(data, fmt.pillow) as picture:
        if fmt.name == "tiff":
            if not isinstance(picture, TiffImagePlugin.TiffImageFile):
                return True
            return any(tag in picture.tag_v2 for tag in _LAYERS)
        return int(getattr(picture, "n_frames", 1)) > 1
