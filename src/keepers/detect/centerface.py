"""CenterFace (Xu and others, arXiv:1911.03599): a heat map of face centres with sizes and five points."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.detect.backend import Box, Picture
from keepers.detect.nets import Net

#: Long side of what the network sees. On 59 photos with 1,283 faces, 640 found .85 of those of 24-48 pixels
#: and .98 of the larger ones; 960 .97 and .98 at twice the time. 576 finds every labelled face that 640 does
#: on another 52 photos, and leaves decoding its share of the 50 ms a photo: 23 ms instead of 29.
LONG_SIDE = 576
CERTAIN = 0.5
OVERLAP = 0.3
#: The network halves its input five times; its outputs are a quarter of the input's size.
MULTIPLE, STRIDE = 32, 4

Floats = npt.NDArray[np.float32]


def find(net: Net, picture: Picture) -> tuple[Box, ...]:
    """Find the faces in an upright picture, the most certain first."""
    small, factor = _scaled(picture)
    height, width = small.shape[:2]
    shape = (1, 3, -(-height // MULTIPLE) * MULTIPLE, -(-width // MULTIPLE) * MULTIPLE)
    padded = np.zeros(shape, np.uint8)
    padded[0, :, :height, :width] = small.transpose(2, 0, 1)
    heat, size, offset, points = net.run(padded)
    rows = _rows(heat[0, 0], size[0], offset[0], points[0])
    across, down = picture.shape[1] * factor, picture.shape[0] * factor
    return tuple(_box(row, across, down) for row in rows[_apart(rows)])


def _scaled(picture: Picture) -> tuple[Picture, float]:
    height, width = picture.shape[:2]
    factor = min(1.0, LONG_SIDE / max(height, width))
    if factor == 1.0:
        return picture, 1.0
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = Image.fromarray(picture).resize(size, Image.Resampling.BOX)
    return np.asarray(small), factor


def _rows(heat: Floats, size: Floats, offset: Floats, points: Floats) -> Floats:
    """One row a candidate, best first: left, top, width, height, certainty, five points."""
    down, across = np.nonzero(heat > CERTAIN)
    order = np.argsort(-heat[down, across], kind="stable")
    down, across = down[order], across[order]
    tall, wide = np.exp(size[:, down, across]) * STRIDE
    left = (across + offset[1, down, across] + 0.5) * STRIDE - wide / 2
    top = (down + offset[0, down, across] + 0.5) * STRIDE - tall / 2
    rows = np.empty((len(down), 15), np.float32)
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4] = left, top, wide, tall, heat[down, across]
    here = points[:, down, across]
    rows[:, 5::2] = (here[1::2] * wide + left).T
    rows[:, 6::2] = (here[0::2] * tall + top).T
    return rows


def _apart(rows: Floats) -> list[int]:
    """Numbers of the rows that overlap no more certain one."""
    ends = rows[:, :2] + rows[:, 2:4]
    areas = rows[:, 2] * rows[:, 3]
    free = np.ones(len(rows), np.bool_)
    kept: list[int] = []
    for number in range(len(rows)):
        if not free[number]:
            continue
        kept.append(number)
        shared = np.minimum(ends[number], ends) - np.maximum(rows[number, :2], rows[:, :2])
        common = np.clip(shared, 0, None).prod(axis=1)
        free &= common <= OVERLAP * (areas[number] + areas - common)
    return kept


def _box(row: Floats, width: float, height: float) -> Box:
    points = tuple((float(x) / width, float(y) / height) for x, y in row[5:].reshape(5, 2))
    left, top = max(0.0, float(row[0]) / width), max(0.0, float(row[1]) / height)
    right = min(1.0, float(row[0] + row[2]) / width)
    bottom = min(1.0, float(row[1] + row[3]) / height)
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top), float(row[4]), points)
