"""Which version of a picture is the better one, when several meet in an import."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from keepers.model import Bundle, ContentId, Decision, Ref


class Rule(StrEnum):
    """Who judges a contest: our own judgement of originals, or the rule of the old importer."""

    DEFAULT = "default"
    S3 = "s3"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one content stands among the versions of its picture; `best` is the content that is better."""

    wins: bool
    reason: str
    best: ContentId


def standings(
    decisions: Sequence[Decision], rule: Rule, in_library: Callable[[Ref], bool]
) -> dict[ContentId, Standing]:
    """The standing of every content that has a rival; one that loses anywhere has lost.

    Nothing follows from it for a file: no loser is ever removed, and one is left out of a library only
    where its better version is in there.
    """
    found: dict[ContentId, Standing] = {}
    for decision in decisions:
        judged = _by_decision(decision) if rule is Rule.DEFAULT else _by_s3(decision, in_library)
        for content, standing in judged.items():
            if content not in found or (found[content].wins and not standing.wins):
                found[content] = standing
    return found


def _by_decision(decision: Decision) -> dict[ContentId, Standing]:
    worth = {score.ref: score for score in decision.scores}
    members = {bundle.main.ref: bundle for bundle in decision.group.members}
    kept = [members[ref] for ref in decision.keep if ref in members]
    if not kept:
        return {}
    best = max(kept, key=lambda bundle: worth[bundle.main.ref].value if bundle.main.ref in worth else 0.0)
    told: dict[ContentId, Standing] = {}
    for ref, bundle in members.items():
        wins = ref in decision.keep
        reasons = ", ".join(worth[ref].reasons) if ref in worth else ""
        word = "the better version" if wins else "a worse version"
        told[bundle.main.content] = Standing(
            wins, f"{word}: {reasons}" if reasons else word, best.main.content
        )
    return told


def _by_s3(decision: Decision, in_library: Callable[[Ref], bool]) -> dict[ContentId, Standing]:
    """Larger size, then older date, then what is in place already."""
    members = decision.group.members

    def place(bundle: Bundle) -> tuple[int, float, bool, Ref]:
        return -bundle.main.size, _time(bundle), not in_library(bundle.main.ref), bundle.main.ref

    best, *others = sorted(members, key=place)
    told = {
        other.main.content: Standing(wins=False, reason=_why(best, other), best=best.main.content)
        for other in others
    }
    if others:
        runner_up = told[others[0].main.content].reason.removeprefix("loses: ")
        told[best.main.content] = Standing(wins=True, reason=f"wins: {runner_up}", best=best.main.content)
    return told


def _time(bundle: Bundle) -> float:
    return float("inf") if bundle.main.taken is None else bundle.main.taken.at.timestamp()


def _why(best: Bundle, other: Bundle) -> str:
    if best.main.size != other.main.size:
        return "loses: larger size"
    if _time(best) != _time(other):
        return "loses: older date"
    return "loses: default, what is in place stays"
