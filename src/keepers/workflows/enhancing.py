"""Make better pictures of groups: brackets merged. Nothing is replaced; what is made is added by an ordinary plan."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepers.catalog import contents
from keepers.catalog.store import Catalog
from keepers.create.hdr import Method
from keepers.model import Asset, Decision
from keepers.ports import Failure, Progress, Workers
from keepers.read.packed import exposure_value
from keepers.workflows import originals, portioned
from keepers.workflows.exposures import Bracket, Developed, Shot
from keepers.workflows.originals import Far, Fetch
from keepers.workflows.portioned import Making, Outcome, Piece

#: Brackets whose pictures are in memory at once, and in one run of the journal.
PORTION: Final = 16


@dataclass(frozen=True, slots=True)
class Enhancing:
    """What making pictures works with; `workers` are given the memory that one picture may take.

    `fetch` loads originals from servers; without it none is loaded, and what would be is told.
    """

    catalog: Catalog
    progress: Progress
    workers: Callable[[int], Workers]
    merge: Callable[[Bracket], Developed]
    room: int
    fetch: Fetch | None = originals.nothing


@dataclass(frozen=True, slots=True)
class Wish:
    """How brackets are to be merged."""

    method: Method = Method.FUSION
    gamma: float = 2.2
    tiff: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of one bracket: the picture, or `why` there is none; `unread` where a frame cannot be read.

    `far` says what would be loaded first, where that is all that is asked.
    """

    decision: Decision
    source: Asset
    made: Developed
    unread: bool = False
    far: Far | None = None

    @property
    def data(self) -> bytes:
        """The picture; empty where there is none."""
        return self.made.data


@dataclass(frozen=True, slots=True)
class _Task:
    """A decision, its frames, and what is to be done with them; words where that cannot be."""

    decision: Decision
    mains: tuple[Asset, ...]
    bracket: Bracket | str


def merged(work: Enhancing, decisions: Sequence[Decision], wish: Wish) -> Generator[tuple[Merged, ...]]:
    """Merge the bracket of each decision, some at a time, since pictures take memory, and originals room.

    They come in their order, but for those that need a server, which are last.
    """
    tasks = [_task(work, one, wish) for one in decisions]
    making = Making("merging", work.progress, work.workers, work.merge, _at, work.fetch)
    for part in portioned.made(making, [Piece(one.mains, one.bracket) for one in tasks], PORTION):
        yield tuple(_result(tasks[number], outcome) for number, outcome in part)


def _at(bracket: Bracket, paths: Sequence[str]) -> Bracket:
    shots = tuple(replace(shot, path=path) for shot, path in zip(bracket.shots, paths, strict=True))
    return replace(bracket, shots=shots)


def _result(task: _Task, outcome: Outcome[Developed]) -> Merged:
    match outcome:
        case str() as why:
            return Merged(task.decision, task.mains[0], Developed(why=why), unread=True)
        case Far():
            return Merged(task.decision, task.mains[0], Developed(), far=outcome)
        case Failure():
            return Merged(task.decision, task.mains[0], Developed(why=outcome.reason), unread=True)
        case _:
            return Merged(task.decision, task.mains[outcome.reference], outcome)


def _task(work: Enhancing, decision: Decision, wish: Wish) -> _Task:
    """The task of a group; words where there is not the memory for it."""
    mains = tuple(sorted((bundle.main for bundle in decision.group.members), key=_first))
    facts = contents.facts_of(work.catalog, [main.content for main in mains])
    shots: list[Shot] = []
    for main in mains:
        known = facts.get(main.content)
        value = exposure_value(known) if known is not None else None
        shots.append(Shot(main.ref.key, originals.name(main), None if value is None else 2.0**-value))
    pixels = max(main.width * main.height for main in mains)
    bracket = Bracket(decision.group.id, tuple(shots), pixels, wish.method, wish.gamma, wish.tiff)
    if bracket.memory > work.room:
        why = f"merging it needs {bracket.memory >> 20} MiB of memory; this machine has {work.room >> 20} to spare"
        return _Task(decision, mains, why)
    return _Task(decision, mains, bracket)


def _first(main: Asset) -> tuple[float, str, str]:
    """Frames come as they were taken: the same picture is made of them wherever they lie."""
    at = 0.0 if main.taken is None else main.taken.at.timestamp()
    return at, originals.name(main), main.ref.key
