"""An XMP sidecar that is told a rating, words, people and a place, with all else in it left as it was."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from keepers.errors import UnreadableError
from keepers.model import Facts
from keepers.read import xmp, xmp_packet
from keepers.read.words import printable

_DC: Final = "http://purl.org/dc/elements/1.1/"
_XMP: Final = "http://ns.adobe.com/xap/1.0/"
_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_EXT: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_LI: Final = f"{{{xmp_packet.RDF}}}li"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class _Property:
    """One property of the packet: its namespace, its usual prefix, its name, and how it is written anew."""

    uri: str
    short: str
    name: str
    inside: str

    @property
    def tag(self) -> str:
        return f"{{{self.uri}}}{self.name}"


def told(packet: bytes | None, wanted: Facts) -> bytes:
    """The sidecar `packet`, or a new one, that says what is `wanted` beside all that it said.

    Its own rating and description give way to other wanted ones; words and people are added, place and date only
    where it has none. UnreadableError
    where it is not understood well enough to change nothing else in it.
    """
    old = (packet or xmp_packet.NEW.encode()).decode("utf-8", "surrogateescape")
    before = xmp_packet.parsed(old)
    changes = list(_changes(before, xmp.parsed(packet), wanted))
    if not changes:
        return packet or b""
    text = old
    for change in changes:
        text = _removed(text, change)
    spaces = sorted({(change.short, change.uri) for change in changes})
    inside = "".join(
        f"<{change.short}:{change.name}>{change.inside}</{change.short}:{change.name}>" for change in changes
    )
    text = xmp_packet.described(text, [*spaces, ("rdf", xmp_packet.RDF)], "", inside)
    made = text.encode("utf-8", "surrogateescape")
    _compare(before, xmp_packet.parsed(text), changes)
    if not _says(xmp.parsed(made), wanted):
        raise UnreadableError("says things in a way that cannot be changed safely")
    return made


def _changes(tree: Element, said: xmp.Xmp, wanted: Facts) -> Iterator[_Property]:
    """What the packet has to say anew."""
    if wanted.rating is not None and wanted.rating != said.rating:
        yield _Property(_XMP, "xmp", "Rating", str(wanted.rating))
    words = [word for word in wanted.keywords if word not in said.keywords]
    if words:
        yield _Property(_DC, "dc", "subject", _bag([*_items(tree, f"{{{_DC}}}subject"), *words]))
    people = [name for name in wanted.people if name not in said.people]
    if people:
        tag = f"{{{_EXT}}}PersonInImage"
        yield _Property(_EXT, "Iptc4xmpExt", "PersonInImage", _bag([*_items(tree, tag), *people]))
    if wanted.description and _read(wanted.description) != said.description:
        _one_language(tree)
        text = f'<rdf:Alt><rdf:li xml:lang="x-default">{_escaped(wanted.description)}</rdf:li></rdf:Alt>'
        yield _Property(_DC, "dc", "description", text)
    if wanted.dates and not said.dates:
        yield _Property(_EXIF, "exif", "DateTimeOriginal", _escaped(wanted.dates[0].wall))
    if wanted.position is not None and said.position is None:
        for name, value, ends in zip(
            ("GPSLatitude", "GPSLongitude"), wanted.position, ("NS", "EW"), strict=True
        ):
            yield _Property(_EXIF, "exif", name, _degrees(value, ends))


def _bag(words: Sequence[str]) -> str:
    items = "".join(f"<rdf:li>{_escaped(word)}</rdf:li>" for word in words)
    return f"<rdf:Bag>{items}</rdf:Bag>"


def _escaped(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _items(tree: Element, tag: str) -> list[str]:
    """The words of a list, or the text itself where a program wrote no list."""
    found: list[str] = []
    for element in tree.iter(tag):
        texts = [item.text or "" for item in element.iter(_LI)] if len(element) else [element.text or ""]
        found += [text for text in texts if text.strip()]
    found += [text for element in tree.iter() if (text := element.get(tag, ""))]
    return list(dict.fromkeys(found))


def _one_language(tree: Element) -> None:
    for element in tree.iter(f"{{{_DC}}}description"):
        if len({item.get(_LANGUAGE, "") for item in element.iter(_LI)}) > 1:
            raise UnreadableError("is described in several languages")


def _degrees(value: float, ends: str) -> str:
    """Degrees and minutes as exif:GPSCoordinate (XMP specification part 2, 1.2.7.4): `34,47.84700000N`."""
    degrees, minutes = divmod(abs(value) * 60, 60)[0], abs(value) * 60 % 60
    return f"{int(degrees)},{minutes:.8f}{ends[value < 0]}"


def _removed(text: str, change: _Property) -> str:
    """Take the property away where it stands, as an attribute or as an element."""
    for prefix in xmp_packet.prefixes(text, change.uri):
        word = re.escape(f"{prefix}:{change.name}")
        text = re.sub(rf"""\s{word}\s*=\s*("[^"<]*"|'[^'<]*')""", "", text)
        text = re.sub(rf"<{word}(?:\s[^<>]*)?/>", "", text)
        text = re.sub(rf"<{word}(?:\s[^<>]*)?>.*?</{word}\s*>", "", text, flags=re.DOTALL)
    return text


def _compare(before: Element, after: Element, changes: Sequence[_Property]) -> None:
    """Make sure that nothing else has come or gone."""
    names = frozenset(change.tag for change in changes)
    if Counter(_others(before, names)) != Counter(_others(after, names)):
        raise UnreadableError("says things in a way that cannot be changed safely")


def _others(element: Element, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Every property but those of these names, with its value."""
    for name, value in element.attrib.items():
        if name not in names and name != f"{{{xmp_packet.RDF}}}about":
            yield name, value
    for child in element:
        if child.tag in names:
            continue
        if child.tag != f"{{{xmp_packet.RDF}}}Description":
            yield child.tag, (child.text or "").strip()
        yield from _others(child, names)


def _says(said: xmp.Xmp, wanted: Facts) -> bool:
    return (
        (wanted.rating is None or said.rating == wanted.rating)
        and set(wanted.keywords) <= set(said.keywords)
        and set(wanted.people) <= set(said.people)
        and (not wanted.description or said.description == _read(wanted.description))
        and (wanted.position is None or said.position is not None)
    )


def _read(description: str) -> str:
    """A description as it is read back."""
    return printable(description, xmp.MOST_DESCRIPTION)
