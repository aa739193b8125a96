"""Which assets of servers the contents are, and which others their server calls alike each: asked once while nothing changes."""

import os
from collections.abc import Mapping, Sequence

from keepers.catalog.contents import BATCH
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, PlaceId


def served(catalog: Catalog, roots: Sequence[str], wanted: Sequence[int]) -> dict[PlaceId, dict[str, int]]:
    """The contents (by row) among the wanted ones that lie on a server below the roots: by place, and by the asset's id."""
    found: dict[PlaceId, dict[str, int]] = {}
    where, values = below("l.key", roots)
    for start in range(0, len(wanted), BATCH // 2):
        part = wanted[start : start + BATCH // 2]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT l.place, l.key, l.content FROM location l
                WHERE l.place != '{LOCAL}' AND l.main IS NULL AND l.fate = 'photo' AND l.content IN ({marks}) AND {where}
                ORDER BY l.place, l.key""",
            [*part, *values],
        )
        for place, key, content in rows:
            found.setdefault(PlaceId(place), {})[os.fsdecode(key)] = content
    return found


def known(catalog: Catalog, place: PlaceId, among: str) -> dict[str, tuple[str, ...]]:
    """The assets that were called alike each, by id, where they were chosen from the same ones."""
    rows = catalog.db.execute(
        "SELECT key, found FROM served_alike WHERE place = ? AND among = ?", (place, among)
    )
    return {key: tuple(found.split()) for key, found in rows}


def remember(catalog: Catalog, place: PlaceId, among: str, found: Mapping[str, Sequence[str]]) -> None:
    """Keep which assets a server calls alike each, by id."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO served_alike VALUES (?, ?, ?, ?)",
            [(place, key, among, " ".join(alike)) for key, alike in found.items()],
        )
