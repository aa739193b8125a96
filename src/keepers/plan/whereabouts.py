"""May this drive be wiped? The answer as a value: how every file of it fares elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Lot(StrEnum):
    """How a file of the drive fares elsewhere."""

    BYTES = "bit for bit"
    PIXELS = "pixel for pixel"
    EDIT = "only as an edit"
    NOWHERE = "nowhere"
    UNREADABLE = "not judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """One file of the drive: how it fares, the path of what was found, and a clause about it."""

    path: str
    lot: Lot
    size: int
    found: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """One library: its name as it was given, and its roots; none where it is not there, and why."""

    name: str
    roots: Sequence[str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of every file of the drive.

    `unheard` are libraries that could not be looked at, `faults` what could not be read in the others.
    `reread` counts the copies that were read again, and `reread_bytes` their bytes; `rotten` are those that
    did not hold what they should, and why. `known_unheard` are files that a library held that is not there now.
    """

    files: tuple[Judged, ...]
    unheard: tuple[Library, ...] = ()
    known_unheard: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    rotten: tuple[tuple[str, str], ...] = ()
    reread: int = 0
    reread_bytes: int = 0
    notes: tuple[str, ...] = ()

    def of(self, *lots: Lot) -> tuple[Judged, ...]:
        """The files that fare so."""
        return tuple(one for one in self.files if one.lot in lots)

    @property
    def safe(self) -> bool:
        """Whether every file is elsewhere, bit for bit or pixel for pixel."""
        return bool(self.files) and len(self.of(Lot.BYTES, Lot.PIXELS)) == len(self.files)
