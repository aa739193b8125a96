"""How near the date of a photo is to a moment, a day of any year or a year, as logarithms of factors in 0-1."""

import calendar
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

#: After so many days a photo counts half as much as a new one.
HALF_LIFE: Final = 180.0
#: Standard deviation of the bell around a day, in days, and of that around a year, whose middle is the 2nd of July.
SIGMA, YEAR_SIGMA = 7.0, 183.0
#: Clocks are set to other zones: only what lies further ahead than this is no date that can be right.
_AHEAD: Final = timedelta(days=1)
_DAY: Final = 86400.0
_FORM: Final = re.compile(r"(?:(\d{4})(?:-(\d{2})-(\d{2}))?|(\d{2})-(\d{2}))")


@dataclass(frozen=True, slots=True)
class Around:
    """A date to be near to: a day (all three), a day of any year (no `year`), or a whole year (the year alone)."""

    year: int | None = None
    month: int = 0
    day: int = 0

    @property
    def is_whole_year(self) -> bool:
        """Whether no day is meant."""
        return not self.month

    def __str__(self) -> str:
        """As people write it."""
        if self.is_whole_year:
            return f"{self.year:04d}"
        yearless = f"{self.month:02d}-{self.day:02d}"
        return yearless if self.year is None else f"{self.year:04d}-{yearless}"


def around(text: str) -> Around | None:
    """A date as people write it: `yyyy-mm-dd`, `mm-dd` or `yyyy`; None where it is none."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    year, *day = (int(part) if part else 0 for part in found.groups())
    month, of_month = (day[0] or day[2]), (day[1] or day[3])
    if found[1] and not found[2]:
        return Around(year) if year else None
    # A day of any year may be the 29th of February.
    if not 1 <= month <= 12 or not 1 <= of_month <= calendar.monthrange(year or 2000, month)[1]:
        return None
    if found[1] and not year:
        return None
    return Around(year if found[1] else None, month, of_month)


def believed(taken: datetime | None, now: datetime) -> datetime | None:
    """The date of a photo; None where it has none, or one that is still to come."""
    return None if taken is None or taken > now + _AHEAD else taken


def recency(taken: datetime, now: datetime, *, reverse: bool = False) -> float:
    """Log of 2^(-age / half-life), or with `reverse` of 1 less that: both lie in 0-1, so age never drowns the rest."""
    age = max(0.0, (now - taken).total_seconds() / _DAY)
    fading = -math.log(2) * age / HALF_LIFE
    if not reverse:
        return fading
    return math.log(-math.expm1(fading)) if age else -math.inf


def nearness(taken: datetime, wanted: Around, sigma: float = SIGMA) -> float:
    """Log of a Gaussian over the days between a photo and a date, its top being 1."""
    if wanted.is_whole_year:
        return _bell(days_off(taken, wanted), YEAR_SIGMA)
    return _bell(days_off(taken, wanted), sigma)


def days_off(taken: datetime, wanted: Around) -> int:
    """Whole days between a photo and a date; of a day of any year the nearest one counts, of a year its middle."""
    day = taken.date()
    if wanted.year is not None:
        middle = (7, 2) if wanted.is_whole_year else (wanted.month, wanted.day)
        return abs((day - in_year(wanted.year, *middle)).days)
    return min(abs((day - in_year(year, wanted.month, wanted.day)).days) for year in _beside(day.year))


def nearest(taken: datetime, month: int, day: int) -> date:
    """The day of that name that is nearest to a photo, in whatever year."""
    taken_day = taken.date()
    days = (in_year(year, month, day) for year in _beside(taken_day.year))
    return min(days, key=lambda one: abs((one - taken_day).days))


def is_within(taken: datetime, wanted: Around, days: float) -> bool:
    """Whether a photo was taken so near to a date; of a year, within it."""
    if wanted.is_whole_year:
        return taken.year == wanted.year
    return days_off(taken, wanted) <= days


def in_year(year: int, month: int, day: int) -> date:
    """A day of a year; the 29th of February is the 28th where there is none."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def today(now: datetime) -> date:
    """The date of a moment, in UTC: servers tell local times so."""
    return now.astimezone(UTC).date()


def _beside(year: int) -> range:
    return range(max(1, year - 1), min(9999, year + 1) + 1)


def _bell(off: int, sigma: float) -> float:
    return -((off / sigma) ** 2) / 2
