"""Cutting squares out and carrying points back."""

import math

import numpy as np
import pytest

from keepers.detect.crops import Square, cut


def spot(x: int, y: int) -> np.ndarray:
    picture = np.zeros((300, 400, 3), np.uint8)
    picture[y - 3 : y + 4, x - 3 : x + 4] = 255
    return picture


@pytest.mark.parametrize("turn", [0.0, 0.4, -1.2, math.pi / 2, math.pi])
@pytest.mark.parametrize("side", [60.0, 150.0, 700.0])
def test_a_point_of_the_crop_goes_back_to_where_it_came_from(turn, side):
    square = Square(200, 150, side, turn)
    crop = cut(spot(215, 160), square, 128)[..., 0].astype(float)
    down, across = np.unravel_index(np.argmax(crop), crop.shape)
    total = crop.sum()
    rows, columns = np.mgrid[0:128, 0:128] + 0.5
    middle = np.array([[(columns * crop).sum() / total / 128, (rows * crop).sum() / total / 128]])
    assert crop[down, across] > 50
    assert square.back(middle)[0] == pytest.approx((215.5, 160.5), abs=1.5)


def test_what_lies_outside_the_picture_is_black():
    white = np.full((100, 100, 3), 255, np.uint8)
    crop = cut(white, Square(0, 0, 100), 64)
    assert crop[:28, :28].max() == 0
    assert crop[36:60, 36:60].min() == 255
    assert cut(white, Square(1000, 1000, 50), 32).max() == 0
