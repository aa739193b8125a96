"""What is known of the files below some folders: by path, with what they hold."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from keepers.catalog.contents import content_id
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import ContentId, Fate


@dataclass(frozen=True, slots=True)
class File:
    """One readable photo or companion; `is_main` where it stands for a photo or belongs to none."""

    path: str
    content: ContentId
    size: int
    mtime_ns: int
    fate: Fate
    is_main: bool


def files(catalog: Catalog, roots: Sequence[str]) -> list[File]:
    """Every photo and companion at or below the roots, in path order."""
    where, values = below("l.key", roots)
    rows = catalog.db.execute(
        f"""SELECT l.key, c.b3, l.size, l.mtime_ns, l.fate, l.main IS NULL
            FROM location l JOIN content c ON c.id = l.content
            WHERE l.fate IN ('photo', 'companion') AND {where} ORDER BY l.key""",
        values,
    )
    return [File(os.fsdecode(r[0]), content_id(r[1]), r[2], r[3], Fate(r[4]), bool(r[5])) for r in rows]


def paths(catalog: Catalog, root: str) -> list[str]:
    """Every path that is known at or below a root, whatever is known of it."""
    where, values = below("key", [root])
    return [
        os.fsdecode(row[0]) for row in catalog.db.execute(f"SELECT key FROM location WHERE {where}", values)
    ]


def forget_root(catalog: Catalog, root: str) -> None:
    """Forget which folder lay under a name; one that is made there anew is no other drive in its place."""
    with catalog.writing() as db:
        db.execute("DELETE FROM root WHERE path = ?", (os.fsencode(root),))


def faults(catalog: Catalog, roots: Sequence[str]) -> int:
    """How many files and folders could not be read for a reason that may pass: no right, a bad cable."""
    where, values = below("key", roots)
    folders = catalog.db.execute(f"SELECT count(*) FROM problem WHERE {where}", values).fetchone()
    files = catalog.db.execute(
        f"SELECT count(*) FROM location WHERE NOT lasting AND {where}", values
    ).fetchone()
    return int(folders[0]) + int(files[0])
