"""What an XMP packet says (ISO 16684-1): dates, rating, words, people, place, burst and film of a photo."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from keepers.model import DateClaim
from keepers.read.exif import minutes
from keepers.read.words import printable

MOST_BYTES: Final = 10 << 20
#: A packet of many masks and a long history has some thousand; each costs 100 times its bytes.
MOST_TAGS: Final = 200_000
#: Lists of one name within another would be walked again and again.
_MOST_LISTS: Final = 8
_XMP, _EXIF = "{http://ns.adobe.com/xap/1.0/}", "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_CAMERA: Final = "{http://ns.google.com/photos/1.0/camera/}"
_ITEM: Final = "{http://ns.google.com/photos/1.0/container/item/}"
_RDF, _DC = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://purl.org/dc/elements/1.1/}"
_CRS: Final = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
# Keywords: flat ones first, then paths of them with the sign that parts their steps.
_KEYWORDS: Final = (
    (_DC + "subject", ""),
    ("{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject", "|"),
    ("{http://www.digikam.org/ns/1.0/}TagsList", "/"),
    ("{http://ns.microsoft.com/photo/1.0/}LastKeywordXMP", "/"),
)
# Regions of the Metadata Working Group (Lightroom, digiKam, Picasa), and Microsoft's people tags.
_REGION: Final = "{http://www.metadataworkinggroup.com/schemas/regions/}"
_MICROSOFT: Final = "{http://ns.microsoft.com/photo/1.2/t/Region#}PersonDisplayName"
_SOURCE: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
_IN_IMAGE: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}PersonInImage"
#: More words of a kind than anybody gives to one photo.
_MOST_WORDS: Final = 500
MOST_DESCRIPTION: Final = 4000
#: What `keepers dates --set --sidecar` writes: this date was stated by a person, until another program changes it.
PERSON: Final = "urn:keepers:1.0/"
_DEGREES: Final = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])$")
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
    rb"|dc:subject|hierarchicalSubject|TagsList|LastKeywordXMP|dc:description|dc:title|GPSLatitude|PersonInImage"
    rb"|PersonDisplayName|/schemas/regions/|RawFileName|SidecarForExtension|DigitalSourceType"
)
_FACES: Final = re.compile(rb"/schemas/regions/|t/Region#|PersonInImage")


@dataclass(frozen=True, slots=True)
class Xmp:
    """The facts of one packet; `film_from_end` counts bytes from the end of the file.

    `raw_name` and `extension` name the file that a sidecar was written for, where it says so. `composite` says
    that Keepers made the picture of other photos.
    """

    dates: tuple[DateClaim, ...] = ()
    rating: int | None = None
    label: str = ""
    burst: str = ""
    film_from_end: int | None = None
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    position: tuple[float, float] | None = None
    raw_name: str = ""
    extension: str = ""
    composite: bool = False


NOTHING: Final = Xmp()


def parsed(packet: bytes | memoryview | None) -> Xmp:
    """Read a packet or sidecar; one that is broken, hostile or too long says nothing."""
    if not packet or len(packet) > MOST_BYTES or not _WORTH.search(packet):
        return NOTHING
    text = bytes(packet).strip(b"\0 \r\n\t")
    if text.count(b"<") > MOST_TAGS:
        return NOTHING
    try:
        root = fromstring(text, forbid_dtd=True)
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
        title=printable(_alternative(root, "title")),
        description=printable(_alternative(root, "description"), MOST_DESCRIPTION),
        keywords=_unique(_keywords(root)),
        people=_unique(_people(root)) if _FACES.search(packet) else (),
        position=position(properties.get(_EXIF + "GPSLatitude", ""), properties.get(_EXIF + "GPSLongitude", "")),
        raw_name=printable(properties.get(_CRS + "RawFileName", "")),
        extension=printable(properties.get(_PHOTOSHOP + "SidecarForExtension", "")),
        composite=_is_ours(properties),
    )  # fmt: skip


def _is_ours(properties: dict[str, str]) -> bool:
    """Whether Keepers made the picture of others; phones say the same of photos that are single to everyone."""
    made = properties.get(_XMP + "CreatorTool", "").startswith("Keepers ")
    return made and "/composite" in properties.get(_SOURCE, "")


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in words:
        if (text := printable(word)) and len(found) < _MOST_WORDS:
            found[text] = None
    return tuple(found)


def _items(root: Element, name: str) -> Iterator[str]:
    """The entries of a list, or the text itself where a program wrote no list."""
    for element in islice(root.iter(name), _MOST_LISTS):
        if not len(element):
            yield element.text or ""
        for item in element.iter(_RDF + "li"):
            yield item.text or ""


def _alternative(root: Element, name: str) -> str:
    """The first text of a property that may be told in several languages; the default one stands first."""
    attribute = next((text for item in root.iter(_RDF + "Description") if (text := item.get(_DC + name))), "")
    return attribute or next((text for text in _items(root, _DC + name) if text.strip()), "")


def _keywords(root: Element) -> Iterator[str]:
    for name, sign in _KEYWORDS:
        for text in _items(root, name):
            yield text.replace(sign, "/") if sign else text


def _people(root: Element) -> Iterator[str]:
    """Names of faces; a region that is a pet, a bar code or the focus names no person."""
    for element in root.iter():
        name = _said(element, _REGION + "Name")
        if name and _said(element, _REGION + "Type") in {"", "Face"}:
            yield name
        yield element.get(_MICROSOFT, "")
    yield from _items(root, _MICROSOFT)
    yield from _items(root, _IN_IMAGE)


def _said(element: Element, name: str) -> str:
    """A property of a structure, which may be written as an attribute or as a child."""
    return element.get(name) or element.findtext(name) or ""


def position(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Decimal degrees from `34,47.847N` and `134,45,52E`; None where absent, nonsense or 0, 0."""
    found: list[float] = []
    for text, most in ((latitude, 90), (longitude, 180)):
        match = _DEGREES.match(text.strip())
        if match is None:
            return None
        degrees = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
        if degrees > most or (match[4] in "NS") != (most == 90):
            return None
        found.append(-degrees if match[4] in "SW" else degrees)
    return None if found == [0, 0] else (round(found[0], 7), round(found[1], 7))


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        yield from element.attrib.items()
        if element.text and not len(element):
            yield element.tag, element.text


def _claims(properties: dict[str, str]) -> Iterator[DateClaim]:
    stated = properties.get(f"{{{PERSON}}}Taken", "")
    user = iso_claim("user", stated) if stated == properties.get(_EXIF + "DateTimeOriginal") else None
    if user is not None:
        yield user
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
