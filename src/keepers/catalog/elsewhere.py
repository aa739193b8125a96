"""What lies below one root, and where else its bytes are known to lie."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, ContentId, Fate, Kind

#: How an unsigned 64-bit inode or device is read back from SQLite's signed integer.
_WRAP = 1 << 64


@dataclass(frozen=True, slots=True)
class Held:
    """One file below a root, as the listing of a moment ago saw it; `content` is None where nothing was read."""

    path: str
    size: int
    mtime_ns: int
    identity: tuple[int, int]
    fate: Fate
    reason: str
    row: int
    content: ContentId | None
    kind: Kind
    film: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a content is known to lie, and the revision that the file had when it was read."""

    path: str
    revision: str


def held(catalog: Catalog, roots: Sequence[str]) -> list[Held]:
    """Every file at or below the roots that the latest listing met, in path order.

    To be asked right after the scan of these roots: device and inode are those that it saw, for numbers of
    devices change from one mount to the next.
    """
    where, values = below("s.key", roots) if roots else ("1", [])
    rows = catalog.db.execute(
        f"""SELECT s.key, s.size, s.mtime_ns, s.device, s.inode, l.fate, l.reason, c.id, c.b3, c.kind,
                json_extract(c.facts, '$.film_offset') NOT NULL
            FROM seen s LEFT JOIN location l ON l.place = ? AND l.key = s.key
            LEFT JOIN content c ON c.id = l.content
            WHERE {where} ORDER BY s.key""",
        [LOCAL, *values],
    )
    return [_held(row) for row in rows]


def _held(row: Sequence[Any]) -> Held:
    key, size, mtime_ns, device, inode, fate, reason, number, b3, kind, film = row
    return Held(
        os.fsdecode(key),
        size,
        mtime_ns,
        (device % _WRAP, inode % _WRAP),
        Fate(fate or Fate.UNREADABLE),
        "was not looked at" if fate is None else reason,
        number or 0,
        None if b3 is None else content_id(b3),
        Kind(kind or Kind.PHOTO),
        bool(film),
    )


def spots(
    catalog: Catalog, contents: Iterable[int], roots: Sequence[str], *, doubtful: bool = False
) -> dict[int, list[Spot]]:
    """Where contents (by row) are known to lie at or below the roots (anywhere if none), in path order.

    Files whose bytes were wrong when they were last read again are left out, but not if `doubtful`.
    """
    where, values = below("l.key", roots)
    wanted = sorted(set(contents))
    found: dict[int, list[Spot]] = {}
    for start in range(0, len(wanted), BATCH // 2):
        part = wanted[start : start + BATCH // 2]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT l.content, l.key, l.size, l.mtime_ns, l.inode FROM location l
                LEFT JOIN verified v ON v.place = l.place AND v.key = l.key
                    AND v.revision = l.size || ':' || l.mtime_ns || ':' || l.inode AND v.wrong != ''
                WHERE l.content IN ({marks}) AND {where} AND (v.key IS NULL OR ?) ORDER BY l.key""",
            [*part, *values, doubtful],
        )
        for content, key, size, mtime_ns, inode in rows:
            spot = Spot(os.fsdecode(key), f"{size}:{mtime_ns}:{inode % _WRAP}")
            found.setdefault(content, []).append(spot)
    return found


def doubted(catalog: Catalog, contents: Iterable[int], roots: Sequence[str]) -> list[tuple[str, str]]:
    """Copies of contents (by row) at or below the roots that `spots` leaves out, and what was wrong with them."""
    where, values = below("l.key", roots)
    found: list[tuple[str, str]] = []
    for content in sorted(set(contents)):
        rows = catalog.db.execute(
            f"""SELECT l.key, v.wrong FROM location l JOIN verified v ON v.place = l.place AND v.key = l.key
                AND v.revision = l.size || ':' || l.mtime_ns || ':' || l.inode
                WHERE l.content = ? AND v.wrong != '' AND {where} ORDER BY l.key""",
            [content, *values],
        )
        found += [(os.fsdecode(key), wrong) for key, wrong in rows]
    return found


def rows_of(catalog: Catalog, contents: Iterable[ContentId]) -> dict[ContentId, int]:
    """The rows of contents that are known."""
    found: dict[ContentId, int] = {}
    for content in contents:
        row = catalog.db.execute("SELECT id FROM content WHERE b3 = ?", (digest(content),)).fetchone()
        if row is not None:
            found[content] = row[0]
    return found


def pictures(catalog: Catalog, roots: Sequence[str]) -> list[int]:
    """The rows of all contents at or below the roots that are pictures or films."""
    where, values = below("l.key", roots)
    sql = f"""SELECT DISTINCT c.id FROM location l JOIN content c ON c.id = l.content
        WHERE l.fate IN ('photo', 'companion') AND c.kind != 'companion' AND {where}"""
    return [row[0] for row in catalog.db.execute(sql, values)]
