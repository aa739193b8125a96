"""May I wipe this drive? Where every file of it also lies: by its bytes, by its pixels, as an edit, or nowhere."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepers.catalog import elsewhere, sightings, verified
from keepers.catalog.elsewhere import Held, Spot
from keepers.catalog.sightings import signed
from keepers.errors import SourceShrunkError, UnreadableError
from keepers.model import LOCAL, ContentId, Fate, Found, Kind, Ref
from keepers.plan.whereabouts import Answer, Judged, Library, Lot
from keepers.ports import Progress
from keepers.workflows import likenesses, overlap
from keepers.workflows.job import Proof
from keepers.workflows.judging import Judging
from keepers.workflows.leftovers import Leftover, Looking, leftovers
from keepers.workflows.scan import ScanReport

Identity = tuple[int, int]

#: Copies of one content that are tried before it counts as lost: a drive may hold a thousand empty pictures.
_TRIED: Final = 64
#: Files remembered at once as read again: a crash costs at most these.
_ROWS: Final = 256


@dataclass(frozen=True, slots=True)
class Asking:
    """What the question takes.

    `reread` names the bytes of a file as the disk gives them back, past what the system remembers of it.
    `by_bytes`: let files that cannot be judged as photos count by their bytes alone.
    """

    judging: Judging
    looking: Looking
    progress: Progress
    scan: Callable[[Sequence[str]], ScanReport]
    beside: Callable[[Proof], str]
    reread: Callable[[Ref], ContentId]
    now: str
    verify: bool = False
    by_bytes: bool = False


@dataclass(slots=True)
class _Copies:
    """The copies of contents in the libraries, each looked at just now.

    What is the same file as one of the drive, under whatever name, is no copy.
    """

    asking: Asking
    roots: Sequence[str]
    barred: frozenset[Identity]
    spots: dict[int, list[Spot]] = field(default_factory=dict[int, list[Spot]])
    bad: dict[str, str] = field(default_factory=dict[str, str])
    good: dict[str, int] = field(default_factory=dict[str, int])
    same_file: dict[int, str] = field(default_factory=dict[int, str])

    def learn(self, rows: Iterable[int]) -> None:
        """Ask the catalog where these contents lie."""
        fresh = [row for row in rows if row not in self.spots]
        catalog, verify = self.asking.judging.catalog, self.asking.verify
        # What is read again now may turn out to be good after all.
        found = elsewhere.spots(catalog, fresh, self.roots, doubtful=verify) if self.roots else {}
        self.spots.update((row, found.get(row, [])) for row in fresh)

    def standing(self, row: int) -> Iterator[Found]:
        """The copies of a content that are still the files whose bytes are known."""
        self.learn([row])
        for spot in self.spots[row][:_TRIED]:
            if spot.path in self.bad:
                continue
            found = _looked(self.asking, spot.path)
            if found is None or found.revision != spot.revision:
                continue
            if (found.device, found.inode) in self.barred:
                self.same_file.setdefault(row, spot.path)
                continue
            yield found

    def first(self, row: int) -> str | None:
        """The path of the first copy."""
        return next((found.ref.key for found in self.standing(row)), None)


def answer(asking: Asking, drive: Sequence[str], libraries: Sequence[Library]) -> Answer:
    """Say of every file of the drive where else it is; nothing but the catalog changes.

    SourceShrunkError where the drive, or every library, is empty or gone.
    """
    report = asking.scan(drive)
    if not report.files:
        message = f"{', '.join(drive)} holds no files; is its drive mounted?"
        raise SourceShrunkError(message)
    held = elsewhere.held(asking.judging.catalog, drive)
    heard, unheard, reports = _heard(asking, libraries)
    roots = [root for library in heard for root in library.roots]
    left = list(leftovers(asking.looking, report.ignored))
    barred = {one.identity for one in held}
    barred |= {(one.found.device, one.found.inode) for one in left if one.found is not None}
    copies = _Copies(asking, roots, frozenset(barred))
    files = _settled(copies, held, [*drive, *roots])
    known = {one.path for one in held}
    files += [
        Judged(path, Lot.UNREADABLE, 0, why=why) for path, why in report.unreadable if path not in known
    ]
    files += _left(copies, left, reports)
    if all(one.lot in {Lot.BYTES, Lot.PIXELS} for one in files):
        files += _changed(asking, drive, held, {one.path for one in left})
    return Answer(
        tuple(sorted(files, key=lambda one: one.path)),
        unheard,
        _known_unheard(asking, files, held, unheard),
        tuple(sorted(fault for one in reports for fault in one.unreadable)),
        _rotten(copies, files, held),
        len(copies.good),
        sum(copies.good.values()),
        _notes(asking, drive, heard),
    )


def _rotten(copies: _Copies, files: Sequence[Judged], held: Sequence[Held]) -> tuple[tuple[str, str], ...]:
    """Copies that were wrong when they were read again: now, or before, of what is not elsewhere."""
    rows = {one.path: one.row for one in held if one.row}
    lost = [rows[one.path] for one in files if one.lot in {Lot.EDIT, Lot.NOWHERE} and one.path in rows]
    before = elsewhere.doubted(copies.asking.judging.catalog, lost, copies.roots)
    return tuple(sorted((dict(before) | copies.bad).items()))


def _known_unheard(
    asking: Asking, files: Sequence[Judged], held: Sequence[Held], unheard: Sequence[Library]
) -> tuple[tuple[str, str], ...]:
    """Files that are not elsewhere, but that a library held when it was last there."""
    rows = {one.path: one.row for one in held if one.row}
    lost = [one.path for one in files if one.lot in {Lot.EDIT, Lot.NOWHERE} and one.path in rows]
    roots = [library.name for library in unheard if os.path.isabs(library.name)]
    if not lost or not roots:
        return ()
    found = elsewhere.spots(asking.judging.catalog, (rows[path] for path in lost), roots)
    return tuple((path, found[rows[path]][0].path) for path in lost if rows[path] in found)


def _heard(
    asking: Asking, libraries: Sequence[Library]
) -> tuple[list[Library], tuple[Library, ...], list[ScanReport]]:
    """The libraries that are there, those that are not, and what the scans of the first saw."""
    heard: list[Library] = []
    unheard: list[Library] = []
    reports: list[ScanReport] = []
    for library in libraries:
        if not library.roots:
            unheard.append(library)
            continue
        try:
            reports.append(asking.scan(library.roots))
        except SourceShrunkError as error:
            others = _without_photos(asking, library)
            if others is None:
                unheard.append(Library(library.name, (), str(error)))
                continue
            reports.append(others)
        heard.append(library)
    if not heard:
        reasons = "; ".join(library.why for library in unheard)
        message = f"there is no library to compare with: {reasons}"
        raise SourceShrunkError(message)
    return heard, tuple(unheard), reports


def _without_photos(asking: Asking, library: Library) -> ScanReport | None:
    """What lies in a folder of documents, where bytes alone count; None for one that may have held photos."""
    if not asking.by_bytes or sightings.counts(asking.judging.catalog, library.roots).bytes:
        return None
    entries = [one for one in asking.looking.reader.listing(library.roots) if isinstance(one, Found)]
    ignored = tuple((one.ref.key, "no photo") for one in entries)
    return ScanReport(0, 0, (), ignored, 0, 0, 0.0) if ignored else None


def _settled(copies: _Copies, held: Sequence[Held], roots: Sequence[str]) -> list[Judged]:
    """Judge every file; with `verify` read the copies again, and judge anew until all that count are good."""
    while True:
        files = _judged(copies, held, roots)
        if not copies.asking.verify or not _reread(copies, files):
            return files


def _judged(copies: _Copies, held: Sequence[Held], roots: Sequence[str]) -> list[Judged]:
    readable = [one for one in held if one.fate in {Fate.PHOTO, Fate.COMPANION} and one.content is not None]
    copies.learn(one.row for one in readable)
    lots: dict[int, tuple[Lot, str]] = {}
    for one in readable:
        if one.row not in lots and (found := copies.first(one.row)) is not None:
            lots[one.row] = Lot.BYTES, found
    sought = frozenset(one.row for one in readable if one.row not in lots and one.kind is not Kind.COMPANION)
    if sought:
        lots |= _alike(copies, held, roots, sought)
    return [_told(copies, one, lots) for one in held]


def _alike(
    copies: _Copies, held: Sequence[Held], roots: Sequence[str], sought: frozenset[int]
) -> dict[int, tuple[Lot, str]]:
    """What is elsewhere by its pixels, or as another version; of what is nowhere by its bytes."""
    judging = copies.asking.judging
    own = {one.row: one.path for one in held}
    among = frozenset(elsewhere.pictures(judging.catalog, copies.roots))

    def path(row: int) -> str | None:
        return own.get(row) if row in sought else copies.first(row)

    two = likenesses.Two(roots, sought, among, path)
    lots: dict[int, tuple[Lot, str]] = {}
    for row, twins in likenesses.pixel_twins(judging, copies.asking.beside, two).items():
        if (found := _first(copies, twins)) is not None:
            lots[row] = Lot.PIXELS, found
    rest = likenesses.Two(roots, sought - lots.keys(), among, path)
    for row, versions in likenesses.alike(judging, rest).items() if rest.sought else ():
        if (found := _first(copies, versions)) is not None:
            lots[row] = Lot.EDIT, found
    return lots


def _first(copies: _Copies, rows: Iterable[int]) -> str | None:
    return next((found for row in rows if (found := copies.first(row)) is not None), None)


def _told(copies: _Copies, one: Held, lots: Mapping[int, tuple[Lot, str]]) -> Judged:
    if one.fate not in {Fate.PHOTO, Fate.COMPANION} or one.content is None:
        if copies.asking.by_bytes and one.content is not None and (found := copies.first(one.row)):
            return Judged(one.path, Lot.BYTES, one.size, found, one.reason)
        return Judged(one.path, Lot.UNREADABLE, one.size, why=one.reason)
    if one.fate is Fate.COMPANION and not one.size:
        return Judged(one.path, Lot.BYTES, 0, why="is empty")
    if one.row in lots:
        lot, found = lots[one.row]
        return Judged(one.path, lot, one.size, found, _film(one) if lot is Lot.EDIT else "")
    same = copies.same_file.get(one.row, "")
    return Judged(
        one.path, Lot.NOWHERE, one.size, why=f"{same} is the same file under another name" if same else ""
    )


def _film(one: Held) -> str:
    return "its film would be lost" if one.film else ""


def _reread(copies: _Copies, files: Sequence[Judged]) -> bool:
    """Read again the copies that count and were not read yet; whether some turned out bad."""
    asking = copies.asking
    wanted = sorted({one.found for one in files if one.lot in {Lot.BYTES, Lot.PIXELS} and one.found})
    work = [
        found for path in wanted if path not in copies.good and (found := _looked(asking, path)) is not None
    ]
    contents = _contents(copies)
    before = len(copies.bad)
    rows: list[verified.Reread] = []
    asking.progress.stage("verifying", len(work), sum(found.size for found in work))
    for found in work:
        wrong = _wrong(asking, found, contents.get(found.ref.key))
        if wrong:
            copies.bad[found.ref.key] = wrong
        else:
            copies.good[found.ref.key] = found.size
        rows.append(verified.Reread(found.ref.key, _revision(found), wrong))
        asking.progress.step(1, found.size)
        if len(rows) >= _ROWS:
            verified.note(asking.judging.catalog, rows, asking.now)
            rows = []
    verified.note(asking.judging.catalog, rows, asking.now)
    asking.progress.done()
    return len(copies.bad) > before


def _revision(found: Found) -> str:
    return f"{found.size}:{found.mtime_ns}:{signed(found.inode)}"


def _contents(copies: _Copies) -> dict[str, int]:
    return {spot.path: row for row, spots in copies.spots.items() for spot in spots}


def _wrong(asking: Asking, found: Found, row: int | None) -> str:
    if row is None:
        return ""
    try:
        content = asking.reread(found.ref)
    except (OSError, UnreadableError) as error:
        return f"could not be read: {_words(error)}"
    if elsewhere.rows_of(asking.judging.catalog, [content]).get(content) == row:
        return ""
    return "its bytes have changed, though its size and time have not"


def _left(copies: _Copies, left: Sequence[Leftover], reports: Sequence[ScanReport]) -> list[Judged]:
    """What holds something and is no photo: not judged, or by bytes if that was asked for."""
    asking = copies.asking
    if not asking.by_bytes:
        told = {one.entry: one for one in left}
        return [
            Judged(one.entry, Lot.UNREADABLE, one.found.size if one.found else 0, why=one.reason)
            for one in told.values()
        ]
    sizes: dict[int, list[Found]] = {}
    for other in leftovers(asking.looking, (entry for report in reports for entry in report.ignored)):
        if other.found is not None:
            sizes.setdefault(other.found.size, []).append(other.found)
    return [_by_bytes(copies, one, sizes) for one in left]


def _by_bytes(copies: _Copies, one: Leftover, sizes: Mapping[int, Sequence[Found]]) -> Judged:
    asking = copies.asking
    if one.found is None:
        return Judged(one.path, Lot.UNREADABLE, 0, why=one.reason)
    try:
        content = asking.looking.content(one.found)
    except (OSError, UnreadableError) as error:
        why = f"could not be read: {_words(error)}"
        return Judged(one.path, Lot.UNREADABLE, one.found.size, why=why)
    row = elsewhere.rows_of(asking.judging.catalog, [content]).get(content)
    others: list[Found] = [] if row is None else list(copies.standing(row))
    others += sizes.get(one.found.size, ())
    for other in others:
        if (other.device, other.inode) not in copies.barred and _holds(copies, other, content):
            return Judged(one.path, Lot.BYTES, one.found.size, other.ref.key, one.reason)
    return Judged(one.path, Lot.NOWHERE, one.found.size, why=one.reason)


def _holds(copies: _Copies, other: Found, content: ContentId) -> bool:
    """Whether a file of a library holds these bytes; one that cannot be read does not."""
    asking = copies.asking
    try:
        if not asking.verify:
            return asking.looking.content(other) == content
        if asking.reread(other.ref) != content:
            return False
    except (OSError, UnreadableError):
        return False
    copies.good[other.ref.key] = other.size
    return True


def _changed(asking: Asking, drive: Sequence[str], held: Sequence[Held], left: set[str]) -> list[Judged]:
    """Files that came to the drive, or changed on it, while it was looked at."""
    known = {one.path: (one.size, one.mtime_ns) for one in held}
    # What a library of Apple Photos lists is not what lies in its folders.
    plain = [root for root in drive if not Ref(LOCAL, f"{root}/").is_in_library]
    return [
        Judged(one.ref.key, Lot.UNREADABLE, one.size, why="came or changed while the drive was looked at")
        for one in asking.looking.reader.listing(plain)
        if isinstance(one, Found)
        and one.ref.key not in left
        and one.size
        and known.get(one.ref.key) != (one.size, one.mtime_ns)
    ]


def _notes(asking: Asking, drive: Sequence[str], heard: Sequence[Library]) -> tuple[str, ...]:
    """Libraries that lie on the volume of the drive: they go where it goes."""
    here = {volume for root in drive for volume in _volumes(asking, root)}
    names = [
        library.name
        for library in heard
        if any(volume in here for root in library.roots for volume in _volumes(asking, root))
    ]
    if not names:
        return ()
    lie = "lies" if len(names) == 1 else "lie"
    words = "on the same disk as the drive: delete the files, but do not format the disk"
    return (f"{', '.join(names)} {lie} {words}",)


def _volumes(asking: Asking, root: str) -> set[str]:
    """The file system of a root, and the disk that it is a part of."""
    disk = overlap.disk(Ref(LOCAL, root).archive or root)
    return {asking.looking.reader.volume(Ref(LOCAL, root)).id, *([disk] if disk else [])}


def _words(error: Exception) -> str:
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()


def _looked(asking: Asking, path: str) -> Found | None:
    try:
        return asking.looking.reader.look(Ref(LOCAL, path))
    except OSError:
        return None
