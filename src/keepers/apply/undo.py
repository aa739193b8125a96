"""Takes a run back: settle what a crash left of it, then run the plan of its inverses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from keepers.actions import Action, Plan, Restore, Trash, inverse
from keepers.apply.carry import Carrier
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import Run, RunState, StepState
from keepers.apply.rows import payloads
from keepers.apply.run import Finished, Problem, carried, never
from keepers.errors import UsageError
from keepers.model import ContentId, Ref
from keepers.plan.check import check
from keepers.ports import Folder, Progress, Reader, Writer


class Place(Reader, Writer, Protocol):
    """A place that can be looked into and changed."""


def undo(
    number: int | None,
    journal: Journal,
    place: Place,
    *,
    progress: Progress,
    stop: Callable[[], bool] = never,
) -> Finished | None:
    """Take back a run, by default the latest that was not taken back; None when there is nothing to do.

    An undo that was stopped is finished. What has changed since, or whose source is gone, stays and
    is among the problems.
    """
    with journal.lock():
        known = run_to_undo(journal, number)
        if known is None:
            return None
        if known.undoes is not None:
            return carried(known, journal, place, progress, stop)
        carrier = Carrier(known, journal, place, progress, stop)
        carrier.settle()
        started, problems = _begun(carrier, place)
        if started is None:
            return None
        ended = carried(started, journal, place, progress, stop)
        return replace(ended, problems=(*problems, *ended.problems))


def run_to_undo(journal: Journal, number: int | None) -> Run | None:
    """The run to take back, by default the latest that was not; its undo instead, where that is unfinished."""
    open_undo = {RunState.RUNNING, RunState.STOPPED, RunState.FAILED}
    runs = journal.runs()
    if number is None:
        done = {*open_undo, RunState.DONE}
        wanted = [r for r in runs if r.state in (open_undo if r.undoes is not None else done)]
        return wanted[-1] if wanted else None
    known = next((r for r in runs if r.id == number), None)
    if known is None:
        message = f"there is no run {number}; `keepers history` shows those that there are"
        raise UsageError(message)
    if known.undoes is not None and known.state not in open_undo:
        message = f"run {number} took back run {known.undoes}; run that command again instead"
        raise UsageError(message)
    half = [r for r in runs if r.undoes == number and r.state in open_undo]
    return half[-1] if half else known


def _begun(carrier: Carrier, place: Place) -> tuple[Run | None, tuple[Problem, ...]]:
    """Store the undo; None where nothing is left to take back."""
    run, journal = carrier.run, carrier.journal
    origin: dict[int, int] = {}
    actions: list[Action] = []
    found = _Trashed(journal, place, run.id)
    for step in reversed(carrier.steps.values()):
        if step.state is StepState.DONE:
            whole = journal.loaded(run.id, step.seq) if any(payloads(step.action)) else step
            action = found.again(inverse(whole.action, carrier.trace(whole)))
            origin[id(action)] = step.seq
            actions.append(action)
    if not actions and run.state is RunState.UNDONE:
        return None, ()
    plan = Plan(f"Undo of {run.title}", tuple(actions))
    checked = check(plan, world(plan, place, exact=True))
    steps = [(action, origin[id(action)]) for action in checked.actions]
    number = journal.add_undo(run.id, plan.title, steps, _left(carrier, place))
    problems = tuple(Problem(refused.action, refused.why) for refused in checked.refused)
    return journal.run(number), problems


@dataclass(slots=True)
class _Trashed:
    """Where things lie in the quarantine that later runs took from there and put there anew, under another name."""

    journal: Journal
    place: Place
    run: int
    names: dict[tuple[Ref, ContentId], str] | None = None

    def again(self, action: Action) -> Action:
        """The action, with the name of now where what it brings back lies under another one."""
        if not isinstance(action, Restore) or not action.kept:
            return action
        if self.place.exists(Ref(action.ref.place, action.kept)):
            return action
        if self.names is None:
            steps = (
                s for run in self.journal.runs() if run.id > self.run for s in self.journal.steps(run.id)
            )
            self.names = {
                (step.action.ref, step.action.content): step.kept
                for step in steps
                if step.state is StepState.DONE and isinstance(step.action, Trash) and step.kept
            }
        return replace(action, kept=self.names.get((action.ref, action.content), action.kept))


def _left(carrier: Carrier, place: Place) -> list[Folder]:
    """The folders that the run made, and the times of those that nobody has changed after it."""
    left: list[Folder] = []
    for folder, after in carrier.journal.folders(carrier.run.id):
        now = place.folder(folder.ref)
        if not folder.there or (now is not None and now.modified_ns == after):
            left.append(folder)
    return left
