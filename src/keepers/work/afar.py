"""What a Dask worker runs: a chunk of items, in fenced processes of its own machine."""

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from keepers import __version__
from keepers.errors import KeepersError
from keepers.ports import Failure
from keepers.work.local import LocalWorkers

T = TypeVar("T")
R = TypeVar("R")

#: What `chunk` answers where its Keepers is another than the one that asks.
OTHER: Final = "another version"


@dataclass(frozen=True, slots=True)
class Fence:
    """What an item may take on the other machine, and what its processes import first."""

    seconds: float
    start: tuple[str, ...]
    memory: int
    heavy_memory: int


def chunk(
    version: str,
    fence: Fence,
    task: Callable[[T], R],
    together: Callable[[Sequence[R]], Sequence[R]] | None,
    items: Sequence[T],
) -> list[R | Failure] | str:
    """Run `task` on each item as `LocalWorkers` would; the results in the order of the items.

    Where this Keepers is another version, nothing is run and the answer names both: `OTHER` and this version.
    """
    if version != __version__:
        return f"{OTHER}: {__version__}"
    at = {id(item): place for place, item in enumerate(items)}
    results: list[R | Failure] = [Failure("gave no result")] * len(items)
    try:
        for item, result in _pool(fence).map(task, items, weight=_light, together=together):
            results[at[id(item)]] = result
    except KeepersError as error:
        return str(error)
    return results


def _light(_: object) -> int:
    return 0


@lru_cache(maxsize=4)
def _pool(fence: Fence) -> LocalWorkers:
    """The processes of this Dask worker; each of its threads uses one at a time. They end with it."""
    # A Dask worker under a nanny is daemonic, which forbids it children; ours die when it does.
    multiprocessing.current_process().daemon = False
    return LocalWorkers(1, fence.seconds, fence.memory, fence.start, fence.heavy_memory)
