"""Lists of what to look at beside the groups: weak dates, unreadable files, folders that hold the same; paged by key."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from keepers.catalog.sightings import shown
from keepers.catalog.store import Catalog

#: What proves itself.
_PROVEN: Final = "('same-bytes', 'same-pixels')"


@dataclass(frozen=True, slots=True)
class Weak:
    """A photo whose date nothing proves."""

    number: int
    path: str
    key: bytes
    content: bytes
    at: str
    source: str
    note: str


_WEAK = """SELECT l.id, l.key, l.place, c.b3, l.taken, l.taken_source, l.taken_note FROM location l
    JOIN content c ON c.id = l.content"""


def weak(catalog: Catalog, after: tuple[str, bytes], limit: int) -> list[Weak]:
    """The photos behind a place and key whose date is not certain."""
    rows = catalog.db.execute(
        f"""{_WEAK} WHERE l.fate = 'photo' AND l.main IS NULL AND l.taken NOT NULL AND NOT l.taken_certain
                AND (l.place, l.key) > (?, ?) ORDER BY l.place, l.key LIMIT ?""",
        (*after, limit),
    )
    return [_weak(row) for row in rows]


def dated(catalog: Catalog, number: int) -> Weak | None:
    """One photo with its date, weak or not."""
    row = catalog.db.execute(f"{_WEAK} WHERE l.id = ? AND l.taken NOT NULL", (number,)).fetchone()
    return None if row is None else _weak(row)


def _weak(row: Sequence[object]) -> Weak:
    number, key, place, content, at, source, note = row
    assert isinstance(number, int)
    assert isinstance(key, bytes)
    assert isinstance(content, bytes)
    return Weak(number, shown(str(place), key), key, content, str(at), str(source), str(note))


def count_weak(catalog: Catalog) -> int:
    """How many dates are weak."""
    row = catalog.db.execute(
        "SELECT count(*) FROM location WHERE fate = 'photo' AND main IS NULL AND taken NOT NULL AND NOT taken_certain"
    ).fetchone()
    return int(row[0])


def unreadable(catalog: Catalog, after: tuple[bytes, str], limit: int) -> list[tuple[bytes, str, str]]:
    """Key, place and reason of what could not be read behind a key and place; folders too."""
    return catalog.db.execute(
        """SELECT key, place, reason FROM
            (SELECT key, place, reason FROM location WHERE fate = 'unreadable' UNION SELECT key, place, reason FROM problem)
            WHERE (key, place) > (?, ?) ORDER BY key, place LIMIT ?""",
        (*after, limit),
    ).fetchall()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two folders and the groups that lie in both."""

    id: str
    one: str
    other: str
    groups: tuple[int, ...]
    photos_one: int
    photos_other: int
    bytes: int


def pairs(catalog: Catalog) -> list[Pair]:
    """Folders that hold the same bytes or pixels, those with the most of them first."""
    rows = catalog.db.execute(
        f"""SELECT m.n, m.key, m.size FROM review_member m JOIN review_group g ON g.n = m.n
            WHERE g.kind IN {_PROVEN} AND g.photos >= 2 AND NOT m.gone AND m.place = 'local' ORDER BY m.n"""
    )
    members: defaultdict[int, list[tuple[bytes, int]]] = defaultdict(list)
    for number, key, size in rows:
        members[number].append((os.path.dirname(key), size))
    groups: defaultdict[tuple[bytes, bytes], list[int]] = defaultdict(list)
    sizes: defaultdict[tuple[bytes, bytes], int] = defaultdict(int)
    for number, held in members.items():
        folders = sorted({folder for folder, _ in held})
        for at, one in enumerate(folders):
            for other in folders[at + 1 :]:
                groups[one, other].append(number)
                sizes[one, other] += min(size for _, size in held)
    wanted = {folder for pair in groups for folder in pair}
    counted = {folder: _photos_in(catalog, folder) for folder in wanted}
    found = [
        Pair(
            blake3(one + b"\0" + other).hexdigest()[:24],
            os.fsdecode(one),
            os.fsdecode(other),
            tuple(numbers),
            counted[one],
            counted[other],
            sizes[one, other],
        )
        for (one, other), numbers in groups.items()
    ]
    return sorted(found, key=lambda pair: (-pair.bytes, pair.id))


def _photos_in(catalog: Catalog, folder: bytes) -> int:
    row = catalog.db.execute(
        "SELECT count(DISTINCT content) FROM location WHERE folder = ? AND fate = 'photo' AND main IS NULL",
        (folder,),
    ).fetchone()
    return int(row[0])
