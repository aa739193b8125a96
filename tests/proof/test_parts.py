"""A line of the long proof in pieces: together they try every fault once."""

import argparse
from itertools import chain

import pytest

from tests.proof.__main__ import part
from tests.proof.blackbox import CHANGED


class Bench:
    """Picks all that there is, in an order of its own."""

    def pick(self, items: list[int], most: int) -> list[int]:
        return items[::-1][:most]


@pytest.mark.parametrize("parts", [1, 3, 8, 20])
def test_pieces_are_the_whole_and_share_nothing(parts: int) -> None:
    pieces = [
        type("Piece", (Bench,), {**CHANGED, "part": (first, parts)})().pick(list(range(13)), 11)
        for first in range(1, parts + 1)
    ]
    assert sorted(chain(*pieces)) == list(range(2, 13))


def test_a_piece_has_a_number_and_a_whole() -> None:
    assert part("2/8") == (2, 8)
    for wrong in ("0/8", "9/8"):
        with pytest.raises(argparse.ArgumentTypeError):
            part(wrong)
