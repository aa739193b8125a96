"""What the journal tells of runs and their steps."""

from dataclasses import dataclass
from enum import StrEnum

from keepers.actions import Action, Trace
from keepers.ports import Task


class RunState(StrEnum):
    """How far a run has come. A failed or stopped one can be finished, a planned one begun."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"
    UNDONE = "undone"


class StepState(StrEnum):
    """How far an action has come.

    DOING was written before the deed; PLACED when new files were in place and sources still there;
    BACKING before it is taken back because another action of its unit could not be done.
    """

    PLANNED = "planned"
    DOING = "doing"
    PLACED = "placed"
    BACKING = "backing"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `undoes` is the run that it takes back, `tag` begins the names of its temporaries."""

    id: int
    title: str
    key: str
    state: RunState
    started: str
    undoes: int | None
    tag: str


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a run and what the journal knows of it."""

    seq: int
    action: Action
    state: StepState
    at: str = ""
    why: str = ""
    kept: str = ""
    revision: str = ""
    remembered: bool = False
    modified_ns: int = 0
    mode: int = 0
    origin: int | None = None

    def task(self, tag: str) -> Task:
        """The step as a Writer is given it."""
        return Task(self.action, f"{tag}-{self.seq:x}", self.kept, self.remembered)

    def trace(self, data: bytes | None) -> Trace:
        """What taking it back needs to know; `data` are the bytes that a Write replaced."""
        return Trace(self.revision, self.kept, data, self.modified_ns, self.mode)
