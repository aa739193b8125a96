"""What an XMP packet says (ISO 16684-1): dates, rating, label, burst and film of a photo."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from keepers.model import DateClaim
from keepers.read.exif import minutes, printable

MOST_BYTES: Final = 10 << 20
_XMP, _EXIF = "{http://ns.adobe.com/xap/1.0/}", "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_CAMERA: Final = "{http://ns.google.com/photos/1.0/camera/}"
_ITEM: Final = "{http://ns.google.com/photos/1.0/container/item/}"
_DATES: Final = (
    ("xmp:original", _EXIF + "DateTimeOriginal"),
    ("xmp:original", _PHOTOSHOP + "DateCreated"),
    ("xmp:digitized", _XMP + "CreateDate"),
    ("xmp:modified", _XMP + "ModifyDate"),
)
_ISO: Final = re.compile(
    r"(\d{4})[-:](\d\d)[-:](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$"
)
#: A packet without any of these words has nothing for us; parsing costs 20 times as much as looking.
_WORTH: Final = re.compile(
    rb"DateTimeOriginal|DateCreated|CreateDate|ModifyDate|Rating|Label|BurstID|MicroVideo|MotionPhoto"
)


@dataclass(frozen=True, slots=True)
class Xmp:
    """The facts of one packet; `film_from_end` counts bytes from the end of the file."""

    dates: tuple[DateClaim, ...] = ()
    rating: int | None = None
    label: str = ""
    burst: str = ""
    film_from_end: int | None = None


NOTHING: Final = Xmp()


def parsed(packet: bytes | memoryview | None) -> Xmp:
    """Read a packet or sidecar; one that is broken, hostile or too long says nothing."""
    if not packet or len(packet) > MOST_BYTES or not _WORTH.search(packet):
        return NOTHING
    try:
        root = fromstring(bytes(packet).strip(b"\0 \r\n\t"), forbid_dtd=True)
        properties = dict(_properties(root))
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError, MemoryError):
        return NOTHING
    rating = re.fullmatch(r"(-?\d)(\.0+)?", properties.get(_XMP + "Rating", "").strip())
    return Xmp(
        dates=tuple(_claims(properties)),
        rating=int(rating[1]) if rating and -1 <= int(rating[1]) <= 5 else None,
        label=printable(properties.get(_XMP + "Label", "")),
        burst=printable(properties.get(_CAMERA + "BurstID", "")),
        film_from_end=_film(root, properties),
    )  # fmt: skip


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        yield from element.attrib.items()
        if element.text and not len(element):
            yield element.tag, element.text


def _claims(properties: dict[str, str]) -> Iterator[DateClaim]:
    for source, name in _DATES:
        claim = iso_claim(source, properties.get(name, ""))
        if claim is not None:
            yield claim


def iso_claim(source: str, text: str) -> DateClaim | None:
    """The claim of an ISO 8601 date with or without time and offset; None where it is none."""
    match = _ISO.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, part, offset = match.groups()
    if hour is None:
        return DateClaim(source, f"{year}-{month}-{day}")
    wall = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}" + (f".{part}" if part else "")
    return DateClaim(source, wall, minutes(offset))


def _film(root: Element, properties: dict[str, str]) -> int | None:
    """Where the film of a Motion Photo begins: Google's Motion Photo format 1.0, or the older MicroVideo."""
    found: int | None = None
    for element in root.iter():
        semantic = element.get(_ITEM + "Semantic")
        if semantic is None:
            continue
        length = _whole(element.get(_ITEM + "Length", "")) + _whole(element.get(_ITEM + "Padding", ""))
        if semantic == "MotionPhoto":
            found = length
        elif found is not None:
            found += length
    return found or _whole(properties.get(_CAMERA + "MicroVideoOffset", "")) or None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
