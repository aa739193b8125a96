"""Cuts turned squares out of pictures, and carries points back."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.detect.backend import Picture

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Square:
    """A square region of a picture in pixels; `turn` is its angle against the picture, clockwise."""

    x: float
    y: float
    side: float
    turn: float = 0.0

    def back(self, points: Points) -> Points:
        """Points of the square, in fractions of its side, as pixels of the picture."""
        cos, sin = math.cos(self.turn) * self.side, math.sin(self.turn) * self.side
        across, down = points[:, 0] - 0.5, points[:, 1] - 0.5
        return np.stack([self.x + across * cos - down * sin, self.y + across * sin + down * cos], axis=1)


def cut(picture: Picture, square: Square, size: int) -> Picture:
    """The square, scaled to `size` pixels a side; what lies outside the picture is black."""
    shrink = max(1, int(square.side / size))
    # Half the diagonal, and a pixel for the interpolation on each side.
    reach = math.ceil(square.side * 0.7072) + shrink + 1
    left, top = max(0, int(square.x) - reach), max(0, int(square.y) - reach)
    right, bottom = int(square.x) + reach + 1, int(square.y) + reach + 1
    part = Image.fromarray(np.ascontiguousarray(picture[top:bottom, left:right]))
    if part.width == 0 or part.height == 0:
        return np.zeros((size, size, 3), np.uint8)
    if shrink > 1:
        part = part.reduce(shrink)
    step = square.side / size / shrink
    cos, sin = math.cos(square.turn) * step, math.sin(square.turn) * step
    x, y = (square.x - left) / shrink, (square.y - top) / shrink
    half = size / 2
    matrix = (cos, -sin, x - cos * half + sin * half, sin, cos, y - sin * half - cos * half)
    return np.asarray(part.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))
