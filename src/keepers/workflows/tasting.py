"""Learn from what a person picked of their own series, and tell it."""

from collections.abc import Sequence
from dataclasses import replace

from keepers.catalog import taste as rows
from keepers.model import Decision, GroupKind
from keepers.score.taste import Pick, Taste, learned
from keepers.workflows.judging import Judging
from keepers.workflows.tidy import tidy


def learn(judging: Judging, roots: Sequence[str]) -> tuple[Taste | None, int]:
    """Learn from all picks of series that are known and remember it; how many series they were.

    What is judged by hand alone is compared with the picks, so that a taste never learns from itself.
    """
    by_hand = replace(judging, taste=None, remembered=False)
    decisions = tidy(by_hand, roots).decisions
    picks = [pick for one in decisions if (pick := _pick(judging, one)) is not None]
    found = learned(picks, judging.weights)
    rows.remember(judging.catalog, found)
    return found, len(picks)


def _pick(judging: Judging, decision: Decision) -> Pick | None:
    """What a person kept of a series and what not; None where they said nothing, or everything stays."""
    if decision.group.kind is not GroupKind.BURST:
        return None
    contents = {bundle.main.ref: bundle.main.content for bundle in decision.group.members}
    said = rows.said(judging.catalog, GroupKind.BURST, list(contents.values()))
    sides: dict[bool, list[tuple[dict[str, float], float]]] = {True: [], False: []}
    for score in decision.scores:
        verdict = said.get(contents[score.ref])
        if verdict is not None and score.parts:
            sides[verdict].append((dict(score.parts), score.value))
    kept, dropped = sides[True], sides[False]
    if not kept or not dropped:
        return None
    return Pick(
        tuple(parts for parts, _ in kept),
        tuple(parts for parts, _ in dropped),
        tuple(value for _, value in kept),
        tuple(value for _, value in dropped),
    )
