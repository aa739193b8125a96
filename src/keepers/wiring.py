"""Builds catalog, places and workers from settings; the one spot where adapters are chosen.

Adapters that are slow to import are imported inside the functions that build them, so that a
command pays only for what it uses.
"""

import contextlib
import dataclasses
import functools
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from keepers import config
from keepers.catalog.store import Catalog, open_catalog
from keepers.config import Settings
from keepers.devices import Devices
from keepers.model import LOCAL, Asset, Bundle, ContentId, GroupKind, Look, PlaceId, Score
from keepers.places.addresses import Filter, Sources, inside, is_there, server, server_names, sources, target
from keepers.places.local import Known, LocalPlace
from keepers.ports import LookTask, Progress, Rights, Viewed, Workers
from keepers.workflows import folders, scan
from keepers.workflows.job import MEASURE, Footage, Job, Measured, Measuring, Proof, Thumb

if TYPE_CHECKING:
    from keepers.apply.journal import Journal
    from keepers.apply.record import Run
    from keepers.apply.undo import Place
    from keepers.places import apple, immich_api
    from keepers.plan.whereabouts import Answer, Library
    from keepers.score.weights import Weights
    from keepers.workflows.deduplicating import Deduplicating
    from keepers.workflows.doctor import Check
    from keepers.workflows.judging import Judging
    from keepers.workflows.organizing import Organizing
    from keepers.workflows.scan import Learning
    from keepers.workflows.tidy import Tidied
    from keepers.workflows.verifying import Verified

__all__ = ["Filter", "Session", "Sources", "inside", "is_there", "server", "sources", "target"]

#: Files that are copied at once: with four, copying and reading back took 0.6 of the time of one at a time.
COPIES: Final = 4


@dataclass(frozen=True)
class Session:
    """One command's settings and progress, and what is built from them."""

    settings: Settings
    environment: Mapping[str, str]
    progress: Progress
    limit: int | None = None
    accept_missing: bool = False
    full_resolution: bool = False

    @property
    def catalog_file(self) -> Path:
        """Where the catalog lies."""
        return config.catalog_file(self.settings, self.environment)

    @contextlib.contextmanager
    def catalog(self, *, create: bool) -> Generator[Catalog]:
        """The open catalog, closed at the end; NoCatalogError when there is none and none may be made."""
        opened = open_catalog(self.catalog_file, create=create)
        try:
            yield opened
        finally:
            opened.close()

    def local(self, roots: Sequence[str] = ()) -> LocalPlace:
        """The file systems of this machine; quarantines lie in the roots."""
        known = Known(self.rights, self._true_paths)
        return LocalPlace(roots=tuple(roots), threads=1 if self.jobs == 1 else COPIES, known=known)

    @property
    def rights(self) -> dict[str, Rights]:
        """What was said of folders: what may be done to the files in them."""
        given = {
            Rights.MAY_TRASH: self.settings.may_trash,
            Rights.MAY_MOVE: self.settings.may_move,
            Rights.REFERENCE: self.settings.reference,
        }
        return {path: rights for rights, text in given.items() for path in config.folders(text)}

    def _true_paths(self) -> Mapping[str, tuple[ContentId, str]]:
        with self.journal(create=False) as journal:
            if journal is None:
                return {}
            from keepers.apply.history import true_paths  # noqa: PLC0415 (most scans have nothing to look up)

            return true_paths(journal)

    @property
    def jobs(self) -> int:
        """Worker processes to use."""
        return self.settings.jobs or len(os.sched_getaffinity(0))

    @property
    def home(self) -> tzinfo:
        """The time zone of photos that name none."""
        named = self.settings.home_zone
        return ZoneInfo(named) if named else datetime.now(UTC).astimezone().tzinfo or UTC

    def picture_workers(self) -> Workers:
        """Crash-proof worker processes for looking at pictures."""
        networks = () if self.settings.faces == "none" else ("keepers.detect.nets",)
        return self._workers("keepers.detect.look", "keepers.workflows.picture", *networks)

    def _workers(self, *start: str) -> Workers:
        from keepers.work import choose  # noqa: PLC0415 (multiprocessing costs 100 ms)

        settings = self.settings
        return choose.workers(
            settings.scheduler, self.jobs, settings.seconds_per_file, start, self.progress.say
        )

    @property
    def devices(self) -> Devices:
        """What decides whether the face networks run on a GPU."""
        return Devices(self.settings, self.jobs, self.progress.say)

    def measuring(self) -> Measuring:
        """The workers of a scan and what they run."""
        from keepers.work.named import Named  # noqa: PLC0415 (only a scan with work needs it)

        name = "measure_for_servers" if server_names(self.environment) else "measure"
        measure: Named[Job, Measured] = Named(MEASURE, name)
        finished: Named[Sequence[Measured], Sequence[Measured]] = Named(MEASURE, "finished")
        return Measuring(self._workers(MEASURE), measure, finished)

    @contextlib.contextmanager
    def journal(self, *, create: bool) -> "Generator[Journal | None]":
        """The open journal beside the catalog; None when there is none and none is to be made."""
        file = self.catalog_file.with_name(self.catalog_file.name + ".journal")
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
        elif not file.exists():
            yield None
            return
        from keepers.apply.journal import open_journal  # noqa: PLC0415 (most scans have nothing to look up)

        opened = open_journal(str(file), create=create)
        try:
            yield opened
        finally:
            if opened is not None:
                opened.close()

    def scan(self, catalog: Catalog, sources: Sequence[str]) -> scan.ScanReport:
        """Learn the sources: absolute paths, and servers."""
        given = sources if isinstance(sources, Sources) else Sources(tuple(sources))
        if not given.servers:
            return scan.scan(self.learning(catalog, given), given)
        from keepers import servers  # noqa: PLC0415 (httpx2 costs 150 ms)

        reports = [scan.scan(self.learning(catalog, given), given.paths)] if given.paths else []
        opened = servers.galleries(self.settings, self.environment, exact=self.full_resolution)
        reports += servers.scanned(opened, given.servers, lambda: self.learning(catalog, Sources(())))
        return scan.together(reports)

    def learning(self, catalog: Catalog, given: Sources) -> "Learning":
        """What a scan works with."""
        libraries = {path: self._apple(path, trashed=trashed) for path, trashed in given.apples.items()}
        entries = {path: library.entries for path, library in libraries.items()}
        reader = LocalPlace(opens=given.takeouts, libraries=entries)
        dating = folders.Dating(self.home, datetime.now(UTC))

        def tell(catalog: Catalog) -> None:
            if not (given.takeouts or libraries):
                return
            from keepers.workflows import telling  # noqa: PLC0415 (reading XML and its like costs 50 ms)

            if given.takeouts:
                telling.of_takeouts(catalog, given.takeouts)
            for path, library in libraries.items():
                telling.of_apple(catalog, path, library.told, dating)

        return scan.Learning(
            catalog, reader, self.measuring, self.progress, self.home, dating.now, self.moved_away, self.limit,
            self.accept_missing, tell,
        )  # fmt: skip

    def _apple(self, path: str, *, trashed: bool) -> "apple.Contents":
        from keepers.places import apple  # noqa: PLC0415 (only those who have a library pay for it)

        self.progress.say(f"reading what {path} knows of its photos")
        return apple.read(path, trashed=trashed)

    def immich(
        self, name: str, url: str = "", key_file: str = "", ca_file: str = ""
    ) -> "contextlib.AbstractContextManager[immich_api.Client]":
        """A client of the Immich server of a profile; what is given counts before what is set."""
        from keepers import servers  # noqa: PLC0415 (httpx2 costs 150 ms)

        return servers.client(self.environment, name, url, key_file, ca_file)

    def server(self, place: PlaceId) -> "contextlib.AbstractContextManager[immich_api.ImmichPlace]":
        """A server as a place that fields are set in, by the profile that its name ends with."""
        from keepers import servers  # noqa: PLC0415 (httpx2 costs 150 ms)

        return servers.place(self.environment, place)

    @contextlib.contextmanager
    def place(self, place: PlaceId, roots: Sequence[str] = ()) -> Generator["Place"]:
        """The place of a name: the files of this machine with quarantines in the roots, or a server."""
        if place == LOCAL:
            yield self.local(roots)
        else:
            from keepers.places.immich_api.uploading import UploadPlace  # noqa: PLC0415 (httpx2 costs 150 ms)

            with self.server(place) as opened:
                yield UploadPlace(self.local(roots), opened, place)

    def _views(
        self,
        catalog: Catalog,
        assets: Sequence[Asset],
        exact: bool,  # noqa: FBT001 (a port)
        *,
        faces: bool = True,
    ) -> Iterator[Viewed]:
        from keepers import servers  # noqa: PLC0415 (httpx2 costs 150 ms)

        opened = servers.galleries(self.settings, self.environment, exact=exact)
        return servers.views(opened, assets, exact=exact, catalog=catalog, faces=faces)

    def _alike(self, place: PlaceId, assets: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        from keepers import servers  # noqa: PLC0415 (httpx2 costs 150 ms)

        return servers.alike(self.environment, place, assets)

    def judging(self, catalog: Catalog, kinds: Sequence[GroupKind]) -> "Judging":
        """What grouping and judging work with."""
        from keepers.catalog import taste  # noqa: PLC0415 (numpy costs 80 ms)
        from keepers.group.rule import Rule  # noqa: PLC0415 (numpy costs 80 ms)
        from keepers.work.named import Named  # noqa: PLC0415 (only judging needs it)
        from keepers.workflows.judging import Judging  # noqa: PLC0415 (numpy costs 80 ms)

        settings = self.settings
        threshold = None if settings.threshold < 0 else settings.threshold
        rule = Rule(threshold, settings.time_window, settings.min_size, tuple(kinds))
        look: Named[LookTask, Look] = Named("keepers.detect.look", "look")
        prove: Named[Proof, str] = Named("keepers.workflows.picture", "prove")
        compare: Named[Footage, bytes] = Named("keepers.workflows.footage", "compared")
        comparers = functools.partial(self._workers, "keepers.workflows.picture")
        return Judging(
            catalog, self.progress, self.picture_workers, comparers, look, prove, compare, self.devices.faces, rule,
            self._weights(), self.devices.using, self.jobs, views=functools.partial(self._views, catalog),
            taste=taste.read(catalog) if settings.taste == "on" else None, closer=settings.second_pass,
            sights=functools.partial(self._views, catalog, faces=False), scenes=self.devices.scenes, alike=self._alike,
        )  # fmt: skip

    def tidy(
        self,
        catalog: Catalog,
        roots: Sequence[str],
        kinds: Sequence[GroupKind],
        about: ContentId | None = None,
    ) -> "Tidied":
        """The groups at or below the roots, judged, of whole photos also where no scan has come to its end."""
        from keepers.workflows.tidy import tidy  # noqa: PLC0415 (numpy costs 80 ms)

        folders.finish_rest(catalog, roots, folders.Dating(self.home, datetime.now(UTC)))
        return tidy(self.judging(catalog, kinds), roots, about)

    def alone(self, catalog: Catalog, bundle: Bundle) -> tuple[Score, Look | None]:
        """How good one photo is by itself, and how it looks; no look where it cannot be decoded."""
        from keepers.workflows.judging import alone  # noqa: PLC0415 (numpy costs 80 ms)

        return alone(self.judging(catalog, ()), bundle)

    def history(self) -> "list[Run]":
        """All runs, the oldest first."""
        with self.journal(create=False) as journal:
            return [] if journal is None else journal.runs()

    def doctor(self) -> "tuple[Check, ...]":
        """What checks of this installation saw."""
        from keepers.detect.choose import choose  # noqa: PLC0415 (onnxruntime costs 100 ms)
        from keepers.workflows import doctor  # noqa: PLC0415 (the decoders cost 150 ms)

        choice = choose(self.settings.faces, self.settings.model_dir)
        return (
            doctor.installation(),
            *doctor.decoders(),
            doctor.faces(choice.word, working=choice.name != "none"),
            self.devices.scene_check(),
            self.devices.check(),
            doctor.video(),
            doctor.space(self.catalog_file.parent),
            doctor.clock(datetime.now(UTC), self.home),
            self._catalog_check(),
        )

    def _catalog_check(self) -> "Check":
        from keepers.workflows.doctor import Check  # noqa: PLC0415 (the decoders cost 150 ms)

        if not self.catalog_file.exists():
            return Check("catalog", "off", f"none yet at {self.catalog_file}", "keepers scan FOLDER")
        with self.catalog(create=False) as catalog:
            problems = catalog.check()
        return Check(
            "catalog", "fail" if problems else "ok", "; ".join(problems) or f"{self.catalog_file} is sound"
        )

    def missing(
        self,
        catalog: Catalog,
        drive: "Sources",
        libraries: "Sequence[Library]",
        given: Sequence["Sources"],
        *,
        verify: bool,
        by_bytes: bool,
    ) -> "Answer":
        """Where else every file of the drive is; `given` are the libraries that are there."""
        from keepers.work.named import Named  # noqa: PLC0415 (only questions of copies need it)
        from keepers.workflows.leftovers import Looking  # noqa: PLC0415 (numpy costs 80 ms)
        from keepers.workflows.missing import Asking, answer  # noqa: PLC0415 (numpy costs 80 ms)

        place = LocalPlace(opens=[path for one in (drive, *given) for path in one.takeouts])
        everything = LocalPlace(junk=_nothing_is_junk)
        beside: Named[Proof, str] = Named("keepers.workflows.picture", "beside")
        asking = Asking(
            self.judging(catalog, ()), Looking(catalog, place, everything.listing), self.progress,
            functools.partial(self.scan, catalog), beside, place.reread, datetime.now(UTC).isoformat(),
            verify, by_bytes,
        )  # fmt: skip
        return answer(asking, drive, libraries)

    def verify(
        self, catalog: Catalog, roots: Sequence[str], share: float, older_than: timedelta | None
    ) -> "Verified":
        """What reading the known files at or below the roots again shows."""
        from keepers.workflows.verifying import Verifying, Wanted, verify  # noqa: PLC0415 (only it needs it)

        place = LocalPlace()
        verifying = Verifying(
            catalog, place, place.reread, self.progress, datetime.now(UTC), self._placed, self.moved_away
        )
        return verify(verifying, Wanted(roots, share, older_than))

    def deduplicating(
        self, catalog: Catalog, place: LocalPlace, roots: Sequence[str], references: Sequence[str]
    ) -> "Deduplicating":
        """What settling duplicates works with."""
        from keepers.work.named import Named  # noqa: PLC0415 (only questions of copies need it)
        from keepers.workflows.deduplicating import Deduplicating  # noqa: PLC0415 (numpy costs 80 ms)
        from keepers.workflows.likenesses import beside_of  # noqa: PLC0415 (numpy costs 80 ms)

        beside: Named[Proof, str] = Named("keepers.workflows.picture", "beside")
        look = functools.partial(beside_of, self.judging(catalog, ()), beside)
        return Deduplicating(catalog, place, roots, references, look)

    def organizing(self, catalog: Catalog, journal: "Journal | None", place: LocalPlace) -> "Organizing":
        """What organizing works with."""
        from keepers.apply.history import placed  # noqa: PLC0415 (only organizing needs it)
        from keepers.work.named import Named  # noqa: PLC0415 (only organizing needs it)
        from keepers.workflows.organizing import Organizing  # noqa: PLC0415 (numpy costs 80 ms)

        thumbnail: Named[Thumb, bytes] = Named("keepers.workflows.picture", "thumbnail")
        views = functools.partial(self._views, catalog, exact=False)
        return Organizing(
            catalog, place, self.progress, self.picture_workers, thumbnail, functools.partial(placed, journal),
            datetime.now(UTC), views,
        )  # fmt: skip

    def _placed(self) -> Mapping[str, ContentId]:
        with self.journal(create=False) as journal:
            if journal is None:
                return {}
            from keepers.apply.history import placed  # noqa: PLC0415 (most scans have nothing to look up)

            return placed(journal, "/")

    def moved_away(self) -> frozenset[str]:
        """What our own runs moved away or put into a trash: paths, and ids of servers."""
        with self.journal(create=False) as journal:
            if journal is None:
                return frozenset()
            from keepers.apply.history import moved_away  # noqa: PLC0415 (most scans have nothing to look up)

            return frozenset(moved_away(journal))

    def _weights(self) -> "Weights":
        from keepers.score.weights import Weights  # noqa: PLC0415 (numpy costs 80 ms)

        names = [f.name for f in dataclasses.fields(Settings) if f.name.startswith("weight_")]
        return Weights(**{name.removeprefix("weight_"): getattr(self.settings, name) for name in names})


def _nothing_is_junk(name: str, is_folder: bool) -> None:  # noqa: FBT001 (a listing asks so)
    """Pass nothing over."""
