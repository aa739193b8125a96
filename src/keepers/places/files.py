"""The one module that makes, renames, links and removes files and folders on a disk.

The last part of a path is never followed when it is a symlink. Paths are text with surrogateescape.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import stat
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from blake3 import blake3

from keepers.model import ContentId
from keepers.read.disk import Status, at, opened_folder, opened_name, parted, status

__all__ = [
    "OURS", "TRASH", "Draft", "Status", "begun", "clone_of", "content", "draft_of", "draft_with", "erase",
    "erase_if", "exchange", "expect", "identity", "link", "make_folder", "missing_folders", "opened",
    "opened_folder", "parted", "place", "remove_folder", "respell", "revision", "set_folder_time",
    "status", "sync_folder", "volume",
]  # fmt: skip

#: The quarantine of a volume, and how all our temporaries begin.
TRASH: Final = ".keepers-trash"
OURS: Final = ".keepers-"
_CHUNK: Final = 1 << 20
#: Fits into the cache of a core beside what hashing needs.
_ROOM: Final = 1 << 18
_NOREPLACE, _EXCHANGE = 1, 2
_FICLONE: Final = 0x40049409
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: Answers of a file system that does not know a way of placing a file.
_UNKNOWN: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EMLINK})


def revision(seen: Status) -> str:
    """What changes when a file changes; the same as `Found.revision`."""
    return f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ino}"


def identity(seen: Status) -> tuple[int, int]:
    """What two names of one file have in common: device and inode."""
    return seen.st_dev, seen.st_ino


@contextlib.contextmanager
def opened(path: str) -> Generator[int]:
    """Open a regular file for reading; OSError for anything else, symlinks too."""
    handle = opened_name(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no regular file", path)
        yield handle
    finally:
        os.close(handle)


def content(path: str, *, from_disk: bool = False) -> ContentId:
    """Hash the bytes of a regular file, with `from_disk` past what the system has cached of it."""
    with opened(path) as handle:
        if from_disk:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        return _hashed(_views(handle))


def expect(path: str) -> None:
    """Let the system begin to read a file that is about to be copied."""
    with contextlib.suppress(OSError), opened(path) as handle:
        os.posix_fadvise(handle, 0, _CHUNK, os.POSIX_FADV_WILLNEED)


def begun(path: str, most: int, room: bytearray) -> tuple[ContentId, bytes, str]:
    """Hash the bytes of a regular file; its first bytes come along, and its revision after all were read.

    `room` is what it is read into, for one file after the other.
    """
    with opened(path) as handle:
        start = os.pread(handle, most, 0)
        return _hashed(_views(handle, room)), start, revision(os.fstat(handle))


def _views(handle: int, room: bytearray | None = None) -> Iterator[memoryview]:
    """The bytes of a file, each view only until the next: fresh memory for each would cost a third of hashing."""
    room = room or bytearray(min(os.fstat(handle).st_size, _ROOM) or 1)
    whole = memoryview(room)
    while got := os.readv(handle, [room]):
        yield whole[:got]


def _hashed(chunks: Iterable[bytes | memoryview]) -> ContentId:
    digest = blake3()
    for chunk in chunks:
        digest.update(chunk)
    return ContentId("b3:" + digest.hexdigest())


@dataclass(slots=True)
class Draft:
    """A temporary file of ours, still open, and what its bytes ought to be.

    `origin` is how the file looked that it was copied from.
    """

    path: str
    handle: int
    content: ContentId
    origin: Status | None = None
    note: str = ""
    _own: Status | None = None

    def __post_init__(self) -> None:
        self._own = os.fstat(self.handle)

    def drop(self) -> None:
        """Remove the temporary; another file that has come to bear its name stays."""
        self.close()
        erase_if(self.path, self._own)

    def sync(self) -> None:
        """Bring bytes, times and mode to the disk, and let it begin to give them back."""
        os.fsync(self.handle)
        os.posix_fadvise(self.handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(self.handle, 0, _CHUNK, os.POSIX_FADV_WILLNEED)

    def is_true(self) -> bool:
        """Whether the disk gives back the bytes that were meant; they are synced by now."""
        os.lseek(self.handle, 0, os.SEEK_SET)
        return _hashed(_views(self.handle)) == self.content

    def close(self) -> None:
        """Close the file; the name stays."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


def _created(path: str) -> int:
    with at(path) as (folder, name):
        return os.open(name, _CREATE, 0o600, dir_fd=folder)


def draft_of(source: str, path: str) -> Draft:
    """Copy a file under a new name, with times, mode and, where they can be, extended attributes.

    It shares the blocks of the source where the file system can. Nothing is durable yet. `content` is what
    was read: a source that changes meanwhile shows in it.
    """
    with opened(source) as reading:
        before = os.fstat(reading)
        draft = Draft(path, _created(path), ContentId(""), before)
        try:
            draft.content = _filled(reading, draft.handle)
            draft.note = _dress(reading, draft.handle, before)
        except OSError:
            draft.drop()
            raise
    return draft


def clone_of(source: str, like: str, path: str) -> Draft:
    """Share the blocks of `source` under a new name, dressed as `like`; OSError where that cannot be."""
    draft = Draft(path, _created(path), ContentId(""))
    try:
        with opened(source) as reading:
            fcntl.ioctl(draft.handle, _FICLONE, reading)
        with opened(like) as model:
            draft.note = _dress(model, draft.handle, os.fstat(model))
    except OSError:
        draft.drop()
        raise
    return draft


def _filled(reading: int, writing: int) -> ContentId:
    try:
        fcntl.ioctl(writing, _FICLONE, reading)
    except OSError:
        content = _hashed(_written(_views(reading), writing))
        # The disk begins to write while others are copied; the sync that is to come finds less to do.
        os.posix_fadvise(writing, 0, 0, os.POSIX_FADV_DONTNEED)
        return content
    return _hashed(_views(reading))


def _written(chunks: Iterable[bytes | memoryview], handle: int) -> Iterator[bytes | memoryview]:
    for chunk in chunks:
        _write(handle, chunk)
        yield chunk


def _write(handle: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _dress(reading: int, writing: int, seen: Status) -> str:
    lost = False
    try:
        names = os.listxattr(reading)
    except OSError:
        names = []
    for name in names:
        try:
            os.setxattr(writing, name, os.getxattr(reading, name))
        except OSError:
            lost = True
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.fchown(writing, seen.st_uid, seen.st_gid)
    try:
        os.fchmod(writing, stat.S_IMODE(seen.st_mode))
    except OSError:
        lost = True
    os.utime(writing, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return "not all attributes could be kept" if lost else ""


def draft_with(chunks: Iterable[bytes], path: str, *, mode: int = 0, modified_ns: int = 0) -> Draft:
    """Write bytes under a new name; mode and time where they are not 0. Nothing is durable yet."""
    draft = Draft(path, _created(path), ContentId(""))
    try:
        draft.content = _hashed(_written(chunks, draft.handle))
        os.fchmod(draft.handle, mode or 0o666 & ~_umask())
        if modified_ns:
            os.utime(draft.handle, ns=(modified_ns, modified_ns))
    except OSError:
        draft.drop()
        raise
    return draft


@cache
def _umask() -> int:
    os.umask(mask := os.umask(0o022))
    return mask


@cache
def _renameat2() -> "ctypes._NamedFuncPointer | None":  # pyright: ignore[reportPrivateUsage]
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return None


def _renamed(source: str, target: str, flags: int) -> None:
    call = _renameat2()
    if call is None:
        raise OSError(errno.ENOSYS, "no renameat2", source)
    with at(source) as (from_folder, old), at(target) as (to_folder, new):
        if call(from_folder, os.fsencode(old), to_folder, os.fsencode(new), flags) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), source, None, target)


def place(source: str, target: str) -> None:
    """Rename to a name that is free, by the best way the file system knows.

    FileExistsError where it is taken. A crash may leave both names on one file, or an empty file of
    the target's name beside the source.
    """
    try:
        _renamed(source, target, _NOREPLACE)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _placed_by_link(source, target)


def _placed_by_link(source: str, target: str) -> None:
    try:
        link(source, target)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _placed_by_reservation(source, target)
    else:
        erase(source)


def _placed_by_reservation(source: str, target: str) -> None:
    """FAT knows no links: an empty file of our own holds the name until the rename takes it."""
    os.close(_created(target))
    try:
        with at(source) as (from_folder, old), at(target) as (to_folder, new):
            os.rename(old, new, src_dir_fd=from_folder, dst_dir_fd=to_folder)
    except OSError:
        erase(target)
        raise


def respell(source: str, target: str) -> None:
    """Give a name another spelling, which the file system takes for the same: no other file can have it."""
    with at(source) as (from_folder, old), at(target) as (to_folder, new):
        os.rename(old, new, src_dir_fd=from_folder, dst_dir_fd=to_folder)


def exchange(one: str, other: str) -> bool:
    """Swap two names in one step; False where the file system does not know how."""
    try:
        _renamed(one, other, _EXCHANGE)
    except OSError as error:
        if error.errno in _UNKNOWN:
            return False
        raise
    return True


def link(source: str, target: str) -> None:
    """Give a file a second name, which must be free."""
    with at(source) as (from_folder, old), at(target) as (to_folder, new):
        os.link(old, new, src_dir_fd=from_folder, dst_dir_fd=to_folder, follow_symlinks=False)


def erase(path: str) -> None:
    """Remove a name that is our own, or that has another; a name that is gone is no error."""
    with contextlib.suppress(FileNotFoundError), at(path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def erase_if(path: str, seen: Status | None) -> None:
    """Remove a name if it is of that file, which has another."""
    now = status(path)
    if now is not None and seen is not None and identity(now) == identity(seen):
        erase(path)


def missing_folders(path: str) -> list[str]:
    """The folders that have to be made so that this one is there, outermost first."""
    missing: list[str] = []
    while status(path) is None and path != "/":
        missing.append(path)
        path = parted(path)[0]
    return missing[::-1]


def make_folder(path: str) -> None:
    """Make a folder and those around it, durably."""
    for folder in missing_folders(path):
        outside, name = parted(folder)
        with opened_folder(outside) as outer:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=outer)
            os.fsync(outer)


def remove_folder(path: str) -> bool:
    """Remove a folder if it is empty; whether it is gone now."""
    try:
        outside, name = parted(path)
        with opened_folder(outside) as outer:
            os.rmdir(name, dir_fd=outer)
            os.fsync(outer)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.EACCES, errno.EPERM}:
            return False
        raise
    return True


def set_folder_time(path: str, modified_ns: int) -> None:
    """Set the modification time of a folder."""
    with opened_folder(path) as handle:
        os.utime(handle, ns=(os.fstat(handle).st_atime_ns, modified_ns))
        os.fsync(handle)


def set_time(path: str, modified_ns: int) -> None:
    """Set the modification time of a file of our own."""
    os.utime(path, ns=(modified_ns, modified_ns), follow_symlinks=False)


def sync_folder(path: str) -> None:
    """Bring the names in a folder to the disk; a folder that is gone needs none."""
    with contextlib.suppress(FileNotFoundError), opened_folder(path) as handle:
        os.fsync(handle)


def volume(path: str) -> tuple[int, int]:
    """Device, and bytes free to us, of the volume that this path is on or would be."""
    while (seen := status(path)) is None and path != "/":
        path = parted(path)[0]
    if seen is not None and not stat.S_ISDIR(seen.st_mode):
        path = parted(path)[0]
    with opened_folder(path) as handle:
        free = os.fstatvfs(handle)
        return os.fstat(handle).st_dev, free.f_bavail * free.f_frsize
