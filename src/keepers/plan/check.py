"""Says whether a plan is safe, by carrying it out on a map from names to contents.

Survivors are told by their content, never by their name: "this goes because that stays" must hold
when the whole plan is done, whatever else the plan moves or trashes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, assert_never

from keepers.actions import Action, Copy, Link, Move, Plan, Restore, SetField, Trash, Write, source, target
from keepers.errors import RefusedError
from keepers.fingerprint.exact import content_id
from keepers.model import ContentId, Ref
from keepers.plan.portable import renamed
from keepers.plan.world import World, around, changes, folder
from keepers.ports import Rights
from keepers.reasons import Reason

#: More space than the bytes themselves: folders, the journal, and what others write meanwhile.
SPARE: Final = 1.1


@dataclass(frozen=True, slots=True)
class Refused:
    """An action that may not be done, and why in one sentence."""

    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan that is safe to run; only `check` makes one. What is `refused` is not part of it."""

    title: str
    actions: tuple[Action, ...]
    refused: tuple[Refused, ...] = ()


def check(plan: Plan, world: World) -> Checked:
    """Keep the actions that are safe, whole units only; RefusedError where nothing of it can be done."""
    if world.names:
        plan = Plan(plan.title, tuple(renamed(action, world.names) for action in plan.actions))
    refused: dict[int, str] = {}
    while True:
        trial = _Trial(world)
        fresh = {n: why for n, why in trial.carry_out(plan.actions, refused) if n not in refused}
        if not fresh:
            break
        refused.update(fresh)
        refused.update(_rest_of_units(plan.actions, refused))
    _refuse_if_full(trial.needed, world)
    kept = tuple(action for number, action in enumerate(plan.actions) if number not in refused)
    return Checked(plan.title, kept, tuple(Refused(plan.actions[n], refused[n]) for n in sorted(refused)))


def _rest_of_units(actions: tuple[Action, ...], refused: dict[int, str]) -> dict[int, str]:
    broken: dict[str, str] = {}
    for number, why in sorted(refused.items()):
        broken.setdefault(actions[number].unit, why)
    broken.pop("", None)
    return {
        number: Reason("unit-broken", why=broken[action.unit])
        for number, action in enumerate(actions)
        if action.unit in broken and number not in refused
    }


def _refuse_if_full(needed: Counter[str], world: World) -> None:
    free: dict[str, int] = {volume.id: volume.free for volume in world.volumes.values()}
    for volume, size in sorted(needed.items()):
        if volume in free and size * SPARE > free[volume]:
            message = (
                f"there is not enough space: {_megabytes(size * SPARE)} are needed and "
                f"{_megabytes(free[volume])} are free on the target's volume; nothing was changed"
            )
            raise RefusedError(message)


def _is_linked(action: Action) -> bool:
    return isinstance(action, Copy) and action.linked


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"


def _only_read(action: Action) -> str:
    """Archives and other programs' libraries are read and copied from; nothing in them is ever changed."""
    for ref in changes(action):
        if ref.archive or ref.is_in_library:
            return Reason("archive-kept" if ref.archive else "library-kept", path=ref.key)
    return ""


def forbidden(action: Action, rights: Callable[[Ref], Rights]) -> str:
    """Why an action may not be done to a thing of which its owner said so much; empty where it may."""
    for ref in changes(action):
        said = rights(ref)
        if said is Rights.REFERENCE:
            return Reason("reference-kept", path=ref.key)
        added = isinstance(action, Copy | Move | Restore) or (
            isinstance(action, Write) and not action.replaces
        )
        taken_back = isinstance(action, Trash) and action.made
        if said is Rights.MAY_MOVE and not added and not taken_back:
            return Reason("move-only", path=ref.key)
    return ""


@dataclass(slots=True)
class _Trial:
    """The world while the plan is carried out on paper."""

    world: World
    contents: dict[Ref, ContentId] = field(init=False)
    taken: Counter[Ref] = field(init=False)
    fields: dict[tuple[Ref, str], str | None] = field(init=False)
    needed: Counter[str] = field(default_factory=Counter[str])
    filled: set[Ref] = field(default_factory=set[Ref])

    def __post_init__(self) -> None:
        self.contents = dict(self.world.contents)
        self.taken = Counter(self.world.taken)
        self.fields = dict(self.world.fields)

    def carry_out(self, actions: tuple[Action, ...], refused: dict[int, str]) -> Iterable[tuple[int, str]]:
        """Yield the numbers of the actions that cannot be done, with the reason."""
        gone: dict[ContentId, list[int]] = defaultdict(list)
        wrong: list[tuple[int, str]] = []
        for number, action in enumerate(actions):
            if number in refused:
                continue
            if why := _only_read(action) or forbidden(action, self._rights) or self._obstacle(action):
                wrong.append((number, why))
                continue
            self._do(action)
            if isinstance(action, Trash) and not action.rejected and not action.made:
                gone[action.instead or action.content].append(number)
        left = {content for content in self.contents.values() if not content.startswith("ref:")}
        for content, numbers in gone.items():
            if content not in left:
                wrong += [(number, Reason("none-left")) for number in numbers]
        return wrong

    def _rights(self, ref: Ref) -> Rights:
        return self.world.rights.get(ref, Rights.ANY)

    def _obstacle(self, action: Action) -> str:
        match action:
            case Copy() | Move():
                return self._wrong_source(action.source, action.content) or self._wrong_target(action)
            case Link():
                if action.source == action.target:
                    return "it cannot be linked to itself"
                return self._wrong_source(action.source, action.content) or self._wrong_source(
                    action.target, action.content
                )
            case Write():
                return self._wrong_write(action)
            case Trash():
                return self._wrong_trash(action)
            case Restore():
                if action.undoes is not None:
                    return self._wrong_source(action.ref, action.undoes.content)
                return self._wrong_target(action)
            case SetField():
                now = self.fields.get((action.ref, action.name), action.before)
                return "" if now == action.before else Reason("set-meanwhile")
            case _:
                assert_never(action)

    def _wrong_source(self, ref: Ref, content: ContentId) -> str:
        if ref not in self.contents:
            return Reason("gone", path=ref.key)
        return "" if self.contents[ref] == content else Reason("changed-since", path=ref.key)

    def _wrong_target(self, action: Copy | Move | Write | Restore) -> str:
        ref = target(action)
        if ref is None:
            return "it names no target"
        # A file that only changes the case of its name frees the spot that it fills.
        spot = self.world.spot
        leaving = 1 if isinstance(action, Move) and spot(action.source) == spot(ref) else 0
        if self.taken[spot(ref)] > leaving or ref in self.contents:
            return Reason("name-taken", path=ref.key)
        for outer in around(ref):
            if outer in self.world.blocked or outer in self.contents:
                return f"{outer.key} is a file and no folder"
        return f"{ref.key} is to be a folder" if ref in self.filled else ""

    def _wrong_write(self, action: Write) -> str:
        if content_id(action.data) != action.content:
            return "its bytes are not those that it names"
        if action.replaces is None:
            return self._wrong_target(action)
        if action.replaces == action.content:
            return "it is there already"
        return self._wrong_source(action.target, action.replaces)

    def _wrong_trash(self, action: Trash) -> str:
        if why := self._wrong_source(action.ref, action.content):
            return why
        if action.survivor is None:
            return ""
        if action.survivor == action.ref or self.contents.get(action.survivor) != action.content:
            return f"{action.survivor.key}, of which it is a copy, is gone or has changed, so the copy stays"
        return ""

    def _do(self, action: Action) -> None:
        if isinstance(action, SetField):
            self.fields[action.ref, action.name] = action.after
            return
        old, new = source(action), target(action)
        if old is not None and isinstance(action, Move | Trash):
            del self.contents[old]
            self.taken[self.world.spot(old)] -= 1
        if new is None:
            return
        if new not in self.contents:
            self.taken[self.world.spot(new)] += 1
            self.filled.update(around(new))
        self.contents[new] = action.content
        self._count(action, old, new)

    def _count(self, action: Action, old: Ref | None, new: Ref) -> None:
        volumes = self.world.volumes
        there = volumes.get(folder(new))
        if there is None or isinstance(action, Restore | Link | SetField) or _is_linked(action):
            return
        here = volumes.get(folder(old)) if old is not None and isinstance(action, Move) else None
        if here is None or here.id != there.id:
            self.needed[there.id] += action.size
