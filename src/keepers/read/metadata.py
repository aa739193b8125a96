"""What the bytes of a photo or film say of themselves; nothing here decodes pixels."""

import re
from typing import Final

from keepers.errors import UnreadableError
from keepers.model import Facts
from keepers.read import boxes, damage, exif, heif, iptc, jpeg, jxl, motion, png, raw, tiff, xmp
from keepers.read.damage import fitting, told_as
from keepers.read.film import video_facts
from keepers.read.formats import Format
from keepers.read.words import printable

__all__ = ["facts", "video_facts"]

Bytes = bytes | memoryview
_REASON: Final = "is damaged: its header cannot be read"
_GIF_CONTROL: Final = re.compile(rb"!\xf9\x04.{4}\0[,!]", re.DOTALL)
_JPEG_MODES: Final = {1: "L", 3: "RGB", 4: "CMYK"}
_PNG_MODES: Final = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_SWAPPED: Final = (5, 6, 7, 8)


def facts(data: Bytes, fmt: Format) -> Facts:
    """Learn size, camera, dates, place and every tag from the bytes of a picture; `pixels` stays empty.

    UnreadableError where the picture is damaged, cut short or too large; a broken Exif or XMP block in
    a good picture is simply absent.
    """
    if fmt.raw:
        return _raw(data, fmt)
    match fmt.name:
        case "jpeg":
            found = jpeg.structure(data)
            return of_jpeg(data, fmt, found, exif.parsed(jpeg.exif(data, found)))
        case "png":
            return _png(data, fmt)
        case "heic":
            return _heif(data, fmt)
        case _:
            return _pillow(data, fmt)


def of_jpeg(data: Bytes, fmt: Format, found: jpeg.Jpeg, tags: exif.Exif, pixels: str = "") -> Facts:
    """Learn the facts of a JPEG whose structure, tags and perhaps pixel digest are known already."""
    width, height = found.width, found.height
    if tags.orientation in _SWAPPED:
        width, height = height, width
    coded = exif.Coded(_JPEG_MODES.get(found.components, ""), pixels, jpeg.quality(data, found))
    base = exif.facts(tags, fmt.name, (width, height), jpeg.exif(data, found) or b"", coded)
    words = iptc.parsed(jpeg.photoshop(data, found))
    if words is not iptc.NOTHING:
        base = base._replace(
            description=words.description, keywords=words.keywords, dates=(*base.dates, *words.dates)
        )
    base = _with_xmp(base, xmp.parsed(jpeg.xmp(data, found)), data)
    film = motion.in_jpeg(data) if base.film_offset is None else None
    return base if film is None else base._replace(film_offset=film)


def _turned(fmt: Format, width: int, height: int, tags: exif.Exif, block: Bytes | None) -> Facts:
    if tags.orientation in _SWAPPED:
        width, height = height, width
    return exif.facts(tags, fmt.name, (width, height), block or b"")


def _with_xmp(base: Facts, packet: xmp.Xmp, data: Bytes) -> Facts:
    if packet is xmp.NOTHING:
        return base
    film = len(data) - packet.film_from_end if packet.film_from_end else -1
    return base._replace(
        burst=base.burst or packet.burst,
        rating=base.rating if packet.rating is None else packet.rating,
        exif={**base.exif, "Label": packet.label} if packet.label else base.exif,
        dates=(*base.dates, *packet.dates), position=base.position or packet.position,
        description=packet.description or packet.title or base.description,
        keywords=packet.keywords or base.keywords, people=packet.people,
        film_offset=film if motion.is_film(data, film) else None, composite=packet.composite,
    )  # fmt: skip


def _png(data: Bytes, fmt: Format) -> Facts:
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if len(data) < 33:
        raise UnreadableError("is cut short: it ends within its header")
    fitting(width, height)
    found = png.parsed(data)
    mode = _PNG_MODES.get(data[25], "")
    base = _turned(fmt, width, height, exif.parsed(found.exif), found.exif)
    base = base._replace(
        software=base.software or printable(found.software),
        dates=(*base.dates, *found.dates),
        mode=mode,
    )
    return _with_xmp(base, xmp.parsed(found.xmp), data)


def _heif(data: Bytes, fmt: Format) -> Facts:
    boxes.whole(data)
    header = heif.header(data)
    fitting(header.width, header.height)
    # libheif applies the file's own rotation, so the Exif orientation says nothing more.
    block = _block(header.exif)
    base = exif.facts(exif.parsed(block), fmt.name, (header.width, header.height), block or b"")
    base = _with_xmp(base._replace(frames=header.frames, mode=header.mode), xmp.parsed(header.xmp), data)
    film = motion.in_heif(data) if base.film_offset is None else None
    return base if film is None else base._replace(film_offset=film)


def _pillow(data: Bytes, fmt: Format) -> Facts:
    if fmt.name == "avif":
        boxes.whole(data)
    jxl.available(fmt.name)
    with told_as(_REASON), damage.picture(data, fmt.pillow) as picture:
        (width, height), info, mode = picture.size, dict(picture.info), picture.mode
        frames = 1 if fmt.name == "gif" else int(getattr(picture, "n_frames", 1))
    block = memoryview(data) if fmt.name == "tiff" else _block(info.get("exif"))
    tags = exif.parsed(block)
    if fmt.name == "gif":
        frames = _gif_frames(data)
    packet = raw.xmp(data, tags) if fmt.name == "tiff" else info.get("xmp")
    # Pillow turns TIFF upright by itself and swaps the size it tells.
    is_upright = fmt.name == "tiff"
    upright = (
        exif.facts(tags, fmt.name, (width, height), block or b"")
        if is_upright
        else _turned(fmt, width, height, tags, block)
    )
    base = upright._replace(frames=max(1, frames), mode=mode)
    return _with_xmp(base, xmp.parsed(_packet(packet)), data)


def _gif_frames(data: Bytes) -> int:
    """Count the graphic control extensions, one before each picture of an animation (GIF89a, section 23)."""
    return max(1, len(_GIF_CONTROL.findall(data)))


def _block(found: object) -> memoryview | None:
    return memoryview(found.removeprefix(b"Exif\0\0")) if isinstance(found, bytes) else None


def _packet(found: object) -> bytes | None:
    if isinstance(found, str):
        return found.encode("utf-8", "surrogateescape")
    return found if isinstance(found, bytes) else None


def _raw(data: Bytes, fmt: Format) -> Facts:
    if fmt.name == "cr3" and not tiff.order(data):
        boxes.whole(data)
    width, height = raw.size(data)
    fitting(width, height)
    tags, block = raw.tags(data)
    if tags.main or tags.photo:
        base = exif.facts(tags, fmt.name, (width, height), block)
        return _with_xmp(base, xmp.parsed(raw.xmp(data, tags)), data)
    # Sigma and old Canon files have structures of their own; their preview is an ordinary JPEG.
    found = raw.preview(data)
    if found is not None and isinstance(found.picture, bytes):
        block = raw.within_jpeg(found.picture) or b""
        tags = exif.parsed(block)
    return exif.facts(tags, fmt.name, (width, height), block)
