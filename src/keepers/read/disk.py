"""Reaches names on a disk, however long the path; the last part of it is never followed."""

import contextlib
import errno
import os
from collections.abc import Generator
from typing import Final

_PATH_MAX: Final = 4096
#: AT_FDCWD: where a system call looks up a path that is whole in itself.
_HERE: Final = -100
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
#: Answers where a file can have no such name: it is no text (exFAT), or holds what is not allowed.
_NO_NAME: Final = frozenset({errno.EILSEQ, errno.EINVAL})

Status = os.stat_result


def parted(path: str) -> tuple[str, str]:
    """Split a path into its folder and its name."""
    folder, _, name = path.rpartition("/")
    return folder or "/", name


@contextlib.contextmanager
def opened_folder(path: str) -> Generator[int]:
    """Open a folder, part by part where its path is longer than the system takes."""
    if len(os.fsencode(path)) < _PATH_MAX:
        handle = os.open(path, _FOLDER)
    else:
        handle = os.open("/", _FOLDER)
        for part in path.strip("/").split("/"):
            outer, handle = handle, -1
            try:
                handle = os.open(part, _FOLDER, dir_fd=outer)
            finally:
                os.close(outer)
    try:
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def at(path: str) -> Generator[tuple[int, str]]:
    """Where the system is to look a path up, and by what name.

    A path that is longer than the system takes is looked up in its folder, which is opened for it.
    """
    if len(os.fsencode(path)) < _PATH_MAX:
        yield _HERE, path
        return
    folder, name = parted(path)
    with opened_folder(folder) as handle:
        yield handle, name


def status(path: str) -> Status | None:
    """What `lstat` tells of a name; None where there is nothing."""
    try:
        if len(os.fsencode(path)) < _PATH_MAX:
            return os.lstat(path)
        with at(path) as (folder, name):
            return os.lstat(name, dir_fd=folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if is_no_name(error):
            return None
        raise


def is_no_name(error: OSError) -> bool:
    """Whether a file system says that nothing on it can have such a name."""
    return error.errno in _NO_NAME
