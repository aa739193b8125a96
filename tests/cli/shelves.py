"""What tests of duplicates look for, and the sidecars that they write."""

import contextlib
from pathlib import Path
from typing import Any

from keepers.catalog.store import open_catalog
from tests.cli.world import Keepers, Told

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"""


def xmp(attributes: str = "", inside: str = "") -> bytes:
    return XMP.format(attributes=attributes, inside=inside).encode()


def words(*keywords: str) -> str:
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in keywords)
    return f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"


def groups(told: Told) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told.json["groups"]
    return found


def only(told: Told) -> dict[str, Any]:
    assert len(groups(told)) == 1, told.out
    return groups(told)[0]


def rows(keepers: Keepers, query: str) -> list[Any]:
    with contextlib.closing(open_catalog(keepers.catalog, create=False)) as catalog:
        return list(catalog.db.execute(query))


def trash_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob(".keepers-trash/*"))
