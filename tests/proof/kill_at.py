"""Runs a program and kills it before its k-th call of one kind: `kill_at.py SYSCALL K PROGRAM ARGUMENT…`.

Calls are counted by thread, as strace counts its `when=`. Only that kind of call stops the program (seccomp(2),
SECCOMP_RET_TRACE), so that it takes a third of the time. strace itself cannot do this: with --seccomp-bpf
it lets a call pass that it was to answer with a signal.
"""

import ctypes
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence

#: Of x86-64 (asm/unistd_64.h): every call that changes a file system.
NUMBERS = {
    "write": 1, "open": 2, "ioctl": 16, "pwrite64": 18, "writev": 20, "msync": 26, "sendfile": 40, "fsync": 74,
    "fdatasync": 75, "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86,
    "unlink": 87, "symlink": 88, "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "setxattr": 188, "fsetxattr": 190,
    "removexattr": 197, "openat": 257, "mkdirat": 258, "fchownat": 260, "unlinkat": 263, "renameat": 264, "linkat": 265,
    "symlinkat": 266, "fchmodat": 268, "splice": 275, "sync_file_range": 277, "utimensat": 280, "fallocate": 285,
    "pwritev": 296, "syncfs": 306, "renameat2": 316, "copy_file_range": 326, "pwritev2": 328,
}  # fmt: skip

#: linux/ptrace.h, linux/prctl.h, linux/seccomp.h, linux/filter.h.
TRACEME, CONT, SETOPTIONS = 0, 7, 0x4200
FOLLOWED = (
    0x02 | 0x04 | 0x08 | 0x10 | 0x80 | 0x100000
)  # fork, vfork, clone, exec, seccomp, and kill all at our end
SECCOMP_STOP, ALL = 7, 0x40000000
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
TRACE, ALLOW = 0x7FF00000, 0x7FFF0000

#: Seconds for what the program has started to end, too.
PATIENCE = 0.5

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


class Instruction(ctypes.Structure):
    """One of a filter (struct sock_filter)."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """A filter (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(Instruction)))


def main(words: Sequence[str]) -> int:
    """Run, kill, and end as the program did."""
    name, number, *program = words
    child = os.fork()
    if child == 0:
        _asked(LIBC.ptrace(TRACEME, 0, None, None))
        os.kill(os.getpid(), signal.SIGSTOP)
        _stop_at(NUMBERS[name])
        os.execvp(program[0], program)  # noqa: S606
    os.waitpid(child, 0)
    _asked(LIBC.ptrace(SETOPTIONS, child, None, FOLLOWED))
    _asked(LIBC.ptrace(CONT, child, None, None))
    status = _followed(child, int(number))
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


def _stop_at(call: int) -> None:
    load, equal, answer = 0x20, 0x15, 0x06
    lines = ((load, 0, 0, 0), (equal, 0, 1, call), (answer, 0, 0, TRACE), (answer, 0, 0, ALLOW))
    made = (Instruction * len(lines))(*(Instruction(*line) for line in lines))
    _asked(LIBC.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _asked(LIBC.prctl(SET_SECCOMP, FILTER, ctypes.byref(Program(len(lines), made))))


def _followed(child: int, wanted: int) -> int:
    """Let all processes run until the first has ended, and the others soon after; how the first one did."""
    calls: Counter[int] = Counter()
    known = {child}
    ended, until = None, 0.0
    while ended is None or time.monotonic() < until:
        try:
            one, status = os.waitpid(-1, ALL | (0 if ended is None else os.WNOHANG))
        except ChildProcessError:
            break
        if not one:
            time.sleep(0.005)
            continue
        if not os.WIFSTOPPED(status):
            if one == child:
                # Another program that it has started (ExifTool) may outlive it; our end is that one's, too.
                ended, until = status, time.monotonic() + PATIENCE
            continue
        event, passed = status >> 16, 0
        if event == SECCOMP_STOP:
            calls[one] += 1
            if calls[one] == wanted:
                os.kill(one, signal.SIGKILL)
                continue
        elif not event and (os.WSTOPSIG(status) != signal.SIGSTOP or one in known):
            passed = os.WSTOPSIG(status)
        known.add(one)
        # It may have ended meanwhile, with all the others.
        LIBC.ptrace(CONT, one, None, passed)
    return ended or 0


def _asked(answer: int) -> None:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
