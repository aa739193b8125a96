"""Lay one small picture over another: find the crop, the tilt and the scale that make them one.

Gauss-Newton on an affine map with gain and bias (Lucas and Kanade, "An Iterative Image Registration
Technique", 1981), many pairs at once, on 24x24 blocks: a 75 % crop of a real photo comes out at a likeness of
.93-.99, other photos below .87 (measured on 60 photos); another view of the same scene can reach .98, but
needs a map that leaves the original, or none at all.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.perceptual import BLOCK

Blocks = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float32]

_ROUNDS: Final = 10
_CENTRE: Final = (BLOCK - 1) / 2
#: Largest change of one round: a tenth in scale and shear, two cells in place.
_STEP: Final = np.array([0.1, 0.1, 2, 0.1, 0.1, 2], np.float32)
#: Keeps the equations solvable where a picture has no detail; in units of one cell's pull.
_DAMPING: Final = np.array([576, 576, 1, 576, 576, 1, 1, 1], np.float32) * 1e-3
#: Scales that a crop is looked for at; the steps are what the refinement can bridge.
_SCALES: Final = (0.6, 0.68, 0.76, 0.84, 0.92)
_WINDOW_SIDE: Final = 8
#: A crop lies inside its original; a third of a cell is what blocks of this size can be wrong by.
_OVERHANG: Final = 1.03
_SHEAR: Final = 0.05
_STRETCH: Final = 0.06
_TILT: Final = 0.2
_SMALLEST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Fit:
    """How well query and original agree, pair by pair, and where in the original the query lies.

    `maps` rows are (xx, xy, x0, yx, yy, y0) in cells from the centre; `inside` is the share of the query that
    the original covers.
    """

    likeness: Real
    maps: Real
    inside: Real


def registered(queries: Blocks, originals: Blocks, starts: Real) -> Fit:
    """Refine the starting maps until query and original agree best."""
    target = _normal(queries)
    picture = _normal(originals).reshape(-1, BLOCK, BLOCK)
    maps = starts.astype(np.float32).copy()
    for _ in range(_ROUNDS):
        maps += np.clip(_step(target, picture, maps), -_STEP, _STEP)
    values, _, _, inside = _sampled(picture, maps)
    weights = inside.astype(np.float32)
    total = np.maximum(weights.sum(axis=1), 1)
    one = (values - ((values * weights).sum(axis=1) / total)[:, None]) * weights
    other = (target - ((target * weights).sum(axis=1) / total)[:, None]) * weights
    scale = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    return Fit(
        (one * other).sum(axis=1) / np.maximum(scale, np.float32(1e-3)),
        maps,
        total / np.float32(BLOCK * BLOCK),
    )


def identity(count: int) -> Real:
    """Starting maps for pictures that should lie as they are."""
    return np.tile(np.array([1, 0, 0, 0, 1, 0], np.float32), (count, 1))


def windows() -> Real:
    """The maps of all windows in which a crop is looked for, the most central first in each scale."""
    found: list[tuple[float, float, float]] = []
    for scale in _SCALES:
        room = (1 - scale) * BLOCK / 2
        places = np.linspace(-room, room, 2 * int(np.ceil(room / 2.0)) + 1)
        found += [(scale, float(x), float(y)) for y in places for x in places]
    table = np.array(found, np.float32)
    maps = np.zeros((len(table), 6), np.float32)
    maps[:, 0] = maps[:, 4] = table[:, 0]
    maps[:, 2], maps[:, 5] = table[:, 1], table[:, 2]
    return maps


def window_views(originals: Blocks, maps: Real) -> Real:
    """What shows in each window of each original, as normalised 8x8 views: (original, window, 64)."""
    cells = (np.arange(_WINDOW_SIDE) + 0.5) * (BLOCK / _WINDOW_SIDE) - BLOCK / 2
    wide = _cover(maps[:, :1] * cells + maps[:, 2:3], maps[:, 0])
    high = _cover(maps[:, 4:5] * cells + maps[:, 5:6], maps[:, 4])
    pictures = originals.astype(np.float32)
    views = np.matmul(np.matmul(high, pictures[:, None]), wide.transpose(0, 2, 1))
    flat = views.reshape(len(originals), len(maps), -1)
    flat = flat - flat.mean(axis=2, keepdims=True)
    return np.asarray(
        flat / np.maximum(np.sqrt((flat * flat).sum(axis=2, keepdims=True)), np.float32(1e-3)), np.float32
    )


def _cover(centres: npt.NDArray[np.floating], scales: Real) -> Real:
    """How much each cell of a block counts in each cell of a window: (window, 8, 24)."""
    half = scales[:, None, None] * (BLOCK / _WINDOW_SIDE / 2)
    edges = np.arange(BLOCK) - BLOCK / 2
    low = np.maximum(centres[:, :, None] - half, edges)
    high = np.minimum(centres[:, :, None] + half, edges + 1)
    return np.asarray(np.clip(high - low, 0, None) / (2 * half), np.float32)


def _grid() -> tuple[Real, Real]:
    line = np.arange(BLOCK, dtype=np.float32) - np.float32(_CENTRE)
    along, down = np.meshgrid(line, line)
    return along.ravel(), down.ravel()


def _normal(blocks: Blocks) -> Real:
    flat = blocks.reshape(len(blocks), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(flat.std(axis=1, keepdims=True), np.float32(1e-3)), np.float32)


def _step(target: Real, picture: Real, maps: Real) -> Real:
    values, along, down, inside = _sampled(picture, maps)
    x, y = _grid()
    slopes = np.stack(
        [along * x, along * y, along, down * x, down * y, down, -target, -np.ones_like(target)], axis=-1
    )
    slopes *= inside[..., None]
    turned = slopes.transpose(0, 2, 1)
    matrix = turned @ slopes + np.diag(_DAMPING)
    pull = turned @ (values * inside)[..., None]
    return np.asarray(-np.linalg.solve(matrix, pull)[:, :6, 0], np.float32)


def _sampled(picture: Real, maps: Real) -> tuple[Real, Real, Real, npt.NDArray[np.bool_]]:
    """Grey level and slopes of each original where the query's cells fall, and which of them fall inside."""
    x, y = _grid()
    across = maps[:, 0:1] * x + maps[:, 1:2] * y + maps[:, 2:3] + np.float32(_CENTRE)
    below = maps[:, 3:4] * x + maps[:, 4:5] * y + maps[:, 5:6] + np.float32(_CENTRE)
    inside = (across >= -0.5) & (across <= BLOCK - 0.5) & (below >= -0.5) & (below <= BLOCK - 0.5)
    across, below = np.clip(across, 0, BLOCK - 1.001), np.clip(below, 0, BLOCK - 1.001)
    left, top = across.astype(np.intp), below.astype(np.intp)
    part, share = across - left, below - top
    flat = picture.reshape(len(picture), -1)
    at = top * BLOCK + left
    corners = [np.take_along_axis(flat, at + jump, axis=1) for jump in (0, 1, BLOCK, BLOCK + 1)]
    upper = corners[0] + (corners[1] - corners[0]) * part
    lower = corners[2] + (corners[3] - corners[2]) * part
    along = (corners[1] - corners[0]) * (1 - share) + (corners[3] - corners[2]) * share
    return (
        np.asarray(upper + (lower - upper) * share, np.float32),
        np.asarray(along, np.float32),
        np.asarray(lower - upper, np.float32),
        inside,
    )


def share(fit: Fit) -> Real:
    """The share of the original that the query shows."""
    xx, xy, _, yx, yy, _ = fit.maps.T
    return np.asarray(xx * yy - xy * yx)


def is_view(fit: Fit, query_aspects: Real, original_aspects: Real) -> npt.NDArray[np.bool_]:
    """Which maps could be a crop, a tilt or a rescaling: inside, neither stretched nor sheared.

    Aspects are width over height of the real pictures, whose blocks are squeezed to squares.
    """
    xx, xy, x0, yx, yy, y0 = fit.maps.T
    half = np.float32(BLOCK / 2)
    reach_x = np.abs(x0) + (np.abs(xx) + np.abs(xy)) * half
    reach_y = np.abs(y0) + (np.abs(yx) + np.abs(yy)) * half
    within = (reach_x <= half * _OVERHANG) & (reach_y <= half * _OVERHANG)
    high = np.maximum(yy, np.float32(_SMALLEST))
    stretch = np.abs(xx / high * original_aspects / query_aspects - 1)
    shear = np.abs(xy * original_aspects + yx / query_aspects) / high
    straight = (stretch <= _STRETCH) & (shear <= _SHEAR) & (np.abs(yx) / query_aspects <= _TILT)
    return np.asarray(within & straight & (np.minimum(xx, yy) >= _SMALLEST))
