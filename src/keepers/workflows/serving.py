"""Learn the assets of a server: list what is new, match what lies on this machine, too, measure a picture of the rest."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from keepers.catalog import contents, locations, lying, served, sightings
from keepers.catalog import dates as dates_said
from keepers.catalog.served import Row
from keepers.model import ContentId, Facts, Fate, Kind, PlaceId, Role
from keepers.ports import Failure, Gallery, Served, Shown
from keepers.read import dates
from keepers.read.packed import pack, unpack
from keepers.workflows import account, same_bytes
from keepers.workflows.job import METHOD, Job, Measured
from keepers.workflows.scan import Learning, ScanReport, timed

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
    #: Other folders of this machine hold the server's files than in the last scan.
    remapped: bool
    fresh: list[str] = field(default_factory=list[str])
    films: dict[str, str] = field(default_factory=dict[str, str])
    #: Files of this machine that could not be read, whose assets are looked at by the server's pictures.
    failed: list[Served] = field(default_factory=list[Served])
    measured: int = 0


@dataclass(frozen=True, slots=True)
class _Task:
    """A picture that is measured, and the asset whose it is; `own` where it is the file itself, on this machine."""

    one: Served
    job: Job
    own: bool = False


def scan(learning: Learning, gallery: Gallery) -> ScanReport:
    """Learn what a server has; nothing but the catalog and the folder of pictures changes.

    Can be stopped anywhere and started again. SourceShrunkError, with nothing learned, when it is another account
    than the one that is known by that name, or has lost more than a tenth of what was known.
    """
    started = time.monotonic()
    catalog, root = learning.catalog, gallery.root
    place = PlaceId(root.partition(":")[0])
    is_whole = root.endswith(":")
    same = account.refuse_other(learning, gallery, place)
    before = served.standing(catalog, place, METHOD, exact=gallery.exact)
    count = gallery.count()
    if is_whole and count is not None and not learning.accept_missing:
        account.refuse_shrunken(root, before.known, before.known - count)
    was_stopped = served.is_unfinished(catalog, place)
    remapped = gallery.mapping != lying.signature(catalog, place)
    if remapped:
        lying.forget(catalog, place, lying.BY_PATH)
    run = _Run(learning, gallery, dates_said.shifts(catalog), place, was_stopped or not same, remapped)
    if not (is_whole and _is_up_to_date(run, before, count)):
        _everything(run, before, count, is_whole=is_whole)
    if learning.limit is None:
        _tell(run, before, is_whole=is_whole)
        if is_whole:
            lying.set_signature(catalog, place, gallery.mapping)
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


def _is_up_to_date(run: _Run, before: served.Standing, count: int | None) -> bool:
    """Learn what changed since the latest change that is known; whether nothing else can have changed.

    A server tells nothing of what is gone, but then there are fewer than we know.
    """
    if run.again or run.remapped or count is None or not before.sound or before.sound != before.known:
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
            account.refuse_shrunken(root, before.known, lost)
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
        for tasks in (
            _tasks(run, itertools.chain([first], fresh)),
            _pictures(run, iter(run.failed)),
            iter(heavy),
        ):
            # Two assets may be one file.
            waiting: dict[str, list[_Task]] = {}
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
                        _remember(run, waiting[job.path].pop(), result, heavy)
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
        unread = _unread(run, part)
        for one in part:
            is_fresh = known.get(one.id) != (_revision(one), one.size) or one.id in unread
            if is_fresh or run.again:
                run.fresh.append(one.id)
                if one.film:
                    run.films[one.film] = one.id
            if is_fresh:
                yield one


def _unread(run: _Run, part: Sequence[Served]) -> set[str]:
    """Assets whose files lie on this machine and are still to be read, or to be compared with what was read before."""
    here = {one.id for one in part if one.here}
    return (
        here if run.remapped or not here else here - lying.read(run.learning.catalog, run.place, sorted(here))
    )


def _unmatched(run: _Run, stream: Iterator[Served]) -> Iterator[Served]:
    """Assets to be measured: those whose bytes are known from this machine, and films, are noted at once."""
    catalog = run.learning.catalog
    while part := list(islice(stream, _PART)):
        served.set_unfinished(catalog, run.place, unfinished=True)
        same_bytes.hash_alike(run.learning.catalog, {one.size for one in part if one.sha1})
        with catalog.writing():
            left = [one for one in part if not _put_known(run, one, Role.MAIN, None)]
        yield from left


def _put_known(run: _Run, one: Served, role: Role, main: int | None) -> bool:
    """Note an asset that needs no picture; False where it does."""
    catalog = run.learning.catalog
    content = served.by_sha1(catalog, bytes.fromhex(one.sha1), METHOD) if one.sha1 else None
    if content is None:
        if one.kind is not Kind.VIDEO or (one.here and role is Role.MAIN):
            return False
        new = contents.NewContent(_named(run, one), one.size, one.kind, METHOD, packed=pack(one.facts))
        content = contents.add(catalog, new)
    # The file here may be another than that of these bytes.
    _put(run, replace(one, here=""), content, one.facts, role, main)
    return True


def _tasks(run: _Run, stream: Iterator[Served]) -> Iterator[_Task]:
    """A task for each asset: by its file where that lies on this machine, by the server's picture of it where not."""
    while part := list(islice(stream, _PART)):
        mine, others = same_bytes.apart(part)
        for one in mine:
            known = contents.known_by_size(run.learning.catalog, one.size, METHOD)
            yield _Task(one, Job(one.here, one.size, 0, one.kind, known), own=True)
        yield from _pictures(run, others)


def _pictures(run: _Run, stream: Iterable[Served]) -> Iterator[_Task]:
    """A task for each asset that the server has a picture of; the others are noted with the reason."""
    seen = (one for one in stream if not _put_film(run, one))
    for one, picture in run.gallery.pictures(seen):
        if isinstance(picture, Shown):
            yield _Task(one, Job(picture.path, picture.size, 0, one.kind))
        else:
            with run.learning.catalog.writing():
                _put_unreadable(run, one, picture)


def _put_film(run: _Run, one: Served) -> bool:
    """Note a film by what its server tells; False for a photo."""
    if one.kind is not Kind.VIDEO:
        return False
    with run.learning.catalog.writing():
        return _put_known(run, replace(one, here=""), Role.MAIN, None)


def _jobs(tasks: Iterator[_Task], waiting: dict[str, list[_Task]]) -> Iterator[Job]:
    for task in tasks:
        waiting.setdefault(task.job.path, []).append(task)
        yield task.job


def _size(job: Job) -> int:
    return job.size


def _is_heavy(job: Job) -> bool:
    return job.heavy


def _remember(run: _Run, task: _Task, result: Measured | Failure, heavy: list[_Task]) -> None:
    exact = task.own or run.gallery.exact
    if not isinstance(result, Failure) and result.again:
        heavy.append(replace(task, job=replace(task.job, heavy=True)))
    elif task.own and not task.job.heavy and (isinstance(result, Failure) or result.reason):
        run.failed.append(replace(task.one, here=""))
    elif isinstance(result, Failure):
        _put_unreadable(run, task.one, result)
    elif result.reason:
        what = "" if exact else "the server's picture of it "
        _put_unreadable(run, task.one, Failure(what + result.reason))
    else:
        run.measured += 1
        facts = _own_facts(run, task.one, result) if exact else _seen_facts(task.one, result)
        _put(run, task.one, _content(run, task, facts, result), facts, Role.MAIN, None)


def _own_facts(run: _Run, one: Served, result: Measured) -> Facts:
    """What a file says of itself, and what only its server knows."""
    if result.fresh:
        own = unpack(result.packed.text)
    else:
        content = contents.content_id(result.b3)
        own = contents.facts_of(run.learning.catalog, [content]).get(content, one.facts)
    return own._replace(dates=own.dates or one.facts.dates, camera=own.camera or one.facts.camera)


def _seen_facts(one: Served, result: Measured) -> Facts:
    """What the server says of a photo; a picture of it tells which way is up, and whether it has a border."""
    facts, packed = one.facts, result.packed
    if (packed.width > packed.height) != (facts.width > facts.height) and packed.width != packed.height:
        facts = facts._replace(width=facts.height, height=facts.width)
    return facts._replace(inside=unpack(packed.text).inside)


def _content(run: _Run, task: _Task, facts: Facts, result: Measured) -> int:
    catalog, one, exact = run.learning.catalog, task.one, task.own or run.gallery.exact
    known = None if result.fresh else contents.find(catalog, result.b3)
    if known is None:
        new = contents.NewContent(
            result.b3 if exact else _named(run, one), one.size, one.kind, METHOD,
            packed=result.packed if exact else pack(facts), prints=result.prints, clip=result.clip,
        )  # fmt: skip
        number = contents.add(catalog, new)
    else:
        number = known[0]
    if not task.own:
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
    if one.here:
        lying.note(run.learning.catalog, run.place, {one.id: one.here}, lying.BY_PATH)
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
        same_bytes.hash_alike(run.learning.catalog, {one.size for one in found if one.sha1})
        with catalog.writing():
            for one in found:
                main = served.number_of(catalog, run.place, run.films[one.id])
                _put_known(run, replace(one, kind=Kind.VIDEO), Role.MOTION_VIDEO, main)
        sightings.meet(catalog, run.gallery.root, (one.id for one in found))
    if run.fresh:
        served.add_tags(catalog, run.place, list(run.gallery.tags(run.fresh)))
    if is_whole:
        _albums(run, before)
    same_bytes.hash_alike(run.learning.catalog, served.sizes_of(catalog, run.place))
    served.join(catalog, run.place, METHOD)
    lying.note_namesakes(catalog, run.place)


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
