"""Learn the assets of a server: list what is new, match what lies on this machine, too, measure a picture of the rest."""

import hashlib
import itertools
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from keepers.catalog import contents, locations, served, sightings
from keepers.catalog import dates as dates_said
from keepers.catalog.served import Row
from keepers.errors import SourceShrunkError
from keepers.model import ContentId, Facts, Fate, Kind, PlaceId, Role
from keepers.ports import Failure, Gallery, Served, Shown
from keepers.read import archive, dates
from keepers.read.packed import pack, unpack
from keepers.workflows.job import METHOD, Job, Measured
from keepers.workflows.scan import SHRINK_FROM, SHRINK_SHARE, Learning, ScanReport, timed

#: Assets of which the catalog is asked at once.
_PART: Final = 500
#: Files hashed at once: reading waits more than computing.
_THREADS: Final = 4
_CHUNK: Final = 1 << 20
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Fingerprints of assets are of the server's thumbnails, unless the files themselves are loaded.
THUMBNAIL: Final = "thumbnail"


@dataclass(slots=True)
class _Run:
    """One scan of one server: what it works with, and what it has yet to ask."""

    learning: Learning
    gallery: Gallery
    clocks: dict[str, timedelta]
    place: PlaceId
    #: Everything is asked again, since the last scan was stopped before its end.
    again: bool
    fresh: list[str] = field(default_factory=list[str])
    films: dict[str, str] = field(default_factory=dict[str, str])
    measured: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    """A picture that is measured, and the asset whose it is."""

    one: Served
    job: Job


def scan(learning: Learning, gallery: Gallery) -> ScanReport:
    """Learn what a server has; nothing but the catalog and the folder of pictures changes.

    Can be stopped anywhere and started again. SourceShrunkError, with nothing learned, when it is another account
    than the one that is known by that name, or has lost more than a tenth of what was known.
    """
    started = time.monotonic()
    catalog, root = learning.catalog, gallery.root
    place = PlaceId(root.partition(":")[0])
    is_whole = root.endswith(":")
    same = _refuse_other(learning, gallery, place)
    before = served.standing(catalog, place, METHOD, exact=gallery.exact)
    count = gallery.count()
    if is_whole and count is not None and not learning.accept_missing:
        _refuse_shrunken(root, before.known, before.known - count)
    was_stopped = served.is_unfinished(catalog, place)
    run = _Run(learning, gallery, dates_said.shifts(catalog), place, was_stopped or not same)
    if not (is_whole and _is_up_to_date(run, before, count)):
        _everything(run, before, count, is_whole=is_whole)
    if learning.limit is None:
        _tell(run, before, is_whole=is_whole)
    is_open = (was_stopped and not is_whole) or (learning.limit is not None and bool(run.fresh))
    served.set_unfinished(catalog, place, unfinished=is_open)
    counts = sightings.counts(catalog, [root])
    identity = gallery.identity()
    photos = sightings.counts(catalog, [f"{place}:"]).photos
    locations.touch_root(catalog, f"{place}:", identity, photos, learning.now.isoformat())
    return ScanReport(
        counts.photos,
        counts.companions,
        tuple(sightings.reasons(catalog, [root], Fate.UNREADABLE)),
        tuple(sightings.reasons(catalog, [root], Fate.IGNORED)),
        counts.bytes,
        run.measured,
        time.monotonic() - started,
    )


def _refuse_other(learning: Learning, gallery: Gallery, place: PlaceId) -> bool:
    """Whether it is the account that is known by that name, as far as both tell; SourceShrunkError if not."""
    known, now = locations.root_identity(learning.catalog, f"{place}:"), gallery.identity()
    # A key that may not ask for its user shows the address instead.
    if not known or known == now or ("://" in known) != ("://" in now):
        return True
    if not learning.accept_missing:
        message = (
            f"{place}: is another account or server than the one that is known by that name; nothing was learned. If it took "
            "its place for good, say so with --accept-missing; else give it a profile of its own"
        )
        raise SourceShrunkError(message)
    return False


def _refuse_shrunken(root: str, known: int, lost: int) -> None:
    if known and lost == known:
        message = f"{root} shows no photos, but {known} are known from there; may its API key see them?"
    elif known >= SHRINK_FROM and lost > known * SHRINK_SHARE:
        message = f"{root} has lost {lost} of its {known} known photos"
    else:
        return
    raise SourceShrunkError(
        f"{message}; nothing was learned. If they were meant to go, say so with --accept-missing"
    )


def _is_up_to_date(run: _Run, before: served.Standing, count: int | None) -> bool:
    """Learn what changed since the latest change that is known; whether nothing else can have changed.

    A server tells nothing of what is gone, but then there are fewer than we know.
    """
    if run.again or count is None or not before.sound or before.sound != before.known:
        return False
    since = _EPOCH + timedelta(microseconds=before.latest // 1000)
    _learn(run, run.gallery.changed(since))
    after = served.standing(run.learning.catalog, run.place, METHOD, exact=run.gallery.exact)
    return after.sound == after.known == count


def _everything(run: _Run, before: served.Standing, count: int | None, *, is_whole: bool) -> None:
    learning, root = run.learning, run.gallery.root
    sightings.begin_meeting(learning.catalog, root)
    learning.progress.stage(f"looking at {root}", count or 0, 0)
    try:
        _learn(run, run.gallery.assets())
    finally:
        learning.progress.done()
    if is_whole and learning.limit is None:
        lost = served.gone(learning.catalog, run.place, root)
        if not learning.accept_missing:
            _refuse_shrunken(root, before.known, lost)
        served.forget(learning.catalog, run.place, root)


def _learn(run: _Run, stream: Iterator[Served]) -> None:
    fresh = _unmatched(run, _unknown(run, stream))
    if run.learning.limit is not None:
        fresh = islice(fresh, run.learning.limit)
    first = next(fresh, None)
    if first is None:
        return
    measuring = run.learning.measuring()
    heavy: list[_Task] = []
    try:
        for tasks in (_pictures(run, itertools.chain([first], fresh)), iter(heavy)):
            waiting: dict[str, _Task] = {}
            results = measuring.workers.map(
                measuring.each,
                _jobs(tasks, waiting),
                weight=_size,
                heavy=_is_heavy,
                together=measuring.together,
            )
            while batch := list(timed(results)):
                with run.learning.catalog.writing():
                    for job, result in batch:
                        _remember(run, waiting.pop(job.path), result, heavy)
    finally:
        measuring.workers.close()


def _unknown(run: _Run, stream: Iterator[Served]) -> Iterator[Served]:
    """Assets that are new or have changed, noting all that there are."""
    catalog, root, exact = run.learning.catalog, run.gallery.root, run.gallery.exact
    sightings.begin_meeting(catalog, root)
    while part := list(islice(stream, _PART)):
        keys = [one.id for one in part]
        sightings.meet(catalog, root, keys)
        known = served.sound(catalog, run.place, keys, METHOD, exact=exact)
        run.learning.progress.step(len(part), 0)
        for one in part:
            is_fresh = known.get(one.id) != (_revision(one), one.size)
            if is_fresh or run.again:
                run.fresh.append(one.id)
                if one.film:
                    run.films[one.film] = one.id
            if is_fresh:
                yield one


def _unmatched(run: _Run, stream: Iterator[Served]) -> Iterator[Served]:
    """Assets to be measured: those whose bytes are known from this machine, and films, are noted at once."""
    catalog = run.learning.catalog
    while part := list(islice(stream, _PART)):
        served.set_unfinished(catalog, run.place, unfinished=True)
        _hash_alike(run, {one.size for one in part if one.sha1})
        with catalog.writing():
            left = [one for one in part if not _put_known(run, one, Role.MAIN, None)]
        yield from left


def _put_known(run: _Run, one: Served, role: Role, main: int | None) -> bool:
    """Note an asset that needs no picture; False where it does."""
    catalog = run.learning.catalog
    content = served.by_sha1(catalog, bytes.fromhex(one.sha1), METHOD) if one.sha1 else None
    if content is None:
        if one.kind is not Kind.VIDEO:
            return False
        new = contents.NewContent(_named(run, one), one.size, one.kind, METHOD, packed=pack(one.facts))
        content = contents.add(catalog, new)
    _put(run, one, content, one.facts, role, main)
    return True


def _pictures(run: _Run, stream: Iterable[Served]) -> Iterator[_Task]:
    """A task for each asset that the server has a picture of; the others are noted with the reason."""
    for one, picture in run.gallery.pictures(stream):
        if isinstance(picture, Shown):
            yield _Task(one, Job(picture.path, picture.size, 0, one.kind))
        else:
            with run.learning.catalog.writing():
                _put_unreadable(run, one, picture)


def _jobs(tasks: Iterator[_Task], waiting: dict[str, _Task]) -> Iterator[Job]:
    for task in tasks:
        waiting[task.job.path] = task
        yield task.job


def _size(job: Job) -> int:
    return job.size


def _is_heavy(job: Job) -> bool:
    return job.heavy


def _remember(run: _Run, task: _Task, result: Measured | Failure, heavy: list[_Task]) -> None:
    if isinstance(result, Failure):
        _put_unreadable(run, task.one, result)
    elif result.again:
        heavy.append(replace(task, job=replace(task.job, heavy=True)))
    elif result.reason:
        what = "" if run.gallery.exact else "the server's picture of it "
        _put_unreadable(run, task.one, Failure(what + result.reason))
    else:
        run.measured += 1
        facts = _own_facts(task.one, result) if run.gallery.exact else _seen_facts(task.one, result)
        _put(run, task.one, _content(run, task.one, facts, result), facts, Role.MAIN, None)


def _own_facts(one: Served, result: Measured) -> Facts:
    """What a file says of itself, and what only its server knows."""
    own = unpack(result.packed.text)
    return own._replace(dates=own.dates or one.facts.dates, camera=own.camera or one.facts.camera)


def _seen_facts(one: Served, result: Measured) -> Facts:
    """What the server says of a photo; a picture of it tells which way is up, and whether it has a border."""
    facts, packed = one.facts, result.packed
    if (packed.width > packed.height) != (facts.width > facts.height) and packed.width != packed.height:
        facts = facts._replace(width=facts.height, height=facts.width)
    return facts._replace(inside=unpack(packed.text).inside)


def _content(run: _Run, one: Served, facts: Facts, result: Measured) -> int:
    catalog, exact = run.learning.catalog, run.gallery.exact
    new = contents.NewContent(
        result.b3 if exact else _named(run, one), one.size, one.kind, METHOD,
        packed=result.packed if exact else pack(facts), prints=result.prints, clip=result.clip,
    )  # fmt: skip
    number = contents.add(catalog, new)
    served.add_pictured(catalog, number, served.ORIGINAL if exact else THUMBNAIL)
    if exact and one.sha1:
        served.add_alias(catalog, number, bytes.fromhex(one.sha1))
    return number


def _named(run: _Run, one: Served) -> bytes:
    """What is known of bytes that nobody here has read: the server's checksum, or whose they are."""
    return bytes.fromhex(one.sha1) if one.sha1 else contents.digest(ContentId(f"ref:{run.place}/{one.id}"))


def _put(run: _Run, one: Served, content: int, facts: Facts, role: Role, main: int | None) -> None:
    moment = one.created or one.updated
    evidence = dates.Evidence(facts.dates, one.name, "", _nanoseconds(moment), facts.camera, facts.position)
    taken = dates.taken_all([evidence], run.learning.now, run.learning.home, run.clocks)[0]
    fate = Fate.PHOTO if role is Role.MAIN else Fate.COMPANION
    row = Row(run.place, one.id, one.size, _revision(one), fate, "", content, taken, one.said, main, role)
    number = served.put(run.learning.catalog, row)
    if role is Role.MAIN:
        served.forget_films(run.learning.catalog, number, one.film)


def _put_unreadable(run: _Run, one: Served, failure: Failure) -> None:
    revision = _revision(one) if failure.lasting else served.PASSING
    row = Row(run.place, one.id, one.size, revision, Fate.UNREADABLE, failure.reason, told=one.said)
    served.put(run.learning.catalog, row)


def _revision(one: Served) -> int:
    return _nanoseconds(one.updated)


def _nanoseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


# ---------------------------------------------------------------- after the assets


def _tell(run: _Run, before: served.Standing, *, is_whole: bool) -> None:
    """Motion videos, tags and albums, which lists of assets do not tell; and what lies on this machine, too."""
    catalog = run.learning.catalog
    films = list(run.films)
    if films:
        found = list(run.gallery.films(films))
        _hash_alike(run, {one.size for one in found if one.sha1})
        with catalog.writing():
            for one in found:
                main = served.number_of(catalog, run.place, run.films[one.id])
                _put_known(run, replace(one, kind=Kind.VIDEO), Role.MOTION_VIDEO, main)
        sightings.meet(catalog, run.gallery.root, (one.id for one in found))
    if run.fresh:
        served.add_tags(catalog, run.place, list(run.gallery.tags(run.fresh)))
    if is_whole:
        _albums(run, before)
    _hash_alike(run, served.sizes_of(catalog, run.place))
    served.join(catalog, run.place, METHOD)


def _albums(run: _Run, before: served.Standing) -> None:
    catalog, place = run.learning.catalog, run.place
    after = served.standing(catalog, place, METHOD, exact=run.gallery.exact)
    known = served.album_signatures(catalog, place)
    now = run.gallery.albums()
    for name in known.keys() - now.keys():
        served.set_album(catalog, place, name, "", ())
    for name, signature in now.items():
        # An asset that is new here may have been in an album for long.
        if run.again or after.known > before.known or known.get(name) != signature:
            served.set_album(catalog, place, name, signature, run.gallery.members(name))


def _hash_alike(run: _Run, sizes: Iterable[int]) -> None:
    """Take the SHA-1 of files of this machine that are as large as an asset."""
    catalog = run.learning.catalog
    work = list(served.unhashed(catalog, sizes))
    if not work:
        return
    found: dict[int, bytes] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for (number, _, _), sha1 in zip(work, threads.map(_sha1, work), strict=True):
            if sha1:
                found[number] = sha1
    served.add_aliases(catalog, found)


def _sha1(work: tuple[int, str, int]) -> bytes:
    """The SHA-1 of a file that is as it was when it was measured; empty where it is not."""
    hasher = hashlib.sha1(usedforsecurity=False)
    try:
        with archive.opened(work[1]) as opened:
            if opened.status.mtime_ns != work[2]:
                return b""
            while chunk := opened.file.read(_CHUNK):
                hasher.update(chunk)
    except OSError:
        return b""
    return hasher.digest()
