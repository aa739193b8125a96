"""The commands that change things, or tell of changes: undo, history, plan, apply."""

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from types import FrameType

from keepers import wiring
from keepers.actions import Action
from keepers.apply.history import history as history_document
from keepers.apply.history import originals
from keepers.apply.journal import Journal
from keepers.apply.ours import place_of, read_from
from keepers.apply.record import Run, RunState, StepState
from keepers.apply.run import Finished, Problem, resume
from keepers.apply.undo import Place, run_to_undo
from keepers.apply.undo import undo as undo_run
from keepers.catalog import locations
from keepers.cli import session, show
from keepers.errors import KeepersError, UsageError
from keepers.model import LOCAL
from keepers.places.local import LocalPlace
from keepers.plan import text
from keepers.plan.check import Checked, Refused, forbidden
from keepers.ports import Progress, Troubled

#: Of what was not done, how many are told one by one.
SHOWN = 20
OPEN = (RunState.PLANNED, RunState.RUNNING, RunState.STOPPED, RunState.FAILED)


@contextlib.contextmanager
def stopping(progress: Progress) -> Generator[Callable[[], bool]]:
    """Turn the first Ctrl-C or SIGTERM into a wish to stop after the present unit; a second one interrupts."""
    wished: list[int] = []

    def wish(number: int, _: FrameType | None) -> None:
        if wished:
            raise KeyboardInterrupt
        wished.append(number)
        progress.say("stopping after the present photo; press Ctrl-C again to stop at once")

    before = {number: signal.signal(number, wish) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(wished)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def undo(options: argparse.Namespace) -> int:
    """Take back a run, by default the latest one that was not taken back."""
    opened = session.opened(options)
    with opened.journal(create=False) as journal:
        wanted = None if journal is None else run_to_undo(journal, options.number)
        if journal is None or wanted is None:
            return _nothing_to_undo(options)
        taken_back = wanted.id if wanted.undoes is None else wanted.undoes
        back = _to_take_back(journal, wanted)
        if not back and wanted.state is RunState.UNDONE:
            # Where it was at work nothing tells any more, and this machine would be asked about a server's run.
            return _nothing_to_undo(options)
        if options.dry_run:
            return _would_undo(options, wanted, back)
        finish = "Finish" if wanted.undoes is not None else f"Take back run {wanted.id},"
        consent(options, f"{finish} {wanted.title} ({show.count(len(back), 'change')})?")
        with (
            _place(opened, back) as place,
            stopping(opened.progress) as stop,
        ):
            finished = undo_run(options.number, journal, place, progress=opened.progress, stop=stop)
        if finished is not None:
            noted(opened, journal, finished.run)
    if finished is None:
        return _nothing_to_undo(options)
    if options.json:
        show.document(
            {
                "run": finished.run,
                "undid": taken_back,
                "done": finished.done,
                "problems": problems(finished.problems),
            }
        )
    else:
        show.line(f"Run {taken_back} was taken back: {show.count(finished.done, 'change')} undone.")
    return ended(options, finished, place)


def trouble(place: Place) -> KeepersError | None:
    """Why all that follows would fail, too."""
    return place.trouble if isinstance(place, Troubled) else None


def ended(options: argparse.Namespace, finished: Finished, place: Place) -> int:
    """Tell what was not done; where a server is gone, that alone and not of each photo."""
    lost_why = trouble(place)
    if lost_why is not None and finished.state is RunState.FAILED:
        return lost(lost_why)
    tell_problems(options, finished.problems, ())
    return finished.exit_code


def lost(trouble: KeepersError) -> int:
    """Tell that the rest could not be done, and how it is; the exit code."""
    sys.stderr.write(show.printable(f"keepers: {trouble}; the same command goes on from here") + "\n")
    return trouble.exit_code


def history(options: argparse.Namespace) -> int:
    """Show the runs, or every original that a run touched."""
    opened = session.opened(options)
    with opened.journal(create=False) as journal:
        if options.originals:
            rows = originals(journal, opened.local())
            if options.json and not options.jsonl:
                show.document({"originals": list(rows)})
            else:
                sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)
            return 0
        document = history_document(journal)
    if options.json:
        show.document(document)
        return 0
    for run in document["runs"]:
        when = str(run["started"])[:16].replace("T", " ")
        actions = show.count(len(run["actions"]), "action")
        show.line(f"{run['id']:>4}  {when}  {run['state']:<8} {run['title']} ({actions})")
    if not document["runs"]:
        show.line("No run has changed anything yet.")
    return 0


def plan(options: argparse.Namespace) -> int:
    """List the stored plans, show one, or carry one out."""
    if options.what == "apply":
        return apply(options)
    opened = session.opened(options)
    with opened.journal(create=False) as journal:
        runs = [] if journal is None else [run for run in journal.runs() if run.state in OPEN]
        if options.what == "list":
            if options.json:
                show.document(
                    {"plans": [{"id": run.id, "title": run.title, "state": run.state.value} for run in runs]}
                )
            else:
                for run in runs:
                    show.line(f"{run.id:>4}  {run.state.value:<8} {run.title}")
                show.line(f"{show.count(len(runs), 'plan')} to be carried out or finished.")
            return 0
        chosen = _chosen(runs, options.number)
        if journal is None or chosen is None:
            message = (
                "there is no stored plan"
                if options.number is None
                else f"there is no stored plan {options.number}"
            )
            raise UsageError(message)
        _show(options, chosen.title, [step.action for step in journal.steps(chosen.id)], ())
    return 0


def apply(options: argparse.Namespace) -> int:
    """Carry out a stored plan, or finish a run that was stopped."""
    opened = session.opened(options)
    with opened.journal(create=False) as journal:
        chosen = _chosen(
            [] if journal is None else [run for run in journal.runs() if run.state in OPEN], options.number
        )
        if journal is None or chosen is None:
            if options.number is None and opened.catalog_file.exists():
                from keepers.cli.applying import rejected  # noqa: PLC0415 (numpy costs 80 ms)

                return rejected(options, opened)
            return nothing_to_apply(options)
        if options.dry_run:
            _would_apply(options, chosen, journal, opened.local())
            return 0
        consent(options, f"Carry out plan {chosen.id}, {chosen.title}?")
        steps = [step.action for step in journal.steps(chosen.id)]
        with (
            _place(opened, steps) as place,
            stopping(opened.progress) as stop,
        ):
            finished = resume(chosen.id, journal, place, progress=opened.progress, stop=stop)
        noted(opened, journal, finished.run)
    return told(options, finished, place)


def noted(opened: wiring.Session, journal: Journal, run: int) -> None:
    """Let the catalog, if there is one, show what a run did."""
    if opened.catalog_file.exists():
        from keepers.workflows import following  # noqa: PLC0415 (only here)

        with opened.catalog(create=False) as catalog:
            following.noted(catalog, opened.local(), journal, run)


def _place(opened: wiring.Session, actions: Sequence[Action]) -> contextlib.AbstractContextManager[Place]:
    """The place that actions change, which knows the servers that they take bytes from."""
    place = place_of(actions)
    if place == LOCAL and read_from(actions):
        from keepers import downloads  # noqa: PLC0415 (httpx2 costs 150 ms)

        return downloads.place(opened, _roots(opened))
    return opened.place(place, _roots(opened))


def _would_apply(options: argparse.Namespace, run: Run, journal: Journal, place: LocalPlace) -> None:
    """What is left to do of a stored plan, and what of it its owner has forbidden since."""
    left = [step.action for step in journal.steps(run.id) if step.state is not StepState.DONE]
    refused = [Refused(one, why) for one in left if (why := forbidden(one, place.rights))]
    barred = {one.action for one in refused}
    _show(options, run.title, [one for one in left if one not in barred], refused)


def show_plan(options: argparse.Namespace, checked: Checked) -> None:
    """Print what would be done."""
    _show(options, checked.title, checked.actions, checked.refused)


def tell_problems(
    options: argparse.Namespace, problems: Sequence[Problem], refused: Sequence[Refused]
) -> None:
    """Tell on stderr which actions were not done, and why."""
    if options.quiet:
        return
    for problem in problems[:SHOWN]:
        sys.stderr.write(show.printable(f"not done: {text.sentence(problem.action)}: {problem.why}") + "\n")
    if len(problems) > SHOWN:
        sys.stderr.write(
            f"not done: {len(problems) - SHOWN:,} more; keepers history --json lists all of them\n"
        )
    for one in refused:
        sys.stderr.write(show.printable(f"refused: {text.sentence(one.action)}: {one.why}") + "\n")


def told(options: argparse.Namespace, finished: Finished, place: Place) -> int:
    """Tell what came of a run; the exit code."""
    if options.json:
        show.document(
            {
                "run": finished.run,
                "state": finished.state.value,
                "done": finished.done,
                "problems": problems(finished.problems),
            }
        )
    else:
        show.line(
            f"{finished.title}: {show.count(finished.done, 'change')} done. Take it back: keepers undo {finished.run}"
        )
    return ended(options, finished, place)


def _show(
    options: argparse.Namespace, title: str, actions: Sequence[Action], refused: Sequence[Refused]
) -> None:
    if options.json:
        show.document(text.document(title, actions, refused))
    else:
        for line in text.lines(title, actions, refused):
            show.line(line)


def problems(missed: Sequence[Problem]) -> list[dict[str, object]]:
    """Actions that were not done, as documents name them."""
    return [{"action": text.row(problem.action), "why": problem.why} for problem in missed]


def _nothing_to_undo(options: argparse.Namespace) -> int:
    if options.json:
        show.document({"run": None, "undid": None, "done": 0, "problems": []})
    else:
        show.line("Nothing to undo.")
    return 0


def _to_take_back(journal: Journal, run: Run) -> list[Action]:
    """What the run did, or what its unfinished undo has not done yet."""
    begun = {StepState.DONE, StepState.PLACED, StepState.DOING}
    return [step.action for step in journal.steps(run.id) if (step.state in begun) is (run.undoes is None)]


def _would_undo(options: argparse.Namespace, run: Run, done: Sequence[Action]) -> int:
    if options.json:
        show.document({"undo": run.id, **text.document(f"take back run {run.id}: {run.title}", done, ())})
    else:
        show.line(f"Would take back run {run.id}, {run.title}:")
        for line in text.lines(run.title, done, ()):
            show.line(line)
    return 0


def nothing_to_apply(options: argparse.Namespace) -> int:
    """Say that no plan waits, and nothing was rejected."""
    if options.json:
        show.document({"run": None, "state": None, "done": 0, "problems": []})
    else:
        show.line("Nothing to apply.")
    return 0


def _chosen(runs: Sequence[Run], number: int | None) -> Run | None:
    if number is None:
        return runs[-1] if runs else None
    return next((run for run in runs if run.id == number), None)


def consent(options: argparse.Namespace, question: str) -> None:
    """Ask before something is changed; UsageError where the answer is no, or nobody can be asked."""
    if options.yes:
        return
    if not sys.stdin.isatty():
        message = f"{question} Say so with --yes"
        raise UsageError(message)
    sys.stderr.write(show.printable(question) + " [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        message = "nothing was changed"
        raise UsageError(message)


def _roots(opened: wiring.Session) -> list[str]:
    if not opened.catalog_file.exists():
        return []
    with opened.catalog(create=False) as catalog:
        return [path for path, _, _ in locations.roots(catalog)]
