"""Contents of files that are no photos of ours, by revision: what lies in a target need not be read twice."""

import os
from collections.abc import Iterable

from keepers.catalog.contents import content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId, Found


def is_empty(catalog: Catalog) -> bool:
    """Whether nothing was hashed without being measured."""
    return catalog.db.execute("SELECT 1 FROM hashed LIMIT 1").fetchone() is None


def known(catalog: Catalog, found: Found) -> ContentId | None:
    """The content of a file that was hashed before and has not changed since."""
    row = catalog.db.execute(
        "SELECT b3 FROM hashed WHERE place = ? AND key = ? AND revision = ?",
        (found.ref.place, os.fsencode(found.ref.key), found.revision),
    ).fetchone()
    return None if row is None else content_id(row[0])


def remember(catalog: Catalog, rows: Iterable[tuple[Found, ContentId]]) -> None:
    """Keep the contents of files as they are now."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?)",
            [(f.ref.place, os.fsencode(f.ref.key), f.revision, digest(content)) for f, content in rows],
        )
