"""Points of pictures, and what closer looks at two pictures told: both by content and method, so neither is done twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepers.catalog.contents import BATCH, digest
from keepers.catalog.store import Catalog
from keepers.fingerprint.keypoints import METHOD, POINT, Points
from keepers.fingerprint.relation import METHOD as RELATION
from keepers.fingerprint.relation import Made
from keepers.model import ContentId

#: One number for both: a pair that was looked at by other points may have been laid over each other otherwise.
_SEEN: Final = METHOD * 1000 + RELATION


#: A content, the points of its picture, and those of the mirror image where they were looked for.
Fresh = tuple[ContentId, bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Stored:
    """The points of a content (by row), and those of its mirror image; empty where nobody looked for these."""

    content: int
    plain: Points
    mirrored: Points


@dataclass(frozen=True, slots=True)
class Seen:
    """What one content (by row) is to another one, and how like they are (0-1)."""

    query: int
    original: int
    made: Made
    likeness: float


def known(catalog: Catalog) -> dict[int, bool]:
    """The contents whose points are known, and whether those of their mirror images are."""
    rows = catalog.db.execute("SELECT content, mirrored NOT NULL FROM point WHERE method = ?", (METHOD,))
    return {content: bool(mirrored) for content, mirrored in rows}


def stored(catalog: Catalog, wanted: Sequence[int]) -> Iterator[Stored]:
    """The points of contents; unknown ones, and those whose pictures cannot be decoded, are left out."""
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT content, plain, mirrored FROM point WHERE method = ? AND content IN ({marks}) ORDER BY content",
            [METHOD, *part],
        )
        for content, plain, mirrored in rows:
            if plain:
                yield Stored(content, np.frombuffer(plain, POINT), np.frombuffer(mirrored or b"", POINT))


def remember(catalog: Catalog, found: Iterable[Fresh]) -> None:
    """Keep points of contents, and those of their mirror images where they were looked for."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO point SELECT id, ?, ?, ? FROM content WHERE b3 = ?",
            [(METHOD, plain, mirrored, digest(content)) for content, plain, mirrored in found],
        )


def seen(catalog: Catalog) -> dict[tuple[int, int], Seen]:
    """All pairs that were looked at, by their rows."""
    rows = catalog.db.execute("SELECT query, original, made, likeness FROM closer WHERE method = ?", (_SEEN,))
    return {(one, other): Seen(one, other, Made(made), likeness) for one, other, made, likeness in rows}


def remember_seen(catalog: Catalog, found: Iterable[Seen]) -> None:
    """Keep what looks at pairs told."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO closer VALUES (?, ?, ?, ?, ?)",
            [(one.query, one.original, _SEEN, int(one.made), one.likeness) for one in found],
        )
