"""The search finds exactly what comparing every two finds."""

from collections.abc import Generator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.fingerprint import neighbours
from keepers.fingerprint.neighbours import Band, Words

SEEDS = st.integers(0, 2**32 - 1)
RADII = st.integers(0, 64)


def clustered(seed: int, count: int) -> Words:
    """Hashes in clusters, many of them equal, as photos' are."""
    rng = np.random.default_rng(seed)
    scenes = rng.integers(0, 2**64, max(1, count // 4), dtype=np.uint64)
    hashes = scenes[rng.integers(0, len(scenes), count)]
    for _ in range(int(rng.integers(0, 12))):
        turn = np.uint64(1) << rng.integers(0, 64, count, dtype=np.uint64)
        hashes = np.where(rng.random(count) < 0.5, hashes ^ turn, hashes)
    return hashes


def every_two(left: Words, right: Words, radius: int) -> list[tuple[int, int]]:
    near = np.bitwise_count(left[:, None] ^ right) <= radius
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(near), strict=True)]


@given(SEEDS, st.integers(0, 300), RADII)
def test_within_is_exact_and_names_each_pair_once(seed: int, count: int, radius: int) -> None:
    hashes = clustered(seed, count)
    found = [
        (int(i), int(j)) for a, b in neighbours.within(hashes, radius) for i, j in zip(a, b, strict=True)
    ]
    wanted = [(i, j) for i, j in every_two(hashes, hashes, radius) if i < j]
    assert sorted((min(p), max(p)) for p in found) == wanted


@given(SEEDS, st.integers(0, 120), st.integers(0, 300), RADII)
def test_across_is_exact_and_names_each_pair_once(seed: int, left: int, right: int, radius: int) -> None:
    both = clustered(seed, left + right)
    one, other = both[:left], both[left:]
    found = [
        (int(i), int(j)) for a, b in neighbours.across(one, other, radius) for i, j in zip(a, b, strict=True)
    ]
    assert sorted(found) == every_two(one, other, radius)


@given(SEEDS, st.integers(0, 300), RADII, st.floats(0, 500))
def test_nearby_is_exact(seed: int, count: int, radius: int, window: float) -> None:
    hashes = clustered(seed, count)
    times = np.sort(np.random.default_rng(seed).integers(0, 1000, count)).astype(np.float64)
    found = [
        (int(i), int(j))
        for a, b in neighbours.nearby(times, hashes, window, radius)
        for i, j in zip(a, b, strict=True)
    ]
    wanted = [(i, j) for i, j in every_two(hashes, hashes, radius) if i < j and times[j] <= times[i] + window]
    assert sorted(found) == wanted


@pytest.mark.parametrize("radius", [0, 1, 5, 8, 10, 12, 16, 24])
@pytest.mark.parametrize("count", [10, 10_000, 100_000, 1_000_000])
def test_every_plan_obeys_the_pigeonhole_principle(radius: int, count: int) -> None:
    bands = neighbours.plan(radius, count, count)
    if bands == (Band(0, 0, 0),):
        return
    used = 0
    for band in bands:
        mask = ((1 << band.bits) - 1) << band.shift
        assert used & mask == 0
        used |= mask
    assert used < 1 << 64
    # Were every band beyond its threshold, the distance would be beyond the radius.
    assert sum(band.threshold + 1 for band in bands) > radius


def test_bands_are_used_where_they_pay() -> None:
    assert neighbours.plan(8, 200, 200) == (Band(0, 0, 0),)
    assert len(neighbours.plan(8, 100_000, 100_000)) > 1


def test_a_large_search_by_bands_is_exact() -> None:
    hashes = clustered(3, 20_000)
    assert len(neighbours.plan(6, len(hashes), len(hashes))) > 1
    found = {
        (min(int(i), int(j)), max(int(i), int(j)))
        for a, b in neighbours.within(hashes, 6)
        for i, j in zip(a, b, strict=True)
    }
    for row in range(0, len(hashes), 997):
        near = np.flatnonzero(np.bitwise_count(hashes ^ hashes[row]) <= 6)
        assert {p for p in found if row in p} == {
            (min(row, int(n)), max(row, int(n))) for n in near if n != row
        }


@pytest.mark.parametrize(("radius", "count"), [(26, 4_000), (8, 40_000)])
def test_threads_change_neither_the_pairs_nor_their_order(radius: int, count: int) -> None:
    # At 26 bits nothing is left out, and the one bucket is cut among the threads.
    hashes = clustered(5, count)
    alone, together = (list(neighbours.within(hashes, radius, jobs)) for jobs in (1, 3))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    rows = np.concatenate([i for i, _ in alone] + [j for _, j in alone])
    counts = [int((np.bitwise_count(hashes ^ one) <= radius).sum()) - 1 for one in hashes[:50]]
    assert np.bincount(rows, minlength=count)[:50].tolist() == counts


def test_a_search_may_be_given_up() -> None:
    found = neighbours.within(clustered(5, 4_000), 30, 2)
    assert len(next(found)[0])
    assert isinstance(found, Generator)
    found.close()
    assert next(found, None) is None


def test_nothing_is_near_nothing() -> None:
    none = np.empty(0, np.uint64)
    assert list(neighbours.within(none, 5)) == []
    assert list(neighbours.across(none, np.ones(3, np.uint64), 64)) == []
    assert list(neighbours.within(np.ones(3, np.uint64), -1)) == []
