"""Learn what lies in folders: list, compare with what is known, measure the rest, bundle, date."""

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from keepers.catalog import contents, hashed, locations, sightings
from keepers.catalog.batch import Batch
from keepers.catalog.store import Catalog
from keepers.errors import SourceShrunkError
from keepers.model import LOCAL, Facts, Fate, Found, Kind, Problem, Ref
from keepers.ports import Failure, Progress, Reader
from keepers.read import archive, extras, formats
from keepers.read.formats import WELL_READ
from keepers.read.packed import pack, unpack
from keepers.workflows import folders
from keepers.workflows.job import METHOD, Job, Measured, Measuring

#: Rows a transaction: a crash costs at most this many measurements, and commits cost nothing.
ROWS = 256
Complete = Callable[[str, Facts], Facts]
SHRINK_FROM = 20
SHRINK_SHARE = 0.10
LISTING = 5_000


@dataclass(frozen=True, slots=True)
class Learning:
    """What a scan works with; `measuring` starts the workers only when there is something to measure.

    `tell` notes what libraries among the sources say of their photos, when their files are known.
    """

    catalog: Catalog
    reader: Reader
    measuring: Callable[[], Measuring]
    progress: Progress
    home: tzinfo
    now: datetime
    moved: Callable[[], frozenset[str]]
    limit: int | None = None
    accept_missing: bool = False
    tell: Callable[[Catalog], None] | None = None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Where every file that a scan met ended up."""

    photos: int
    companions: int
    unreadable: tuple[tuple[str, str], ...]
    ignored: tuple[tuple[str, str], ...]
    bytes: int
    measured: int
    seconds: float

    @property
    def files(self) -> int:
        """All files that were found: the sum of the four fates."""
        return self.photos + self.companions + len(self.unreadable) + len(self.ignored)


def scan(learning: Learning, sources: Sequence[str]) -> ScanReport:
    """Learn the folders and files at `sources` (absolute paths); nothing but the catalog changes.

    Can be stopped anywhere and started again. SourceShrunkError, with nothing learned, when a source
    is gone, empty, or has lost more than a tenth of what was known.
    """
    started = time.monotonic()
    if not learning.accept_missing:
        _refuse_swapped(learning, sources)
    ignored, closed = _look_around(learning, sources)
    unknown = [problem.ref.key for problem in closed]
    # What an archive or a library holds is not gone because nobody asked for it, or because it cannot be read.
    unknown += [f"{key}!" for key in (*ignored, *unknown) if key.lower().endswith(".zip")]
    unknown += [key for key in ignored if key.lower().endswith(".photoslibrary")]
    if not learning.accept_missing:
        # A file that was named and is no photo is told as such; only folders can be empty.
        _refuse_shrunken(learning, [source for source in sources if source not in ignored], unknown)
    work = _jobs(learning, sources)
    measured = _measure_all(learning, work)
    touched: set[str] = set()
    if learning.limit is None:
        touched.update(sightings.forget(learning.catalog, sources, unknown))
    sightings.set_folder_problems(learning.catalog, sources, [(p.ref.key, p.reason) for p in closed])
    touched.update(locations.unfinished_folders(learning.catalog, sources))
    folders.finish(learning.catalog, sorted(touched), folders.Dating(learning.home, learning.now))
    if learning.tell is not None:
        learning.tell(learning.catalog)
    counts = sightings.counts(learning.catalog, sources)
    for source in filter(os.path.isdir, sources):
        photos = sightings.counts(learning.catalog, [source]).photos
        identity = learning.reader.identity(source)
        locations.touch_root(learning.catalog, source, identity, photos, learning.now.isoformat())
    _tell_of_clips(learning, sources)
    bad = dict(sightings.folder_problems(learning.catalog, sources))
    bad.update(sightings.reasons(learning.catalog, sources, Fate.UNREADABLE))
    passed = dict(ignored)
    passed.update(sightings.reasons(learning.catalog, sources, Fate.IGNORED))
    return ScanReport(
        counts.photos, counts.companions, tuple(sorted(bad.items())), tuple(sorted(passed.items())), counts.bytes, measured,
        time.monotonic() - started,
    )  # fmt: skip


def together(reports: Sequence[ScanReport]) -> ScanReport:
    """One report of several scans."""
    return ScanReport(
        sum(one.photos for one in reports),
        sum(one.companions for one in reports),
        tuple(row for one in reports for row in one.unreadable),
        tuple(row for one in reports for row in one.ignored),
        sum(one.bytes for one in reports),
        sum(one.measured for one in reports),
        sum(one.seconds for one in reports),
    )


def _tell_of_clips(learning: Learning, sources: Sequence[str]) -> None:
    if not extras.video() and (unseen := len(contents.unseen_films(learning.catalog, sources))):
        learning.progress.say(
            f"{unseen} clip{'s were' if unseen > 1 else ' was'} learned by header only, so of clips only exact copies are "
            f"found; for more: {extras.INSTALL_VIDEO}"
        )


def _look_around(learning: Learning, sources: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """List every source into the catalog; what is ignored with reasons, and folders that cannot be read."""
    ignored: dict[str, str] = {}
    closed: list[Problem] = []
    sightings.begin(learning.catalog)
    learning.progress.stage("looking", 0, 0)

    def files() -> Iterator[Found]:
        for entry in learning.reader.listing(sources):
            if isinstance(entry, Problem):
                if entry.fate is Fate.IGNORED:
                    ignored[entry.ref.key] = entry.reason
                else:
                    closed.append(entry)
            elif (reason := formats.unsupported(entry.ref.key)) is not None:
                ignored[entry.ref.key] = reason
            else:
                yield entry

    stream = files()
    while batch := list(islice(stream, LISTING)):
        sightings.see(learning.catalog, batch)
        learning.progress.step(len(batch), sum(found.size for found in batch))
    learning.progress.done()
    return ignored, closed


def _refuse_swapped(learning: Learning, sources: Sequence[str]) -> None:
    """Another drive under the name of one that is known is not that drive without its photos."""
    for source in filter(os.path.isdir, sources):
        known, now = locations.root_identity(learning.catalog, source), learning.reader.identity(source)
        if _is_kept(known) and _is_kept(now) and known != now:
            message = (
                f"{source} is another drive or folder than the one that is known by that name; nothing was learned. If it "
                "took its place for good, say so with --accept-missing"
            )
            raise SourceShrunkError(message)


def _is_kept(identity: str) -> bool:
    """Whether it is the same each time: by the number of a device alone, nothing is told for long."""
    return identity.partition(":")[0] in {"uuid", "fsid", "net"}


def _refuse_shrunken(learning: Learning, sources: Sequence[str], unknown: Sequence[str]) -> None:
    moved = learning.moved()
    for source in sources:
        known, lost = sightings.known_and_lost(learning.catalog, source, unknown, moved)
        seen = sightings.seen_below(learning.catalog, source)
        emptied = seen == 0 and any(path.startswith(source.rstrip("/") + "/") for path in moved)
        # An archive in which all is refused is told file by file.
        told = any(
            path == source or (source.endswith("!") and path.startswith(f"{source}/")) for path in unknown
        )
        if seen == 0 and known - lost == 0 and not emptied and not told:
            message = f"{source} holds no files" + (
                f", but {known} are known from there; is its drive mounted?" if known else ""
            )
            raise SourceShrunkError(message)
        if known >= SHRINK_FROM and lost > known * SHRINK_SHARE:
            message = (
                f"{source} has lost {lost} of its {known} known files; nothing was learned. If they were meant to go, "
                "say so with --accept-missing"
            )
            raise SourceShrunkError(message)


def _jobs(learning: Learning, sources: Sequence[str]) -> list[Job]:
    # Some drives number their files anew each time: there, size and time tell that one is the same.
    loose = [path for path in sources if learning.reader.volume(Ref(LOCAL, f"{path}/.")).loose]
    work = [
        Job(t.path, t.size, t.device, _kind(t.path)) for t in sightings.todo(learning.catalog, METHOD, loose)
    ]
    return work if learning.limit is None else work[: learning.limit]


def _kind(path: str) -> Kind:
    form = formats.by_name(path)
    return Kind.PHOTO if form is None else form.kind


def _measure_all(learning: Learning, work: Sequence[Job]) -> int:
    """Measure and remember; files of a size seen before come last, when their twins are known."""
    if not work:
        return 0
    measuring = learning.measuring()
    learning.progress.stage("measuring", len(work), sum(job.size for job in work))
    sizes: set[int] = set()
    first: list[Job] = []
    later: list[Job] = []
    for job in work:
        (later if job.size in sizes else first).append(job)
        sizes.add(job.size)

    from keepers.read import exiftool  # noqa: PLC0415 (a scan that finds nothing new need not pay for it)

    try:
        with exiftool.asking() as complete:
            first = _unread(learning, first)
            # Their sizes all differ, so without older contents none of them can be a copy.
            alone = contents.is_empty(learning.catalog)
            again = _measure_some(
                learning, measuring, complete, first if alone else _with_known(learning.catalog, first)
            )
            later = _unread(learning, later)
            again += _measure_some(learning, measuring, complete, _with_known(learning.catalog, later))
            heavy = [job._replace(heavy=True) for job in again]
            _measure_some(learning, measuring, complete, _with_known(learning.catalog, heavy))
    finally:
        measuring.workers.close()
        learning.progress.done()
    return len(work)


def _unread(learning: Learning, work: Sequence[Job]) -> list[Job]:
    """The files that have to be read: not those whose bytes were hashed before and are known to hold what."""
    catalog = learning.catalog
    if hashed.is_empty(catalog):
        return list(work)
    left: list[Job] = []
    for start in range(0, len(work), ROWS):
        part = [(job, _recalled(catalog, job)) for job in work[start : start + ROWS]]
        with _batch(catalog, [measured for _, measured in part if measured is not None]) as rows:
            for job, measured in part:
                if measured is None:
                    left.append(job)
                else:
                    _remember(rows, job, measured)
                    learning.progress.step(1, job.size)
    return left


def _recalled(catalog: Catalog, job: Job) -> Measured | None:
    mtime_ns, inode = _revision(job.path)
    found = Found(Ref(LOCAL, job.path), job.size, mtime_ns, inode, job.device)
    content = hashed.known(catalog, found)
    known = None if content is None else contents.find(catalog, contents.digest(content))
    if content is None or known is None or known.method != METHOD:
        return None
    return Measured(contents.digest(content), job.size, mtime_ns, inode, job.kind, fresh=False)


def _measure_some(
    learning: Learning, measuring: Measuring, complete: Complete, work: Iterable[Job]
) -> list[Job]:
    again: list[Job] = []
    results = measuring.workers.map(
        measuring.each,
        work,
        weight=_size,
        heavy=_is_heavy,
        together=measuring.together,
    )
    while batch := [(job, _completed(complete, job, result)) for job, result in timed(results)]:
        with _batch(learning.catalog, [result for _, result in batch]) as rows:
            for job, result in batch:
                if isinstance(result, Measured) and result.again:
                    again.append(job)
                else:
                    _remember(rows, job, result)
                    learning.progress.step(1, job.size)
    return again


@contextlib.contextmanager
def _batch(catalog: Catalog, results: Iterable[Measured | Failure]) -> Generator[Batch, None, None]:
    """A transaction at whose end all that was remembered is written."""
    with catalog.writing():
        rows = Batch(catalog, [result.b3 for result in results if isinstance(result, Measured)])
        yield rows
        rows.write()


def _completed(complete: Complete, job: Job, result: Measured | Failure) -> Measured | Failure:
    """What another program knows of a file that tells us no date; asked before the catalog is locked."""
    if isinstance(result, Failure) or result.reason or result.packed.format in WELL_READ:
        return result
    if job.kind is Kind.COMPANION or not result.fresh:
        return result
    known = unpack(result.packed.text)
    facts = complete(job.path, known)
    if facts is known:
        return result
    return result._replace(packed=pack(facts)._replace(exif=result.packed.exif))


def timed(results: Iterator[tuple[Job, Measured | Failure]]) -> Iterator[tuple[Job, Measured | Failure]]:
    """Take what comes within a second, at most ROWS."""
    end = time.monotonic() + 1
    for taken, result in enumerate(results, 1):
        yield result
        if taken == ROWS or time.monotonic() > end:
            return


def _with_known(catalog: Catalog, work: Iterable[Job]) -> Iterator[Job]:
    for job in work:
        known = contents.known_by_size(catalog, job.size, METHOD)
        yield job._replace(known=known) if known else job


def _size(job: Job) -> int:
    return job.size


def _is_heavy(job: Job) -> bool:
    return job.heavy


def _remember(batch: Batch, job: Job, result: Measured | Failure) -> None:
    if isinstance(result, Failure):
        # The revision -1 never matches, so faults of the environment are tried again each time.
        status = (job.size, *_revision(job.path)) if result.lasting else (job.size, -1, -1)
        batch.place(
            locations.NewLocation(
                job.path, *status, job.device, Fate.UNREADABLE, result.reason, result.lasting
            )
        )
        return
    row, reason, kind = _content(batch, job, result)
    fate = Fate.COMPANION if Kind.COMPANION in {kind, job.kind} else Fate.PHOTO
    if reason and fate is Fate.PHOTO:
        fate = Fate.IGNORED if result.ignored else Fate.UNREADABLE
    reason = "" if fate is Fate.COMPANION else reason
    batch.place(
        locations.NewLocation(
            job.path, result.size, result.mtime_ns, result.inode, job.device, fate, reason, content=row
        )
    )


def _content(batch: Batch, job: Job, result: Measured) -> tuple[int, str, Kind]:
    """The row, reason and kind of what was read; the bytes of a companion may be known as a photo's."""
    known = batch.find(result.b3)
    if known is not None and (
        not result.fresh or (job.kind is Kind.COMPANION and known.kind is not Kind.COMPANION)
    ):
        return known.row, known.reason, known.kind
    new = contents.NewContent(
        result.b3,
        result.size,
        result.kind,
        METHOD,
        result.reason,
        result.packed,
        result.prints,
        result.clip,
        result.sha1,
    )
    return batch.put(new), result.reason, result.kind


def _revision(path: str) -> tuple[int, int]:
    try:
        status = archive.status(path)
    except OSError:
        status = None
    return (-1, -1) if status is None else (status.mtime_ns, status.inode)
