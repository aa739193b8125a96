"""What happens inside a worker process: it fences itself in, then runs one chunk after another."""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar, cast

from keepers.errors import UnreadableError
from keepers.ports import Failure

T = TypeVar("T")
R = TypeVar("R")
Together = Callable[[Sequence[R]], Sequence[R]] | None

#: A worker that ran out of memory leaves with this code: what it still holds would fail its next item too.
OUT_OF_MEMORY: Final = 77
#: One whose pipe failed leaves with this one: the file that it worked on is innocent.
PIPE_LOST: Final = 78
#: What mallopt(3) is told: one arena (glibc reserves 64 MiB of address space for that of every thread), and
#: to keep what was freed for the next picture, where new memory would be cleared by the kernel first.
_ARENA_MAX, _TRIM_THRESHOLD, _MMAP_THRESHOLD = -8, -1, -3
_ALLOCATION: Final = ((_ARENA_MAX, 1), (_TRIM_THRESHOLD, 32 << 20), (_MMAP_THRESHOLD, 4 << 20))


def fence(start: Sequence[str], memory: int, heavy: int) -> None:
    """Prepare this worker: `memory` bytes of headroom (`heavy` at most), no core file, death with the parent.

    RLIMIT_AS counts address space, and that of an idle worker is mostly reserved, not used: 12 MiB bare,
    96 with numpy (40 more for each OpenBLAS thread), 140 with Pillow, simplejpeg, pillow-heif and rawpy,
    188 with onnxruntime; of the last two 35 and 55 MiB are resident. So the limit is what the modules
    take, plus headroom. A module that is missing costs nothing here: the task that needs it will say so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Even code that never comes back to Python stops at once when the pool does.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        for option, value in _ALLOCATION:
            library.mallopt(option, value)
    for module in start:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    hush()
    # What the modules made lives as long as the worker: collections need not look at it again and again.
    gc.freeze()
    gc.set_threshold(50_000)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = _address_space()
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + max(memory, heavy)))


def serve(pipe: Connection, prepare: Callable[..., None], limits: tuple[tuple[str, ...], int, int]) -> None:
    """Be a worker: get ready and say so, then answer one message after another until the pipe ends."""
    prepare(*limits)
    try:
        pipe.send(None)
        while True:
            alone, task, together, items = pipe.recv()
            pipe.send((heavy if alone else chunk)(task, together, items))
    except (EOFError, ConnectionError):
        return
    except OSError:
        os._exit(PIPE_LOST)


def chunk(task: Callable[[T], R], together: Together[R], items: Sequence[T]) -> list[R | Failure]:
    """Run `task` on each item, then `together` on what it gave; only what ends the process ends the chunk."""
    results: list[R | Failure] = [_one(task, item) for item in items]
    if together is None:
        return results
    rows = [row for row, result in enumerate(results) if not isinstance(result, Failure)]
    given = cast("list[R]", [results[row] for row in rows])
    finished: Sequence[R | Failure] | Failure = _one(together, given)
    if isinstance(finished, Failure):
        # Whoever spoils it for all fails alone.
        alone = [_one(together, [result]) for result in given]
        finished = [one if isinstance(one, Failure) else one[0] for one in alone]
    for row, result in zip(rows, finished, strict=True):
        results[row] = result
    return results


def heavy(task: Callable[[T], R], together: Together[R], items: Sequence[T]) -> list[R | Failure]:
    """The same, with all the memory that this worker may ever take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        return chunk(task, together, items)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _one(task: Callable[[T], R], item: T) -> R | Failure:
    verdict = _Verdict()
    with verdict:
        return task(item)
    return verdict.failure


class _Verdict:
    """Turns whatever a decoder raises into the failure of one item."""

    failure = Failure("gave no result")

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Keep any error but those that are meant to end the process."""
        if isinstance(error, MemoryError):
            os._exit(OUT_OF_MEMORY)
        if isinstance(error, UnreadableError):
            self.failure = Failure(str(error))
        elif isinstance(error, OSError):
            words = error.strerror or str(error) or "cannot be read"
            self.failure = Failure(words.lower(), lasting=False)
        elif isinstance(error, ImportError):
            # Says nothing of the file; on Linux it is how a library that cannot be read from its disk shows.
            text = " ".join(str(error).split())
            self.failure = Failure(f"the decoder could not be loaded ({text[:160]})", lasting=False)
        elif error is not None:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            self.failure = Failure(f"the decoder failed ({text[:160]})")
        return isinstance(error, Exception)


def _address_space() -> int:
    """Bytes of address space of this process (proc(5), statm); 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def hush() -> None:
    """Send what C code writes to stderr nowhere: libtiff and LibRaw tell of each bad byte, we tell of each bad file."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


def die_with_parent() -> None:
    """Let the kernel send SIGIO, which kills, when the parent's end of its pipe closes (fcntl(2), O_ASYNC).

    PR_SET_PDEATHSIG would wait for the fork server, which itself waits for its workers; and a thread
    would wait for a decoder that holds the interpreter's lock.
    """
    parent = multiprocessing.parent_process()
    if parent is None or not hasattr(os, "O_ASYNC"):
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    pipe = parent.sentinel
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if not parent.is_alive():
        os._exit(0)
