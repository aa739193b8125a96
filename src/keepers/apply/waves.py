"""Cuts the steps of a run into waves: groups that are committed together and do not touch the same things."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepers.actions import Action, SetField, refs
from keepers.apply.record import Step
from keepers.model import Ref
from keepers.plan.world import around, changes, spot

#: A crash redoes at most so much, and a slow disk is asked to sync once for all of it.
FIRST_ACTIONS: Final = 64
#: Where a wave is done at once, the two commits of the journal cost more than it: such waves grow to this.
MOST_ACTIONS: Final = 256
QUICK_SECONDS: Final = 0.25
#: And where one takes longer than this, they shrink.
SLOW_SECONDS: Final = 1.0
#: A server takes thousands in one call, and tells of them a thousand at a time; few would cost it as many calls.
SERVER_ACTIONS: Final = 20_000


@dataclass(slots=True)
class _Touched:
    """What a wave looks at and what it changes."""

    changed: set[Ref] = field(default_factory=set[Ref])
    read: set[Ref] = field(default_factory=set[Ref])

    def admits(self, spots: "_Spots") -> bool:
        """Whether an action depends on nothing in the wave, and nothing in the wave on it."""
        if not (self.changed.isdisjoint(spots.read) and self.read.isdisjoint(spots.changed)):
            return False
        return all(self.changed.isdisjoint(around(ref)) for ref in spots.changed)

    def add(self, spots: "_Spots") -> None:
        """Take an action into the wave."""
        self.changed.update(spots.changed)
        self.read.update(spots.read)


@dataclass(frozen=True, slots=True)
class _Spots:
    """What one action changes, and all that it looks at."""

    changed: tuple[Ref, ...]
    read: tuple[Ref, ...]


def _spots(action: Action) -> _Spots:
    if isinstance(action, SetField):
        # Two fields of one thing do not depend on each other; both depend on whether it is there.
        own, thing = Ref(action.ref.place, f"{action.ref.key}\0{action.name}"), spot(action.ref)
        return _Spots((own,), (own, thing))
    return _Spots(tuple(map(spot, changes(action))), tuple(map(spot, refs(action))))


def waves(steps: Sequence[Step], budget: "Budget") -> Iterator[tuple[list[Step], bool]]:
    """Yield waves in order; each with whether a unit goes on in the next one.

    A unit is only cut where its own actions depend on each other. What depends on a unit waits until
    the wave after its end: by then it is known whether the unit had to be taken back.
    """
    wave: list[Step] = []
    unit: list[Step] = []
    touched, size = _Touched(), 0
    for number, step in enumerate(steps):
        within = number > 0 and same_unit(steps[number - 1], step)
        unit = [*unit, step] if within else [step]
        full = not within and (len(wave) >= budget.actions or size >= budget.bytes)
        spots = _spots(step.action)
        if wave and (full or not touched.admits(spots)):
            yield wave, within
            wave, touched, size = [], _Touched(), 0
            for earlier in unit[:-1]:
                touched.add(_spots(earlier.action))
        wave.append(step)
        touched.add(spots)
        size += weight(step.action)
    if wave:
        yield wave, False


def same_unit(one: Step, other: Step) -> bool:
    """Whether two steps share one fate."""
    return one.action.unit != "" and one.action.unit == other.action.unit


def weight(action: Action) -> int:
    """The bytes of an action, for progress and for the length of a wave."""
    return getattr(action, "size", 0)


@dataclass(slots=True)
class Budget:
    """How many bytes and actions a wave may have so that it takes a second at most."""

    bytes: int = 64 << 20
    actions: int = FIRST_ACTIONS

    def learn(self, actions: int, size: int, seconds: float) -> None:
        """Follow the speed of the disk; what fits into one call to a server does not depend on it."""
        if self.actions >= SERVER_ACTIONS:
            return
        if seconds > SLOW_SECONDS:
            self.actions = FIRST_ACTIONS
        elif actions >= self.actions and seconds < QUICK_SECONDS:
            self.actions = min(self.actions * 2, MOST_ACTIONS)
        if size > 1 << 20:
            self.bytes = int(min(max(size / max(seconds, 0.01), 1 << 20), 1 << 30))
