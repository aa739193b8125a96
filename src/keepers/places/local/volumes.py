"""What kind of file system a path is on: how it is told from others, and what names and times it keeps."""

import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from keepers.places import files

#: They take the names that Windows takes and no others; `fuseblk` is NTFS or exFAT by a program.
_WINDOWS: Final = frozenset(
    {"vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "cifs", "smb3", "smbfs", "fuse.exfat", "fuse.ntfs"}
)
#: Their numbers of files are made up while they are mounted.
_LOOSE: Final = frozenset({"vfat", "msdos", "exfat", "fuseblk", "cifs", "smb3", "smbfs", "nfs", "nfs4", "9p"})
_NETWORK: Final = frozenset({"cifs", "smb3", "smbfs", "nfs", "nfs4", "9p", "fuse.sshfs", "fuse.rclone"})
#: Their ids (statfs, `f_fsid`) are made from what is on the disk; those of others from the device's number.
_KEEPS_ID: Final = frozenset({"ext2", "ext3", "ext4", "btrfs", "f2fs", "zfs"})
_NO_NAME: Final = frozenset({errno.EILSEQ, errno.EINVAL})
_MOUNTS: Final = "/proc/self/mountinfo"
_BY_UUID: Final = "/dev/disk/by-uuid"
_BTRFS: Final = "/sys/fs/btrfs"
_OCTAL: Final = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table of mounts (proc(5))."""

    device: int
    point: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Nature:
    """What is known of the file system of a folder.

    `id` stays the same when it is mounted again elsewhere; empty where nothing of that kind is known. With
    `portable` it takes only names that Windows takes. With `loose` the numbers of its files are not kept.
    """

    id: str = ""
    portable: bool = False
    loose: bool = False


def mounts(table: str = _MOUNTS) -> tuple[Mount, ...]:
    """The mounts of this process, the latest last; none where the system does not tell."""
    found: list[Mount] = []
    try:
        with open(table, "rb") as lines:
            for line in lines:
                left, _, right = line.partition(b" - ")
                fields, after = left.split(b" "), right.split(b" ")
                major, minor = (int(part) for part in fields[2].split(b":"))
                point, source = (os.fsdecode(_plain(text)) for text in (fields[4], after[1]))
                found.append(Mount(os.makedev(major, minor), point, os.fsdecode(after[0]), source))
    except (OSError, ValueError, IndexError):
        return tuple(found)
    return tuple(found)


def _plain(text: bytes) -> bytes:
    return _OCTAL.sub(lambda octal: bytes([int(octal[1], 8)]), text)


@dataclass(slots=True)
class Natures:
    """Tells the nature of file systems, each asked once."""

    table: Callable[[], tuple[Mount, ...]] = mounts
    known: dict[int, Nature] = field(default_factory=dict[int, Nature])

    def of(self, path: str) -> Nature:
        """The nature of the file system that a path is on, or would be."""
        folder, device = _standing(path)
        if device not in self.known:
            self.known[device] = self._told(folder, device)
        return self.known[device]

    def _told(self, folder: str, device: int) -> Nature:
        mount = _mount(self.table(), folder, device)
        kind, source = ("", "") if mount is None else (mount.kind, mount.source)
        windows = kind in _WINDOWS or kind.startswith(("fuse.exfat", "fuse.ntfs")) or _refuses_bytes(folder)
        return Nature(_id(folder, device, kind, source), windows, kind in _LOOSE or kind.startswith("fuse"))


def _standing(path: str) -> tuple[str, int]:
    """The innermost folder around a path that is there, and its device."""
    while True:
        try:
            seen = os.stat(path)
        except OSError:
            seen = None
        if seen is not None and (os.path.isdir(path) or path == "/"):
            return path, seen.st_dev
        if path in {"", "/"}:
            return "/", 0
        path = files.parted(path)[0]


def _mount(table: tuple[Mount, ...], folder: str, device: int) -> Mount | None:
    """By device; parts of one Btrfs have devices of their own, so else by the longest mount point."""
    by_device = [mount for mount in table if mount.device == device]
    if by_device:
        return by_device[-1]
    real = os.path.realpath(folder)
    around = [m for m in table if (real + "/").startswith(m.point.rstrip("/") + "/")]
    return max(around, key=lambda mount: len(mount.point), default=None)


def _refuses_bytes(folder: str) -> bool:
    """Whether names must be text: asked with a name that no text has, which is looked for and never made."""
    try:
        os.lstat(os.fsencode(folder).rstrip(b"/") + b"/.keepers-\xff")
    except OSError as error:
        return error.errno in _NO_NAME
    return False


def _id(folder: str, device: int, kind: str, source: str) -> str:
    if kind in _NETWORK:
        return f"net:{kind}:{source}"
    if kind in {"", "tmpfs", "overlay", "ramfs"} or (kind == "btrfs" and _is_lent(source)):
        return ""
    if found := _uuid(device, source):
        return f"uuid:{found}"
    number = os.statvfs(folder).f_fsid if kind in _KEEPS_ID else 0
    return f"fsid:{number:x}" if number else ""


def _is_lent(source: str, shelf: str = _BTRFS) -> bool:
    """Whether a Btrfs got an id for this mount alone, since a copy of it is mounted, too (Linux 6.7)."""
    name = os.path.basename(os.path.realpath(source))
    try:
        ids = os.listdir(shelf)
    except OSError:
        return False
    for one in ids:
        if os.path.lexists(f"{shelf}/{one}/devices/{name}"):
            try:
                with open(f"{shelf}/{one}/temp_fsid", "rb") as told:
                    return told.read().strip() == b"1"
            except OSError:
                return False
    return False


def _uuid(device: int, source: str, shelf: str = _BY_UUID) -> str:
    """The id that a file system was made with, as the system's device folder tells it."""
    try:
        names = sorted(os.listdir(shelf))
    except OSError:
        return ""
    for name in names:
        try:
            if os.stat(f"{shelf}/{name}").st_rdev in {device, _rdev(source)} - {0}:
                return name
        except OSError:
            continue
    return ""


def _rdev(source: str) -> int:
    try:
        return os.stat(source).st_rdev if source.startswith("/dev/") else 0
    except OSError:
        return 0
