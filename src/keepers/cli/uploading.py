"""Bring photos to a server: `import SOURCE… --to immich:`."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Final

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.ours import run_key
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.cli import changing, learning, session, show
from keepers.errors import SettingsError, UsageError
from keepers.model import Kind, PlaceId
from keepers.places.immich_api import Client
from keepers.places.immich_api.uploading import UploadPlace
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.upload_plan import Fate, Line
from keepers.workflows import uploading
from keepers.workflows.uploading import Prepared

#: What sending needs, and what undo needs to look at what was sent and to trash it.
_NEEDS: Final = ("asset.upload", "asset.read", "asset.delete", "album.read")
#: What `import` can be told that says nothing where a server keeps its files in its own order.
_FOLDERS_ONLY: Final = {
    "move": "--move", "reference": "--reference", "import_template": "--template", "report": "--report",
}  # fmt: skip
_WORDS: Final = {
    Fate.ALONG: "sent along with its photo",
    Fate.THERE: "on the server already",
    Fate.TWICE: "the same bytes as another source, sent once",
    Fate.TRASHED: "in the server's trash; restore it there",
    Fate.LEFT: "left",
}
_SHOWN: Final = 20
#: Paths of files that cannot be read, each with the reason.
Unread = tuple[tuple[str, str], ...]


def bring(options: argparse.Namespace) -> int:
    """Scan the sources, ask the server what it has, and send the rest."""
    opened = session.opened(options)
    place = _place(options)
    sources = wiring.sources(options.sources)
    if not sources:
        raise UsageError("name a SOURCE to import from")
    key = run_key("import", place, list(sources))
    with (
        opened.catalog(create=True) as catalog,
        opened.journal(create=not options.dry_run) as journal,
        opened.server(place) as account,
    ):
        refuse_without_rights(account.client, _NEEDS)
        receiver = UploadPlace(opened.local(), account, place)
        finished = None if options.dry_run else resumed(opened, journal, receiver, key)
        if finished is not None and finished.state is not RunState.DONE:
            return (
                told(options, finished, None) if receiver.trouble is None else changing.lost(receiver.trouble)
            )
        scanned = opened.scan(catalog, sources)
        prepared = uploading.prepare(catalog, receiver, place, sources, opened.progress)
        if prepared.checked.actions and journal is not None and not options.dry_run:
            finished = carried_out(opened, prepared.checked, journal, receiver, key)
    if options.dry_run:
        return would(options, prepared, scanned.unreadable)
    code = told(options, finished, prepared, unread=scanned.unreadable)
    if receiver.trouble is not None:
        return changing.lost(receiver.trouble)
    left = any(line.fate is Fate.LEFT and line.asset.kind is not Kind.COMPANION for line in prepared.lines)
    return code or (learning.PARTLY if left or scanned.unreadable else 0)


def _place(options: argparse.Namespace) -> PlaceId:
    place, _, rest = (wiring.server(options.to) or "").partition(":")
    if rest:
        raise UsageError(f"--to {options.to}: photos go to an account; name it as {place}:")
    given = [word for name, word in _FOLDERS_ONLY.items() if getattr(options, name, None)]
    if given or options.versions == "best":
        raise UsageError(f"{', '.join(given) or '--versions best'} goes with a folder, not with a server")
    return PlaceId(place)


def refuse_without_rights(client: Client, needs: Sequence[str]) -> None:
    """SettingsError where the key may not do what is needed, or nothing that is sent could be taken back."""
    abilities = client.abilities()
    missing = [need for need in needs if not abilities.may(need)]
    if missing:
        raise SettingsError(
            f"the API key lacks {', '.join(missing)}, without which photos cannot be sent and taken back; "
            "add it in Immich: Account Settings, API Keys"
        )
    if "trash" not in abilities.features:
        raise SettingsError("the server's trash is off, so that nothing that is sent could be taken back")


def resumed(
    opened: wiring.Session, journal: Journal | None, receiver: UploadPlace, key: str
) -> Finished | None:
    """Finish a run of the same job that was stopped; None where there is none."""
    old = None if journal is None else journal.unfinished(key)
    if old is None or journal is None:
        return None
    opened.progress.say(f"finishing run {old.id}, which was stopped")
    with changing.stopping(opened.progress) as stop:
        return resume(old.id, journal, receiver, progress=opened.progress, stop=stop)


def carried_out(
    opened: wiring.Session, checked: Checked, journal: Journal, receiver: UploadPlace, key: str
) -> Finished:
    """Carry out a plan."""
    with changing.stopping(opened.progress) as stop:
        return run(checked, journal, receiver, progress=opened.progress, key=key, stop=stop)


def would(options: argparse.Namespace, prepared: Prepared, unread: Unread = ()) -> int:
    """Show what would be done, and what is left because it cannot be read."""
    if options.json:
        checked = prepared.checked
        show.document(
            {
                **text.document(checked.title, checked.actions, checked.refused),
                "files": _rows(prepared.lines),
                "unreadable": _reasons(unread),
            }
        )
        return 0
    changing.show_plan(options, prepared.checked)
    _left(prepared.lines)
    learning.unreadable(unread)
    return 0


def told(
    options: argparse.Namespace,
    finished: Finished | None,
    prepared: Prepared | None,
    words: tuple[str, str] = ("file", "sent"),
    unread: Unread = (),
) -> int:
    """Tell what was done and what was left; the exit code."""
    lines = () if prepared is None else prepared.lines
    problems = () if finished is None else finished.problems
    if options.json:
        show.document(
            {
                "run": None if finished is None else finished.run,
                "state": None if finished is None else finished.state.value,
                "done": 0 if finished is None else finished.done,
                "problems": changing.problems(problems),
                "files": _rows(lines),
                "unreadable": _reasons(unread),
            }
        )
    elif finished is None:
        show.line("Nothing to do: the server has all of it." if lines else "There are no photos.")
    else:
        show.line(f"{finished.title}: {show.count(finished.done, words[0])} {words[1]}.")
        show.line(f"Take it back: keepers undo {finished.run}")
    if not options.json:
        _left(lines)
        learning.unreadable(unread)
    changing.tell_problems(options, problems, () if prepared is None else prepared.checked.refused)
    return 0 if finished is None else finished.exit_code


def _rows(lines: Iterable[Line]) -> list[dict[str, str]]:
    return [{"path": one.asset.ref.key, "fate": one.fate.value, "reason": one.reason} for one in lines]


def _reasons(unread: Unread) -> list[dict[str, str]]:
    return [{"path": path, "reason": reason} for path, reason in unread]


def _left(lines: Sequence[Line]) -> None:
    for fate, words in _WORDS.items():
        found = [line for line in lines if line.fate is fate]
        if found:
            show.line(f"{show.count(len(found), 'file')}: {words}.")
        if fate in {Fate.LEFT, Fate.TRASHED}:
            for line in found[:_SHOWN]:
                show.line(f"  {line.asset.ref.key}: {line.reason}")
