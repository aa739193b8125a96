"""Carries out a checked plan, or finishes a run that was stopped at any point."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from keepers.actions import Action
from keepers.apply.carry import Carrier
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState, StepState
from keepers.errors import UsageError
from keepers.model import Ref
from keepers.plan.check import Checked, forbidden
from keepers.plan.world import folder
from keepers.ports import Folder, Progress, Rights, Writer


@dataclass(frozen=True, slots=True)
class Problem:
    """An action that was not done, and why."""

    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: how many of its actions are done now, and which are not and why."""

    run: int
    title: str
    state: RunState
    done: int
    problems: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the command line ends with: stopped by the user, failed, files left out, or all done."""
        if self.state is RunState.STOPPED:
            return 130
        if self.state is RunState.FAILED and self.done == 0:
            return 1
        return 3 if self.problems or self.state is RunState.FAILED else 0


def never() -> bool:
    """Nobody asks to stop."""
    return False


def run(
    checked: Checked,
    journal: Journal,
    writer: Writer,
    *,
    progress: Progress,
    key: str = "",
    stop: Callable[[], bool] = never,
) -> Finished:
    """Carry out a plan. `key` names the command, so that the same one finishes the run.

    When `stop` says so, the unit under way is finished and no other begun.
    """
    with journal.lock():
        number = journal.add(checked.title, checked.actions, key=key, state=RunState.RUNNING)
        return carried(_known(journal, number), journal, writer, progress, stop)


def go_on(
    number: int,
    checked: Checked,
    journal: Journal,
    writer: Writer,
    *,
    progress: Progress,
    stop: Callable[[], bool] = never,
) -> Finished:
    """Carry out a plan as a part of a run that could not do all; one undo takes back all of it."""
    with journal.lock():
        known = _known(journal, number)
        if known.state is RunState.UNDONE:
            message = f"run {number} was taken back meanwhile; give the command again"
            raise UsageError(message)
        journal.extend(number, checked.title, checked.actions)
        return carried(_known(journal, number), journal, writer, progress, stop)


class Owned(Writer, Protocol):
    """A place that also knows what its owner said may be done to things."""

    def rights(self, ref: Ref) -> Rights:
        """What may be done to a thing of this name."""
        ...


def resume(
    number: int, journal: Journal, writer: Owned, *, progress: Progress, stop: Callable[[], bool] = never
) -> Finished:
    """Begin a stored plan, or finish a run that was stopped; nothing for one that is done or undone.

    What the owner has forbidden since the plan was made is skipped.
    """
    with journal.lock():
        known = _known(journal, number)
        if known.state in {RunState.DONE, RunState.UNDONE}:
            return finished(Carrier(known, journal, writer, progress, stop), known.state)
        return carried(known, journal, writer, progress, stop, lambda one: forbidden(one, writer.rights))


def _known(journal: Journal, number: int) -> Run:
    known = journal.run(number)
    if known is None:
        message = f"there is no run {number}; `keepers history` shows those that there are"
        raise UsageError(message)
    return known


def _nothing_against(_: Action) -> str:
    """Nothing speaks against an action that was checked just now."""
    return ""


def carried(
    known: Run,
    journal: Journal,
    writer: Writer,
    progress: Progress,
    stop: Callable[[], bool],
    why_not: Callable[[Action], str] = _nothing_against,
) -> Finished:
    """Carry a run to its end, an undo with the tidying of its folders; the lock is held."""
    if known.state is not RunState.RUNNING:
        journal.set_state(known.id, RunState.RUNNING)
    carrier = Carrier(known, journal, writer, progress, stop)
    carrier.settle()
    carrier.reopen()
    carrier.forbid(why_not)
    state = carrier.carry_out()
    if known.undoes is None:
        journal.set_state(known.id, state)
    else:
        if state is not RunState.STOPPED:
            writer.tidy(_tidy(carrier, journal.leftovers(known.id)))
        journal.finish_undo(known.id, state)
    return finished(carrier, state)


def _tidy(carrier: Carrier, leftovers: Iterable[Folder]) -> list[Folder]:
    """The folders to tidy; the times of those in which something was left as it is stay."""
    left = {folder(ref) for ref in carrier.spoiled()}
    return [outer for outer in leftovers if not outer.there or outer.ref not in left]


def finished(carrier: Carrier, state: RunState) -> Finished:
    """Sum up a run."""
    problems = tuple(Problem(step.action, step.why) for step in carrier.problems())
    done = sum(step.state is StepState.DONE for step in carrier.steps.values())
    return Finished(carrier.run.id, carrier.run.title, state, done, problems)
