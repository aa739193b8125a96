"""What people said of dates: set ones, by content, and the clocks of cameras; and which dates are weak."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from keepers.catalog.contents import digest
from keepers.catalog.sightings import below
from keepers.catalog.store import Catalog
from keepers.model import ContentId, DateClaim

USER: Final = "user"


class ClockState(StrEnum):
    """What a person has answered to a proposal."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of `camera` is `seconds` ahead of that of `against`, as `pairs` matched frames show."""

    camera: str
    against: str
    seconds: float
    pairs: int
    state: ClockState


@dataclass(frozen=True, slots=True)
class Weak:
    """A photo whose date no evidence proves, the source it has, and what was refused."""

    path: str
    at: str
    source: str
    note: str


def set_date(catalog: Catalog, contents: Iterable[ContentId], date: str, now: datetime) -> None:
    """Remember a date that a person has stated for contents: ISO, with an offset where they gave one."""
    with catalog.writing() as db:
        db.executemany(
            "INSERT OR REPLACE INTO set_date SELECT id, ?, ? FROM content WHERE b3 = ?",
            [(date, now.isoformat(), digest(content)) for content in contents],
        )


def unset_date(catalog: Catalog, contents: Iterable[ContentId]) -> int:
    """Forget dates that a person has stated; how many there were."""
    with catalog.writing() as db:
        return db.executemany(
            "DELETE FROM set_date WHERE content = (SELECT id FROM content WHERE b3 = ?)",
            [(digest(content),) for content in contents],
        ).rowcount


def said_in(catalog: Catalog, folder: str) -> dict[int, DateClaim]:
    """The claims of people, by location, in one folder; costs next to nothing where there are none."""
    rows = catalog.db.execute(
        """SELECT l.id, s.taken FROM set_date s CROSS JOIN location l ON l.content = s.content
            WHERE l.folder = ? AND l.fate IN ('photo', 'companion')""",
        (os.fsencode(folder),),
    )
    return {row: claim(date) for row, date in rows}


def claim(date: str) -> DateClaim:
    """The claim that a stored date makes."""
    at = datetime.fromisoformat(date)
    offset = at.utcoffset()
    minutes = None if offset is None else round(offset.total_seconds() / 60)
    return DateClaim(USER, at.replace(tzinfo=None).isoformat(), minutes)


def clocks(catalog: Catalog) -> list[Clock]:
    """Every clock that was ever proposed, with the answer."""
    rows = catalog.db.execute(
        "SELECT camera, against, seconds, pairs, state FROM clock ORDER BY camera, against"
    )
    return [Clock(row[0], row[1], row[2], row[3], ClockState(row[4])) for row in rows]


def put_clocks(catalog: Catalog, rows: Iterable[Clock], gone: Iterable[Clock] = ()) -> None:
    """Remember clocks, and forget those that are `gone`."""
    with catalog.writing() as db:
        db.executemany(
            "DELETE FROM clock WHERE camera = ? AND against = ?", [(c.camera, c.against) for c in gone]
        )
        db.executemany(
            "INSERT OR REPLACE INTO clock VALUES (?, ?, ?, ?, ?)",
            [(c.camera, c.against, c.seconds, c.pairs, c.state.value) for c in rows],
        )


def shifts(catalog: Catalog) -> dict[str, timedelta]:
    """What is added to the clock of each camera that a person has agreed is wrong."""
    rows = catalog.db.execute(
        "SELECT camera, seconds FROM clock WHERE state = ? ORDER BY camera, against",
        (ClockState.ACCEPTED.value,),
    )
    return {camera: timedelta(seconds=-seconds) for camera, seconds in rows}


def folders_of_camera(catalog: Catalog, camera: str) -> list[str]:
    """Folders that hold files of a camera: whose dates hang on its clock."""
    rows = catalog.db.execute(
        "SELECT DISTINCT l.folder FROM content c JOIN location l ON l.content = c.id WHERE c.camera = ?",
        (camera,),
    )
    return sorted(os.fsdecode(row[0]) for row in rows)


def folders_of(catalog: Catalog, contents: Iterable[ContentId]) -> list[str]:
    """Folders that hold one of these contents."""
    found: set[str] = set()
    for content in contents:
        rows = catalog.db.execute(
            "SELECT l.folder FROM content c JOIN location l ON l.content = c.id WHERE c.b3 = ?",
            (digest(content),),
        )
        found.update(os.fsdecode(row[0]) for row in rows)
    return sorted(found)


def camera_of(catalog: Catalog, row: int) -> str:
    """The camera of a content row."""
    camera: str = catalog.db.execute("SELECT camera FROM content WHERE id = ?", (row,)).fetchone()[0]
    return camera


def witnesses(catalog: Catalog) -> dict[str, tuple[int, int]]:
    """By camera: photos that hold the time of a satellite, so that its clock is well set, and all photos."""
    rows = catalog.db.execute(
        """SELECT camera, sum(facts LIKE '%["gps", "%'), count(*) FROM content WHERE camera != '' GROUP BY camera"""
    )
    return {camera: (known, number) for camera, known, number in rows}


def weak(catalog: Catalog, roots: Sequence[str]) -> Iterator[Weak]:
    """Yield the photos at or below the roots whose date is not certain, in path order."""
    where, values = below("key", roots)
    rows = catalog.db.execute(
        f"""SELECT key, taken, taken_source, taken_note FROM location
            WHERE fate = 'photo' AND main IS NULL AND taken NOT NULL AND NOT taken_certain AND {where} ORDER BY key""",
        values,
    )
    for key, at, source, note in rows:
        yield Weak(os.fsdecode(key), at, source, note)
