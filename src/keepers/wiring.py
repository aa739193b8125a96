"""Builds catalog, places and workers from settings; the one spot where adapters are chosen.

Adapters that are slow to import are imported inside the functions that build them, so that a
command pays only for what it uses.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from keepers import config
from keepers.catalog.store import Catalog, open_catalog
from keepers.config import Settings
from keepers.errors import SourceShrunkError, UsageError
from keepers.places.local import LocalPlace
from keepers.ports import Progress, Workers
from keepers.workflows import scan
from keepers.workflows.job import Job, Measured

REMOTE = ("immich:", "apple:", "takeout:")


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
    def catalog(self, *, create: bool) -> Iterator[Catalog]:
        """The open catalog, closed at the end; NoCatalogError when there is none and none may be made."""
        opened = open_catalog(self.catalog_file, create=create)
        try:
            yield opened
        finally:
            opened.close()

    @cached_property
    def local(self) -> LocalPlace:
        """The file systems of this machine."""
        return LocalPlace()

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
        """Crash-proof worker processes, started now."""
        from keepers.work.local import LocalWorkers  # noqa: PLC0415 (multiprocessing costs 30 ms)

        return LocalWorkers(self.jobs, seconds=self.settings.seconds_per_file)

    def measuring(self) -> tuple[Workers, Callable[[Job], Measured]]:
        """The workers of a scan and what they run."""
        from keepers.workflows.measure import measure  # noqa: PLC0415 (numpy and the decoders cost 150 ms)

        return self.workers(), measure

    def scan(self, catalog: Catalog, sources: Sequence[str]) -> scan.ScanReport:
        """Learn the sources, which are absolute paths."""
        learning = scan.Learning(
            catalog, self.local, self.measuring, self.progress, self.home, datetime.now(UTC), frozenset, self.limit,
            self.accept_missing,
        )  # fmt: skip
        return scan.scan(learning, sources)


def sources(given: Sequence[str]) -> tuple[str, ...]:
    """Absolute, unresolved paths of the sources, those within others left out.

    UsageError for an address that is no folder or file of this machine, or when one folder is given
    under two names; SourceShrunkError when it is not there.
    """
    paths = sorted({_path(text) for text in given})
    kept: list[str] = []
    seen: dict[tuple[int, int], str] = {}
    for path in paths:
        if any(inside(path, other) for other in kept):
            continue
        identity = _identity(path)
        if identity in seen:
            message = f"{path} and {seen[identity]} are the same folder; give one of them"
            raise UsageError(message)
        seen[identity] = path
        kept.append(path)
    return tuple(kept)


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
            message = f"the target {path} lies inside the source {source}; choose a folder outside, or its copies would be scanned as photos"
            raise UsageError(message)
        if inside(held, real) or inside(source, path):
            message = f"the source {source} lies inside the target {path}; choose another target"
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
    return os.path.abspath(os.path.expanduser(text))


def _identity(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError as error:
        message = f"{path}: {(error.strerror or str(error)).lower()}; nothing was learned or changed"
        raise SourceShrunkError(message) from error
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        message = f"{path} is neither a folder nor a file"
        raise UsageError(message)
    return status.st_dev, status.st_ino
