"""Reaches names on a disk: through a descriptor of their folder, however long the path, following nothing."""

import contextlib
import errno
import os
from collections.abc import Generator
from typing import Final

_PATH_MAX: Final = 4096
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
    """Open the folder of a path; its descriptor and the name in it.

    Whoever changes names goes through it (SAFETY.md, part 2): between two calls nobody can put a symlink in
    place of the folder.
    """
    folder, name = parted(path)
    with opened_folder(folder) as handle:
        yield handle, name


def opened_name(path: str, flags: int) -> int:
    """Open what bears a name; who only reads needs no descriptor of the folder, which would cost two calls."""
    if len(os.fsencode(path)) < _PATH_MAX:
        return os.open(path, flags)
    with at(path) as (folder, name):
        return os.open(name, flags, dir_fd=folder)


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
