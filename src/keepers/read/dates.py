"""When a photo was taken, from evidence that disagrees: one row a source, the first believable one wins."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from keepers.model import DateClaim, Taken
from keepers.read import names

#: The year of the first photograph.
_FIRST_YEAR: Final = 1826
#: Days on which the clocks of cameras, discs and programs begin: a clock that was never set.
_NEVER_SET: Final = frozenset({(1900, 1, 1), (1904, 1, 1), (1970, 1, 1), (1980, 1, 1)})
#: Clocks begin here too, but people did celebrate on these days: only the first minute is refused.
_MIDNIGHTS: Final = frozenset({(2000, 1, 1), (2001, 1, 1), (2002, 1, 1), (2003, 1, 1)})
#: GPS and camera clock may disagree by this much and still be one moment in two time zones.
_DRIFT: Final = timedelta(minutes=2)
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known of one photo's date."""

    claims: Sequence[DateClaim]
    name: str
    folder: str
    modified: datetime
    now: datetime
    home: tzinfo


@dataclass(frozen=True, slots=True)
class _Row:
    """One source of dates: its name for people, whether it proves the moment, and how to ask it."""

    source: str
    certain: bool
    ask: Callable[[_Case], Iterator[datetime]]


def taken(
    claims: Sequence[DateClaim], name: str, folder: str, mtime_ns: int, now: datetime, home: tzinfo
) -> Taken:
    """Judge the capture time; the answer keeps the local wall time, in `home` where no zone is known.

    `folder` is the folder's path. The modification time comes last and is never certain.
    """
    case = _Case(claims, name, folder, _modified(mtime_ns, home), now, home)
    for row in _ROWS:
        for at in row.ask(case):
            if _believable(at, now):
                return Taken(at, row.source, row.certain)
    return Taken(case.modified, "mtime", certain=False)


def _modified(mtime_ns: int, home: tzinfo) -> datetime:
    epoch = datetime.fromtimestamp(0, UTC)
    try:
        return (epoch + timedelta(microseconds=mtime_ns // 1000)).astimezone(home)
    except OverflowError:
        return epoch.astimezone(home)


def _believable(at: datetime, now: datetime) -> bool:
    day = (at.year, at.month, at.day)
    if at.year < _FIRST_YEAR or day in _NEVER_SET or (day in _MIDNIGHTS and at.hour == at.minute == 0):
        return False
    return at <= now + timedelta(days=1)


def _claimed(*sources: str) -> Callable[[_Case], Iterator[datetime]]:
    def ask(case: _Case) -> Iterator[datetime]:
        for source in sources:
            for claim in case.claims:
                wall = _wall(claim.wall) if claim.source == source else None
                if wall is not None:
                    yield wall.replace(tzinfo=_zone(claim, wall, case))

    return ask


def _wall(text: str) -> datetime | None:
    """A wall time; a day without a time is taken at noon."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(hour=12, tzinfo=None) if len(text) == 10 else found.replace(tzinfo=None)


def _zone(claim: DateClaim, wall: datetime, case: _Case) -> tzinfo:
    if claim.offset is not None:
        return timezone(timedelta(minutes=claim.offset))
    if claim.source in {"exif:original", "exif:digitized"}:
        for other in case.claims:
            moment = _wall(other.wall) if other.source == "gps" else None
            offset = _between(wall, moment) if moment is not None else None
            if offset is not None:
                return timezone(offset)
    return case.home


def _between(wall: datetime, utc: datetime) -> timedelta | None:
    """The time zone that wall time and GPS time agree on: a whole quarter of an hour."""
    apart = wall - utc
    offset = round(apart / _QUARTER) * _QUARTER
    return offset if abs(apart - offset) <= _DRIFT and abs(offset) <= timedelta(hours=14) else None


def _in_name(*, certain: bool) -> Callable[[_Case], Iterator[datetime]]:
    def ask(case: _Case) -> Iterator[datetime]:
        found = names.named(os.path.splitext(case.name)[0])
        if found is not None and found.certain == certain:
            yield from _placed(found, case)

    return ask


def _in_folder(case: _Case) -> Iterator[datetime]:
    """The deepest folder whose name states a day."""
    for part in reversed(case.folder.split(os.sep)[-3:]):
        found = names.named(part, names.FOLDERS)
        if found is not None:
            yield from _placed(found, case)


def _placed(found: names.Named, case: _Case) -> Iterator[datetime]:
    at = found.wall.replace(tzinfo=UTC if found.utc else case.home)
    # A name that states the day only gets the time of day from the file, where both mean the same day.
    yield case.modified if not found.exact and case.modified.date() == at.date() else at


#: Every source of dates, by descending trust.
_ROWS: Final[tuple[_Row, ...]] = (
    _Row("exif", certain=True, ask=_claimed("exif:original", "exif:digitized")),
    _Row("xmp", certain=True, ask=_claimed("xmp:original", "xmp:digitized")),
    _Row("quicktime", certain=True, ask=_claimed("quicktime:creation", "quicktime:header")),
    _Row("gps", certain=True, ask=_claimed("gps")),
    _Row("takeout", certain=True, ask=_claimed("takeout")),
    _Row("filename", certain=True, ask=_in_name(certain=True)),
    _Row("png", certain=True, ask=_claimed("png:text")),
    _Row("filename", certain=False, ask=_in_name(certain=False)),
    _Row("folder", certain=False, ask=_in_folder),
    _Row("exif", certain=False, ask=_claimed("exif:modified")),
    _Row("xmp", certain=False, ask=_claimed("xmp:modified")),
    _Row("png", certain=False, ask=_claimed("png:modified")),
)
