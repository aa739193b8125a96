"""Find the picture inside a frame: letterbox bars, white borders, the bars of a phone's screenshot."""

from typing import Final

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

#: Grey levels by which a border may waver (JPEG noise round the picture and round letters).
_WAVER: Final = 12
#: Share of a border line that may differ: the clock and the icons of a status bar.
_WRITING: Final = 0.18
#: Share of the first line of the picture that must differ from the border: a frame ends at once, a sky does
#: not.
_STEP: Final = 0.35
#: And the share that must differ by this many levels: a smooth sky changes by a few a line.
_CLEAR: Final = 24
_CLEAR_STEP: Final = 0.06
#: Least side of the picture inside, in pixels and as a share of the whole.
_LEAST: Final = 12
_LEAST_SHARE: Final = 0.2
#: A border that takes less than this is within what the hashes of the whole forgive.
_MOST_SHARE: Final = 0.95


def trimmed(grey: Grey) -> Grey | None:
    """The picture without its border, or None where it has none."""
    found = inner(grey)
    return None if found is None else grey[found]


def inner(grey: Grey) -> tuple[slice, slice] | None:
    """The rows and columns inside the border, or None where there is none."""
    top, bottom = _ends(grey)
    left, right = _ends(grey[top:bottom].T)
    height, width = grey.shape
    if (bottom - top) * (right - left) > _MOST_SHARE * height * width:
        return None
    if bottom - top < max(_LEAST, _LEAST_SHARE * height) or right - left < max(_LEAST, _LEAST_SHARE * width):
        return None
    return slice(top, bottom), slice(left, right)


def _ends(lines: Grey) -> tuple[int, int]:
    """Where the picture begins and ends among the lines; the whole where there is no border."""
    count = len(lines)
    first = _border(lines)
    last = count - _border(lines[::-1])
    return (first, last) if first < last else (0, count)


def _border(lines: Grey) -> int:
    """How many lines from the first on are border."""
    middle = lines.shape[1] // 2
    level = int(np.partition(lines[0], middle)[middle])
    low = max(0, level - _WAVER)
    span = min(255, level + _WAVER) - low
    width = lines.shape[1]
    # Below `low` the unsigned difference wraps round to a large one: one comparison finds both sides.
    if np.count_nonzero(lines[0] - np.uint8(low) > span) > _WRITING * width:
        return 0
    differing = np.count_nonzero(lines - np.uint8(low) > span, axis=1)
    inside = np.flatnonzero(differing > _WRITING * width)
    if not len(inside):
        return 0
    first = int(inside[0])
    # A line on the edge is half border: the step must be there within three lines.
    step = lines[first : first + 3]
    clear = np.count_nonzero(np.abs(step.astype(np.int16) - level) > _CLEAR, axis=1).max()
    return (
        first if differing[first : first + 3].max() >= _STEP * width and clear >= _CLEAR_STEP * width else 0
    )
