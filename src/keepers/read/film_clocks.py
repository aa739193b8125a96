"""Films whose header holds local time: the photos that the camera numbered around them show it.

The header of a QuickTime or MP4 file means UTC (ISO/IEC 14496-12, 8.2.2), but many cameras write their wall
time into it, and nothing in the file says which.
"""

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

#: What a camera counts with; longer numbers are dates, shorter ones count copies.
_COUNTER: Final = re.compile(r"(?<!\d)(\d{3,5})$")
#: Photos and films of one camera so many numbers apart belong to one outing.
_NEAR_NUMBERS: Final = 20
#: A film gets its time when it begins or ends, the photo beside it has seconds of its own.
_DRIFT: Final = timedelta(minutes=2)
#: With a photo on one side only, the film must be as near as this.
_ONE_SIDE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Shot:
    """A file of a folder: its naive time, in UTC for a film, and the zone that it would be told in.

    `sure` marks a photo whose wall time its camera wrote.
    """

    name: str
    camera: str
    time: datetime
    zone: tzinfo
    film: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    shot: Shot


def local(shots: Sequence[Shot]) -> frozenset[int]:
    """Positions of the films that fit between the photos numbered around them as local time, but not as UTC."""
    sure = sorted((found for shot in shots if shot.sure and (found := _numbered(shot))), key=_number)
    films = [(place, film) for place, shot in enumerate(shots) if shot.film and (film := _numbered(shot))]
    return frozenset(place for place, film in films if _is_local(film, sure))


def _numbered(shot: Shot) -> _Numbered | None:
    match = _COUNTER.search(os.path.splitext(shot.name)[0])
    return _Numbered(int(match[1]), shot) if match is not None else None


def _number(row: _Numbered) -> int:
    return row.number


def _is_local(film: _Numbered, sure: Sequence[_Numbered]) -> bool:
    low = bisect_left(sure, film.number - _NEAR_NUMBERS, key=_number)
    high = bisect_right(sure, film.number + _NEAR_NUMBERS, key=_number)
    near = [row for row in sure[low:high] if film.shot.camera in {"", row.shot.camera}]
    if not near or len({row.shot.camera for row in near}) > 1:
        return False
    before = max((row for row in near if row.number <= film.number), key=_number, default=None)
    after = min((row for row in near if row.number >= film.number), key=_number, default=None)
    zone = (before or after or film).shot.zone
    in_zone = film.shot.time.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return _fits(film.shot.time, before, after) and not _fits(in_zone, before, after)


def _fits(wall: datetime, before: _Numbered | None, after: _Numbered | None) -> bool:
    if before is None or after is None:
        one = before or after
        return one is not None and abs(wall - one.shot.time) <= _ONE_SIDE
    return before.shot.time - _DRIFT <= wall <= after.shot.time + _DRIFT
