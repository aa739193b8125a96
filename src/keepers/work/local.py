"""Workers on this machine: a pool of processes that may die, hang or eat memory."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import Enum
from multiprocessing import forkserver
from typing import Final, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from keepers.errors import KeepersError
from keepers.ports import Failure
from keepers.work import inside

T = TypeVar("T")
R = TypeVar("R")

MIB: Final = 1 << 20
#: About 60 ms of decoding: long enough to hide the 0.3 ms that a trip to a worker and back costs.
CHUNK_BYTES: Final = 8 * MIB
CHUNK_ITEMS: Final = 16
#: Heavy items stop all other work, so they wait until a few have gathered.
HEAVY_WAITING: Final = 16
#: A pool that breaks this often in a row, with no result in between, will never work.
PATIENCE: Final = 5
#: How often a waiting `map` looks whether the pool was closed or broke.
TICK_SECONDS: Final = 0.5
_QUIET: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: What every worker needs, imported once, in the fork server; "__main__" is the program itself.
_SHARED: Final = ("__main__", "pebble.pool.process", inside.__name__)
_CANNOT_START: Final = "the worker processes stop as soon as they start; `keepers doctor` may say why"


class _Lane(Enum):
    TOGETHER = "several cheap items"
    ALONE = "one item"
    HEAVY = "one item, while nothing else runs"


@dataclass(frozen=True, slots=True)
class _Batch(Generic[T]):
    items: tuple[T, ...]
    lane: _Lane
    breaks: int = 0


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
        self._pool: ProcessPool | None = None
        self._closed = False
        self._lock = threading.Lock()

    def map(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        *,
        weight: Callable[[T], int] | None = None,
        heavy: Callable[[T], bool] | None = None,
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item once with its result or failure, as they come; see `ports.Workers`."""
        return _Flow(self, task, iter(items), weight, heavy).results()

    def close(self) -> None:
        """Kill all workers; safe to call twice, and from another thread."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            _stop(pool)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def broken(self) -> bool:
        """Whether the pool gave up; the next `submit` starts another."""
        pool = self._pool
        return pool is not None and not pool.active

    def submit(
        self,
        work: Callable[..., list[R | Failure]],
        task: Callable[[T], R],
        items: tuple[T, ...],
        seconds: float,
    ) -> Future[list[R | Failure]]:
        """Hand one chunk to the pool, which is started or restarted where need be."""
        for _ in range(PATIENCE):
            # The pool may break between the look and the hand-over.
            with contextlib.suppress(RuntimeError):
                return self._running().schedule(work, args=(task, items), timeout=seconds)
        raise KeepersError(_CANNOT_START)

    def _running(self) -> ProcessPool:
        with self._lock:
            if self._closed:
                raise KeepersError("the workers were closed")
            if self._pool is not None and not self._pool.active:
                broken, self._pool = self._pool, None
                _stop(broken)
            if self._pool is None:
                self._pool = self._started()
            return self._pool

    def _started(self) -> ProcessPool:
        # Never fork: after OpenCV or libvips threads have run, a forked pool hangs for good.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*_SHARED, *self._start])
        with _quiet_start():
            forkserver.ensure_running()
        limits = (self._start, self.memory, self.heavy_memory)
        pool = ProcessPool(self.jobs, context=context, initializer=inside.fence, initargs=limits)
        if not pool.active:
            raise KeepersError(_CANNOT_START)
        return pool


class _Flow(Generic[T, R]):
    """One `map`: draws items, keeps a few chunks in flight, finds the guilty item of a failed chunk."""

    def __init__(
        self,
        workers: LocalWorkers,
        task: Callable[[T], R],
        items: Iterator[T],
        weight: Callable[[T], int] | None,
        heavy: Callable[[T], bool] | None,
    ) -> None:
        self._workers = workers
        self._task = task
        self._items = items
        self._weight = weight
        self._is_heavy = heavy
        self._exhausted = False
        self._again: deque[_Batch[T]] = deque()
        self._heavy: deque[T] = deque()
        self._running: dict[Future[list[R | Failure]], _Batch[T]] = {}
        self._breaks = 0
        self._worked = False

    def results(self) -> Iterator[tuple[T, R | Failure]]:
        try:
            while self._fill():
                done, _ = wait(self._running, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from self._settled(self._running.pop(future), future)
                if not done:
                    yield from self._look_after_pool()
        finally:
            for future in self._running:
                future.cancel()

    def _fill(self) -> bool:
        """Keep enough chunks in flight; False when all is done."""
        while len(self._running) < self._workers.jobs + 2:
            batch = self._next()
            if batch is None:
                break
            work = inside.heavy if batch.lane is _Lane.HEAVY else inside.chunk
            # A chunk of cheap items takes 0.1 s; one that takes long is told apart item by item.
            seconds = self._workers.seconds / (2 if batch.lane is _Lane.TOGETHER else 1)
            self._running[self._workers.submit(work, self._task, batch.items, seconds)] = batch
        return bool(self._running)

    def _next(self) -> _Batch[T] | None:
        if any(batch.lane is _Lane.HEAVY for batch in self._running.values()):
            return None
        if self._again and self._again[0].lane is not _Lane.HEAVY:
            return self._again.popleft()
        if self._again or len(self._heavy) >= HEAVY_WAITING:
            return self._next_heavy()
        items = self._draw()
        if not items:
            return self._next_heavy()
        return _Batch(items, _Lane.TOGETHER if len(items) > 1 else _Lane.ALONE)

    def _next_heavy(self) -> _Batch[T] | None:
        if self._running:
            return None
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

    def _settled(
        self, batch: _Batch[T], future: Future[list[R | Failure]]
    ) -> Iterator[tuple[T, R | Failure]]:
        error = future.exception()
        if not isinstance(error, BrokenProcessPool):
            self._breaks, self._worked = 0, True
        if error is None:
            yield from zip(batch.items, future.result(), strict=True)
        elif isinstance(error, BrokenProcessPool):
            yield from self._broken(batch)
        elif batch.lane is _Lane.TOGETHER:
            self._again.extend(_Batch((item,), _Lane.ALONE) for item in batch.items)
        else:
            yield batch.items[0], self._failure(batch, error)

    def _broken(self, batch: _Batch[T]) -> Iterator[tuple[T, R | Failure]]:
        """The whole pool went down, and any item in flight may be guilty."""
        self._breaks += 1
        if self._breaks > PATIENCE * (self._workers.jobs + 2):
            raise KeepersError(_CANNOT_START)
        if self._worked and batch.lane is not _Lane.TOGETHER and batch.breaks >= PATIENCE:
            yield batch.items[0], Failure("the worker pool broke while it was read", lasting=False)
            return
        lane = _Lane.ALONE if batch.lane is _Lane.TOGETHER else batch.lane
        self._again.extend(_Batch((item,), lane, batch.breaks + 1) for item in batch.items)

    def _look_after_pool(self) -> Iterator[tuple[T, R | Failure]]:
        """Nothing came for a while: a broken pool forgets the chunks that it had not handed out."""
        if self._workers.closed:
            raise KeepersError("the workers were closed while they worked")
        if self._workers.broken:
            lost = list(self._running.values())
            self._running.clear()
            for batch in lost:
                yield from self._broken(batch)

    def _failure(self, batch: _Batch[T], error: BaseException) -> Failure:
        memory = self._workers.heavy_memory if batch.lane is _Lane.HEAVY else self._workers.memory
        if isinstance(error, TimeoutError):
            return Failure(f"took longer than {self._workers.seconds:g} s")
        if isinstance(error, ProcessExpired):
            return _death(error.exitcode or 0, memory)
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Failure(f"the decoder failed ({text[:160]})")


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble is typed, this method's result is not
    pool.join()


def _death(code: int, memory: int) -> Failure:
    if code == inside.OUT_OF_MEMORY:
        return Failure(f"needs more than {memory // MIB} MiB of memory")
    if code == -signal.SIGKILL:
        # The kernel's out-of-memory killer, or a person: the file may be innocent.
        return Failure("the worker was killed (signal 9)", lasting=False)
    if code < 0:
        return Failure(f"the decoder crashed (signal {-code})")
    return Failure(f"the decoder stopped (exit code {code})")


@contextlib.contextmanager
def _quiet_start() -> Generator[None, None, None]:
    """Let the fork server and its workers inherit single-threaded libraries and deafness to Ctrl-C.

    The parent handles Ctrl-C. A blocked signal is safe even before a new process can say SIG_IGN.
    """
    before = {name: os.environ.get(name) for name in _QUIET}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ.update(_QUIET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
