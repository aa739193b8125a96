"""Looks at a file again just before it is touched."""

import os
import stat

from keepers.decide.destination import collision_key
from keepers.errors import ChangedError
from keepers.model import ContentId
from keepers.places import files
from keepers.places.local import members
from keepers.read import archive


def words(error: OSError | ChangedError, doing: str) -> str:
    """What went wrong, in a clause."""
    if isinstance(error, OSError):
        return f"{doing}: {(error.strerror or str(error)).lower()}"
    return str(error)


def temporary(path: str, token: str) -> str:
    """The name of the temporary beside a path."""
    return f"{files.parted(path)[0].rstrip('/')}/{files.OURS}{token}"


def confirm(
    path: str, content: ContentId, size: int | None = None, revision: str = "", missing: str = "it is gone"
) -> "files.Status":
    """See that a file still has its content; ChangedError where it has not.

    A revision (size, time, inode) that is still the same saves the reading; times may be coarse or
    off by an hour on FAT, so that where it differs the bytes decide.
    """
    seen = files.status(path)
    if seen is None:
        raise ChangedError(missing)
    if not stat.S_ISREG(seen.st_mode):
        raise ChangedError("it is no regular file any more")
    if size is not None and seen.st_size != size:
        raise ChangedError("it has changed since the plan was made")
    if revision and files.revision(seen) == revision:
        return seen
    if files.content(path) != content:
        raise ChangedError("it has changed since the plan was made")
    now = files.status(path)
    if now is None or files.revision(now) != files.revision(seen):
        raise ChangedError("it is being changed")
    return seen


def holds(path: str, content: ContentId) -> bool:
    """Whether a regular file of this content is there."""
    seen = files.status(path)
    return seen is not None and stat.S_ISREG(seen.st_mode) and files.content(path) == content


def free(path: str) -> None:
    """ChangedError where a name is taken."""
    if files.status(path) is not None:
        raise ChangedError("its new name is taken by now")


def is_whole(path: str, content: ContentId) -> bool:
    """Whether a file, of an archive too, can be read and still has its content."""
    try:
        if archive.located(path) is not None:
            return members.content(path) == content
        confirm(path, content)
    except (OSError, ChangedError):
        return False
    return True


def same_file(one: "files.Status | None", other: "files.Status | None") -> bool:
    """Whether two names are one file."""
    return one is not None and other is not None and files.identity(one) == files.identity(other)


def one_name(one: str, other: str) -> bool:
    """Whether two paths, of which both are there, are spellings of one name: FAT takes A.JPG for a.jpg.

    Only what the folders list tells: some drives give each spelling an inode of its own.
    """
    if one == other:
        return True
    if collision_key(one) != collision_key(other) and not same_file(files.status(one), files.status(other)):
        return False
    ours, theirs = one.split("/"), other.split("/")
    if len(ours) != len(theirs):
        return False
    for depth, (name, spelled) in enumerate(zip(ours, theirs, strict=True)):
        if name != spelled and {name, spelled} <= set(os.listdir("/".join(ours[:depth]) or "/")):
            return False
    return True


def is_respelling(source: str, target: str) -> bool:
    """Whether there is one file under both paths, of which only the spelling differs."""
    there = files.status(target) is not None and files.status(source) is not None
    return there and one_name(source, target)


def is_spelled(path: str) -> bool:
    """Whether the folder of a path lists just this name."""
    folder, name = files.parted(path)
    return name in os.listdir(folder)
