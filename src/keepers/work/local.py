"""Workers on this machine: processes that may die, hang or eat memory."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from multiprocessing.connection import wait
from typing import Final, Generic, TypeVar, cast

from keepers.errors import KeepersError
from keepers.ports import Failure
from keepers.work import inside
from keepers.work.worker import Worker

T = TypeVar("T")
R = TypeVar("R")

MIB: Final = 1 << 20
#: About 60 ms of decoding: long enough to hide the 0.3 ms that a trip to a worker and back costs.
CHUNK_BYTES: Final = 8 * MIB
CHUNK_ITEMS: Final = 16
#: Heavy items stop all other work, so they wait until a few have gathered.
HEAVY_WAITING: Final = 16
#: When so many processes in a row end before they could begin, none will ever work.
PATIENCE: Final = 5
#: A process that takes longer to import what it needs hangs.
START_SECONDS: Final = 60
#: How often a waiting `map` looks whether the workers were closed or time is up.
TICK_SECONDS: Final = 0.5
_CANNOT_START: Final = "the worker processes stop as soon as they start; `keepers doctor` may say why"


class _Lane(Enum):
    TOGETHER = "several cheap items"
    ALONE = "one item"
    HEAVY = "one item, while nothing else runs"


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    items: tuple[T, ...]
    lane: _Lane
    killed: bool = False


class LocalWorkers:
    """Runs functions in worker processes that are fenced in: time, memory, threads, signals.

    An ordinary item gets `memory` bytes above what the modules in `start` take, a heavy one
    `heavy_memory`, alone. The processes start with the first `map` and stop with `close`.
    """

    def __init__(
        self,
        jobs: int,
        seconds: float = 10,
        memory: int = 512 * MIB,
        start: tuple[str, ...] = (),
        heavy_memory: int = 1024 * MIB,
    ) -> None:
        self.jobs = max(1, jobs)
        self.seconds = seconds
        self.memory = memory
        self.heavy_memory = max(memory, heavy_memory)
        self._start = start
        self._busy: list[Worker[object]] = []
        self._idle: list[Worker[object]] = []
        self._closed = False
        self._lock = threading.Lock()

    def map(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        *,
        weight: Callable[[T], int] | None = None,
        heavy: Callable[[T], bool] | None = None,
        together: Callable[[Sequence[R]], Sequence[R]] | None = None,
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item once with its result or failure, as they come; see `ports.Workers`."""
        return _Flow(self, (task, together), iter(items), weight, heavy).results()

    def close(self) -> None:
        """Kill all workers; safe to call twice, and from another thread."""
        with self._lock:
            self._closed = True
            workers = [*self._busy, *self._idle]
            self._busy, self._idle = [], []
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.ended()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the worker processes."""
        with self._lock:
            return tuple(worker.process.pid or 0 for worker in (*self._busy, *self._idle))

    def taken(self) -> Worker[object]:
        """A worker that nobody else uses."""
        with self._lock:
            if self._closed:
                raise KeepersError("the workers were closed")
            worker = None
            while self._idle and worker is None:
                worker = self._idle.pop()
                worker = worker if worker.process.is_alive() else None
            worker = worker or Worker(self._start, self.memory, self.heavy_memory)
            self._busy.append(worker)
            return worker

    def back(self, worker: Worker[object], *, sound: bool) -> None:
        """Take back a worker, for the next `map` if it is `sound`."""
        with self._lock:
            if worker in self._busy:
                self._busy.remove(worker)
                if sound:
                    self._idle.append(worker)


class _Flow(Generic[T, R]):
    """One `map`: draws items, keeps the workers busy, finds the guilty item of a failed chunk."""

    def __init__(
        self,
        workers: LocalWorkers,
        work: tuple[Callable[[T], R], Callable[[Sequence[R]], Sequence[R]] | None],
        items: Iterator[T],
        weight: Callable[[T], int] | None,
        heavy: Callable[[T], bool] | None,
    ) -> None:
        self._workers = workers
        self._work = work
        self._items = items
        self._weight = weight
        self._is_heavy = heavy
        self._exhausted = False
        self._again: deque[_Batch[T]] = deque()
        self._heavy: deque[T] = deque()
        self._crew: list[Worker[_Batch[T]]] = []
        self._stillborn = 0

    def results(self) -> Iterator[tuple[T, R | Failure]]:
        try:
            while self._fill():
                handles = [h for worker in self._crew for h in (worker.pipe, worker.process.sentinel)]
                ready = wait(handles, timeout=TICK_SECONDS)
                if self._workers.closed:
                    raise KeepersError("the workers were closed while they worked")
                for worker in list(self._crew):
                    yield from self._heed(worker, ready)
        finally:
            for worker in self._crew:
                if worker.batches:
                    worker.kill()
                self._workers.back(cast("Worker[object]", worker), sound=not worker.batches)

    def _fill(self) -> bool:
        """Give every worker something to do and something to do next; False when all is done."""
        while any(worker.room for worker in self._crew) or len(self._crew) < self._workers.jobs:
            batch = self._next()
            if batch is None:
                break
            self._chosen().give(batch, (batch.lane is _Lane.HEAVY, *self._work, batch.items))
        return any(worker.batches for worker in self._crew)

    def _chosen(self) -> Worker[_Batch[T]]:
        """An idle worker, or a new one, or one that has room for a second batch."""
        for worker in self._crew:
            if not worker.batches:
                return worker
        if len(self._crew) < self._workers.jobs:
            self._crew.append(cast("Worker[_Batch[T]]", self._workers.taken()))
            return self._crew[-1]
        return next(worker for worker in self._crew if worker.room)

    def _next(self) -> _Batch[T] | None:
        running = [batch for worker in self._crew for batch in worker.batches]
        if any(batch.lane is _Lane.HEAVY for batch in running):
            return None
        if self._again and self._again[0].lane is not _Lane.HEAVY:
            return self._again.popleft()
        if self._again or len(self._heavy) >= HEAVY_WAITING:
            return None if running else self._next_heavy()
        items = self._draw()
        if not items:
            return None if running else self._next_heavy()
        return _Batch(items, _Lane.TOGETHER if len(items) > 1 else _Lane.ALONE)

    def _next_heavy(self) -> _Batch[T] | None:
        if self._again:
            return self._again.popleft()
        return _Batch((self._heavy.popleft(),), _Lane.HEAVY) if self._heavy else None

    def _draw(self) -> tuple[T, ...]:
        """Items that together are worth a trip; without a weight nobody knows that one is cheap."""
        items: list[T] = []
        load = 0
        while not self._exhausted and len(items) < CHUNK_ITEMS and len(self._heavy) < HEAVY_WAITING:
            try:
                item = next(self._items)
            except StopIteration:
                self._exhausted = True
                break
            if self._is_heavy is not None and self._is_heavy(item):
                self._heavy.append(item)
                continue
            items.append(item)
            load += CHUNK_BYTES if self._weight is None else self._weight(item)
            if load >= CHUNK_BYTES:
                break
        return tuple(items)

    def _heed(self, worker: Worker[_Batch[T]], ready: Sequence[object]) -> Iterator[tuple[T, R | Failure]]:
        """What became of a worker, of whose handles these were ready; it may have told more since."""
        gone = worker.process.sentinel in ready
        late = not gone and self._is_late(worker)
        if worker.pipe in ready or ((gone or late) and worker.pipe.poll()):
            yield from self._news(worker)
        elif gone:
            yield from self._lost(worker, worker.ended())
        elif late:
            worker.kill()
            yield from self._lost(worker, None)

    def _news(self, worker: Worker[_Batch[T]]) -> Iterator[tuple[T, R | Failure]]:
        """What a worker has just told: that it is ready, what it has finished, or that it died."""
        try:
            finished = worker.heard()
        except EOFError:
            yield from self._lost(worker, worker.ended())
            return
        self._stillborn = 0
        if finished is not None:
            batch, results = finished
            yield from zip(batch.items, cast("list[R | Failure]", results), strict=True)

    def _is_late(self, worker: Worker[_Batch[T]]) -> bool:
        return bool(worker.batches) and time.monotonic() - worker.since > self._seconds(worker)

    def _seconds(self, worker: Worker[_Batch[T]]) -> float:
        if not worker.ready:
            return START_SECONDS
        # A chunk of cheap items takes 0.1 s; one that takes long is told apart item by item.
        return self._workers.seconds / (2 if worker.batches[0].lane is _Lane.TOGETHER else 1)

    def _lost(self, worker: Worker[_Batch[T]], code: int | None) -> Iterator[tuple[T, R | Failure]]:
        """A worker is gone, by itself (`code`) or because its time was up: blame the batch it worked on."""
        self._crew.remove(worker)
        self._workers.back(cast("Worker[object]", worker), sound=False)
        waiting = list(worker.batches)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= PATIENCE:
                raise KeepersError(_CANNOT_START)
        elif waiting:
            batch = waiting.pop(0)
            if batch.lane is _Lane.TOGETHER:
                self._again.extend(_Batch((item,), _Lane.ALONE) for item in batch.items)
            elif code == -signal.SIGKILL and not batch.killed:
                # By the kernel, for want of memory, or by a person: the file may be innocent.
                self._again.append(replace(batch, killed=True))
            else:
                yield batch.items[0], self._failure(batch, code)
        self._again.extendleft(reversed(waiting))

    def _failure(self, batch: _Batch[T], code: int | None) -> Failure:
        if code is None:
            return Failure(f"took longer than {self._workers.seconds:g} s")
        if code == inside.OUT_OF_MEMORY:
            heavy = batch.lane is _Lane.HEAVY
            memory = self._workers.heavy_memory if heavy else self._workers.memory
            return Failure(f"needs more than {memory // MIB} MiB of memory")
        if code == inside.PIPE_LOST:
            return Failure("the worker lost its connection", lasting=False)
        if code == -signal.SIGKILL:
            return Failure("the worker was killed (signal 9)", lasting=False)
        if code < 0:
            return Failure(f"the decoder crashed (signal {-code})")
        return Failure(f"the decoder stopped (exit code {code})")
