"""Sorting photos by people with the settings of a session: from what is asked for to a run that came to its end."""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers import config, wiring
from keepers.apply.history import moved_away
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState
from keepers.apply.run import Finished, go_on, never, resume, run
from keepers.catalog import library, locations, sightings
from keepers.catalog.store import Catalog
from keepers.decide.people_choice import Rules, Several
from keepers.errors import UsageError
from keepers.people_work.account import account, folders_here
from keepers.places.immich_api import DEFAULT
from keepers.places.local.writers import has_writer
from keepers.plan.check import Checked
from keepers.plan.people_folders import Style
from keepers.plan.people_plan import How
from keepers.wiring import Session, Sources
from keepers.workflows import importing, people_sorting
from keepers.workflows.people_matching import Account, Patience
from keepers.workflows.people_sorting import PeopleSorting, Prepared, Request
from keepers.workflows.settling import Settling
from keepers.workflows.target_folder import refuse_unsafe

#: The same command goes on with a run that left something out, but not with that of last week.
GOES_ON: Final = timedelta(days=1)
ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for beyond the settings.

    Without `sources` everything that the server's people are in and that lies on this machine. `people` are names or ids.
    `wait` are seconds that the server has to learn of new photos.
    """

    sources: Sources | None = None
    server: str = DEFAULT
    via: str = ""
    people: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    videos: bool = False
    archived: bool = False
    again: bool = False
    wait: float = 0.0
    trusted: bool = False
    download: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a sorting; `finished` is None where nothing was to be done, or nothing was to be changed."""

    request: Request
    prepared: Prepared | None
    finished: Finished | None

    @property
    def is_stopped(self) -> bool:
        """Whether somebody stopped it; the same request goes on from there."""
        return self.finished is not None and self.finished.state is RunState.STOPPED


def agreed(_: Checked) -> None:
    """Nobody needs to be asked."""


@dataclass(frozen=True, slots=True)
class Work:
    """Sorting with the settings of a session; `stop` says whether to end after the present photo."""

    session: Session
    stop: Callable[[], contextlib.AbstractContextManager[Callable[[], bool]]] = field(
        default=lambda: contextlib.nullcontext(never)
    )

    def sort(self, asked: Asked, ask: Callable[[Checked], None] = agreed, *, dry: bool = False) -> Ended:
        """Learn the sources, ask the server who is in them, and sort; `ask` may refuse by raising.

        A run that was stopped is finished first. With `dry` nothing but the catalog changes.
        """
        _refuse_off(self.session)
        job = self._job(asked)
        session = self.session
        with session.catalog(create=True) as catalog, session.journal(create=not dry) as journal:
            finished = None
            if journal is not None and not dry:
                finished = self._resumed(job, catalog, journal)
                if finished is not None and finished.state is RunState.STOPPED:
                    return Ended(job.request, None, finished)
            scanned = session.scan(catalog, job.sources)
            _learn_base(session, catalog, job.request.base, journal)
            with account(session.environment, asked.server, asked.via) as opened:
                work = _sorting(session, catalog, opened, journal, 0.0 if dry else asked.wait)
                prepared = people_sorting.prepare(work, _only(job.request, opened, asked), scanned)
            if dry or journal is None:
                return Ended(job.request, prepared, None)
            if prepared.checked.actions:
                ask(prepared.checked)
                people_sorting.intend(work, job.request, prepared)
                finished = self._run(job, prepared.checked, catalog, journal)
            return Ended(job.request, prepared, finished)

    def _job(self, asked: Asked) -> "_Job":
        base = base_of(self.session.settings)
        if not base:
            raise UsageError(
                "no folder is set for the folders of people; name it: --to DIR, or keepers config set people_base DIR"
            )
        sources = asked.sources or _everything(self.session, asked.server)
        # The old tool keeps them in a folder of the downloads: what lies there is no source.
        around = [path for path in sources.paths if base != path and wiring.inside(base, path)]
        others = [path for path in sources.paths if path not in around]
        base = wiring.target(base, others)
        place = self.session.local([*sources.paths, base])
        refuse_unsafe(base, others, place, trusted=asked.trusted, what="folder of people's folders")
        return _Job(asked, sources, _request(self.session, asked, sources, base))

    def _resumed(self, job: "_Job", catalog: Catalog, journal: Journal) -> Finished | None:
        old = journal.unfinished(job.key)
        if old is None:
            return None
        self.session.progress.say(f"finishing run {old.id}, which was stopped")
        place = self.session.local([*job.sources.paths, job.request.base])
        with self.stop() as stop:
            finished = resume(old.id, journal, place, progress=self.session.progress, stop=stop)
        people_sorting.remember(catalog, place, old.id, journal.steps(old.id), datetime.now(UTC))
        return finished

    def _run(self, job: "_Job", checked: Checked, catalog: Catalog, journal: Journal) -> Finished:
        progress = self.session.progress
        place = self.session.local([*job.sources.paths, job.request.base])
        old = journal.unfinished(job.key)
        with self.stop() as stop:
            if old is not None and _is_recent(old):
                finished = go_on(old.id, checked, journal, place, progress=progress, stop=stop)
            else:
                finished = run(checked, journal, place, progress=progress, key=job.key, stop=stop)
        people_sorting.remember(catalog, place, finished.run, journal.steps(finished.run), datetime.now(UTC))
        return finished


def base_of(settings: config.Settings) -> str:
    """The folder that the folders of people lie in; empty where none is set."""
    return os.path.abspath(os.path.expanduser(settings.people_base)) if settings.people_base else ""


class _SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The present moment, aware."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Job:
    asked: Asked
    sources: Sources
    request: Request

    @property
    def key(self) -> str:
        """What makes another call the same job."""
        made, rules = self.request, self.request.rules
        return json.dumps(
            [
                "people sort",
                self.asked.server,
                made.sources,
                made.base,
                made.how,
                rules.several,
                rules.min_faces,
                sorted(rules.excluded),
                rules.videos,
                sorted(self.asked.people),
                made.archived,
            ]
        )


def is_on(session: Session) -> bool:
    """Whether sorting is switched on; somebody may have switched it since the session began."""
    return config.load({}, session.environment).people_sorting == ON


def _refuse_off(session: Session) -> None:
    if not is_on(session):
        raise UsageError("sorting by people is switched off; keepers config set people_sorting on")


def _everything(session: Session, server: str) -> Sources:
    """Where the server's files lie here; if nobody said, all that is known."""
    mapped = folders_here(session.environment, server)
    if mapped:
        return wiring.sources(mapped)
    known: list[str] = []
    if session.catalog_file.exists():
        with session.catalog(create=False) as catalog:
            known = [path for path, photos, _ in locations.roots(catalog) if photos and os.path.isdir(path)]
    if not known:
        raise UsageError(
            "name a SOURCE whose photos are to be sorted, or say where the server's folders lie on this machine: "
            f"[immich.{server}.paths] in {config.config_file(session.environment)}"
        )
    return wiring.sources(known)


def _request(session: Session, asked: Asked, sources: Sources, base: str) -> Request:
    settings = session.settings
    left = [*asked.exclude, *(one.strip() for one in settings.people_exclude.split(";"))]
    rules = Rules(
        Several(settings.people_several),
        settings.people_min_faces,
        frozenset(text for one in left if one for text in (one, one.casefold())),
        asked.videos,
    )
    return Request(
        sources.paths,
        base,
        How(settings.people_how),
        rules,
        Style(settings.people_folders),
        again=asked.again,
        archived=asked.archived,
        download=asked.download,
    )


def _only(request: Request, account: Account, asked: Asked) -> Request:
    """The request with the ids of those who were named."""
    if not asked.people:
        return request
    wanted: set[str] = set()
    everybody = account.people.people(counted=False)
    for text in asked.people:
        found = {one.id for one in everybody if text == one.id or text.casefold() == one.name.casefold()}
        if not found:
            raise UsageError(
                f"the server knows nobody called {text}; keepers people list shows whom it knows"
            )
        wanted |= found
    return Request(
        request.sources, request.base, request.how, request.rules, request.style, frozenset(wanted),
        request.again, request.archived, request.download,
    )  # fmt: skip


def _sorting(
    session: Session, catalog: Catalog, account: Account, journal: Journal | None, wait: float
) -> PeopleSorting:
    place = session.local()
    runs = [] if journal is None else journal.runs()
    return PeopleSorting(
        catalog,
        place,
        session.progress,
        Settling(place, has_writer, session.settings.settle_seconds),
        account,
        Patience(_SystemClock(), time.sleep, wait),
        frozenset(one.id for one in runs if one.state is RunState.UNDONE),
        datetime.now(UTC),
    )


def _learn_base(session: Session, catalog: Catalog, base: str, journal: Journal | None) -> None:
    """Scan what lies there: that is not sorted there twice."""
    is_empty = not (os.path.isdir(base) and os.listdir(base))
    if not session.accept_missing:
        moved = frozenset(moved_away(journal))
        importing.check_library(catalog, base, is_empty=is_empty, moved=moved)
    known = library.paths(catalog, base)
    if not os.path.lexists(base):
        # An undo may have taken it away; it is made anew.
        sightings.begin(catalog)
        sightings.forget(catalog, [base], [])
        library.forget_root(catalog, base)
    elif known or not is_empty:
        trusting = is_empty or not known or session.accept_missing
        Session(
            session.settings,
            session.environment,
            session.progress,
            None,
            trusting,
            session.full_resolution,
        ).scan(catalog, Sources((base,)))


def _is_recent(old: Run) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(old.started) < GOES_ON
