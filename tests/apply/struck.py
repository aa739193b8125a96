"""Strikes a program from outside: a kill before one system call, or one call that fails."""

import os
import platform
import sys
from pathlib import Path
from typing import Final

CHANGES: Final = (
    "openat,write,pwrite64,copy_file_range,fsync,fdatasync,ftruncate,rename,renameat,renameat2,link,linkat,unlink,"
    "unlinkat,mkdir,mkdirat,rmdir,utimensat,fchmod,fchown,fsetxattr"
)
_KILLER: Final = Path(__file__).parents[1] / "proof" / "kill_at.py"
_STRACE: Final = ("strace", "-f", "-qq", "-y", "-s", "0", "-e", "signal=none")


def traced(log: Path) -> tuple[str, ...]:
    """What to put before a program, so that each call that changes a file system is told."""
    return *_STRACE, "--seccomp-bpf", "-o", str(log), "-e", f"trace={CHANGES}"


def killed(call: str, number: int) -> tuple[str, ...]:
    """What to put before a program, so that it is killed before its n-th call of a name, counted by thread.

    Our own killer stops it at that call alone, and takes a third of the time of strace; it knows the numbers of one
    kind of processor.
    """
    if platform.machine() == "x86_64":
        return sys.executable, str(_KILLER), call, str(number)
    return *_STRACE, "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"


def failing(call: str, fault: str, number: int) -> tuple[str, ...]:
    """What to put before a program, so that its n-th call of a name fails in that way."""
    inject = f"inject={call}:{fault}:when={number}"
    return *_STRACE, "--seccomp-bpf", "-o", os.devnull, "-e", f"trace={call}", "-e", inject
