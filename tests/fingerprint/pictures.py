"""Pictures for tests: made scenes, and what people do to them."""

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]


def scene(seed: int, height: int = 180, width: int = 240) -> Grey:
    """A picture with large and small things in it, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    found = np.zeros((height, width))
    for cells, weight in ((3, 80.0), (6, 60.0), (12, 40.0), (24, 25.0)):
        grid = rng.standard_normal((cells + 1, cells + 1))
        found += weight * _smooth(grid, height, width)
    found -= found.min()
    return np.asarray(np.rint(found / found.max() * 255), np.uint8)


def resized(picture: Grey, height: int, width: int) -> Grey:
    """Bilinear at the centres: no method of the code under test."""
    rows = (np.arange(height) + 0.5) * picture.shape[0] / height - 0.5
    columns = (np.arange(width) + 0.5) * picture.shape[1] / width - 0.5
    return np.asarray(np.rint(_sampled(picture.astype(float), rows, columns)), np.uint8)


def framed(picture: Grey, level: int, border: int) -> Grey:
    """The picture inside a border of one grey."""
    return np.pad(picture, border, constant_values=level)


def _smooth(grid: npt.NDArray[np.float64], height: int, width: int) -> npt.NDArray[np.float64]:
    rows = np.linspace(0, grid.shape[0] - 1, height)
    return _sampled(grid, rows, np.linspace(0, grid.shape[1] - 1, width))


def _sampled(
    values: npt.NDArray[np.float64], rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    rows, columns = np.clip(rows, 0, values.shape[0] - 1), np.clip(columns, 0, values.shape[1] - 1)
    top = np.minimum(rows.astype(int), values.shape[0] - 2)
    left = np.minimum(columns.astype(int), values.shape[1] - 2)
    down, along = (rows - top)[:, None], columns - left
    corner = values[np.ix_(top, left)], values[np.ix_(top, left + 1)]
    below = values[np.ix_(top + 1, left)], values[np.ix_(top + 1, left + 1)]
    upper = corner[0] * (1 - along) + corner[1] * along
    lower = below[0] * (1 - along) + below[1] * along
    return np.asarray(upper * (1 - down) + lower * down)
