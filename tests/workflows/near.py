"""A session that works in this process: no worker is started, nothing is shown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from keepers.errors import KeepersError
from keepers.ports import Failure, Workers
from keepers.wiring import Session

T = TypeVar("T")
R = TypeVar("R")


class Here:
    """Workers that work in this process, as they come."""

    def map(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        *,
        weight: Callable[[T], int] | None = None,
        heavy: Callable[[T], bool] | None = None,
        together: Callable[[Sequence[R]], Sequence[R]] | None = None,
    ) -> Iterator[tuple[T, R | Failure]]:
        del weight, heavy
        for item in items:
            try:
                result = task(item)
            except (KeepersError, OSError) as error:
                yield item, Failure(str(error))
            else:
                yield item, together([result])[0] if together else result

    def close(self) -> None:
        """Nothing to stop."""


class Silent:
    """Progress that nobody sees."""

    def stage(self, name: str, items: int, size: int) -> None: ...
    def step(self, items: int, size: int) -> None: ...
    def done(self) -> None: ...
    def say(self, message: str) -> None: ...


@dataclass(frozen=True)
class Near(Session):
    """A session that starts no processes."""

    def _workers(self, *_start: str) -> Workers:
        return Here()
