"""The endless loop of a watch: run, wait until something changes and rests, run again."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keepers.watch.changes import Changes

#: A stream of changes that never rests is looked at after so many times the settling.
PATIENCE: Final = 30
#: Another run was changing things: it is tried again after so many seconds.
BUSY_SECONDS: Final = 30.0
USAGE, BUSY, INTERRUPTED = 2, 11, 130


class Why(StrEnum):
    """What a run is made for."""

    START = "the watch began"
    CHANGED = "something changed"
    TIME = "it was time"
    BUSY = "another run was in the way before"


@dataclass(frozen=True, slots=True)
class Watching:
    """What a watch works with; `run` does the work once and gives the exit code."""

    changes: Changes
    run: Callable[[Why], int]
    stopped: Callable[[], bool]
    now: Callable[[], float]
    every: float
    settle: float


def watching(work: Watching) -> int:
    """Run at once, then whenever something changed and when it is time, until stopped; the exit code.

    A run that fails ends nothing, except that the very first one shows that the command is none.
    """
    why: Why | None = Why.START
    while why is not None:
        code = work.run(why)
        if why is Why.START and code == USAGE:
            return code
        why = _next(work, busy=code == BUSY)
    return INTERRUPTED


def _next(work: Watching, *, busy: bool) -> Why | None:
    """Wait for a reason to run again; None when the watch is to end."""
    end = work.now() + (min(BUSY_SECONDS, work.every) if busy else work.every)
    while not work.stopped():
        left = end - work.now()
        if left <= 0:
            return Why.BUSY if busy else Why.TIME
        if work.changes.wait(left):
            return _rested(work)
    return None


def _rested(work: Watching) -> Why | None:
    """Wait until nothing has changed for a while, so that no half-written file is looked at."""
    latest = work.now() + work.settle * PATIENCE
    while not work.stopped():
        if work.now() >= latest or not work.changes.wait(work.settle):
            break
    return None if work.stopped() else Why.CHANGED
