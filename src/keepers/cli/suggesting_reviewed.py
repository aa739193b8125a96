"""`keepers suggest --reviewed F.csv`: a list that a person went through is remembered, and archived on a server."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from keepers.actions import SetField
from keepers.apply.ours import run_key
from keepers.apply.run import Finished, resume, run
from keepers.catalog import inspections
from keepers.cli import changing, learning, session, show
from keepers.errors import SettingsError, UsageError
from keepers.model import PlaceId
from keepers.places.immich_api import ImmichPlace
from keepers.places.immich_api.abilities import CHANGING, READING
from keepers.plan import text
from keepers.plan.check import Checked
from keepers.plan.immich_actions import Stays
from keepers.wiring import Session
from keepers.workflows import suggestions_reviewed
from keepers.workflows.suggestions_reviewed import Reviewed

_NEEDS: Final = ("asset.read", "asset.update")
#: A list of a million photos is smaller.
_MOST_BYTES: Final = 1 << 30


def reviewed(options: argparse.Namespace) -> int:
    """Remember what stays, and take what is to be archived off the timeline of its server, after asking."""
    opened = session.opened(options)
    path = os.path.abspath(os.path.expanduser(options.reviewed))
    with opened.catalog(create=False) as catalog:
        said = suggestions_reviewed.read(catalog, _text(path), path)
        if len(said.places) > 1:
            raise UsageError(
                f"{path}: the photos to archive lie on several servers; give a list for each of them"
            )
        if not options.dry_run:
            inspections.keep(catalog, said.keep, datetime.now(UTC).isoformat(timespec="seconds"))
    if not said.places:
        return _told(options, said, None, ())
    place = said.places[0]
    with opened.server(place) as server:
        _refuse_without_rights(server)
        checked, stays = suggestions_reviewed.planned(server, place, said.archive)
        if options.dry_run:
            return _would(options, said, checked, stays)
        finished = _archived(_Job(options, opened, server, place, said), checked)
        if finished is not None and server.trouble is not None:
            return changing.lost(server.trouble)
    return _told(options, said, finished, stays)


def _text(path: str) -> str:
    data = Path(path)
    if not data.is_file():
        raise UsageError(f"{path} is no file; `keepers suggest --report F.csv` writes the list")
    if data.stat().st_size > _MOST_BYTES:
        raise UsageError(f"{path} is too large for a list; `keepers suggest --report F.csv` writes one")
    try:
        return data.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text in UTF-8; save the list as CSV, UTF-8") from error


def _refuse_without_rights(server: ImmichPlace) -> None:
    needs = tuple(need for need in (*READING, *CHANGING) if need.permission in _NEEDS)
    if missing := server.client.abilities().missing(needs):
        words = "; ".join(f"it lacks {need.permission}, so {need.without}" for need in missing)
        raise SettingsError(
            f"the API key cannot do this: {words}. Add it in Immich: Account Settings, API Keys"
        )


def _archived(job: "_Job", checked: Checked) -> Finished | None:
    """Finish what was begun with these photos, or archive them; None where all of them are in the archive."""
    leaving = {action.ref for action in checked.actions if isinstance(action, SetField)}
    photos = show.count(sum(bundle.main.ref in leaving for bundle in job.said.archive), "photo")
    key = run_key(
        "archive", job.place, "suggestions", sorted(bundle.main.ref.key for bundle in job.said.archive)
    )
    with job.opened.journal(create=True) as journal, changing.stopping(job.opened.progress) as stop:
        assert journal is not None  # noqa: S101 (it was just made)
        begun = journal.unfinished(key)
        if begun is not None:
            changing.consent(job.options, f"Finish run {begun.id}, {begun.title}?")
            return resume(begun.id, journal, job.server, progress=job.opened.progress, stop=stop)
        if not checked.actions:
            return None
        changing.consent(job.options, f"Take {photos} off the timeline of {job.place}, into the archive?")
        return run(checked, journal, job.server, progress=job.opened.progress, key=key, stop=stop)


@dataclass(frozen=True, slots=True)
class _Job:
    """One list, and the server that its photos lie on."""

    options: argparse.Namespace
    opened: Session
    server: ImmichPlace
    place: PlaceId
    said: Reviewed


def _would(options: argparse.Namespace, said: Reviewed, checked: Checked, stays: Sequence[Stays]) -> int:
    if options.json:
        show.document(
            {**text.document(checked.title, checked.actions, checked.refused), **_document(said, stays)}
        )
    else:
        changing.show_plan(options, checked)
        _tell(said, stays)
    return 0


def _told(
    options: argparse.Namespace, said: Reviewed, finished: Finished | None, stays: Sequence[Stays]
) -> int:
    problems = () if finished is None else finished.problems
    if options.json:
        show.document(
            {
                "run": None if finished is None else finished.run,
                "done": 0 if finished is None else finished.done,
                "problems": changing.problems(problems),
                **_document(said, stays),
            }
        )
    else:
        _tell(said, stays)
        if finished is not None:
            show.line(f"{finished.title}: {show.count(finished.done, 'field')} set.")
            show.line(f"Take it back: keepers undo {finished.run}")
    changing.tell_problems(options, problems, ())
    code = 0 if finished is None else finished.exit_code
    return code or (learning.PARTLY if said.changed else 0)


def _document(said: Reviewed, stays: Sequence[Stays]) -> dict[str, object]:
    return {
        "keep": list(said.keep),
        "archive": [text.shown(bundle.main.ref) for bundle in said.archive],
        "here": list(said.here),
        "changed": list(said.changed),
        "stays": [{"path": text.shown(one.ref), "why": one.why} for one in stays],
    }


def _tell(said: Reviewed, stays: Sequence[Stays]) -> None:
    if said.keep:
        show.line(f"{show.count(len(said.keep), 'photo')} will not be suggested again.")
    if said.here:
        show.line(
            f"{show.count(len(said.here), 'photo')} to archive {'lies' if len(said.here) == 1 else 'lie'} on this machine, "
            "where only you move or delete files: nothing was done with them."
        )
    for path in said.changed[: learning.SHOWN]:
        show.line(f"  changed or gone since, left alone: {path}")
    for one in stays[: learning.SHOWN]:
        show.line(f"  stays: {text.shown(one.ref)}: {one.why}")
    if not (said.keep or said.here or said.changed or said.archive):
        show.line("Nothing is decided in it: write keep or archive under Decision.")
