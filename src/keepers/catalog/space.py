"""How much room the known files of this machine take, and how much of it copies of the same bytes."""

import os
from dataclasses import dataclass
from typing import Final

from keepers.catalog import locations
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import LOCAL

#: Of several files with the same bytes all but the first by path; names of one file (hard links) are one file.
_AGAIN: Final = """SELECT key, size FROM (
        SELECT key, size, row_number() OVER (PARTITION BY content ORDER BY key) AS number FROM (
            SELECT content, size, min(key) AS key FROM location
            WHERE place = ? AND content IS NOT NULL GROUP BY content, device, inode))
    WHERE number > 1 ORDER BY key"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a folder takes, in bytes; `again` is the part of it that lies elsewhere, or twice in it, bit for bit."""

    path: str
    files: int
    bytes: int
    again: int


def taken(catalog: Catalog) -> tuple[tuple[Taken, ...], Taken]:
    """What each known folder takes, in path order, and all of them together, files in two of them counted once."""
    again = [(os.fsdecode(key), size) for key, size in catalog.db.execute(_AGAIN, (LOCAL,))]
    paths = [path for path, _, _ in locations.roots(catalog)]
    return tuple(_of(catalog, path, again) for path in paths), _of(catalog, "", again)


def _of(catalog: Catalog, path: str, again: list[tuple[str, int]]) -> Taken:
    where, values = below("key", [path] if path else [])
    # Hard links take their room once; members of one archive are files of their own.
    files, size = catalog.db.execute(
        f"SELECT sum(names), coalesce(sum(size), 0) FROM (SELECT count(*) AS names, max(size) AS size FROM location "
        f"WHERE {where} GROUP BY device, inode, content)",
        values,
    ).fetchone()
    stem = path.rstrip("/") + "/"
    return Taken(path, files or 0, size, sum(size for key, size in again if key.startswith(stem)))
