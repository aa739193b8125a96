"""Workers on other machines: a Dask cluster that runs already."""

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import distributed

from keepers import __version__
from keepers.errors import KeepersError, PlaceUnreachableError
from keepers.ports import Failure
from keepers.work import afar
from keepers.work.local import LocalWorkers

T = TypeVar("T")
R = TypeVar("R")

#: What travels at once: some 0.5 s of decoding, a hundred times what a trip over the network takes.
CHUNK_BYTES: Final = 64 << 20
CHUNK_ITEMS: Final = 128
#: Chunks for each thread of the cluster: one at work, one waiting.
AHEAD: Final = 2
ANSWER_SECONDS: Final = 10
#: How long a cluster may be without any worker.
IDLE_SECONDS: Final = 60
TICK_SECONDS: Final = 0.5
_NOT_THERE: Final = os.strerror(errno.ENOENT).lower()
_GONE: Final = Failure("the machine that read it went away", lasting=False)


class _Future(Protocol):
    """What we use of a distributed.Future, which is typed in part."""

    def done(self) -> bool: ...
    def cancelled(self) -> bool: ...
    def exception(self) -> BaseException | None: ...
    def result(self) -> Any: ...  # noqa: ANN401 (what another machine sends)


class _Cluster(Protocol):
    """What we use of a distributed.Client."""

    def submit(self, function: Callable[..., object], *given: object, pure: bool) -> _Future: ...
    def nthreads(self) -> Mapping[str, int]: ...
    def cancel(self, futures: Sequence[_Future]) -> None: ...
    def as_current(self) -> AbstractContextManager[object]: ...
    def close(self, timeout: float) -> None: ...


#: The library, whose functions are typed in part.
_LIBRARY: Final = cast("Any", distributed)


class DaskWorkers:
    """Runs functions on the workers of a Dask scheduler, each item fenced in as `LocalWorkers` does.

    The workers must have the same version of Keepers, and see the files at the same paths. What they
    do not see, and what is heavy, is done by `here`, this machine's own workers.
    """

    def __init__(
        self, address: str, here: LocalWorkers, fence: afar.Fence, say: Callable[[str], None]
    ) -> None:
        """Join the cluster; PlaceUnreachableError where its scheduler does not answer."""
        self.address = address
        self.here = here
        self.fence = fence
        self.say = say
        self.closed = False
        try:
            self.client: _Cluster = _LIBRARY.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise PlaceUnreachableError(
                f"the Dask scheduler at {address} does not answer; is it running, and is this its address?"
            ) from error

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
        flow = _Flow(self, (task, together), iter(items), weight, heavy)
        yield from flow.results()
        if flow.unseen:
            self.say(
                f"the Dask workers do not see {_path(flow.unseen[0])}: mount its drive there at the same path; "
                f"{len(flow.unseen)} files were read by this machine"
            )
        yield from self.here.map(task, flow.unseen, weight=weight, together=together)
        yield from self.here.map(task, flow.heavy, weight=weight, heavy=heavy, together=together)

    def close(self) -> None:
        """Leave the cluster, which goes on; what it was given and has not begun is taken back."""
        if not self.closed:
            self.closed = True
            self.here.close()
            with contextlib.suppress(OSError):
                self.client.close(timeout=ANSWER_SECONDS)


class _Flow(Generic[T, R]):
    """One `map`: keeps the cluster busy, and sets aside what is to be done here."""

    def __init__(
        self,
        workers: DaskWorkers,
        work: tuple[Callable[[T], R], Callable[[Sequence[R]], Sequence[R]] | None],
        items: Iterator[T],
        weight: Callable[[T], int] | None,
        heavy: Callable[[T], bool] | None,
    ) -> None:
        self.heavy: list[T] = []
        self.unseen: list[T] = []
        self._workers = workers
        self._work = work
        self._items = items
        self._weight = weight
        self._is_heavy = heavy
        self._away: dict[_Future, tuple[T, ...]] = {}

    def results(self) -> Iterator[tuple[T, R | Failure]]:
        try:
            while self._fill():
                yield from self._news()
        finally:
            if self._away and not self._workers.closed:
                self._workers.client.cancel(list(self._away))

    def _fill(self) -> bool:
        """Give the cluster what it has room for; False when all is done."""
        room = AHEAD * self._threads() - len(self._away)
        while room > 0 and (chunk := self._draw()):
            future = self._workers.client.submit(
                afar.chunk, __version__, self._workers.fence, *self._work, chunk, pure=False
            )
            self._away[future] = chunk
            room -= 1
        return bool(self._away)

    def _threads(self) -> int:
        """How many chunks the cluster can work on at once; waits for the first worker."""
        end = time.monotonic() + IDLE_SECONDS
        while True:
            if self._workers.closed:
                raise KeepersError("the workers were closed while they worked")
            try:
                threads = sum(self._workers.client.nthreads().values())
            except (OSError, TimeoutError) as error:
                raise self._lost() from error
            if threads or self._away:
                return threads
            if time.monotonic() > end:
                raise PlaceUnreachableError(
                    f"the Dask scheduler at {self._workers.address} has no workers; start some with `dask worker`"
                )
            time.sleep(TICK_SECONDS)

    def _draw(self) -> tuple[T, ...]:
        chunk: list[T] = []
        load = 0
        for item in self._items:
            if self._is_heavy is not None and self._is_heavy(item):
                self.heavy.append(item)
                continue
            chunk.append(item)
            load += CHUNK_BYTES // 8 if self._weight is None else self._weight(item)
            if load >= CHUNK_BYTES or len(chunk) == CHUNK_ITEMS:
                break
        return tuple(chunk)

    def _news(self) -> Iterator[tuple[T, R | Failure]]:
        """What has come back within a moment."""
        with self._workers.client.as_current(), contextlib.suppress(TimeoutError):
            _LIBRARY.wait(list(self._away), timeout=TICK_SECONDS, return_when="FIRST_COMPLETED")
        for future in [future for future in self._away if future.done()]:
            chunk = self._away.pop(future)
            yield from self._told(chunk, self._answer(future, len(chunk)))

    def _answer(self, future: _Future, count: int) -> list[R | Failure]:
        if future.cancelled():
            raise self._lost()
        error = future.exception()
        if type(error).__name__ == "KilledWorker":
            # No file can kill a Dask worker, for it is read in a process of its own.
            return [_GONE] * count
        if error is not None:
            raise KeepersError(
                f"a Dask worker of {self._workers.address} cannot do its work ({type(error).__name__}: {error}); "
                f"install keepers {__version__} there, too"
            )
        answer: list[R | Failure] | str = future.result()
        if isinstance(answer, str):
            raise KeepersError(
                f"a Dask worker of {self._workers.address} has {answer}; this machine has keepers {__version__}"
                if answer.startswith(afar.OTHER)
                else f"on a Dask worker of {self._workers.address}, {answer}"
            )
        return answer

    def _told(self, chunk: tuple[T, ...], answer: list[R | Failure]) -> Iterator[tuple[T, R | Failure]]:
        for item, result in zip(chunk, answer, strict=True):
            if isinstance(result, Failure) and result.reason == _NOT_THERE and os.path.lexists(_path(item)):
                self.unseen.append(item)
            else:
                yield item, result

    def _lost(self) -> KeepersError:
        return PlaceUnreachableError(
            f"the Dask scheduler at {self._workers.address} went away; what was measured is kept, the same command goes on"
        )


def _path(item: object) -> str:
    """Where the file of an item lies; empty for an item that is no file."""
    path: object = getattr(item, "path", "")
    return path if isinstance(path, str) else ""
