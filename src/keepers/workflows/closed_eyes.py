"""Which photos of bursts have closed eyes that other frames show open, and what comes of mending them."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepers.catalog.store import Catalog
from keepers.create import faces_people
from keepers.create.faces_people import Told
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Face, Kind, Look, Ref
from keepers.plan.layout import best_photo
from keepers.ports import Failure, Progress, Workers
from keepers.score.faces import MAIN, SHUT
from keepers.score.traced import Traced, TraceTask
from keepers.workflows import originals, portioned
from keepers.workflows.judging import Backend
from keepers.workflows.mending import Mended, Mending, Shot
from keepers.workflows.originals import Far, Fetch
from keepers.workflows.portioned import Making, Outcome, Piece

#: Photos that are in memory at once, and in one run of the journal.
PORTION: Final = 16
#: Frames that are laid over a photo at most, the nearest in time first: each takes a second.
DONORS: Final = 12
NOBODY: Final = "nobody in it has closed eyes that another frame could open"

#: Whose the faces in assets of servers are, as far as their servers say.
Whose = Callable[[Sequence[Ref]], Mapping[Ref, Sequence[Told]]]


def nobody(_: Sequence[Ref]) -> Mapping[Ref, Sequence[Told]]:
    """What is known of people where no server is."""
    return {}


@dataclass(frozen=True, slots=True)
class Opening:
    """What mending works with; `looks` says what faces are where, `workers` are given the memory that one photo may take.

    `fetch` loads originals from servers; without it none is loaded, and what would be is told. `whose` asks servers
    for the people in photos that lie there.
    """

    catalog: Catalog
    progress: Progress
    workers: Callable[[int], Workers]
    mend: Callable[[Mending], Mended]
    trace: Callable[[TraceTask], tuple[Traced, ...]]
    looks: Callable[[Iterable[Bundle]], Mapping[ContentId, Look]]
    backend: Backend
    room: int
    fetch: Fetch | None = originals.nothing
    whose: Whose = nobody


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of one photo of a burst; `unread` where it cannot be read. `needless` where all eyes are open.

    `far` says what would be loaded first, where that is all that is asked.
    """

    decision: Decision
    source: Asset
    made: Mended = field(default_factory=Mended)
    unread: bool = False
    needless: bool = False
    far: Far | None = None

    @property
    def data(self) -> bytes:
        """The new picture; empty where there is none."""
        return self.made.data


@dataclass(frozen=True, slots=True)
class _Task:
    """A photo, the frames that it may be mended from, and what is to be done; words where there is nothing to do."""

    decision: Decision
    source: Asset
    mending: Mending | str
    donors: tuple[Asset, ...] = ()

    @property
    def photos(self) -> tuple[Asset, ...]:
        """The photo and its donors."""
        return (self.source, *self.donors)


def opened(
    work: Opening, decisions: Sequence[Decision], *, every: bool = False, shown: bool = False
) -> Generator[tuple[Opened, ...]]:
    """Mend the pick of each burst, or with `every` each of its photos, some at a time.

    They come in their order, but for those that need a server, which are last. `shown` asks for pictures of before and after.
    """
    tasks = [task for decision in decisions for task in _tasks(work, decision, every=every, shown=shown)]
    making = Making("mending", work.progress, work.workers, work.mend, _at, work.fetch)
    for part in portioned.made(making, [Piece(one.photos, one.mending) for one in tasks], PORTION):
        yield tuple(_result(tasks[number], outcome) for number, outcome in part)


def _at(mending: Mending, paths: Sequence[str]) -> Mending:
    target, *donors = (
        replace(shot, path=path) for shot, path in zip((mending.target, *mending.donors), paths, strict=True)
    )
    return replace(mending, target=target, donors=tuple(donors))


def _result(task: _Task, outcome: Outcome[Mended]) -> Opened:
    decision, source = task.decision, task.source
    match outcome:
        case str() as why:
            # What has no donors was never to be read.
            return Opened(decision, source, Mended(why=why), unread=bool(task.donors), needless=why == NOBODY)
        case Far():
            return Opened(decision, source, far=outcome)
        case Failure():
            return Opened(decision, source, Mended(why=outcome.reason), unread=True)
        case _:
            return Opened(decision, source, outcome, needless=not outcome.faces and not outcome.why)


def _tasks(work: Opening, decision: Decision, *, every: bool, shown: bool) -> list[_Task]:
    pick = best_photo(decision)
    if pick is None:
        return []
    frames = [bundle for bundle in decision.group.members if bundle.main.kind is Kind.PHOTO]
    burst = _Burst(work, decision, frames, work.looks(frames), shown)
    targets = frames if every else [bundle for bundle in frames if bundle is pick]
    tasks = [burst.task(one) for one in targets]
    # One line tells that a whole burst needs nothing.
    found = [one for one in tasks if one.mending != NOBODY] or tasks[:1]
    return _named(work, frames, found)


@dataclass(frozen=True, slots=True)
class _Burst:
    """The frames of one burst, and how they look."""

    work: Opening
    decision: Decision
    frames: Sequence[Bundle]
    looks: Mapping[ContentId, Look]
    shown: bool

    def task(self, target: Bundle) -> _Task:
        """The task of a photo; words where there is nothing to mend."""
        work = self.work
        if work.backend.name == "none":
            return self._without(target, "faces cannot be judged here; `keepers doctor` says why")
        others = [one for one in self.frames if one is not target]
        mine = self._faces(target)
        closed = _closed(mine)
        if not closed or not any(_is_open(face) for one in others for face in self._faces(one)):
            known = any(mine[number].eyes_open is not None for number in closed)
            return self._without(target, "no other frame has open eyes" if known else NOBODY)
        donors = _nearest(target, others)
        task = Mending(
            self.decision.group.id,
            self._shot(target),
            closed,
            tuple(self._shot(one) for one in donors),
            max(one.main.width * one.main.height for one in (target, *others)),
            work.trace,
            work.backend.name,
            work.backend.model_dir,
            self.shown,
        )
        if task.memory > work.room:
            return self._without(
                target,
                f"mending it needs {task.memory >> 20} MiB of memory; this machine has {work.room >> 20} to spare",
            )
        return _Task(self.decision, target.main, task, tuple(one.main for one in donors))

    def _without(self, target: Bundle, why: str) -> _Task:
        return _Task(self.decision, target.main, why)

    def _faces(self, bundle: Bundle) -> tuple[Face, ...]:
        look = self.looks.get(bundle.main.content)
        return look.faces if look is not None else ()

    def _shot(self, bundle: Bundle) -> Shot:
        main = bundle.main
        return Shot(main.ref.key, originals.name(main), self._faces(bundle))


def _named(work: Opening, frames: Sequence[Bundle], tasks: Sequence[_Task]) -> list[_Task]:
    """The tasks with the people in their frames, as far as servers say; nobody is asked where nothing is to be mended."""
    if not any(
        isinstance(one.mending, Mending) and not originals.waits(one.photos, work.fetch) for one in tasks
    ):
        return list(tasks)
    places = {
        bundle.main.ref: [ref for ref in (bundle.main.ref, *bundle.copies) if ref.place != LOCAL]
        for bundle in frames
    }
    told = work.whose([ref for refs in places.values() for ref in refs])

    def of(shot: Shot, asset: Asset) -> Shot:
        for ref in places.get(asset.ref, ()):
            if any(one.person is not None for one in told.get(ref, ())):
                return replace(shot, people=faces_people.people(shot.faces, told[ref]))
        return shot

    def named(task: _Task) -> _Task:
        mending = task.mending
        if isinstance(mending, str):
            return task
        shots = zip(mending.donors, task.donors, strict=True)
        donors = tuple(of(shot, asset) for shot, asset in shots)
        return replace(task, mending=replace(mending, target=of(mending.target, task.source), donors=donors))

    return [named(task) for task in tasks]


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


def _nearest(target: Bundle, others: Sequence[Bundle]) -> list[Bundle]:
    """The frames to mend a photo from, those first that were taken when people stood most alike."""

    def apart(one: Bundle) -> tuple[float, str, str]:
        name, key = originals.name(one.main), one.main.ref.key
        if one.main.taken is None or target.main.taken is None:
            return 0.0, name, key
        return abs((one.main.taken.at - target.main.taken.at).total_seconds()), name, key

    return sorted(others, key=apart)[:DONORS]
