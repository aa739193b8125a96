"""The text of an XMP sidecar, changed without touching what else is in it."""

import re
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from keepers.errors import UnreadableError

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#: A packet that says nothing yet (ISO 16684-1, 7.3).
NEW: Final = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Keepers">
 <rdf:RDF xmlns:rdf="{RDF}">
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
_ABOUT: Final = re.compile(r"""\brdf:about\s*=\s*("[^"<]*"|'[^'<]*')""")


def parsed(text: str) -> Element:
    """The tree of a packet; UnreadableError where it is damaged or hostile."""
    try:
        root: Element = fromstring(
            text.encode("utf-8", "surrogateescape").strip(b"\0 \r\n\t"), forbid_dtd=True
        )
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError, MemoryError) as error:
        raise UnreadableError("is no XMP that can be changed safely") from error
    return root


def prefixes(text: str, uri: str) -> list[str]:
    """The prefixes that a packet gives a namespace."""
    return sorted(set(re.findall(rf"""xmlns:([\w.\-]+)\s*=\s*["']{re.escape(uri)}["']""", text)))


def described(text: str, spaces: Sequence[tuple[str, str]], attributes: str, inside: str = "") -> str:
    """Add a description of the same thing behind the others; `spaces` are prefixes with their namespaces."""
    prefix = re.search(rf"""xmlns:([\w.\-]+)\s*=\s*["']{re.escape(RDF)}["']""", text)
    end = text.rfind(f"</{prefix[1]}:RDF") if prefix else -1
    if prefix is None or end < 0:
        raise UnreadableError("holds no description that could be added to")
    about = _ABOUT.search(text)
    rdf = prefix[1]
    what = about[1] if about else '""'
    named = " ".join(f'xmlns:{short}="{uri}"' for short, uri in spaces)
    head = " ".join(part for part in (f"<{rdf}:Description {rdf}:about={what}", named, attributes) if part)
    body = f">{inside}</{rdf}:Description>" if inside else "/>"
    return f"{text[:end]} {head}{body}\n {text[end:]}"
