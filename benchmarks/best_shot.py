"""Best shot of a series: is the pick among the frames that people call best, and never one they call worst?

    python benchmarks/best_shot.py DATA_DIR [--model-dir DIR]

DATA_DIR holds `bursts/best.json` (frames with times, `best_any_of`, `worst`), `base/` and `faces/faces.json`. Every
series is judged in several shuffled orders, which must not change the pick. Every photo of `base` and `faces` also makes series of two,
itself and a version that the program made worse. Then each part of the score is left out, or counts a third, to see what
it is good for. Prints Markdown.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from _intervals import Gain, gain, paired, share, table
from _judging import (
    Series,
    back_ends,
    decided,
    frames_of,
    labelled,
    looks,
    made,
    pick,
    sharp_photos,
)

from keepers.decide.keep import TIE
from keepers.detect.choose import DEFAULT
from keepers.model import Look
from keepers.score.photo import EXPOSED, LARGE, MEAN, SHARP, TECH_SHARP, WORST
from keepers.score.taste import Taste
from keepers.score.weights import Weights

ORDERS: Final = 5
#: What is left of a part when it is taken out, and when it counts less.
LEFT: Final = (0.0, 1 / 3)
#: The shares of a photo's score, and those of a face's: where one is lowered, the others of its row take over.
PHOTO: Final = ("faces", "technical", "composition")
FACE: Final = ("eyes", "smile", "face_sharpness", "frontality", "light")
HAND: Final = Weights()

Seen = dict[Path, Look]


@dataclass(frozen=True, slots=True)
class Judge:
    """A way to judge: weights, and what is added to the shares that are no setting, with faces and without."""

    weights: Weights = HAND
    faced: Taste | None = None
    plain: Taste | None = None

    def picks(self, series: Series, seen: Seen, orders: int = 1) -> list[Path]:
        """What it keeps of a series, given in so many orders."""
        taste = self._taste(series, seen)
        return [pick(decided(series, seen, self.weights, taste, order)) for order in range(orders)]

    def values(self, series: Series, seen: Seen) -> dict[Path, float]:
        """The score of each photo of a series."""
        decision = decided(series, seen, self.weights, self._taste(series, seen))
        return {Path(score.ref.key): score.value for score in decision.scores}

    def _taste(self, series: Series, seen: Seen) -> Taste | None:
        has_faces = any(seen[frame.path].faces for frame in series.frames)
        return self.faced if has_faces else self.plain


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model-dir", default="", help="models for the back ends")
    given = parser.parse_args()
    series = labelled(given.data)
    with tempfile.TemporaryDirectory(prefix="keepers-quality-") as room:
        pairs = made(sharp_photos(given.data), Path(room))
        paths = {*frames_of(series), *frames_of(pairs)}
        each = {name: looks(paths, name, given.model_dir) for name, _ in back_ends(given.model_dir)}
        worst = _best_shot(series, each)
        _made_pairs(pairs, each)
        if DEFAULT in each:
            _ablation(Bench(series, pairs, each[DEFAULT]))
    return int(worst > 0)


# ---------------------------------------------------------------- the pick


def _best_shot(series: Sequence[Series], each: dict[str, Seen]) -> int:
    judge = Judge()
    rows: list[Sequence[object]] = [
        ("best shot", "among the best", "a worst one", f"the same in {ORDERS} orders", "best before worst")
    ]
    worst = 0
    for name, seen in each.items():
        picks = {one.name: judge.picks(one, seen, ORDERS) for one in series}
        best = share((one.name, picks[one.name][0] in one.best) for one in series)
        bad = share((one.name, picks[one.name][0] in one.worst) for one in series if one.worst)
        steady = sum(len(set(picks[one.name])) == 1 for one in series)
        ordered = share(
            (one.name, right) for one in series for right in _orderings(judge, one, seen).values()
        )
        rows.append((f"`{name}`", best, bad, f"{steady}/{len(series)}", ordered))
        worst += bad.hits if name == DEFAULT else 0
        print(f"`{name}`:")
        for one in series:
            kept = picks[one.name][0]
            mark = "best" if kept in one.best else "WORST" if kept in one.worst else "other"
            scores = decided(one, seen, HAND).scores
            reasons = next(score.reasons for score in scores if score.ref.key == str(kept))
            print(f"    {one.name:<26} {mark:<6} {kept.name}: {'; '.join(reasons)}")
    print()
    print(table(*rows))
    return worst


def _orderings(judge: Judge, series: Series, seen: Seen) -> dict[tuple[Path, Path], bool]:
    """Whether each of the best is scored above each of the worst."""
    value = judge.values(series, seen)
    return {
        (one, other): value[one] > value[other]
        for one in sorted(series.best)
        for other in sorted(series.worst)
    }


def _made_pairs(pairs: Sequence[Series], each: dict[str, Seen]) -> None:
    """Of the photos and their worse versions: put before it, and in how many put behind it; the others are a tie."""
    judge = Judge()
    ahead = {name: {one: _ahead(judge, one, seen) for one in pairs} for name, seen in each.items()}
    rows: list[Sequence[object]] = [("made worse by program", *(f"`{name}`" for name in each))]
    for kind in (*dict.fromkeys(one.name for one in pairs), "all"):
        some = [one for one in pairs if kind in {one.name, "all"}]
        rows.append((kind, *(_told(some, found) for found in ahead.values())))
    print(table(*rows))


def _ahead(judge: Judge, pair: Series, seen: Seen) -> int:
    """1 where the better one is put first, -1 where it is put behind, 0 where the two are as good."""
    value = judge.values(pair, seen)
    (better,), (worse,) = pair.best, pair.worst
    lead = value[better] - value[worse]
    return 0 if abs(lead) < TIE else 1 if lead > 0 else -1


def _told(pairs: Sequence[Series], ahead: dict[Series, int]) -> str:
    first = share((one.cluster, ahead[one] > 0) for one in pairs)
    behind = sum(ahead[one] < 0 for one in pairs)
    return f"{first}, {behind} behind" if behind else str(first)


# ---------------------------------------------------------------- ablation


@dataclass(frozen=True, slots=True)
class Effect:
    """What a way to judge does to the figures of the full one."""

    best: str
    worst: str
    lost: Gain
    ordered: Gain
    made: Gain


class Bench:
    """The series, the pairs, and how the full judge does on them."""

    def __init__(self, series: Sequence[Series], pairs: Sequence[Series], seen: Seen) -> None:
        self._series, self._pairs, self._seen = series, pairs, seen
        full = Judge()
        self._best = [full.picks(one, seen)[0] in one.best for one in series]
        self._ordered = {one.name: _orderings(full, one, seen) for one in series}
        self._right = {one: _ahead(full, one, seen) > 0 for one in pairs}

    def effect(self, judge: Judge) -> Effect:
        """Judge all again."""
        picks = {one.name: judge.picks(one, self._seen)[0] for one in self._series}
        best = [picks[one.name] in one.best for one in self._series]
        avoidable = [one for one in self._series if one.worst]
        ordered = {
            one.name: [
                float(now) - float(self._ordered[one.name][pair])
                for pair, now in _orderings(judge, one, self._seen).items()
            ]
            for one in avoidable
        }
        made_worse: dict[str, list[float]] = {}
        for one in self._pairs:
            change = float(_ahead(judge, one, self._seen) > 0) - float(self._right[one])
            made_worse.setdefault(one.cluster, []).append(change)
        return Effect(
            f"{sum(best)}/{len(best)}",
            f"{sum(picks[one.name] in one.worst for one in avoidable)}/{len(avoidable)}",
            paired(best, self._best),
            gain(ordered),
            gain(made_worse),
        )


def _ablation(bench: Bench) -> None:
    rows: list[Sequence[object]] = [
        ("part", "without it: best", "difference", "worst", "best before worst", "made worse",
         "a third of it: best, worst", "made worse")
    ]  # fmt: skip
    full = bench.effect(Judge())
    rows.append(("(the full score)", full.best, "", full.worst, "", "", "", ""))
    for name, judges in _lowered().items():
        out, third = (bench.effect(judge) for judge in judges)
        rows.append(
            (name, out.best, out.lost, out.worst, out.ordered, out.made, f"{third.best}, {third.worst}", third.made)
        )  # fmt: skip
    print(table(*rows))


def _lowered() -> dict[str, list[Judge]]:
    """Judges with one part left out, and with a third of it; the parts beside it share what it leaves."""
    found: dict[str, list[Judge]] = {}
    for names in (PHOTO, FACE):
        for name in names:
            shares = {one: getattr(HAND, one) for one in names}
            found[name.replace("_", " ")] = [
                Judge(replace(HAND, **_shares(shares, name, left))) for left in LEFT
            ]
    whole = {"faces": HAND.faces * MEAN, "worst face": HAND.faces * WORST}
    beside = {"sharpness": HAND.technical * TECH_SHARP, "exposure": HAND.technical * (1 - TECH_SHARP)}
    alone = {"sharpness": SHARP, "exposure": EXPOSED, "resolution": LARGE}
    for shares, names, faced in (
        (whole, ("worst face",), True),
        (beside, tuple(beside), True),
        (alone, tuple(alone), False),
    ):
        for name in names:
            tastes = [_taste(shares, _shares(shares, name, left)) for left in LEFT]
            found[f"{name}, {'with' if faced else 'without'} faces"] = [
                Judge(HAND, *((taste, None) if faced else (None, taste))) for taste in tastes
            ]
    return found


def _taste(shares: dict[str, float], lowered: dict[str, float]) -> Taste:
    """What turns the one shares into the others: some are no setting, and a taste is how they are moved."""
    return Taste({part: lowered[part] - shares[part] for part in shares}, 0, 0.0, 0.0)


def _shares(shares: dict[str, float], name: str, left: float) -> dict[str, float]:
    """The shares with one of them lowered; they sum to what they summed to."""
    rest = sum(shares.values()) - shares[name]
    more = (rest + shares[name] * (1 - left)) / rest
    return {one: value * (left if one == name else more) for one, value in shares.items()}


if __name__ == "__main__":
    sys.exit(main())
