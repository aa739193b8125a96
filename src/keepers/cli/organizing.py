"""The main job: organize."""

import argparse
import contextlib
import json
import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from keepers import wiring
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import Finished, resume, run
from keepers.apply.undo import Place
from keepers.catalog import locations, sightings
from keepers.catalog.store import Catalog
from keepers.cli import changing, judging, learning, page_groups, session, show
from keepers.cli.whole import whole
from keepers.errors import UsageError
from keepers.model import Decision, GroupKind, Ref
from keepers.places.local import LocalPlace
from keepers.plan import layout
from keepers.plan.check import Checked, check
from keepers.plan.report import Summary
from keepers.plan.text import shown
from keepers.workflows import organizing
from keepers.workflows.scan import ScanReport
from keepers.workflows.target_folder import refuse_closed
from keepers.workflows.tidy import Tidied


def organize(options: argparse.Namespace) -> int:
    """Scan, group, judge, and copy every group into a folder of its own."""
    opened = session.opened(options)
    sources = whole(opened, session.sources(options)) if options.sources else _known(options, opened)
    job = _Job(options, opened, sources, wiring.target(options.to, sources.paths))
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, sources) if options.sources else None
        if options.dry_run:
            with opened.journal(create=False) as journal:
                planned = _planned(job, catalog, journal, report)
            changing.show_plan(options, planned.checked)
            _told_unread(job, planned)
            return 0
        with opened.journal(create=True) as journal:
            assert journal is not None  # noqa: S101 (create=True makes one)
            return _carried_out(job, catalog, journal, report)


def _known(options: argparse.Namespace, opened: wiring.Session) -> wiring.Sources:
    """All folders and servers that are known, but for earlier results; UsageError where there are none."""
    target = wiring.target(options.to, ())
    with opened.catalog(create=False) as catalog:
        folders = [path for path, _, _ in locations.roots(catalog) if not wiring.inside(path, target)]
        servers = [root for root in sightings.everywhere(catalog) if root != "/"]
    if not (folders or servers):
        raise UsageError("no photos are known yet; name a SOURCE")
    return session.sources(argparse.Namespace(**{**vars(options), "sources": [*folders, *servers]}))


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
                tuple(self.sources),
                self.target,
                told.threshold,
                told.time_window,
                told.min_size,
                told.kind,
                told.enable_hdr,
                *(["faces"] if told.enable_face_swap and told.swap_closed_eyes else []),
            ]
        )

    def machine(self) -> LocalPlace:
        """The files of this machine, with a quarantine in the target if one is needed."""
        return self.opened.local([*self.sources.paths, self.target])

    @contextlib.contextmanager
    def place(self, decisions: Sequence[Decision] = (), catalog: Catalog | None = None) -> Generator[Place]:
        """This machine, and the servers whose photos are copied; what the catalog knows of them is not asked again."""
        if not self.sources.servers:
            yield self.machine()
            return
        from keepers import downloads  # noqa: PLC0415 (httpx2 costs 150 ms)

        roots = [*self.sources.paths, self.target]
        paths = {} if catalog is None else downloads.paths(catalog, decisions)
        with downloads.place(self.opened, roots, downloads.known(decisions), paths) as made:
            yield made

    def tidied(self, catalog: Catalog) -> tuple[Tidied, Mapping[Ref, str]]:
        """The groups, and why photos of servers are left out; a dry run loads none of them."""
        kinds = judging.kinds(self.options)
        if not self.sources.servers or self.options.dry_run:
            return self.opened.tidy(catalog, self.sources, kinds), {}
        from keepers import downloads  # noqa: PLC0415 (httpx2 costs 150 ms)

        return downloads.whole(self.opened, catalog, self.sources, kinds)


@dataclass(frozen=True, slots=True)
class _Planned:
    prepared: organizing.Prepared
    checked: Checked
    decisions: Sequence[Decision]
    unread: tuple[tuple[str, str], ...]


def _planned(job: _Job, catalog: Catalog, journal: Journal | None, report: ScanReport | None) -> _Planned:
    tidied, left = job.tidied(catalog)
    page_groups.keep(job.options, job.opened, catalog, job.sources, tidied)
    unread = (*(report.unreadable if report else ()), *((shown(ref), why) for ref, why in left.items()))
    when = datetime.now(UTC).astimezone(job.opened.home)
    about = Summary(
        "Your photos, organized", tidied.photos, tidied.ungrouped, when, tuple(job.sources), unread
    )
    work = job.opened.organizing(catalog, journal, job.machine())
    with _pictures(job, catalog) as pictures:
        work = replace(work, pictures=pictures)
        prepared = organizing.prepare(work, tidied.decisions, job.target, about)
    with job.place(tidied.decisions) as place:
        checked = check(prepared.plan, world(prepared.plan, place, prepared.present))
    return _Planned(prepared, checked, tidied.decisions, (*unread, *prepared.damaged))


@contextlib.contextmanager
def _pictures(job: _Job, catalog: Catalog) -> Generator[tuple[layout.Picture, ...]]:
    """The pictures that are to be made of groups, besides their copies; a dry run loads nothing for them."""
    swaps = job.options.enable_face_swap and job.options.swap_closed_eyes
    if not (job.options.enable_hdr or swaps):
        yield ()
        return
    from keepers import studio  # noqa: PLC0415 (OpenCV costs 100 ms)
    from keepers.cli import far_away  # noqa: PLC0415 (the same)
    from keepers.create.hdr import Method  # noqa: PLC0415 (the same)
    from keepers.workflows.enhancing import Wish  # noqa: PLC0415 (the same)

    served, dry = bool(job.sources.servers), bool(job.options.dry_run)
    with far_away.originals(job.opened, catalog, served=served, dry=dry) as afar:
        made: list[layout.Picture] = []
        if job.options.enable_hdr:
            wish = Wish(Method(job.options.hdr_method), job.options.hdr_gamma)
            merge = studio.merging(job.opened, catalog, wish, afar)
            made.append(layout.Picture(GroupKind.BRACKET, layout.MERGED, "the merged frames", merge))
        if swaps:
            mend = studio.mending(job.opened, catalog, afar)
            made.append(
                layout.Picture(GroupKind.BURST, layout.SWAPPED, "closed eyes opened in the pick", mend)
            )
        yield tuple(made)


def _carried_out(job: _Job, catalog: Catalog, journal: Journal, report: ScanReport | None) -> int:
    progress = job.opened.progress
    resumed: Finished | None = None
    if (old := journal.unfinished(job.key)) is not None:
        progress.say(f"finishing run {old.id}, which was stopped")
        with changing.stopping(progress) as stop, job.place() as place:
            resumed = resume(old.id, journal, place, progress=progress, stop=stop)
        if resumed.state is RunState.STOPPED or changing.trouble(place) is not None:
            return changing.ended(job.options, resumed, place)
    planned = _planned(job, catalog, journal, report)
    organizing.remember(catalog, job.target, planned.prepared)
    finished, trouble = resumed, None
    if planned.checked.actions:
        refuse_closed(job.target)
        with changing.stopping(progress) as stop, job.place(planned.decisions, catalog) as place:
            finished = run(planned.checked, journal, place, progress=progress, key=job.key, stop=stop)
            trouble = changing.trouble(place)
    if finished is None:
        code = 0
        _nothing(job, len(planned.prepared.placings))
    else:
        code = finished.exit_code
        _tell(job, planned, finished)
        changing.tell_problems(job.options, () if trouble else finished.problems, ())
    changing.tell_problems(job.options, (), planned.checked.refused)
    _told_unread(job, planned)
    if trouble is not None:
        return changing.lost(trouble)
    return code or (learning.PARTLY if planned.unread or planned.checked.refused else 0)


def _told_unread(job: _Job, planned: _Planned) -> None:
    if not job.options.json:
        learning.unreadable(planned.unread)


def _nothing(job: _Job, groups: int) -> None:
    if job.options.json:
        show.document({"run": None, "to": job.target, "groups": groups, "actions": 0})
    elif groups:
        show.line(f"Nothing to do: {show.count(groups, 'group')} in {job.target} already.")
    else:
        show.line("There are no groups; nothing was written.")


def _tell(job: _Job, planned: _Planned, finished: Finished) -> None:
    page = os.path.join(job.target, "reports", "index.html")
    if job.options.json:
        show.document(
            {
                "run": finished.run,
                "state": finished.state.value,
                "to": job.target,
                "page": page,
                "actions": finished.done,
                "unreadable": [{"path": path, "reason": reason} for path, reason in planned.unread],
            }
        )
        return
    if finished.state is RunState.STOPPED:
        show.line("Stopped; the same command goes on from here.")
    show.line(f"{finished.title}: {show.count(finished.done, 'file')} written.")
    show.line(f"Look at it: {page}")
    show.line(f"Take it back: keepers undo {finished.run}")
