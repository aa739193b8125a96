"""The files of one folder as bundling sees them: names, evidence, and what was joined so far."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from keepers.model import Kind, Role
from keepers.read.formats import FORMATS
from keepers.read.formats import stem as stem_of
from keepers.read.words import printable

RAWS: Final = frozenset(form.name for form in FORMATS if form.raw)
_SEVERAL: Final = "more than one file could belong to it"
_NOT_SURE: Final = "only one of the two tells when it was taken"


class Entry(NamedTuple):
    """One file as far as bundling needs it: `wall` is its capture time in seconds, None where unknown.

    `local` is the same time as the camera's clock showed it: of two files of one shot only one may name its zone.
    `live_id` is Apple's content identifier, `title` the file name that a sidecar speaks of, `film` says that
    a film lies within a still, `seconds` how long a film is, `composite` that Keepers
    made the picture of others.
    """

    name: str
    kind: Kind
    format: str
    camera: str = ""
    wall: float | None = None
    live_id: str = ""
    title: str = ""
    film: bool = False
    seconds: float | None = None
    local: float | None = None
    composite: bool = False


def folded(name: str) -> str:
    """The name as a case-insensitive, accent-composing file system compares it."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


@dataclass(slots=True)
class Folder:
    """The files of a folder by name, and what was joined so far.

    `owner` leads towards the main file, `parts` lists the photos and films of a main file.
    """

    files: Sequence[Entry]
    order: list[int]
    folded: list[str]
    stem: list[str]
    names: dict[str, list[int]]
    stems: dict[str, list[int]]
    owner: dict[int, tuple[int, Role]] = field(default_factory=dict[int, tuple[int, Role]])
    apart: dict[int, str] = field(default_factory=dict[int, str])
    parts: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def join(self, index: int, main: int, role: Role) -> None:
        """Make a file part of the photo that another belongs to."""
        self.owner[index] = (main, role)
        if self.files[index].kind is not Kind.COMPANION:
            self.parts.setdefault(main, [main]).extend(self.parts.pop(index, [index]))

    def unequal(self, one: int, other: int, seconds: float) -> str:
        """Why the evidence speaks against one shot; what was joined with either file is asked, too."""
        if one not in self.parts and other not in self.parts:
            return unequal(self.files[one], self.files[other], seconds)
        pairs = (
            (self.files[i], self.files[k])
            for i in self.parts.get(one, [one])
            for k in self.parts.get(other, [other])
        )
        return next((why for left, right in pairs if (why := unequal(left, right, seconds))), "")

    def doubtful(self, one: int, other: int, seconds: float) -> str:
        """As unequal; and what only one of the two tells is no evidence either."""
        if why := self.unequal(one, other, seconds):
            return why
        return _NOT_SURE if (self.files[one].wall is None) != (self.files[other].wall is None) else ""

    def main(self, index: int) -> int:
        """The main file of the photo that a file belongs to."""
        while index in self.owner:
            index = self.owner[index][0]
        return index

    def part(self, one: int, other: int, why: str) -> None:
        """Note why two files, that their names bring together, are not joined."""
        for index, mate in ((one, other), (other, one)):
            self.apart.setdefault(index, f"not joined with {told(self.files[mate].name)}: {why}")

    def doubt(self, index: int) -> None:
        """Note that a file stays apart because it could belong to several."""
        self.apart.setdefault(index, f"not joined: {_SEVERAL}")


def told(name: str) -> str:
    """A file name as text that can be shown and stored."""
    return printable(name.encode("utf-8", "replace").decode())


def folder_of(files: Sequence[Entry]) -> Folder:
    """Sort the files of a folder by name, whole and without extension."""
    low = [folded(file.name) for file in files]
    stem = [stem_of(name) for name in low]
    order = sorted(range(len(files)), key=lambda index: (low[index], files[index].name))
    names: dict[str, list[int]] = defaultdict(list)
    stems: dict[str, list[int]] = defaultdict(list)
    for index in order:
        names[low[index]].append(index)
        stems[stem[index]].append(index)
    return Folder(files, order, low, stem, dict(names), dict(stems))


def unequal(one: Entry, other: Entry, seconds: float) -> str:
    """Why the evidence speaks against one shot; empty where it does not."""
    if one.camera and other.camera and one.camera.casefold() != other.camera.casefold():
        return f"another camera ({one.camera}, {other.camera})"
    if one.wall is None or other.wall is None:
        return ""
    gap = abs(one.wall - other.wall)
    if one.local is not None and other.local is not None:
        gap = min(gap, abs(one.local - other.local))
    return "" if gap <= seconds else f"taken {_span(gap)} apart"


def _span(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def best(folder: Folder, found: Sequence[int], formats: Sequence[str]) -> int | None:
    """The only file of the first format that occurs; None where there are none or several."""
    for form in formats:
        fitting = [index for index in found if folder.files[index].format == form]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None
