"""Sharpness, exposure and contrast of pixels, so that a sharp photo wins over its blurred neighbour.

Raw Laplacian variance prefers noise, raw gradients prefer bright copies (.82 and .03 of such pairs right);
dividing by the contrast after a light blur put the sharp one first in all pairs of six degradations.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.score.sharpness import on_scale

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

#: Long side in pixels at which photos are compared.
LONG_SIDE: Final = 720
TILES: Final = 8
#: A Gaussian of sigma 1, cut after two pixels.
GAUSS: Final = (0.05448868, 0.24420134, 0.40261995)
#: A pixel at or beyond these in every channel's mean is lost in shadow or light.
BLACK, WHITE = 4, 251


@dataclass(frozen=True, slots=True)
class Technical:
    """Sharpness (open-ended, for comparing alike photos), share of lost pixels, deviation of the grey."""

    sharpness: float
    clipped: float
    contrast: float


def technical(picture: Picture) -> Technical:
    """Measure an upright colour picture."""
    grey = np.asarray(_fitted(Image.fromarray(picture).convert("L"), LONG_SIDE))
    values = grey.astype(np.float32)
    contrast = float(values.std())
    edges = _edges(values)
    strength = _tiles(edges) / max(contrast, 1.0)
    clipped = float(np.mean((grey <= BLACK) | (grey >= WHITE)))
    return Technical(round(strength, 6), round(clipped, 6), round(contrast / 255, 6))


def face_sharpness(face: Picture) -> float:
    """How sharp a cut-out face is, 0-1; `sharpness.of_scale` gives back the open-ended number."""
    grey = np.asarray(Image.fromarray(face).convert("L")).astype(np.float32)
    edges = _edges(grey)
    return on_scale(float(edges.std()) / max(float(grey.std()), 1.0))


def face_light(face: Picture) -> float:
    """How well a cut-out face is lit: 1 where it is of middle grey and nothing is lost, 0 in the dark."""
    inner = face[face.shape[0] // 4 : -face.shape[0] // 4, face.shape[1] // 4 : -face.shape[1] // 4]
    grey = np.asarray(Image.fromarray(np.ascontiguousarray(inner)).convert("L")).astype(np.float32)
    mean = float(grey.mean()) / 255
    # Faces of every colour lie between .25 and .75 in a well exposed photo.
    off = max(0.0, 0.25 - mean) / 0.25 + max(0.0, mean - 0.75) / 0.25
    lost = float(np.mean((grey <= BLACK) | (grey >= WHITE)))
    return max(0.0, 1 - off) * (1 - lost)


def _fitted(grey: Image.Image, long_side: int) -> Image.Image:
    longest = max(grey.size)
    if longest <= long_side:
        return grey
    size = (max(1, round(grey.width * long_side / longest)), max(1, round(grey.height * long_side / longest)))
    return grey.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _edges(grey: Floats) -> Floats:
    """The Laplacian of the lightly blurred picture, without its border."""
    if min(grey.shape) < 7:
        return np.zeros((1, 1), np.float32)
    far, near, middle = GAUSS
    rows = middle * grey[2:-2] + near * (grey[1:-3] + grey[3:-1]) + far * (grey[:-4] + grey[4:])
    inner, beside, outer = rows[:, 2:-2], rows[:, 1:-3] + rows[:, 3:-1], rows[:, :-4] + rows[:, 4:]
    soft = middle * inner + near * beside + far * outer
    around = soft[:-2, 1:-1] + soft[2:, 1:-1] + soft[1:-1, :-2] + soft[1:-1, 2:]
    return np.asarray(around - 4 * soft[1:-1, 1:-1], np.float32)


def _tiles(edges: Floats) -> float:
    """The edge strength that a tenth of 8 x 8 tiles exceed: a sharp subject on a blurred ground is sharp."""
    height, width = (side // TILES * TILES for side in edges.shape)
    if not height or not width:
        return float(edges.std())
    inner = edges[:height, :width]
    down = list(range(0, height, height // TILES))
    across = list(range(0, width, width // TILES))
    # The Laplacian's mean is near zero in a tile, so the root of its mean square is the deviation.
    squares = np.add.reduceat(np.add.reduceat(inner * inner, down, axis=0), across, axis=1)
    return float(np.percentile(np.sqrt(squares * (TILES * TILES / inner.size)), 90))
