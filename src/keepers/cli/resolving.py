"""Settles duplicates: after a whole scan, of every kind; on request to the trash, or into links."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.catalog import locations
from keepers.catalog.store import Catalog
from keepers.cli import changing, duplicates, learning, session, show
from keepers.cli.duplicates import FOUND
from keepers.cli.whole import whole
from keepers.decide.copies import CERTAIN, Settled
from keepers.decide.rules import Rule
from keepers.errors import UsageError
from keepers.model import GroupKind
from keepers.places.local import LocalPlace
from keepers.plan import text
from keepers.plan.check import Checked, check
from keepers.plan.duplicates_document import document
from keepers.plan.duplicates_plan import Deed, Resolved
from keepers.workflows import deduplicating, following
from keepers.workflows.scan import ScanReport


def resolve(options: argparse.Namespace) -> int:
    """Print the duplicates; with an action, settle those that are certain."""
    job = _job(options)
    with job.opened.catalog(create=bool(job.sources)) as catalog:
        scanned = job.opened.scan(catalog, job.sources) if job.sources else None
        if job.deed is None or options.dry_run:
            found = _found(job, catalog, scanned)
            return _reported(job, found)
        with job.opened.journal(create=True) as journal:
            assert journal is not None  # noqa: S101 (create=True makes one)
            return _carried_out(job, catalog, journal, scanned)


@dataclass(frozen=True, slots=True)
class _Job:
    options: argparse.Namespace
    opened: wiring.Session
    sources: wiring.Sources
    references: tuple[str, ...]
    rules: tuple[Rule, ...]
    kinds: tuple[GroupKind, ...]
    deed: Deed | None
    reports: tuple[str, ...]

    @property
    def key(self) -> str:
        """What makes another call of the command the same job."""
        rules = [(rule.order, rule.folder) for rule in self.rules]
        return json.dumps(["duplicates", self.sources.paths, self.references, rules, self.kinds, self.deed])

    def place(self, catalog: Catalog) -> LocalPlace:
        """The files of this machine, with quarantines in the sources."""
        roots = self.sources.paths or tuple(path for path, _, _ in locations.roots(catalog))
        return self.opened.local([root for root in roots if root not in self.references])


@dataclass(frozen=True, slots=True)
class _Found:
    settled: Sequence[Settled]
    resolved: Resolved | None
    checked: Checked | None
    scanned: ScanReport | None

    @property
    def is_partly(self) -> bool:
        """Whether something could not be read, or not be done as asked."""
        refused = self.checked is not None and bool(self.checked.refused)
        more = self.resolved is not None and any(
            len(after.stay) > len(before.stay)
            for after, before in zip(self.resolved.groups, self.settled, strict=False)
        )
        return refused or more or (self.scanned is not None and bool(self.scanned.unreadable))


def _job(options: argparse.Namespace) -> _Job:
    asked = duplicates.asked(options)
    deed = next((deed for deed in Deed if getattr(options, deed.value)), None)
    kinds = tuple(GroupKind(kind) for kind in options.kind or ()) or CERTAIN
    if deed is not None:
        kinds = _certain(deed, kinds, named=bool(options.kind))
    opened = session.opened(options)
    return _Job(
        options,
        opened,
        whole(opened, asked.sources),
        asked.references,
        asked.rules,
        kinds,
        deed,
        asked.reports,
    )


def _certain(deed: Deed, kinds: tuple[GroupKind, ...], *, named: bool) -> tuple[GroupKind, ...]:
    """The kinds that may be settled without a person; UsageError where another was named."""
    doubtful = [kind for kind in kinds if kind not in CERTAIN]
    if doubtful:
        message = (
            f"--{deed.value} settles same-bytes and same-pixels only; what is {doubtful[0].value} has to be looked at: "
            "keepers review"
        )
        raise UsageError(message)
    if deed is Deed.TRASH:
        return kinds
    if named and kinds != (GroupKind.SAME_BYTES,):
        message = f"--{deed.value} is for same-bytes only: other files do not share their bytes"
        raise UsageError(message)
    return (GroupKind.SAME_BYTES,)


def _found(job: _Job, catalog: Catalog, scanned: ScanReport | None) -> _Found:
    tidied = job.opened.tidy(catalog, job.sources, job.kinds)
    place = job.place(catalog)
    work = job.opened.deduplicating(catalog, place, job.sources, job.references)
    settled = deduplicating.groups(work, tidied.decisions, job.rules)
    if job.deed is None:
        return _Found(settled, None, None, scanned)
    resolved = deduplicating.plan(work, settled, job.deed)
    checked = check(resolved.plan, world(resolved.plan, place, resolved.known))
    return _Found(settled, resolved, checked, scanned)


def _reported(job: _Job, found: _Found) -> int:
    groups = found.resolved.groups if found.resolved is not None else found.settled
    if not job.options.dry_run:
        duplicates.write(job.reports, groups, job.sources.paths)
    if job.options.json:
        plan = (
            text.document(found.checked.title, found.checked.actions, found.checked.refused)
            if found.checked is not None
            else {}
        )
        show.document({**plan, **document(groups), **_unreadable(found.scanned)})
    else:
        duplicates.tell(groups)
        if found.checked is not None:
            changing.show_plan(job.options, found.checked)
        _after(job, found, groups)
    if job.options.fail_on_found and any(group.drop for group in groups):
        return FOUND
    return learning.PARTLY if found.is_partly and not job.options.dry_run else 0


def _unreadable(scanned: ScanReport | None) -> dict[str, object]:
    rows = () if scanned is None else scanned.unreadable
    return {"unreadable": [{"path": path, "reason": reason} for path, reason in rows]}


def _carried_out(job: _Job, catalog: Catalog, journal: Journal, scanned: ScanReport | None) -> int:
    progress = job.opened.progress
    resumed: Finished | None = None
    if (old := journal.unfinished(job.key)) is not None:
        progress.say(f"finishing run {old.id}, which was stopped")
        with changing.stopping(progress) as stop:
            resumed = resume(old.id, journal, job.place(catalog), progress=progress, stop=stop)
        following.noted(catalog, job.opened.local(), journal, resumed.run)
        if resumed.state is RunState.STOPPED:
            return resumed.exit_code
        scanned = job.opened.scan(catalog, job.sources) if job.sources else None
    found = _found(job, catalog, scanned)
    assert found.resolved is not None  # noqa: S101 (there is a deed)
    assert found.checked is not None  # noqa: S101 (there is a deed)
    finished = resumed
    if found.checked.actions:
        _ask(job, found.checked)
        with changing.stopping(progress) as stop:
            finished = run(
                found.checked, journal, job.place(catalog), progress=progress, key=job.key, stop=stop
            )
        following.noted(catalog, job.opened.local(), journal, finished.run)
    duplicates.write(job.reports, found.resolved.groups, job.sources.paths)
    _tell_done(job, found, found.resolved.groups, finished)
    code = 0 if finished is None else finished.exit_code
    if not code and job.options.fail_on_found and any(group.drop for group in found.resolved.groups):
        return FOUND
    return code or (learning.PARTLY if found.is_partly else 0)


def _ask(job: _Job, checked: Checked) -> None:
    if not job.options.json and not job.options.yes:
        for line in text.lines(checked.title, checked.actions, checked.refused):
            show.line(line)
    changing.consent(job.options, f"{text.summary(checked.actions).capitalize()}. Go on?")


def _tell_done(job: _Job, found: _Found, groups: Sequence[Settled], finished: Finished | None) -> None:
    if job.options.json:
        show.document(
            {
                "run": None if finished is None else finished.run,
                "state": None if finished is None else finished.state.value,
                "done": 0 if finished is None else finished.done,
                "problems": [] if finished is None else changing.problems(finished.problems),
                **document(groups),
                **_unreadable(found.scanned),
            }
        )
    elif finished is None:
        duplicates.tell(groups)
        show.line("Nothing to do.")
    else:
        duplicates.tell(groups)
        if finished.state is RunState.STOPPED:
            show.line("Stopped; the same command goes on from here.")
        show.line(f"{finished.title}: {show.count(finished.done, 'change')} done.")
        show.line(f"Take it back: keepers undo {finished.run}")
        show.line("What went lies in the trash of its drive. Free its place: keepers trash empty")
    if finished is not None:
        changing.tell_problems(job.options, finished.problems, ())
        if job.deed is Deed.REFLINK and any("not supported" in problem.why for problem in finished.problems):
            job.opened.progress.say(
                "this file system cannot share blocks (btrfs, xfs and bcachefs can); nothing of that was changed"
            )
    if found.checked is not None:
        changing.tell_problems(job.options, (), found.checked.refused)
    if not job.options.json and found.scanned is not None:
        learning.unreadable(found.scanned.unreadable)


def _after(job: _Job, found: _Found, groups: Sequence[Settled]) -> None:
    for path in () if job.options.dry_run else job.reports:
        show.line(f"Report: {path}")
    if found.scanned is not None:
        learning.unreadable(found.scanned.unreadable)
    if job.deed is None and any(group.drop for group in groups if group.kind in CERTAIN):
        show.line(duplicates.NEXT)
    elif job.deed is None:
        show.line("Nothing was changed.")
