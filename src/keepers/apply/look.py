"""Asks a place for the facts that a plan is checked against; reads no file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from keepers.actions import Action, Move, Plan, SetField, target
from keepers.model import ContentId, Ref
from keepers.plan.portable import Ground, fitted, renamed
from keepers.plan.world import World, changes, claims, folder, spot
from keepers.ports import Bulk, Reader, Rights, Volume


def world(
    plan: Plan, reader: Reader, known: Mapping[Ref, ContentId] = MappingProxyType({}), *, exact: bool = False
) -> World:
    """The world of a plan. `known` are further files, with the contents that the catalog has for them.

    `exact` is for an undo, whose names stood side by side before.

    A file of the size that an action expects is taken to have the content that it names: its bytes
    are hashed when it is touched.
    """
    ground = Ground(reader.exists, _Portable(reader).needed, reader.true_path)
    fitting: Mapping[Ref, tuple[Ref, str]] = {} if exact else fitted(plan, ground)
    actions = [renamed(action, fitting) for action in plan.actions]
    contents: dict[Ref, ContentId] = {
        ref: named for ref, named in known.items() if reader.look(ref) is not None
    }
    seen: set[Ref] = set()
    for action in actions:
        for ref, content, size in claims(action):
            if ref in seen:
                continue
            seen.add(ref)
            found = reader.look(ref)
            if found is None:
                contents.pop(ref, None)
            elif size is None or found.size == size:
                contents.setdefault(ref, content)
            else:
                contents[ref] = ContentId(f"ref:{ref.place}/{ref.key}")
    targets = [new for action in actions if (new := target(action)) is not None]
    names = _names({folder(ref) for ref in targets}, contents, reader)
    return World(
        contents,
        Counter(names if exact else map(spot, names)),
        _blocked({folder(ref) for ref in targets}, reader),
        _volumes(actions, reader),
        _fields([action for action in actions if isinstance(action, SetField)], reader),
        exact,
        fitting,
        _rights(actions, reader),
    )


@dataclass(slots=True)
class _Portable:
    """Whether names in a folder must be such as Windows takes; asked once a folder."""

    reader: Reader
    known: dict[Ref, bool] = field(default_factory=dict[Ref, bool])

    def needed(self, ref: Ref) -> bool:
        """Whether a name for this thing must be one of those."""
        outer = folder(ref)
        if outer not in self.known:
            self.known[outer] = self.reader.volume(ref).portable
        return self.known[outer]


def _fields(wanted: Sequence[SetField], reader: Reader) -> dict[tuple[Ref, str], str | None]:
    if isinstance(reader, Bulk):
        found = reader.values(wanted)
        return {(one.ref, one.name): now for one, now in zip(wanted, found, strict=True)}
    return {(one.ref, one.name): reader.field(one.ref, one.name) for one in wanted}


def _rights(actions: Iterable[Action], reader: Reader) -> dict[Ref, Rights]:
    said: dict[Ref, Rights] = {}
    for action in actions:
        for ref in changes(action):
            if (right := reader.rights(ref)) is not Rights.ANY:
                said[ref] = right
    return said


def _names(folders: Iterable[Ref], contents: Iterable[Ref], reader: Reader) -> set[Ref]:
    names: set[Ref] = set(contents)
    for outer in folders:
        names.update(Ref(outer.place, f"{outer.key.rstrip('/')}/{name}") for name in reader.names(outer))
    return names


def _blocked(folders: Iterable[Ref], reader: Reader) -> frozenset[Ref]:
    """Folders, or folders around them, whose name belongs to something that is none."""
    found: set[Ref] = set()
    for inner in folders:
        outer = inner
        while not reader.exists(outer) and folder(outer) != outer:
            outer = folder(outer)
        if reader.look(outer) is not None:
            found.add(outer)
    return frozenset(found)


def _volumes(actions: Iterable[Action], reader: Reader) -> dict[Ref, Volume]:
    named: dict[Ref, Ref] = {}
    for action in actions:
        if (new := target(action)) is not None:
            named.setdefault(folder(new), new)
        if isinstance(action, Move):
            named.setdefault(folder(action.source), action.source)
    return {outer: reader.volume(ref) for outer, ref in named.items()}
