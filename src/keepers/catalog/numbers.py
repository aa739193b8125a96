"""Which group folder of a target each content went to, so that numbers stay on re-runs."""

import os
from collections.abc import Mapping

from keepers.catalog.contents import content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId


def known(catalog: Catalog, target: str) -> dict[ContentId, int]:
    """The folder number of every content that was organized into a target before."""
    rows = catalog.db.execute("SELECT b3, number FROM group_number WHERE target = ?", (os.fsencode(target),))
    return {content_id(b3): number for b3, number in rows}


def remember(catalog: Catalog, target: str, numbers: Mapping[ContentId, int]) -> None:
    """Keep the folder numbers of contents."""
    rows = [(os.fsencode(target), digest(content), number) for content, number in numbers.items()]
    with catalog.writing() as db:
        db.executemany("INSERT OR REPLACE INTO group_number VALUES (?, ?, ?)", rows)


def forget(catalog: Catalog, target: str) -> None:
    """Forget a target's numbers, after its files were taken back."""
    with catalog.writing() as db:
        db.execute("DELETE FROM group_number WHERE target = ?", (os.fsencode(target),))
