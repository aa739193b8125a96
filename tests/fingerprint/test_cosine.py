"""The nearest rows by cosine, against the plain way to find them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.fingerprint.cosine import Embedded, nearest


def embedded(seed, count):
    numbers = np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    return Embedded(np.arange(count, dtype=np.int64) * 3, numbers)


def some(every, which):
    return Embedded(every.rows[which], every.units[which])


def plainly(queries, among, least, most):
    found = []
    for row, unit in zip(queries.rows.tolist(), queries.units, strict=True):
        near = [
            (-round(float(unit @ other), 4), at)
            for at, other in zip(among.rows.tolist(), among.units, strict=True)
            if at != row
        ]
        found += [(row, at) for cosine, at in sorted(near)[:most] if -cosine >= least]
    return sorted(found)


@given(
    seed=st.integers(0, 1000), count=st.integers(1, 40), least=st.floats(-0.5, 0.95), most=st.integers(1, 5)
)
def test_the_nearest_are_found_whatever_the_parts_and_their_order(seed, count, least, most):
    every = embedded(seed, count)
    order = np.random.default_rng(seed + 1).permutation(count)
    queries = some(every, order[: count // 2 + 1])
    expected = plainly(queries, every, least, most)
    parts = [some(every, part) for part in np.array_split(order, 3)]
    assert nearest(queries, parts, least, most) == expected
    assert nearest(queries, [every], least, most) == expected


def test_no_photo_is_near_itself_and_nothing_is_near_nothing():
    every = embedded(1, 1)
    assert nearest(every, [every], -1.0, 5) == []
    assert nearest(every, [], -1.0, 5) == []


@pytest.mark.parametrize("most", [1, 3])
def test_more_queries_than_are_compared_at_once(monkeypatch, most):
    every = embedded(7, 50)
    whole = nearest(every, [every], 0.2, most)
    monkeypatch.setattr("keepers.fingerprint.cosine._AT_ONCE", 7)
    assert nearest(every, [every], 0.2, most) == whole
    assert whole
