"""Whether a folder may be filled with photos: others must not be able to turn it into something else meanwhile."""

import os
import stat
from collections.abc import Iterable, Iterator

from keepers.errors import RefusedError, UsageError
from keepers.model import LOCAL, Ref
from keepers.ports import Reader


def refuse_unsafe(
    target: str, sources: Iterable[str], reader: Reader, *, trusted: bool, what: str = "library"
) -> None:
    """A library that others can turn into something else while it is filled is no safe place for photos."""
    if os.path.islink(target):
        raise UsageError(
            f"the {what} {target} is a symbolic link to {os.path.realpath(target)}; name that folder itself"
        )
    if not os.path.isdir(target):
        return
    held = {_identity(path): path for path in sources if os.path.lexists(path)}
    for folder in _upwards(os.path.realpath(target)):
        if _identity(folder) in held:
            raise UsageError(
                f"the {what} {target} lies in the source {held[_identity(folder)]}, under another name"
            )
    for path in sources:
        if any(_identity(folder) == _identity(target) for folder in _upwards(os.path.realpath(path))):
            raise UsageError(f"the source {path} lies in the {what} {target}, under another name")
    if trusted:
        return
    seen = os.stat(target)
    if seen.st_uid not in {os.geteuid(), 0}:
        raise UsageError(
            f"the {what} {target} belongs to another user (number {seen.st_uid}), who could change it at any "
            "moment; if you trust them, say so with --trust-target"
        )
    # The sticky bit, as /tmp has it, keeps others from touching what is ours; nothing of theirs is replaced.
    if seen.st_mode & stat.S_IWOTH and not seen.st_mode & stat.S_ISVTX:
        raise UsageError(f"everybody may write to the {what} {target}; {_remedy(target, reader)}")


def refuse_closed(target: str) -> None:
    """RefusedError where nothing can be written into a folder: one sentence is better than one for each file."""
    folder = next(_upwards(os.path.realpath(target)))
    if not os.path.isdir(folder):
        raise RefusedError(f"{folder} is no folder, so nothing can be put into {target}; choose another --to")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RefusedError(
            f"nothing may be written to {folder} (permission denied, or a disk that is mounted read-only); nothing was "
            "changed. Choose another --to, or change its rights"
        )


def _remedy(target: str, reader: Reader) -> str:
    # FAT, exFAT and their like keep no rights: what they show is said when they are mounted, and chmod does nothing.
    if reader.volume(Ref(LOCAL, os.path.join(target, "photo"))).portable:
        return (
            "disks of its kind keep no rights of their own, so nothing can be taken away: if nobody else uses this "
            "computer, or you trust them, say so with --trust-target; or mount the disk with umask=022"
        )
    return "take that right away (chmod o-w), or say --trust-target"


def _upwards(path: str) -> Iterator[str]:
    while True:
        if os.path.lexists(path):
            yield path
        outer = os.path.dirname(path)
        if outer == path:
            return
        path = outer


def _identity(path: str) -> tuple[int, int]:
    seen = os.stat(path)
    return seen.st_dev, seen.st_ino
