"""Small Protocols, stated in the words of the model, that stages are handed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one item gave no result; `lasting` is False where trying again may help."""

    reason: str
    lasting: bool = True


class Workers(Protocol):
    """Runs one function over many items, whatever a single item does to its worker."""

    def map(
        self,
        task: Callable[[T], R],
        items: Iterable[T],
        *,
        weight: Callable[[T], int] | None = None,
        heavy: Callable[[T], bool] | None = None,
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item once with its result or failure, in any order, as they come.

        `task` is a module-level function. An item that kills its worker, hangs or eats memory
        becomes a Failure of its own; all others still get their results. `weight` gives the cost
        of an item in bytes, so that cheap items travel together; without it each travels alone. An item that is
        `heavy` gets more memory and runs while nothing else does. Items are drawn lazily.
        """
        ...

    def close(self) -> None:
        """Stop all workers at once; safe to call twice."""
        ...


class Progress(Protocol):
    """Is told how far a stage has come; shows it, or not."""

    def stage(self, name: str, items: int, size: int) -> None:
        """Begin a stage of so many items and bytes (0 where unknown)."""
        ...

    def step(self, items: int, size: int) -> None:
        """Add finished items and bytes to the present stage."""
        ...

    def done(self) -> None:
        """End the present stage."""
        ...

    def say(self, message: str) -> None:
        """Tell the user one sentence."""
        ...
