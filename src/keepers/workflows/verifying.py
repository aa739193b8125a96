"""Bit rot: read known files again, and say which have other bytes though their size and date are the same."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from keepers.catalog import elsewhere, locations, sightings, verified
from keepers.catalog.store import Catalog
from keepers.catalog.verified import Known, Reread
from keepers.errors import SourceShrunkError, UnreadableError
from keepers.model import LOCAL, ContentId, Found, Problem, Ref
from keepers.ports import Progress, Reader
from keepers.read import formats

#: Files and bytes between two commits: a stop costs at most these.
_ROWS: Final = 256
_BYTES: Final = 1 << 30
_LISTING: Final = 5_000
#: Copies of a rotten file that are read again until a good one is found.
_COPIES: Final = 8
_SHOWN: Final = 3
_ROTTEN: Final = "its bytes have changed, though its size and time have not"
_UNSTEADY: Final = "gave other bytes at each of two readings: the disk, its cable or the memory is failing"


@dataclass(frozen=True, slots=True)
class Verifying:
    """What verifying works with; `ours` tells what the journal put at which path, `moved` what it moved away.

    `reread` names the bytes of a file as the disk gives them back.
    """

    catalog: Catalog
    reader: Reader
    reread: Callable[[Ref], ContentId]
    progress: Progress
    now: datetime
    ours: Callable[[], Mapping[str, ContentId]]
    moved: Callable[[], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files to verify: at or below these roots (all if none), and of them a share, or only what is due.

    A share, of their bytes, is made of those that were not read for the longest time.
    """

    roots: Sequence[str]
    share: float = 1.0
    older_than: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rot:
    """A file whose bytes have changed behind its date, and the copies that still have the right ones."""

    path: str
    why: str
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found. `read` counts the files of this run, `before` those of the run that it goes on with.

    `changed` were written by somebody since they were scanned; `new` are not known; `left` are not due.
    """

    read: int
    bytes: int
    before: int = 0
    left: int = 0
    rotten: tuple[Rot, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    not_checked: tuple[tuple[str, str], ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether anything is lost or in danger."""
        return bool(self.rotten or self.missing or self.unreadable)


@dataclass(slots=True)
class _Run:
    """What one run has found so far; `identities` are those of the roots when it began."""

    verifying: Verifying
    identities: Mapping[str, str]
    read: int = 0
    bytes: int = 0
    rotten: list[tuple[Known, ContentId]] = field(default_factory=list[tuple[Known, ContentId]])
    missing: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    unreadable: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    rows: list[Reread] = field(default_factory=list[Reread])
    waiting: int = 0
    linked: dict[tuple[int, int], ContentId] = field(default_factory=dict[tuple[int, int], ContentId])

    def note(self, one: Known, wrong: str) -> None:
        """Remember that a file was read, in batches."""
        self.rows.append(Reread(one.path, one.revision, wrong))
        self.waiting += one.size
        if len(self.rows) >= _ROWS or self.waiting >= _BYTES:
            self.flush()

    def flush(self) -> None:
        """Write down what was read."""
        if self.rows:
            verified.note(self.verifying.catalog, self.rows, self.verifying.now.isoformat())
        self.rows, self.waiting = [], 0


def verify(verifying: Verifying, wanted: Wanted) -> Verified:
    """Read the wanted files again; nothing but the catalog changes. A run that was stopped goes on.

    SourceShrunkError where a root that was named, or every root that is known, is empty or gone.
    """
    roots, not_checked = _present(verifying, wanted)
    known = _known(verifying, wanted, [path for path, _ in not_checked])
    job = json.dumps([sorted(wanted.roots), wanted.share, str(wanted.older_than)])
    started = verified.begun(verifying.catalog, job, verifying.now.isoformat())
    due = _due(known, wanted, verifying.now, started)
    # What the run that was stopped has read, and found good, is not read again.
    before = {one.path for one in due if one.at >= started and not one.wrong}
    run = _Run(verifying, {root: verifying.reader.identity(root) for root in roots})
    try:
        _look_at(run, [one for one in due if one.path not in before])
    finally:
        run.flush()
    chosen = {one.path for one in due} - before
    for one in known:
        if one.path not in chosen:
            _looked(run, one)
    ours = _ours(run)
    verified.finish(verifying.catalog, job)
    rotten = [(one, actual) for one, actual in run.rotten if ours.get(one.path) != actual]
    written = [one.path for one, actual in run.rotten if ours.get(one.path) == actual]
    gone = verifying.moved() if run.missing else frozenset[str]()
    return Verified(
        run.read,
        run.bytes,
        len(before),
        len(known) - len(due),
        tuple(Rot(one.path, _ROTTEN, _good(verifying, one)) for one, _ in rotten),
        tuple(sorted(set(run.missing) - gone)),
        tuple(sorted({*run.changed, *written})),
        tuple(verified.unknown(verifying.catalog, _plain(roots))),
        tuple(sorted(run.unreadable)),
        not_checked,
    )


def _present(verifying: Verifying, wanted: Wanted) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The roots that are there, their files listed; those that are not, and why."""
    named = list(wanted.roots) or [path for path, _, _ in locations.roots(verifying.catalog)]
    there = [root for root in named if _is_there(verifying.reader, root)]
    _list(verifying, _plain(there))
    absent: list[tuple[str, str]] = []
    for root in named:
        if root not in there:
            absent.append((root, "it is not there; is its drive mounted?"))
        elif root in _plain([root]) and not sightings.seen_below(verifying.catalog, root):
            absent.append((root, "it is empty; is its drive mounted?"))
    if absent and (wanted.roots or len(absent) == len(named)):
        reasons = "; ".join(f"{path}: {why}" for path, why in absent)
        message = f"{reasons} Nothing was read"
        raise SourceShrunkError(message)
    lost = {path for path, _ in absent}
    return [root for root in there if root not in lost], tuple(absent)


def _is_there(reader: Reader, root: str) -> bool:
    try:
        ref = Ref(LOCAL, Ref(LOCAL, root).archive or root)
        return reader.folder(ref) is not None or reader.look(ref) is not None
    except OSError:
        return False


def _plain(roots: Sequence[str]) -> list[str]:
    """The roots in which a file that is new can be seen: no archive, no library of Apple Photos."""
    return [
        root for root in roots if not Ref(LOCAL, root).archive and not Ref(LOCAL, f"{root}/").is_in_library
    ]


def _list(verifying: Verifying, roots: Sequence[str]) -> None:
    """Note in the catalog what lies there now, as a scan does."""
    sightings.begin(verifying.catalog)
    verifying.progress.stage("looking", 0, 0)
    stream = (
        entry
        for entry in verifying.reader.listing(roots)
        if not isinstance(entry, Problem) and formats.unsupported(os.path.basename(entry.ref.key)) is None
    )
    while batch := list(islice(stream, _LISTING)):
        sightings.see(verifying.catalog, batch)
        verifying.progress.step(len(batch), sum(found.size for found in batch))
    verifying.progress.done()


def _known(verifying: Verifying, wanted: Wanted, absent: Sequence[str]) -> list[Known]:
    stems = tuple(f"{path.rstrip('/')}/" for path in absent)
    known = [
        one
        for one in verified.known(verifying.catalog, wanted.roots)
        if not one.path.startswith(stems) and one.path not in absent
    ]
    scanned = {path for path, _, _ in locations.roots(verifying.catalog)}
    # Runs of ours may have moved away all that was known of a folder.
    if not known and not (wanted.roots and scanned.issuperset(wanted.roots)):
        where = ", ".join(wanted.roots)
        message = f"nothing is known of {where}; learn it first: keepers scan {where}"
        raise SourceShrunkError(message)
    return known


def _due(known: Sequence[Known], wanted: Wanted, now: datetime, started: str) -> list[Known]:
    """The files to read, in path order; those that the stopped run has read are among them."""
    due = list(known)
    if wanted.older_than is not None:
        limit = (now - wanted.older_than).isoformat()
        due = [one for one in due if one.at >= started or not one.at or one.at <= limit]
    if wanted.share >= 1:
        return due
    most = wanted.share * sum(one.size for one in due)
    chosen: set[str] = set()
    taken = 0
    for one in sorted(due, key=lambda one: (one.at < started, one.at, one.path)):
        if one.at < started and taken >= most:
            break
        chosen.add(one.path)
        taken += one.size
    return [one for one in due if one.path in chosen]


def _look_at(run: _Run, work: Sequence[Known]) -> None:
    """Read files, one after another: a disk that turns reads one file the fastest."""
    progress = run.verifying.progress
    progress.stage("verifying", len(work), sum(one.size for one in work))
    for one in work:
        found = _looked(run, one)
        if found is not None:
            _compare(run, one, found)
        progress.step(1, one.size)
    progress.done()


def _looked(run: _Run, one: Known) -> Found | None:
    """The file, where it is still of the size and time that are known; noted where it is not."""
    try:
        found = run.verifying.reader.look(Ref(LOCAL, one.path))
    except OSError as error:
        _failed(run, one, error)
        return None
    if found is None:
        _still_there(run, one.path)
        run.missing.append(one.path)
    elif (found.size, found.mtime_ns) != (one.size, one.mtime_ns):
        run.changed.append(one.path)
    else:
        return found
    return None


def _compare(run: _Run, one: Known, found: Found) -> None:
    verifying = run.verifying
    try:
        actual = _content(run, found)
        again = actual if actual == one.content else verifying.reread(found.ref)
        now = verifying.reader.look(found.ref)
    except (OSError, UnreadableError) as error:
        _failed(run, one, error)
        return
    run.read += 1
    run.bytes += one.size
    if now is None or now.revision != found.revision:
        run.changed.append(one.path)
    elif actual != again:
        run.unreadable.append((one.path, _UNSTEADY))
        run.note(one, _UNSTEADY)
    elif actual != one.content:
        run.rotten.append((one, actual))
        run.note(one, _ROTTEN)
    else:
        run.note(one, "")


def _content(run: _Run, found: Found) -> ContentId:
    """The content of a file; a file of many names is read once."""
    identity = found.device, found.inode
    if found.links > 1 and identity in run.linked:
        return run.linked[identity]
    content = run.verifying.reread(found.ref)
    if found.links > 1:
        run.linked[identity] = content
    return content


def _failed(run: _Run, one: Known, error: OSError | UnreadableError) -> None:
    """Note a file that cannot be read; others go on, unless the whole drive is gone."""
    _still_there(run, one.path)
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    why = f"cannot be read: {words.lower()}"
    run.unreadable.append((one.path, why))
    run.note(one, why)


def _still_there(run: _Run, path: str) -> None:
    """Stop where the root of a file has gone: a drive that was pulled out has lost no files."""
    for root, identity in run.identities.items():
        if path == root or path.startswith(f"{root.rstrip('/')}/"):
            try:
                same = run.verifying.reader.identity(root) == identity
            except OSError:
                same = False
            if not same:
                message = (
                    f"{root} went away while it was read; plug it in again, and the same command goes on"
                )
                raise SourceShrunkError(message)


def _ours(run: _Run) -> Mapping[str, ContentId]:
    return run.verifying.ours() if run.rotten else {}


def _good(verifying: Verifying, one: Known) -> tuple[str, ...]:
    """Copies elsewhere that have the right bytes, read again just now."""
    return tuple(islice(_copies(verifying, one), _SHOWN))


def _copies(verifying: Verifying, one: Known) -> Iterator[str]:
    row = elsewhere.rows_of(verifying.catalog, [one.content]).get(one.content, 0)
    spots = elsewhere.spots(verifying.catalog, [row], ()).get(row, [])
    for spot in spots[:_COPIES]:
        try:
            found = verifying.reader.look(Ref(LOCAL, spot.path))
            if found is not None and found.inode != one.inode and verifying.reread(found.ref) == one.content:
                yield spot.path
        except (OSError, UnreadableError):
            continue
