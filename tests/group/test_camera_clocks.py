"""The clock of one camera against another's, by frames that look alike."""

import numpy as np
import pytest

from keepers.fingerprint.perceptual import Grey
from keepers.group.camera_clocks import offsets
from tests.fingerprint.pictures import scene
from tests.group.world import NOON, Photo, table

HOUR = 3600.0


def view(grey: Grey, seed: int) -> Grey:
    """The same scene by another camera: a step aside, other light, other noise."""
    rng = np.random.default_rng(seed)
    moved = np.roll(grey, 2, axis=1).astype(np.float64) * 0.9 + 12
    return np.asarray(np.clip(moved + rng.normal(0, 3, grey.shape), 0, 255), np.uint8)


def outing(
    number: int, ahead: float, jitter: float = 10.0, step: float = 600.0, first: int = 100
) -> list[Photo]:
    """So many scenes that two cameras saw, the second `ahead` by its clock."""
    found: list[Photo] = []
    for k in range(number):
        grey = scene(first + k)
        at = k * step
        late = jitter * (2 * k / (number - 1) - 1) if number > 1 else 0.0
        found += [
            Photo("a", grey, at, camera=1),
            Photo("b", view(grey, k), at + ahead + late, camera=2),
        ]
    return found


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, 6 * 86400.0, 300.0, 90.0])
def test_frames_of_the_same_scenes_tell_the_offset(ahead: float) -> None:
    (found,) = offsets(table(outing(8, ahead)))
    assert (found.camera, found.against) == (1, 2)
    assert found.seconds == pytest.approx(-ahead, abs=10)
    assert (found.pairs, found.matched) == (8, 8)
    assert found.spread <= 10
    assert found.first == pytest.approx(NOON + ahead, abs=10)
    assert found.last == pytest.approx(NOON + 7 * 600 + ahead, abs=10)


@pytest.mark.parametrize(
    ("photos", "why"),
    [
        (outing(8, 0.0), "the clocks agree"),
        (outing(8, 40.0), "people walk to the next viewpoint"),
        (outing(4, HOUR), "too few pairs"),
        (outing(8, HOUR, step=5.0), "one moment"),
        (outing(8, 70.0, jitter=60.0), "the pairs scatter too much"),
        ([p for k in range(8) for p in outing(1, (k - 4) * HOUR * 3, first=100 + k)], "nothing agrees"),
        ([*outing(8, HOUR), *outing(6, 0.0, first=200)], "wrong on a journey only"),
        ([*outing(6, 7200.0), *[p for k in range(80) for p in outing(1, 4800 + k * 60.0, first=300 + k)]], "one feast"),
        ([p for p in outing(8, HOUR) if p.camera == 1], "one camera"),
        ([Photo(p.name, p.grey, p.at, camera=0) for p in outing(8, HOUR)], "unknown cameras"),
        ([Photo(p.name, p.grey, p.at, camera=p.camera, certain=False) for p in outing(8, HOUR)], "uncertain times"),
    ],
)  # fmt: skip
def test_nothing_is_proposed_without_proof(photos: list[Photo], why: str) -> None:
    assert offsets(table(photos)) == (), why


def test_chance_likenesses_do_not_move_the_offset() -> None:
    stray = [p for k in range(12) for p in outing(1, (k + 2) * 5 * HOUR, first=300 + k)]
    (found,) = offsets(table([*outing(8, HOUR), *stray]))
    assert found.seconds == pytest.approx(-HOUR, abs=10)
    assert (found.pairs, found.matched) == (8, 20)


def test_a_series_speaks_once() -> None:
    grey = scene(100)
    series = [Photo("b", view(grey, 50 + k), HOUR + k, camera=2) for k in range(20)]
    assert offsets(table([*outing(4, HOUR), *series])) == ()


def test_each_two_cameras_are_compared() -> None:
    third = [Photo("c", view(scene(100 + k), 900 + k), k * 600 - HOUR, camera=3) for k in range(8)]
    found = offsets(table([*outing(8, HOUR), *third]))
    assert [(one.camera, one.against, round(one.seconds / HOUR)) for one in found] == [
        (1, 2, -1), (1, 3, 1), (2, 3, 2),
    ]  # fmt: skip
