"""How many originals of servers lie on the disk at once, and what is said where one cannot be had."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import LOCAL, Asset, ContentId, Kind, PlaceId, Ref
from keepers.ports import Failure
from keepers.workflows import originals
from keepers.workflows.originals import MOST, Far

IMMICH = PlaceId("immich")


def asset(key, size=10, place=IMMICH, name=""):
    return Asset(Ref(place, key), Kind.PHOTO, size, "", ContentId(f"sha1:{key}"), name=name)


HALF = [asset("a", MOST // 2), asset("b", MOST // 2), asset("c", MOST // 2)]


@pytest.mark.parametrize(
    ("needs", "most", "parts"),
    [
        ([], 4, []),
        ([[], [], []], 2, [range(2), range(2, 3)]),
        ([[one] for one in HALF], 16, [range(2), range(2, 3)]),
        # What is there already takes no more room.
        ([[HALF[0]], [HALF[0], HALF[1]], [HALF[1]]], 16, [range(3)]),
        # A single task may need more than fits; then it is alone.
        ([[asset("x")], HALF, [asset("y")]], 16, [range(1), range(1, 2), range(2, 3)]),
        # What loads nothing does not wait for a server.
        ([[], [asset("/a", 5, LOCAL)], [asset("x")], [], [asset("y")]], 16, [range(2), range(2, 5)]),
        # What lies on this machine is not loaded.
        ([[asset("/a", MOST, LOCAL)], [asset("/b", MOST, LOCAL)]], 16, [range(2)]),
    ],
)
def test_tasks_share_the_disk(needs, most, parts):
    assert list(originals.portions(needs, most)) == parts


@given(st.lists(st.lists(st.integers(0, MOST), max_size=3), max_size=6), st.integers(1, 5))
def test_every_task_comes_once_and_a_part_of_many_fits(sizes, most):
    needs = [[asset(f"{n}-{m}", size) for m, size in enumerate(row)] for n, row in enumerate(sizes)]
    parts = list(originals.portions(needs, most))
    assert [number for part in parts for number in part] == list(range(len(needs)))
    for part in parts:
        assert 0 < len(part) <= most
        loading = [n for n in part if needs[n]]
        assert len(loading) < 2 or sum(one.size for n in loading for one in needs[n]) <= MOST


def test_what_is_missing_is_named():
    here, there, gone = asset("/here", place=LOCAL), asset("1", name="A.JPG"), asset("2", name="B.JPG")
    assert originals.missing([here, there], {there.ref: "/loaded/0"}) == ""
    assert originals.missing([there, gone], {there.ref: "/loaded/0"}) == (
        "B.JPG could not be loaded: it is gone from the server"
    )
    assert originals.missing([gone], {gone.ref: Failure("no")}) == "B.JPG could not be loaded: no"
    assert [originals.path(one, {there.ref: "/loaded/0"}) for one in (here, there)] == ["/here", "/loaded/0"]
    assert [originals.name(one) for one in (here, there)] == ["here", "A.JPG"]
    assert originals.told([here, there, gone, gone]) == Far(2, 20)
