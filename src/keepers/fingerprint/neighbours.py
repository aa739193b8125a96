"""Find all hashes that differ in few bits, exactly, among a million of them, with numpy alone.

Two 64-bit hashes that differ in at most r bits must be alike in one of k bands: by the pigeonhole principle,
if the bands' thresholds t add up to r + 1 - k, some band differs in no more than its t (Norouzi, Punjani and
Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014). Sorted by a band, the hashes that
can match a bucket are a few runs of the array, and they are compared as one dense block: about 1 ns a pair.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations, pairwise
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.intp]
Pairs = tuple[Rows, Rows]
_Part = tuple[int, int]

#: Nanoseconds: to compare one pair in a block, to lay one column beside the others, to prepare one bucket, to
#: look one neighbouring bucket up (measured).
_PAIR_COST: Final = 0.5
_COLUMN_COST: Final = 0.3
_BUCKET_COST: Final = 20_000.0
_LOOK_COST: Final = 90.0
#: Pairs compared at once, in rows of so many columns: shorter rows take up to twice the time a pair, and so do
#: blocks beyond the second-level cache.
_BLOCK: Final = 1 << 18
_WIDTH: Final = 1 << 12
#: Pairs that a thread compares in one go, a millisecond's work; this bounds what waits to be handed on.
_PART: Final = 1 << 22
#: Found pairs are handed on in batches of so many, not in the handful that one part gives.
_BATCH: Final = 1 << 13
_MOST_BITS: Final = 20


@dataclass(frozen=True, slots=True)
class Band:
    """Some of the 64 bits, and by how many a match may differ in them."""

    shift: int
    bits: int
    threshold: int

    def keys(self, hashes: Words) -> npt.NDArray[np.int64]:
        """The band's bits of each hash."""
        return ((hashes >> np.uint64(self.shift)) & np.uint64((1 << self.bits) - 1)).astype(np.int64)


def within(hashes: Words, radius: int, jobs: int = 0) -> Iterator[Pairs]:
    """Every two positions whose hashes differ in at most `radius` bits, each pair once, in batches.

    The order is the same whatever the number of threads, `jobs`; 0 is one a core.
    """
    return _search(hashes, hashes, radius, jobs, same=True)


def across(left: Words, right: Words, radius: int, jobs: int = 0) -> Iterator[Pairs]:
    """Every left and right position whose hashes differ in at most `radius` bits, once, in batches."""
    return _search(left, right, radius, jobs, same=False)


def nearby(times: npt.NDArray[np.float64], hashes: Words, window: float, radius: int) -> Iterator[Pairs]:
    """Every pair within `window` seconds and `radius` bits; times ascend. Costs what lies in the windows."""
    ends = np.searchsorted(times, times + window, side="right")
    start, count = 0, len(times)
    while start < count:
        # Rows that share most of their window are compared as one block.
        span = int(ends[start]) - start
        stop = min(count, start + max(16, min(span, _BLOCK // max(1, span))))
        last = int(ends[stop - 1])
        rows, columns = _block(hashes[start:stop], hashes[start:last], radius)
        rows += start
        columns += start
        inside = (columns > rows) & (columns < ends[rows])
        yield rows[inside], columns[inside]
        start = stop


def distance(left: Words, right: Words) -> npt.NDArray[np.int64]:
    """How many bits differ between hashes, one by one."""
    return np.asarray(np.bitwise_count(left ^ right), np.int64)


def plan(radius: int, left: int, right: int) -> tuple[Band, ...]:
    """The cheapest bands for so many hashes; a single band of no bits compares everything with everything."""
    best: tuple[Band, ...] = (Band(0, 0, 0),)
    least = _PAIR_COST * left * right
    for bands in _plans(radius):
        cost = sum(_cost(band, left, right) for band in bands)
        if cost < least:
            best, least = bands, cost
    return best


def _cost(band: Band, left: int, right: int) -> float:
    ball = sum(comb(band.bits, k) for k in range(band.threshold + 1))
    buckets = min(left, 1 << band.bits)
    columns = right * ball / (1 << band.bits)
    return buckets * (_BUCKET_COST + _LOOK_COST * ball + _COLUMN_COST * columns) + _PAIR_COST * left * columns


@lru_cache(maxsize=64)
def _plans(radius: int) -> tuple[tuple[Band, ...], ...]:
    """Every division into bands whose thresholds add up as the pigeonhole principle asks."""
    found: list[tuple[Band, ...]] = []
    for count in range(2, min(radius + 1, 32) + 1):
        low, extra = divmod(radius + 1 - count, count)
        for narrow in range(2, _MOST_BITS + 1):
            rest = 64 - narrow * (count - extra)
            wide = rest // extra if extra else 0
            if rest < 0 or wide > _MOST_BITS or (extra and wide < narrow):
                continue
            sizes = [(narrow, low)] * (count - extra) + [(wide, low + 1)] * extra
            shifts = np.cumsum([0, *(bits for bits, _ in sizes)]).tolist()
            found.append(
                tuple(Band(shift, bits, most) for shift, (bits, most) in zip(shifts, sizes, strict=False))
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Index:
    """Hashes sorted by their bits in a band.

    `order` says where each was, `bounds` where the run of each key begins, and `runs` are those runs.
    """

    keys: npt.NDArray[np.int64]
    order: Rows
    hashes: Words
    bounds: Rows
    runs: list[Words]


def _search(left: Words, right: Words, radius: int, jobs: int, *, same: bool) -> Iterator[Pairs]:
    if not len(left) or not len(right) or radius < 0:
        return
    jobs = jobs or len(os.sched_getaffinity(0))
    bands = plan(radius, len(left), len(right))
    for number, band in enumerate(bands):
        for rows, columns in _batches(_band_pairs(left, right, band, radius, jobs, same=same)):
            fresh = np.ones(len(rows), np.bool_)
            apart = left[rows] ^ right[columns]
            for earlier in bands[:number]:
                fresh &= np.bitwise_count(earlier.keys(apart)) > earlier.threshold
            yield rows[fresh], columns[fresh]


def _batches(found: Iterator[Pairs]) -> Iterator[Pairs]:
    parts: list[Pairs] = []
    count = 0
    for part in found:
        parts.append(part)
        count += len(part[0])
        if count >= _BATCH:
            yield _together(parts)
            parts, count = [], 0
    if count:
        yield _together(parts)


def _together(parts: list[Pairs]) -> Pairs:
    none = np.empty(0, np.intp)
    return (
        np.concatenate([none, *(rows for rows, _ in parts)]),
        np.concatenate([none, *(columns for _, columns in parts)]),
    )


def _band_pairs(
    left: Words, right: Words, band: Band, radius: int, jobs: int, *, same: bool
) -> Iterator[Pairs]:
    """The pairs within the radius that are alike in this band."""
    one = _index(left, band)
    other = one if same else _index(right, band)
    masks = _ball(band.bits, band.threshold)
    work = partial(_part_pairs, one, other, masks, radius)
    parts = _parts(one, other, masks)
    # numpy lets other threads run while it compares.
    return _in_turn(work, parts, jobs) if jobs > 1 and len(parts) > 1 else map(work, parts)


def _in_turn(work: Callable[[_Part], Pairs], parts: list[_Part], jobs: int) -> Iterator[Pairs]:
    """The answers in the order of the parts, while threads work a little ahead."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting: deque[Future[Pairs]] = deque()
        for part in parts:
            waiting.append(pool.submit(work, part))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _index(hashes: Words, band: Band) -> _Index:
    keys = band.keys(hashes)
    # numpy sorts 16 bits by radix, in a tenth of the time.
    order = np.argsort(keys.astype(np.uint16) if band.bits <= 16 else keys, kind="stable")
    bounds = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=1 << band.bits))))
    found = hashes[order]
    return _Index(
        keys[order], order, found, bounds, [found[low:high] for low, high in pairwise(bounds.tolist())]
    )


def _parts(left: _Index, right: _Index, masks: Rows) -> list[_Part]:
    """The left rows in stretches of about equal work; only a bucket that is more than one is cut."""
    counts, sizes = np.diff(left.bounds), np.diff(right.bounds)
    used = np.flatnonzero(counts)
    columns = np.zeros(len(used), np.intp)
    for mask in masks.tolist():
        columns += sizes[used ^ mask]
    starts, counts = left.bounds[used], counts[used]
    work = counts * columns
    part = np.cumsum(work + int(_BUCKET_COST / _PAIR_COST)) // _PART
    cuts = {0, len(left.order), *starts[1:][part[1:] > part[:-1]].tolist()}
    for large in np.flatnonzero(work > _PART).tolist():
        start, step = int(starts[large]), max(1, _PART // int(columns[large]))
        cuts.update(range(start, start + int(counts[large]), step))
    return list(pairwise(sorted(cuts)))


def _part_pairs(left: _Index, right: _Index, masks: Rows, radius: int, part: _Part) -> Pairs:
    """The pairs of the left rows of one part."""
    found: list[Pairs] = []
    start, stop = part
    while start < stop:
        key = int(left.keys[start])
        end = min(stop, int(left.bounds[key + 1]))
        near = key ^ masks
        if left is right:
            # Among themselves two buckets meet once; each meets itself first (mask 0).
            near = near[near >= key]
        columns = np.concatenate(list(map(right.runs.__getitem__, near.tolist())))
        for i, j in _blocks(left.hashes[start:end], columns, radius):
            rows, at = i + start, _positions(right, near, j)
            if left is right:
                once = at > rows
                rows, at = rows[once], at[once]
            found.append((left.order[rows], right.order[at]))
        start = end
    return _together(found)


def _positions(index: _Index, near: Rows, places: Rows) -> Rows:
    """Where in the sorted array the places in the joined runs lie."""
    starts = index.bounds[near]
    ends = np.cumsum(index.bounds[near + 1] - starts)
    run = np.searchsorted(ends, places, side="right")
    # The runs before this one are as long as its end, less its own length.
    return np.asarray(index.bounds[near + 1][run] - ends[run] + places)


def _blocks(rows: Words, columns: Words, radius: int) -> Iterator[Pairs]:
    """Compare all rows with all columns, block by block; the places of those within the radius."""
    high = max(1, _BLOCK // max(1, min(len(columns), _WIDTH)))
    wide = max(_WIDTH, _BLOCK // len(rows))
    for top in range(0, len(rows), high):
        for first in range(0, len(columns), wide):
            i, j = _block(rows[top : top + high], columns[first : first + wide], radius)
            if len(i):
                yield i + top, j + first


def _block(rows: Words, columns: Words, radius: int) -> Pairs:
    """Compare all rows with all columns; positions of those within the radius."""
    hits = np.flatnonzero(np.bitwise_count(rows[:, None] ^ columns) <= radius)
    if not len(hits):
        return hits, hits
    i, j = np.divmod(hits, len(columns))
    return i, j


@lru_cache(maxsize=64)
def _ball(bits: int, most: int) -> Rows:
    """All numbers of so many bits with at most `most` of them set, 0 first."""
    numbers = [
        sum(1 << bit for bit in chosen)
        for count in range(most + 1)
        for chosen in combinations(range(bits), count)
    ]
    return np.array(numbers, np.intp)
