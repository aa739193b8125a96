"""What the suggestions need of contents: how their pixels measured, what protects them, and what people said of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import ContentId
from keepers.score.focus import Focus
from keepers.score.inspection import Inspection
from keepers.score.papers import Papers
from keepers.score.screens import Screens
from keepers.score.tones import Tones

#: A face that a detector is less sure of protects nothing.
_CONFIDENT = 0.6


@dataclass(frozen=True, slots=True)
class Faces:
    """How many faces were seen in a photo, and how sharp the sharpest is (0-1; 0 where that was not measured)."""

    count: int
    sharpest: float


def photographs(catalog: Catalog, roots: Sequence[str]) -> list[ContentId]:
    """Every picture at or below the roots that is a photo by itself, each content once, ascending."""
    where, values = below("l.key", roots)
    rows = catalog.db.execute(
        f"""SELECT DISTINCT c.b3 FROM location l JOIN content c ON c.id = l.content
            WHERE l.fate = 'photo' AND l.main IS NULL AND c.kind = 'photo' AND {where} ORDER BY c.b3""",
        values,
    )
    return [content_id(row[0]) for row in rows]


def known(catalog: Catalog, wanted: Iterable[ContentId], method: int) -> dict[ContentId, Inspection | None]:
    """Inspections that this method has taken; None where the pixels could not be read."""
    found: dict[ContentId, Inspection | None] = {}
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, i.data FROM inspection i JOIN content c ON c.id = i.content WHERE i.method = ? AND c.b3 IN ({marks})",
            [method, *part],
        )
        found.update((content_id(b3), _read(json.loads(text)) if text else None) for b3, text in rows)
    return found


def add(catalog: Catalog, taken: Mapping[ContentId, Inspection | None], method: int) -> None:
    """Remember inspections of known contents."""
    rows = [
        (method, "" if one is None else json.dumps(asdict(one)), digest(content))
        for content, one in taken.items()
    ]
    with catalog.writing() as db:
        db.executemany("INSERT OR REPLACE INTO inspection SELECT id, ?, ? FROM content WHERE b3 = ?", rows)


def faces(catalog: Catalog, wanted: Iterable[ContentId]) -> dict[ContentId, Faces]:
    """The faces that any back end has seen in contents; those in which none was seen are left out."""
    found: dict[ContentId, Faces] = {}
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, k.data FROM look k JOIN content c ON c.id = k.content WHERE c.b3 IN ({marks})",
            part,
        )
        for b3, text in rows:
            seen = [one for one in json.loads(text)["faces"] if one["confidence"] >= _CONFIDENT]
            sharpest = max((one.get("sharpness") or 0.0 for one in seen), default=0.0)
            if len(seen) > found.get(content_id(b3), Faces(0, 0.0)).count:
                found[content_id(b3)] = Faces(len(seen), sharpest)
    return found


def picks(catalog: Catalog, wanted: Iterable[ContentId]) -> set[ContentId]:
    """Contents that stay in a series of the review, by our rules or a person's word, or that a person kept of one before.

    What stays of equal files, or of versions of a picture, is none the better for it.
    """
    found: set[ContentId] = set()
    for part in _parts(wanted):
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT v.content FROM review_verdict v JOIN review_group g ON g.n = v.n
                    WHERE g.kind IN ('burst', 'bracket') AND NOT v.gone AND coalesce(v.said, v.proposed) = 1
                        AND v.content IN ({marks})
                UNION SELECT content FROM decided
                    WHERE kind IN ('burst', 'bracket') AND keep = 1 AND content IN ({marks})""",
            [*part, *part],
        )
        found.update(content_id(row[0]) for row in rows)
    return found


def not_junk(catalog: Catalog) -> set[ContentId]:
    """Contents of which a person said that they are not in the way."""
    return {content_id(row[0]) for row in catalog.db.execute("SELECT content FROM not_junk")}


def keep(catalog: Catalog, contents: Iterable[ContentId], at: str) -> None:
    """Remember that these are not in the way."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO not_junk VALUES (?, ?)", [(digest(content), at) for content in contents]
        )


def forget(catalog: Catalog, contents: Iterable[ContentId]) -> int:
    """Forget that; of how many it had been said."""
    with catalog.writing() as db:
        return db.executemany(
            "DELETE FROM not_junk WHERE content = ?", [(digest(content),) for content in contents]
        ).rowcount


def _parts(wanted: Iterable[ContentId]) -> list[list[bytes]]:
    digests = [digest(content) for content in wanted]
    half = BATCH // 2
    return [digests[start : start + half] for start in range(0, len(digests), half)]


def _read(values: dict[str, Any]) -> Inspection:
    """Read an inspection back from our own JSON."""
    return Inspection(
        values["width"],
        values["height"],
        Focus(**values["focus"]),
        Tones(**values["tones"]),
        Papers(**values["papers"]),
        Screens(**values["screens"]),
    )
