"""Builds catalog, places and workers from settings; the one spot where adapters are chosen.

Adapters that are slow to import are imported inside the functions that build them, so that a
command pays only for what it uses.
"""

import contextlib
import dataclasses
import functools
import glob
import os
import stat
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final, overload
from zoneinfo import ZoneInfo

from keepers import config
from keepers.apply.history import moved_away, placed
from keepers.apply.journal import Journal, open_journal
from keepers.apply.record import Run
from keepers.catalog.store import Catalog, open_catalog
from keepers.config import Settings
from keepers.errors import SourceShrunkError, UsageError
from keepers.model import Bundle, ContentId, GroupKind, Look, Score
from keepers.places.local import LocalPlace
from keepers.ports import LookTask, Progress, Workers
from keepers.read import archive
from keepers.workflows import folders, scan, telling
from keepers.workflows.job import Footage, Job, Measured, Measuring, Proof, Thumb

if TYPE_CHECKING:
    from keepers.places import apple
    from keepers.plan.whereabouts import Answer, Library
    from keepers.score.weights import Weights
    from keepers.workflows.doctor import Check
    from keepers.workflows.organizing import Organizing
    from keepers.workflows.tidy import Backend, Judging, Tidied

REMOTE: Final = ("immich:",)
_TAKEOUT, _APPLE = "takeout:", "apple:"
#: Behind an Apple library's address: photos in its trash, too.
_TRASH: Final = "#trash"


@dataclass(frozen=True)
class Sources(Sequence[str]):
    """What a command was given, as absolute paths; those among them that are libraries, with what is in them.

    An archive stands as `/a/b.zip!`.
    """

    paths: tuple[str, ...]
    takeouts: tuple[str, ...] = ()
    apples: Mapping[str, bool] = field(default_factory=dict[str, bool])

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.paths[index]

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True)
class Session:
    """One command's settings and progress, and what is built from them."""

    settings: Settings
    environment: Mapping[str, str]
    progress: Progress
    limit: int | None = None
    accept_missing: bool = False

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
        return LocalPlace(roots=tuple(roots))

    @property
    def jobs(self) -> int:
        """Worker processes to use."""
        return self.settings.jobs or len(os.sched_getaffinity(0))

    @property
    def home(self) -> tzinfo:
        """The time zone of photos that name none."""
        if self.settings.home_zone:
            return ZoneInfo(self.settings.home_zone)
        return datetime.now(UTC).astimezone().tzinfo or UTC

    def workers(self) -> Workers:
        """Crash-proof worker processes for measuring."""
        from keepers.work.local import LocalWorkers  # noqa: PLC0415 (multiprocessing costs 100 ms)

        return LocalWorkers(
            self.jobs, seconds=self.settings.seconds_per_file, start=("keepers.workflows.measure",)
        )

    def picture_workers(self) -> Workers:
        """Crash-proof worker processes for looking at pictures."""
        from keepers.work.local import LocalWorkers  # noqa: PLC0415 (multiprocessing costs 100 ms)

        start = ("keepers.detect.look", "keepers.workflows.picture")
        return LocalWorkers(self.jobs, seconds=self.settings.seconds_per_file, start=start)

    def measuring(self) -> Measuring:
        """The workers of a scan and what they run."""
        from keepers.work.named import Named  # noqa: PLC0415 (only a scan with work needs it)

        measure: Named[Job, Measured] = Named("keepers.workflows.measure", "measure")
        finished: Named[Sequence[Measured], Sequence[Measured]] = Named(
            "keepers.workflows.measure", "finished"
        )
        return Measuring(self.workers(), measure, finished)

    @contextlib.contextmanager
    def journal(self, *, create: bool) -> Generator[Journal | None]:
        """The open journal beside the catalog; None when there is none and none is to be made."""
        file = self.catalog_file.with_name(self.catalog_file.name + ".journal")
        if create:
            file.parent.mkdir(parents=True, exist_ok=True)
        opened = open_journal(str(file), create=create)
        try:
            yield opened
        finally:
            if opened is not None:
                opened.close()

    def scan(self, catalog: Catalog, sources: Sequence[str]) -> scan.ScanReport:
        """Learn the sources, which are absolute paths."""
        given = sources if isinstance(sources, Sources) else Sources(tuple(sources))
        libraries = {path: self._apple(path, trashed=trashed) for path, trashed in given.apples.items()}
        entries = {path: library.entries for path, library in libraries.items()}
        reader = LocalPlace(opens=given.takeouts, libraries=entries)
        dating = folders.Dating(self.home, datetime.now(UTC))

        def tell(catalog: Catalog) -> None:
            if given.takeouts:
                telling.of_takeouts(catalog, given.takeouts)
            for path, library in libraries.items():
                telling.of_apple(catalog, path, library.told, dating)

        learning = scan.Learning(
            catalog, reader, self.measuring, self.progress, self.home, dating.now, self._moved_away, self.limit,
            self.accept_missing, tell,
        )  # fmt: skip
        return scan.scan(learning, given)

    def _apple(self, path: str, *, trashed: bool) -> "apple.Contents":
        from keepers.places import apple  # noqa: PLC0415 (only those who have a library pay for it)

        self.progress.say(f"reading what {path} knows of its photos")
        return apple.read(path, trashed=trashed)

    def judging(self, catalog: Catalog, kinds: Sequence[GroupKind]) -> "Judging":
        """What grouping and judging work with."""
        from keepers.group.rule import Rule  # noqa: PLC0415 (numpy costs 80 ms)
        from keepers.work.named import Named  # noqa: PLC0415 (only judging needs it)
        from keepers.workflows.tidy import Judging  # noqa: PLC0415 (numpy costs 80 ms)

        settings = self.settings
        threshold = None if settings.threshold < 0 else settings.threshold
        rule = Rule(threshold, settings.time_window, settings.min_size, tuple(kinds))
        look: Named[LookTask, Look] = Named("keepers.detect.look", "look")
        prove: Named[Proof, str] = Named("keepers.workflows.picture", "prove")
        compare: Named[Footage, bytes] = Named("keepers.workflows.footage", "compared")
        return Judging(
            catalog,
            self.progress,
            self.picture_workers,
            look,
            prove,
            compare,
            self._backend,
            rule,
            self._weights(),
        )

    def tidy(
        self,
        catalog: Catalog,
        roots: Sequence[str],
        kinds: Sequence[GroupKind],
        about: ContentId | None = None,
    ) -> "Tidied":
        """The groups at or below the roots, judged."""
        from keepers.workflows.tidy import tidy  # noqa: PLC0415 (numpy costs 80 ms)

        return tidy(self.judging(catalog, kinds), roots, about)

    def alone(self, catalog: Catalog, bundle: Bundle) -> tuple[Score, Look | None]:
        """How good one photo is by itself, and how it looks; no look where it cannot be decoded."""
        from keepers.workflows.tidy import alone  # noqa: PLC0415 (numpy costs 80 ms)

        return alone(self.judging(catalog, ()), bundle)

    def history(self) -> list[Run]:
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
            self.judging(catalog, ()),
            Looking(catalog, place, everything.listing),
            self.progress,
            functools.partial(self.scan, catalog),
            beside,
            place.reread,
            datetime.now(UTC).isoformat(),
            verify,
            by_bytes,
        )
        return answer(asking, drive, libraries)

    def organizing(self, catalog: Catalog, journal: Journal | None, place: LocalPlace) -> "Organizing":
        """What organizing works with."""
        from keepers.work.named import Named  # noqa: PLC0415 (only organizing needs it)
        from keepers.workflows.organizing import Organizing  # noqa: PLC0415 (numpy costs 80 ms)

        thumbnail: Named[Thumb, bytes] = Named("keepers.workflows.picture", "thumbnail")
        return Organizing(
            catalog,
            place,
            self.progress,
            self.picture_workers,
            thumbnail,
            functools.partial(placed, journal),
            datetime.now(UTC),
        )

    def _moved_away(self) -> frozenset[str]:
        with self.journal(create=False) as journal:
            return frozenset(moved_away(journal))

    def _backend(self) -> "Backend":
        from keepers.detect.choose import choose  # noqa: PLC0415 (onnxruntime costs 100 ms)
        from keepers.workflows.tidy import Backend  # noqa: PLC0415 (numpy costs 80 ms)

        choice = choose(self.settings.faces, self.settings.model_dir)
        if choice.name == "none":
            self.progress.say(choice.word)
        return Backend(choice.name, choice.method, self.settings.model_dir)

    def _weights(self) -> "Weights":
        from keepers.score.weights import Weights  # noqa: PLC0415 (numpy costs 80 ms)

        names = [f.name for f in dataclasses.fields(Settings) if f.name.startswith("weight_")]
        return Weights(**{name.removeprefix("weight_"): getattr(self.settings, name) for name in names})


def sources(given: Sequence[str]) -> Sources:
    """Absolute, unresolved paths of the sources, those within others left out.

    UsageError for an address that is none of this machine, or when one folder is given under two
    names; SourceShrunkError when it is not there.
    """
    takeouts = sorted({path for text in given if text.startswith(_TAKEOUT) for path in _takeout(text)})
    apples = dict(_apple_library(text) for text in given if text.startswith(_APPLE))
    plain = {_path(text) for text in given if not text.startswith((_TAKEOUT, _APPLE))}
    kept: list[str] = []
    seen: dict[tuple[int, int], str] = {}
    for path in sorted({*takeouts, *apples, *plain}):
        if path not in apples and any(inside(path, other) for other in kept):
            continue
        identity = _identity(path)
        if identity in seen:
            message = f"{path} and {seen[identity]} are the same folder; give one of them"
            raise UsageError(message)
        seen[identity] = path
        kept.append(path)
    return Sources(tuple(kept), tuple(takeouts), apples)


def _nothing_is_junk(name: str, is_folder: bool) -> None:  # noqa: FBT001 (a listing asks so)
    """Pass nothing over."""


def is_there(path: str) -> bool:
    """Whether a path names something, on disk or in an archive."""
    return os.path.lexists(path) or archive.status(os.path.abspath(path)) is not None


def inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by name."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def target(given: str, among: Sequence[str]) -> str:
    """The absolute path of a target folder; UsageError when it lies within a source or around one."""
    path = os.path.abspath(os.path.expanduser(given))
    real = os.path.realpath(path)
    for source in among:
        held = os.path.realpath(source)
        if inside(real, held) or inside(path, source):
            message = f"the target {path} lies inside the source {source}; choose a folder outside of it"
            raise UsageError(message)
        if inside(held, real) or inside(source, path):
            message = f"the source {source} lies inside the target {path}; choose another target"
            raise UsageError(message)
    if ".photoslibrary/" in f"{path}/".lower():
        message = (
            f"the target {path} lies in a library of Apple Photos, which is only read; choose another target"
        )
        raise UsageError(message)
    if os.path.lexists(path) and not os.path.isdir(path):
        message = f"the target {path} is not a folder"
        raise UsageError(message)
    return path


def _path(text: str) -> str:
    for scheme in REMOTE:
        if text.startswith(scheme):
            message = f"{text}: this version reads folders and files only; {scheme} sources come later"
            raise UsageError(message)
    path = os.path.abspath(os.path.expanduser(text))
    if path.lower().endswith(".photoslibrary") and os.path.isdir(path):
        message = f"{path} is a library of Apple Photos; read it by its address: {_APPLE}{path}"
        raise UsageError(message)
    return path


def _takeout(text: str) -> Sequence[str]:
    """The folder or the archives of a Takeout; a shell would not fill in a `*` behind the colon."""
    path = os.path.abspath(os.path.expanduser(text.removeprefix(_TAKEOUT)))
    found = [path] if os.path.lexists(path) else sorted(glob.glob(path)) or [path]
    return [_archive_or_folder(one) for one in found]


def _archive_or_folder(path: str) -> str:
    if os.path.isdir(path) or not os.path.lexists(path):
        return path
    if path.lower().endswith(".zip"):
        return path + "!"
    message = f"{path} is neither a folder nor a ZIP archive; unpack it and name the folder: {_TAKEOUT}FOLDER"
    raise UsageError(message)


def _apple_library(text: str) -> tuple[str, bool]:
    """The path of an Apple library, and whether its trash is wanted."""
    rest = text.removeprefix(_APPLE)
    path = os.path.abspath(os.path.expanduser(rest.removesuffix(_TRASH)))
    if os.path.lexists(path) and not os.path.isdir(os.path.join(path, "database")):
        message = f"{path} is no library of Apple Photos"
        raise UsageError(message)
    return path, rest.endswith(_TRASH)


def _identity(path: str) -> tuple[int, int]:
    held = archive.located(path)
    if held is not None and held[1]:
        member = archive.status(path)
        if member is None:
            message = f"{path}: {held[0]} holds no such file that can be read; nothing was learned or changed"
            raise SourceShrunkError(message)
        return member.device, member.inode
    try:
        status = os.stat(path if held is None else held[0])
    except OSError as error:
        message = f"{path}: {(error.strerror or str(error)).lower()}; nothing was learned or changed"
        raise SourceShrunkError(message) from error
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        message = f"{path} is neither a folder nor a file"
        raise UsageError(message)
    return status.st_dev, status.st_ino
