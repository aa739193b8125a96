"""The names under which contents lie, and the files of which equal bytes are known without measuring them."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, ContentId


@dataclass(frozen=True, slots=True)
class Name:
    """One path of a content; `alone` where it is a photo of its own with nothing beside it."""

    path: str
    alone: bool


def is_fresh(catalog: Catalog, roots: Sequence[str]) -> bool:
    """Whether no scan has learned anything at or below the roots."""
    where, values = below("key", roots)
    return catalog.db.execute(f"SELECT 1 FROM location WHERE {where} LIMIT 1", values).fetchone() is None


def names(catalog: Catalog, roots: Sequence[str], wanted: Iterable[ContentId]) -> dict[ContentId, list[Name]]:
    """Every path at or below the roots that holds one of these contents, in path order."""
    where, values = below("l.key", roots)
    parts = [digest(content) for content in wanted]
    found: dict[ContentId, list[Name]] = {}
    for start in range(0, len(parts), BATCH // 2):
        part = parts[start : start + BATCH // 2]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT c.b3, l.key, l.fate = 'photo' AND l.main IS NULL
                    AND NOT EXISTS (SELECT 1 FROM location o WHERE o.main = l.id)
                FROM location l JOIN content c ON c.id = l.content
                WHERE l.place = ? AND c.b3 IN ({marks}) AND {where} ORDER BY l.key""",
            [LOCAL, *part, *values],
        )
        for b3, key, alone in rows:
            found.setdefault(content_id(b3), []).append(Name(os.fsdecode(key), bool(alone)))
    return found


def wrong(catalog: Catalog, roots: Sequence[str]) -> dict[str, str]:
    """Paths at or below the roots whose bytes were wrong when they were last read again, and what was wrong."""
    where, values = below("v.key", roots)
    rows = catalog.db.execute(
        f"""SELECT v.key, v.wrong FROM verified v JOIN location l ON l.place = v.place AND l.key = v.key
            WHERE v.wrong != '' AND v.revision LIKE l.size || ':' || l.mtime_ns || '%' AND {where}""",
        values,
    )
    return {os.fsdecode(key): text for key, text in rows}


def revisions(catalog: Catalog, roots: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """Revision and digest of every file at or below the roots whose bytes were read before, by path."""
    found: dict[str, tuple[str, bytes]] = {}
    where, values = below("key", roots)
    for key, revision, b3 in catalog.db.execute(
        f"SELECT key, revision, b3 FROM hashed WHERE place = ? AND {where}", [LOCAL, *values]
    ):
        found[os.fsdecode(key)] = revision, b3
    where, values = below("l.key", roots)
    for key, size, mtime_ns, inode, b3 in catalog.db.execute(
        f"""SELECT l.key, l.size, l.mtime_ns, l.inode, c.b3 FROM location l JOIN content c ON c.id = l.content
            WHERE l.place = ? AND {where}""",
        [LOCAL, *values],
    ):
        found[os.fsdecode(key)] = f"{size}:{mtime_ns}:{inode % (1 << 64)}", b3
    return found
