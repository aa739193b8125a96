"""Scores the photos of one person: face size x sharpness x date, each factor against that person's other photos.

The sum of the logs is what counts, so that nothing is lost where a bell falls below the smallest number. What is not known of a
photo (no date, no face, no preview) counts as the middle of what is known of the others, so it is neither helped nor harmed.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Final

from keepers.model import Face
from keepers.score import nearness
from keepers.score.faces import FaceScore, Person, face_scores
from keepers.score.nearness import SIGMA, Around
from keepers.score.sharpness import of_scale
from keepers.score.weights import Weights

#: What remains of a photo with eyes that are shut, without a smile, with a face that is turned away.
EYES, SMILE, FRONTALITY = 0.3, 0.7, 0.6
#: Sharpness of nothing at all: a grey area has none, and 1/0 is no number.
_LEAST: Final = 1e-6
#: Birthdays are looked for among photos within so many standard deviations.
_REACH: Final = 3.0
_WEIGHTS: Final = Weights()


class Lean(Enum):
    """Which way a bias goes."""

    OFF = "off"
    FORWARD = "forward"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Bias:
    """What makes a photo of a person a good one.

    `blur` leans to sharp photos, `recency` to new ones, in reverse to blurred and to old ones. `date` is to be near to, `birthday` is
    that of the person. `sigma` are the days that the bells of both are wide.
    """

    low_pixel: bool = False
    blur: Lean = Lean.OFF
    recency: Lean = Lean.OFF
    date: Around | None = None
    birthday: bool = False
    sigma: float = SIGMA
    random: bool = False


@dataclass(frozen=True, slots=True)
class Portrait:
    """One photo of a person, as far as it is known; None is unknown, never bad.

    `pixels` is the area of this person's face in the photo's own pixels, `taken` the local wall time. `sharpness` is open-ended, in
    proportion; `face` is what judging measured of this face.
    """

    asset: str
    pixels: float | None = None
    taken: datetime | None = None
    sharpness: float | None = None
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A photo with the factors of its score, each in 0-1; `log` is that of their product, and what counts."""

    portrait: Portrait
    log: float
    parts: dict[str, float] = field(hash=False)

    @property
    def value(self) -> float:
        """The product."""
        return math.exp(self.log)


def marks(
    portraits: Sequence[Portrait], bias: Bias, now: datetime, birth_date: date | None = None
) -> tuple[Marked, ...]:
    """Score each photo of one person against the others; the order of the photos changes nothing but the order."""
    factors: dict[str, list[float]] = {}
    sizes = [None if not one.pixels or one.pixels <= 0 else one.pixels for one in portraits]
    factors["face size"] = _middled(_share(sizes, least=bias.low_pixel))
    if bias.blur is not Lean.OFF:
        sharp = [None if one.sharpness is None else max(_LEAST, one.sharpness) for one in portraits]
        factors["sharpness"] = _middled(_share(sharp, least=bias.blur is Lean.REVERSE))
    factors |= _dates(portraits, bias, now, birth_date)
    factors |= _expressions(portraits)
    return tuple(
        Marked(
            portrait,
            math.fsum(logs[number] for logs in factors.values()),
            {name: math.exp(logs[number]) for name, logs in factors.items()},
        )
        for number, portrait in enumerate(portraits)
    )


def rank(marked: Sequence[Marked]) -> tuple[Marked, ...]:
    """The best first; of equal ones that with the larger face, then the newer, then by id."""

    def key(one: Marked) -> tuple[float, float, float, str]:
        taken = one.portrait.taken
        when = -math.inf if taken is None else taken.timestamp()
        return (-one.log, -(one.portrait.pixels or 0.0), -when, one.portrait.asset)

    return tuple(sorted(marked, key=key))


def in_window(
    portraits: Sequence[Portrait], bias: Bias, now: datetime, birth_date: date | None = None
) -> tuple[Portrait, ...]:
    """Those that a random pick may fall on: within sigma days of each date that is to be near to; all where there is none."""
    wanted = targets(portraits, bias, now, birth_date)

    def fits(one: Portrait) -> bool:
        taken = nearness.believed(one.taken, now)
        return taken is not None and all(nearness.is_within(taken, date_, bias.sigma) for date_ in wanted)

    return tuple(one for one in portraits if not wanted or fits(one))


def targets(
    portraits: Sequence[Portrait], bias: Bias, now: datetime, birth_date: date | None
) -> tuple[Around, ...]:
    """The dates to be near to. A birthday is that of any year; with recency the latest, in reverse the first, with a year that of it."""
    found = [] if bias.date is None else [bias.date]
    if bias.birthday and birth_date is not None:
        dated = [taken for one in portraits if (taken := nearness.believed(one.taken, now)) is not None]
        found.append(_birthday(dated, bias, now, birth_date))
    return tuple(found)


def _birthday(dated: Sequence[datetime], bias: Bias, now: datetime, born: date) -> Around:
    whole_year = bias.date if bias.date is not None and bias.date.is_whole_year else None
    if whole_year is not None:
        return Around(whole_year.year, born.month, born.day)
    if bias.recency is Lean.OFF or not dated:
        return Around(None, born.month, born.day)
    newest = bias.recency is Lean.FORWARD
    first, last = _next(min(dated).date(), born), _last(nearness.today(now), born)
    # A birthday of which there is no photo is of no use where there is another.
    near = {
        nearest
        for taken in dated
        if abs(((nearest := nearness.nearest(taken, born.month, born.day)) - taken.date()).days)
        <= _REACH * bias.sigma
        and first <= nearest <= last
    }
    chosen = (max if newest else min)(near or {last if newest else first})
    return Around(chosen.year, chosen.month, chosen.day)


def _next(day: date, born: date) -> date:
    birthday = nearness.in_year(day.year, born.month, born.day)
    return birthday if birthday >= day else nearness.in_year(day.year + 1, born.month, born.day)


def _last(day: date, born: date) -> date:
    birthday = nearness.in_year(day.year, born.month, born.day)
    return birthday if birthday <= day else nearness.in_year(day.year - 1, born.month, born.day)


def _dates(
    portraits: Sequence[Portrait], bias: Bias, now: datetime, birth_date: date | None
) -> dict[str, list[float]]:
    dates = [nearness.believed(one.taken, now) for one in portraits]

    def each(of_one: Callable[[datetime], float]) -> list[float]:
        return _middled([None if taken is None else of_one(taken) for taken in dates])

    found: dict[str, list[float]] = {}
    if bias.recency is not Lean.OFF:
        reverse = bias.recency is Lean.REVERSE
        found["recency"] = each(lambda taken: nearness.recency(taken, now, reverse=reverse))
    names = ("date", "birthday") if bias.date is not None else ("birthday",)
    for name, wanted in zip(names, targets(portraits, bias, now, birth_date), strict=False):
        found[name] = each(lambda taken, wanted=wanted: nearness.nearness(taken, wanted, bias.sigma))  # type: ignore[misc]  # mypy knows no such default
    return found


def _expressions(portraits: Sequence[Portrait]) -> dict[str, list[float]]:
    """Eyes, smile and frontality, where faces were judged, each against this person's other photos."""
    if not any(one.face is not None for one in portraits):
        return {}
    scores = face_scores(Person(tuple(one.face for one in portraits)), _WEIGHTS)
    both = [(one.face, score) for one, score in zip(portraits, scores, strict=True)]

    def each(known: str, floor: float, of_score: Callable[[FaceScore], float]) -> list[float]:
        return _middled(
            [
                math.log(floor + (1 - floor) * of_score(score))
                if face is not None and known in face.known
                else None
                for face, score in both
            ]
        )

    return {
        "eyes": each("eyes", EYES, lambda score: score.eyes),
        "smile": each("smile", SMILE, lambda score: score.smile),
        "frontality": each("yaw", FRONTALITY, lambda score: score.frontality),
    }


def open_ended(face: Face) -> float | None:
    """Sharpness of a judged face, in proportion."""
    return None if face.sharpness is None else of_scale(face.sharpness)


def _share(values: Sequence[float | None], *, least: bool) -> list[float | None]:
    """Logs of each value's share of the greatest, or of the least value's share of each."""
    known = [value for value in values if value is not None]
    if not known:
        return [None for _ in values]
    top = math.log(min(known) if least else max(known))
    return [
        None if value is None else (top - math.log(value) if least else math.log(value) - top)
        for value in values
    ]


def _middled(logs: Sequence[float | None]) -> list[float]:
    """What is unknown counts as the median of what is known; where nothing is, for nothing."""
    known = [value for value in logs if value is not None]
    middle = statistics.median_low(known) if known else 0.0
    return [middle if value is None else value for value in logs]
