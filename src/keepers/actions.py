"""The verbs: each change is a value before it is a deed, and each has an inverse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from keepers.model import ContentId, Ref


@dataclass(frozen=True, slots=True)
class Copy:
    """Copies the bytes of `source` to the free name `target`.

    `revision`, here and below, is how the file looked when the plan was made (`Found.revision`);
    empty where that is not known, and then its bytes are hashed before it is touched. `modified_ns` is
    the time for what comes out of an archive, which keeps none that means much; 0 where it is not known.
    `named`, here and below, is the path that was meant, where the disk of the target needs another name. A `linked`
    copy is a hard link: a second name of the same file, on the same volume.
    """

    source: Ref
    target: Ref
    content: ContentId
    size: int
    because: str = ""
    unit: str = ""
    revision: str = ""
    modified_ns: int = 0
    named: str = ""
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Moves `source` to the free name `target`, on one volume or across two."""

    source: Ref
    target: Ref
    content: ContentId
    size: int
    because: str = ""
    unit: str = ""
    revision: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Replaces `target`, which holds the same bytes, by a hard link or reflink to `source`."""

    source: Ref
    target: Ref
    content: ContentId
    size: int
    reflink: bool = False
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """Places a file that Keepers made; `replaces` is the content it may take the place of.

    `modified_ns` and `mode` are given to the file where they are not 0.
    """

    target: Ref
    data: bytes = field(repr=False)
    content: ContentId
    replaces: ContentId | None = None
    because: str = ""
    unit: str = ""
    modified_ns: int = 0
    mode: int = 0

    @property
    def size(self) -> int:
        """Bytes to be written."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Trash:
    """Moves `ref` into the quarantine of its volume.

    The same content, or `instead` where that is given, must be left elsewhere when the plan is done,
    unless a person has `rejected` this photo. With `undoes` the file is one that Keepers itself
    added: it is removed for good, a copy only after the bytes of its source have been hashed again.
    """

    ref: Ref
    content: ContentId
    size: int
    instead: ContentId | None = None
    rejected: bool = False
    undoes: Copy | Write | None = None
    because: str = ""
    unit: str = ""
    revision: str = ""

    @property
    def made(self) -> bool:
        """Whether Keepers added this file."""
        return self.undoes is not None

    @property
    def survivor(self) -> Ref | None:
        """Where the bytes of our copy come from."""
        return self.undoes.source if isinstance(self.undoes, Copy) else None


@dataclass(frozen=True, slots=True)
class Restore:
    """Moves a file from the quarantine, where its name is `kept`, back to the name `ref`.

    The name must be free, or hold what the Write or Link put there that this `undoes`; its
    revision then was `placed`.
    """

    ref: Ref
    content: ContentId
    size: int
    kept: str = ""
    undoes: Write | Link | None = None
    placed: str = ""
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SetField:
    """Sets a tag, album, favourite, rating, stack or featured face from `before` to `after`.

    `revision` is the server's id of the tag or album that was meant, where it is known: another may have its name.
    """

    ref: Ref
    name: str
    before: str | None
    after: str | None
    because: str = ""
    unit: str = ""
    revision: str = ""


Action = Copy | Move | Link | Write | Trash | Restore | SetField

_VERBS: Final[Mapping[type[Action], str]] = {
    Copy: "copy",
    Move: "move",
    Link: "link",
    Write: "write",
    Trash: "trash",
    Restore: "restore",
    SetField: "set",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A titled, ordered list of actions; nothing has been checked yet.

    Actions that share a `unit` share one fate: all of them happen, or none stays. The actions of a
    unit stand next to each other.
    """

    title: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """What an action that is done left behind, as far as taking it back needs to know.

    `revision` is that of the file it placed, `kept` the quarantine name of what it took away. An own
    file that a Write took the place of is remembered by its bytes `data`, time and mode.
    """

    revision: str = ""
    kept: str = ""
    data: bytes | None = field(default=None, repr=False)
    modified_ns: int = 0
    mode: int = 0


def inverse(action: Action, trace: Trace) -> Action:
    """What takes an action back."""
    match action:
        case Copy():
            return Trash(
                action.target,
                action.content,
                action.size,
                undoes=action,
                because="was added by Keepers",
                unit=action.unit,
                revision=trace.revision,
            )
        case Move():
            return Move(
                action.target,
                action.source,
                action.content,
                action.size,
                "came from there",
                action.unit,
                trace.revision,
            )
        case Link():
            return Restore(
                action.target,
                action.content,
                action.size,
                trace.kept,
                action,
                trace.revision,
                "was a file of its own",
                action.unit,
            )
        case Write():
            return _unwritten(action, trace)
        case Trash():
            if action.undoes is not None:
                return action.undoes
            return Restore(
                action.ref, action.content, action.size, trace.kept, because="was there", unit=action.unit
            )
        case Restore():
            if action.undoes is not None:
                return action.undoes
            return Trash(
                action.ref,
                action.content,
                action.size,
                rejected=True,
                because="was in the trash",
                unit=action.unit,
                revision=trace.revision,
            )
        case SetField():
            return SetField(
                action.ref,
                action.name,
                action.after,
                action.before,
                "was set so",
                action.unit,
                trace.revision or action.revision,
            )
        case _:
            assert_never(action)


def _unwritten(action: Write, trace: Trace) -> Action:
    if action.replaces is None:
        return Trash(
            action.target,
            action.content,
            action.size,
            undoes=action,
            because="was added by Keepers",
            unit=action.unit,
            revision=trace.revision,
        )
    if trace.data is not None:
        return Write(
            action.target,
            trace.data,
            action.replaces,
            action.content,
            "was there",
            action.unit,
            trace.modified_ns,
            trace.mode,
        )
    return Restore(
        action.target, action.replaces, 0, trace.kept, action, trace.revision, "was there", action.unit
    )


def verb(action: Action) -> str:
    """The name of an action in plans and histories."""
    return _VERBS[type(action)]


def source(action: Action) -> Ref | None:
    """The thing that an action takes its bytes from, or takes away."""
    match action:
        case Copy() | Move() | Link():
            return action.source
        case Trash() | SetField():
            return action.ref
        case Write() | Restore():
            return None
        case _:
            assert_never(action)


def target(action: Action) -> Ref | None:
    """The name that an action fills."""
    match action:
        case Copy() | Move() | Link() | Write():
            return action.target
        case Restore():
            return action.ref
        case Trash() | SetField():
            return None
        case _:
            assert_never(action)


def refs(action: Action) -> tuple[Ref, ...]:
    """Everything that an action looks at or changes, each once."""
    named = (source(action), target(action), action.survivor if isinstance(action, Trash) else None)
    return tuple(dict.fromkeys(ref for ref in named if ref is not None))
