"""What libraries tell of their photos beside the bytes: albums, people, favourites, names; by location."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keepers.catalog.contents import BATCH, digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, ContentId, Facts, Fate

ALBUM: Final = "album"
#: The location is an album's view of the photo at the location of this number, no copy that somebody made.
SAME_AS: Final = "same-as"
#: The file name that the photo came with, where the library keeps it under another.
NAME: Final = "name"
FAVOURITE: Final = "favourite"
HIDDEN: Final = "hidden"
TRASHED: Final = "trashed"
PERSON: Final = "person"
KEYWORD: Final = "keyword"
TITLE: Final = "title"
DESCRIPTION: Final = "description"
POSITION: Final = "position"
RATING: Final = "rating"
#: An album that a sidecar names; ALBUM is what a library itself tells.
COLLECTION: Final = "collection"
#: What sidecars say of a photo: replaced whenever its folder is looked at anew.
SAID: Final = (FAVOURITE, RATING, DESCRIPTION, POSITION, PERSON, KEYWORD, COLLECTION)
#: When the photo was taken, as its library says: an ISO time with its offset.
TAKEN: Final = "taken"
#: The library's id of a burst, and who picked this frame of it: `user` or `library`.
BURST: Final = "burst"
PICK: Final = "pick"

Row = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Spot:
    """One location as far as telling needs it; `title` is the name that a sidecar of it speaks of."""

    id: int
    path: str
    folder: str
    fate: Fate
    content: ContentId


def replace_below(
    catalog: Catalog, roots: Sequence[str], fields: Collection[str], rows: Iterable[Row]
) -> None:
    """Forget these fields of all locations below the roots and write the rows, inside the running transaction."""
    where, values = below("key", roots)
    marks = ",".join("?" * len(fields))
    catalog.db.execute(
        f"DELETE FROM told WHERE field IN ({marks}) AND location IN (SELECT id FROM location WHERE {where})",
        [*fields, *values],
    )
    # A JSON may hold half of a surrogate pair, which no database stores.
    whole = ((row, field, value.encode("utf-8", "replace").decode()) for row, field, value in rows)
    catalog.db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", whole)


def of(catalog: Catalog, content: ContentId) -> tuple[tuple[str, str], ...]:
    """Field and value of all that is told of a content, wherever it lies; each once, in order."""
    rows = catalog.db.execute(
        """SELECT DISTINCT t.field, t.value FROM told t JOIN location l ON l.id = t.location
            JOIN content c ON c.id = l.content WHERE c.b3 = ? AND t.field NOT IN (?, ?, ?) ORDER BY t.field, t.value""",
        (digest(content), SAME_AS, NAME, TAKEN),
    )
    return tuple((field, value) for field, value in rows)


def dates(catalog: Catalog, folder: str) -> dict[int, datetime]:
    """When a library says that the photos in one of its folders were taken, by location."""
    rows = catalog.db.execute(
        "SELECT l.id, t.value FROM location l JOIN told t ON t.location = l.id WHERE l.folder = ? AND t.field = ?",
        (os.fsencode(folder), TAKEN),
    )
    return {number: datetime.fromisoformat(text) for number, text in rows}


def spots(catalog: Catalog, roots: Sequence[str], *, mains: bool = True) -> list[Spot]:
    """The photos below the roots in path order; without `mains`, the companions that belong to no photo."""
    where, values = below("l.key", roots)
    fate = Fate.PHOTO if mains else Fate.COMPANION
    rows = catalog.db.execute(
        f"""SELECT l.id, l.key, l.folder, l.fate, c.b3 FROM location l JOIN content c ON c.id = l.content
            WHERE l.main IS NULL AND l.fate = ? AND {where} ORDER BY l.key""",
        [fate, *values],
    )
    return [_spot(row) for row in rows]


def at(catalog: Catalog, paths: Iterable[str]) -> dict[str, Spot]:
    """The readable files at these paths."""
    found: dict[str, Spot] = {}
    for path in paths:
        row = catalog.db.execute(
            """SELECT l.id, l.key, l.folder, l.fate, c.b3 FROM location l JOIN content c ON c.id = l.content
                WHERE l.place = ? AND l.key = ? AND l.fate IN ('photo', 'companion')""",
            (LOCAL, os.fsencode(path)),
        ).fetchone()
        if row is not None:
            found[path] = _spot(row)
    return found


def replace_said(catalog: Catalog, numbers: Sequence[int], said: Mapping[int, Facts]) -> None:
    """Remember what sidecars say of photos, by location; of the other `numbers` they say nothing any more.

    Inside the running transaction.
    """
    if catalog.db.execute("SELECT 1 FROM told LIMIT 1").fetchone():
        marks = ",".join("?" * len(SAID))
        catalog.db.executemany(
            f"DELETE FROM told WHERE location = ? AND field IN ({marks})",
            [(number, *SAID) for number in numbers],
        )
    rows = [(number, field, value) for number, facts in said.items() for field, value in _fields(facts)]
    catalog.db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", rows)


def said(catalog: Catalog, numbers: Sequence[int]) -> dict[int, Facts]:
    """What sidecars and libraries say of photos, by location; those of which nothing is said are left out."""
    values: dict[int, dict[str, list[str]]] = {}
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        marks = ",".join("?" * len(part))
        for number, field, value in catalog.db.execute(
            f"SELECT location, field, value FROM told WHERE location IN ({marks})", part
        ):
            values.setdefault(number, {}).setdefault(field, []).append(value)
    return {number: _facts(fields) for number, fields in values.items()}


def _fields(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.favourite:
        yield FAVOURITE, "yes"
    if facts.rating is not None:
        yield RATING, str(facts.rating)
    if facts.description:
        yield DESCRIPTION, facts.description
    if facts.position:
        yield POSITION, f"{facts.position[0]:.6f} {facts.position[1]:.6f}"
    yield from ((PERSON, name) for name in facts.people)
    yield from ((KEYWORD, word) for word in facts.keywords)
    yield from ((COLLECTION, title) for title in facts.albums)


def _facts(fields: Mapping[str, Sequence[str]]) -> Facts:
    place = fields.get(POSITION, [""])[0].split()
    return Facts(
        "", 0, 0,
        rating=int(fields[RATING][0]) if RATING in fields else None,
        favourite=FAVOURITE in fields,
        picked="user" in fields.get(PICK, ()),
        description=fields.get(DESCRIPTION, [""])[0],
        position=(float(place[0]), float(place[1])) if len(place) == 2 else None,
        people=tuple(fields.get(PERSON, ())),
        keywords=tuple(fields.get(KEYWORD, ())),
        albums=tuple(dict.fromkeys((*fields.get(ALBUM, ()), *fields.get(COLLECTION, ())))),
    )  # fmt: skip


def _spot(row: Sequence[object]) -> Spot:
    number, key, folder, fate, b3 = row
    assert isinstance(number, int)
    assert isinstance(key, bytes)
    assert isinstance(folder, bytes)
    assert isinstance(b3, bytes)
    return Spot(number, os.fsdecode(key), os.fsdecode(folder), Fate(str(fate)), ContentId("b3:" + b3.hex()))
