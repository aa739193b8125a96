"""Keeps what grouping found, so that the page shows it at once; and makes groups anew that a person parted or joined."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from keepers.catalog import contents, review_rows
from keepers.catalog.review_rows import Kept, KeptGroup
from keepers.catalog.store import Catalog
from keepers.decide.bands import Band, band, sureness
from keepers.decide.versions import WORDS as STAGES
from keepers.model import Bundle, ContentId, Decision, Facts, Look, Ref, Score
from keepers.ports import Progress
from keepers.workflows.tidy import JUDGED, Tidied

#: Groups whose facts are read at once.
_CHUNK: Final = 500
_BANDS: Final = list(Band)


def keep(catalog: Catalog, tidied: Tidied, method: str, now: datetime, progress: Progress) -> int:
    """Keep the groups as they were found, in place of those before; how many there are.

    `method` is that of the looks which judged them.
    """
    progress.stage("keeping groups", len(tidied.proposed), 0)
    made: list[KeptGroup] = []
    for start in range(0, len(tidied.proposed), _CHUNK):
        part = tidied.proposed[start : start + _CHUNK]
        made += rows(catalog, part, method)
        progress.step(len(part), 0)
    made.sort(key=lambda group: _BANDS.index(Band(group.band)))
    notes = {"method": method, "ungrouped": str(tidied.ungrouped)}
    review_rows.replace_all(catalog, made, now.isoformat(timespec="seconds"), notes)
    progress.done()
    return len(made)


def rows(catalog: Catalog, decisions: Sequence[Decision], method: str) -> list[KeptGroup]:
    """Groups as they are kept."""
    wanted = {bundle.main.content for decision in decisions for bundle in decision.group.members}
    facts = contents.facts_of(catalog, wanted)
    judged = {b.main.content for d in decisions if d.group.kind in JUDGED for b in d.group.members}
    looks = contents.looks_of(catalog, judged, method) if judged else {}
    return [_kept(decision, facts, looks) for decision in decisions]


def _kept(decision: Decision, facts: Mapping[ContentId, Facts], looks: Mapping[ContentId, Look]) -> KeptGroup:
    scores = {score.ref: score for score in decision.scores}
    order = sorted(decision.group.members, key=lambda bundle: _rank(bundle, decision, scores))
    sure = sureness(decision)
    times = [bundle.main.taken for bundle in order if bundle.main.taken is not None]
    first = min(times, key=lambda taken: taken.at.timestamp(), default=None)
    best = order[0].main
    return KeptGroup(
        decision.group.id,
        decision.group.kind.value,
        band(decision, sure).value,
        sure,
        tuple(_member(bundle, decision) for bundle in order),
        "" if first is None else first.at.isoformat(),
        None if first is None else first.at.timestamp(),
        max((len(look.faces) for b in order if (look := looks.get(b.main.content))), default=0),
        tuple(dict.fromkeys(_people(order, facts))),
        best.ref,
        best.name or best.ref.key.rsplit("/", 1)[-1],
        _data(decision, order, scores),
    )


def _rank(bundle: Bundle, decision: Decision, scores: Mapping[Ref, Score]) -> tuple[bool, float, Ref]:
    score = scores.get(bundle.main.ref)
    return (bundle.main.ref not in decision.keep, -score.value if score else 0.0, bundle.main.ref)


def _member(bundle: Bundle, decision: Decision) -> Kept:
    main = bundle.main
    return Kept(main.ref, main.content, sum(asset.size for asset in bundle.assets), main.ref in decision.keep)


def _people(bundles: Iterable[Bundle], facts: Mapping[ContentId, Facts]) -> Iterable[str]:
    for bundle in bundles:
        for said in (facts.get(bundle.main.content), bundle.said):
            for name in () if said is None else said.people:
                # A sidecar may hold what no text is.
                yield name.encode("utf-8", "replace").decode()


def _data(decision: Decision, order: Sequence[Bundle], scores: Mapping[Ref, Score]) -> dict[str, Any]:
    found = [scores.get(bundle.main.ref) for bundle in order]
    return {
        "evidence": list(decision.group.evidence),
        "flip": decision.flip,
        "scores": [
            None if one is None else [round(one.value, 4), dict(one.parts), list(one.reasons)]
            for one in found
        ],
        "versions": [
            [list(one.ref), STAGES[one.stage], None if one.made_of is None else list(one.made_of), one.depth]
            for one in decision.versions
        ],
    }
