"""Make better pictures of groups: brackets merged. Nothing is replaced; what is made is added by an ordinary plan."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final

from keepers.catalog import contents
from keepers.catalog.store import Catalog
from keepers.create.hdr import Method
from keepers.model import LOCAL, Asset, Decision
from keepers.ports import Failure, Progress, Workers
from keepers.read.packed import exposure_value
from keepers.workflows.exposures import Bracket, Developed, Shot

#: Brackets whose pictures are in memory at once, and in one run of the journal.
PORTION: Final = 16


@dataclass(frozen=True, slots=True)
class Enhancing:
    """What making pictures works with; `workers` are given the memory that one picture may take."""

    catalog: Catalog
    progress: Progress
    workers: Callable[[int], Workers]
    merge: Callable[[Bracket], Developed]
    room: int


@dataclass(frozen=True, slots=True)
class Wish:
    """How brackets are to be merged."""

    method: Method = Method.FUSION
    gamma: float = 2.2
    tiff: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of one bracket: the picture, or `why` there is none; `unread` where a frame cannot be read."""

    decision: Decision
    source: Asset
    made: Developed
    unread: bool = False

    @property
    def data(self) -> bytes:
        """The picture; empty where there is none."""
        return self.made.data


def merged(work: Enhancing, decisions: Sequence[Decision], wish: Wish) -> Generator[tuple[Merged, ...]]:
    """Merge the bracket of each decision, in their order; some at a time, since pictures take memory."""
    tasks = [_bracket(work, decision, wish) for decision in decisions]
    able = [task for task in tasks if isinstance(task, Bracket)]
    if not able:
        yield tuple(_told(one, str(task), None) for one, task in zip(decisions, tasks, strict=True))
        return
    workers = work.workers(max(task.memory for task in able))
    work.progress.stage("merging", len(able), 0)
    try:
        for start in range(0, len(tasks), PORTION):
            part = tasks[start : start + PORTION]
            results: dict[Bracket, Developed | Failure] = {}
            for task, result in workers.map(work.merge, [one for one in part if isinstance(one, Bracket)]):
                results[task] = result
                work.progress.step(1, 0)
            yield tuple(
                _told(decision, task, results.get(task) if isinstance(task, Bracket) else None)
                for decision, task in zip(decisions[start : start + PORTION], part, strict=True)
            )
    finally:
        workers.close()
        work.progress.done()


def _told(decision: Decision, task: Bracket | str, result: Developed | Failure | None) -> Merged:
    mains = [bundle.main for bundle in decision.group.members]
    if isinstance(result, Developed):
        return Merged(decision, mains[result.reference], result)
    why = result.reason if isinstance(result, Failure) else str(task)
    return Merged(decision, mains[0], Developed(why=why), unread=True)


def _bracket(work: Enhancing, decision: Decision, wish: Wish) -> Bracket | str:
    """The task of a group; words where its frames are not on this machine."""
    mains = [bundle.main for bundle in decision.group.members]
    if any(main.ref.place != LOCAL for main in mains):
        return "its photos lie on a server; scan them with --use-full-resolution to a folder first"
    facts = contents.facts_of(work.catalog, [main.content for main in mains])
    shots: list[Shot] = []
    for main in mains:
        known = facts.get(main.content)
        value = exposure_value(known) if known is not None else None
        shots.append(
            Shot(main.ref.key, main.ref.key.rpartition("/")[2], None if value is None else 2.0**-value)
        )
    pixels = max(main.width * main.height for main in mains)
    bracket = Bracket(decision.group.id, tuple(shots), pixels, wish.method, wish.gamma, wish.tiff)
    if bracket.memory > work.room:
        return f"merging it needs {bracket.memory >> 20} MiB of memory; this machine has {work.room >> 20} to spare"
    return bracket
