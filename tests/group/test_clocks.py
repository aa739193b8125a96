"""Two shots, or copies of one: what clocks, cameras and numbers say."""

import numpy as np
import pytest

from keepers.group import clocks
from tests.fingerprint.pictures import scene
from tests.group.world import Photo, world

PICTURE = scene(1)


def photo(**known: float | bool | None) -> Photo:
    return Photo("x", PICTURE, **known)  # type: ignore[arg-type]  # tables of keywords


CASES = [
    ("the same time", {"at": 0}, {"at": 0}, False),
    ("seconds later", {"at": 0}, {"at": 3}, True),
    ("frames of one second", {"at": 0.3}, {"at": 0.6}, True),
    ("no time", {"at": 0}, {"at": None}, False),
    ("a time that is a guess", {"at": 0}, {"at": 9, "certain": False}, False),
    ("two cameras, far apart", {"at": 0, "camera": 1}, {"at": 60, "camera": 2}, True),
    ("two cameras, two clocks", {"at": 0, "camera": 1}, {"at": 1.5, "camera": 2}, False),
    ("no camera, frames", {"at": 0, "camera": 0}, {"at": 2, "camera": 0}, True),
    ("no camera, sent twice", {"at": 0, "camera": 0}, {"at": 3600, "camera": 0}, False),
    ("one camera unknown", {"at": 0, "camera": 0}, {"at": 5, "camera": 1}, False),
    ("a smaller copy that lost the fraction", {"at": 0.4}, {"at": 0, "scale": 5.0}, False),
    ("a frame at the full second", {"at": 0.4}, {"at": 0}, True),
    ("numbered in one second", {"at": 0, "stem": 1234}, {"at": 0, "stem": 1235}, True),
    ("one number", {"at": 0, "stem": 1234}, {"at": 0, "stem": 1234}, False),
    ("counters of copies", {"at": 0, "stem": 1}, {"at": 0, "stem": 2}, False),
    ("numbers of two folders", {"at": 0, "stem": 1234}, {"at": 0, "stem": 1235, "folder": 2}, False),
    ("one instant, to the fraction", {"at": 0.5, "stem": 1234}, {"at": 0.5, "stem": 1235}, False),
]


@pytest.mark.parametrize(("left", "right", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_apart(left: dict[str, float], right: dict[str, float], expected: bool) -> None:
    table = world(photo(**left), photo(**right)).table
    one, other = np.array([0]), np.array([1])
    assert bool(clocks.apart(table, one, other)[0]) is expected
    assert bool(clocks.apart(table, other, one)[0]) is expected
