"""Bring photos into a library: import."""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers import wiring
from keepers.apply.history import moved_away, placed
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState
from keepers.apply.run import Finished, go_on, resume, run
from keepers.catalog import library, sightings
from keepers.catalog.store import Catalog
from keepers.cli import changing, learning, session, show
from keepers.cli.whole import whole
from keepers.decide.contest import Rule
from keepers.decide.template import parsed
from keepers.errors import UsageError
from keepers.model import Decision, GroupKind
from keepers.places.local import LocalPlace
from keepers.places.local.writers import has_writer
from keepers.plan import import_report, text
from keepers.plan.check import Checked
from keepers.plan.import_plan import Line, Outcome
from keepers.work.named import Named
from keepers.workflows import following, importing, lone
from keepers.workflows.importing import Importing, Prepared, Request
from keepers.workflows.job import Thumb
from keepers.workflows.scan import ScanReport
from keepers.workflows.settling import Settling
from keepers.workflows.target_folder import refuse_closed, refuse_unsafe
from keepers.workflows.thumbnails import Drawing

#: Copies of which one may be better than the other, or lie in a better place.
VERSIONS: Final = (
    GroupKind.SAME_BYTES,
    GroupKind.SAME_PIXELS,
    GroupKind.SAME_PICTURE,
    GroupKind.SAME_CLIP,
)
SHOWN: Final = 20
_THUMBNAIL: Final[Named[Thumb, bytes]] = Named("keepers.workflows.picture", "thumbnail")
#: The same command goes on with a run that left something out, but not with that of last week.
GOES_ON: Final = timedelta(days=1)


def bring(options: argparse.Namespace) -> int:
    """Scan the sources and the library, decide about every file, then copy or move what is new."""
    if wiring.server(options.to) is not None:
        from keepers.cli import uploading  # noqa: PLC0415 (httpx2 costs 150 ms)

        return uploading.bring(options)
    opened = session.opened(options)
    sources = whole(opened, wiring.sources([*options.sources, *options.reference]))
    job = _Job(options, opened, sources, _request(options, opened, sources))
    with opened.catalog(create=True) as catalog:
        if options.dry_run:
            with opened.journal(create=False) as journal:
                prepared = _prepared(job, catalog, journal, _learned(job, catalog))
            _show(job, prepared, None)
            return 0
        with opened.journal(create=True) as journal:
            assert journal is not None  # noqa: S101 (create=True makes one)
            return _carried_out(job, catalog, journal)


@dataclass(frozen=True, slots=True)
class _Job:
    options: argparse.Namespace
    opened: wiring.Session
    sources: wiring.Sources
    request: Request

    @property
    def key(self) -> str:
        """What makes another call of the command the same job."""
        asked = self.request
        return json.dumps(
            [
                "import",
                asked.sources,
                asked.references,
                asked.target,
                asked.template.text,
                asked.undated.text,
                asked.move,
                asked.only_best,
                asked.rule,
                asked.old_dates,
            ]
        )

    def place(self) -> LocalPlace:
        """The files of this machine, with a quarantine in the target if one is needed."""
        return self.opened.local([*self.sources, self.request.target])


def _request(options: argparse.Namespace, opened: wiring.Session, sources: wiring.Sources) -> Request:
    if not sources:
        raise UsageError("name a SOURCE to import from, or --reference DIR")
    target = wiring.target(options.to, sources)
    refuse_unsafe(target, sources, LocalPlace(), trusted=options.trust_target)
    settings = opened.settings
    undated = parsed(settings.undated_template)
    if undated.needs_date:
        raise UsageError(
            f"undated_template = {undated.text!r} speaks of {{taken}}, which is what such a photo has not"
        )
    for path in options.report:
        ending = os.path.splitext(path)[1].lower()
        if ending not in importing.FORMATS:
            raise UsageError(f"--report {path}: its name must end in {', '.join(importing.FORMATS)}")
    return Request(
        sources.paths,
        target,
        parsed(settings.import_template),
        undated,
        wiring.sources(options.reference).paths,
        options.move,
        options.versions == "best",
        Rule(options.contest),
        options.date_order == "s3",
        tuple(os.path.abspath(os.path.expanduser(path)) for path in options.report),
    )


def _learn_library(job: _Job, catalog: Catalog) -> None:
    """Scan the library: what is in there stays out, and versions of a picture are compared."""
    target = job.request.target
    with job.opened.journal(create=False) as journal:
        moved = frozenset(moved_away(journal))
    is_empty = not (os.path.isdir(target) and os.listdir(target))
    if not job.opened.accept_missing:
        importing.check_library(catalog, target, is_empty=is_empty, moved=moved)
    # A library of which nothing is known cannot have lost anything; it may hold other things than photos.
    known = library.paths(catalog, target)
    if not os.path.lexists(target):
        # An undo may have taken it away; it is made anew.
        sightings.begin(catalog)
        sightings.forget(catalog, [target], [])
        library.forget_root(catalog, target)
    elif known or not is_empty:
        trusting = is_empty or not known or job.opened.accept_missing
        opened = replace(job.opened, accept_missing=trusting, limit=None)
        opened.scan(catalog, wiring.Sources((target,)))


def _importing(job: _Job, catalog: Catalog, journal: Journal | None) -> Importing:
    place = job.place()
    opened = job.opened

    def versions(roots: Sequence[str]) -> Sequence[Decision]:
        return opened.tidy(catalog, roots, VERSIONS).decisions

    return Importing(
        catalog,
        place,
        opened.progress,
        Settling(place, has_writer, opened.settings.settle_seconds),
        versions,
        lambda below: placed(journal, below),
        place.reread,
        Drawing(opened.picture_workers, _THUMBNAIL, opened.progress).thumbnails,
        datetime.now(UTC),
        opened.home,
    )


def _prepared(job: _Job, catalog: Catalog, journal: Journal | None, scanned: ScanReport) -> Prepared:
    return importing.prepare(_importing(job, catalog, journal), job.request, scanned)


def _learned(job: _Job, catalog: Catalog) -> ScanReport:
    scanned = job.opened.scan(catalog, job.sources)
    _learn_library(job, catalog)
    return scanned


def _carried_out(job: _Job, catalog: Catalog, journal: Journal) -> int:
    # A run that was stopped is finished first: what it has moved away is not lost.
    old = journal.unfinished(job.key)
    finished = None if old is None else _resumed(old, job, catalog, journal)
    if finished is not None and finished.state is RunState.STOPPED:
        return finished.exit_code
    prepared = _prepared(job, catalog, journal, _learned(job, catalog))
    if prepared.checked.actions:
        refuse_closed(job.request.target)
        _ask(job, prepared.checked)
        finished = _run(old, prepared.checked, job, journal)
        following.placed(catalog, job.place(), journal.steps(finished.run))
    if finished is not None and finished.state is RunState.DONE and library.faults(catalog, job.sources):
        # What could not be read now may be read soon: then it is a part of the same run, for one undo.
        journal.set_state(finished.run, RunState.STOPPED)
    _show(job, prepared, finished)
    code = 0 if finished is None else finished.exit_code
    return code or _partly(prepared)


def _run(old: Run | None, checked: Checked, job: _Job, journal: Journal) -> Finished:
    progress = job.opened.progress
    with changing.stopping(progress) as stop:
        if old is not None and datetime.now(UTC) - datetime.fromisoformat(old.started) < GOES_ON:
            return go_on(old.id, checked, journal, job.place(), progress=progress, stop=stop)
        return run(checked, journal, job.place(), progress=progress, key=job.key, stop=stop)


def _resumed(old: Run, job: _Job, catalog: Catalog, journal: Journal) -> Finished:
    progress = job.opened.progress
    progress.say(f"finishing run {old.id}, which was stopped")
    with changing.stopping(progress) as stop:
        finished = resume(old.id, journal, job.place(), progress=progress, stop=stop)
    following.placed(catalog, job.place(), journal.steps(old.id))
    return finished


def _ask(job: _Job, checked: Checked) -> None:
    """Moving changes the sources, so it is shown and asked for; a copy adds, and undo takes it back."""
    if not job.request.move or job.options.yes:
        return
    if not job.options.json:
        for line in text.lines(checked.title, checked.actions, checked.refused):
            show.line(line)
    changing.consent(job.options, f"{text.summary(checked.actions).capitalize()}. Go on?")


def _partly(prepared: Prepared) -> int:
    report = prepared.report
    refused = any(line.outcome is Outcome.REFUSED for line in report.lines)
    return learning.PARTLY if report.unreadable or report.waiting or refused else 0


def _show(job: _Job, prepared: Prepared, finished: Finished | None) -> None:
    checked, report = prepared.checked, prepared.report
    if job.options.json:
        show.document(
            {
                "run": None if finished is None else finished.run,
                "state": None if finished is None else finished.state.value,
                "done": 0 if finished is None else finished.done,
                "problems": [] if finished is None else changing.problems(finished.problems),
                **text.document(checked.title, checked.actions, checked.refused),
                **import_report.document(report),
            }
        )
        return
    if job.options.dry_run:
        for line in text.lines(checked.title, checked.actions, checked.refused):
            show.line(line)
    else:
        _tell(job, prepared, finished)
    _left(report.lines)
    _alone(report)
    for word, rows in (("later", report.waiting), ("unreadable", report.unreadable)):
        for path, reason in rows[:SHOWN]:
            show.line(f"  {word}: {path}: {reason}")
        if len(rows) > SHOWN:
            show.line(f"  … and {len(rows) - SHOWN:,} more")
    if report.ignored or report.alone:
        passed = len(report.ignored) + len(report.alone)
        show.line(
            f"{show.count(passed, 'file')} passed over; --report F.html or --json lists them with reasons."
        )


def _tell(job: _Job, prepared: Prepared, finished: Finished | None) -> None:
    target = job.request.target
    if finished is None:
        show.line(
            f"Nothing to do: {target} has all of it." if prepared.report.lines else "There are no photos."
        )
        return
    if finished.state is RunState.STOPPED:
        show.line("Stopped; the same command goes on from here.")
    show.line(f"{finished.title}: {show.count(finished.done, 'file')} done.")
    for path in job.request.reports:
        if not prepared.checked.actions:
            continue
        show.line(f"Look at it: {path}")
    show.line(f"Take it back: keepers undo {finished.run}")
    changing.tell_problems(job.options, finished.problems, prepared.checked.refused)


def _alone(report: import_report.Report) -> None:
    """Companions of no photo, which a person may want to look at."""
    folder = f"{report.to.rstrip('/')}/{lone.FOLDER}"
    count = sum(line.action is not None and line.path.startswith(f"{folder}/") for line in report.lines)
    if count:
        show.line(f"{show.count(count, 'companion')} of no photo: in {folder}")


def _left(lines: Sequence[Line]) -> None:
    """What was not imported, in a line for each reason, and where it lies already."""
    words = {
        Outcome.THERE: "in the library already",
        Outcome.TWICE: "the same bytes as another source, brought in once",
        Outcome.WORSE: "a worse version of what the library has; left where it is",
        Outcome.REFUSED: "refused",
    }
    for outcome, word in words.items():
        found = [line for line in lines if line.outcome is outcome]
        if found:
            show.line(f"{show.count(len(found), 'file')}: {word}.")
        if outcome in {Outcome.WORSE, Outcome.REFUSED}:
            for line in found[:SHOWN]:
                show.line(f"  {line.asset.ref.key}: {line.reason}")
