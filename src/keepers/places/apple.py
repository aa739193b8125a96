"""An Apple Photos library: what is in it, by its own database; nothing in it is ever written.

The reader of the database is osxphotos (the extra `apple`); only this module knows it. It is given a
copy of the database with its write-ahead log, because opening one, even to read, may write to it: SQLite makes
`-shm` files, and the last to close a log folds it into the database.
"""

import contextlib
import importlib
import logging
import os
import sqlite3
import stat
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from keepers.errors import KeepersError, SettingsError, SourceShrunkError
from keepers.model import LOCAL, Fate, Found, Problem, Ref, Role
from keepers.places import files
from keepers.ports import Told

ENDING: Final = ".photoslibrary"
_DATABASES: Final = ("Photos.sqlite", "photos.db")
_COPIED: Final = (*_DATABASES, *(f"{name}-wal" for name in _DATABASES), "DataModelVersion.plist")
_TRIES: Final = 5
_CHUNK: Final = 1 << 20
_UNKNOWN: Final = "_UNKNOWN_"  # what osxphotos calls a face without a name
_NO_DATE: Final = 1970
CLOUD: Final = "its original is only in iCloud"
TRASHED: Final = "is in the library's trash"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a library holds: its files, what it tells of them, and what is not there."""

    found: tuple[Found, ...]
    told: tuple[Told, ...]
    problems: tuple[Problem, ...]

    @property
    def entries(self) -> Sequence[Found | Problem]:
        """All that a listing of the library shows."""
        return (*self.found, *self.problems)


def read(path: str, *, trashed: bool = False) -> Contents:
    """Learn all of a library; photos in its trash only if asked.

    SettingsError without osxphotos, KeepersError where the database is damaged or none that it knows,
    SourceShrunkError where it is not there.
    """
    found: list[Found] = []
    told: list[Told] = []
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory(prefix="keepers-apple-") as folder:
        copied = _copied(os.path.join(path, "database"), folder)
        for photo in _photos(copied, path):
            if photo.trashed and not trashed:
                problems.append(Problem(Ref(LOCAL, photo.would_be), Fate.IGNORED, TRASHED))
                continue
            if photo.elsewhere:
                words = f"lies outside of the library; scan {photo.elsewhere}"
                problems.append(Problem(Ref(LOCAL, photo.would_be), Fate.IGNORED, words))
            elif not any(role is not Role.LIVE_VIDEO for role, _, _ in photo.files):
                problems.append(Problem(Ref(LOCAL, photo.would_be), Fate.IGNORED, CLOUD))
            elif photo.missing:
                problems.append(
                    Problem(Ref(LOCAL, photo.would_be), Fate.IGNORED, CLOUD + "; its edit is here")
                )
            for role, name, seen in photo.files:
                found.append(seen)
                told.append(Told(seen.ref, photo.id, role, photo.taken, (("name", name), *photo.facts)))
    return Contents(tuple(found), tuple(told), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Photo:
    """One photo of the library: its files with roles and own names, the one that people see first."""

    id: str
    files: tuple[tuple[Role, str, Found], ...]
    would_be: str
    elsewhere: str
    missing: bool
    trashed: bool
    taken: datetime | None
    facts: tuple[tuple[str, str], ...]


class _Shown(Protocol):
    """What of osxphotos' PhotoInfo is used; each is a property."""

    uuid: str
    filename: str
    original_filename: str
    path: str | None
    path_edited: str | None
    path_raw: str | None
    path_live_photo: str | None
    date: datetime
    intrash: bool
    favorite: bool
    hidden: bool
    title: str | None
    description: str | None
    albums: Sequence[str]
    keywords: Sequence[str]
    persons: Sequence[str]
    location: tuple[float | None, float | None]
    burst: bool
    burst_key: bool
    burst_default_pick: bool
    burst_selected: bool

    @property
    def burst_photos(self) -> "Sequence[_Shown]":
        """The other frames of its burst."""
        ...


def _photos(database: str, library: str) -> Sequence[_Photo]:
    try:
        # 400 ms and 30 packages, for those who have such a library; it has no types.
        osxphotos: Any = importlib.import_module("osxphotos")
    except ImportError as error:
        message = "Apple libraries need osxphotos; install it with: pip install 'keepers[apple]'"
        raise SettingsError(message) from error
    # It warns of each part that a copied database has not; what is missing shows in our own report.
    logging.getLogger("osxphotos").setLevel(logging.ERROR)
    with _readable(library):
        opened: Any = osxphotos.PhotosDB(dbfile=database, library_path=library, _skip_searchinfo=True)
        try:
            shown: list[_Shown] = [*opened.photos(), *opened.photos(intrash=True)]
            every = {photo.uuid: photo for one in shown for photo in (one, *one.burst_photos)}
            return [_described(photo, library) for _, photo in sorted(every.items())]
        finally:
            # It copies what it is given once more, and would keep that until the program ends.
            own: object = getattr(opened, "_tempdir", None)
            if isinstance(own, tempfile.TemporaryDirectory):
                own.cleanup()


@contextlib.contextmanager
def _readable(library: str) -> Generator[None]:
    """Tell whatever the reader stumbles over as what it is: a database that it cannot read."""
    try:
        yield
    except (OSError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError,
            AssertionError, EOFError, sqlite3.Error) as error:  # fmt: skip
        text = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"{library}: its database cannot be read ({text[:200]})"
        raise KeepersError(message) from error


def _described(photo: _Shown, library: str) -> _Photo:
    name = photo.original_filename or photo.filename
    stem, ending = os.path.splitext(name)
    would_be = os.path.join(library, "originals", photo.filename[:1], photo.filename)
    # The database notes a download late, so that a file may be there though it says that it is not.
    original = photo.path or would_be
    raw, film = photo.path_raw, photo.path_live_photo
    wanted = (
        (Role.MAIN, photo.path_edited, f"{stem}_edited"),
        (Role.ORIGINAL, original, name if ending else stem),
        (Role.RAW, raw, stem),
        (Role.LIVE_VIDEO, film, stem),
    )
    kept: list[tuple[Role, str, Found]] = []
    for role, path, called in wanted:
        seen = _seen(path, library)
        if seen is not None:
            own = called if role is Role.ORIGINAL else called + os.path.splitext(seen.ref.key)[1]
            kept.append((role, own, seen))
    elsewhere = "" if photo.path is None or _is_within(photo.path, library) else photo.path
    missing = all(role is not Role.ORIGINAL for role, _, _ in kept)
    # Photos without a date have that of day 0.
    taken = photo.date if photo.date.year > _NO_DATE else None
    facts = tuple(_facts(photo))
    return _Photo(photo.uuid, tuple(kept), would_be, elsewhere, missing, bool(photo.intrash), taken, facts)


def _facts(photo: _Shown) -> Iterator[tuple[str, str]]:
    """What the library says of a photo, as fields of the catalog's table of what is told."""
    for field, on in (("favourite", photo.favorite), ("hidden", photo.hidden), ("trashed", photo.intrash)):
        if on:
            yield field, "yes"
    for field, text in (("title", photo.title), ("description", photo.description)):
        if text:
            yield field, text
    for field, texts in (("album", photo.albums), ("keyword", photo.keywords), ("person", photo.persons)):
        yield from ((field, text) for text in dict.fromkeys(texts) if text and text != _UNKNOWN)
    latitude, longitude = photo.location
    if latitude is not None and longitude is not None:
        yield "position", f"{latitude:.6f} {longitude:.6f}"
    if photo.burst:
        key = photo.burst_key and photo.burst_default_pick
        # The id is that of the set; one of its frames stands for it, and any may be picked.
        yield "burst", min(photo.uuid, *(other.uuid for other in photo.burst_photos), key=str)
        if photo.burst_selected:
            yield "pick", "user"
        elif key:
            yield "pick", "library"


def _seen(path: str | None, library: str) -> Found | None:
    """A regular file within the library; what it refers to elsewhere belongs to the folder that it lies in."""
    if path is None or not _is_within(path, library):
        return None
    seen = files.status(path)
    if seen is None or not stat.S_ISREG(seen.st_mode):
        return None
    return Found(Ref(LOCAL, path), seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_dev, seen.st_nlink)


def _is_within(path: str, library: str) -> bool:
    return path.startswith(library.rstrip("/") + "/")


def _copied(source: str, folder: str) -> str:
    """Copy the database with its log; again where Photos wrote meanwhile. The path of the copy."""
    present = [name for name in _COPIED if files.status(os.path.join(source, name)) is not None]
    chosen = next((name for name in _DATABASES if name in present), None)
    if chosen is None:
        message = f"{os.path.dirname(source)} is no Photos library: it has no database"
        raise SourceShrunkError(message)
    for number in range(_TRIES):
        inner = os.path.join(folder, str(number))
        files.make_folder(inner)
        before = [_revision(source, name) for name in present]
        for name in present:
            _copy(os.path.join(source, name), os.path.join(inner, name))
        if before == [_revision(source, name) for name in present]:
            return os.path.join(inner, chosen)
    message = f"{os.path.dirname(source)} is being written all the time; close Photos and try again"
    raise KeepersError(message)


def _revision(source: str, name: str) -> str:
    seen = files.status(os.path.join(source, name))
    return "" if seen is None else files.revision(seen)


def _copy(source: str, path: str) -> None:
    with files.opened(source) as handle, open(handle, "rb", closefd=False) as file:
        draft = files.draft_with(iter(lambda: file.read(_CHUNK), b""), path)
    draft.close()
