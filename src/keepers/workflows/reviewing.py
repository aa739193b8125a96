"""Keeps what grouping found, so that the page shows it at once; and makes groups anew that a person parted or joined."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from keepers.catalog import contents, locations, review_rows, sightings
from keepers.catalog.review_rows import Kept, KeptGroup
from keepers.catalog.store import Catalog
from keepers.decide.bands import Band, band, sureness
from keepers.model import LOCAL, Bundle, ContentId, Decision, Facts, GroupKind, Look, Ref, Score
from keepers.ports import Progress
from keepers.reasons import packed
from keepers.workflows.judging import Judging
from keepers.workflows.tidy import JUDGED, Tidied, judged

if TYPE_CHECKING:
    from keepers.workflows.saying import Rejudge

#: Groups whose facts are read at once.
_CHUNK: Final = 500
_BANDS: Final = list(Band)
_OUTDATED: Final = "outdated"


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
    notes = {"method": method, "ungrouped": str(tidied.ungrouped), _OUTDATED: ""}
    # As exact as the times of scans, which it is compared with.
    review_rows.replace_all(catalog, made, now.isoformat(timespec="microseconds"), notes)
    progress.done()
    return len(made)


def is_all(catalog: Catalog, roots: Sequence[str]) -> bool:
    """Whether nothing is known that does not lie at or below these roots."""
    return sightings.counts(catalog, roots) == sightings.counts(catalog, sightings.everywhere(catalog))


def mark_gone(catalog: Catalog, gone: Iterable[str]) -> None:
    """Show the groups without the files of these paths, which our own runs moved away."""
    review_rows.mark_gone(catalog, ((Ref(LOCAL, path), True) for path in gone))


def is_old(catalog: Catalog) -> bool:
    """Whether something is known and the groups that are kept were not made of it."""
    grouped = review_rows.note(catalog, "grouped_at")
    if not grouped:
        return not contents.is_empty(catalog)
    if review_rows.note(catalog, _OUTDATED):
        return True
    return locations.latest_scan(catalog) > grouped


def outdate(catalog: Catalog) -> None:
    """Remember that grouping anew would find other groups than those that are kept."""
    review_rows.put_note(catalog, _OUTDATED, "yes")


def rejudging(judging: Callable[[Catalog, Sequence[GroupKind]], Judging]) -> "Rejudge":
    """What judges groups that a person made, as they are kept; `judging` says by what."""

    def rejudged(
        catalog: Catalog, kind: GroupKind, parts: Sequence[Sequence[ContentId]], evidence: tuple[str, ...]
    ) -> list[KeptGroup]:
        found = judged(judging(catalog, (kind,)), sightings.everywhere(catalog), kind, parts, evidence)
        return rows(catalog, found, review_rows.note(catalog, "method"))

    return rejudged


def rows(catalog: Catalog, decisions: Sequence[Decision], method: str) -> list[KeptGroup]:
    """Groups as they are kept."""
    wanted = {bundle.main.content for decision in decisions for bundle in decision.group.members}
    facts = contents.facts_of(catalog, wanted)
    seen = {b.main.content for d in decisions if d.group.kind in JUDGED for b in d.group.members}
    looks = contents.looks_of(catalog, seen, method) if seen else {}
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
        "evidence": [packed(words) for words in decision.group.evidence],
        "flip": packed(decision.flip),
        "scores": [
            None
            if one is None
            else [round(one.value, 4), dict(one.parts), [packed(words) for words in one.reasons]]
            for one in found
        ],
        "versions": [
            [list(one.ref), one.stage.value, None if one.made_of is None else list(one.made_of), one.depth]
            for one in decision.versions
        ],
    }
