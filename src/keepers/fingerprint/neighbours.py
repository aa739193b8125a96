"""Find all hashes that differ in few bits, exactly, among a million of them, with numpy alone.

Two 64-bit hashes that differ in at most r bits must be alike in one of k bands: by the pigeonhole principle,
if the bands' thresholds t add up to r + 1 - k, some band differs in no more than its t (Norouzi, Punjani and
Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014). Sorted by a band, the hashes that
can match a bucket are a few runs of the array, and they are compared as one dense block: about 1 ns a pair.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations, pairwise
from math import comb
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from concurrent.futures import Future

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.intp]
Pairs = tuple[Rows, Rows]
_Part = tuple[int, int]

#: Nanoseconds: to compare one pair in a block, to fetch one column, to prepare one bucket, to look one
#: neighbouring bucket up (measured).
_PAIR_COST: Final = 0.5
_COLUMN_COST: Final = 2.5
_BUCKET_COST: Final = 30_000.0
_LOOK_COST: Final = 15.0
#: Pairs compared at once, in rows of so many columns: much shorter rows take longer a pair, and so do blocks
#: beyond the second-level cache.
_BLOCK: Final = 1 << 18
_WIDTH: Final = 1 << 12
#: numpy's working buffer, in values, where whole rows need none.
_BUFFER: Final = 128
#: Pairs that a thread compares in one go, a millisecond's work; this bounds what waits to be handed on.
_PART: Final = 1 << 22
#: Found pairs are handed on in batches of so many, not in the handful that one part gives.
_BATCH: Final = 1 << 13
_MOST_BITS: Final = 20
_MOST_THRESHOLD: Final = 5
_NO_PLAN: Final = (float("inf"), 0, 0)
#: Searches of fewer pairs are done before a plan is made.
_PLANNED: Final = 1 << 24


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
        with _unbuffered():
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
    everything = (Band(0, 0, 0),)
    if left * right <= _PLANNED or radius >= 64:
        return everything
    costs = {
        (bits, threshold): _cost(bits, threshold, left, right)
        for bits in range(1, _MOST_BITS + 1)
        for threshold in range(min(bits, _MOST_THRESHOLD) + 1)
    }
    # The least cost of bands that take up so many bits and so much of the radius, and the last of them.
    best: dict[tuple[int, int], tuple[float, int, int]] = {(0, 0): (0.0, 0, 0)}
    for used in range(64):
        for spent in range(radius + 1):
            if (used, spent) not in best:
                continue
            cost = best[used, spent][0]
            for (bits, threshold), more in costs.items():
                at = (used + bits, spent + threshold + 1)
                if at[0] <= 64 and at[1] <= radius + 1 and cost + more < best.get(at, _NO_PLAN)[0]:
                    best[at] = (cost + more, bits, threshold)
    least, *_ = best.get((64, radius + 1), _NO_PLAN)
    if least >= _PAIR_COST * left * right:
        return everything
    bands: list[Band] = []
    at = (64, radius + 1)
    while at != (0, 0):
        _, bits, threshold = best[at]
        at = (at[0] - bits, at[1] - threshold - 1)
        bands.append(Band(at[0], bits, threshold))
    return tuple(reversed(bands))


def _cost(bits: int, threshold: int, left: int, right: int) -> float:
    """Nanoseconds that a band takes, if its bits are even and independent."""
    ball = sum(comb(bits, k) for k in range(threshold + 1))
    buckets = min(left, 1 << bits)
    columns = right * ball / (1 << bits)
    return buckets * (_BUCKET_COST + _LOOK_COST * ball + _COLUMN_COST * columns) + _PAIR_COST * left * columns


@dataclass(frozen=True, slots=True)
class _Index:
    """Hashes sorted by their bits in a band.

    `order` says where each was, `bounds` where the run of each key begins, `sizes` how long it is.
    """

    keys: npt.NDArray[np.int64]
    order: Rows
    hashes: Words
    bounds: Rows
    sizes: Rows


def _search(left: Words, right: Words, radius: int, jobs: int, *, same: bool) -> Iterator[Pairs]:
    if not len(left) or not len(right) or radius < 0:
        return
    jobs = jobs or len(os.sched_getaffinity(0))
    bands = plan(radius, max(len(left), len(right)), min(len(left), len(right)))
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
    if len(left) < len(right):
        # The fewer are fetched, for the more in each bucket.
        for rows, columns in _band_pairs(right, left, band, radius, jobs, same=False):
            yield columns, rows
        return
    one = _index(left, band)
    other = one if same else _index(right, band)
    masks = _ball(band.bits, band.threshold)
    work = partial(_part_pairs, one, other, masks, radius)
    parts = _parts(one, other, masks)
    # numpy lets other threads run while it compares.
    yield from _in_turn(work, parts, jobs) if jobs > 1 and len(parts) > 1 else map(work, parts)


def _in_turn(work: Callable[[_Part], Pairs], parts: list[_Part], jobs: int) -> Iterator[Pairs]:
    """The answers in the order of the parts, while threads work a little ahead."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (5 ms, and few photos need no thread)

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
    sizes = np.bincount(keys, minlength=1 << band.bits)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    return _Index(keys[order], order, hashes[order], bounds, sizes)


def _parts(left: _Index, right: _Index, masks: Rows) -> list[_Part]:
    """The left rows in stretches of about equal work; only a bucket that is more than one is cut."""
    used = np.flatnonzero(left.sizes)
    columns = np.zeros(len(used), np.intp)
    for mask in masks.tolist():
        columns += right.sizes[used ^ mask]
    starts, counts = left.bounds[used], left.sizes[used]
    work = counts * columns
    part = np.cumsum(work + int(_BUCKET_COST / _PAIR_COST)) // _PART
    cuts = {0, len(left.order), *starts[1:][part[1:] > part[:-1]].tolist()}
    for large in np.flatnonzero(work > _PART).tolist():
        start, step = int(starts[large]), max(1, _PART // int(columns[large]))
        cuts.update(range(start, start + int(counts[large]), step))
    return list(pairwise(sorted(cuts)))


def _part_pairs(left: _Index, right: _Index, masks: Rows, radius: int, part: _Part) -> Pairs:
    """The pairs of the left rows of one part."""
    with _unbuffered():
        return _together(list(_found(left, right, masks, radius, part)))


@contextlib.contextmanager
def _unbuffered() -> Generator[None, None, None]:
    """Keep numpy from copying rows shorter than a third of its buffer (of 8,192 values) before it works on them."""
    with np.errstate():
        np.setbufsize(_BUFFER)
        yield


def _found(left: _Index, right: _Index, masks: Rows, radius: int, part: _Part) -> Iterator[Pairs]:
    start, stop = part
    while start < stop:
        key = int(left.keys[start])
        end = min(stop, int(left.bounds[key + 1]))
        near = key ^ masks
        if left is right:
            # Among themselves two buckets meet once; each meets itself first (mask 0).
            near = near[near >= key]
        places = _places(right, near)
        for i, j in _blocks(left.hashes[start:end], right.hashes[places], radius):
            rows, at = i + start, places[j]
            if left is right:
                once = at > rows
                rows, at = rows[once], at[once]
            yield left.order[rows], right.order[at]
        start = end


def _places(index: _Index, near: Rows) -> Rows:
    """Where in the sorted array the hashes with these keys lie, run after run."""
    sizes = index.sizes[near]
    ends = np.cumsum(sizes)
    places = np.repeat(index.bounds[near] - ends + sizes, sizes)
    places += np.arange(len(places))
    return places


def _blocks(rows: Words, columns: Words, radius: int) -> Iterator[Pairs]:
    """Compare all rows with all columns, block by block; the places of those within the radius."""
    high = _even(len(rows), max(1, _BLOCK // max(1, min(len(columns), _WIDTH))))
    wide = _even(len(columns), max(_WIDTH, _BLOCK // len(rows)))
    for top in range(0, len(rows), high):
        for first in range(0, len(columns), wide):
            i, j = _block(rows[top : top + high], columns[first : first + wide], radius)
            if len(i):
                yield i + top, j + first


def _even(count: int, most: int) -> int:
    """The step that divides so many into equal parts of `most` or a few more."""
    return -(-count // max(1, round(count / most)))


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
