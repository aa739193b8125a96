"""Learn the assets of a server: list what is new, match what lies on this machine, too, measure a picture of the rest."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final

from keepers.catalog import contents, locations, lying, served, sightings
from keepers.catalog import dates as dates_said
from keepers.model import Fate, Kind, PlaceId, Role
from keepers.ports import Failure, Gallery, Served, Shown
from keepers.read.packed import pack
from keepers.workflows import account, noting, pairing, same_bytes
from keepers.workflows.job import METHOD, Job, Measured
from keepers.workflows.noting import Run, Task
from keepers.workflows.scan import Learning, ScanReport, timed

#: Assets of which the catalog is asked at once.
_PART: Final = 500
#: Files hashed at once: reading waits more than computing.
_THREADS: Final = 4
_CHUNK: Final = 1 << 20


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
        account.refuse_shrunken(root, before.known, before.known - count - _let_go(learning, place))
    was_stopped = served.is_unfinished(catalog, place)
    remapped = gallery.mapping != lying.signature(catalog, place)
    if remapped and is_whole:
        lying.forget(catalog, place, lying.BY_PATH)
    run = Run(learning, gallery, dates_said.shifts(catalog), place, was_stopped or not same, remapped)
    if not (is_whole and _is_up_to_date(run, before, count)):
        _everything(run, before, count, is_whole=is_whole)
    if learning.limit is None:
        _tell(run, before, is_whole=is_whole)
        # Where nothing was found, a disk may not be there today: then all is looked for again.
        if is_whole and remapped and (run.here or not gallery.mapping):
            lying.set_signature(catalog, place, gallery.mapping)
    if gallery.mapping and run.listed and not run.here:
        learning.progress.say(
            f"none of {run.listed} photos of {place}: lies in the folders that `paths` of its profile names; compare them with "
            "the path of a photo on Immich's own page"
        )
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


def read(learning: Learning, gallery: Gallery, wanted: Sequence[str]) -> dict[str, str]:
    """Learn known assets by their bytes, films too, from a gallery that is exact; why others could not be read, by id.

    What cannot be decoded here keeps the fingerprints of the server's picture of it.
    """
    catalog, place = learning.catalog, PlaceId(gallery.root.partition(":")[0])
    unread: dict[str, str] = {}
    run = Run(
        learning, gallery, dates_said.shifts(catalog), place, again=False, remapped=False, unread=unread
    )
    was_unfinished = served.is_unfinished(catalog, place)
    learning.progress.stage(f"loading photos of {place}", len(wanted), 0)
    try:
        _learn(run, gallery.chosen(wanted))
    finally:
        learning.progress.done()
    if not was_unfinished:
        served.set_unfinished(catalog, place, unfinished=False)
    return unread


def _is_up_to_date(run: Run, before: served.Standing, count: int | None) -> bool:
    """Learn what changed since the latest change that is known; whether nothing else can have changed.

    A server tells nothing of what is gone, but then there are fewer than we know.
    """
    if run.again or run.remapped or count is None or not before.sound or before.sound != before.known:
        return False
    since = noting.EPOCH + timedelta(microseconds=before.latest // 1000)
    run.learning.progress.stage(f"asking {run.gallery.root} what is new", 0, 0)
    try:
        _learn(run, run.gallery.changed(since))
    finally:
        run.learning.progress.done()
    after = served.standing(run.learning.catalog, run.place, METHOD, exact=run.gallery.exact)
    return after.sound == after.known == count


def _everything(run: Run, before: served.Standing, count: int | None, *, is_whole: bool) -> None:
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
            account.refuse_shrunken(root, before.known, lost - _let_go(learning, run.place))
        served.forget(learning.catalog, run.place, root)


def _let_go(learning: Learning, place: PlaceId) -> int:
    """How many of the known photos our own runs have put into the server's trash: those are not lost."""
    return served.known_among(learning.catalog, place, learning.moved())


def _learn(run: Run, stream: Iterator[Served]) -> None:
    fresh = _unmatched(run, _unknown(run, stream))
    if run.learning.limit is not None:
        fresh = islice(fresh, run.learning.limit)
    first = next(fresh, None)
    if first is None:
        return
    measuring = run.learning.measuring()
    heavy: list[Task] = []
    try:
        for tasks in (
            _tasks(run, itertools.chain([first], fresh)),
            _pictures(run, iter(run.failed)),
            iter(heavy),
        ):
            # Two assets may be one file.
            waiting: dict[str, list[Task]] = {}
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


def _unknown(run: Run, stream: Iterator[Served]) -> Iterator[Served]:
    """Assets that are new or have changed, noting all that there are."""
    catalog, root, exact = run.learning.catalog, run.gallery.root, run.gallery.exact
    sightings.begin_meeting(catalog, root)
    while part := list(islice(stream, _PART)):
        keys = [one.id for one in part]
        sightings.meet(catalog, root, keys)
        known = served.sound(catalog, run.place, keys, METHOD, exact=exact)
        run.learning.progress.step(len(part), 0)
        unread = _unread(run, part)
        run.listed += len(part)
        run.here += sum(bool(one.here) for one in part)
        for one in part:
            is_fresh = known.get(one.id) != (noting.revision(one), one.size) or one.id in unread
            if is_fresh or run.again:
                run.fresh.append(one.id)
                if one.film:
                    run.films[one.film] = one.id
            if is_fresh:
                yield one


def _unread(run: Run, part: Sequence[Served]) -> set[str]:
    """Assets whose files lie on this machine and are still to be read, or to be compared with what was read before."""
    here = [one for one in part if one.here]
    known = lying.of(run.learning.catalog, [one.ref for one in here])
    return {one.id for one in here if known.get(one.ref) != lying.Lying(one.here, lying.BY_PATH)}


def _unmatched(run: Run, stream: Iterator[Served]) -> Iterator[Served]:
    """Assets to be measured: those whose bytes are known from this machine, and films, are noted at once."""
    catalog = run.learning.catalog
    while part := list(islice(stream, _PART)):
        served.set_unfinished(catalog, run.place, unfinished=True)
        same_bytes.hash_alike(run.learning.catalog, {one.size for one in part if one.sha1})
        here, others = same_bytes.apart(part)
        with catalog.writing():
            left = [one for one in (*here, *others) if not _put_known(run, one, *noting.standing(run, one))]
        yield from left


def _put_known(run: Run, one: Served, role: Role, main: int | None) -> bool:
    """Note an asset that needs no picture; False where it does."""
    catalog = run.learning.catalog
    content = served.by_sha1(catalog, bytes.fromhex(one.sha1), METHOD) if one.sha1 else None
    if content is None:
        if one.kind is not Kind.VIDEO or run.unread is not None or (one.here and role is Role.MAIN):
            return False
        new = contents.NewContent(noting.named(run, one), one.size, one.kind, METHOD, packed=pack(one.facts))
        content = contents.add(catalog, new)
    noting.put(run, one, content, noting.told_facts(run, one, content), role, main)
    return True


def _tasks(run: Run, stream: Iterator[Served]) -> Iterator[Task]:
    """A task for each asset: by its file where that lies on this machine, by the server's picture of it where not."""
    while part := list(islice(stream, _PART)):
        for one in (one for one in part if one.here):
            known = contents.known_by_size(run.learning.catalog, one.size, METHOD)
            yield Task(one, Job(one.here, one.size, 0, one.kind, known), own=True)
        yield from _pictures(run, [one for one in part if not one.here])


def _pictures(run: Run, stream: Iterable[Served]) -> Iterator[Task]:
    """A task for each asset that the server has a picture of; the others are noted with the reason."""
    seen = (one for one in stream if not _put_film(run, one))
    for one, picture in run.gallery.pictures(seen):
        if isinstance(picture, Shown):
            yield Task(one, Job(picture.path, picture.size, 0, one.kind))
        elif run.unread is not None:
            run.unread[one.id] = picture.reason
        else:
            with run.learning.catalog.writing():
                noting.put_unreadable(run, one, picture)


def _put_film(run: Run, one: Served) -> bool:
    """Note a film by what its server tells; False for a photo, and where its bytes are wanted."""
    if one.kind is not Kind.VIDEO or run.unread is not None:
        return False
    with run.learning.catalog.writing():
        return _put_known(run, replace(one, here=""), Role.MAIN, None)


def _jobs(tasks: Iterator[Task], waiting: dict[str, list[Task]]) -> Iterator[Job]:
    for task in tasks:
        waiting.setdefault(task.job.path, []).append(task)
        yield task.job


def _size(job: Job) -> int:
    return job.size


def _is_heavy(job: Job) -> bool:
    return job.heavy


def _remember(run: Run, task: Task, result: Measured | Failure, heavy: list[Task]) -> None:
    exact = task.own or run.gallery.exact
    if not isinstance(result, Failure) and result.again:
        heavy.append(replace(task, job=task.job._replace(heavy=True)))
    elif task.own and not task.job.heavy and (isinstance(result, Failure) or result.reason):
        run.failed.append(replace(task.one, here=""))
    elif run.unread is not None and (isinstance(result, Failure) or result.reason):
        noting.put_undecoded(run, task.one, result)
    elif isinstance(result, Failure):
        noting.put_unreadable(run, task.one, result)
    elif result.reason:
        what = "" if exact else "the server's picture of it "
        noting.put_unreadable(run, task.one, Failure(what + result.reason))
    else:
        run.measured += 1
        facts = noting.own_facts(run, task.one, result) if exact else noting.seen_facts(task.one, result)
        role, main = noting.standing(run, task.one)
        noting.put(run, task.one, noting.content(run, task, facts, result), facts, role, main)


def _tell(run: Run, before: served.Standing, *, is_whole: bool) -> None:
    """Motion videos, tags and albums, which lists of assets do not tell; and what lies on this machine, too."""
    catalog = run.learning.catalog
    films = list(run.films)
    if films:
        found = list(run.gallery.films(films))
        same_bytes.hash_alike(run.learning.catalog, {one.size for one in found if one.sha1})
        with catalog.writing():
            for one in found:
                main = served.number_of(catalog, run.place, run.films[one.id])
                _put_known(run, replace(one, kind=Kind.VIDEO, here=""), Role.MOTION_VIDEO, main)
        sightings.meet(catalog, run.gallery.root, (one.id for one in found))
    if run.fresh or is_whole:
        pairing.pair(catalog, run.place)
    if run.fresh:
        served.add_tags(catalog, run.place, list(run.gallery.tags(run.fresh)))
    if is_whole:
        _albums(run, before)
    same_bytes.hash_alike(run.learning.catalog, served.sizes_of(catalog, run.place))
    served.join(catalog, run.place, METHOD)
    lying.note_namesakes(catalog, run.place)


def _albums(run: Run, before: served.Standing) -> None:
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
