"""Lists folders: every entry once, nothing followed, nothing opened."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keepers.model import LOCAL, Fate, Found, Problem, Ref
from keepers.places import files
from keepers.places.local.members import Members, is_archive
from keepers.read import archive

_LONGEST = 4095
_KINDS = {
    stat.S_IFLNK: "a symbolic link, which is never followed",
    stat.S_IFIFO: "a named pipe, no file",
    stat.S_IFSOCK: "a socket, no file",
    stat.S_IFCHR: "a device, no file",
    stat.S_IFBLK: "a device, no file",
}


@dataclass(slots=True)
class Listing:
    """One walk below some roots; `junk` says why an entry is passed over by its name alone.

    Folders are told by (device, inode): one that is reached twice is listed once. Archives at or below the
    folders that it `opens` are listed like folders. A root among `libraries` has the entries that its own
    catalog tells.
    """

    junk: Callable[[str, bool], str | None]
    opens: frozenset[str] = frozenset()
    libraries: Mapping[str, Sequence[Found | Problem]] = field(
        default_factory=dict[str, Sequence[Found | Problem]]
    )
    seen: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def below(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield what is below the roots; files and folders in the order of their names."""
        for root in roots:
            if root in self.libraries:
                yield from self.libraries[root]
                continue
            held = archive.located(root)
            if held is not None:
                yield from Members(self.junk).below(*held)
                continue
            try:
                status = files.status(root)
            except OSError as error:
                yield _unknown(root, error)
                continue
            if status is None:
                yield Problem(Ref(LOCAL, root), Fate.UNREADABLE, "it is not there", lasting=False)
            elif stat.S_ISDIR(status.st_mode) or os.path.isdir(root):
                yield from self._tree(root)
            else:
                yield _entry(root, status)

    def _tree(self, root: str) -> Iterator[Found | Problem]:
        todo = [root]
        while todo:
            path = todo.pop()
            within: list[str] = []
            yield from self._folder(path, within)
            todo.extend(reversed(within))

    def _folder(self, path: str, within: list[str]) -> Iterator[Found | Problem]:
        problem: Problem | None = None
        entries: list[os.DirEntry[str]] = []
        base = path.rstrip("/") + "/"
        try:
            with files.opened_folder(path) as handle:
                if not self._is_new(handle):
                    yield Problem(
                        Ref(LOCAL, path), Fate.IGNORED, "the same folder is listed under another name"
                    )
                    return
                with os.scandir(handle) as scan:
                    try:
                        entries.extend(scan)
                    except OSError as error:
                        problem = _unknown(path, error)
                entries.sort(key=_name)
                for entry in entries:
                    found = self._look(base, entry)
                    if isinstance(found, str):
                        within.append(found)
                    elif isinstance(found, Found) and self._is_opened(base, entry.name):
                        yield from Members(self.junk).below(base + entry.name)
                    elif found is not None:
                        yield found
        except OSError as error:
            problem = _unknown(path, error)
        if problem is not None:
            yield problem

    def _is_opened(self, base: str, name: str) -> bool:
        return is_archive(name) and any(
            base.startswith(path.rstrip("/") + "/") or path == f"{base}{name}!" for path in self.opens
        )

    def _is_new(self, handle: int) -> bool:
        status = os.fstat(handle)
        identity = status.st_dev, status.st_ino
        if identity in self.seen:
            return False
        self.seen.add(identity)
        return True

    def _look(self, base: str, entry: os.DirEntry[str]) -> Found | Problem | str | None:
        """The entry; its path where it is a folder to list; None where it has just gone."""
        path = base + entry.name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if reason := self.junk(entry.name, is_folder):
                return Problem(Ref(LOCAL, path), Fate.IGNORED, reason)
            return path if is_folder else _entry(path, entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            return None
        except OSError as error:
            return _unknown(path, error)


def _name(entry: os.DirEntry[str]) -> bytes:
    return os.fsencode(entry.name)


def _entry(path: str, status: os.stat_result) -> Found | Problem:
    ref = Ref(LOCAL, path)
    if not stat.S_ISREG(status.st_mode):
        return Problem(ref, Fate.IGNORED, _KINDS.get(stat.S_IFMT(status.st_mode), "no regular file"))
    if len(path) > _LONGEST // 4 and len(os.fsencode(path)) > _LONGEST:
        return Problem(ref, Fate.UNREADABLE, f"its path is longer than {_LONGEST} bytes")
    return Found(ref, status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev, status.st_nlink)


def _unknown(path: str, error: OSError) -> Problem:
    words = (
        "its path is too long"
        if error.errno == errno.ENAMETOOLONG
        else (error.strerror or str(error)).lower()
    )
    return Problem(Ref(LOCAL, path), Fate.UNREADABLE, f"cannot be listed: {words}", lasting=False)
