"""When the bytes of files were last read again, and which of them were wrong then."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keepers.catalog.contents import content_id
from keepers.catalog.sightings import below, signed
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, ContentId

_WRAP = 1 << 64


@dataclass(frozen=True, slots=True)
class Known:
    """One file whose bytes are known: of which size and time, and when they were last read again.

    `at` is empty where they never were; `wrong` says what was wrong with them then.
    """

    path: str
    size: int
    mtime_ns: int
    inode: int
    content: ContentId
    at: str
    wrong: str

    @property
    def revision(self) -> str:
        """Which revision of the file is meant, as the catalog counts inodes."""
        return f"{self.size}:{self.mtime_ns}:{signed(self.inode)}"


@dataclass(frozen=True, slots=True)
class Reread:
    """A file that was read again, which revision of it, and what was wrong (empty: nothing)."""

    path: str
    revision: str
    wrong: str


def known(catalog: Catalog, roots: Sequence[str]) -> list[Known]:
    """Every file at or below the roots (all if none) whose bytes are known, in path order.

    What was read again when the file was another revision does not count.
    """
    where, values = below("l.key", roots)
    rows = catalog.db.execute(
        f"""SELECT l.key, l.size, l.mtime_ns, l.inode, c.b3, v.at, v.wrong FROM location l
            JOIN content c ON c.id = l.content
            LEFT JOIN verified v ON v.place = l.place AND v.key = l.key
                AND v.revision = l.size || ':' || l.mtime_ns || ':' || l.inode
            WHERE l.place = ? AND {where} ORDER BY l.key""",
        [LOCAL, *values],
    )
    return [
        Known(os.fsdecode(key), size, mtime_ns, inode % _WRAP, content_id(b3), at or "", wrong or "")
        for key, size, mtime_ns, inode, b3, at, wrong in rows
    ]


def note(catalog: Catalog, rows: Iterable[Reread], at: str) -> None:
    """Remember files that were read again."""
    values = [
        (LOCAL, os.fsencode(row.path), row.revision, at, row.wrong.encode("utf-8", "replace").decode())
        for row in rows
    ]
    with catalog.writing() as db:
        db.executemany("INSERT OR REPLACE INTO verified VALUES (?, ?, ?, ?, ?)", values)


def begun(catalog: Catalog, job: str, now: str) -> str:
    """When this job was begun: earlier, if it was stopped before its end; else now."""
    with catalog.writing() as db:
        db.execute("INSERT OR IGNORE INTO verifying VALUES (?, ?)", (job, now))
        row = db.execute("SELECT started FROM verifying WHERE job = ?", (job,)).fetchone()
    return str(row[0])


def finish(catalog: Catalog, job: str) -> None:
    """Note that a job was done to its end, and forget what was noted of files that are not known any more."""
    with catalog.writing() as db:
        db.execute("DELETE FROM verifying WHERE job = ?", (job,))
        db.execute(
            """DELETE FROM verified WHERE NOT EXISTS
                (SELECT 1 FROM location l WHERE l.place = verified.place AND l.key = verified.key)"""
        )


def unknown(catalog: Catalog, roots: Sequence[str]) -> list[str]:
    """Files at or below the roots that the latest listing met and the catalog does not know."""
    where, values = below("s.key", roots) if roots else ("1", [])
    rows = catalog.db.execute(
        f"""SELECT s.key FROM seen s LEFT JOIN location l ON l.place = ? AND l.key = s.key
            WHERE l.id IS NULL AND {where} ORDER BY s.key""",
        [LOCAL, *values],
    )
    return [os.fsdecode(key) for (key,) in rows]


def besides(catalog: Catalog, wanted: Sequence[int], method: int) -> dict[int, str]:
    """What contents (by row) hold beside their pictures, as far as this method found it."""
    found: dict[int, str] = {}
    for row in wanted:
        held = catalog.db.execute(
            "SELECT digest FROM beside WHERE content = ? AND method = ?", (row, method)
        ).fetchone()
        if held is not None:
            found[row] = held[0]
    return found


def add_besides(catalog: Catalog, digests: Mapping[int, str], method: int) -> None:
    """Remember what contents hold beside their pictures."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO beside VALUES (?, ?, ?)",
            [(row, method, text) for row, text in digests.items()],
        )
