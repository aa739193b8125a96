"""`keepers trash`: what lies in the quarantines, back to where it was, or gone for good where a copy survives."""

import argparse
import contextlib
from collections.abc import Generator, Sequence
from typing import Final

from keepers.actions import Action, Trash
from keepers.apply.journal import Journal
from keepers.apply.kept import Kept, kept
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.catalog import locations
from keepers.catalog.store import Catalog
from keepers.cli import changing, learning, session, show
from keepers.errors import UsageError
from keepers.plan import text
from keepers.plan.check import Checked, check
from keepers.plan.world import folder
from keepers.ports import Folder
from keepers.wiring import Session
from keepers.workflows import following, trashing

_EMPTY: Final = "trash empty"


def trash(options: argparse.Namespace) -> int:
    """List the trash, empty it, or take something back out of it."""
    opened = session.opened(options)
    with _known(opened) as (catalog, journal):
        roots = [] if catalog is None else [path for path, _, _ in locations.roots(catalog)]
        if options.what == "empty" and not options.dry_run and journal is not None:
            resumed = _resumed(options, opened, journal)
            if resumed is not None and resumed.state is RunState.STOPPED:
                return resumed.exit_code
        items = kept(journal, opened.local(), roots)
        if options.items or options.run_number is not None:
            items = trashing.chosen(items, options.items, options.run_number)
        match options.what:
            case "list":
                return _list(options, items)
            case "empty":
                return _empty(options, opened, items, catalog, journal)
            case _:
                return _restore(options, opened, items, catalog, journal)


@contextlib.contextmanager
def _known(opened: Session) -> Generator[tuple[Catalog | None, Journal | None]]:
    """Catalog and journal, as far as there are any."""
    with contextlib.ExitStack() as stack:
        there = opened.catalog_file.exists()
        catalog = stack.enter_context(opened.catalog(create=False)) if there else None
        yield catalog, stack.enter_context(opened.journal(create=False))


def _list(options: argparse.Namespace, items: Sequence[Kept]) -> int:
    if options.json:
        show.document({"items": [_row(item) for item in items], "bytes": sum(item.size for item in items)})
        return 0
    for item in items:
        came = item.origin.key if item.origin is not None else "not known to this catalog"
        where = f"run {item.run}, {item.at[:10]}" if item.run is not None else ""
        show.line(
            f"{show.size(item.size):>8}  {came}  ({where})" if where else f"{show.size(item.size):>8}  {came}"
        )
        show.line(f"          {item.ref.key}")
    show.line(
        f"{show.count(len(items), 'file')}, {show.size(sum(item.size for item in items))} in the trash."
        + (" Back: keepers trash restore FILE. Free the place: keepers trash empty" if items else "")
    )
    return 0


def _row(item: Kept) -> dict[str, object]:
    return {
        "path": item.ref.key,
        "from": None if item.origin is None else item.origin.key,
        "content": item.content.removeprefix("b3:"),
        "size": item.size,
        "run": item.run,
        "at": item.at or None,
    }


def _empty(
    options: argparse.Namespace,
    opened: Session,
    items: Sequence[Kept],
    catalog: Catalog | None,
    journal: Journal | None,
) -> int:
    place = opened.local()
    wanted = trashing.emptying(items, catalog, place)
    checked = check(wanted.plan, world(wanted.plan, place))
    if options.dry_run:
        _show(options, checked, wanted.stays)
        return 0
    finished: Finished | None = None
    if checked.actions:
        size = show.size(text.size(checked.actions))
        count = show.count(len(checked.actions), "file")
        changing.consent(options, f"Remove {count} ({size}) from the trash for good?")
        finished = _run(opened, checked, journal, key=_EMPTY)
        for outer in sorted({folder(item.ref) for item in items}):
            place.tidy([Folder(outer, there=False)])
    _told(options, finished, wanted.stays, checked)
    code = 0 if finished is None else finished.exit_code
    return code or (learning.PARTLY if wanted.stays or checked.refused else 0)


def _resumed(options: argparse.Namespace, opened: Session, journal: Journal) -> Finished | None:
    old = journal.unfinished(_EMPTY)
    if old is None:
        return None
    changing.consent(options, f"Finish emptying the trash (run {old.id})?")
    with changing.stopping(opened.progress) as stop:
        return resume(old.id, journal, opened.local(), progress=opened.progress, stop=stop)


def _run(opened: Session, checked: Checked, journal: Journal | None, key: str = "") -> Finished:
    with contextlib.ExitStack() as stack:
        if journal is None:
            journal = stack.enter_context(opened.journal(create=True))
            assert journal is not None  # noqa: S101 (create=True makes one)
        stop = stack.enter_context(changing.stopping(opened.progress))
        return run(checked, journal, opened.local(), progress=opened.progress, key=key, stop=stop)


def _told(
    options: argparse.Namespace,
    finished: Finished | None,
    stays: Sequence[tuple[Kept, str]],
    checked: Checked,
) -> None:
    if options.json:
        show.document(
            {
                "run": None if finished is None else finished.run,
                "done": 0 if finished is None else finished.done,
                "problems": [] if finished is None else changing.problems(finished.problems),
                **text.document(checked.title, checked.actions, checked.refused),
                "stays": [{**_row(item), "why": why} for item, why in stays],
            }
        )
    else:
        missed = {problem.action for problem in finished.problems} if finished is not None else set[Action]()
        done_ones = [action for action in checked.actions if finished is not None and action not in missed]
        for action in done_ones[: learning.SHOWN]:
            show.line(f"  {_sentence(action)}")
        done = 0 if finished is None else finished.done
        show.line(f"{checked.title}: {show.count(done, 'file')} done." if done else "Nothing was done.")
        for item, why in stays[: learning.SHOWN]:
            came = item.origin.key if item.origin is not None else item.ref.key
            show.line(f"  stays: {came}: {why}")
        if len(stays) > learning.SHOWN:
            show.line(f"  … and {len(stays) - learning.SHOWN:,} more; --json lists all of them")
    if finished is not None:
        changing.tell_problems(options, finished.problems, ())
    changing.tell_problems(options, (), checked.refused)


def _sentence(action: Action) -> str:
    if isinstance(action, Trash):
        return f"removed {action.ref.key}: {action.because}"
    return text.sentence(action)


def _show(options: argparse.Namespace, checked: Checked, stays: Sequence[tuple[Kept, str]]) -> None:
    if options.json:
        plan = text.document(checked.title, checked.actions, checked.refused)
        show.document({**plan, "stays": [{**_row(item), "why": why} for item, why in stays]})
        return
    changing.show_plan(options, checked)
    for item, why in stays:
        show.line(f"  stays: {item.origin.key if item.origin is not None else item.ref.key}: {why}")


def _restore(
    options: argparse.Namespace,
    opened: Session,
    items: Sequence[Kept],
    catalog: Catalog | None,
    journal: Journal | None,
) -> int:
    if not options.items and options.run_number is None and not options.all:
        message = "say what to take back: a FILE, --run NUMBER or --all"
        raise UsageError(message)
    plan = trashing.restoring([item for item in items if not item.replaced])
    place = opened.local()
    checked = check(plan, world(plan, place))
    lost = [(item, "nothing tells where it came from") for item in items if item.origin is None]
    lost += [
        (item, f"another file took its name; keepers undo {item.run} takes that back")
        for item in items
        if item.replaced
    ]
    if options.dry_run:
        _show(options, checked, lost)
        return 0
    finished: Finished | None = None
    if checked.actions:
        changing.consent(options, f"Take {show.count(len(checked.actions), 'file')} out of the trash?")
        finished = _run(opened, checked, journal)
        if catalog is not None and journal is not None:
            following.noted(catalog, place, journal, finished.run)
    _told(options, finished, lost, checked)
    code = 0 if finished is None else finished.exit_code
    return code or (learning.PARTLY if lost or checked.refused else 0)
