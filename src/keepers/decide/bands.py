"""How sure a group is: bands that a person can accept as a whole once a sample was seen."""

from enum import StrEnum
from typing import Final

from keepers.decide.keep import TIE
from keepers.model import Decision, GroupKind


class Band(StrEnum):
    """How sure it is that photos belong together and that the right one was picked, the surest first."""

    EXACT_COPY = "exact-copy"
    SAME_PIXELS = "same-pixels"
    SAME_PICTURE = "same-picture"
    BURST = "burst"
    MAYBE = "maybe"


#: Below this a group has to be looked at one by one.
SURE: Final = 0.6
#: A pick that is ahead by so much is as sure as a pick can be.
_CLEAR: Final = 0.2
#: What evidence says that some member is only a part of the original, or has something around it.
_ALTERED: Final = ("turned or mirrored", "in a frame", "a part of it")
_PROVEN: Final = {GroupKind.SAME_BYTES: Band.EXACT_COPY, GroupKind.SAME_PIXELS: Band.SAME_PIXELS}


def sureness(decision: Decision) -> float:
    """A number in 0-1: 1 for what is proven; for a series, how far the pick is ahead of the next photo."""
    kind = decision.group.kind
    if kind in _PROVEN:
        return 1.0
    if kind in {GroupKind.SAME_PICTURE, GroupKind.SAME_CLIP}:
        altered = sum(word in line for line in decision.group.evidence for word in _ALTERED)
        return max(0.5, 0.9 - 0.2 * altered)
    if kind is GroupKind.BRACKET:
        return 0.9
    best, ahead = _lead(decision)
    if not best or ahead < TIE:
        return 0.5
    return round(SURE + 0.35 * min(1.0, (ahead - TIE) / _CLEAR), 4)


def band(decision: Decision, sure: float) -> Band:
    """The band of a group."""
    if (proven := _PROVEN.get(decision.group.kind)) is not None:
        return proven
    if sure < SURE:
        return Band.MAYBE
    series = decision.group.kind in {GroupKind.BURST, GroupKind.BRACKET}
    return Band.BURST if series else Band.SAME_PICTURE


def _lead(decision: Decision) -> tuple[float, float]:
    """The score of the best photo that is kept, and how far the best of those that may go is behind it."""
    keep = [score.value for score in decision.scores if score.ref in decision.keep]
    drop = [score.value for score in decision.scores if score.ref not in decision.keep]
    best = max(keep, default=0.0)
    return best, best - max(drop, default=0.0)
