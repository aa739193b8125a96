"""True file systems of a few megabytes, mounted from a file; a test that cannot have one is skipped."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

KINDS = {
    "ext4": (["mkfs.ext4", "-q", "-F"], 16),
    "xfs": (["mkfs.xfs", "-q", "-m", "reflink=1"], 320),
    "btrfs": (["mkfs.btrfs", "-q"], 120),
    "exfat": (["mkfs.exfat"], 16),
    "tmpfs": ([], 16),
}


@contextlib.contextmanager
def mounted(kind: str, folder: Path) -> Iterator[Path]:
    """A fresh file system of a kind, as a folder."""
    make, megabytes = KINDS[kind]
    needed = [*make[:1], "losetup", *(["mount.exfat-fuse"] if kind == "exfat" else [])]
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"needs {', '.join(missing)}")
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    point = folder / f"a {kind}"
    point.mkdir(parents=True)
    image = folder / f"{kind}.img"
    loop = ""
    if kind == "tmpfs":
        _asked("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(point))
    else:
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        _asked(*make, str(image))
        loop = _asked("losetup", "-f", "--show", str(image))
        words = ["mount.exfat-fuse"] if kind == "exfat" else ["mount", "-t", kind]
        try:
            _asked(*words, loop, str(point))
        except BaseException:
            _asked("losetup", "-d", loop)
            raise
    try:
        yield point
    finally:
        _asked("umount", str(point))
        if loop:
            # Without udev the loop of a FUSE mount outlives it.
            subprocess.run(["losetup", "-d", loop], check=False, capture_output=True)


def _asked(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{words[0]} does not work here: {done.stderr.strip()}")
    return done.stdout.strip()
