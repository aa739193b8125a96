"""What screens and caption makers draw, and no lens does: areas of one exact colour, plain rows, bands with lettering."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.score.tones import luma

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

#: Neighbours that differ by no more than this in any channel are of one colour; JPEG makes that of equal ones.
EQUAL: Final = 1
#: So many of the commonest colours are added up, each of four levels a channel.
COMMONEST: Final = 6
#: A row is plain where so many of its pixels are within so many levels of its middle one.
PLAIN_SHARE, PLAIN_LEVELS = 0.97, 6
#: A ruled step is of so many grey levels at least.
STEPPED: Final = 4.0
#: A band of a caption has this share of one colour in each row; letters take the rest.
GROUND, GROUND_LEVELS = 0.35, 18
#: Lettering is so much darker or brighter than its band.
INK_LEVELS: Final = 90
MOST_INK: Final = 0.4
#: Outlined letters: the white and the black of them, and how far apart the two may be.
WHITE, BLACK, APART = 235, 40, 4


@dataclass(frozen=True, slots=True)
class Screens:
    """Shares, 0-1: of pixels like both neighbours; of pixels of the six commonest colours; of rows of one colour, bands left out.

    `ruled` counts the rows and columns along which an edge runs unbroken and exactly straight over a quarter of the picture.
    `caption` is the share of the height that bands of one colour with lettering take at the top and bottom,
    `bare` that of those without; `outlined` the share of pixels at the top and the bottom that outlined letters take,
    less that in the middle.
    """

    flat: float
    common: float
    plain_rows: float
    ruled: int
    caption: float
    bare: float
    outlined: float


def screens(picture: Picture) -> Screens:
    """Measure an upright colour picture whose long side is at most 1024 pixels."""
    if min(picture.shape[:2]) < 32:
        return Screens(0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0)
    values = picture.astype(np.int16)
    grey = luma(picture)
    bands = [_band(grey), _band(grey[::-1])]
    return Screens(
        round(_flat(values), 4),
        round(_common(picture), 4),
        round(_plain_rows(values, *(share for share, _ in bands)), 4),
        _ruled(grey) + _ruled(grey.T),
        round(sum(share for share, lettered in bands if lettered), 4),
        round(sum(share for share, lettered in bands if not lettered), 4),
        round(_outlined(grey), 4),
    )


def _flat(values: npt.NDArray[np.int16]) -> float:
    right: npt.NDArray[np.int16] = np.abs(np.diff(values, axis=1))[:-1].max(axis=2)
    down: npt.NDArray[np.int16] = np.abs(np.diff(values, axis=0))[:, :-1].max(axis=2)
    return float(np.mean(np.maximum(right, down) <= EQUAL))


def _common(picture: Picture) -> float:
    red, green, blue = (np.asarray(picture[..., channel] >> 2, np.int32) for channel in range(3))
    codes = (red << 12) + (green << 6) + blue
    counts = np.bincount(codes.ravel(), minlength=1 << 18)
    return float(np.partition(counts, -COMMONEST)[-COMMONEST:].sum() / codes.size)


def _plain_rows(values: npt.NDArray[np.int16], above: float, below: float) -> float:
    height = len(values)
    values = values[round(above * height) : height - round(below * height)]
    if not len(values):
        return 0.0
    middle = np.median(values, axis=1, keepdims=True)
    near = (np.abs(values - middle) <= PLAIN_LEVELS).all(axis=2)
    shares: npt.NDArray[np.float64] = near.mean(axis=1)
    return float(np.mean(shares >= PLAIN_SHARE))


def _ruled(grey: Floats) -> int:
    """How many rows have a step below them that runs straight over a quarter of the width, neighbours counted once."""
    step = np.diff(grey, axis=0)
    least = grey.shape[1] // 4
    found: list[int] = []
    for sign in (1, -1):
        padded = np.pad((sign * step >= STEPPED).astype(np.int8), ((0, 0), (1, 1)))
        changes = np.diff(padded, axis=1)
        starts, ends = np.nonzero(changes == 1), np.nonzero(changes == -1)
        found += starts[0][ends[1] - starts[1] >= least].tolist()
    rows = np.unique(found)
    return int(np.count_nonzero(np.diff(rows, prepend=-9) > 3))


def _band(grey: Floats) -> tuple[float, bool]:
    """The share of the height of the band of one colour at the top, and whether there is lettering in it."""
    height, width = grey.shape
    ground = float(np.median(grey[: max(2, height // 100)]))
    near = np.abs(grey - ground) <= GROUND_LEVELS
    edge = max(1, width // 60)
    # Lettering keeps away from both sides; a picture does not.
    rows = (near.mean(axis=1) >= GROUND) & near[:, :edge].all(axis=1) & near[:, -edge:].all(axis=1)
    end = int(np.argmin(rows)) if not rows.all() else height
    if end < height * 0.04 or end > height * 0.6:
        return 0.0, False
    inked = np.abs(grey[:end] - ground) > INK_LEVELS
    lines = np.flatnonzero(inked.any(axis=1))
    # What stands on the picture below, such as heads before a white sky, leaves no gap under it.
    apart = len(lines) > 0 and lines[0] > 1 and end - lines[-1] > max(2, height // 150)
    lettered = bool(apart) and 0.01 <= float(inked.mean()) <= MOST_INK and _strokes(inked)
    return end / height, lettered


def _strokes(inked: npt.NDArray[np.bool_]) -> bool:
    """Whether the rows that hold ink cross several strokes each, as rows of letters do."""
    crossings = np.count_nonzero(np.diff(inked.astype(np.int8), axis=1) == 1, axis=1)
    held = crossings[crossings > 0]
    return len(held) > 3 and float(np.median(held)) >= 5


def _outlined(grey: Floats) -> float:
    """How much more white ringed closely by black there is in the upper and lower quarter than between."""
    white, black = grey >= WHITE, grey <= BLACK
    left = np.zeros_like(white)
    right = np.zeros_like(white)
    reach = max(APART, grey.shape[1] // 40)
    # A stroke of a letter is white with black near it on either side, in its row.
    for step in range(1, reach + 1):
        left[:, step:] |= black[:, :-step]
        right[:, :-step] |= black[:, step:]
    stroke = white & left & right
    quarter = grey.shape[0] // 4
    ends = max(float(stroke[:quarter].mean()), float(stroke[-quarter:].mean()))
    return ends - float(stroke[quarter:-quarter].mean())
