"""What counts as covered, by the numbers that were measured on real faces."""

import pytest

from keepers.detect.covered import EyeRegion

MEASURED = [
    # skin, iris, white, covered, believed when open
    ((-1.40, 0.50, 0.06), True, False),  # black lenses
    ((0.31, 0.67, 0.06), True, False),  # dark lenses that the mesh slipped off
    ((0.36, -0.03, -0.14), True, False),  # pink mirrors
    ((0.23, 0.58, 0.31), False, True),  # dark skin behind clear glasses
    ((0.31, 0.75, 0.21), False, True),  # a mask below
    ((0.86, 0.81, 0.77), False, True),  # a plain face
    ((0.60, 0.10, 0.20), False, False),  # a shadow or a hand: no iris to be seen
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
