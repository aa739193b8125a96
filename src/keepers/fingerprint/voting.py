"""Which photos have points in common: candidates for a closer look, found without comparing every two.

Locality-sensitive hashing (Indyk and Motwani, "Approximate nearest neighbors", 1998): a point is filed under a few of its 256
bits, several times, each time under others. Two points of one key vote for their photos if all their bits agree well enough,
and votes count only where they tell one turn and one change of size (the weak geometric consistency of Jegou et al.,
"Hamming embedding and weak geometric consistency", 2008).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.keypoints import POINT, Points

Rows = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

#: How often each point is filed.
_TABLES: Final = 8
#: A key of the fewest and the most bits: long enough that a key holds a few points, short enough to forgive.
_LEAST_KEY: Final = 16
_MOST_KEY: Final = 24
#: Points under one key above which it tells nothing: leaves, bricks, letters.
_CROWD: Final = 48
#: Of 256 bits so many may differ.
_BITS: Final = 64
#: Turns and sizes are told apart by so many steps: an eighth of a circle, an octave.
_TURN: Final = 32
_SIZE: Final = 16
_TURNS: Final = 256 // _TURN
_SIZES: Final = 128 // _SIZE
#: Votes of one turn and size that make a candidate, and how many candidates a photo has at most.
_VOTES: Final = 4
_MOST: Final = 4
_AT_ONCE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Filed:
    """The points of many photos: all together, and the row of each one's photo."""

    points: Points
    rows: Rows


def filed(found: Iterable[tuple[int, Points]]) -> Filed:
    """The points of photos, by row."""
    pairs = [(row, points) for row, points in found if len(points)]
    if not pairs:
        return Filed(np.zeros(0, POINT), np.zeros(0, np.int64))
    rows = np.repeat(np.array([row for row, _ in pairs], np.int64), [len(points) for _, points in pairs])
    return Filed(np.concatenate([points for _, points in pairs]), rows)


def candidates(queries: Filed, among: Iterable[Filed], number: int) -> list[tuple[int, int]]:
    """Pairs (query, other) of rows that share points, those with most votes of each query, ascending.

    `number` is how many points there are among all. The same pairs whatever the order and the parts of `among`.
    """
    width = int(np.clip(np.log2(max(1, number)) + 1, _LEAST_KEY, _MOST_KEY))
    index = [_index(queries, masks) for masks in _masks(width)]
    votes: dict[tuple[int, int], int] = {}
    for part in among:
        for row, other, count in _voted(queries, part, index):
            votes[row, other] = max(count, votes.get((row, other), 0))
    ranked: dict[int, list[tuple[int, int]]] = {}
    for (row, other), count in votes.items():
        ranked.setdefault(row, []).append((-count, other))
    return sorted((row, other) for row, some in ranked.items() for _, other in sorted(some)[:_MOST])


@dataclass(frozen=True, slots=True)
class _Table:
    """One way of filing: the bits that make a key, the keys in order, and the points in that order."""

    places: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint32]
    order: Rows


def _masks(width: int) -> Iterator[npt.NDArray[np.int64]]:
    """Which bits make the key of each table: other ones each time, the same for every run."""
    random = np.random.default_rng(2008)
    for _ in range(_TABLES):
        yield np.sort(random.choice(256, width, replace=False))


def _keys(bits: Words, places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    key = np.zeros(len(bits), np.uint32)
    for place in places.tolist():
        one = (bits[:, place // 64] >> np.uint64(place % 64)) & np.uint64(1)
        key = (key << np.uint32(1)) | one.astype(np.uint32)
    return key


def _index(queries: Filed, places: npt.NDArray[np.int64]) -> _Table:
    keys = _keys(queries.points["bits"], places)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    # Crowded keys are left out of the index, so that a million leaves cost nothing.
    low, high = np.searchsorted(ordered, ordered), np.searchsorted(ordered, ordered, side="right")
    few = high - low <= _CROWD
    return _Table(places, ordered[few], order[few])


def _voted(queries: Filed, part: Filed, index: list[_Table]) -> Iterator[tuple[int, int, int]]:
    """Pairs of rows with their votes for the turn and size that has most."""
    packed: list[Rows] = []
    for table in index:
        keys = _keys(part.points["bits"], table.places)
        low = np.searchsorted(table.keys, keys)
        counts = np.searchsorted(table.keys, keys, side="right") - low
        starts = range(0, len(keys), _AT_ONCE)
        packed += [_agreeing(queries, part, table, start, low, counts) for start in starts]
    # Points that met under several keys agree better, and vote more often.
    pairs = np.concatenate(packed) if packed else np.zeros(0, np.int64)
    if not len(pairs):
        return
    one, other = np.divmod(pairs, len(part.rows))
    left, right = queries.points[one], part.points[other]
    turn = ((right["angle"].astype(np.int64) - left["angle"]) % 256) // _TURN
    size = (right["octave"].astype(np.int64) - left["octave"] + 64) // _SIZE
    asked, asked_at = np.unique(queries.rows, return_inverse=True)
    there, there_at = np.unique(part.rows, return_inverse=True)
    keys = ((asked_at[one] * len(there) + there_at[other]) * _TURNS + turn) * _SIZES + size
    groups, count = np.unique(keys, return_counts=True)
    photo, votes = groups[count >= _VOTES] // (_TURNS * _SIZES), count[count >= _VOTES]
    rows, others = np.divmod(photo, len(there))
    yield from zip(asked[rows].tolist(), there[others].tolist(), votes.tolist(), strict=True)


def _agreeing(queries: Filed, part: Filed, table: _Table, start: int, low: Rows, counts: Rows) -> Rows:
    """Pairs of points under one key whose bits agree, each as one number: query point x points + other point."""
    some = np.arange(start, min(start + _AT_ONCE, len(low)))
    number = counts[some]
    other = np.repeat(some, number)
    first = np.repeat(low[some] - np.concatenate([[0], np.cumsum(number)[:-1]]), number)
    one = table.order[first + np.arange(len(other))]
    different = queries.rows[one] != part.rows[other]
    one, other = one[different], other[different]
    apart = np.bitwise_count(queries.points["bits"][one] ^ part.points["bits"][other]).sum(
        axis=1, dtype=np.int32
    )
    near = apart <= _BITS
    return np.asarray(one[near] * len(part.rows) + other[near], np.int64)
