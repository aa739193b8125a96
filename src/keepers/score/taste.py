"""What a person's own picks teach: how much each part of a score counts for them, near what was set by hand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.score.photo import EXPOSED, LARGE, MEAN, SHARP, TECH_SHARP, WORST
from keepers.score.weights import Weights

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

#: The parts that a taste may weigh, as `score.photo` names them; those behind the first four need faces.
PARTS: Final = (
    "sharpness", "exposure", "resolution", "composition", "faces", "worst face", "eyes", "expression",
    "face sharpness",
)  # fmt: skip
#: A lead of 0.1 in score is picked by a person seven times of eight: the slope of the logistic curve.
_SLOPE: Final = 20.0
#: How far a weight may be from the one set by hand before it takes evidence: the standard deviation of the prior.
_FREEDOM: Final = 0.15
#: Groups that a person picked from before anything is believed, and parts in which the picks are tried out.
LEAST: Final = 20
_FOLDS: Final = 5
#: Changes of a weight that are worth a word.
_WORTH: Final = 0.03
_WORDS: Final = {
    "sharpness": "the sharpness of the whole picture counts",
    "exposure": "exposure counts",
    "resolution": "resolution counts",
    "composition": "composition counts",
    "faces": "faces count",
    "worst face": "the worst of the faces counts",
    "eyes": "open eyes count",
    "expression": "expressions count",
    "face sharpness": "sharp faces count",
}


@dataclass(frozen=True, slots=True)
class Pick:
    """One series that a person picked from: the parts and the score by hand of what stayed, and of what went."""

    kept: tuple[Mapping[str, float], ...]
    dropped: tuple[Mapping[str, float], ...]
    kept_values: tuple[float, ...]
    dropped_values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Taste:
    """What is added to the weights set by hand, by part; learned from so many picks.

    `right` and `right_before` are the shares of picks that were guessed, from the others, with it and without.
    """

    weights: Mapping[str, float]
    picks: int
    right: float
    right_before: float

    def shift(self, parts: Mapping[str, float]) -> float:
        """What the taste adds to a score with these parts."""
        return sum(weight * parts[name] for name, weight in self.weights.items() if name in parts)

    @property
    def words(self) -> tuple[str, ...]:
        """What was learned, the greatest difference first."""
        told = sorted(self.weights.items(), key=lambda item: (-abs(item[1]), item[0]))
        return tuple(
            f"{_WORDS[name]} {'more' if weight > 0 else 'less'} for you ({weight:+.2f})"
            for name, weight in told
            if abs(weight) >= _WORTH
        )


def learned(picks: Sequence[Pick], weights: Weights) -> Taste | None:
    """What these picks teach; None where they are too few, or teach nothing that would have guessed them better.

    Pairwise logistic regression (Bradley and Terry, 1952): of two photos of a series the one with the higher score is
    kept. The scores by hand are the offset, what is learned is added to them, with a normal prior around zero, so few
    picks change little. No part may count against a photo. Believed is only what guesses picks that it was
    not learned from (in five parts, whole series) better than the weights by hand, by more than the standard error.
    """
    useful = [pick for pick in picks if pick.kept and pick.dropped]
    if len(useful) < LEAST:
        return None
    floor = -_by_hand(weights)
    rows = [_differences(pick) for pick in useful]
    tried = [_out_of_sample(rows, floor, fold) for fold in range(_FOLDS)]
    right = np.concatenate([one for one, _ in tried])
    before = np.concatenate([one for _, one in tried])
    # Likelihood would rise by mere doubt, where somebody picks at random.
    gains = right - before
    if gains.mean() <= gains.std(ddof=1) / math.sqrt(len(gains)):
        return None
    found = _fitted(rows, floor)
    kept = {
        name: round(float(weight), 4)
        for name, weight in zip(PARTS, found, strict=True)
        if abs(weight) >= 0.001
    }
    return (
        Taste(kept, len(useful), round(float(right.mean()), 4), round(float(before.mean()), 4))
        if kept
        else None
    )


_Rows = tuple[Matrix, Vector]


def _by_hand(weights: Weights) -> Vector:
    """The weight that each part has at least, with faces or without, when it is set by hand."""
    plain = {"sharpness": SHARP, "exposure": EXPOSED, "resolution": LARGE}
    faced = {
        "sharpness": weights.technical * TECH_SHARP,
        "exposure": weights.technical * (1 - TECH_SHARP),
        "resolution": 0.0,
        "composition": weights.composition,
        "faces": weights.faces * MEAN,
        "worst face": weights.faces * WORST,
    }
    return np.array([min(faced.get(name, 0.0), plain.get(name, math.inf)) for name in PARTS])


def _differences(pick: Pick) -> _Rows:
    """Every kept photo against every dropped one: by how much it is ahead in each part, and in the score by hand."""
    parts: list[list[float]] = []
    values: list[float] = []
    for kept, value in zip(pick.kept, pick.kept_values, strict=True):
        for dropped, other in zip(pick.dropped, pick.dropped_values, strict=True):
            parts.append([_ahead(kept, dropped, name) for name in PARTS])
            values.append(value - other)
    return np.array(parts), np.array(values)


def _ahead(one: Mapping[str, float], other: Mapping[str, float], name: str) -> float:
    return one[name] - other[name] if name in one and name in other else 0.0


def _fitted(rows: Sequence[_Rows], floor: Vector) -> Vector:
    """The most likely weights: Newton's method, kept above the floor; every series counts as one pick."""
    parts = np.concatenate([one for one, _ in rows])
    offset = np.concatenate([values for _, values in rows])
    counts = np.concatenate([np.full(len(values), 1 / len(values)) for _, values in rows])
    found = np.zeros(len(PARTS))
    prior = 1 / (_FREEDOM * _FREEDOM)
    for _ in range(60):
        chance = _likely(parts @ found + offset)
        slope = _SLOPE * parts.T @ (counts * (1 - chance)) - prior * found
        bend = parts.T * (counts * chance * (1 - chance)) @ parts * _SLOPE**2 + prior * np.eye(len(PARTS))
        # A weight at its floor that would fall stays there.
        free = (found > floor + 1e-12) | (slope > 0)
        step = np.zeros_like(found)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        moved = np.maximum(found + step, floor)
        if np.abs(moved - found).max() < 1e-7:
            break
        found = moved
    return found


def _out_of_sample(rows: Sequence[_Rows], floor: Vector, fold: int) -> tuple[Vector, Vector]:
    """Learned without one part and tried on it: the share guessed right of each series, with it and without."""
    found = _fitted([row for place, row in enumerate(rows) if place % _FOLDS != fold], floor)
    tried = [
        (float((parts @ found + offset > 0).mean()), float((offset > 0).mean()))
        for parts, offset in rows[fold::_FOLDS]
    ]
    return np.array([right for right, _ in tried]), np.array([before for _, before in tried])


def _likely(ahead: Vector) -> Vector:
    return 1 / (1 + np.exp(-np.clip(_SLOPE * ahead, -40, 40)))
