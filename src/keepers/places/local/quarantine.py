"""Where taken-away files are kept: `.keepers-trash/` on their volume, named by their content."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field

from keepers.model import ContentId
from keepers.places import files


@dataclass(slots=True)
class Quarantine:
    """Finds the quarantine of a file: in the innermost root around it, else in the topmost own folder."""

    roots: Sequence[str]
    known: dict[str, str] = field(default_factory=dict[str, str])

    def name(self, path: str, content: ContentId, token: str) -> str:
        """The quarantine name of a file."""
        folder, name = files.parted(path)
        if folder not in self.known:
            self.known[folder] = self._folder(folder)
        ending = os.path.splitext(name)[1]
        ending = ending if len(ending) <= 8 and ending.isascii() and ending[1:].isalnum() else ""
        return f"{self.known[folder].rstrip('/')}/{files.TRASH}/{content.removeprefix('b3:')}-{token}{ending}"

    def _folder(self, folder: str) -> str:
        device = _device(folder)
        around = [root for root in self.roots if (folder + "/").startswith(root.rstrip("/") + "/")]
        for root in sorted(around, key=len, reverse=True):
            if _device(root) == device and os.path.isdir(root):
                return root
        best = folder
        while folder != "/":
            folder = files.parted(folder)[0]
            if _device(folder) != device or not _is_own(folder):
                break
            best = folder
        return best


def _device(path: str) -> int | None:
    seen = files.status(path)
    return None if seen is None else seen.st_dev


def _is_own(path: str) -> bool:
    """Whether a folder belongs to this user alone; the root of the system never does."""
    seen = files.status(path)
    if seen is None or path == "/":
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & stat.S_IWOTH


def of(kept: str) -> str:
    """The quarantine folder in which a kept file lies."""
    return files.parted(kept)[0]
