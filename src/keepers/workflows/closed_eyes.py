"""Which photos of bursts have closed eyes that other frames show open, and what comes of mending them."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Face, Kind, Look
from keepers.plan.layout import best_photo
from keepers.ports import Failure, Progress, Workers
from keepers.score.faces import MAIN, SHUT
from keepers.score.traced import Traced, TraceTask
from keepers.workflows.mending import Mended, Mending, Shot
from keepers.workflows.tidy import Backend

#: Photos that are in memory at once, and in one run of the journal.
PORTION: Final = 16
#: Frames that are laid over a photo at most, the nearest in time first: each takes a second.
DONORS: Final = 12
NOBODY: Final = "nobody in it has closed eyes that another frame could open"


@dataclass(frozen=True, slots=True)
class Opening:
    """What mending works with; `looks` says what faces are where, `workers` are given the memory that one photo may take."""

    catalog: Catalog
    progress: Progress
    workers: Callable[[int], Workers]
    mend: Callable[[Mending], Mended]
    trace: Callable[[TraceTask], tuple[Traced, ...]]
    looks: Callable[[Iterable[Bundle]], Mapping[ContentId, Look]]
    backend: Backend
    room: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of one photo of a burst; `unread` where it cannot be read. `needless` where all eyes are open."""

    decision: Decision
    source: Asset
    made: Mended = field(default_factory=Mended)
    unread: bool = False
    needless: bool = False

    @property
    def data(self) -> bytes:
        """The new picture; empty where there is none."""
        return self.made.data


def opened(
    work: Opening, decisions: Sequence[Decision], *, every: bool = False, shown: bool = False
) -> Generator[tuple[Opened, ...]]:
    """Mend the pick of each burst, or with `every` each of its photos, in their order; some at a time.

    `shown` asks for pictures of before and after.
    """
    tasks = [
        (decision, source, task)
        for decision in decisions
        for source, task in _tasks(work, decision, every=every, shown=shown)
    ]
    able = [task for _, _, task in tasks if isinstance(task, Mending)]
    if not able:
        yield tuple(_told(*one, None) for one in tasks)
        return
    workers = work.workers(max(task.memory for task in able))
    work.progress.stage("mending", len(able), 0)
    try:
        for start in range(0, len(tasks), PORTION):
            part = tasks[start : start + PORTION]
            results: dict[Mending, Mended | Failure] = {}
            for task, result in workers.map(
                work.mend, [one for _, _, one in part if isinstance(one, Mending)]
            ):
                results[task] = result
                work.progress.step(1, 0)
            yield tuple(
                _told(decision, source, task, results.get(task) if isinstance(task, Mending) else None)
                for decision, source, task in part
            )
    finally:
        workers.close()
        work.progress.done()


def _told(decision: Decision, source: Asset, task: Mending | str, result: Mended | Failure | None) -> Opened:
    if isinstance(result, Mended):
        return Opened(decision, source, result, needless=not result.faces)
    if isinstance(result, Failure):
        return Opened(decision, source, Mended(why=result.reason), unread=True)
    return Opened(decision, source, Mended(why=str(task)), needless=task == NOBODY)


def _tasks(
    work: Opening, decision: Decision, *, every: bool, shown: bool
) -> list[tuple[Asset, Mending | str]]:
    pick = best_photo(decision)
    if pick is None:
        return []
    frames = [bundle for bundle in decision.group.members if bundle.main.kind is Kind.PHOTO]
    looks = work.looks(frames)
    targets = frames if every else [bundle for bundle in frames if bundle is pick]
    tasks = [(one.main, _task(work, decision, one, frames, looks, shown=shown)) for one in targets]
    # One line tells that a whole burst needs nothing.
    return [one for one in tasks if one[1] != NOBODY] or tasks[:1]


def _task(
    work: Opening, decision: Decision, target: Bundle, frames: Sequence[Bundle], looks: Mapping[ContentId, Look],
    *, shown: bool,
) -> Mending | str:  # fmt: skip
    """The task of a photo; words where there is nothing to mend, or it is not on this machine."""
    if target.main.ref.place != LOCAL:
        return "it lies on a server; bring it here first: keepers organize immich: --to DIR"
    if work.backend.name == "none":
        return "faces cannot be judged here; `keepers doctor` says why"
    others = [one for one in frames if one is not target and one.main.ref.place == LOCAL]
    mine = _faces(target, looks)
    closed = _closed(mine)
    if not closed or not any(_is_open(face) for one in others for face in _faces(one, looks)):
        known = any(mine[number].eyes_open is not None for number in closed)
        return "no other frame has open eyes" if known else NOBODY
    task = Mending(
        decision.group.id,
        _shot(target, looks),
        closed,
        tuple(_shot(one, looks) for one in _nearest(target, others)),
        max(one.main.width * one.main.height for one in (target, *others)),
        work.trace,
        work.backend.name,
        work.backend.model_dir,
        shown,
    )
    if task.memory > work.room:
        return (
            f"mending it needs {task.memory >> 20} MiB of memory; this machine has {work.room >> 20} to spare"
        )
    return task


def _closed(faces: Sequence[Face]) -> tuple[int, ...]:
    """The numbers of the main faces whose eyes are closed, or unknown: other frames may tell."""
    largest = max((face.box[2] * face.box[3] for face in faces), default=0.0)
    return tuple(
        number
        for number, face in enumerate(faces)
        if face.box[2] * face.box[3] >= MAIN * largest and not _is_open(face)
    )


def _is_open(face: Face) -> bool:
    return face.eyes_open is not None and face.eyes_open >= SHUT


def _faces(bundle: Bundle, looks: Mapping[ContentId, Look]) -> tuple[Face, ...]:
    look = looks.get(bundle.main.content)
    return look.faces if look is not None else ()


def _shot(bundle: Bundle, looks: Mapping[ContentId, Look]) -> Shot:
    path = bundle.main.ref.key
    return Shot(path, path.rpartition("/")[2], _faces(bundle, looks))


def _nearest(target: Bundle, others: Sequence[Bundle]) -> list[Bundle]:
    """The frames to mend a photo from, those first that were taken when people stood most alike."""

    def apart(one: Bundle) -> tuple[float, str]:
        if one.main.taken is None or target.main.taken is None:
            return 0.0, one.main.ref.key
        return abs((one.main.taken.at - target.main.taken.at).total_seconds()), one.main.ref.key

    return sorted(others, key=apart)[:DONORS]
