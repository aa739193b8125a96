"""The main job: organize."""

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime

from keepers import wiring
from keepers.apply.look import world
from keepers.apply.run import resume, run
from keepers.cli import changing, judging, learning, session, show
from keepers.plan.check import Checked, check
from keepers.plan.report import Summary
from keepers.workflows import organizing
from keepers.workflows.scan import ScanReport


def organize(options: argparse.Namespace) -> int:
    """Scan, group, judge, and copy every group into a folder of its own."""
    opened = session.opened(options)
    sources = wiring.sources(options.sources)
    target = wiring.target(options.to, sources)
    place = opened.local([*sources, target])
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, sources)
        with opened.journal(create=not options.dry_run) as journal:
            key = _key(options, sources, target)
            if journal is not None and not options.dry_run and (old := journal.unfinished(key)) is not None:
                opened.progress.say(f"finishing run {old.id}, which was stopped")
                with changing.stopping(opened.progress) as stop:
                    resumed = resume(old.id, journal, place, progress=opened.progress, stop=stop)
                if resumed.state.value == "stopped":
                    return resumed.exit_code
            tidied = opened.tidy(catalog, sources, judging.kinds(options))
            work = opened.organizing(catalog, journal, place)
            about = Summary("Your photos, organized", tidied.photos, tidied.ungrouped, datetime.now(UTC).astimezone(opened.home), sources, report.unreadable)
            prepared = organizing.prepare(work, tidied.decisions, target, about)
            checked = check(prepared.plan, world(prepared.plan, place, prepared.present))
            if options.dry_run:
                changing.show_plan(options, checked)
                return learning.PARTLY if report.unreadable else 0
            if not checked.actions:
                return _nothing(options, report, target, len(prepared.placings))
            organizing.remember(work, target, prepared)
            assert journal is not None
            with changing.stopping(opened.progress) as stop:
                finished = run(checked, journal, place, progress=opened.progress, key=key, stop=stop)
    _tell(options, report, finished.run, checked, target)
    changing.tell_problems(options, finished.problems, checked.refused)
    return finished.exit_code or (learning.PARTLY if report.unreadable or checked.refused else 0)


def _key(options: argparse.Namespace, sources: Sequence[str], target: str) -> str:
    return json.dumps(["organize", list(sources), target, options.threshold, options.time_window, options.min_size, options.kind])


def _nothing(options: argparse.Namespace, report: ScanReport, target: str, groups: int) -> int:
    if options.json:
        show.document({"run": None, "to": target, "groups": groups, "actions": 0})
    else:
        show.line(f"Nothing to do: {show.count(groups, 'group')} in {target} already." if groups else "There are no groups; nothing was written.")
        learning.unreadable(report.unreadable)
    return learning.PARTLY if report.unreadable else 0


def _tell(options: argparse.Namespace, report: ScanReport, run_number: int, checked: Checked, target: str) -> None:
    page = os.path.join(target, "reports", "index.html")
    if options.json:
        show.document({
            "run": run_number,
            "to": target,
            "page": page,
            "actions": len(checked.actions),
            "bytes": sum(getattr(action, "size", 0) for action in checked.actions),
            "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
        })
        return
    show.line(f"{checked.title}: {show.count(len(checked.actions), 'file')} written to {target}.")
    show.line(f"Look at it: {page}")
    show.line(f"Take it back: keepers undo {run_number}")
    learning.unreadable(report.unreadable)
