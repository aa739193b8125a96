"""Points of a picture that are found again after cropping, turning and scaling, each with what lies round it.

ORB: FAST corners on a pyramid, turned by their centroid, described by 256 comparisons (Rublee et al., "ORB: an efficient
alternative to SIFT or SURF", 2011). SIFT finds a little more and costs ten times as much. The strongest corners crowd on
one tree; so of each part of the picture the strongest are taken, that a crop of any place has its share.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.void]

#: Raised when other points or other bits come of the same pixels; those of older versions are taken again.
METHOD: Final = 1
#: The longest side of the picture that points are looked for in.
SIDE: Final = 512
#: Points of one picture at most.
MOST: Final = 256
#: One point: its place in sixteenths of a pixel of a picture of SIDE, its direction in 256 steps, its size in sixteenths of
#: an octave, and its bits.
POINT: Final = np.dtype(
    [("x", "<u2"), ("y", "<u2"), ("angle", "u1"), ("octave", "u1"), ("bits", "<u8", (4,))]
)

_PART: Final = 16.0
_FOUND: Final = 1200
_LEVELS: Final = 8
_STEP: Final = 1.2
#: Contrast of a corner in grey levels: low, for blurred and dark pictures have corners, too.
_CONTRAST: Final = 7
#: The picture is divided in so many parts a side, and each gives its strongest in turn.
_CELLS: Final = 8


def grey_of(rgb: Grey) -> Grey:
    """An RGB picture in grey."""
    # There is a worker a core: threads of OpenCV would only wait for each other.
    cv2.setNumThreads(1)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def keypoints(grey: Grey) -> Points:
    """Up to MOST points of an upright grey picture whose longest side is at most SIDE; in a fixed order."""
    finder = cv2.ORB.create(_FOUND, _STEP, _LEVELS, fastThreshold=_CONTRAST)
    found, bits = finder.detectAndCompute(grey, None)
    if not found:
        return np.zeros(0, POINT)
    table = np.array([(*p.pt, p.angle, p.octave, p.response) for p in found], np.float64)
    kept = _spread(table, grey.shape)
    points = np.zeros(len(kept), POINT)
    points["x"], points["y"] = np.rint(table[kept, :2] * _PART).T
    points["angle"] = np.rint(table[kept, 2] * (256 / 360)).astype(np.int64) % 256
    points["octave"] = np.rint(table[kept, 3] * (np.log2(_STEP) * _PART))
    points["bits"] = np.ascontiguousarray(bits[kept]).view("<u8")
    return points


def places(points: Points) -> npt.NDArray[np.float32]:
    """Where the points lie, in pixels: (n, 2)."""
    return np.stack([points["x"], points["y"]], axis=1).astype(np.float32) / np.float32(_PART)


def _spread(table: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """The strongest of each part of the picture, then the second of each, and so on."""
    high, wide = shape[:2]
    cell = np.minimum(table[:, 1] * _CELLS / high, _CELLS - 1).astype(np.int64) * _CELLS
    cell += np.minimum(table[:, 0] * _CELLS / wide, _CELLS - 1).astype(np.int64)
    order = np.lexsort((table[:, 0], table[:, 1], -table[:, 4], cell))
    ordered = cell[order]
    starts = np.searchsorted(ordered, ordered)
    turn = np.arange(len(order)) - starts
    ranked = order[np.lexsort((table[order, 0], table[order, 1], -table[order, 4], turn))]
    return np.asarray(ranked[:MOST], np.intp)
