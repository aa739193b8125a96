"""What goes to a worker that measures a file, and what comes back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from keepers.model import ContentId, Facts, Kind
from keepers.ports import Workers
from keepers.read.packed import NOTHING, Packed

if TYPE_CHECKING:
    from keepers.read.colour import Pixels
    from keepers.read.photo import Begun

#: Raised with every change of what is read or computed from the bytes; older content is measured again.
METHOD: Final = 3
#: Where workers find what measures a file.
MEASURE: Final = "keepers.workflows.measure"


class Job(NamedTuple):
    """One file to measure; `known` are digests of that size that need no second measuring.

    Every file's travels to a worker: a dataclass would take 10 us longer.
    """

    path: str
    size: int
    device: int
    kind: Kind
    known: tuple[bytes, ...] = ()
    heavy: bool = False


class Measured(NamedTuple):
    """What one read taught; `reason` says why the content is no photo that can be read.

    `again` asks for a second run with the memory that a heavy picture needs. `fresh` is False when
    the content was known already. `begun` waits to be decoded, `facts` to be packed and `grey` to be
    fingerprinted, with others. `clip` is the fingerprint of a film, `sha1` is taken where a server is set up.
    Size, time and inode are those of the bytes that were read.
    """

    b3: bytes
    size: int
    mtime_ns: int
    inode: int
    kind: Kind
    fresh: bool
    reason: str = ""
    ignored: bool = False
    again: bool = False
    begun: "Begun | None" = None
    facts: Facts | None = None
    packed: Packed = NOTHING
    prints: bytes = b""
    grey: "Pixels | None" = None
    clip: bytes = b""
    sha1: bytes = b""


@dataclass(frozen=True, slots=True)
class Measuring:
    """The workers of a scan, what they do with each file, and what with those that travel together."""

    workers: Workers
    each: Callable[[Job], Measured]
    together: Callable[[Sequence[Measured]], Sequence[Measured]]


@dataclass(frozen=True, slots=True)
class Proof:
    """One photo whose pixels are to be decoded in full."""

    path: str
    content: ContentId


@dataclass(frozen=True, slots=True)
class Footage:
    """One film whose pictures are to be compared with others; `data` is its fingerprint so far."""

    path: str
    content: ContentId
    data: bytes
    pixels: int


@dataclass(frozen=True, slots=True)
class Thumb:
    """One thumbnail to make."""

    path: str
    content: ContentId
    side: int


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of a film to make, from so far into it (0-1)."""

    path: str
    side: int
    share: float
