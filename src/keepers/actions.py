"""The verbs: each change is a value before it is a deed, and each has an inverse."""

from dataclasses import dataclass

from keepers.model import ContentId, Ref


@dataclass(frozen=True, slots=True)
class Copy:
    """Copies the bytes of `source` to the free name `target`."""

    source: Ref
    target: Ref
    content: ContentId
    size: int
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Moves `source` to the free name `target`, on one volume or across two."""

    source: Ref
    target: Ref
    content: ContentId
    size: int
    because: str = ""
    unit: str = ""


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
    """Places a file that Keepers made; `replaces` is the content it may take the place of."""

    target: Ref
    data: bytes
    content: ContentId
    replaces: ContentId | None = None
    because: str = ""
    unit: str = ""

    @property
    def size(self) -> int:
        """Bytes to be written."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Trash:
    """Moves `ref` into the quarantine of its volume.

    With `made`, the file is one that Keepers itself added (this undoes a Copy or a Write): it is
    removed for good, a copy only after the bytes of `survivor` have been hashed again.
    """

    ref: Ref
    content: ContentId
    size: int
    made: bool = False
    survivor: Ref | None = None
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Restore:
    """Moves a file from the quarantine back to the free name `ref`."""

    ref: Ref
    content: ContentId
    size: int
    because: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SetField:
    """Sets a tag, album, favourite, rating, stack or featured face from `before` to `after`."""

    ref: Ref
    name: str
    before: str | None
    after: str | None
    because: str = ""
    unit: str = ""


Action = Copy | Move | Link | Write | Trash | Restore | SetField


@dataclass(frozen=True, slots=True)
class Plan:
    """A titled, ordered list of actions; nothing has been checked yet.

    Actions that share a `unit` share one fate: all of them happen, or none stays.
    """

    title: str
    actions: tuple[Action, ...]
