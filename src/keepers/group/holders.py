"""Pictures that hold others, as collages, screens and frames do: they never stand for what they hold."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.group import looks

Rows = npt.NDArray[np.intp]

#: Of so many pictures and more that it holds, this share of all that it matches makes one a frame. One look may take the sky
#: round a crop for a border, so that an original seems to hold it: half of all looks at an original did, at worst.
_SEVERAL: Final = 3
_SHARE: Final = 0.6


def holders(links: looks.Links, count: int) -> Rows:
    """The rows below `count` that hold several pictures which nothing else joins, or little else than hold others; ascending."""
    held = links.how == looks.FRAMED
    frames = np.bincount(links.left[held], minlength=count)
    degree = np.bincount(links.left, minlength=count) + np.bincount(links.right, minlength=count)
    mostly = np.flatnonzero((frames >= _SEVERAL) & (frames >= _SHARE * degree))
    return np.union1d(mostly, np.array(_bridges(links, held), np.intp))


def _bridges(links: looks.Links, held: npt.NDArray[np.bool_]) -> list[int]:
    """Rows without which what they hold falls apart: a leading collage would join different pictures."""
    near: dict[int, set[int]] = {}
    for one, other in zip(links.left.tolist(), links.right.tolist(), strict=True):
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    inside: dict[int, set[int]] = {}
    for row, other in zip(links.left[held].tolist(), links.right[held].tolist(), strict=True):
        inside.setdefault(row, set()).add(other)
    return [row for row, others in inside.items() if not _joined(near, row, others)]


def _joined(near: dict[int, set[int]], row: int, others: set[int]) -> bool:
    """Whether each of the others leads to all of them without the row."""
    left, seen = set(others), {row}
    open_ = [min(others)]
    while open_ and left:
        at = open_.pop()
        if at not in seen:
            seen.add(at)
            left.discard(at)
            open_ += near[at] - seen
    return not left
