"""How the face of one frame is laid over the same face of another: by the points of both meshes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create.vision import CV

Points = npt.NDArray[np.float64]
Mask = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

#: Points that no blink and no smile moves: the bridge, tip and wings of the nose, the corners of the eyes, the
#: temples and the sides, the forehead.
STABLE: Final = (168, 6, 197, 195, 5, 4, 1, 98, 327, 2, 33, 133, 362, 263, 127, 356, 234, 454, 10, 151, 9)
#: The outline of the face, from the top of the forehead round by the left side.
OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
#: The outlines of the eyes and of the lips: neither has the colour of skin.
EYES: Final = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
LIPS: Final = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)  # fmt: skip
#: The eyes with their lids, what lies under them and the brows.
BAND: Final = (
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 383, 372, 340, 346, 347, 348, 349, 350, 6, 121, 120, 119, 118, 117,
    111, 143, 156,
)  # fmt: skip
#: Outer corner, two of the upper lid, inner corner, two of the lower lid.
_LIDS: Final = ((33, 160, 158, 133, 153, 144), (263, 387, 385, 362, 380, 373))
_OUTER: Final = (33, 263)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a donor's face lies over the target's: `matrix` (2 x 3) takes donor pixels to target pixels.

    `residual` is the root mean square by which the stable points miss each other, in distances between the outer
    corners of the eyes; `scale` how much the donor is enlarged.
    """

    matrix: Matrix
    residual: float
    scale: float


def fitted(donor: Points, target: Points) -> Fit | None:
    """The similarity (shift, turn, scale) of the stable points, by least median of squares; None where there is none.

    Rousseeuw, "Least Median of Squares Regression" (1984): points that a hand or hair has moved do not count.
    """
    there, here = donor[list(STABLE)], target[list(STABLE)]
    apart = float(np.hypot(*(target[_OUTER[0]] - target[_OUTER[1]])))
    if apart < 1:
        return None
    matrix, _ = CV.estimateAffinePartial2D(there, here, method=CV.LMEDS)
    if matrix is None:
        return None
    missed = carried(there, matrix) - here
    residual = float(np.sqrt((missed * missed).sum(axis=1).mean())) / apart
    return Fit(matrix, residual, float(np.hypot(matrix[0, 0], matrix[1, 0])))


def carried(points: Points, matrix: Matrix) -> Points:
    """Points where a matrix (2 x 3) takes them."""
    moved: Points = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def hull(parts: tuple[Points, ...], share: float, shape: tuple[int, int]) -> Mask:
    """The convex hull of the points, drawn together towards its middle to a share of its size: 255 inside."""
    around = CV.convexHull(np.concatenate(parts).astype(np.float32))[:, 0].astype(np.float64)
    middle = around.mean(axis=0)
    return filled(middle + (around - middle) * share, shape)


def filled(outline: Points, shape: tuple[int, int]) -> Mask:
    """A polygon as a mask: 255 inside."""
    mask: Mask = np.zeros(shape, np.uint8)
    CV.fillPoly(mask, [np.round(outline).astype(np.int32)], 255)
    return mask


def aspect(points: Points) -> float:
    """How far the lids are apart, in widths of the eye, the mean of both (Soukupova and Cech, 2016)."""
    each: list[float] = []
    for outer, up1, up2, inner, down1, down2 in _LIDS:
        wide = np.hypot(*(points[outer] - points[inner])) + 1e-6
        apart = np.hypot(*(points[up1] - points[down2])) + np.hypot(*(points[up2] - points[down1]))
        each.append(float(apart / (2 * wide)))
    return sum(each) / len(each)


def skin(points: Points, shape: tuple[int, int]) -> Mask:
    """Where a face shows skin: its outline drawn in, without eyes and lips."""
    return _without(points, (*EYES, LIPS), shape)


def still(points: Points, shape: tuple[int, int]) -> Mask:
    """Where a face shows as much of itself with closed eyes as with open ones."""
    return _without(points, EYES, shape)


def _without(points: Points, holes: tuple[tuple[int, ...], ...], shape: tuple[int, int]) -> Mask:
    mask = hull((points[list(OVAL)],), 0.85, shape)
    for outline in holes:
        mask[hull((points[list(outline)],), 1.5, shape) > 0] = 0
    return mask
