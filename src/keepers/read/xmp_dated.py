"""An XMP sidecar that states a date, with all else that was in it left byte for byte as it was."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from keepers.errors import UnreadableError
from keepers.read import xmp

_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#: What programs show as the capture time: ISO 16684-1, 8.5 (exif) and Adobe's Photoshop schema; and our mark.
_DATES: Final = (
    (_EXIF, "exif", "DateTimeOriginal"),
    (_PHOTOSHOP, "photoshop", "DateCreated"),
    (xmp.PERSON, "keepers", "Taken"),
)
_NEW: Final = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Keepers">
 <rdf:RDF xmlns:rdf="{_RDF}">
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
_ABOUT: Final = re.compile(r"""\brdf:about\s*=\s*("[^"<]*"|'[^'<]*')""")


def dated(packet: bytes | None, date: str) -> bytes:
    """The sidecar `packet`, or a new one, with this ISO date as its capture time.

    UnreadableError where it is not understood well enough to change nothing else in it.
    """
    old = (packet or _NEW.encode()).decode("utf-8", "surrogateescape")
    before = _parsed(old)
    text = old
    missing: list[tuple[str, str, str]] = []
    for uri, prefix, name in _DATES:
        text, number = _replaced(text, uri, name, date)
        if not number:
            missing.append((uri, prefix, name))
    text = _inserted(text, missing, date) if missing else text
    made = text.encode("utf-8", "surrogateescape")
    _compare(before, _parsed(text), made, date)
    return made


def _parsed(text: str) -> Element:
    try:
        root: Element = fromstring(
            text.encode("utf-8", "surrogateescape").strip(b"\0 \r\n\t"), forbid_dtd=True
        )
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError, MemoryError) as error:
        raise UnreadableError("is no XMP that can be changed safely") from error
    return root


def _replaced(text: str, uri: str, name: str, date: str) -> tuple[str, int]:
    """Put the date where the property stands already, as an attribute or as an element."""
    done = 0
    for prefix in sorted(set(re.findall(rf"""xmlns:([\w.\-]+)\s*=\s*["']{re.escape(uri)}["']""", text))):
        word = re.escape(f"{prefix}:{name}")
        text, attributes = re.subn(rf"""(\s{word}\s*=\s*)("[^"<]*"|'[^'<]*')""", rf'\g<1>"{date}"', text)
        text, elements = re.subn(
            rf"(<{word}(?:\s[^<>]*)?(?<!/)>)[^<]*(</{word}\s*>)", rf"\g<1>{date}\g<2>", text
        )
        done += attributes + elements
    return text, done


def _inserted(text: str, missing: list[tuple[str, str, str]], date: str) -> str:
    """Add a description of the same thing behind the others."""
    prefix = re.search(rf"""xmlns:([\w.\-]+)\s*=\s*["']{re.escape(_RDF)}["']""", text)
    end = text.rfind(f"</{prefix[1]}:RDF") if prefix else -1
    if prefix is None or end < 0:
        raise UnreadableError("holds no description that a date could be added to")
    about = _ABOUT.search(text)
    rdf = prefix[1]
    spaces = " ".join(f'xmlns:{short}="{uri}"' for uri, short, _ in missing)
    values = " ".join(f'{short}:{name}="{date}"' for _, short, name in missing)
    what = about[1] if about else '""'
    return f"{text[:end]} <{rdf}:Description {rdf}:about={what} {spaces} {values}/>\n {text[end:]}"


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
