"""How wide the edges of a picture are: whether anything in it is sharp, in whatever direction.

The width of an edge is told from how much its slope falls when it is blurred again (S. Zhuo, T. Sim, "Defocus map
estimation from a single image", Pattern Recognition 44, 2011): contrast and brightness cancel. Only the strongest
edges of each tile count, beyond what noise makes (J. Immerkær, "Fast noise variance estimation", 1996, with a median in
place of the mean), and a photo is as sharp as its sharpest tiles: a sharp subject on a soft ground is sharp.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

#: Long side in pixels at which edges are measured; widths are told as if every photo had it.
LONG_SIDE: Final = 1024
TILES: Final = 16
#: The two blurs, in pixels, whose slopes are compared.
NEAR, FAR = 1.0, 2.5
#: Slopes below this, in grey levels a pixel, are no edge.
SLOPE: Final = 2.0
#: Noise of one grey level makes slopes of 0.2 after the first blur; of the thousands of pixels of a tile one reaches four times that.
NOISE: Final = 0.8
#: The strongest edge pixels of a tile that count, and how many it must have.
STRONGEST: Final = 16
LEAST: Final = 8
#: Directions in which edges are told apart: motion blurs those across it and leaves those along it.
DIRECTIONS: Final = 4
#: An edge wider than this can no longer be told from a wider one.
WIDEST: Final = 12.0


@dataclass(frozen=True, slots=True)
class Focus:
    """Widths of edges, as the standard deviation in pixels of a picture of 1024 pixels, and in how many tiles there are any.

    `sharpest` is that of the third sharpest of 256 tiles, `tenth` what a tenth of those with edges go below; `across` and
    `across_tenth` are the same for the direction in which it is worst, `crossing` the tiles with edges in that one.
    Widths are 0 where there are no edges.
    """

    sharpest: float
    tenth: float
    across: float
    across_tenth: float
    edged: int
    crossing: int


def focus(grey: Grey) -> Focus:
    """Measure a grey picture whose long side is at most 1024 pixels."""
    if min(grey.shape) < 4 * TILES:
        return Focus(0.0, 0.0, 0.0, 0.0, 0, 0)
    values = grey.astype(np.float32)
    near = blurred(values, NEAR)
    down, right = _slopes(near)
    slope = np.hypot(down, right)
    way = (np.round(np.arctan2(down, right) * (DIRECTIONS / np.pi)).astype(np.int8)) % DIRECTIONS
    rows, columns = _crests(slope, way, max(SLOPE, NOISE * noise(values)))
    far_down, far_right = _slopes(blurred(near, float(np.sqrt(FAR**2 - NEAR**2))))
    again = np.hypot(far_down[rows, columns], far_right[rows, columns])
    strength = slope[rows, columns]
    widths = _widths(strength, again)
    height, width = slope.shape
    tiles = (rows * TILES // height) * TILES + columns * TILES // width
    scale = LONG_SIDE / max(grey.shape)
    whole = _of_tiles(tiles, strength, widths) * scale
    ways = tiles * DIRECTIONS + way[rows, columns]
    sided = _of_tiles(ways, strength, widths, parts=DIRECTIONS) * scale
    return _summed(whole, sided)


def noise(values: Floats) -> float:
    """The standard deviation of the noise of a picture, in its own levels."""
    inner = values[:, :-2] - 2 * values[:, 1:-1] + values[:, 2:]
    mask = inner[:-2] - 2 * inner[1:-1] + inner[2:]
    return float(np.median(np.abs(mask))) / 0.6745 / 6


def blurred(values: Floats, sigma: float) -> Floats:
    """A Gaussian blur, cut after three deviations; beyond the edge the outermost pixels go on."""
    reach = max(1, int(np.ceil(3 * sigma)))
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma**2))
    weights = (weights / weights.sum()).astype(np.float32)
    for axis in (0, 1):
        padding = [(reach, reach) if number == axis else (0, 0) for number in range(2)]
        padded = np.pad(values, padding, mode="edge")
        length = values.shape[axis]
        slices = (slice(at, at + length) for at in range(2 * reach + 1))
        parts = (padded[part] if axis == 0 else padded[:, part] for part in slices)
        values = np.zeros_like(values)
        for weight, part in zip(weights, parts, strict=True):
            values += weight * part
    return values


def _slopes(values: Floats) -> tuple[Floats, Floats]:
    """Central differences downwards and to the right, without the outermost pixels."""
    down = (values[2:, 1:-1] - values[:-2, 1:-1]) / 2
    right = (values[1:-1, 2:] - values[1:-1, :-2]) / 2
    return np.asarray(down, np.float32), np.asarray(right, np.float32)


def _crests(
    slope: Floats, way: npt.NDArray[np.int8], least: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where the slope is steepest along its own direction (J. Canny, 1986) and at least so much."""
    rows, columns = np.nonzero(slope[1:-1, 1:-1] >= least)
    rows, columns = rows + 1, columns + 1
    here = slope[rows, columns]
    turn = way[rows, columns]
    step_down = np.array((0, 1, 1, 1))[turn]
    step_right = np.array((1, 1, 0, -1))[turn]
    before = slope[rows - step_down, columns - step_right]
    after = slope[rows + step_down, columns + step_right]
    crest = (here >= before) & (here > after)
    return rows[crest], columns[crest]


def _widths(near: Floats, far: Floats) -> Floats:
    """The deviation of a Gaussian edge whose slopes are these after either blur."""
    ratio = np.square(near / np.maximum(far, 1e-6))
    square = (FAR**2 - ratio * NEAR**2) / np.maximum(ratio - 1, 1e-6)
    return np.asarray(np.sqrt(np.clip(square, 0.0, WIDEST**2)), np.float32)


def _of_tiles(tiles: npt.NDArray[np.intp], strength: Floats, widths: Floats, parts: int = 1) -> Floats:
    """The median width of the strongest edges of each tile; nan where it has too few."""
    order = np.lexsort((-strength, tiles))
    ordered, sorted_widths = tiles[order], widths[order]
    starts = np.searchsorted(ordered, np.arange(TILES * TILES * parts + 1))
    found = np.full(TILES * TILES * parts, np.nan, np.float32)
    for tile in np.flatnonzero(np.diff(starts) >= LEAST):
        found[tile] = np.median(sorted_widths[starts[tile] : min(starts[tile + 1], starts[tile] + STRONGEST)])
    return found


def _summed(whole: Floats, sided: Floats) -> Focus:
    there = np.sort(whole[~np.isnan(whole)])
    if not len(there):
        return Focus(0.0, 0.0, 0.0, 0.0, 0, 0)
    across, across_tenth, crossing = 0.0, 0.0, 0
    for way in range(DIRECTIONS):
        of_way = sided[way::DIRECTIONS]
        known = np.sort(of_way[~np.isnan(of_way)])
        if len(known) >= TILES and _third(known) > across:
            across, across_tenth, crossing = _third(known), _tenth(known), len(known)
    return Focus(
        round(_third(there), 3), round(_tenth(there), 3), round(across, 3), round(across_tenth, 3), len(there),
        crossing,
    )  # fmt: skip


def _tenth(ascending: Floats) -> float:
    return float(np.percentile(ascending, 10))


def _third(ascending: Floats) -> float:
    return float(ascending[min(2, len(ascending) - 1)])
