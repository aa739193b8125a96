"""Which face of another frame is the same person's: by where it is once the frames lie over each other."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create import alignment
from keepers.create.vision import CV, Grey
from keepers.model import Face

Pixels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

#: Two faces of one person are nearer than this, in sides of the larger, and of like size.
_NEAR, _LIKE_SIZE = 0.6, 1.6
#: Another face that is nearly as near makes it a guess.
_CLEAR: Final = 1.5


def aligned(frame: Grey, target: Grey) -> Matrix | None:
    """The matrix (3 x 3) that takes the frame's pixels to the target's; None where both show no one scene.

    A whole picture counts, so a frame in which somebody moves still lies where its background is.
    """
    height, width = np.maximum(frame.shape, target.shape)
    pair = _padded(frame, height, width), _padded(target, height, width)
    fit = alignment.fitted(*pair)
    matrix = fit.matrix if fit.likeness >= alignment.LEAST_LIKENESS else alignment.anywhere(*pair)
    return None if matrix is None else np.asarray(np.linalg.inv(matrix), np.float64)


def same(
    wanted: int, targets: Sequence[Face], faces: Sequence[Face], sizes: tuple[tuple[int, int], tuple[int, int]],
    matrix: Matrix | None,
) -> int | None:  # fmt: skip
    """The index of the face that is the same person's as the wanted target's; None where nobody can say.

    `sizes` are (height, width) of the target and of the frame. Each must be the other's nearest, by far. Frames that
    do not lie over each other tell only where each shows one single face.
    """
    here = [_circle(face, sizes[0], None) for face in targets]
    if matrix is None:
        return 0 if len(targets) == 1 and len(faces) == 1 else None
    there = [_circle(face, sizes[1], matrix) for face in faces]
    found = _nearest(here[wanted], there)
    if found is None or _nearest(there[found], here) != wanted:
        return None
    return found


Circle = tuple[float, float, float]


def _circle(face: Face, size: tuple[int, int], matrix: Matrix | None) -> Circle:
    """The middle of a face and its side, in pixels of the target."""
    x, y, wide, high = face.box
    height, width = size
    middle = np.array([[[(x + wide / 2) * width, (y + high / 2) * height]]])
    side = math.sqrt(max(1e-9, wide * width * high * height))
    if matrix is not None:
        middle = CV.perspectiveTransform(middle, matrix)
        side *= math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
    return float(middle[0, 0, 0]), float(middle[0, 0, 1]), side


def _nearest(one: Circle, others: Sequence[Circle]) -> int | None:
    far = [_distance(one, other) for other in others]
    if not far:
        return None
    first, *rest = sorted(range(len(far)), key=far.__getitem__)
    if far[first] > _NEAR or (rest and far[rest[0]] < _CLEAR * far[first]):
        return None
    return first


def _distance(one: Circle, other: Circle) -> float:
    """Between the middles in sides of the larger face; infinite for faces of unlike size."""
    small, large = sorted((one[2], other[2]))
    if large > _LIKE_SIZE * small:
        return math.inf
    return math.hypot(one[0] - other[0], one[1] - other[1]) / large


def _padded(grey: Grey, height: int, width: int) -> Grey:
    """With black, which tells nothing, where a picture is smaller than the other."""
    if grey.shape == (height, width):
        return grey
    padded: Grey = np.zeros((height, width), np.uint8)
    padded[: grey.shape[0], : grey.shape[1]] = grey
    return padded
