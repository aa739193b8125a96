"""Make pictures of photos some at a time; originals that lie on servers are loaded for as long as that takes."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from keepers.model import Asset, Ref
from keepers.ports import Failure, Progress, Workers
from keepers.workflows import originals
from keepers.workflows.originals import Far, Fetch


class Task(Protocol):
    """What a worker makes one picture by."""

    @property
    def memory(self) -> int:
        """Bytes that it takes."""
        ...


T = TypeVar("T", bound=Task)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """One picture to be made, and the photos that it is made of; words in place of its task where it cannot be."""

    photos: tuple[Asset, ...]
    task: T | str


@dataclass(frozen=True, slots=True)
class Making(Generic[T, R]):
    """How pictures are made: `workers` are given the memory of one, `at` tells a task where its photos lie.

    `fetch` loads originals from servers; without it none is loaded, and what would be is told.
    """

    stage: str
    progress: Progress
    workers: Callable[[int], Workers]
    make: Callable[[T], R]
    at: Callable[[T, Sequence[str]], T]
    fetch: Fetch | None

    def waits(self, piece: Piece[T]) -> bool:
        """Whether a picture can only be told of: what it needs is not loaded."""
        return originals.waits(piece.photos, self.fetch)

    def needs(self, piece: Piece[T]) -> tuple[Asset, ...]:
        """What is to be loaded for a picture."""
        if self.fetch is None or isinstance(piece.task, str):
            return ()
        return originals.far(piece.photos)


#: What became of a piece: its picture, why there is none, or what would be loaded for it.
Outcome: TypeAlias = R | Failure | str | Far


def made(
    making: Making[T, R], pieces: Sequence[Piece[T]], most: int
) -> Generator[list[tuple[int, Outcome[R]]]]:
    """Yield what became of each piece, with its number, `most` at once at the most.

    They come in their order, but for those that need a server, which are last.
    """
    order = sorted(range(len(pieces)), key=lambda number: bool(making.needs(pieces[number])))
    able = [piece.task for piece in pieces if not isinstance(piece.task, str) and not making.waits(piece)]
    if not able:
        yield [(number, _untried(pieces[number])) for number in order]
        return
    left = len(able)
    workers = making.workers(max(task.memory for task in able))
    try:
        for numbers in originals.portions([making.needs(pieces[number]) for number in order], most):
            part = [order[number] for number in numbers]
            yield _portion(making, [(number, pieces[number]) for number in part], workers, left)
            left -= sum(not isinstance(pieces[n].task, str) and not making.waits(pieces[n]) for n in part)
    finally:
        workers.close()
        making.progress.done()


def _untried(piece: Piece[T]) -> str | Far:
    return piece.task if isinstance(piece.task, str) else originals.told(piece.photos)


def _portion(
    making: Making[T, R], part: Sequence[tuple[int, Piece[T]]], workers: Workers, left: int
) -> list[tuple[int, Outcome[R]]]:
    fetch = making.fetch or originals.nothing
    results: dict[T, R | Failure] = {}
    with fetch([asset for _, piece in part for asset in making.needs(piece)]) as files:
        making.progress.stage(making.stage, left, 0)
        ready = [(number, _ready(making, piece, files)) for number, piece in part]
        tasks = [task for _, task in ready if not isinstance(task, str | Far)]
        for task, result in workers.map(making.make, tasks):
            results[task] = result
            making.progress.step(1, 0)
    return [(number, task if isinstance(task, str | Far) else results[task]) for number, task in ready]


def _ready(making: Making[T, R], piece: Piece[T], files: Mapping[Ref, str | Failure]) -> T | str | Far:
    """The task with its photos where they were loaded to; why not, or what would be loaded, where it has to wait."""
    if isinstance(piece.task, str) or making.waits(piece):
        return _untried(piece)
    # With one frame less another picture would be made, and later a second one with it.
    if why := originals.missing(piece.photos, files):
        return why
    return making.at(piece.task, [originals.path(photo, files) for photo in piece.photos])
