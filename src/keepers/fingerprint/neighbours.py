"""Find all hashes that differ in few bits, exactly, among a million of them, with numpy alone.

Two 64-bit hashes that differ in at most r bits must be alike in one of k bands: by the pigeonhole principle,
if the bands' thresholds t add up to r + 1 - k, some band differs in no more than its t (Norouzi, Punjani and
Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014). Sorted by a band, the hashes that
can match a bucket are a few runs of the array, and they are compared as one dense block: about 1 ns a pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.intp]
Pairs = tuple[Rows, Rows]

#: Nanoseconds: to compare one pair in a block, to prepare one bucket, to look one neighbouring bucket up
#: (measured).
_PAIR_COST: Final = 1.0
_BUCKET_COST: Final = 45_000.0
_LOOK_COST: Final = 150.0
#: Pairs compared at once: blocks beyond the second-level cache take twice the time.
_BLOCK: Final = 1 << 15
#: Found pairs are handed on in batches of so many, not in the handful that one bucket gives.
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


def within(hashes: Words, radius: int) -> Iterator[Pairs]:
    """Every two positions whose hashes differ in at most `radius` bits, each pair once, in batches."""
    return _search(hashes, hashes, radius, same=True)


def across(left: Words, right: Words, radius: int) -> Iterator[Pairs]:
    """Every left and right position whose hashes differ in at most `radius` bits, once, in batches."""
    return _search(left, right, radius, same=False)


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
    return buckets * (_BUCKET_COST + _LOOK_COST * ball) + _PAIR_COST * left * right * ball / (1 << band.bits)


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


def _search(left: Words, right: Words, radius: int, *, same: bool) -> Iterator[Pairs]:
    if not len(left) or not len(right) or radius < 0:
        return
    bands = plan(radius, len(left), len(right))
    for number, band in enumerate(bands):
        for rows, columns in _batches(_band_pairs(left, right, band, radius, same=same)):
            fresh = np.ones(len(rows), np.bool_)
            apart = left[rows] ^ right[columns]
            for earlier in bands[:number]:
                fresh &= np.bitwise_count(earlier.keys(apart)) > earlier.threshold
            yield rows[fresh], columns[fresh]


def _batches(found: Iterator[Pairs]) -> Iterator[Pairs]:
    rows: list[Rows] = []
    columns: list[Rows] = []
    count = 0
    for i, j in found:
        rows.append(i)
        columns.append(j)
        count += len(i)
        if count >= _BATCH:
            yield np.concatenate(rows), np.concatenate(columns)
            rows, columns, count = [], [], 0
    if rows:
        yield np.concatenate(rows), np.concatenate(columns)


def _band_pairs(left: Words, right: Words, band: Band, radius: int, *, same: bool) -> Iterator[Pairs]:
    """The pairs within the radius that are alike in this band."""
    order, sorted_left, bounds_left = _sorted(left, band)
    other, sorted_right, bounds = (order, sorted_left, bounds_left) if same else _sorted(right, band)
    masks = _ball(band.bits, band.threshold)
    for key, (start, end) in enumerate(pairwise(bounds_left)):
        if start == end:
            continue
        # Among themselves two buckets meet once; each meets itself first (mask 0).
        near = [key ^ mask for mask in masks if not same or key ^ mask >= key]
        runs = [(bounds[k], bounds[k + 1]) for k in near if bounds[k] < bounds[k + 1]]
        columns = np.concatenate([sorted_right[low:high] for low, high in runs]) if runs else sorted_right[:0]
        step = max(1, _BLOCK // (end - start))
        for first in range(0, len(columns), step):
            i, j = _block(sorted_left[start:end], columns[first : first + step], radius)
            if not len(i):
                continue
            i, at = i + start, _positions(runs, j + first)
            if same:
                once = (at >= end) | (at > i)
                i, at = i[once], at[once]
            yield order[i], other[at]


def _sorted(hashes: Words, band: Band) -> tuple[Rows, Words, list[int]]:
    """The hashes by their bits in the band: the order, the hashes in it, and where each key's run begins."""
    keys = band.keys(hashes)
    order = np.argsort(keys, kind="stable")
    bounds = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=1 << band.bits))))
    return order, hashes[order], bounds.tolist()


def _positions(runs: list[tuple[int, int]], places: Rows) -> Rows:
    """Where in the sorted array the places in the joined runs lie."""
    starts = np.array([low for low, _ in runs])
    ends = np.cumsum([high - low for low, high in runs])
    run = np.searchsorted(ends, places, side="right")
    return np.asarray(starts[run] + places - np.concatenate(([0], ends[:-1]))[run])


def _block(rows: Words, columns: Words, radius: int) -> Pairs:
    """Compare all rows with all columns; positions of those within the radius."""
    hits = np.flatnonzero(np.bitwise_count(rows[:, None] ^ columns) <= radius)
    if not len(hits):
        return hits, hits
    i, j = np.divmod(hits, len(columns))
    return i, j


@lru_cache(maxsize=64)
def _ball(bits: int, most: int) -> tuple[int, ...]:
    """All numbers of so many bits with at most `most` of them set, 0 first."""
    return tuple(
        sum(1 << bit for bit in chosen)
        for count in range(most + 1)
        for chosen in combinations(range(bits), count)
    )
