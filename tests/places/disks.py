"""Disks that can do less than this one: older kernels, FAT, and moves between two volumes."""

import contextlib
import errno
import os
from collections.abc import Iterator

import pytest

from keepers.places import files

KINDS = ("full", "no-exchange", "fat", "two-volumes", "two-volumes-fat")


@contextlib.contextmanager
def disk(kind: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if kind in {"no-exchange", "fat", "two-volumes-fat"}:
            patch.setattr(files, "_renamed", _refuse(errno.EINVAL))
        if kind in {"fat", "two-volumes-fat"}:
            patch.setattr(files, "link", _refuse(errno.EPERM))
        if kind.startswith("two-volumes"):
            true = files.volume
            patch.setattr(files, "volume", lambda path: (-1, true(path)[1]))
        yield


def _refuse(code: int):
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse
