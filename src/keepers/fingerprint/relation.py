"""Whether one picture was made of another: cut from it, framed, turned, shown on a screen; or is another shot of the scene.

Measured on 50 photos x 27 edits and on the 499 pairs of different frames of one scene among 441 real photos: of an edit, nine cells
in ten are as the original's (likeness .9) and it lies inside the original, or the original inside it. Frames of one series overlap,
but hardly ever does one lie inside the other; where it does, they are of one shape and show nearly the same.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import overlay
from keepers.fingerprint.borders import inner
from keepers.fingerprint.overlay import Overlay

Grey = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float64]
Single = npt.NDArray[np.float32]

#: Raised when another answer may come of the same two pictures.
METHOD: Final = 2
#: A cell that agrees, and the share of cells that must; or, in bad light, one that agrees well enough, and more of them.
_LIKE: Final = 0.9
_LIKE_SHARE: Final = 0.8
_ROUGHLY: Final = 0.8
_ROUGHLY_SHARE: Final = 0.9
#: Cells with anything in them that must be seen: fewer could agree by chance.
_CELLS: Final = 16
#: A row or column at the edge of which so much does not agree at all is a bar, a caption or a border.
_OTHER: Final = 0.7
_OTHER_SHARE: Final = 0.7
_LEFT: Final = 3
#: Of two that show nearly the same view, so many must agree: closed eyes are one cell in fifty.
_SURE_SHARE: Final = 0.97
#: What lies inside: the map of a slanted picture may miss by this.
_INSIDE: Final = 0.985
#: Two pictures that show so much of each other, the same way up, may be two frames of a series.
_SAME_VIEW: Final = 0.75
_SAME_SHAPE: Final = 0.02
_UPRIGHT: Final = np.cos(np.radians(30))
#: At one scale to the pixel, a smaller picture is cut out: a hand never keeps the distance that well.
_SAME_SCALE: Final = 0.003
#: A view that shows the other in so many pixels or fewer was made of it; a part is not enlarged as a rule.
_FEWER: Final = 0.93
#: Bars take more than this leaves of a screenshot; a wall or a sky at the edge of a photo takes less.
_BARE: Final = 0.8
#: Looking across the edge of a part: how many spots on each side, so many pixels off; and what a step is, against the
#: change inside, and in grey levels.
_SAMPLES: Final = 64
_NEAR: Final = 4.0
_STEP: Final = 1.8
_STEP_LEVELS: Final = 6.0


class Made(IntEnum):
    """What the query is to the original: a part cut from it, a frame round it, as whole as it; or the other way round."""

    UNLIKE = 0
    PART = 1
    AROUND = 2
    WHOLE = 3
    HOLDS = 4
    WITHIN = 5


#: The same, told of the original.
TURNED_ROUND: Final = {
    Made.PART: Made.HOLDS,
    Made.AROUND: Made.WITHIN,
    Made.HOLDS: Made.PART,
    Made.WITHIN: Made.AROUND,
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Width and height in pixels of the two files, upright."""

    query: tuple[int, int]
    original: tuple[int, int]


def related(query: Grey, original: Grey, map_: Real, sizes: Sizes, *, mirrored: bool) -> tuple[Made, float]:
    """What the query is to the original, by an affine map (2, 3) between these small pictures, and how like they are (0-1).

    A `mirrored` query is handed over as it looks mirrored.
    """
    whole = _judged(query, original, map_, sizes, mirrored=mirrored)
    if whole[0] is not Made.UNLIKE:
        return whole
    # The bars of a screenshot are no part of what it shows.
    made, likeness = _without_bars(query, original, map_, sizes)
    if made is not Made.UNLIKE:
        return made, likeness
    back = np.linalg.inv(np.vstack([map_, [0, 0, 1]]))[:2]
    made, likeness = _without_bars(original, query, back, Sizes(sizes.original, sizes.query))
    return TURNED_ROUND.get(made, made), likeness


def _without_bars(query: Grey, original: Grey, map_: Real, sizes: Sizes) -> tuple[Made, float]:
    """Whether what the query shows between bars is the original, or a part of it."""
    part = inner(query)
    if part is None:
        return Made.UNLIKE, 0.0
    rows, columns = part
    if query[part].size > _BARE * query.size:
        return Made.UNLIKE, 0.0
    moved = map_.copy()
    moved[:, 2] += map_[:, :2] @ (columns.start, rows.start)
    made, likeness = _judged(np.ascontiguousarray(query[part]), original, moved, sizes, mirrored=True)
    return (made if made is Made.UNLIKE else Made.AROUND), likeness


def _judged(query: Grey, original: Grey, map_: Real, sizes: Sizes, *, mirrored: bool) -> tuple[Made, float]:
    found = overlay.overlaid(query, original, map_)
    if found is None:
        return Made.UNLIKE, 0.0
    cells = _within(found.likeness)
    seen = cells[cells > overlay.FLAT]
    likeness = float(np.clip(seen, 0, 1).mean()) if len(seen) else 0.0
    agrees = len(seen) >= _CELLS and (
        (seen >= _LIKE).mean() >= _LIKE_SHARE or (seen >= _ROUGHLY).mean() >= _ROUGHLY_SHARE
    )
    if not agrees or max(found.inside, found.covers) < _INSIDE:
        return Made.UNLIKE, likeness
    captioned = cells.shape != found.likeness.shape
    if not mirrored and _same_view(found):
        sure = float((seen >= _LIKE).mean()) >= _SURE_SHARE
        if not sure or not (captioned or _is_cut(_scale(found, query, original, sizes), sizes)):
            return Made.UNLIKE, likeness
    if min(found.inside, found.covers) >= _INSIDE:
        return Made.WHOLE, likeness
    scale = _scale(found, query, original, sizes)
    if found.inside >= found.covers:
        framed = scale < _FEWER or _is_frame(
            original, query, np.asarray(np.linalg.inv(found.map), np.float64)
        )
        return (Made.WITHIN if framed else Made.PART), likeness
    inverse = np.asarray(np.linalg.inv(found.map), np.float64)
    framed = 1 / scale < _FEWER or _is_frame(query, original, inverse)
    return (Made.AROUND if framed else Made.HOLDS), likeness


def _within(likeness: Single) -> Single:
    """The cells without rows and columns at the edges that are something else altogether."""
    top, bottom, left, right = 0, likeness.shape[0], 0, likeness.shape[1]
    while bottom - top > _LEFT and _is_other(likeness[top, left:right]):
        top += 1
    while bottom - top > _LEFT and _is_other(likeness[bottom - 1, left:right]):
        bottom -= 1
    while right - left > _LEFT and _is_other(likeness[top:bottom, left]):
        left += 1
    while right - left > _LEFT and _is_other(likeness[top:bottom, right - 1]):
        right -= 1
    return likeness[top:bottom, left:right]


def _is_other(line: Single) -> bool:
    seen = line[line > overlay.FLAT]
    return len(seen) > 0 and bool((seen < _OTHER).mean() >= _OTHER_SHARE)


def _same_view(found: Overlay) -> bool:
    """Whether the two show nearly the same, the same way up: a hand that moved a little could have done it."""
    turn = found.map[:2, :2]
    upright = (turn[0, 0] + turn[1, 1]) / 2 >= _UPRIGHT * np.sqrt(abs(np.linalg.det(turn)))
    return bool(upright and min(found.inside, found.covers) >= _SAME_VIEW)


def _scale(found: Overlay, query: Grey, original: Grey, sizes: Sizes) -> float:
    """How many pixels of the original's file lie on one of the query's."""
    scale = float(np.sqrt(abs(np.linalg.det(found.map[:2, :2]))))
    native: float = (sizes.original[0] * query.shape[1]) / (original.shape[1] * sizes.query[0])
    return scale * native


def _is_cut(scale: float, sizes: Sizes) -> bool:
    """Whether the shapes tell that one was cut, or the scale: pixel for pixel, but fewer of them."""
    one, other = (wide / high for wide, high in (sizes.query, sizes.original))
    smaller = sizes.query[0] < sizes.original[0] * (1 - _SAME_SHAPE)
    return abs(one / other - 1) > _SAME_SHAPE or (smaller and abs(scale - 1) <= _SAME_SCALE)


def _is_frame(outer: Grey, within: Grey, map_: Real) -> bool:
    """Whether the outer picture was put round the other one: a photo goes on across the edge of what was cut from it.

    `map_` leads from the inner picture's pixels to the outer's. A border, a bar, a blurred copy, the photo beside it in a
    collage: all of them begin with a step.
    """
    if inner(outer) is not None:
        return True
    steps: list[tuple[float, float]] = []
    high, wide = within.shape
    corners = _mapped(map_, np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64))
    middle = corners.mean(axis=0)
    along = np.linspace(0.04, 0.96, _SAMPLES)[:, None]
    for one, other in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = other - one
        normal = np.array([side[1], -side[0]]) / max(float(np.hypot(*side)), 1.0)
        normal *= np.sign(normal @ ((one + other) / 2 - middle)) or 1.0
        line = one + along * side
        beyond, edge, inside = (_levels(outer, line + normal * far) for far in (_NEAR, -_NEAR, -3 * _NEAR))
        seen = ~np.isnan(beyond + edge + inside)
        if seen.sum() >= _SAMPLES / 4:
            across, before = np.abs(beyond - edge)[seen].mean(), np.abs(edge - inside)[seen].mean()
            steps.append((float(across), float(before)))
    if not steps:
        return True
    across, before = np.mean(steps, axis=0)
    return bool(across > _STEP * before + _STEP_LEVELS)


def _mapped(map_: Real, spots: Real) -> Real:
    moved = np.column_stack([spots, np.ones(len(spots))]) @ map_.T
    return np.asarray(moved[:, :2] / moved[:, 2:], np.float64)


def _levels(grey: Grey, spots: Real) -> Real:
    """Grey levels at spots, nan outside."""
    x, y = np.rint(spots).astype(np.int64).T
    inside = (x >= 0) & (y >= 0) & (x < grey.shape[1]) & (y < grey.shape[0])
    found = np.full(len(spots), np.nan)
    found[inside] = grey[y[inside], x[inside]]
    return found
