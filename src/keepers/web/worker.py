"""The process that does one job of the page: told what by a line on stdin, tells how it goes by lines on stdout.

When its stdin ends or says so, it stops as it would after Ctrl-C: the photo under way is finished.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from keepers.config import Settings
from keepers.errors import KeepersError
from keepers.reasons import Reason, packed
from keepers.web import deeds
from keepers.web.deeds import Done
from keepers.web.problems import words_of
from keepers.wiring import Session

#: More often nobody can read it.
_EVERY: Final = 0.2
STOPPED: Final = 130
#: Somebody may look at groups meanwhile, and waits for their pictures; alone, the job is as fast as ever.
_NICE: Final = 10


@dataclass(slots=True)
class Lines:
    """Progress as lines of JSON."""

    out: TextIO
    stage_name: str = ""
    total: int = 0
    total_bytes: int = 0
    items: int = 0
    size: int = 0
    began: float = 0.0
    told: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, **words: object) -> None:
        """Write one line."""
        with self.lock:
            self.out.write(json.dumps(words) + "\n")
            self.out.flush()

    def stage(self, name: str, items: int, size: int) -> None:
        """Begin a stage."""
        self.stage_name, self.total, self.total_bytes, self.items, self.size = name, items, size, 0, 0
        self.began = time.monotonic()
        self._show()

    def step(self, items: int, size: int) -> None:
        """Add what is done; it is told when it is time."""
        self.items += items
        self.size += size
        if time.monotonic() - self.told >= _EVERY:
            self._show()

    def done(self) -> None:
        """End the stage."""
        self._show()

    def say(self, message: str) -> None:
        """Tell one sentence."""
        self.tell(say=packed(message))

    def _show(self) -> None:
        self.told = time.monotonic()
        self.tell(
            stage=self.stage_name,
            done=self.items,
            total=self.total,
            bytes=self.size,
            total_bytes=self.total_bytes,
            seconds=round(self.told - self.began, 3),
        )


@dataclass(slots=True)
class Wish:
    """Whether somebody wants the job to stop; what cannot ask is interrupted."""

    heard: bool = False
    asking: bool = False

    def hear(self, *_: object) -> None:
        """Stop after the present photo, or at once where nobody asks."""
        if self.heard or not self.asking:
            raise KeyboardInterrupt
        self.heard = True

    @contextlib.contextmanager
    def asked(self) -> Generator[Callable[[], bool]]:
        """While this lasts, the work asks by itself."""
        self.asking = True
        try:
            yield lambda: self.heard
        finally:
            self.asking = False


def main() -> int:
    """Do one job."""
    os.nice(_NICE)
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    lines = Lines(sys.stdout)
    wish = Wish()
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, wish.hear)
        threading.Thread(target=_listen, daemon=True).start()
        session = Session(Settings(**order["settings"]), os.environ, lines)
        _tell(lines, deeds.do(session, order["job"], wish))
    except KeyboardInterrupt:
        lines.tell(end="stopped", result=packed(Reason("stopped-kept")))
        return STOPPED
    except KeepersError as error:
        lines.tell(end="failed", error=packed(words_of(error)))
        return error.exit_code
    return 0


def _tell(lines: Lines, done: Done) -> None:
    lines.tell(end=done.state, result=packed(done.result), error=packed(done.error), run=done.run)


def _listen() -> None:
    """Wait for the end of stdin, or a line on it."""
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
