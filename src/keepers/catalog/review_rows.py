"""Keeps the groups as they were last found, so that reading them does not group again."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keepers.catalog.contents import content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId, PlaceId, Ref

_UNKNOWN: Final = -1e18
#: So many groups are counted again one by one, more all at once.
_FEW: Final = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """One photo of a group: where its main file lies, its bytes, and whether the rules would keep it."""

    ref: Ref
    content: ContentId
    size: int
    proposed: bool


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """A group as it is kept; `cover` is its best photo, `data` what only who looks at it needs."""

    id: str
    kind: str
    band: str
    confidence: float
    members: tuple[Kept, ...]
    taken: str
    seconds: float | None
    faces: int
    people: tuple[str, ...]
    cover: Ref
    name: str
    data: Mapping[str, Any]


_TABLES: Final = ("review_group", "review_detail", "review_member", "review_person")


def replace_all(catalog: Catalog, groups: Sequence[KeptGroup], now: str, notes: Mapping[str, str]) -> None:
    """Keep these groups, in this order, in place of all others.

    They are written beside first, so that who decides meanwhile waits only while they are put into place.
    """
    for table in _TABLES:
        catalog.db.execute(f"DROP TABLE IF EXISTS temp.{table}")
        catalog.db.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} LIMIT 0")
    catalog.db.execute("BEGIN")
    for number, group in enumerate(groups, 1):
        _insert(catalog, number, float(number), group, 0)
    catalog.db.execute("COMMIT")
    with catalog.writing():
        for table in _TABLES:
            catalog.db.execute(f"DELETE FROM main.{table}")
            catalog.db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM temp.{table}")
        # From here on the names mean what is kept.
        for table in _TABLES:
            catalog.db.execute(f"DROP TABLE temp.{table}")
        revision = next_revision(catalog)
        catalog.db.execute("UPDATE review_group SET revision = ?", (revision,))
        for name, value in {**notes, "grouped_at": now, "generation": str(revision)}.items():
            put_note(catalog, name, value)
        refresh_all(catalog)


def add(catalog: Catalog, groups: Iterable[KeptGroup], place: float, revision: int) -> list[int]:
    """Keep more groups where another was, inside the running transaction; their numbers."""
    numbers: list[int] = []
    for group in groups:
        row = catalog.db.execute("SELECT coalesce(max(n), 0) FROM review_group").fetchone()
        number = int(row[0]) + 1
        _insert(catalog, number, place, group, revision)
        numbers.append(number)
    refresh(catalog, numbers, revision)
    return numbers


def drop(catalog: Catalog, numbers: Iterable[int]) -> None:
    """Forget groups, inside the running transaction."""
    for number in numbers:
        for table in _TABLES:
            catalog.db.execute(f"DELETE FROM {table} WHERE n = ?", (number,))


def _insert(catalog: Catalog, number: int, place: float, group: KeptGroup, revision: int) -> None:
    db = catalog.db
    best = next((one for one in group.members if one.ref == group.cover), group.members[0])
    cover = db.execute(
        "SELECT id FROM location WHERE place = ? AND key = ?",
        (group.cover.place, os.fsencode(group.cover.key)),
    ).fetchone()
    db.execute(
        "INSERT INTO review_group VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        (
            number, group.id, place, group.kind, group.band, len(group.members), group.taken or None,
            _UNKNOWN if group.seconds is None else group.seconds, int(group.taken[:4]) if group.taken else None,
            os.fsencode(os.path.dirname(group.cover.key)), os.fsencode(group.name), group.confidence, group.faces,
            json.dumps(group.people), revision, None if cover is None else cover[0], digest(best.content),
        ),
    )  # fmt: skip
    db.execute("INSERT INTO review_detail VALUES (?, ?)", (number, json.dumps(group.data)))
    db.executemany(
        "INSERT INTO review_member VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        [
            (number, at, one.ref.place, os.fsencode(one.ref.key), digest(one.content), one.size, one.proposed)
            for at, one in enumerate(group.members)
        ],
    )
    db.executemany(
        "INSERT OR IGNORE INTO review_person VALUES (?, ?)", [(person, number) for person in group.people]
    )


_REVISED: Final = "UPDATE review_group SET revision = ? "
_COUNTED: Final = """UPDATE review_group SET
        photos = v.photos, keep = v.keep, freed = v.freed, reviewed = v.reviewed
    FROM (SELECT n, sum(NOT gone) AS photos, sum(NOT gone AND coalesce(said, proposed)) AS keep,
            sum(CASE WHEN gone OR coalesce(said, proposed) THEN 0 ELSE size END) AS freed,
            min(gone OR said NOT NULL) AS reviewed
        FROM review_verdict {where} GROUP BY n) v
    WHERE v.n = review_group.n"""


def refresh_all(catalog: Catalog) -> None:
    """Count again what holds in every group, inside the running transaction."""
    catalog.db.execute(_COUNTED.format(where=""))


def refresh(catalog: Catalog, numbers: Sequence[int], revision: int) -> None:
    """Count again what holds in some groups, which have changed, inside the running transaction."""
    if len(numbers) < _FEW:
        for number in numbers:
            catalog.db.execute(_COUNTED.format(where="WHERE n = ?"), (number,))
            catalog.db.execute("UPDATE review_group SET revision = ? WHERE n = ?", (revision, number))
        return
    catalog.db.execute("CREATE TEMP TABLE IF NOT EXISTS refreshed (n INTEGER PRIMARY KEY)")
    catalog.db.execute("DELETE FROM refreshed")
    catalog.db.executemany("INSERT OR IGNORE INTO refreshed VALUES (?)", ((number,) for number in numbers))
    some = "WHERE n IN (SELECT n FROM refreshed)"
    catalog.db.execute(_COUNTED.format(where=some))
    catalog.db.execute(_REVISED + some, (revision,))


def mark_gone(catalog: Catalog, refs: Iterable[tuple[Ref, bool]]) -> int:
    """Remember which members went (True) or came back; how many groups that changed."""
    changed: set[int] = set()
    with catalog.writing() as db:
        for ref, gone in refs:
            where = (ref.place, os.fsencode(ref.key))
            rows = db.execute("SELECT n FROM review_member WHERE place = ? AND key = ?", where).fetchall()
            db.execute("UPDATE review_member SET gone = ? WHERE place = ? AND key = ?", (gone, *where))
            changed.update(number for (number,) in rows)
        refresh(catalog, sorted(changed), next_revision(catalog))
    return len(changed)


def next_revision(catalog: Catalog) -> int:
    """A number that was never a revision before, inside the running transaction."""
    revision = int(note(catalog, "revision") or "0") + 1
    put_note(catalog, "revision", str(revision))
    return revision


def note(catalog: Catalog, name: str) -> str:
    """A small thing that is remembered; empty where it is not."""
    row = catalog.db.execute("SELECT value FROM review_note WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def put_note(catalog: Catalog, name: str, value: str) -> None:
    """Remember a small thing, inside the running transaction or by itself."""
    catalog.db.execute("INSERT OR REPLACE INTO review_note VALUES (?, ?)", (name, value))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One photo of a kept group with what was said of it; `number` is its location, 0 where it is known no more."""

    ord: int
    number: int
    ref: Ref
    content: ContentId
    size: int
    proposed: bool
    said: bool | None
    gone: bool

    @property
    def keep(self) -> bool:
        """What holds: what was said, else what is proposed."""
        return self.proposed if self.said is None else self.said


def members(catalog: Catalog, number: int) -> list[Verdict]:
    """The photos of a group, in their order."""
    rows = catalog.db.execute(
        """SELECT v.ord, coalesce(l.id, 0), v.place, v.key, v.content, v.size, v.proposed, v.said, v.gone
            FROM review_verdict v LEFT JOIN location l ON l.place = v.place AND l.key = v.key
            WHERE v.n = ? ORDER BY v.ord""",
        (number,),
    )
    return [
        Verdict(
            row[0], row[1], Ref(PlaceId(row[2]), os.fsdecode(row[3])), content_id(row[4]), row[5], bool(row[6]),
            None if row[7] is None else bool(row[7]), bool(row[8]),
        )
        for row in rows
    ]  # fmt: skip


def detail(catalog: Catalog, number: int) -> dict[str, Any]:
    """What only who looks at a group needs, as it was kept."""
    row = catalog.db.execute("SELECT data FROM review_detail WHERE n = ?", (number,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A group of which a person said that some photos may go: each with whether it stays."""

    id: str
    kind: str
    members: tuple[Verdict, ...]


def rejected(catalog: Catalog) -> list[Rejected]:
    """Every group with a photo that may go and is still there, in the order of the list."""
    rows = catalog.db.execute(
        """SELECT id, kind, n FROM review_group WHERE n IN
            (SELECT n FROM review_verdict WHERE said = 0 AND NOT gone) ORDER BY place, n"""
    ).fetchall()
    return [
        Rejected(name, kind, tuple(one for one in members(catalog, number) if not one.gone))
        for name, kind, number in rows
    ]


def kept_contents(catalog: Catalog) -> set[ContentId]:
    """Contents of which a person said in some group that they stay; what was said of equal files is not meant."""
    rows = catalog.db.execute("SELECT DISTINCT content FROM decided WHERE keep AND kind != 'same-bytes'")
    return {content_id(b3) for (b3,) in rows}
