"""An XMP sidecar that states a date, with all else that was in it left byte for byte as it was."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from keepers.errors import UnreadableError
from keepers.read import xmp, xmp_packet

_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_RDF: Final = xmp_packet.RDF
#: What programs show as the capture time: ISO 16684-1, 8.5 (exif) and Adobe's Photoshop schema; and our mark.
_DATES: Final = (
    (_EXIF, "exif", "DateTimeOriginal"),
    (_PHOTOSHOP, "photoshop", "DateCreated"),
    (xmp.PERSON, "keepers", "Taken"),
)


def dated(packet: bytes | None, date: str) -> bytes:
    """The sidecar `packet`, or a new one, with this ISO date as its capture time.

    UnreadableError where it is not understood well enough to change nothing else in it.
    """
    old = (packet or xmp_packet.NEW.encode()).decode("utf-8", "surrogateescape")
    before = xmp_packet.parsed(old)
    text = old
    missing: list[tuple[str, str, str]] = []
    for uri, prefix, name in _DATES:
        text, number = _replaced(text, uri, name, date)
        if not number:
            missing.append((uri, prefix, name))
    text = _inserted(text, missing, date) if missing else text
    made = text.encode("utf-8", "surrogateescape")
    _compare(before, xmp_packet.parsed(text), made, date)
    return made


def _replaced(text: str, uri: str, name: str, date: str) -> tuple[str, int]:
    """Put the date where the property stands already, as an attribute or as an element."""
    done = 0
    for prefix in xmp_packet.prefixes(text, uri):
        word = re.escape(f"{prefix}:{name}")
        text, attributes = re.subn(rf"""(\s{word}\s*=\s*)("[^"<]*"|'[^'<]*')""", rf'\g<1>"{date}"', text)
        text, elements = re.subn(
            rf"(<{word}(?:\s[^<>]*)?(?<!/)>)[^<]*(</{word}\s*>)", rf"\g<1>{date}\g<2>", text
        )
        done += attributes + elements
    return text, done


def _inserted(text: str, missing: list[tuple[str, str, str]], date: str) -> str:
    """Add a description of the same thing behind the others."""
    spaces = [(short, uri) for uri, short, _ in missing]
    values = " ".join(f'{short}:{name}="{date}"' for _, short, name in missing)
    return xmp_packet.described(text, spaces, values)


def _compare(before: Element, after: Element, made: bytes, date: str) -> None:
    """Make sure that the date is read back, and that nothing else has come or gone."""
    old, new = _properties(before), _properties(after)
    wanted = xmp.iso_claim("xmp:original", date)
    said = {claim for claim in xmp.parsed(made).dates if claim.source == "xmp:original"}
    if old != new or said != {wanted} or set(_dates(after)) != {date}:
        raise UnreadableError("holds a date in a way that cannot be changed safely")


def _dates(root: Element) -> Iterator[str]:
    names = {f"{{{uri}}}{name}" for uri, _, name in _DATES}
    for element in root.iter():
        yield from (value for name, value in element.attrib.items() if name in names)
        if element.tag in names:
            yield (element.text or "").strip()


def _properties(root: Element) -> Counter[tuple[str, str]]:
    """Every property but the dates, with its value."""
    dates = {f"{{{uri}}}{name}" for uri, _, name in _DATES}
    found: Counter[tuple[str, str]] = Counter()
    for element in root.iter():
        if element.tag not in {*dates, f"{{{_RDF}}}Description"}:
            found[element.tag, (element.text or "").strip()] += 1
        attributes = [pair for pair in element.attrib.items() if pair[0] not in dates]
        found.update(pair for pair in attributes if pair[0] != f"{{{_RDF}}}about")
    return found
