"""What a person said, step by step: stored with the facts before and after it, so that any can be taken back."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from keepers import reasons
from keepers.catalog import review_rows
from keepers.catalog.contents import BATCH
from keepers.catalog.store import Catalog

_SHOWN: Final = 20
#: What lets the facts of a step hold: of contents, and of copies at their places.
_FACTS: Final = (
    (
        """DELETE FROM decided WHERE (kind, content) IN
            (SELECT kind, content FROM review_said WHERE step = ? AND place = '' AND {value} IS NULL)""",
        """INSERT OR REPLACE INTO decided (kind, content, keep, at)
            SELECT kind, content, {value}, ? FROM review_said WHERE step = ? AND place = '' AND {value} NOT NULL""",
    ),
    (
        """DELETE FROM decided_copy WHERE (place, key) IN
            (SELECT place, key FROM review_said WHERE step = ? AND place != '' AND {value} IS NULL)""",
        """INSERT OR REPLACE INTO decided_copy (place, key, content, keep, at)
            SELECT place, key, content, {value}, ? FROM review_said WHERE step = ? AND place != '' AND {value} NOT NULL""",
    ),
)


class State(IntEnum):
    """Whether a step holds, was taken back, or was taken back and something else was said then."""

    HOLDS = 0
    UNDONE = 1
    DEAD = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said of a content, or of the copy at a place: stays, may go, or nothing; before and after."""

    kind: str
    content: bytes
    place: str
    key: bytes
    before: bool | None
    after: bool | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contents that are not the same, or with `kind` belong into one group of it; before and after."""

    one: bytes
    other: bytes
    kind: str
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """Which contents were together in groups of a kind before a step, and which after it."""

    kind: str
    before: tuple[tuple[bytes, ...], ...]
    after: tuple[tuple[bytes, ...], ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was said, of how many groups, and whether it holds."""

    id: int
    at: str
    words: str
    groups: tuple[str, ...]
    count: int
    state: State


def add(catalog: Catalog, words: str, groups: Sequence[str], shape: Shape | None, at: str) -> int:
    """Begin a step inside the running transaction; what was taken back before cannot be done again any more."""
    catalog.db.execute("UPDATE review_step SET state = 2 WHERE state = 1")
    packed = "" if shape is None else json.dumps(_packed(shape))
    row = (at, reasons.written(words), json.dumps(list(groups[:_SHOWN])), len(groups), packed)
    number = catalog.db.execute(
        "INSERT INTO review_step (at, words, groups, count, shape) VALUES (?, ?, ?, ?, ?)", row
    ).lastrowid
    return int(number or 0)


def say(catalog: Catalog, step: int, facts: Iterable[Fact]) -> None:
    """Note the facts of a step inside the running transaction."""
    catalog.db.executemany(
        "INSERT OR REPLACE INTO review_said VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(step, f.kind, f.content, f.place, f.key, f.before, f.after) for f in facts],
    )


def say_of_groups(catalog: Catalog, step: int, numbers: Sequence[int]) -> None:
    """Note that many groups are taken as they are shown, inside the running transaction."""
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        marks = ",".join("?" * len(part))
        where = f"v.n IN ({marks}) AND NOT v.gone"
        catalog.db.execute(
            f"""INSERT OR REPLACE INTO review_said SELECT ?, g.kind, v.content, CASE WHEN g.kind = 'same-bytes' THEN v.place ELSE '' END,
                    CASE WHEN g.kind = 'same-bytes' THEN v.key ELSE x'' END, v.said, coalesce(v.said, v.proposed)
                FROM review_verdict v JOIN review_group g ON g.n = v.n WHERE {where}""",
            [step, *part],
        )


def carry_out(catalog: Catalog, step: int, at: str, *, back: bool) -> None:
    """Let the facts of a step hold, or those before it, inside the running transaction."""
    db = catalog.db
    value = "before" if back else "after"
    for forgotten, remembered in _FACTS:
        db.execute(forgotten.format(value=value), (step,))
        db.execute(remembered.format(value=value), (at, step))
    for pair in () if (shape := shape_of(catalog, step)) is None else shape.pairs:
        _put_pair(catalog, pair, at, holds=pair.before if back else pair.after)
    db.execute("UPDATE review_step SET state = ? WHERE id = ?", (State.UNDONE if back else State.HOLDS, step))


def _put_pair(catalog: Catalog, pair: Pair, at: str, *, holds: bool) -> None:
    db = catalog.db
    if pair.kind:
        key: tuple[Any, ...] = (pair.kind, pair.one, pair.other)
        db.execute("DELETE FROM joined WHERE kind = ? AND one = ? AND other = ?", key)
        if holds:
            db.execute("INSERT INTO joined VALUES (?, ?, ?, ?)", (*key, at))
        return
    db.execute("DELETE FROM not_same WHERE one = ? AND other = ?", (pair.one, pair.other))
    if holds:
        db.execute("INSERT INTO not_same VALUES (?, ?, ?)", (pair.one, pair.other, at))


def touched(catalog: Catalog, step: int) -> list[int]:
    """The numbers of the groups that the facts of a step speak of."""
    rows = catalog.db.execute(
        """SELECT DISTINCT m.n FROM review_said s JOIN review_member m ON m.content = s.content
            JOIN review_group g ON g.n = m.n AND g.kind = s.kind WHERE s.step = ? ORDER BY m.n""",
        (step,),
    )
    return [number for (number,) in rows]


def is_apart(catalog: Catalog, one: bytes, other: bytes) -> bool:
    """Whether a person said that two contents are not the same."""
    row = catalog.db.execute("SELECT 1 FROM not_same WHERE one = ? AND other = ?", (one, other)).fetchone()
    return row is not None


def is_joined(catalog: Catalog, kind: str, one: bytes, other: bytes) -> bool:
    """Whether a person said that two contents belong into one group of a kind."""
    row = catalog.db.execute(
        "SELECT 1 FROM joined WHERE kind = ? AND one = ? AND other = ?", (kind, one, other)
    ).fetchone()
    return row is not None


def joins(catalog: Catalog) -> list[tuple[str, bytes, bytes]]:
    """All pairs that belong into one group of a kind."""
    return [
        (k, a, b)
        for k, a, b in catalog.db.execute("SELECT kind, one, other FROM joined ORDER BY kind, one, other")
    ]


def last(catalog: Catalog, state: State) -> int | None:
    """The step that would be taken back (the latest that holds) or done again (the earliest taken back)."""
    rows = catalog.db.execute("SELECT min(id), max(id) FROM review_step WHERE state = ?", (state,))
    first, latest = rows.fetchone()
    found = latest if state is State.HOLDS else first
    return None if found is None else int(found)


def steps(catalog: Catalog, before: int | None, limit: int) -> list[Step]:
    """Steps, the latest first."""
    rows = catalog.db.execute(
        "SELECT id, at, words, groups, count, state FROM review_step WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?",
        (before, before, limit),
    )
    return [_step(row) for row in rows]


def step(catalog: Catalog, number: int) -> Step:
    """One step that is there."""
    row = catalog.db.execute(
        "SELECT id, at, words, groups, count, state FROM review_step WHERE id = ?", (number,)
    ).fetchone()
    return _step(row)


def shape_of(catalog: Catalog, number: int) -> Shape | None:
    """Which groups a step parted or joined; None where it did neither."""
    row = catalog.db.execute("SELECT shape FROM review_step WHERE id = ?", (number,)).fetchone()
    if row is None or not row[0]:
        return None
    kind, before, after, pairs = json.loads(row[0])
    return Shape(
        kind,
        _contents(before),
        _contents(after),
        tuple(Pair(bytes.fromhex(one), bytes.fromhex(other), k, b, a) for one, other, k, b, a in pairs),
    )


def _packed(shape: Shape) -> list[Any]:
    def texts(groups: Sequence[Sequence[bytes]]) -> list[list[str]]:
        return [[one.hex() for one in group] for group in groups]

    pairs = [[p.one.hex(), p.other.hex(), p.kind, p.before, p.after] for p in shape.pairs]
    return [shape.kind, texts(shape.before), texts(shape.after), pairs]


def _contents(groups: Sequence[Sequence[str]]) -> tuple[tuple[bytes, ...], ...]:
    return tuple(tuple(bytes.fromhex(one) for one in group) for group in groups)


def _step(row: Sequence[Any]) -> Step:
    number, at, words, groups, count, state = row
    return Step(number, at, reasons.read(words), tuple(json.loads(groups)), count, State(state))


def revision(catalog: Catalog) -> int:
    """What every change raises."""
    return int(review_rows.note(catalog, "revision") or "0")
