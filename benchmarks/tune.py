"""Would other weights pick better? Fits them to open photos with known answers, and says whether that is more than noise.

    python benchmarks/tune.py DATA_DIR [--model-dir DIR]

DATA_DIR is the folder of `benchmarks/best_shot.py`. What people judged and what the program made worse count as much in
sum. Every series (with all that is made of one photo, or of photos of the same people) is judged by weights that were fitted
without it. Nothing is written: who wants the weights puts them into their settings.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from _fitting import Ahead, Matrix, Vector, fitted
from _intervals import Gain, gain, paired, table
from _judging import Series, decided, frames_of, labelled, looks, made, sharp_photos

from keepers.decide.keep import TIE
from keepers.detect.choose import DEFAULT
from keepers.model import Look, Score
from keepers.score.faces import FaceScore, face_scores, main_people, people
from keepers.score.photo import EXPOSED, LARGE, MEAN, SHARP, TECH_SHARP, WORST
from keepers.score.weights import Weights

HAND: Final = Weights()
FACE: Final = ("eyes", "smile", "face_sharpness", "frontality", "light")
PLAIN: Final = ("sharpness", "exposure", "resolution")
#: Shares of a photo with faces: those of a face, times that of the faces; sharpness and exposure; composition.
HAND_FACED: Final = np.array(
    [*(HAND.faces * getattr(HAND, name) for name in FACE), HAND.technical, HAND.composition]
)
HAND_PLAIN: Final = np.array([SHARP, EXPOSED, LARGE])
#: How far weights may go from those set by hand before it takes evidence.
FREEDOMS: Final = (0.05, 0.15, 0.5)
#: Scores are rounded to four digits, and so are the parts that ours are summed from.
_ROUNDED: Final = 0.002


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares that are fitted: of photos with faces, and without."""

    faced: Vector
    plain: Vector


@dataclass(frozen=True, slots=True)
class Case:
    """One series as numbers, its photos in the order of time.

    `faces` holds the five parts of each face by photo and person, all zero where it was not found; empty without faces.
    `weight` is what each person counts, `main` who is one of the main people; `rest` what does not hang on faces:
    technical quality and composition, or the three parts of a photo without faces.
    """

    series: Series
    faces: Matrix
    weight: Vector
    main: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    rest: Matrix

    @property
    def has_faces(self) -> bool:
        """Whether anybody was found in any of its photos."""
        return self.faces.shape[1] > 0

    def parts(self, shares: Vector) -> Matrix:
        """The parts of each photo, such that their sum by these shares is its score."""
        if not self.has_faces:
            return self.rest
        marks = self.faces @ shares[: len(FACE)]
        worst = np.where(self.main, marks, np.inf).argmin(axis=1)
        mean = np.tensordot(self.faces, self.weight, axes=(1, 0))
        least = self.faces[np.arange(len(self.faces)), worst]
        return np.concatenate([MEAN * mean + WORST * least, self.rest], axis=1)

    def values(self, shares: Shares) -> Vector:
        """The score of each photo."""
        own = shares.faced if self.has_faces else shares.plain
        return np.asarray(self.parts(own) @ own, np.float64)

    def ahead(self) -> Ahead:
        """By how much each of the best is ahead of each of the others, under given shares."""
        best = [number for number, frame in enumerate(self.series.frames) if frame.path in self.series.best]
        others = [number for number in range(len(self.series.frames)) if number not in best]

        def rows(shares: Vector) -> Matrix:
            parts = self.parts(shares)
            return np.array(
                [parts[one] - parts[other] for one in best for other in others], np.float64
            ).reshape(-1, parts.shape[1])

        return rows

    def is_right(self, shares: Shares) -> bool:
        """Whether one of the best is picked: of those that are as good as the first, the earliest."""
        values = self.values(shares)
        return self.series.frames[int(np.argmax(values > values.max() - TIE))].path in self.series.best

    def ordered(self, shares: Shares) -> list[bool]:
        """Whether each of the best is scored above each of the others."""
        own = shares.faced if self.has_faces else shares.plain
        return [bool(lead > 0) for lead in self.ahead()(own) @ own]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model-dir", default="", help="models for the back end")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="keepers-tune-") as room:
        judged, worse = labelled(given.data), made(sharp_photos(given.data), Path(room))
        seen = looks({*frames_of(judged), *frames_of(worse)}, DEFAULT, given.model_dir)
        cases = [[case(one, seen) for one in some] for some in (judged, worse)]
    people_said, program_made = cases
    print(
        f"{len(people_said)} series that people judged; {len(program_made)} pairs that the program made, of"
    )
    print(f"{len({one.series.cluster for one in program_made})} photos or people. Back end: `{DEFAULT}`.\n")
    rows: list[Sequence[object]] = [
        (
            "freedom",
            "best picked, of people's",
            "difference",
            "best before others",
            "best of two, of the program's",
        )
    ]
    better = at_made = False
    for freedom in FREEDOMS:
        (counted, picked), ordered, of_two = _held_out(people_said, program_made, freedom)
        rows.append((freedom, counted, picked, ordered, of_two))
        better |= picked.low > 0 or ordered.low > 0
        at_made |= of_two.low > 0
    print(table(*rows))
    _tell(people_said, program_made)
    print(
        "By what people judged, fitted weights are "
        + ("better" if better else "not better")
        + " than those set by"
    )
    print(
        "hand beyond the noise"
        + (
            ". They are at what the program made worse, which tells how that was made and"
            if at_made
            else ", nor at what the program made worse."
        )
    )
    if at_made:
        print("not what people like.")
    return 0


# ---------------------------------------------------------------- series as numbers


def case(series: Series, seen: Mapping[Path, Look]) -> Case:
    """Take a series apart as the judge does, and make sure that it comes to the judge's own scores."""
    told = {Path(score.ref.key): score for score in decided(series, dict(seen), HAND).scores}
    ordered = sorted(series.frames, key=lambda frame: (frame.taken, str(frame.path)))
    series = Series(series.name, series.cluster, tuple(ordered), series.best, series.worst)
    everyone = people([seen[frame.path].faces for frame in ordered])
    each = [face_scores(person, HAND) for person in everyone]
    weight = np.array([person.weight for person in everyone])
    main_ones = set(main_people(everyone))
    found = Case(
        series,
        np.array([[_face(marks[number]) for marks in each] for number in range(len(ordered))]).reshape(
            len(ordered), len(everyone), len(FACE)
        ),
        weight / weight.sum() if len(weight) else weight,
        np.array([person in main_ones for person in everyone], np.bool_),
        np.array([_rest(told[frame.path], faced=bool(everyone)) for frame in ordered]),
    )
    values = found.values(Shares(HAND_FACED, HAND_PLAIN))
    if any(
        abs(told[frame.path].value - value) > _ROUNDED for frame, value in zip(ordered, values, strict=True)
    ):
        sys.exit(f"{series.name}: the judge scores otherwise than this program thinks")
    return found


def _face(mark: FaceScore) -> tuple[float, ...]:
    return (mark.eyes, mark.smile, mark.sharpness, mark.frontality, mark.light)


def _rest(score: Score, *, faced: bool) -> tuple[float, ...]:
    parts = score.parts
    if not faced:
        return tuple(parts[name] for name in PLAIN)
    return (TECH_SHARP * parts["sharpness"] + (1 - TECH_SHARP) * parts["exposure"], parts["composition"])


# ---------------------------------------------------------------- fitted


def _fitted(judged: Sequence[Case], worse: Sequence[Case], freedom: float) -> Shares:
    """Fit both sets of shares; what people said and what the program made count as much in sum."""
    photos = {one.series.cluster: 0 for one in worse}
    for one in worse:
        photos[one.series.cluster] += 1
    useful = sum(len(one.series.best) < len(one.series.frames) for one in judged)
    weighed = [(1.0, one) for one in judged]
    weighed += [(useful / len(photos) / photos[one.series.cluster], one) for one in worse]

    def of(*, faced: bool) -> list[tuple[float, Ahead]]:
        return [(weight, one.ahead()) for weight, one in weighed if one.has_faces is faced]

    return Shares(fitted(of(faced=True), HAND_FACED, freedom), fitted(of(faced=False), HAND_PLAIN, freedom))


def _held_out(
    judged: Sequence[Case], worse: Sequence[Case], freedom: float
) -> tuple[tuple[str, Gain], Gain, Gain]:
    """By how much fitted shares are ahead of those set by hand, each series judged by shares fitted without it."""
    hand = Shares(HAND_FACED, HAND_PLAIN)
    picked: list[tuple[bool, bool]] = []
    ordered: dict[str, list[float]] = {}
    for one in judged:
        shares = _fitted([other for other in judged if other is not one], worse, freedom)
        picked.append((one.is_right(shares), one.is_right(hand)))
        changes = [
            float(now) - float(then) for now, then in zip(one.ordered(shares), one.ordered(hand), strict=True)
        ]
        if changes:
            ordered[one.series.name] = changes
    made_ones: dict[str, list[float]] = {}
    for cluster in dict.fromkeys(one.series.cluster for one in worse):
        shares = _fitted(judged, [one for one in worse if one.series.cluster != cluster], freedom)
        made_ones[cluster] = [
            float(one.is_right(shares)) - float(one.is_right(hand))
            for one in worse
            if one.series.cluster == cluster
        ]
    now, then = [right for right, _ in picked], [right for _, right in picked]
    counted = f"{sum(now)}/{len(now)}, by hand {sum(then)}/{len(then)}"
    return (counted, paired(now, then)), gain(ordered), gain(made_ones)


def _tell(judged: Sequence[Case], worse: Sequence[Case]) -> None:
    """Prints what all series together would choose, as settings where it is one."""
    each = [_fitted(judged, worse, freedom) for freedom in FREEDOMS]
    rows: list[Sequence[object]] = [("weight", "by hand", *(f"freedom {freedom}" for freedom in FREEDOMS))]
    hand = _named(Shares(HAND_FACED, HAND_PLAIN))
    named = [_named(shares) for shares in each]
    rows += [(name, f"{hand[name]:.2f}", *(f"{one[name]:.2f}" for one in named)) for name in hand]
    print(table(*rows))


def _named(shares: Shares) -> dict[str, float]:
    faces = float(shares.faced[: len(FACE)].sum())
    found = {"`weight_faces`": faces}
    found |= dict(
        zip(
            ("`weight_technical`", "`weight_composition`"), map(float, shares.faced[len(FACE) :]), strict=True
        )
    )
    found |= {
        f"`weight_{name}`": float(share) / faces for name, share in zip(FACE, shares.faced, strict=False)
    }
    return found | {
        f"{name}, without faces": float(share) for name, share in zip(PLAIN, shares.plain, strict=True)
    }


if __name__ == "__main__":
    sys.exit(main())
