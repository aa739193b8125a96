"""How far the clock of one camera is from another's, by frames of both that show the same scene.

Two people who stand side by side press the shutter within a minute or so of each other. Chance likenesses
give differences that agree with nothing; frames of one scene give one difference over and over. So the
densest cluster of differences is looked for, and its median taken, as in Least Median of Squares
(Rousseeuw, "Least Median of Squares Regression", 1984).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import blocks, neighbours
from keepers.fingerprint.table import Photos
from keepers.group import clocks, looks

Rows = npt.NDArray[np.intp]
Real = npt.NDArray[np.float64]

#: Other views of one scene correlate above this in their small grey blocks. Of 741 pairs of unlike photos one
#: did, and none that was near in its hash, too.
_LIKE: Final = 0.80
#: Differences within so many seconds of each other agree.
_AGREE: Final = 120.0
#: So many pairs must agree, of so many different minutes. A second cluster may have half as many at most:
#: else the clock was set meanwhile, or is wrong on a journey only.
_LEAST_PAIRS: Final = 5
_LEAST_MINUTES: Final = 3
_MOST_SECOND: Final = 0.5
#: Two people at one feast give likenesses at all differences: what agrees must stand out of those around it.
_AROUND: Final = 3600.0
_STANDS_OUT: Final = 4.0
#: What people cannot tell from the way to the next viewpoint is no wrong clock.
_LEAST_SECONDS: Final = 60.0
_LEAST_SPREADS: Final = 3.0
_CHUNK: Final = 4096


@dataclass(frozen=True, slots=True)
class Offset:
    """The clock of `camera` is `seconds` ahead of that of `against`, both codes of the table.

    `pairs` frames agree within `spread` seconds (their median deviation), of `matched` that look
    alike; they were taken between `first` and `last` by the clock of `against`.
    """

    camera: int
    against: int
    seconds: float
    spread: float
    pairs: int
    matched: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows of two cameras that look alike, and how far apart in bits."""

    left: Rows
    right: Rows
    bits: npt.NDArray[np.int64]


def offsets(photos: Photos) -> tuple[Offset, ...]:
    """Every two cameras whose clocks are certainly apart, the smaller code first."""
    rows = np.flatnonzero(clocks.known(photos) & (photos.camera > 0) & looks.solid(photos))
    if len(np.unique(photos.camera[rows])) < 2:
        return ()
    pairs = _matched(photos, rows)
    codes = np.stack([photos.camera[pairs.left], photos.camera[pairs.right]])
    found: list[Offset] = []
    for one, other in np.unique(codes, axis=1).T.tolist():
        of = (codes[0] == one) & (codes[1] == other)
        offset = _offset(photos, _Pairs(pairs.left[of], pairs.right[of], pairs.bits[of]))
        if offset is not None:
            found.append(offset)
    return tuple(found)


def _matched(photos: Photos, rows: Rows) -> _Pairs:
    """Pairs of two cameras that look alike; the row of the smaller camera code is the left one."""
    none = np.empty(0, np.intp)
    parts = [_Pairs(none, none, np.empty(0, np.int64)), *_alike(photos, rows)]
    return _Pairs(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.bits for part in parts]),
    )


def _alike(photos: Photos, rows: Rows) -> Iterator[_Pairs]:
    prints, camera = photos.prints, photos.camera
    hashes = np.ascontiguousarray(prints["phash"][rows, 0])
    for i, j in neighbours.within(hashes, looks.PHASH_BITS, photos.threads):
        left, right = rows[i], rows[j]
        two = camera[left] != camera[right]
        left, right = left[two], right[two]
        for start in range(0, len(left), _CHUNK):
            one, other = left[start : start + _CHUNK], right[start : start + _CHUNK]
            like = blocks.likeness(prints["block"][one], prints["block"][other]) >= _LIKE
            one, other = one[like], other[like]
            bits = neighbours.distance(prints["phash"][one, 0], prints["phash"][other, 0])
            swap = camera[one] > camera[other]
            yield _Pairs(np.where(swap, other, one), np.where(swap, one, other), bits)


def _offset(photos: Photos, pairs: _Pairs) -> Offset | None:
    """What the matched frames of two cameras agree on; None where that is too little, or nothing."""
    left, right = _one_to_one(pairs)
    apart = photos.taken[left] - photos.taken[right]
    order = np.argsort(apart, kind="stable")
    apart, left, right = apart[order], left[order], right[order]
    inside = _densest(apart)
    agreed, times = apart[inside], photos.taken[right[inside]]
    seconds = float(np.median(agreed))
    spread = float(np.median(np.abs(agreed - seconds)))
    others = apart[np.abs(apart - seconds) > _AGREE]
    second = len(others[_densest(others)])
    around = np.count_nonzero(np.abs(others - seconds) <= _AROUND) * _AGREE / (2 * _AROUND)
    if len(agreed) < _LEAST_PAIRS + _STANDS_OUT * around or second > _MOST_SECOND * len(agreed):
        return None
    if len(np.unique(times // 60)) < _LEAST_MINUTES:
        return None
    if abs(seconds) < max(_LEAST_SECONDS, _LEAST_SPREADS * spread):
        return None
    return Offset(
        int(photos.camera[left[0]]), int(photos.camera[right[0]]), seconds, spread, len(agreed), len(apart),
        float(times.min()), float(times.max()),
    )  # fmt: skip


def _densest(ascending: Real) -> slice:
    """Where the most differences agree."""
    if not len(ascending):
        return slice(0, 0)
    ends = np.searchsorted(ascending, ascending + _AGREE, side="right")
    start = int(np.argmax(ends - np.arange(len(ascending))))
    return slice(start, int(ends[start]))


def _one_to_one(pairs: _Pairs) -> tuple[Rows, Rows]:
    """Each frame with the one it is most like, so that no series speaks twice."""
    used: set[int] = set()
    kept: list[int] = []
    order = np.lexsort((pairs.right, pairs.left, pairs.bits))
    for at in order.tolist():
        one, other = int(pairs.left[at]), int(pairs.right[at])
        if one not in used and other not in used:
            used |= {one, other}
            kept.append(at)
    return pairs.left[kept], pairs.right[kept]
