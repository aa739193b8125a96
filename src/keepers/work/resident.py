"""One process that works for all workers at once, over a socket that only this user can reach."""

import contextlib
import multiprocessing
import os
import resource
import signal
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from keepers.errors import KeepersError
from keepers.work.inside import die_with_parent, hush
from keepers.work.worker import CANNOT_START, quiet_start, short_folder

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

G = TypeVar("G")

#: What serves: it is given what it was ordered and how to say that it is ready (empty text), or why not.
Serving = Callable[[tuple[G, Callable[[str], None]]], None]
_GONE_SECONDS: Final = 5


class Resident(Generic[G]):
    """A process that serves until it is closed, or the program ends however it ends.

    It may take all the address space that a driver asks for, and reads nothing but what our own workers
    send. It is started afresh, not forked: drivers do not live through a fork.
    """

    def __init__(self, serve: Serving[G], order: Callable[[str], G]) -> None:
        """Start it; `order` makes what it is given from the address of its socket."""
        context = multiprocessing.get_context("spawn")
        self._folder = tempfile.TemporaryDirectory(
            prefix="keepers-", dir=short_folder(tempfile.gettempdir()), ignore_cleanup_errors=True
        )
        self.address: Final = os.path.join(self._folder.name, "line")
        self._pipe: Connection
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_live, args=(theirs, serve, order(self.address)), daemon=True
        )
        try:
            with quiet_start():
                self._process.start()
        except OSError as error:
            self._folder.cleanup()
            raise KeepersError(CANNOT_START) from error
        finally:
            theirs.close()

    def trouble(self, seconds: float) -> str:
        """Wait until it is ready: empty, or the reason why it will not be."""
        try:
            if not self._pipe.poll(seconds):
                return f"it did not start within {seconds:g} s"
            return str(self._pipe.recv())
        except (EOFError, OSError):
            self._process.join(_GONE_SECONDS)
            return self.end

    @property
    def end(self) -> str:
        """How it ended, in words; empty while it lives."""
        code = self._process.exitcode
        if code is None:
            return ""
        return f"it was ended by signal {-code}" if code < 0 else f"it ended with exit code {code}"

    @property
    def process(self) -> int:
        """The id of the process."""
        return self._process.pid or 0

    def __enter__(self) -> "Resident[G]":
        """Use it for a while."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the process and clear away its socket; safe to call twice."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.join(_GONE_SECONDS)
        self._pipe.close()
        self._folder.cleanup()


def _live(pipe: Connection, serve: Serving[G], order: G) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    hush()
    # Nor may what a driver's library says to stdout come between our lines of JSON.
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve((order, pipe.send))
