"""A line of the long proof in pieces: together they try every fault once."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import pytest

from tests.proof.__main__ import part
from tests.proof.blackbox import CHANGED, FULL, rooms


@dataclass(frozen=True, order=True)
class Point:
    """A call, as the harness counts them; its arguments differ from run to run."""

    syscall: str
    k: int
    note: str = ""


Fault = Point | tuple[Point, str]


class Bench:
    """Picks all that there is, in an order of its own."""

    def pick(self, items: list[Fault], most: int) -> list[Fault]:
        return items[::-1][:most]


def pieces(parts: int, found: Sequence[Fault]) -> list[list[Fault]]:
    return [
        type("Piece", (Bench,), {**CHANGED, "part": (first, parts)})().pick(list(found), 1000)
        for first in range(1, parts + 1)
    ]


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_pieces_are_the_whole_and_share_nothing(parts: int) -> None:
    found: list[Fault] = [
        (Point(call, k), how) for call in ("write", "fsync") for k in range(40) for how in ("EIO", "")
    ]
    assert sorted(chain(*pieces(parts, found)), key=found.index) == found
    assert all(pieces(parts, found))


def test_pieces_of_runs_that_differ_still_try_every_call() -> None:
    one = [Point("write", k, "/one/c.db") for k in range(60)]
    other = [Point("write", k, "/other/c.db") for k in range(75)][::-1]
    tried = {
        each.k
        for at in range(4)
        for each in pieces(4, other if at % 2 else one)[at]
        if isinstance(each, Point)
    }
    assert tried >= set(range(60))


def test_a_piece_has_a_number_and_a_whole() -> None:
    assert part("2/8") == (2, 8)
    for wrong in ("0/8", "9/8"):
        with pytest.raises(argparse.ArgumentTypeError):
            part(wrong)


@pytest.mark.parametrize("points", [1, 4, 8, 40, 150])
def test_a_disk_is_filled_in_as_many_steps_as_asked_for(points: int) -> None:
    found = rooms(points)
    assert len(found) == len(set(found)) == points
    assert found[: len(FULL)] == list(FULL[:points])
    assert min(found) == min(FULL)
    assert max(found) <= max(FULL)
