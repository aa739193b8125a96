"""Reads files within ZIP archives where they lie: `/a/takeout.zip!/b/c.jpg` names one; nothing is unpacked to disk.

The structures are those of PKWARE's APPNOTE 6.3.10. An archive is hostile text and hostile numbers: what
it says of a member is believed only as far as it cannot harm, and a member with a fault is told with its reason.
"""

import contextlib
import errno
import io
import os
import re
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from blake3 import blake3

from keepers.errors import UnreadableError
from keepers.model import split_archive
from keepers.read import zip_directory
from keepers.read.member import DamagedMemberError, Inflated, Stored
from keepers.read.zip_directory import Entry

#: What an open file is, on disk or in an archive.
File: TypeAlias = "io.BufferedReader[Any] | io.FileIO"

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HEADER: Final = 30
_STORED: Final = 0
#: Google numbers parts `takeout-20231021T071231Z-001.zip` or `…Z-1-001.zip`.
_PART: Final = re.compile(r"(takeout-\d{8}T\d{6}Z)(?:-\d{1,4})+(\.zip!)|-\d{3}(\.zip!)", re.IGNORECASE)
_UNPACKED: Final = re.compile(r"(/takeout-\d{8}T\d{6}Z)(?:-\d{1,4})+(?=/|$)")
#: Inodes of members are hashes with this bit, which file systems reach after 4 * 10^18 files.
_MEMBER_BIT: Final = 1 << 62


class Status(NamedTuple):
    """What `lstat` tells of a regular file, and the same of a member: its inode is made from what it is."""

    size: int
    mtime_ns: int
    inode: int
    device: int

    @property
    def revision(self) -> str:
        """What changes when the file changes; the same as `Found.revision`."""
        return f"{self.size}:{self.mtime_ns}:{self.inode}"


class Opened(NamedTuple):
    """A file that is open for reading, and what it is; `file` can be sought in."""

    file: File
    status: Status


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its name in it, what it is, and why it cannot be read (empty: it can)."""

    name: str
    status: Status
    fault: str


def located(path: str) -> tuple[str, str] | None:
    """The archive and the name in it, where a path names something within a ZIP; None for all else.

    A real folder whose name ends in `.zip!` is a folder.
    """
    parts = split_archive(path)
    return None if parts is None or os.path.lexists(path) else parts


def shared_folder(path: str) -> str:
    """The folder of a file; the same for all parts of an archive: `takeout-1-001.zip!/a` is `takeout-1.zip!/a`.

    So it is for parts that were unpacked each into a folder of the archive's name.
    """
    folder = os.path.dirname(path)
    if split_archive(folder) is not None:
        return _PART.sub(_unnumbered, folder, count=1)
    return _UNPACKED.sub(r"\1", folder, count=1) if "/takeout-" in folder else folder


def _unnumbered(match: re.Match[str]) -> str:
    return f"{match[1] or ''}{match[2] or match[3]}"


def members(archive: str) -> Iterator[Member]:
    """Every file of an archive in name order; UnreadableError where it is no ZIP that can be read."""
    with _file(archive) as (_, seen):
        directory = _directory(archive, seen)
    for name, entry in sorted(directory.items()):
        yield Member(name, _status(entry, name, seen), entry.fault)


def status(path: str) -> Status | None:
    """What a path is, on disk or in an archive; None where there is no regular file."""
    held = located(path)
    try:
        if held is None:
            seen = os.lstat(path)
            return _plain(seen) if stat.S_ISREG(seen.st_mode) else None
        with _file(held[0]) as (_, seen):
            entry = _directory(held[0], seen).get(held[1])
    except (FileNotFoundError, NotADirectoryError, UnreadableError):
        return None
    return None if entry is None or entry.fault else _status(entry, held[1], seen)


@contextlib.contextmanager
def opened(path: str, *, buffered: bool = True) -> Generator[Opened]:
    """Open a file on disk, or a member of an archive, for reading; symlinks are not followed.

    OSError where it is not there; UnreadableError where its archive, or what that says of it, is damaged.
    A member whose bytes are damaged shows when they are read: DamagedMemberError.
    """
    held = located(path)
    if held is None:
        file, seen = _begun(path, buffered=buffered)
        with file:
            yield Opened(file, _plain(seen))
        return
    archive, name = held
    with _file(archive) as (file, seen):
        entry = _directory(archive, seen).get(name)
        if entry is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if entry.fault:
            raise UnreadableError(entry.fault)
        with io.BufferedReader(_stream(file, entry), 1 << 16) as stream:
            yield Opened(stream, _status(entry, name, seen))


def _stream(file: File, entry: Entry) -> Inflated | Stored:
    file.seek(entry.offset)
    header = file.read(_HEADER)
    if len(header) < _HEADER or header[:4] != b"PK\3\4":
        raise DamagedMemberError("its place in the archive is damaged")
    start = entry.offset + _HEADER + int.from_bytes(header[26:28], "little")
    start += int.from_bytes(header[28:30], "little")
    if entry.method == _STORED:
        return Stored(file, start, entry.size, entry.crc)
    return Inflated(file, (start, entry.packed), entry.size, entry.crc)


@contextlib.contextmanager
def _file(path: str) -> Generator[tuple[File, os.stat_result]]:
    file, seen = _begun(path, buffered=True)
    with file:
        yield file, seen


def _begun(path: str, *, buffered: bool) -> tuple[File, os.stat_result]:
    """A regular file that is open, for its caller to close; OSError where it is none."""
    raw = io.FileIO(os.open(path, _READ))
    seen = os.fstat(raw.fileno())
    if not stat.S_ISREG(seen.st_mode):
        raw.close()
        raise OSError("became something other than a file")
    return io.BufferedReader(raw) if buffered else raw, seen


@lru_cache(maxsize=4)
def _cached(path: str, _revision: tuple[int, int, int]) -> dict[str, Entry]:
    with _file(path) as (file, seen):
        return zip_directory.entries(file, seen.st_size)


def _directory(path: str, seen: os.stat_result) -> dict[str, Entry]:
    """The entries of an archive; a Takeout has 5,000 of them, which are parsed once a process."""
    return _cached(path, (seen.st_size, seen.st_mtime_ns, seen.st_ino))


def _plain(seen: os.stat_result) -> Status:
    return Status(seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_dev)


def _status(entry: Entry, name: str, seen: os.stat_result) -> Status:
    """The inode stands for the archive, the name, the place and the CRC: bytes that change, change it.

    The archive's own time is left out, so that one that was only touched is not read again.
    """
    told = f"{seen.st_ino}\0{entry.crc}\0{entry.offset}\0{name}".encode("utf-8", "surrogateescape")
    number = int.from_bytes(blake3(told).digest(length=8), "little")
    return Status(entry.size, entry.modified_ns, number % _MEMBER_BIT | _MEMBER_BIT, seen.st_dev)
