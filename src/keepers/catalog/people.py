"""What was sorted to whom, in which folder, by which run: the facts that the old tool kept in `face_sort_history`."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keepers.catalog.contents import BATCH, content_id, digest
from keepers.catalog.store import Catalog
from keepers.model import ContentId

_COLUMNS: Final = (
    "id, at, action, reason, original, target, base, person, name, faces, content, asset, download, run"
)
_INSERT: Final = """INSERT INTO person_sorted (at, action, reason, original, target, base, person, name, faces, content,
    asset, download, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"""


@dataclass(frozen=True, slots=True)
class Sorted:
    """One photo that was sorted to one folder, or that was left and why.

    `person` has the ids of all whom the folder is of, with `+` between them. `action` is copied, moved, linked, skipped or
    error. `run` is that of the journal, None where nothing was changed.
    """

    original: str
    target: str
    base: str
    person: str
    name: str
    faces: int
    content: ContentId
    action: str
    reason: str = ""
    asset: str = ""
    download: str = ""
    at: str = ""
    run: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """How much was sorted, in all, by whose folder it is, by what was done, by day; what was undone is not in it.

    `people` and `names` are by id, with `+` between the ids of several who share a folder.
    """

    total: int
    people: Mapping[str, int]
    names: Mapping[str, str]
    actions: Mapping[str, int]
    days: Mapping[str, int]
    latest: str

    def of(self, person: str) -> int:
        """How many photos of somebody were sorted, alone or together with others."""
        return sum(number for key, number in self.people.items() if person in key.split("+"))


def folders(catalog: Catalog, base: str) -> dict[str, tuple[str, str]]:
    """Name and folder of everybody who has one below a base, by id."""
    rows = catalog.db.execute(
        "SELECT person, name, folder FROM person_folder WHERE base = ?", (os.fsencode(base),)
    )
    return {person: (name, folder) for person, name, folder in rows}


def set_folders(catalog: Catalog, base: str, given: Mapping[str, tuple[str, str]]) -> None:
    """Remember name and folder of people, by id; a folder that goes to another id is no more the first one's."""
    with catalog.writing() as db:
        for person, (name, folder) in given.items():
            db.execute(
                "DELETE FROM person_folder WHERE base = ? AND folder = ? AND person != ?",
                (os.fsencode(base), folder, person),
            )
            db.execute(
                "INSERT OR REPLACE INTO person_folder VALUES (?, ?, ?, ?)",
                (os.fsencode(base), person, _text(name), folder),
            )


def intend(catalog: Catalog, rows: Iterable[Sorted], at: str) -> None:
    """Note what a run is about to sort, in place of what an earlier one has left undone of the same; others may run, too."""
    wanted = list(rows)
    with catalog.writing() as db:
        db.executemany(
            """DELETE FROM person_sorted
                WHERE run IS NULL AND target = ? AND action NOT IN ('skipped', 'error')""",
            [(os.fsencode(row.target),) for row in wanted],
        )
        db.executemany(_INSERT, [_values(row, at) for row in wanted])


def note(catalog: Catalog, row: Sorted, at: str) -> None:
    """Note one file that was left, and why."""
    with catalog.writing() as db:
        db.execute(_INSERT, _values(row, at))


def confirm(catalog: Catalog, run: int, targets: Iterable[str], at: str) -> None:
    """Note that a run has sorted what was intended to these targets."""
    with catalog.writing() as db:
        db.executemany(
            "UPDATE person_sorted SET run = ?, at = ? WHERE run IS NULL AND target = ?",
            [(run, at, os.fsencode(target)) for target in targets],
        )


def sorted_before(
    catalog: Catalog, base: str, wanted: Collection[ContentId], undone: Collection[int]
) -> dict[ContentId, dict[str, str]]:
    """Which of these contents were sorted to whom below a base, and where to last; by content, then by the person's id."""
    found: dict[ContentId, dict[str, str]] = {}
    parts = [digest(content) for content in wanted]
    for start in range(0, len(parts), BATCH):
        part = parts[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"""SELECT content, person, target, run FROM person_sorted
                WHERE run IS NOT NULL AND base = ? AND content IN ({marks}) ORDER BY id""",
            [os.fsencode(base), *part],
        )
        for content, person, target, run in rows:
            if run not in undone:
                found.setdefault(content_id(content), {})[person] = os.fsdecode(target)
    return found


def history(catalog: Catalog, *, before: int = 0, limit: int = 0, person: str = "") -> list[Sorted]:
    """What was sorted or left, the latest first; with `before` those of a lower id, of a `person` by name or id."""
    keys = _keys(catalog, person) if person else []
    marks = ",".join("?" * len(keys))
    where = f"person IN ({marks})" if person else "1"
    rows = catalog.db.execute(
        f"""SELECT {_COLUMNS} FROM person_sorted
            WHERE (run IS NOT NULL OR action IN ('skipped', 'error')) AND (? = 0 OR id < ?) AND {where}
            ORDER BY id DESC LIMIT ?""",
        (before, before, *keys, limit or -1),
    )
    return [_row(row) for row in rows]


def _keys(catalog: Catalog, text: str) -> list[str]:
    """Whose folders somebody's photos went to, by name in any case or by id."""
    wanted = text.casefold()
    rows = catalog.db.execute("SELECT DISTINCT person, name FROM person_sorted WHERE person != ''")
    return [
        person
        for person, name in rows
        if text in person.split("+") or wanted in {name.casefold(), *name.casefold().split(", ")}
    ][:BATCH]


def counted(catalog: Catalog, undone: Sequence[int]) -> Counted:
    """How much was sorted; what `undone` runs did does not count."""
    marks = ",".join("?" * len(undone))
    where = f"run IS NOT NULL AND run NOT IN ({marks})"
    people: dict[str, int] = {}
    names: dict[str, str] = {}
    for person, name, number in catalog.db.execute(
        f"SELECT person, max(name), count(*) FROM person_sorted WHERE {where} GROUP BY person", undone
    ):
        people[person], names[person] = number, name
    actions = dict(
        catalog.db.execute(
            f"SELECT action, count(*) FROM person_sorted WHERE {where} GROUP BY action ORDER BY action",
            undone,
        ).fetchall()
    )
    days = dict(
        catalog.db.execute(
            f"SELECT substr(at, 1, 10), count(*) FROM person_sorted WHERE {where} GROUP BY 1 ORDER BY 1 DESC",
            undone,
        ).fetchall()
    )
    latest = catalog.db.execute(f"SELECT max(at) FROM person_sorted WHERE {where}", undone).fetchone()[0]
    return Counted(sum(actions.values()), people, names, actions, days, latest or "")


def by_sha1(catalog: Catalog, wanted: Collection[str]) -> dict[ContentId, str]:
    """The contents of this machine that have one of these SHA-1s, in hex."""
    found: dict[ContentId, str] = {}
    parts = [bytes.fromhex(one) for one in wanted]
    for start in range(0, len(parts), BATCH):
        part = parts[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(
            f"SELECT c.b3, a.sha1 FROM alias a JOIN content c ON c.id = a.content WHERE a.sha1 IN ({marks})",
            part,
        )
        found.update((content_id(b3), sha1.hex()) for b3, sha1 in rows)
    return found


def sha1_of(catalog: Catalog, content: ContentId) -> str:
    """The SHA-1 of a content, in hex; empty where it was not taken."""
    row = catalog.db.execute(
        "SELECT a.sha1 FROM alias a JOIN content c ON c.id = a.content WHERE c.b3 = ?", (digest(content),)
    ).fetchone()
    return "" if row is None else str(row[0].hex())


def assets_here(catalog: Catalog, place: str) -> dict[str, ContentId]:
    """The assets of a server whose bytes were read on this machine, by id."""
    rows = catalog.db.execute(
        """SELECT l.key, c.b3 FROM location l JOIN content c ON c.id = l.content
            WHERE l.place = ? AND length(c.b3) = 32""",
        (place,),
    )
    return {os.fsdecode(key): content_id(b3) for key, b3 in rows}


def fresh(catalog: Catalog, wanted: Collection[ContentId]) -> set[ContentId]:
    """Those of which the server was never given its time to learn."""
    left = set(wanted)
    parts = [digest(content) for content in wanted]
    for start in range(0, len(parts), BATCH):
        part = parts[start : start + BATCH]
        marks = ",".join("?" * len(part))
        rows = catalog.db.execute(f"SELECT content FROM person_awaited WHERE content IN ({marks})", part)
        left.difference_update(content_id(row[0]) for row in rows)
    return left


def set_awaited(catalog: Catalog, contents: Iterable[ContentId], at: str) -> None:
    """Note that the server was given its time to learn of these."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO person_awaited VALUES (?, ?)", [(digest(one), at) for one in contents]
        )


def _values(row: Sorted, at: str) -> tuple[str | int | bytes, ...]:
    return (
        at, row.action, row.reason, os.fsencode(row.original), os.fsencode(row.target), os.fsencode(row.base),
        row.person, _text(row.name), row.faces, digest(row.content) if row.content else b"", row.asset,
        _text(row.download),
    )  # fmt: skip


def _row(row: Sequence[Any]) -> Sorted:
    number, at, action, reason, original, target, base, person, name, faces, content, asset, download, run = (
        row
    )
    return Sorted(
        os.fsdecode(original), os.fsdecode(target), os.fsdecode(base), person, name, faces,
        content_id(content) if content else ContentId(""), action, reason, asset, download, at, run, number,
    )  # fmt: skip


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
