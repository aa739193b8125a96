"""The main job: organize."""

import argparse
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.catalog.store import Catalog
from keepers.cli import changing, judging, learning, session, show
from keepers.places.local import LocalPlace
from keepers.plan.check import Checked, check
from keepers.plan.report import Summary
from keepers.workflows import organizing
from keepers.workflows.scan import ScanReport


def organize(options: argparse.Namespace) -> int:
    """Scan, group, judge, and copy every group into a folder of its own."""
    opened = session.opened(options)
    sources = wiring.sources(options.sources)
    job = _Job(options, opened, sources, wiring.target(options.to, sources))
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, sources)
        if options.dry_run:
            with opened.journal(create=False) as journal:
                changing.show_plan(options, _prepared(job, catalog, journal, report)[1])
            if not options.json:
                learning.unreadable(report.unreadable)
            return 0
        with opened.journal(create=True) as journal:
            assert journal is not None  # noqa: S101 (create=True makes one)
            return _carried_out(job, catalog, journal, report)


@dataclass(frozen=True, slots=True)
class _Job:
    options: argparse.Namespace
    opened: wiring.Session
    sources: wiring.Sources
    target: str

    @property
    def key(self) -> str:
        """What makes another call of the command the same job."""
        told = self.options
        return json.dumps(
            [
                "organize",
                self.sources.paths,
                self.target,
                told.threshold,
                told.time_window,
                told.min_size,
                told.kind,
            ]
        )

    def place(self) -> LocalPlace:
        """The files of this machine, with a quarantine in the target if one is needed."""
        return self.opened.local([*self.sources, self.target])


def _prepared(
    job: _Job, catalog: Catalog, journal: Journal | None, report: ScanReport
) -> tuple[organizing.Prepared, Checked]:
    tidied = job.opened.tidy(catalog, job.sources, judging.kinds(job.options))
    when = datetime.now(UTC).astimezone(job.opened.home)
    about = Summary(
        "Your photos, organized", tidied.photos, tidied.ungrouped, when, job.sources.paths, report.unreadable
    )
    place = job.place()
    work = job.opened.organizing(catalog, journal, place)
    prepared = organizing.prepare(work, tidied.decisions, job.target, about)
    return prepared, check(prepared.plan, world(prepared.plan, place, prepared.present))


def _carried_out(job: _Job, catalog: Catalog, journal: Journal, report: ScanReport) -> int:
    progress = job.opened.progress
    resumed: Finished | None = None
    if (old := journal.unfinished(job.key)) is not None:
        progress.say(f"finishing run {old.id}, which was stopped")
        with changing.stopping(progress) as stop:
            resumed = resume(old.id, journal, job.place(), progress=progress, stop=stop)
        if resumed.state is RunState.STOPPED:
            return resumed.exit_code
    prepared, checked = _prepared(job, catalog, journal, report)
    organizing.remember(catalog, job.target, prepared)
    finished = resumed
    if checked.actions:
        with changing.stopping(progress) as stop:
            finished = run(checked, journal, job.place(), progress=progress, key=job.key, stop=stop)
    if finished is None:
        code = 0
        _nothing(job, len(prepared.placings))
    else:
        code = finished.exit_code
        _tell(job, report, finished)
        changing.tell_problems(job.options, finished.problems, ())
    changing.tell_problems(job.options, (), checked.refused)
    if not job.options.json:
        learning.unreadable(report.unreadable)
    return code or (learning.PARTLY if report.unreadable or checked.refused else 0)


def _nothing(job: _Job, groups: int) -> None:
    if job.options.json:
        show.document({"run": None, "to": job.target, "groups": groups, "actions": 0})
    elif groups:
        show.line(f"Nothing to do: {show.count(groups, 'group')} in {job.target} already.")
    else:
        show.line("There are no groups; nothing was written.")


def _tell(job: _Job, report: ScanReport, finished: Finished) -> None:
    page = os.path.join(job.target, "reports", "index.html")
    if job.options.json:
        show.document(
            {
                "run": finished.run,
                "state": finished.state.value,
                "to": job.target,
                "page": page,
                "actions": finished.done,
                "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
            }
        )
        return
    if finished.state is RunState.STOPPED:
        show.line("Stopped; the same command goes on from here.")
    show.line(f"{finished.title}: {show.count(finished.done, 'file')} written.")
    show.line(f"Look at it: {page}")
    show.line(f"Take it back: keepers undo {finished.run}")
