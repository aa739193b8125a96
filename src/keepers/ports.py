"""Small Protocols, stated in the words of the model, that stages are handed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from keepers.errors import KeepersError
from keepers.model import Asset, ContentId, Facts, Found, Kind, Problem, Ref, Role

if TYPE_CHECKING:
    # A tenth of a worker's start, and no worker carries out an action.
    from keepers.actions import Action, SetField

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one item gave no result; `lasting` is False where trying again may help."""

    reason: str
    lasting: bool = True


class Workers(Protocol):
    """Runs one function over many items, whatever a single item does to its worker."""

    def map(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        *,
        weight: Callable[[T], int] | None = None,
        heavy: Callable[[T], bool] | None = None,
        together: Callable[[Sequence[R]], Sequence[R]] | None = None,
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item once with its result or failure, in any order, as they come.

        `task` is a module-level function. An item that kills its worker, hangs or eats memory
        becomes a Failure of its own; all others still get their results. `weight` gives the cost
        of an item in bytes, so that cheap items travel together; without it each travels alone. An item that is
        `heavy` gets more memory and runs while nothing else does. Items are drawn lazily.
        `together` finishes the results of items that travelled together, in the same worker: what
        is cheaper for many at once.
        """
        ...

    def close(self) -> None:
        """Stop all workers at once; safe to call twice."""
        ...


class Progress(Protocol):
    """Is told how far a stage has come; shows it, or not."""

    def stage(self, name: str, items: int, size: int) -> None:
        """Begin a stage of so many items and bytes (0 where unknown)."""
        ...

    def step(self, items: int, size: int) -> None:
        """Add finished items and bytes to the present stage."""
        ...

    def done(self) -> None:
        """End the present stage."""
        ...

    def say(self, message: str) -> None:
        """Tell the user one sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Volume:
    """One file system, or one account of a server, and the bytes that are free on it.

    With `portable` it takes only names that Windows takes, with `loose` it numbers its files anew each time.
    """

    id: str
    free: int
    portable: bool = False
    loose: bool = False


class Rights(StrEnum):
    """What may be done to what lies in a folder, as its owner said; ANY where nothing was said."""

    ANY = ""
    REFERENCE = "reference"
    MAY_MOVE = "may-move"
    MAY_TRASH = "may-trash"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a change touches: whether it is there, and when it was last modified.

    `volume` tells its drive from others that are mounted there at other times; empty where nothing does.
    """

    ref: Ref
    there: bool
    modified_ns: int = 0
    volume: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What a library tells of one of its files: to which of its photos it belongs, and as what.

    `taken` is the library's date, aware. `facts` are fields and values, as the catalog keeps them.
    """

    ref: Ref
    photo: str
    role: Role
    taken: datetime | None
    facts: tuple[tuple[str, str], ...] = ()


class Reader(Protocol):
    """Looks into a place; changes nothing and follows no symlink.

    OSError where a thing cannot be read, except where a method says otherwise.
    """

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield every entry below the roots once, in an order that depends on names alone.

        A folder that cannot be listed is a Problem: what is in it is unknown, not gone.
        """
        ...

    def look(self, ref: Ref) -> Found | None:
        """Describe a regular file; None where there is none of that name."""
        ...

    def exists(self, ref: Ref) -> bool:
        """Whether the name is taken, by whatever it may be."""
        ...

    def names(self, folder: Ref) -> Sequence[str]:
        """List the names in a folder; none where there is no such folder."""
        ...

    def folder(self, ref: Ref) -> Folder | None:
        """Describe a folder; None where there is none of that name."""
        ...

    def content(self, ref: Ref) -> ContentId:
        """Read all bytes of a file and name them."""
        ...

    def field(self, ref: Ref, name: str) -> str | None:
        """Read a tag, album, favourite or such; None where it is not set."""
        ...

    def identity(self, root: str) -> str:
        """Tell a root apart from others that are mounted under the same name at other times."""
        ...

    def volume(self, ref: Ref) -> Volume:
        """The volume that a file of this name is on, or would be."""
        ...

    def rights(self, ref: Ref) -> Rights:
        """What may be done to a thing of this name."""
        ...

    def true_path(self, ref: Ref, content: ContentId) -> str:
        """The path that was meant for these bytes, where their disk needed another; empty where it did not."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One action as a Writer is given it.

    `token` is unique and the same on every repetition: temporaries are named by it. `kept` is the
    quarantine name for what the action takes away. `remembered` says that the journal has the bytes
    that a Write takes the place of, so that they need not be kept.
    """

    action: "Action"
    token: str
    kept: str = ""
    remembered: bool = False


class End(StrEnum):
    """How an action ended."""

    DONE = "done"
    OPEN = "open"
    CHANGED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one task ended: the end, a clause about it, and the revision of the file it placed.

    With `hopeless` the place can take nothing more (disk full, read-only, gone).
    """

    end: End
    why: str = ""
    revision: str = ""
    hopeless: bool = False


class Writer(Protocol):
    """Carries out tasks in one place. The tasks of one call never touch the same things.

    Nothing that a person made is ever removed or overwritten: it is moved to quarantine. A task that
    fails has changed nothing. Errors are outcomes; only a killed process leaves a task half-done.
    """

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Fill in the quarantine names; changes nothing."""
        ...

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:
        """The folders that the tasks will make or alter, outermost first, as they are now."""
        ...

    def folder(self, ref: Ref) -> Folder | None:
        """Describe a folder; None where there is none of that name."""
        ...

    def before(self, task: Task) -> tuple[int, int]:
        """Modification time (ns) and mode of what a Write takes the place of; (0, 0) where nothing."""
        ...

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        """Carry out tasks; the outcomes in the same order, when all that was done is durable.

        Calls `placed` once if sources are to be removed, when every new file is durably in place and
        none has been removed.
        """
        ...

    def settle(self, task: Task) -> Outcome:
        """Finish or take back what a crash left of a task: DONE, or OPEN where nothing of it is left."""
        ...

    def tidy(self, folders: Sequence[Folder]) -> None:
        """Remove folders that are not to be `there`, if empty; then set the times of the others."""
        ...


@runtime_checkable
class Troubled(Protocol):
    """A place that tells in `trouble` why all that follows would fail, too, such as a server that is gone."""

    trouble: KeepersError | None


@runtime_checkable
class Bulk(Troubled, Protocol):
    """A place that is told and asked of many things in one call, as servers are; its waves are large."""

    def values(self, wanted: "Sequence[SetField]") -> Sequence[str | None]:
        """How the fields that are to be set are now, in the same order."""
        ...

    def settle_all(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """Settle many tasks; the outcomes in the same order."""
        ...


@dataclass(frozen=True, slots=True)
class Served:
    """One asset of a server, as the server tells it; `updated` moves with every change but those of albums.

    `sha1` is of its bytes, in hex, and empty where the server tells none. `film` is the id of its motion video.
    `said` are fields and values as libraries tell them. `facts` are what its bytes would say of themselves. `here` is the
    file of this machine that its server reads, by the settings; its bytes were not looked at yet.
    """

    ref: Ref
    name: str
    kind: Kind
    size: int
    updated: datetime
    sha1: str
    facts: Facts
    created: datetime | None = None
    said: tuple[tuple[str, str], ...] = ()
    film: str = ""
    here: str = ""

    @property
    def id(self) -> str:
        """The server's name for it."""
        return self.ref.key


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of an asset in a file of this machine: where, and how many bytes it has."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class View:
    """A picture to judge an asset of a server by, and the faces that the server found; None where it told none."""

    path: str
    boxes: tuple[tuple[float, float, float, float], ...] | None = None


Viewed = tuple[Asset, View | Failure]


class Gallery(Protocol):
    """Assets of one account of a server, seen by the pictures that it makes of them; changes nothing there.

    Every method may raise PlaceUnreachableError when the server is gone, and SettingsError where the key is refused.
    """

    @property
    def root(self) -> str:
        """The address: `immich:` where all assets of the account are meant, with more behind it where not."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the files themselves are looked at, and not the server's pictures of them."""
        ...

    @property
    def mapping(self) -> str:
        """What changes when other folders of this machine hold the server's files; empty where none do."""
        ...

    def identity(self) -> str:
        """The account; the same address may be another server one day."""
        ...

    def count(self) -> int | None:
        """How many assets there are; None where the key may not ask."""
        ...

    def assets(self) -> Iterator[Served]:
        """Every asset that is meant, once; none that is trashed or locked."""
        ...

    def changed(self, since: datetime) -> Iterator[Served]:
        """Those that changed at that time or later."""
        ...

    def films(self, wanted: Sequence[str]) -> Iterator[Served]:
        """The motion videos of these ids."""
        ...

    def chosen(self, wanted: Sequence[str]) -> Iterator[Served]:
        """Those of these ids that are there and not trashed, with all that is told of each."""
        ...

    def pictures(self, assets: Iterable[Served]) -> Iterator[tuple[Served, Shown | Failure]]:
        """Every asset with its picture, many loaded at once; a file may go when many more were loaded."""
        ...

    def albums(self) -> Mapping[str, str]:
        """Every album by its name, with a text that changes when its members do; none where the key may not ask."""
        ...

    def members(self, album: str) -> Iterator[str]:
        """The ids of the assets in the albums of a name."""
        ...

    def tags(self, fresh: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Tags of these assets, with the id of each; none where the key may not ask."""
        ...


@dataclass(frozen=True, slots=True)
class LookTask:
    """One photo to judge: where its bytes lie, which face back end by which models.

    `boxes` (fractions of the upright picture: x, y, width, height) are faces that a server found; then none are searched.
    `device` is the address of the process that runs the networks; empty: the worker itself does.
    """

    path: str
    content: ContentId
    backend: str = "none"
    model_dir: str = ""
    boxes: tuple[tuple[float, float, float, float], ...] | None = None
    device: str = ""
