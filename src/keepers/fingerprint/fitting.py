"""Whether the points of two pictures lie as one map would have them: a crop, a turn, a scaling, a mild slant.

Two points that look alike tell a whole similarity between them: their places, directions and sizes. So every such pair is
a guess, and all of them are tried: no random samples, and the same answer always. The best is refined on what it agrees with
(iteratively reweighted, as in "locally optimized RANSAC", Chum et al., 2003) to an affine map.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.keypoints import Points, places

Real = npt.NDArray[np.float64]

#: Of 256 bits two points that are one differ in so many at most; by chance 1 in 10,000 does.
_BITS: Final = 72
#: Pixels by which a point may miss, as a share of the longest side (of 512): what a slant and a point's own place do.
_MISS: Final = 8.0
_CLOSE: Final = 4.0
_ROUNDS: Final = 4
#: Points that make a map at all; two different photos reach five by chance (295 of 4,050), eight never did.
_LEAST: Final = 4


@dataclass(frozen=True, slots=True)
class Fit:
    """The map from the query's pixels to the original's, (2, 3), and how many points of each agree with it."""

    map: Real
    agreed: int
    matched: int


def fitted(query: Points, original: Points) -> Fit | None:
    """The affine map that most points agree with; None where fewer than four do."""
    left, right = _matched(query, original)
    if len(left) < _LEAST:
        return None
    one, other = places(query).astype(np.float64)[left], places(original).astype(np.float64)[right]
    guesses = _guesses(query[left], original[right], one, other)
    misses = guesses[:, :, :2] @ one.T + guesses[:, :, 2:] - other.T
    near = (misses * misses).sum(axis=1) <= _MISS * _MISS
    agreed = near[int(np.argmax(near.sum(axis=1)))]
    found, witnesses = guesses[0], 0
    for _ in range(_ROUNDS + 1):
        # Several points on one spot are one witness.
        witnesses = min(_apart(one[agreed]), _apart(other[agreed]))
        if witnesses < _LEAST:
            return None
        found = _least_squares(one[agreed], other[agreed])
        miss = one @ found[:, :2].T + found[:, 2] - other
        agreed = (miss * miss).sum(axis=1) <= _CLOSE * _CLOSE
    return Fit(found, witnesses, len(left))


def _matched(query: Points, original: Points) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of points that look alike: for each point of one the nearest of the other, both ways."""
    if not len(query) or not len(original):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    apart = np.bitwise_count(query["bits"][:, None] ^ original["bits"][None]).sum(axis=2, dtype=np.int32)
    pairs = np.zeros(apart.shape, np.bool_)
    rows, columns = np.arange(len(query)), np.arange(len(original))
    pairs[rows, apart.argmin(axis=1)] = True
    pairs[apart.argmin(axis=0), columns] = True
    left, right = np.nonzero(pairs & (apart <= _BITS))
    return left, right


def _guesses(query: Points, original: Points, one: Real, other: Real) -> Real:
    """The similarity that each pair tells: (n, 2, 3)."""
    turn = (original["angle"].astype(np.float64) - query["angle"]) * (2 * np.pi / 256)
    scale = np.exp2((original["octave"].astype(np.float64) - query["octave"]) / 16)
    maps = np.empty((len(query), 2, 3))
    maps[:, 0, 0] = maps[:, 1, 1] = scale * np.cos(turn)
    maps[:, 1, 0] = scale * np.sin(turn)
    maps[:, 0, 1] = -maps[:, 1, 0]
    maps[:, :, 2] = other - np.einsum("nij,nj->ni", maps[:, :, :2], one)
    return maps


def _least_squares(one: Real, other: Real) -> Real:
    """The affine map of least squares; a similarity where points are few or lie in a line."""
    centre, there = one.mean(axis=0), other.mean(axis=0)
    left, right = one - centre, other - there
    spread = left.T @ left
    if len(one) >= 8 and np.linalg.eigvalsh(spread)[0] > len(one) * 100.0:
        turn: Real = np.asarray(np.linalg.solve(spread, left.T @ right), np.float64).transpose()
    else:
        along = (left * right).sum()
        across = (left[:, 0] * right[:, 1] - left[:, 1] * right[:, 0]).sum()
        length = max((left * left).sum(), 1e-9)
        turn = np.array([[along, -across], [across, along]], np.float64) / length
    return np.column_stack([turn, there - turn @ centre])


def _apart(spots: Real) -> int:
    """How many spots there are, those within eight pixels counted once."""
    return len(np.unique(np.rint(spots / 8), axis=0))
