"""Whether two folders are one, or lie within one another, whatever their names."""

import os
from collections.abc import Sequence


def same_place(drive: Sequence[str], library: Sequence[str]) -> tuple[str, str] | None:
    """A root of the drive and one of the library of which the one is, or lies within, the other; None: none."""
    for one in drive:
        for other in library:
            if within(one, other) or within(other, one):
                return one, other
    return None


def within(path: str, folder: str) -> bool:
    """Whether a path leads into a folder, by whatever name: links and bind mounts are seen through."""
    sought = _identity(folder)
    real = os.path.realpath(path)
    while sought is not None:
        if _identity(real) == sought:
            return True
        outer = os.path.dirname(real)
        if outer == real:
            return False
        real = outer
    return False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
