"""One worker process and the pipe to it, seen from the parent."""

import contextlib
import multiprocessing
import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Generator, Sequence
from multiprocessing import forkserver, resource_tracker
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from keepers.errors import KeepersError
from keepers.work import inside

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

B = TypeVar("B")

#: A message up to this size fits into any pipe, so that nobody has to wait until it is read.
SMALL: Final = 32 << 10
CANNOT_START: Final = "the worker processes cannot be started; `keepers doctor` may say why"
#: How long a killed process may take to be gone.
_GONE_SECONDS: Final = 5
_QUIET: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: A socket's path has 107 bytes at most (unix(7)), of which multiprocessing takes 32 below this folder.
_LONGEST: Final = 70
_SHORT: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (mkdtemp makes a folder of our own there)
#: What every worker needs, imported once, in the fork server; "__main__" is the program itself.
_SHARED: Final = ("keepers.work.orphan", "__main__", inside.__name__)


class Worker(Generic[B]):
    """A process that works off its batches in order: the first is being worked on, the others wait."""

    def __init__(self, start: Sequence[str], memory: int, heavy_memory: int) -> None:
        # Never fork: after OpenCV or libvips threads have run, a forked worker hangs for good.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*_SHARED, *start])
        with quiet_start():
            forkserver.ensure_running()
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        limits = (tuple(start), memory, heavy_memory)
        self.process: ForkServerProcess = context.Process(
            target=inside.serve, args=(theirs, inside.fence, limits), daemon=True
        )
        try:
            self.process.start()
        except (EOFError, OSError) as error:
            raise KeepersError(CANNOT_START) from error
        finally:
            theirs.close()
        self.ready = False
        self.batches: deque[B] = deque()
        #: When the first batch was begun, or the process started: late rather than early.
        self.since = time.monotonic()
        self._held: bytes | memoryview = b""

    def give(self, batch: B, message: tuple[object, ...]) -> None:
        """Queue a batch and what tells the process about it; never waits for a busy process."""
        data = ForkingPickler.dumps(message)
        if self.ready and not self.batches:
            self.since = time.monotonic()
        elif len(data) > SMALL:
            # There is one such message at most: whoever holds one takes no more batches.
            self._held = data
        self.batches.append(batch)
        if not self._held:
            self._send(data)

    @property
    def room(self) -> bool:
        """Whether a batch may wait here while another is worked on."""
        return not self._held and len(self.batches) < 2

    def heard(self) -> tuple[B, list[object]] | None:
        """Wait for a message: a finished batch with its results, or None for readiness; EOFError when the process died."""
        try:
            answer = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        finished = self.batches.popleft() if self.ready else None
        self.ready = True
        self.since = time.monotonic()
        if self._held:
            held, self._held = self._held, b""
            self._send(held)
        return None if finished is None else (finished, answer)

    def kill(self) -> int:
        """End the process at once; its exit code (negative: the signal that it died of)."""
        with contextlib.suppress(OSError):
            self.process.kill()
        return self.ended()

    def ended(self) -> int:
        """The exit code of a process that is about to end."""
        self.process.join(_GONE_SECONDS)
        code = self.process.exitcode
        return -signal.SIGKILL if code is None else code

    def _send(self, data: bytes | memoryview) -> None:
        # A process that is gone shows soon enough: its pipe ends.
        with contextlib.suppress(OSError):
            self.pipe.send_bytes(data)


@contextlib.contextmanager
def quiet_start() -> Generator[None, None, None]:
    """Let the fork server and its workers inherit single-threaded libraries and deafness to Ctrl-C.

    The parent handles Ctrl-C. A blocked signal is safe even before a new process can say SIG_IGN.
    """
    before = {name: os.environ.get(name) for name in _QUIET}
    # Its start unblocks SIGINT at its end, so it must not happen within.
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ.update(_QUIET)
    usual = tempfile.tempdir
    tempfile.tempdir = short_folder(tempfile.gettempdir())
    try:
        yield
    finally:
        tempfile.tempdir = usual
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def short_folder(usual: str) -> str:
    """Where sockets can be made: the usual place of temporary files, unless its path is too long for one."""
    if len(os.fsencode(usual)) <= _LONGEST:
        return usual
    return next((path for path in _SHORT if os.access(path, os.W_OK | os.X_OK)), usual)
