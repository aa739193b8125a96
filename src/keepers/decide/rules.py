"""Which of several equal photos is kept: the rules that a person may give, then our own order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keepers.errors import UsageError
from keepers.model import Bundle

_IN: Final = "in"


class Order(StrEnum):
    """What a rule looks at."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LARGEST = "largest"
    SMALLEST = "smallest"
    SHORTEST = "shortest-path"
    LONGEST = "longest-path"
    IN = _IN


#: As a person writes them.
WORDS: Final = (*(order.value for order in Order if order is not Order.IN), "in DIR")
_REASONS: Final = {
    Order.OLDEST: "its file is the oldest",
    Order.NEWEST: "its file is the newest",
    Order.LARGEST: "its file is the largest",
    Order.SMALLEST: "its file is the smallest",
    Order.SHORTEST: "its path is the shortest",
    Order.LONGEST: "its path is the longest",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One wish for the photo that is kept; `folder` belongs to `in` alone."""

    order: Order
    folder: str = ""

    def value(self, bundle: Bundle) -> float:
        """How well a photo fulfils the wish: the higher, the sooner it is kept."""
        main = bundle.main
        match self.order:
            case Order.OLDEST:
                return -modified_ns(main.revision)
            case Order.NEWEST:
                return modified_ns(main.revision)
            case Order.LARGEST:
                return main.size
            case Order.SMALLEST:
                return -main.size
            case Order.SHORTEST:
                return -len(main.ref.key)
            case Order.LONGEST:
                return len(main.ref.key)
            case Order.IN:
                return float(main.ref.key.startswith(self.folder.rstrip("/") + "/"))

    @property
    def reason(self) -> str:
        """Why the photo that fulfils it best is kept."""
        return f"it lies in {self.folder}" if self.order is Order.IN else _REASONS[self.order]


def parsed(words: Sequence[str], absolute: Callable[[str], str]) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The rules that these words state, and the words behind them, which state none.

    `in DIR` may be one word, too (`in DIR`, `in:DIR`, `in=DIR`). UsageError where the first word is no rule.
    """
    rules: list[Rule] = []
    rest = list(words)
    while rest:
        word = rest[0]
        if word == _IN and len(rest) > 1:
            rules.append(Rule(Order.IN, absolute(rest[1])))
            rest = rest[2:]
        elif word[:3] in {"in ", "in:", "in="} and word[3:].strip():
            rules.append(Rule(Order.IN, absolute(word[3:].strip())))
            rest = rest[1:]
        elif word in set(Order) - {_IN}:
            rules.append(Rule(Order(word)))
            rest = rest[1:]
        elif rules:
            break
        else:
            message = f"--keep {word}: say {', '.join(WORDS[:-1])} or {WORDS[-1]}"
            raise UsageError(message)
    return tuple(rules), tuple(rest)


def modified_ns(revision: str) -> int:
    """When a file was last changed, from its revision `size:time:inode`; 0 where it does not say so."""
    parts = revision.split(":")
    return int(parts[1]) if len(parts) > 1 and parts[1].lstrip("-").isdigit() else 0
