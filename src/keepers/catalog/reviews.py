"""Reads the kept groups: pages by key, marks to enter a long list anywhere, counts."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from keepers.catalog.store import Catalog


class Order(StrEnum):
    """What a list of groups is ordered by; `band` puts the surest first."""

    BAND = "band"
    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of groups is narrowed to; of several values of one name, any."""

    kinds: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    folder: str = ""
    confidence: float = 0.0
    faces: bool | None = None
    reviewed: bool | None = None
    order: Order = Order.BAND


@dataclass(frozen=True, slots=True)
class Row:
    """A kept group as far as a list shows it; `at` and `n` are its key in the order that was asked for."""

    n: int
    at: float
    id: str
    kind: str
    band: str
    photos: int
    keep: int
    freed: int
    taken: str | None
    folder: str
    name: str
    confidence: float
    faces: int
    people: str
    reviewed: bool
    revision: int
    cover: int
    content: bytes
    place: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many groups have a value."""

    value: str
    groups: int
    reviewed: int = 0
    freed: int = 0


_COLUMNS: Final = """SELECT n, {at}, id, kind, band, photos, keep, freed, taken, folder, name, confidence, faces, people, reviewed,
        revision, coalesce(cover, 0), content, place FROM review_group"""
_KEYS: Final = "SELECT {at}, n FROM review_group"
#: The column of each order, and whether the highest value comes first.
_ORDERS: Final = {
    Order.BAND: ("place", False),
    Order.NEWEST: ("seconds", True),
    Order.OLDEST: ("seconds", False),
    Order.LARGEST: ("freed", True),
}
#: A group of which fewer are left has been dealt with.
_THERE: Final = "photos >= 2"


def page(catalog: Catalog, wanted: Wanted, after: tuple[float, int] | None, limit: int) -> list[Row]:
    """The next groups behind a key, or the first."""
    column, high = _ORDERS[wanted.order]
    conditions, values = _conditions(wanted)
    if after is not None:
        conditions.append(f"({column}, n) {'<' if high else '>'} (?, ?)")
        values += after
    where = " AND ".join(conditions)
    return _rows(
        catalog, column, f"WHERE {where} ORDER BY {_ordered(column, high=high)} LIMIT ?", [*values, limit]
    )


def before(catalog: Catalog, wanted: Wanted, key: tuple[float, int], limit: int) -> list[Row]:
    """The groups before a key, the nearest first."""
    column, high = _ORDERS[wanted.order]
    conditions, values = _conditions(wanted)
    conditions.append(f"({column}, n) {'>' if high else '<'} (?, ?)")
    values += key
    where = " AND ".join(conditions)
    turned = _ordered(column, high=not high)
    return _rows(catalog, column, f"WHERE {where} ORDER BY {turned} LIMIT ?", [*values, limit])


def marks(catalog: Catalog, wanted: Wanted, step: int) -> tuple[int, list[tuple[float, int]]]:
    """How many groups there are, and the key of the last of every `step` of them."""
    column, high = _ORDERS[wanted.order]
    conditions, values = _conditions(wanted)
    where = " AND ".join(conditions)
    found: list[tuple[float, int]] = []
    total = 0
    order = _ordered(column, high=high)
    for at, number in catalog.db.execute(f"{_KEYS.format(at=column)} WHERE {where} ORDER BY {order}", values):
        total += 1
        if total % step == 0:
            found.append((at, number))
    return total, found


def one(catalog: Catalog, name: str, order: Order = Order.BAND) -> Row | None:
    """The group of an id; None where there is none."""
    return next(_iter(catalog, _ORDERS[order][0], "WHERE id = ?", [name]), None)


def numbered(catalog: Catalog, numbers: Sequence[int]) -> list[Row]:
    """The groups of these numbers that are there, in their order."""
    found = (next(_iter(catalog, "place", "WHERE n = ?", [number]), None) for number in numbers)
    return [row for row in found if row is not None]


def of_contents(catalog: Catalog, b3s: Sequence[bytes], kind: str = "") -> list[int]:
    """The numbers of the groups, of a kind if one is named, that hold one of these contents."""
    found: set[int] = set()
    for b3 in b3s:
        rows = catalog.db.execute(
            """SELECT g.n FROM review_member m JOIN review_group g ON g.n = m.n
                WHERE m.content = ? AND (? = '' OR g.kind = ?)""",
            (b3, kind, kind),
        )
        found.update(number for (number,) in rows)
    return sorted(found)


def sample(catalog: Catalog, band: str, limit: int) -> list[Row]:
    """Some groups of a band that nobody has reviewed, by chance."""
    where = f"WHERE n IN (SELECT n FROM review_group WHERE band = ? AND NOT reviewed AND {_THERE} ORDER BY random() LIMIT ?)"
    return _rows(catalog, "place", f"{where} ORDER BY place, n", [band, limit])


def unreviewed(catalog: Catalog, band: str, newest: int) -> list[int]:
    """The numbers of the groups of a band that nobody has reviewed, none changed after a revision."""
    rows = catalog.db.execute(
        "SELECT n FROM review_group WHERE band = ? AND NOT reviewed AND photos >= 2 AND revision <= ? ORDER BY place, n",
        (band, newest),
    )
    return [number for (number,) in rows]


def totals(catalog: Catalog) -> tuple[int, int, int, int, int]:
    """Groups, their photos, how many are reviewed, bytes that may go, and those of reviewed groups."""
    row = catalog.db.execute(
        """SELECT count(*), coalesce(sum(photos), 0), coalesce(sum(reviewed), 0), coalesce(sum(freed), 0),
            coalesce(sum(CASE WHEN reviewed THEN freed ELSE 0 END), 0) FROM review_group WHERE photos >= 2"""
    ).fetchone()
    return (row[0], row[1], row[2], row[3], row[4])


def counts(catalog: Catalog, column: str) -> list[Count]:
    """Groups by band, kind or year, as they are ordered."""
    where = {"band": "band", "kind": "kind", "year": "year"}[column]
    rows = catalog.db.execute(
        f"""SELECT {where}, count(*), sum(reviewed), sum(freed) FROM review_group
            WHERE photos >= 2 AND {where} NOT NULL GROUP BY {where}"""
    )
    return [Count(str(value), number, reviewed, freed) for value, number, reviewed, freed in rows]


def folders(catalog: Catalog, limit: int) -> list[Count]:
    """The folders with the most groups."""
    rows = catalog.db.execute(
        "SELECT folder, count(*) FROM review_group WHERE photos >= 2 GROUP BY folder ORDER BY count(*) DESC, folder LIMIT ?",
        (limit,),
    )
    return [Count(os.fsdecode(folder), number) for folder, number in rows]


def people(catalog: Catalog, limit: int) -> list[Count]:
    """The people with the most groups."""
    rows = catalog.db.execute(
        """SELECT p.person, count(*) FROM review_person p JOIN review_group g ON g.n = p.n WHERE g.photos >= 2
            GROUP BY p.person ORDER BY count(*) DESC, p.person LIMIT ?""",
        (limit,),
    )
    return [Count(person, number) for person, number in rows]


def _ordered(column: str, *, high: bool) -> str:
    way = "DESC" if high else "ASC"
    return f"{column} {way}, n {way}"


def _rows(catalog: Catalog, column: str, rest: str, values: Sequence[Any]) -> list[Row]:
    return list(_iter(catalog, column, rest, values))


def _iter(catalog: Catalog, column: str, rest: str, values: Sequence[Any]) -> Iterator[Row]:
    for row in catalog.db.execute(f"{_COLUMNS.format(at=column)} {rest}", values):
        told: list[Any] = list(row)
        told[9], told[10] = os.fsdecode(row[9]), os.fsdecode(row[10])
        told[14] = bool(row[14])
        yield Row(*told)


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions, values = [_THERE], list[Any]()
    for column, given in (("kind", wanted.kinds), ("band", wanted.bands), ("year", wanted.years)):
        if given:
            conditions.append(f"{column} IN ({','.join('?' * len(given))})")
            values += given
    if wanted.people:
        marks = ",".join("?" * len(wanted.people))
        conditions.append(f"n IN (SELECT n FROM review_person WHERE person IN ({marks}))")
        values += wanted.people
    if wanted.folder:
        stem = os.fsencode(wanted.folder).rstrip(b"/")
        conditions.append("n IN (SELECT n FROM review_member WHERE key = ? OR (key >= ? AND key < ?))")
        values += [stem, stem + b"/", stem + b"0"]
    if wanted.confidence > 0:
        conditions.append("confidence >= ?")
        values.append(wanted.confidence)
    if wanted.faces is not None:
        conditions.append("faces > 0" if wanted.faces else "faces = 0")
    if wanted.reviewed is not None:
        conditions.append("reviewed" if wanted.reviewed else "NOT reviewed")
    return conditions, values
