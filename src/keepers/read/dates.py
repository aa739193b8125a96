"""When a photo was taken, from evidence that disagrees: one row a source, the first believable one wins."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from keepers.model import DateClaim, Taken
from keepers.read import film_clocks, formats, names, zones

#: The year of the first photograph.
FIRST_YEAR: Final = 1826
#: Days on which the clocks of cameras, discs and programs begin: a clock that was never set.
_NEVER_SET: Final = frozenset({(1899, 12, 30), (1900, 1, 1), (1904, 1, 1), (1970, 1, 1), (1980, 1, 1)})
#: Clocks begin here too, but people did celebrate on these days: only the first minute is refused.
_MIDNIGHTS: Final = frozenset({(2000, 1, 1), (2001, 1, 1), (2002, 1, 1), (2003, 1, 1)})
#: The last evening before 1970, as America saw the beginning of Unix time.
_EVE: Final = (1969, 12, 31)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SHIFTS: Final[Mapping[str, timedelta]] = MappingProxyType({})
#: Two writers of one moment, each with whole seconds.
_ONE_MOMENT: Final = timedelta(seconds=3)
#: Minutes east of UTC that a file can mean; more is damage.
_MOST_MINUTES: Final = 14 * 60
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "exif": "EXIF",
        "gps": "GPS",
        "xmp": "XMP",
        "quicktime": "the film's header",
        "png": "PNG",
        "takeout": "Takeout",
        "icloud": "iCloud",
        "picasa": "Picasa",
        "filename": "the file name",
        "folder": "the folder",
        "user": "you",
    }
)


class Evidence(NamedTuple):
    """All that may tell the date of one photo; `folder` is the path of the folder that it lies in.

    `claims` hold what the file and its companions state: sources `exif:*`, `gps`, `xmp:*`,
    `quicktime:*`, `png:*`, `takeout`, `icloud`, `picasa`, `picasa:folder`, and `user`, which a
    person said and which outranks all. `position` is latitude and longitude.
    """

    claims: Sequence[DateClaim]
    name: str
    folder: str
    mtime_ns: int
    camera: str = ""
    position: tuple[float, float] | None = None


class _Said(NamedTuple):
    """A time as one source states it: naive, a wall time or in UTC, with the zone if the file tells it.

    `header` marks the header of a film, which means UTC but holds local time from some cameras;
    `clock` a time that the clock of the camera gave.
    """

    wall: datetime
    utc: bool = False
    zone: tzinfo | None = None
    header: bool = False
    clock: bool = False


class _Case(NamedTuple):
    """One photo's evidence, and the world that it is judged in."""

    evidence: Evidence
    now: datetime
    home: tzinfo
    shift: timedelta

    @property
    def modified(self) -> datetime:
        """The modification time as the wall clock at home showed it; most photos never ask for it."""
        try:
            at = _EPOCH + timedelta(microseconds=self.evidence.mtime_ns // 1000)
            return at.astimezone(self.home).replace(tzinfo=None)
        except OverflowError:
            return _EPOCH.astimezone(self.home).replace(tzinfo=None)


class _Row(NamedTuple):
    """One source of dates: its name for people, whether it proves the moment, and how to ask it.

    `claims` are the sources of claims that it looks at; None where it looks elsewhere.
    """

    source: str
    certain: bool
    ask: Callable[[_Case], Iterator[_Said | DateClaim]]
    claims: frozenset[str] | None = None


class _Judged(NamedTuple):
    """The evidence that won; its zone may still be open."""

    said: _Said
    source: str
    certain: bool
    note: str


def taken(
    claims: Sequence[DateClaim], name: str, folder: str, mtime_ns: int, now: datetime, home: tzinfo
) -> Taken:
    """Judge the capture time of one photo by itself; see `taken_all`."""
    return taken_all([Evidence(claims, name, folder, mtime_ns)], now, home)[0]


def taken_all(
    files: Sequence[Evidence], now: datetime, home: tzinfo, shifts: Mapping[str, timedelta] = _NO_SHIFTS
) -> list[Taken]:
    """Judge the capture times of the files of one folder; every answer is aware and keeps the wall time.

    The zone is the offset in the file (stated, or between its clock and its GPS time or name), else
    that of its position, else that of the nearest photo of the same camera within a day, else
    `home`. What is known in UTC is told in that zone. `shifts` is added to what the clock of a
    camera says. The modification time comes last and is never certain. `note` says what was refused.
    """
    still = timedelta()
    judged = [_judged(_Case(file, now, home, shifts.get(file.camera, still))) for file in files]
    judged = _local_headers(files, judged, home)
    around = _neighbours(files, judged)
    return [
        Taken(_placed(one.said, around.get(file.camera), home), one.source, one.certain, one.note)
        for file, one in zip(files, judged, strict=True)
    ]


def _judged(case: _Case) -> _Judged:
    refused: list[str] = []
    stated = [claim.source for claim in case.evidence.claims]
    for row in _ROWS:
        if row.claims is not None and row.claims.isdisjoint(stated):
            continue
        for said in row.ask(case):
            why = "no date" if isinstance(said, DateClaim) else _unbelievable(said, row.source, case)
            if isinstance(said, DateClaim) or why:
                text = said.wall if isinstance(said, DateClaim) else said.wall.isoformat(" ", "seconds")
                refused.append(f"{_WORDS[row.source]} says {text.replace('T', ' ')[:25]}, {why}")
                continue
            moved, moved_note = _shifted(said, case)
            if moved_note:
                refused.append(moved_note)
            return _Judged(
                _with_zone(moved, case), row.source, row.certain, "; ".join(dict.fromkeys(refused))
            )
    said = _Said(case.modified, zone=case.home)
    if why := _unbelievable(said, "mtime", case):
        refused.append(f"the modification time says {said.wall.isoformat(' ', 'seconds')}, {why}")
    elif month := _other_month(case):
        refused.append(f"the folder says {month}")
    return _Judged(said, "mtime", certain=False, note="; ".join(dict.fromkeys(refused)))


def _unbelievable(said: _Said, source: str, case: _Case) -> str:
    """Why a time is nonsense; empty where it may be true."""
    wall = said.wall
    if wall.year < FIRST_YEAR:
        return "before the first photograph"
    if source != "user" and _never_set(wall):
        return "a clock that was never set"
    if wall.year >= case.now.year - 1:
        zone = UTC if said.utc else said.zone or case.home
        if wall.replace(tzinfo=zone) > case.now + timedelta(days=1):
            return "in the future"
    return ""


def _never_set(wall: datetime) -> bool:
    day = (wall.year, wall.month, wall.day)
    if day in _MIDNIGHTS:
        return wall.hour == wall.minute == 0
    # A day without a time stands at noon, so later hours come from a clock.
    return day in _NEVER_SET or (day == _EVE and wall.hour > 12 and wall.minute == wall.second == 0)


def _shifted(said: _Said, case: _Case) -> tuple[_Said, str]:
    """Correct a clock that a person has agreed is wrong."""
    if not said.clock or not case.shift:
        return said, ""
    try:
        moved = said._replace(wall=said.wall + case.shift)
    except OverflowError:
        return said, ""
    sign = "+" if case.shift > timedelta() else "-"
    return moved, f"the clock of {case.evidence.camera} is corrected by {sign}{abs(case.shift)}"


def _with_zone(said: _Said, case: _Case) -> _Said:
    """Find the zone that the file itself tells, where its time states none."""
    if said.zone is not None:
        return said
    if said.utc:
        offset = _named_offset(said, case)
        if offset is not None:
            # A name and a time in UTC that agree to the minute: the clock was taken for UTC, or it is UTC.
            known = _fixed(offset) if offset else None
            said = said._replace(wall=said.wall + offset, utc=False, header=False, zone=known)
    else:
        offset = next(_offsets(said, case), None)
        if offset is not None:
            said = said._replace(zone=_fixed(offset))
    if said.zone is None and case.evidence.position is not None:
        said = said._replace(zone=zones.of_position(case.evidence.position))
    return said


def _offsets(said: _Said, case: _Case) -> Iterator[timedelta]:
    """What other evidence in the file says of the zone of a wall time: an equal time with a zone, or GPS time."""
    clock = (said.wall - case.shift if said.clock else said.wall).replace(microsecond=0)
    for claim in case.evidence.claims:
        if claim.offset is not None and abs(claim.offset) <= _MOST_MINUTES and claim.source in _SAME_MOMENT:
            wall = _wall(claim.wall)
            if wall is not None and wall.replace(microsecond=0) == clock:
                yield timedelta(minutes=claim.offset)
    for claim in case.evidence.claims:
        if claim.source == "gps" and (wall := _wall(claim.wall)) is not None:
            offset = zones.between(said.wall, wall)
            if offset is not None:
                yield offset
    if (offset := _named_offset(said, case)) is not None:
        yield offset


def _named_offset(said: _Said, case: _Case) -> timedelta | None:
    """How far a wall time is from UTC, where one of the two stands in the file's name and both mean one moment."""
    found = _named(case.evidence.name)
    if found is None or not found.exact or found.utc == said.utc:
        return None
    # An app names a copy when it gets it: at another time, so the seconds must agree.
    drift = zones.DRIFT if found.certain else _ONE_MOMENT
    return zones.between(*((said.wall, found.wall) if found.utc else (found.wall, said.wall)), drift)


@lru_cache(maxsize=64)
def _named(name: str) -> names.Named | None:
    """What a file name states; asked more than once for each file."""
    return names.named(formats.stem(name))


@lru_cache(maxsize=256)
def _fixed(offset: timedelta) -> timezone:
    return timezone(offset)


def _local_headers(files: Sequence[Evidence], judged: list[_Judged], home: tzinfo) -> list[_Judged]:
    """Take the header of a film for local time where the photos numbered around it show that it is."""
    if not any(one.said.header for one in judged):
        return judged
    shots = [
        film_clocks.Shot(
            file.name, file.camera, one.said.wall, one.said.zone or home,
            film=one.said.header, sure=one.source == "exif" and one.certain,
        )
        for file, one in zip(files, judged, strict=True)
    ]  # fmt: skip
    local = film_clocks.local(shots)
    return [
        one._replace(said=one.said._replace(utc=False)) if number in local else one
        for number, one in enumerate(judged)
    ]


def _neighbours(files: Sequence[Evidence], judged: Sequence[_Judged]) -> dict[str, zones.Neighbours]:
    """By camera, the zones that files tell of themselves; empty where nobody asks."""
    asking = {f.camera for f, one in zip(files, judged, strict=True) if f.camera and one.said.zone is None}
    known: dict[str, list[tuple[datetime, tzinfo]]] = {camera: [] for camera in asking}
    for file, one in zip(files, judged, strict=True):
        zone = one.said.zone
        if file.camera in asking and zone is not None and one.certain and one.source != "user":
            wall = one.said.wall
            if one.said.utc:
                wall = wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
            known[file.camera].append((wall, zone))
    return {camera: zones.Neighbours(rows) for camera, rows in known.items() if rows}


def _placed(said: _Said, around: zones.Neighbours | None, home: tzinfo) -> datetime:
    zone = said.zone
    if zone is None and around is not None:
        zone = around.of_moment(said.wall) if said.utc else around.of_wall(said.wall)
    if said.utc:
        return said.wall.replace(tzinfo=UTC).astimezone(zone or home)
    return said.wall.replace(tzinfo=zone or home)


def _claims(name: str, *sources: str, certain: bool, clock: bool = False) -> _Row:
    """The row of what the file and its companions state."""

    def ask(case: _Case) -> Iterator[_Said | DateClaim]:
        for source in sources:
            for claim in case.evidence.claims:
                if claim.source == source:
                    yield _stated(claim, clock=clock)

    return _Row(name, certain, ask, frozenset(sources))


def _stated(claim: DateClaim, *, clock: bool) -> _Said | DateClaim:
    wall = _wall(claim.wall)
    if wall is None:
        return claim
    if claim.offset is None or abs(claim.offset) > _MOST_MINUTES:
        return _Said(wall, clock=clock)
    if claim.offset == 0 and claim.source in _IN_UTC:
        return _Said(wall, utc=True, header=claim.source == "quicktime:header", clock=clock)
    return _Said(wall, zone=_fixed(timedelta(minutes=claim.offset)), clock=clock)


@lru_cache(maxsize=64)
def _wall(text: str) -> datetime | None:
    """A wall time; a day without a time is taken at noon. A file states most of its times more than once."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == 10:
        return found.replace(hour=12, tzinfo=None)
    return found if found.tzinfo is None else found.replace(tzinfo=None)


def _in_name(*, certain: bool) -> Callable[[_Case], Iterator[_Said | DateClaim]]:
    def ask(case: _Case) -> Iterator[_Said | DateClaim]:
        found = _named(case.evidence.name)
        if found is not None and found.certain == certain:
            yield _of_name(found, case)

    return ask


def _in_folder(case: _Case) -> Iterator[_Said | DateClaim]:
    """The deepest folder whose name states a day."""
    for part in reversed(case.evidence.folder.split(os.sep)[-3:]):
        found = names.named(part, names.FOLDERS)
        if found is not None:
            yield _of_name(found, case)


def _of_name(found: names.Named, case: _Case) -> _Said:
    if found.exact:
        return _Said(found.wall, utc=found.utc, clock=found.certain)
    # A name that states the day only gets the time of day from evidence that means the same day.
    for claim in case.evidence.claims:
        if claim.source in _TIMES_OF_DAY and len(claim.wall) > 10:
            wall = _wall(claim.wall)
            if wall is not None and wall.date() == found.wall.date():
                return _Said(wall)
    modified = case.modified
    return _Said(modified if modified.date() == found.wall.date() else found.wall)


def _other_month(case: _Case) -> str:
    """The year or month that folders state, where the modification time is of another one."""
    found = names.month(case.evidence.folder.split(os.sep)[-3:])
    if found is None:
        return ""
    year, month = found
    modified = case.modified
    if year == modified.year and month in {0, modified.month}:
        return ""
    return f"{year}-{month:02}" if month else f"{year}"


#: Sources that tell the moment in UTC and say nothing of the zone of the place.
_IN_UTC: Final = frozenset({"gps", "quicktime:header", "takeout", "icloud", "png:modified"})
#: Sources that speak of the moment of the shot; their equal times are one moment.
_SAME_MOMENT: Final = frozenset({"exif:original", "exif:digitized", "xmp:original"})
_TIMES_OF_DAY: Final = frozenset({"exif:modified", "xmp:modified"})

#: Every source of dates, by descending trust.
_ROWS: Final[tuple[_Row, ...]] = (
    _claims("user", "user", certain=True),
    _claims("exif", "exif:original", "exif:digitized", certain=True, clock=True),
    _claims("gps", "gps", certain=True),
    _claims("xmp", "xmp:original", "xmp:digitized", certain=True),
    _claims("quicktime", "quicktime:creation", "quicktime:header", certain=True, clock=True),
    _claims("takeout", "takeout", certain=True),
    _claims("icloud", "icloud", certain=True),
    _claims("picasa", "picasa", certain=True),
    _Row("filename", certain=True, ask=_in_name(certain=True)),
    _claims("png", "png:text", certain=True),
    _Row("filename", certain=False, ask=_in_name(certain=False)),
    _Row("folder", certain=False, ask=_in_folder),
    _claims("picasa", "picasa:folder", certain=False),
    _claims("exif", "exif:modified", certain=False, clock=True),
    _claims("xmp", "xmp:modified", certain=False),
    _claims("png", "png:modified", certain=False),
)
