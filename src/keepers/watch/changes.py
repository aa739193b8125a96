"""Tells when something changes in folders, also when a drive comes or goes; network drives tell nothing."""

import os
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from watchfiles import Change, watch

#: Names of temporaries and quarantines of our own begin so.
_OURS: Final = ".keepers-"
_TICK_MS: Final = 500

Stream = Generator[set[tuple[Change, str]], None, None]
Presence = dict[str, tuple[int, int]]


class Changes(Protocol):
    """Says whether something changed."""

    def wait(self, seconds: float) -> bool:
        """Whether something has changed, at most after so many seconds; sooner when we are to stop."""
        ...


def presence(sources: Sequence[str]) -> Presence:
    """Which sources are there, and as what: another drive under the same name is another folder."""
    found: Presence = {}
    for path in sources:
        try:
            seen = os.stat(path)
        except OSError:
            continue
        found[path] = seen.st_dev, seen.st_ino
    return found


@dataclass(slots=True)
class Disk:
    """Asks the kernel; where it cannot tell, it says so once and only comings and goings are noticed."""

    sources: Sequence[str]
    stop: threading.Event
    say: Callable[[str], None]
    there: Presence = field(default_factory=Presence)
    stream: Stream | None = None
    waiting: bool = False

    def wait(self, seconds: float) -> bool:
        """Whether something has changed, at most after so many seconds."""
        end = time.monotonic() + seconds
        while not self.stop.is_set():
            if self._came() or self.waiting:
                self.waiting = False
                return True
            if self.stream is None:
                self.stop.wait(min(_TICK_MS / 1000, max(0.0, end - time.monotonic())))
            elif self._told():
                return True
            if time.monotonic() >= end:
                break
        return False

    def close(self) -> None:
        """Ask no longer."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def _came(self) -> bool:
        """Follow what is there; whether something is there that was not."""
        now = presence(self.sources)
        if now == self.there:
            return False
        new = any(self.there.get(path) != seen for path, seen in now.items())
        self.there = now
        self.restart()
        return new

    def restart(self) -> None:
        """Ask the kernel about what is there."""
        self.close()
        if self.there:
            self.stream = watch(
                *self.there,
                watch_filter=_is_theirs,
                stop_event=self.stop,
                rust_timeout=_TICK_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
            )
            # It begins to listen with the first question; what changes between two is kept for the next.
            self.waiting = self._told()

    def _told(self) -> bool:
        if self.stream is None:
            return False
        try:
            return bool(next(self.stream, ()))
        except (OSError, RuntimeError) as error:
            self.stream = None
            self.say(f"changes cannot be followed ({error}), so only the clock tells when to look")
            return False


def _is_theirs(change: Change, path: str) -> bool:  # noqa: ARG001 (whatever the change is)
    return f"/{_OURS}" not in path
