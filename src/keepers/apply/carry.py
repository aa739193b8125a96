"""Carries the steps of one run out: settles what a crash left, then wave by wave, whole units only."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepers.actions import Action, Trace, Write, inverse
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState, Step, StepState
from keepers.apply.rows import payloads
from keepers.apply.waves import SERVER_ACTIONS, Budget, same_unit, waves, weight
from keepers.errors import RefusedError
from keepers.model import LOCAL, Ref
from keepers.plan.world import around, changes
from keepers.ports import Bulk, End, Folder, Outcome, Progress, Task, Writer

_STATE: Final = {
    End.DONE: StepState.DONE,
    End.OPEN: StepState.PLANNED,
    End.CHANGED: StepState.SKIPPED,
    End.FAILED: StepState.FAILED,
}
_STUCK: Final = "the rest of its unit could not be done, and it could not be taken back"
_UNSETTLED: Final = frozenset({StepState.DOING, StepState.PLACED, StepState.FAILED})
#: A step that could not be taken back stays BACKING: whoever settles the run next, tries again.
_MISSED: Final = frozenset({StepState.SKIPPED, StepState.FAILED, StepState.BACKING})
_UNHEALED: Final = frozenset({StepState.FAILED, StepState.BACKING})


@dataclass(slots=True)
class Carrier:
    """One run under way."""

    run: Run
    journal: Journal
    writer: Writer
    progress: Progress
    stop: Callable[[], bool]
    steps: dict[int, Step] = field(default_factory=dict[int, Step])
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        self.steps = {step.seq: step for step in self.journal.steps(self.run.id)}
        if isinstance(self.writer, Bulk):
            self.budget = Budget(actions=SERVER_ACTIONS)

    def settle(self) -> None:
        """Bring every step to an end that a crash, or a fault, had left between two.

        RefusedError where another drive lies now where the run was at work, or none.
        """
        self._refuse_swapped()
        for step in list(self.steps.values()):
            if step.state is StepState.BACKING:
                self._take_back([step])
        open_steps = [step for step in self.steps.values() if step.state in _UNSETTLED]
        outcomes = self._settled([self._task(step) for step in open_steps])
        ended = [_ended(step, outcome) for step, outcome in zip(open_steps, outcomes, strict=True)]
        # The times of the folders are those that the crash left: nobody else can be told from us.
        touched = [outer.ref for outer, _ in self.journal.folders(self.run.id)]
        self._record(ended, touched)
        self._record(self._overtaken(ended))

    def _overtaken(self, ended: Sequence[Step]) -> list[Step]:
        """Those that failed after they had written, as done: a later step has found what they wrote, and written over it."""
        found: list[Step] = []
        # The last step that found these bytes under this name.
        finders = {
            (step.action.target, step.action.replaces): step.seq
            for step in self.steps.values()
            if step.state is StepState.DONE and isinstance(step.action, Write)
        }
        for step in reversed(ended):
            action = step.action
            if step.state is not StepState.PLANNED or not isinstance(action, Write):
                continue
            if finders.get((action.target, action.content), -1) > step.seq:
                found.append(replace(step, state=StepState.DONE, why=""))
                finders.setdefault((action.target, action.replaces), step.seq)
        return found

    def _settled(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        if isinstance(self.writer, Bulk):
            return self.writer.settle_all(tasks)
        return [self.writer.settle(task) for task in tasks]

    def _refuse_swapped(self) -> None:
        for known, _ in self.journal.folders(self.run.id):
            if not (known.there and known.volume):
                continue
            places = (self.writer.folder(ref) for ref in (known.ref, *around(known.ref)))
            now = next((place for place in places if place is not None), None)
            if now is not None and now.volume and now.volume != known.volume:
                what, where = (
                    ("drive", known.ref.key) if known.ref.place == LOCAL else ("account", known.ref.place)
                )
                message = (
                    f"{where} was on another {what} when run {self.run.id} was at work there; connect that {what} "
                    "and try again. Nothing was changed"
                )
                raise RefusedError(message)

    def reopen(self) -> None:
        """Plan again what was skipped: it may have waited for something that failed."""
        skipped = [step for step in self.steps.values() if step.state is StepState.SKIPPED]
        self._record([replace(step, state=StepState.PLANNED, why="") for step in skipped])

    def forbid(self, why_not: Callable[[Action], str]) -> None:
        """Skip what may not be done any more, whole units only; one that was begun is finished."""
        refused = [
            replace(step, state=StepState.SKIPPED, why=why)
            for step in self.steps.values()
            if step.state is StepState.PLANNED
            and (why := why_not(step.action))
            and all(other.state is StepState.PLANNED for other in self._unit(step))
        ]
        self._record(refused)

    def carry_out(self) -> RunState:
        """Do what is still planned; how the run has ended, which is not yet written down."""
        todo = [step for step in self.steps.values() if step.state is StepState.PLANNED]
        self.progress.stage(self.run.title, len(todo), sum(weight(step.action) for step in todo))
        hopeless = within = False
        for wave, goes_on in waves(todo, self.budget):
            if not within and (hopeless or self.stop()):
                break
            hopeless = self._wave(wave) or hopeless
            within = goes_on
            if not within:
                self._mend_units(wave)
            self.progress.step(len(wave), sum(weight(step.action) for step in wave))
        self.progress.done()
        return self._state(hopeless=hopeless)

    def _state(self, *, hopeless: bool) -> RunState:
        states = {step.state for step in self.steps.values()}
        if hopeless or states & _UNHEALED:
            return RunState.FAILED
        return RunState.STOPPED if StepState.PLANNED in states else RunState.DONE

    def _wave(self, wave: Sequence[Step]) -> bool:
        """Do one wave; whether the place can take nothing more."""
        todo = [step for step in wave if not self._is_broken(step)]
        self._record([_missed(step, StepState.SKIPPED) for step in wave if self._is_broken(step)])
        if not todo:
            return False
        try:
            ready, folders = self._ready(todo)
        except OSError as error:
            if len(todo) > 1:
                # One of them cannot be looked at; alone, it is the only one to fail.
                ends = [self._wave([step]) for step in todo]
                return any(ends)
            outcome = Outcome(End.FAILED, f"looking at it: {(error.strerror or str(error)).lower()}")
            self._record([_ended(todo[0], outcome)])
            return False
        self._intend(ready, folders)
        started = time.monotonic()
        outcomes = self._perform(ready)
        size = sum(weight(step.action) for step in ready)
        self.budget.learn(len(ready), size, time.monotonic() - started)
        ended = [_ended(step, outcome) for step, outcome in zip(ready, outcomes, strict=True)]
        self._record(ended, [outer.ref for outer in folders])
        return any(outcome.hopeless for outcome in outcomes)

    def _perform(self, ready: Sequence[Step]) -> Sequence[Outcome]:
        tasks = [self._task(step) for step in ready]

        def placed() -> None:
            self.journal.intend(self.run.id, [replace(step, state=StepState.PLACED) for step in ready])

        return self.writer.perform(tasks, placed)

    def _task(self, step: Step) -> Task:
        """The task of a step, with the bytes that only the journal holds."""
        task = step.task(self.run.tag)
        if any(payloads(step.action)):
            return replace(task, action=self.journal.loaded(self.run.id, step.seq).action)
        return task

    def _ready(self, todo: Sequence[Step]) -> tuple[list[Step], Sequence[Folder]]:
        marked: list[Step] = []
        for step in todo:
            old = step.action.replaces if isinstance(step.action, Write) else None
            if old is not None:
                fresh = replace(step, remembered=self.journal.remembers(old))
                modified_ns, mode = self.writer.before(fresh.task(self.run.tag))
                marked.append(replace(fresh, modified_ns=modified_ns, mode=mode))
            else:
                marked.append(step)
        tasks = self.writer.prepare([step.task(self.run.tag) for step in marked])
        folders = self.writer.folders(tasks)
        return [
            replace(step, state=StepState.DOING, kept=task.kept, why="")
            for step, task in zip(marked, tasks, strict=True)
        ], folders

    def _intend(self, steps: Sequence[Step], folders: Iterable[Folder] = ()) -> None:
        self.journal.intend(self.run.id, steps, folders)
        self.steps.update((step.seq, step) for step in steps)

    def _record(self, steps: Sequence[Step], touched: Iterable[Ref] = ()) -> None:
        """Write down what came of steps, and how it left the folders that they touched."""
        if not steps:
            return
        folders = [now for ref in touched if (now := self.writer.folder(ref)) is not None]
        self.journal.record(self.run.id, steps, folders)
        self.steps.update((step.seq, step) for step in steps)

    # Units

    def _unit(self, step: Step) -> list[Step]:
        """The steps that share the fate of this one: its neighbours."""
        if not step.action.unit:
            return [step]
        first = last = step.seq
        while first - 1 in self.steps and same_unit(self.steps[first - 1], step):
            first -= 1
        while last + 1 in self.steps and same_unit(self.steps[last + 1], step):
            last += 1
        return [self.steps[seq] for seq in range(first, last + 1)]

    def _is_broken(self, step: Step) -> bool:
        return any(other.state in _MISSED for other in self._unit(step) if other.seq != step.seq)

    def _mend_units(self, wave: Iterable[Step]) -> None:
        """Take back what was done of units of which something could not be done."""
        for step in wave:
            now = self.steps[step.seq]
            if now.action.unit and now.state in _MISSED:
                done = [other for other in self._unit(now) if other.state is StepState.DONE]
                self._take_back(done[::-1])

    def _take_back(self, done: Iterable[Step]) -> None:
        for step in done:
            whole = self.journal.loaded(self.run.id, step.seq)
            action = inverse(whole.action, self.trace(whole))
            token = f"{self.run.tag}-{step.seq:x}-back"
            task = self.writer.prepare([Task(action, token, remembered=self._is_ours(action))])[0]
            folders = self.writer.folders([task])
            self._intend([replace(step, state=StepState.BACKING)], folders)
            outcome = self.writer.settle(task)
            if outcome.end is End.OPEN:
                outcome = self.writer.perform([task], _nothing)[0]
            fate = StepState.SKIPPED if self._was_changed(step) else StepState.FAILED
            ended = _missed(step, fate)
            if outcome.end is not End.DONE:
                why = f"{_STUCK}: {outcome.why}"
                ended = replace(step, state=StepState.BACKING, why=why)
            self._record([ended], [outer.ref for outer in folders])

    def _is_ours(self, action: Action) -> bool:
        """Whether what an action takes the place of is in the journal, and no photo for the quarantine."""
        old = action.replaces if isinstance(action, Write) else None
        return old is not None and self.journal.remembers(old)

    def _was_changed(self, step: Step) -> bool:
        return any(other.state is StepState.SKIPPED for other in self._unit(step))

    def trace(self, step: Step) -> Trace:
        """What taking a step back needs to know."""
        action = step.action
        old = action.replaces if isinstance(action, Write) and step.remembered else None
        return step.trace(None if old is None else self.journal.payload(old))

    def spoiled(self) -> set[Ref]:
        """What the steps that were not done would have changed."""
        left = (step for step in self.steps.values() if step.state is not StepState.DONE)
        return {ref for step in left for ref in changes(step.action)}

    def problems(self) -> list[Step]:
        """The steps that were not done, or could not be taken back."""
        return [step for step in self.steps.values() if step.state in _MISSED]


def _nothing() -> None:
    """Nobody has to be told."""


def _missed(step: Step, state: StepState) -> Step:
    return replace(step, state=state, why="it belongs to a file that could not be done")


def _ended(step: Step, outcome: Outcome) -> Step:
    return replace(step, state=_STATE[outcome.end], why=outcome.why, revision=outcome.revision)
