"""Which contents went into which group folder of a target, so that numbers stay on re-runs."""

import os
from collections.abc import Iterable, Mapping

from keepers.catalog.contents import content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId


def known(catalog: Catalog, target: str) -> dict[int, frozenset[ContentId]]:
    """The contents of every group folder that was used in a target before."""
    found: dict[int, set[ContentId]] = {}
    for b3, number in catalog.db.execute(
        "SELECT b3, number FROM group_number WHERE target = ?", (os.fsencode(target),)
    ):
        found.setdefault(number, set()).add(content_id(b3))
    return {number: frozenset(contents) for number, contents in found.items()}


def remember(catalog: Catalog, target: str, folders: Mapping[int, Iterable[ContentId]]) -> None:
    """Keep the contents of group folders."""
    rows = [
        (os.fsencode(target), digest(content), number)
        for number, contents in folders.items()
        for content in contents
    ]
    with catalog.writing() as db:
        db.executemany("INSERT OR IGNORE INTO group_number VALUES (?, ?, ?)", rows)
