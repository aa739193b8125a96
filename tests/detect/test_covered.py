"""What counts as covered, by the numbers that were measured on real faces."""

import numpy as np
import pytest

from keepers.detect import landmarks as at
from keepers.detect.covered import EyeRegion, eye_region

MEASURED = [
    # skin, iris, white, covered, believed when open
    ((-1.40, 0.50, 0.06), True, False),  # black lenses
    ((0.35, 0.67, 0.06), True, False),  # dark lenses that the mesh slipped off
    ((0.32, 0.66, 0.36), True, False),  # pink mirrors, in which something like an eye is seen
    ((0.37, 0.63, 0.37), False, True),  # dark skin behind clear glasses
    ((0.86, 0.81, 0.77), False, True),  # a plain face
    ((0.50, 0.10, 0.20), False, False),  # a shadow or a hand: no iris to be seen
]


@pytest.mark.parametrize(("numbers", "covered", "believed"), MEASURED)
def test_regions(numbers, covered, believed):
    region = EyeRegion(*numbers)
    assert region.covered is covered
    assert region.shows_open_eyes(side=60) is believed


def test_a_large_face_must_show_some_white_to_be_believed():
    lids = EyeRegion(skin=0.88, iris=0.50, white=-0.03)
    assert lids.shows_open_eyes(side=60)
    assert not lids.shows_open_eyes(side=160)


SKIN = np.array([214.0, 164.0, 134.0])


@pytest.mark.parametrize(
    ("under", "low", "high"),
    [
        (SKIN, 0.95, 1.0),
        (SKIN * 0.6, 0.5, 0.7),  # shadow
        ((190.0, 112.0, 130.0), -9.0, 0.34),  # pink mirror, nearly as light as skin
        ((90.0, 130.0, 150.0), -9.0, 0.0),  # blue mirror
        ((20.0, 20.0, 22.0), -9.0, 0.0),  # black lens
    ],
)
def test_shadow_is_skin_and_a_tint_is_a_lens(under, low, high):
    face = np.empty((256, 256, 3), np.uint8)
    face[:] = SKIN
    mesh = np.full((478, 2), 20.0)
    for point in (*at.RIGHT_UNDER, *at.LEFT_UNDER):
        mesh[point] = (200, 200)
    face[190:211, 190:211] = under
    assert low <= eye_region(face, mesh).skin <= high
