"""Time zones: of a position on Earth, between a wall time and UTC, and of neighbours in time."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Two clocks of one camera may differ by this much and still show one moment in two time zones.
DRIFT: Final = timedelta(minutes=2)
_QUARTER: Final = timedelta(minutes=15)
#: The offsets that are kept somewhere, in minutes: whole hours and these. Any quarter of an hour would make
#: one of four chance differences a zone.
_ODD: Final = frozenset({-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825})
_MOST_WEST: Final = timedelta(hours=-12)
_MOST_EAST: Final = timedelta(hours=14)
#: A camera may have travelled on after a day.
_NEAR: Final = timedelta(days=1)


def of_position(position: tuple[float, float]) -> tzinfo | None:
    """The time zone that is kept at a latitude and longitude; None where that is no place.

    Looked up to a thousandth of a degree, 100 m: a lookup takes 30 us, and most photos are taken where
    others were. tzfpy itself is not exact that close to a border.
    """
    latitude, longitude = position
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return _of_spot(round(latitude, 3), round(longitude, 3))


@lru_cache(maxsize=4096)
def _of_spot(latitude: float, longitude: float) -> tzinfo | None:
    from tzfpy import get_tz  # noqa: PLC0415 (its map takes 50 ms to unfold, and most photos need none)

    return _named(get_tz(longitude, latitude))


@lru_cache(maxsize=512)
def _named(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def between(wall: datetime, utc: datetime, drift: timedelta = DRIFT) -> timedelta | None:
    """The offset that a wall time and a time in UTC of one moment agree on, if any place keeps it."""
    apart = wall - utc
    offset = round(apart / _QUARTER) * _QUARTER
    if abs(apart - offset) > drift or not _MOST_WEST <= offset <= _MOST_EAST:
        return None
    minutes = round(offset / timedelta(minutes=1))
    return offset if minutes % 60 == 0 or minutes in _ODD else None


class Neighbours:
    """What is known of the zone of one camera through a day: the nearest photo that tells it speaks."""

    def __init__(self, known: Iterable[tuple[datetime, tzinfo]]) -> None:
        """Sort wall times, each with the zone that the file itself tells.

        A camera that shows one wall time in two zones is no witness of either.
        """
        offsets: dict[datetime, dict[timedelta, tzinfo]] = defaultdict(dict)
        for wall, zone in known:
            offsets[wall].setdefault(zone.utcoffset(wall) or timedelta(), zone)
        clear = [(wall, *next(iter(found.items()))) for wall, found in offsets.items() if len(found) == 1]
        self._walls = sorted(((wall, zone) for wall, _, zone in clear), key=_first)
        self._moments = sorted(((wall - offset, zone) for wall, offset, zone in clear), key=_first)

    def of_wall(self, wall: datetime) -> tzinfo | None:
        """The zone of the photo nearest by its wall time, within a day."""
        return _nearest(self._walls, wall)

    def of_moment(self, utc: datetime) -> tzinfo | None:
        """The zone of the photo nearest to a moment in UTC, within a day."""
        return _nearest(self._moments, utc)


def _first(row: tuple[datetime, tzinfo]) -> datetime:
    return row[0]


def _nearest(rows: list[tuple[datetime, tzinfo]], at: datetime) -> tzinfo | None:
    place = bisect_left(rows, at, key=_first)
    near = [row for row in rows[max(0, place - 1) : place + 1] if abs(row[0] - at) <= _NEAR]
    return min(near, key=lambda row: abs(row[0] - at))[1] if near else None
