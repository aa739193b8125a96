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


def disk(path: str, devices: str = "/sys/dev/block") -> str:
    """The disk that a path lies on, all partitions of it being one; empty where Linux does not tell.

    In sysfs a partition is a folder within that of its disk, and holds a file `partition`.
    """
    try:
        device = os.stat(path).st_dev
    except OSError:
        return ""
    found = os.path.realpath(os.path.join(devices, f"{os.major(device)}:{os.minor(device)}"))
    if os.path.exists(os.path.join(found, "partition")):
        return os.path.dirname(found)
    return found if os.path.isdir(found) else ""


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
