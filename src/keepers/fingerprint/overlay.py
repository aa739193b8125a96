"""Lay one picture over another by a map and look whether they are one picture: part by part, not as a whole.

A second shot of a scene can be laid over the first so well that both agree as a whole; but leaves, water, faces and whatever stands
nearer have moved. So the picture is divided into cells, each finds its own best place near where the map puts it (block
matching), the map is mended by them (a homography, by least squares on the cells that agree), and then every cell with
anything in it is asked again.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float64]
Single = npt.NDArray[np.float32]

#: The longest side that pictures are compared at.
_SIDE: Final = 320
_CELL: Final = 20
#: How far a cell is looked for: while the map is mended, and then.
_REACH: Final = (7, 3)
_LAST_REACH: Final = 1
#: Cells below this deviation have nothing in them to agree about.
_EVEN: Final = 4.0
#: What the grid holds for cells without anything in them, and for those outside.
FLAT: Final = -2.0
OUTSIDE: Final = -3.0
#: Likeness from which a cell helps to mend the map.
_HELPS: Final = 0.8
_LEAST_CELLS: Final = 6
_SINGULAR: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the cells say, on a grid over the query: likeness (FLAT, OUTSIDE the original, or -1 to 1) and how far each was off.

    `map` leads from the query's pixels to the original's, (3, 3). `inside` is the share of the query that lies in the
    original, `covers` the share of the original that the query shows.
    """

    likeness: Single
    map: Real
    inside: float
    covers: float


def overlaid(query: Grey, original: Grey, map_: Real) -> Overlay | None:
    """Compare two upright grey pictures by an affine map (2, 3) from query to original; None where too little is left."""
    scale = float(np.sqrt(abs(np.linalg.det(map_[:, :2]))))
    shrink = min(1.0, scale, _SIDE / max(query.shape))
    small = _resized(query, shrink)
    if min(small.shape) < 2 * _CELL:
        return None
    # What the original has more of than the query can show is blurred away.
    fine = max(1.0, scale / shrink)
    there = _resized(original, 1 / fine)
    full = np.vstack([map_, [0, 0, 1]])
    found = _scaling(there, original) @ full @ np.linalg.inv(_scaling(small, query))
    for reach in _REACH:
        mended = _mended(small, there, found, reach)
        if mended is None:
            return None
        found = mended
    likeness, _ = _cells(small, there, found, _LAST_REACH)
    whole = np.linalg.inv(_scaling(there, original)) @ found @ _scaling(small, query)
    return Overlay(
        likeness,
        whole,
        _share(small, there, found),
        _share(there, small, np.asarray(np.linalg.inv(found), np.float64)),
    )


def _resized(grey: Grey, factor: float) -> Grey:
    if factor >= 0.999:
        return grey
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaling(small: Grey, large: Grey) -> Real:
    """The map from a picture's pixels to those of its smaller self; centres of pixels on centres."""
    x, y = small.shape[1] / large.shape[1], small.shape[0] / large.shape[0]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def _mended(small: Grey, there: Grey, map_: Real, reach: int) -> Real | None:
    """The map that the cells which agree would have; None where they are too few or in a line."""
    likeness, moved = _cells(small, there, map_, reach)
    good = likeness >= _HELPS
    row, column = np.nonzero(good)
    if len(row) < _LEAST_CELLS:
        return None
    centres = (np.stack([column, row], axis=1) * _CELL + (_CELL - 1) / 2).astype(np.float64)
    goals = _mapped(map_, centres + moved[good])
    if len(row) < 3 * _LEAST_CELLS:
        turn = np.asarray(cv2.estimateAffinePartial2D(centres, goals, method=cv2.LMEDS)[0], np.float64)
        return np.vstack([turn, [0, 0, 1]]) if turn.shape == (2, 3) else None
    # Random samples: the same ones for the same pair.
    cv2.setRNGSeed(1)
    found = np.asarray(cv2.findHomography(centres, goals, cv2.RANSAC, 1.5)[0], np.float64)
    return found if found.shape == (3, 3) and abs(np.linalg.det(found)) >= _SINGULAR else None


def _mapped(map_: Real, spots: Real) -> Real:
    moved = np.column_stack([spots, np.ones(len(spots))]) @ map_.T
    return np.asarray(moved[:, :2] / moved[:, 2:])


def _cells(small: Grey, there: Grey, map_: Real, reach: int) -> tuple[Single, Single]:
    """How like each cell is to what lies near its place, and how far off that is (x, y), in the query's pixels."""
    high, wide = small.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(there, map_, (wide, high), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    valid = cv2.warpPerspective(np.ones_like(there), map_, (wide, high), flags=flags)
    rows, columns = high // _CELL, wide // _CELL
    likeness = np.full((rows, columns), OUTSIDE, np.float32)
    moved = np.zeros((rows, columns, 2), np.float32)
    for row in range(rows):
        for column in range(columns):
            top, left = row * _CELL, column * _CELL
            if not valid[top : top + _CELL, left : left + _CELL].all():
                continue
            cell = small[top : top + _CELL, left : left + _CELL]
            y, x = max(0, top - reach), max(0, left - reach)
            around = seen[y : top + _CELL + reach, x : left + _CELL + reach]
            if max(float(cell.std()), float(around.std())) < _EVEN:
                likeness[row, column] = FLAT
                continue
            if int(cell.min()) == int(cell.max()):
                # OpenCV calls what is of one colour like everything: bars of a screenshot would agree with any photo.
                likeness[row, column] = 0
                continue
            scores = cv2.matchTemplate(around, cell, cv2.TM_CCOEFF_NORMED)
            _, best, _, at = cv2.minMaxLoc(scores)
            likeness[row, column] = best
            moved[row, column] = at[0] - (left - x), at[1] - (top - y)
    return likeness, moved


def _share(one: Grey, other: Grey, map_: Real) -> float:
    """The share of one picture that a map puts inside the other."""
    y, x = np.mgrid[0 : one.shape[0] : 24j, 0 : one.shape[1] : 24j]
    spots = _mapped(map_, np.stack([x.ravel(), y.ravel()], axis=1))
    inside = (
        (spots >= -1.5).all(axis=1)
        & (spots[:, 0] <= other.shape[1] + 0.5)
        & (spots[:, 1] <= other.shape[0] + 0.5)
    )
    return float(inside.mean())
