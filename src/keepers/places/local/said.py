"""What an owner said of folders: told by the folder itself, by whatever name it is reached."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from keepers.model import ContentId
from keepers.places import files
from keepers.ports import Rights
from keepers.read import archive


def _no_paths() -> Mapping[str, tuple[ContentId, str]]:
    return {}


@dataclass(frozen=True, slots=True)
class Known:
    """What a disk does not tell of its files.

    `rights` are what the owner said of folders. `true_paths` are files that lie under a name that their disk
    needed: their content, and the path that was meant.
    """

    rights: Mapping[str, Rights] = field(default_factory=dict[str, Rights])
    true_paths: Callable[[], Mapping[str, tuple[ContentId, str]]] = _no_paths


@dataclass(slots=True)
class Said:
    """The rights in each folder: those of the innermost around it of which something was said."""

    roots: Mapping[str, Rights]
    known: dict[str, Rights] = field(default_factory=dict[str, Rights])
    identities: dict[tuple[int, int], Rights] = field(default_factory=dict[tuple[int, int], Rights])

    def __post_init__(self) -> None:
        for path, rights in self.roots.items():
            if (seen := _seen(path)) is not None:
                self.identities[seen] = rights

    def of(self, path: str) -> Rights:
        """The rights to a file or folder."""
        if not self.roots:
            return Rights.ANY
        held = archive.located(path)
        path = path if held is None else held[0]
        return self.roots[path] if path in self.roots else self._in(files.parted(path)[0])

    def _in(self, folder: str) -> Rights:
        if folder not in self.known:
            self.known[folder] = self._found(folder)
        return self.known[folder]

    def _found(self, folder: str) -> Rights:
        if folder in self.roots:
            return self.roots[folder]
        seen = _seen(folder)
        if seen is not None and seen in self.identities:
            return self.identities[seen]
        real = os.path.realpath(folder)
        if real != folder:
            return self._in(real)
        return Rights.ANY if folder == "/" else self._in(files.parted(folder)[0])


def _seen(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
