"""Make better pictures of groups: brackets merged. Nothing is replaced; what is made is added by an ordinary plan."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepers.catalog import contents
from keepers.catalog.store import Catalog
from keepers.create.hdr import Method
from keepers.model import Asset, Decision, Ref
from keepers.ports import Failure, Progress, Workers
from keepers.read.packed import exposure_value
from keepers.workflows import originals
from keepers.workflows.exposures import Bracket, Developed, Shot
from keepers.workflows.originals import Far, Fetch

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
    tasks.sort(key=lambda one: bool(_needs(work, one)))
    able = [one.bracket for one in tasks if isinstance(one.bracket, Bracket) and not _waits(work, one)]
    if not able:
        yield tuple(_result(work, one, {}) for one in tasks)
        return
    left = len(able)
    workers = work.workers(max(bracket.memory for bracket in able))
    try:
        for numbers in originals.portions([_needs(work, one) for one in tasks], PORTION):
            part = [tasks[number] for number in numbers]
            yield _portion(work, part, workers, left)
            left -= sum(isinstance(one.bracket, Bracket) and not _waits(work, one) for one in part)
    finally:
        workers.close()
        work.progress.done()


def _needs(work: Enhancing, task: _Task) -> tuple[Asset, ...]:
    """What is to be loaded for a task."""
    if work.fetch is None or isinstance(task.bracket, str):
        return ()
    return originals.far(task.mains)


def _waits(work: Enhancing, task: _Task) -> bool:
    """Whether a task can only be told of: what it needs is not loaded."""
    return work.fetch is None and bool(originals.far(task.mains))


def _portion(work: Enhancing, part: Sequence[_Task], workers: Workers, left: int) -> tuple[Merged, ...]:
    fetch = work.fetch or originals.nothing
    results: dict[Bracket, Developed | Failure] = {}
    with fetch([asset for one in part for asset in _needs(work, one)]) as files:
        work.progress.stage("merging", left, 0)
        ready = [task if _waits(work, task) else _at(task, files) for task in part]
        brackets = [
            one.bracket for one in ready if isinstance(one.bracket, Bracket) and not _waits(work, one)
        ]
        for bracket, result in workers.map(work.merge, brackets):
            results[bracket] = result
            work.progress.step(1, 0)
    return tuple(_result(work, one, results) for one in ready)


def _at(task: _Task, files: Mapping[Ref, str | Failure]) -> _Task:
    """The task with its frames where they were loaded to."""
    if isinstance(task.bracket, str):
        return task
    if why := originals.missing(task.mains, files):
        return replace(task, bracket=why)
    shots = tuple(
        replace(shot, path=originals.path(main, files))
        for shot, main in zip(task.bracket.shots, task.mains, strict=True)
    )
    return replace(task, bracket=replace(task.bracket, shots=shots))


def _result(work: Enhancing, task: _Task, results: Mapping[Bracket, Developed | Failure]) -> Merged:
    if isinstance(task.bracket, str):
        return Merged(task.decision, task.mains[0], Developed(why=task.bracket), unread=True)
    if _waits(work, task):
        return Merged(task.decision, task.mains[0], Developed(), far=originals.told(task.mains))
    result = results[task.bracket]
    if isinstance(result, Failure):
        return Merged(task.decision, task.mains[0], Developed(why=result.reason), unread=True)
    return Merged(task.decision, task.mains[result.reference], result)


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
