"""Lines of print in a picture: dark fine strokes on a plain bright ground, in rows.

Strokes are told from their ground by the mean around them (D. Bradley, G. Roth, "Adaptive thresholding using the
integral image", 2007), rows by the direction in which the profile of the strokes is most uneven (W. Postl, 1986;
H. S. Baird, 1987), taken in windows, so that a page may lie at an angle and in perspective. No letter is read.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.score.tones import luma

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.uint8]

#: The side of a window and from one to the next, in pixels of a picture of at most 1024: three lines of a page that fills it.
WINDOW, STEP = 80, 40
#: The box whose mean tells strokes from their ground.
BOX: Final = 33
#: So many grey levels, and such a share of the ground, a stroke is darker.
DARKER, SHARE = 16.0, 0.12
#: Whatever holds a square of so many pixels is no stroke.
THICK: Final = 9
#: Between these shares of a window lies ink.
LEAST_INK, MOST_INK = 0.025, 0.36
#: Ground darker than this, or of more colour, is no paper that anybody can read.
DIM, COLOURED = 70.0, 0.42
#: So much of a window is free ground, and so many grey levels it deviates at most.
FREE, PLAIN = 0.15, 11.0
#: Strokes are so many pixels wide at most, in the middle; beyond that it is a pattern of areas.
STROKE: Final = 9.0
#: The rows of a profile are so much more uneven than its columns.
UNEVEN: Final = 1.9
#: Where lines are as even as this, the longest step between two of them to the shortest, less will do.
EVEN, LESS_UNEVEN = 1.3, 1.2
#: A row of the profile that holds less than this share of the ink of the fuller ones is a gap.
GAP: Final = 0.35
STEP_DEGREES: Final = 4
_TURNS: Final = 180 // STEP_DEGREES
_NONE: Final = -1
#: Ground within a window is at least so bright as this share of its brighter part.
LIT: Final = 0.7
#: Steps by which lines of neighbouring windows of one page may differ: it may be bent.
NEAR: Final = 2


@dataclass(frozen=True, slots=True)
class Papers:
    """The share of a picture that one page of print takes, and how much longer than wide the page is (1: there is none)."""

    printed: float
    narrow: float


def papers(picture: Picture) -> Papers:
    """Look for print in an upright colour picture whose long side is at most 1024 pixels."""
    grey = luma(picture)
    if min(grey.shape) < 2 * WINDOW:
        return Papers(0.0, 1.0)
    ground = box_mean(grey, BOX)
    dark = (ground - grey) > np.maximum(DARKER, SHARE * ground)
    core = box_mean(dark.astype(np.float32), THICK) > 0.999
    thick = box_mean(core.astype(np.float32), THICK + 2) > 0
    ink = dark & ~thick
    free = ~(box_mean(dark.astype(np.float32), 5) > 0)
    tops, lefts = (range(0, side - WINDOW + 1, STEP) for side in grey.shape)
    turns = np.full((len(tops), len(lefts)), _NONE)
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            here = np.s_[top : top + WINDOW, left : left + WINDOW]
            # What is inked on a dark table beside the page is none of its print.
            strokes = ink[here] & (ground[here] >= LIT * ground[here].max())
            if LEAST_INK <= float(strokes.mean()) <= MOST_INK and _is_fine(strokes):
                lit = grey[here] >= LIT * np.percentile(grey[here][::3, ::3], 80)
                if _is_plain(grey[here], picture[here], free[here] & lit):
                    turns[row, column] = _direction(strokes)
    printed = _together(turns)
    return Papers(round(float(printed.mean()), 4), round(_narrow(printed), 2))


def _together(turns: npt.NDArray[np.intp]) -> Flags:
    """The largest group of adjacent windows whose lines run one way: a page, and no odd windows here and there."""
    left = {
        (row, column): turn
        for row, line in enumerate(turns.tolist())
        for column, turn in enumerate(line)
        if turn != _NONE
    }
    best: list[tuple[int, int]] = []
    while left:
        start = next(iter(left))
        found = [(*start, left.pop(start))]
        # It grows while it is gone through.
        for row, column, turn in found:
            for spot in ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)):
                other = left.get(spot)
                if other is not None and min(abs(turn - other), _TURNS - abs(turn - other)) <= NEAR:
                    found.append((*spot, left.pop(spot)))
        if len(found) > len(best):
            best = [(row, column) for row, column, _ in found]
    group = np.zeros(turns.shape, np.bool_)
    for row, column in best:
        group[row, column] = True
    return group


def box_mean(values: Floats, side: int) -> Floats:
    """The mean of the square of so many pixels (an odd number) around each; at the border of what there is of it."""
    reach = side // 2
    height, width = values.shape
    total = np.zeros((height + side, width + side), np.float64)
    total[reach + 1 : reach + 1 + height, reach + 1 : reach + 1 + width] = values
    np.cumsum(total, axis=0, out=total)
    np.cumsum(total, axis=1, out=total)
    summed = total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    return np.asarray(summed / np.outer(_reached(height, reach), _reached(width, reach)), np.float32)


def _reached(length: int, reach: int) -> npt.NDArray[np.int64]:
    """For each place on a line how many places are within reach."""
    places = np.arange(0, length, dtype=np.int64)
    return np.clip(places + reach + 1, None, length) - np.clip(places - reach, 0, None)


def _is_plain(grey: Floats, picture: Picture, free: Flags) -> bool:
    """Whether the ground of a window, away from the strokes, is bright, of little colour and even."""
    if free.mean() < FREE or grey[free].mean() < DIM:
        return False
    colour = picture[free].mean(axis=0, dtype=np.float64)
    saturation = (colour.max() - colour.min()) / max(colour.max(), 1.0)
    return bool(saturation <= COLOURED) and _evenness(grey, free) <= PLAIN


def _evenness(grey: Floats, free: Flags) -> float:
    """The deviation of the free pixels from the plane that fits them best: light falls off over a page."""
    down, right = np.nonzero(free)
    sides = np.column_stack((down, right, np.ones_like(down))).astype(np.float32)
    levels = grey[free]
    square = sides.T @ sides
    plane = np.linalg.lstsq(square, sides.T @ levels, rcond=None)[0]
    return float((levels - sides @ plane).std())


def _is_fine(ink: Flags) -> bool:
    """Whether the runs of ink are short both ways: strokes, no stripes and no areas."""
    return all(_runs(side) <= STROKE for side in (ink, ink.T))


def _runs(ink: Flags) -> float:
    """The length of the run that the middle one of all ink pixels lies in, along the rows."""
    padded = np.pad(ink, ((0, 0), (1, 1))).astype(np.int8)
    changes = np.diff(padded, axis=1)
    lengths = np.sort(np.nonzero((changes == -1).ravel())[0] - np.nonzero((changes == 1).ravel())[0])
    if not len(lengths):
        return float(WINDOW)
    return float(lengths[np.searchsorted(lengths.cumsum(), lengths.sum() / 2)])


def _direction(ink: Flags) -> int:
    """The turn at which the ink lies in rows with gaps between them, and not so across it; -1 where there is none."""
    rows, pixels = _turned()
    reach = pixels.shape[1]
    held = np.bincount(rows[:, ink].ravel(), minlength=_TURNS * reach).reshape(_TURNS, reach)
    long = pixels >= WINDOW // 2
    levels = np.where(long, held / np.maximum(pixels, 1), np.nan)
    uneven = np.nanstd(levels, axis=1)
    best = int(np.argmax(uneven))
    profile = levels[best][long[best]]
    full = float(np.percentile(profile, 85))
    gaps = np.count_nonzero(profile < GAP * full) / len(profile)
    across = uneven[(best + _TURNS // 2) % _TURNS]
    starts = np.flatnonzero(np.diff((profile >= 0.5 * full).astype(np.int8)) == 1)
    lined = uneven[best] >= UNEVEN * across and len(starts) >= 2
    # A column of prices fills a window on one side only: there the lines must be as even as those of a printer.
    steps = np.diff(starts)
    even = len(starts) >= 3 and steps.max() <= EVEN * steps.min() and uneven[best] >= LESS_UNEVEN * across
    lined = 0.15 <= gaps <= 0.9 and bool(lined or even)
    return best if lined else _NONE


@lru_cache(maxsize=1)
def _turned() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """For each turn of a window the row that each of its pixels falls into, and how many there are in each row."""
    line = np.arange(WINDOW) - WINDOW // 2
    down, right = line[:, None], line[None, :]
    reach = 2 * WINDOW
    turns = np.deg2rad(np.arange(0, 180, STEP_DEGREES))[:, None, None]
    rows = np.rint(down * np.cos(turns) - right * np.sin(turns)).astype(np.intp) + WINDOW
    rows += np.arange(_TURNS)[:, None, None] * reach
    pixels = np.bincount(rows.ravel(), minlength=_TURNS * reach).reshape(_TURNS, reach)
    return rows, pixels


def _narrow(printed: Flags) -> float:
    """How much longer than wide the windows with print lie, along their main axis."""
    spots = np.argwhere(printed).astype(np.float64)
    if len(spots) < 3:
        return 1.0
    # A window has a breadth of its own: a row of them is a twelfth of the square of one broad.
    spread = np.linalg.eigvalsh(np.cov(spots.T) + np.eye(2) / 12)
    return float(np.sqrt(spread[1] / spread[0]))
