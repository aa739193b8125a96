"""Exposure brackets: one scene, several exposures within seconds, meant to be kept together."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import blocks
from keepers.fingerprint.table import Photos
from keepers.group import clocks
from keepers.group.rule import Cluster, Rule
from keepers.model import GroupKind
from keepers.reasons import Reason

Rows = npt.NDArray[np.intp]
Levels = npt.NDArray[np.float64]

_GAP: Final = 3.0
#: Smallest spread of a bracket in EV, and of what the camera calls one (Exif ExposureMode 2).
_SPREAD: Final = 1.3
_MARKED_SPREAD: Final = 0.6
_AUTO_BRACKET: Final = 2
#: Exposures nearer than this are one exposure.
_SAME_LEVEL: Final = 0.25
#: A scene keeps the ranks of its greys (.86-1.0 within brackets of up to 9 EV, below .4 between scenes).
_SAME_SCENE: Final = 0.7
#: Grey levels by which the picture must follow the exposure, or it was the light that changed.
_FOLLOWS: Final = 12.0
#: Without Exif: steps of mean grey that no flutter of the automatic makes, and frames that it takes.
_GREY_STEP: Final = 28.0
_UNMARKED_FRAMES: Final = 3
_MOST_FRAMES: Final = 9


def brackets(photos: Photos, rule: Rule) -> tuple[Cluster, ...]:
    """Exposure stacks, each from one press of the shutter to the next repeated exposure."""
    stacks = (frames for run in _runs(photos) for frames in _stacks(photos, run))
    found = [_cluster(photos, frames) for frames in stacks if len(frames) >= max(2, rule.min_size)]
    return tuple(sorted(found, key=lambda cluster: cluster.rows))


def _cluster(photos: Photos, frames: Rows) -> Cluster:
    """A bracket of these rows, with the spread of its exposures in words."""
    levels = _levels(photos, frames)
    words = Reason("exposures", n=len(frames))
    spread = (
        Reason("stops-apart", stops=round(float(np.ptp(levels)), 1))
        if levels is not None
        else Reason("brightness-apart")
    )
    return Cluster(GroupKind.BRACKET, tuple(sorted(frames.tolist())), -1, (words, spread))


def _runs(photos: Photos) -> Iterator[Rows]:
    """Photos of one camera and one size, each within seconds of the one before; one copy of each shot."""
    rows = np.flatnonzero(clocks.known(photos) & (photos.camera > 0))
    shape = photos.camera[rows], photos.width[rows], photos.height[rows], photos.raw[rows]
    order = np.lexsort((rows, photos.stem[rows], photos.taken[rows], *shape))
    rows = rows[order]
    new = np.ones(len(rows), np.bool_)
    for column in shape:
        new[1:] &= column[order][1:] == column[order][:-1]
    new[1:] &= np.diff(photos.taken[rows]) <= _GAP
    starts = np.flatnonzero(~new)
    yield from (run for run in np.split(rows, starts) if len(run) > 1)


def _stacks(photos: Photos, run: Rows) -> Iterator[Rows]:
    """Cut a run where the scene changes or an exposure comes again, and keep what is a bracket."""
    levels = _levels(photos, run)
    marked = levels if levels is not None else _grey_levels(photos, run)
    step = _SAME_LEVEL if levels is not None else _GREY_STEP
    start = 0
    for stop in range(1, len(run) + 1):
        if stop < len(run) and _goes_on(photos, run, marked, (start, stop), step):
            continue
        stack = run[start:stop]
        if len(stack) > 1 and _is_bracket(photos, stack, levels[start:stop] if levels is not None else None):
            yield stack
        start = stop


def _goes_on(photos: Photos, run: Rows, levels: Levels, span: tuple[int, int], step: float) -> bool:
    """Whether the next frame has its own exposure, and the scene of the frame nearest in exposure."""
    start, stop = span
    distances = np.abs(levels[start:stop] - levels[stop])
    if stop - start >= _MOST_FRAMES or not distances.min() >= step:
        return False
    nearest = start + int(distances.argmin())
    block = photos.prints["block"]
    return bool(blocks.ranked_likeness(block[run[nearest]][None], block[run[stop]][None])[0] >= _SAME_SCENE)


def _is_bracket(photos: Photos, stack: Rows, levels: Levels | None) -> bool:
    greys = _grey_levels(photos, stack)
    if levels is None:
        # A bracket's frames come in an order that cameras use, and none is a repeat; a light that goes on is
        # two levels.
        return len(stack) >= _UNMARKED_FRAMES and float(np.ptp(greys)) >= _GREY_STEP * (len(stack) - 1)
    order = np.argsort(levels)
    rises = np.diff(greys[order])
    follows = float(greys[order[-1]] - greys[order[0]]) >= _FOLLOWS and bool((rises >= -_FOLLOWS / 4).all())
    camera_says = bool((photos.exposure_mode[stack] == _AUTO_BRACKET).all())
    return follows and float(np.ptp(levels)) >= (_MARKED_SPREAD if camera_says else _SPREAD)


def _levels(photos: Photos, rows: Rows) -> Levels | None:
    """Relative exposure of each row in EV, more light is more; None where some row does not tell.

    The bias is what a bracket sets on purpose, so it comes first; exposure settings also follow the light.
    """
    bias = photos.bias[rows].astype(np.float64)
    if not np.isnan(bias).any() and np.ptp(bias) >= _SAME_LEVEL:
        return bias
    value = photos.ev[rows].astype(np.float64)
    if not np.isnan(value).any() and (np.ptp(value) >= _SAME_LEVEL or not np.isnan(bias).any()):
        return -value
    return None if np.isnan(bias).any() else bias


def _grey_levels(photos: Photos, rows: Rows) -> Levels:
    return photos.prints["mean"][rows].astype(np.float64)
