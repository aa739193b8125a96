"""`keepers people sort`: photos into a folder for each person, as a batch or one file behind a download."""

import argparse
import math
import os
from collections import Counter
from collections.abc import Sequence
from typing import Final

from keepers import wiring
from keepers.apply.run import Finished
from keepers.cli import changing, learning, session, show
from keepers.cli.people_sort_grammar import AS_SET
from keepers.errors import UsageError
from keepers.people_work.one_file import OneFile, sort_file
from keepers.people_work.sort import Asked, Ended, Work, is_on
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.workflows.people_results import ERROR, SUCCESS, Result, results

SHOWN: Final = 20
#: Reasons in the words of the summary, in its order.
_WORDS: Final = {
    "already-there": "in their folder already",
    "same-bytes": "the same bytes as another source, sorted once",
    "sorted-before": "sorted before and taken away since; --again sorts them once more",
    "several-people": "of several people; --several each or --several together sorts them",
    "too-few-faces": "with fewer faces than --min-faces",
    "no-faces": "with nobody whom Immich knows by name",
    "not-told": "with nobody whom Immich knows by name, or that it does not know",
    "unknown": "that Immich does not know",
    "not-an-image": "no photos; --videos sorts films, too",
    "later": "still being written, left for later",
    "other-drive": "on another drive, which no link reaches; --copy can do it",
    "refused": "refused",
    "failed": "not done",
    "unreadable": "unreadable",
}
#: Of these each is named: something is to be done about them.
_NAMED: Final = frozenset({"later", "refused", "failed", "unreadable", "other-drive"})


def sort(options: argparse.Namespace) -> int:
    """Sort what is asked for; exit code 3 when some of it could not be."""
    opened = session.opened(options)
    if not options.file and not is_on(opened):
        return _off(options)
    work = Work(opened, lambda: changing.stopping(opened.progress))

    def ask(checked: Checked) -> None:
        _ask(options, opened, checked)

    if options.file:
        made = sort_file(
            work,
            _asked(options, opened),
            os.path.abspath(os.path.expanduser(options.file)),
            ask,
            dry=options.dry_run,
            scan_library=options.scan_library,
        )
        _tell_file(options, made)
        return made.exit_code
    asked = _asked(options, opened)
    if options.scan_library and not options.dry_run:
        _scan_library(opened, asked)
    ended = work.sort(asked, ask, dry=options.dry_run)
    return _tell(options, ended)


def _off(options: argparse.Namespace) -> int:
    """A watch goes on: sorting may be switched on again."""
    if options.json:
        show.document({"run": None, "state": "off", "done": 0, "files": []})
    else:
        show.line("Sorting by people is switched off; keepers config set people_sorting on")
    return 0


def _asked(options: argparse.Namespace, opened: wiring.Session) -> Asked:
    server, given = options.server, list(options.sources)
    place = wiring.server(given[0]) if len(given) == 1 else None
    if place is not None:
        # The whole of a server is what is meant without a source.
        if place.partition(":")[2]:
            raise UsageError(
                f"{given[0]}: only all of a server can be sorted; name it as {place.partition(':')[0]}:"
            )
        server, given = place.partition(":")[0].partition("@")[2] or options.server, []
    return Asked(
        wiring.sources(given) if given else None,
        server,
        options.via,
        tuple(options.person),
        tuple(options.exclude),
        options.videos,
        options.archived,
        options.again,
        _seconds(options, opened),
        options.trust_target,
        options.download_id,
    )


def _seconds(options: argparse.Namespace, opened: wiring.Session) -> float:
    """How long to wait for the server."""
    if options.wait is None:
        return opened.settings.people_wait if options.file or options.scan_library else 0.0
    if options.wait != AS_SET and not 0 <= options.wait < math.inf:
        raise UsageError("--wait must be 0 or more seconds")
    return opened.settings.people_wait if options.wait == AS_SET else float(options.wait)


def _scan_library(opened: wiring.Session, asked: Asked) -> None:
    from keepers.people_work import tell  # noqa: PLC0415 (few ask for it)

    names = tell.scan_library(opened, asked.server, paths=asked.sources.paths if asked.sources else ())
    opened.progress.say(f"Immich looks for new files in {', '.join(names)}")


def _ask(options: argparse.Namespace, opened: wiring.Session, checked: Checked) -> None:
    """Moving changes the sources, so it is shown and asked for; a copy adds, and undo takes it back."""
    if opened.settings.people_how != "move" or options.yes:
        return
    if not options.json:
        for line in text.lines(checked.title, checked.actions, checked.refused):
            show.line(line)
    changing.consent(options, f"{text.summary(checked.actions).capitalize()}. Go on?")


def _tell_file(options: argparse.Namespace, made: OneFile) -> None:
    if options.json:
        show.document({"run": made.run, **made.result.row, "target_paths": list(made.targets)})
        return
    faces = show.count(made.result.faces_found, "face")
    show.line(f"{made.result.path}: {made.result.message} ({made.result.status}, {faces}).")
    if made.run is not None:
        show.line(f"Take it back: keepers undo {made.run}")


def _tell(options: argparse.Namespace, ended: Ended) -> int:
    prepared, finished = ended.prepared, ended.finished
    problems = () if finished is None else finished.problems
    rows = [] if prepared is None else results(prepared, problems)
    if options.json:
        _document(options, ended, rows)
    elif prepared is not None and options.dry_run:
        changing.show_plan(options, prepared.checked)
    else:
        _tell_run(ended, rows)
    if not options.json:
        _summary(rows)
    code = 0 if finished is None else finished.exit_code
    return code or (
        learning.PARTLY if any(one.status == ERROR or one.reason == "later" for one in rows) else 0
    )


def _document(options: argparse.Namespace, ended: Ended, rows: Sequence[Result]) -> None:
    prepared, finished = ended.prepared, ended.finished
    checked = None if prepared is None else prepared.checked
    show.document(
        {
            "run": None if finished is None else finished.run,
            "state": None if finished is None else finished.state.value,
            "done": 0 if finished is None else finished.done,
            "problems": [] if finished is None else changing.problems(finished.problems),
            **({} if checked is None else text.document(checked.title, checked.actions, checked.refused)),
            "to": ended.request.base,
            "dry_run": options.dry_run,
            "counts": dict(Counter(one.status for one in rows)),
            "reasons": dict(Counter(one.reason for one in rows if one.reason)),
            "people": _people(ended),
            "files": [one.row for one in rows],
        }
    )


def _people(ended: Ended) -> list[dict[str, object]]:
    if ended.prepared is None:
        return []
    base = ended.request.base
    return [
        {"id": key, "name": name, "folder": os.path.join(base, folder)}
        for key, (name, folder) in sorted(ended.prepared.owners.items(), key=lambda one: one[1])
    ]


def _tell_run(ended: Ended, rows: Sequence[Result]) -> None:
    finished = ended.finished
    if finished is None:
        words = f"Nothing to do: {ended.request.base} has all of it." if rows else "There are no photos."
        show.line(words)
        return
    _tell_finished(finished, ended.is_stopped)
    for name, count in Counter(one.person_name for one in rows if one.status == SUCCESS).most_common(SHOWN):
        show.line(f"  {name}: {show.count(count, 'photo')}")


def _tell_finished(finished: Finished, stopped: bool) -> None:  # noqa: FBT001 (told, not asked)
    if stopped:
        show.line("Stopped; the same command goes on from here.")
    show.line(f"{finished.title}: {show.count(finished.done, 'file')} done.")
    show.line(f"Take it back: keepers undo {finished.run}")


def _summary(rows: Sequence[Result]) -> None:
    for reason, words in _WORDS.items():
        found = [one for one in rows if one.reason == reason]
        if found:
            show.line(f"{show.count(len(found), 'photo')}: {words}.")
        for one in found[:SHOWN] if reason in _NAMED else ():
            show.line(f"  {one.path}: {one.message}")
