"""What a plan is checked against: the few facts about places that it depends on, as values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from keepers.actions import Action, Copy, Link, Move, Restore, SetField, Trash, Write, source, target
from keepers.decide.destination import collision_key
from keepers.model import ContentId, Ref
from keepers.ports import Rights, Volume


@dataclass(frozen=True, slots=True)
class World:
    """The things that a plan names, as they are before it.

    `contents` has the files that are there; `taken` counts, by `spot`, every name in the folders that
    are to be filled; `blocked` are folders that cannot be, because a file has that name. `volumes` is
    by folder. A field that is not in `fields` is not known. With `exact`, which is for an undo, names
    that differ in case alone do not collide: they stood side by side before. `names` are targets that get
    another name, with the true path of each; `rights` are those of things that lie where some were named.
    """

    contents: Mapping[Ref, ContentId]
    taken: Mapping[Ref, int] = field(default_factory=dict[Ref, int])
    blocked: frozenset[Ref] = frozenset()
    volumes: Mapping[Ref, Volume] = field(default_factory=dict[Ref, Volume])
    fields: Mapping[tuple[Ref, str], str | None] = field(default_factory=dict[tuple[Ref, str], str | None])
    exact: bool = False
    names: Mapping[Ref, tuple[Ref, str]] = field(default_factory=dict[Ref, tuple[Ref, str]])
    rights: Mapping[Ref, Rights] = field(default_factory=dict[Ref, Rights])

    def spot(self, ref: Ref) -> Ref:
        """The same for all names that are not to stand side by side."""
        return ref if self.exact else spot(ref)


def folder(ref: Ref) -> Ref:
    """The folder that a thing lies in."""
    return Ref(ref.place, ref.key.rpartition("/")[0] or "/")


def around(ref: Ref) -> Iterator[Ref]:
    """Every folder around a thing, the innermost first."""
    inner = folder(ref)
    return iter(_with_outer(inner) if inner != ref else ())


@lru_cache(4096)
def _with_outer(inner: Ref) -> tuple[Ref, ...]:
    """A folder and those around it, which many files share."""
    found = [inner]
    while (outer := folder(inner)) != inner:
        found.append(outer)
        inner = outer
    return tuple(found)


def spot(ref: Ref) -> Ref:
    """The same for all names that some file system would take for one."""
    return Ref(ref.place, collision_key(ref.key))


def changes(action: Action) -> tuple[Ref, ...]:
    """What an action alters, removes or fills."""
    old, new = source(action), target(action)
    if isinstance(action, Copy | Link):
        old = None
    return tuple(ref for ref in (old, new) if ref is not None)


def claims(action: Action) -> Iterator[tuple[Ref, ContentId, int | None]]:
    """Which files an action takes for granted, with their content and, where it says so, size."""
    match action:
        case Copy() | Move():
            yield action.source, action.content, action.size
        case Link():
            yield action.source, action.content, action.size
            yield action.target, action.content, action.size
        case Write(replaces=old) if old is not None:
            yield action.target, old, None
        case Trash():
            yield action.ref, action.content, action.size
            if action.survivor is not None:
                yield action.survivor, action.content, action.size
        case Restore(undoes=written) if written is not None:
            yield action.ref, written.content, None
        case Write() | Restore() | SetField():
            return
