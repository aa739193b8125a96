"""From addresses to absolute paths: folders and files, Takeouts, Apple Photos libraries."""

import glob
import os
import re
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, overload

from keepers import config
from keepers.decide.destination import collision_key
from keepers.errors import SourceShrunkError, UsageError
from keepers.read import archive

#: The place of a server, by its profile; then an album, or the name of the profile.
_SERVER: Final = re.compile(r"(immich(?:@[a-z0-9][a-z0-9-]{0,31})?):(.*)", re.DOTALL)
_PROFILE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_ALBUM: Final = "album/"
_DEFAULT: Final = "default"
_TAKEOUT, _APPLE = "takeout:", "apple:"
#: Behind an Apple library's address: photos in its trash, too.
_TRASH: Final = "#trash"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which assets of servers are meant; what is empty does not matter. `type` is IMAGE or VIDEO, `ids` are the server's."""

    album: str = ""
    people: tuple[str, ...] = ()
    type: str = ""
    taken_after: datetime | None = None
    taken_before: datetime | None = None
    visibility: str = ""
    ids: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        """What tells one filter from another; empty where all assets are meant."""
        after, before = (at.isoformat() if at else "" for at in (self.taken_after, self.taken_before))
        given = {"person": "+".join(self.people), "type": self.type, "after": after, "before": before}
        given["visibility"] = self.visibility
        return "&".join(f"{name}={text}" for name, text in given.items() if text)


@dataclass(frozen=True)
class Sources(Sequence[str]):
    """What a command was given, as absolute paths; those among them that are libraries, with what is in them.

    An archive stands as `/a/b.zip!`. Behind the paths come the addresses of servers, with what is meant of each.
    """

    paths: tuple[str, ...]
    takeouts: tuple[str, ...] = ()
    apples: Mapping[str, bool] = field(default_factory=dict[str, bool])
    servers: Mapping[str, Filter] = field(default_factory=dict[str, Filter])

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return (*self.paths, *self.servers)[index]

    def __len__(self) -> int:
        return len(self.paths) + len(self.servers)


def sources(given: Sequence[str], wanted: Filter | None = None) -> Sources:
    """Absolute, unresolved paths of the sources, those within others left out; servers only where something is `wanted`.

    UsageError for an address that the command does not take, or when one folder is given under two
    names; SourceShrunkError when it is not there.
    """
    servers: dict[str, Filter] = {}
    if wanted is not None:
        servers = dict(_server(text, wanted) for text in given if _SERVER.fullmatch(text))
        given = [text for text in given if not _SERVER.fullmatch(text)]
        if not servers and wanted != Filter():
            raise UsageError("albums, people and the like are filters of servers; name one, such as immich:")
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
    return Sources(tuple(kept), tuple(takeouts), apples, servers)


def server(text: str) -> str | None:
    """The place and the rest of an address of a server: `immich:`, `immich@parents:ID`; None where it is none.

    `immich:parents` is short for `immich@parents:`.
    """
    found = _SERVER.fullmatch(text)
    if found is None:
        return None
    place, rest = found.groups()
    if place == "immich" and _PROFILE.fullmatch(rest):
        place, rest = f"immich@{rest}", ""
    return f"{place.removesuffix('@' + _DEFAULT)}:{rest}"


def _server(text: str, wanted: Filter) -> tuple[str, Filter]:
    place, _, rest = (server(text) or "").partition(":")
    if rest and not (rest.startswith(_ALBUM) and rest != _ALBUM):
        raise UsageError(f"{text} is no address of a server; an album is {place}:{_ALBUM}NAME")
    album = rest.removeprefix(_ALBUM)
    if album and wanted.album:
        raise UsageError(f"{text} is an album already; leave out --album")
    found = replace(wanted, album=album or wanted.album)
    address = f"{place}:{_ALBUM}{found.album}" if found.album else f"{place}:"
    return address + ("#" + found.words if found.words else ""), found


def server_names(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the Immich servers that are set up, in keepers.toml or the environment."""
    tables = config.table(config.config_file(environment), "immich")
    found = {name for name, value in tables.items() if isinstance(value, dict)}
    named = any(environment.get(name) for name in ("KEEPERS_IMMICH_URL", "IMMICH_URL"))
    return tuple(sorted(found | {"default"} if named else found))


def is_there(path: str) -> bool:
    """Whether a path names something, on disk or in an archive."""
    return os.path.lexists(path) or archive.status(os.path.abspath(path)) is not None


def inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by name."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def absolute(given: str) -> str:
    """The absolute path, spelled as its folders list it where the disk takes several spellings for one name.

    Some drives (exFAT through FUSE) give each spelling an inode of its own: a folder that is called DCIM and dcim
    would be two, and hold each other's copies (hazards 11, 19).
    """
    path = "/"
    for name in os.path.abspath(os.path.expanduser(given)).strip("/").split("/"):
        path = os.path.join(path, _listed(path, name))
    return path


def _listed(folder: str, name: str) -> str:
    others = {name.swapcase(), *(unicodedata.normalize(form, name) for form in ("NFC", "NFD"))} - {name}
    if not any(os.path.lexists(os.path.join(folder, other)) for other in others):
        return name
    try:
        names = os.listdir(folder)
    except OSError:
        return name
    alike = [other for other in names if collision_key(other) == collision_key(name)]
    return alike[0] if name not in names and len(alike) == 1 else name


def target(given: str, among: Sequence[str]) -> str:
    """The absolute path of a target folder; UsageError when it lies within a source or around one."""
    path = absolute(given)
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
    if _SERVER.fullmatch(text):
        message = f"{text}: this command takes folders and files only; servers are for scan, group, explain, organize and immich"
        raise UsageError(message)
    path = absolute(text)
    if path.lower().endswith(".photoslibrary") and os.path.isdir(path):
        message = f"{path} is a library of Apple Photos; read it by its address: {_APPLE}{path}"
        raise UsageError(message)
    return path


def _takeout(text: str) -> Sequence[str]:
    """The folder or the archives of a Takeout; a shell would not fill in a `*` behind the colon."""
    path = absolute(text.removeprefix(_TAKEOUT))
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
    path = absolute(rest.removesuffix(_TRASH))
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
