"""`keepers group`: the groups, the keepers and why; changes nothing."""

import argparse
import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from keepers.catalog import locations, sightings
from keepers.cli import learning, page_groups, session, show
from keepers.cli.whole import whole
from keepers.decide.versions import WORDS as STAGES
from keepers.model import LOCAL, Bundle, Decision, Group, GroupKind, Ref, Score
from keepers.workflows.scan import ScanReport
from keepers.workflows.tidy import Tidied

FOUND = 4
_NONE: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
WORDS = {
    GroupKind.SAME_BYTES: "exact copies",
    GroupKind.SAME_PIXELS: "same pixels",
    GroupKind.SAME_PICTURE: "same picture",
    GroupKind.SAME_CLIP: "same clip",
    GroupKind.BURST: "bursts",
    GroupKind.BRACKET: "brackets",
}


def group(options: argparse.Namespace) -> int:
    """Print the groups of the sources, or of all that is known, with the keepers and why."""
    opened = session.opened(options)
    sources = whole(opened, session.sources(options))
    with opened.catalog(create=bool(sources)) as catalog:
        report = opened.scan(catalog, sources) if sources else None
        roots = sources or sightings.everywhere(catalog)
        tidied = opened.tidy(catalog, roots, kinds(options))
        linked = locations.hard_links(catalog) if options.json else {}
        page_groups.keep(options, opened, catalog, roots, tidied)
    if options.json:
        show.document(
            {
                "groups": [group_json(decision, linked) for decision in tidied.decisions],
                "ungrouped": tidied.ungrouped,
            }
        )
    else:
        _summary(tidied, report)
    if options.fail_on_found and tidied.decisions:
        return FOUND
    return learning.PARTLY if report is not None and report.unreadable else 0


def group_json(decision: Decision, linked: Mapping[str, Sequence[str]] = _NONE) -> dict[str, object]:
    """A group as CLI.md's JSON states it; `linked` are the other names of files that have several."""
    scores = {score.ref: score for score in decision.scores}
    return {
        "id": decision.group.id,
        "kind": decision.group.kind.value,
        "members": [
            _member_json(bundle, decision, scores.get(bundle.main.ref), linked)
            for bundle in decision.group.members
        ],
        "evidence": list(decision.group.evidence),
        "flip": decision.flip,
        "versions": [
            {
                "path": shown(version.ref),
                "stage": version.stage.value,
                "made_of": shown(version.made_of) if version.made_of else None,
            }
            for version in decision.versions
        ],
    }


def _member_json(
    bundle: Bundle, decision: Decision, score: Score | None, linked: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    copies = [shown(ref) for ref in bundle.copies]
    if decision.group.kind is not GroupKind.SAME_BYTES:
        # A second name of one file is no copy that could go, but who looks for it finds it here.
        names = (shown(bundle.main.ref), *copies)
        copies = sorted({*copies, *(other for name in names for other in linked.get(name, ()))} - {names[0]})
    return {
        "path": shown(bundle.main.ref),
        "name": bundle.main.name or os.path.basename(bundle.main.ref.key),
        "files": [shown(asset.ref) for asset in bundle.assets],
        "copies": copies,
        "keep": bundle.main.ref in decision.keep,
        "score": round(score.value, 4) if score else 0.0,
        "scores": {name: round(value, 4) for name, value in score.parts.items()} if score else {},
        "reasons": list(score.reasons) if score else [],
    }


def shown(ref: Ref) -> str:
    """A path of this machine, or `immich:` and the id."""
    return ref.key if ref.place == LOCAL else f"{ref.place}:{ref.key}"


def _named(bundle: Bundle) -> str:
    """Where a photo lies; an id of a server tells people nothing, so the file name stands behind it."""
    main = bundle.main
    return shown(main.ref) if main.ref.place == LOCAL else f"{shown(main.ref)} ({main.name})"


def kinds(options: argparse.Namespace) -> tuple[GroupKind, ...]:
    """The kinds of groups that were asked for; all if none were named."""
    return tuple(GroupKind(kind) for kind in options.kind) if options.kind else tuple(GroupKind)


def _summary(tidied: Tidied, report: ScanReport | None) -> None:
    for kind in GroupKind:
        of_kind = [decision for decision in tidied.decisions if decision.group.kind is kind]
        if of_kind:
            members = sum(len(decision.group.members) for decision in of_kind)
            counts = f"{show.count(len(of_kind), 'group'):>14}  {show.count(members, 'photo'):>14}"
            show.line(f"{WORDS[kind]:<14} {counts}  {show.size(freed(of_kind)):>8} could be freed")
    for decision in tidied.decisions[: learning.SHOWN]:
        tell_group(decision)
    if len(tidied.decisions) > learning.SHOWN:
        show.line(f"… and {len(tidied.decisions) - learning.SHOWN:,} more groups; --json shows all of them.")
    show.line(
        f"{show.count(tidied.ungrouped, 'photo')} in no group. Nothing was changed. Next: keepers organize SOURCE --to DIR"
    )
    if report is not None:
        learning.unreadable(report.unreadable)


def freed(decisions: Sequence[Decision]) -> int:
    """Bytes of the members that may go."""
    return sum(
        asset.size
        for decision in decisions
        for bundle in decision.group.members
        if bundle.main.ref in decision.drop
        for asset in bundle.assets
    )


def tell_group(decision: Decision) -> None:
    """Print a group: its members, what is kept and why, and the version tree."""
    group: Group = decision.group
    scores = {score.ref: score for score in decision.scores}
    show.line()
    show.line(
        f"{group.id}: {WORDS[group.kind]}, {show.count(len(group.members), 'photo')}"
        + (f" ({'; '.join(group.evidence)})" if group.evidence else "")
    )
    for bundle in group.members:
        score = scores.get(bundle.main.ref)
        mark = "keep" if bundle.main.ref in decision.keep else "    "
        value = f"{score.value:.2f}" if score else "    "
        show.line(
            f"  {mark} {value}  {_named(bundle)}"
            + (f"  - {'; '.join(score.reasons)}" if score and score.reasons else "")
        )
    for version in decision.versions:
        show.line(
            f"  {'   ' * version.depth}{'└─ ' if version.depth else ''}{STAGES[version.stage]}: {shown(version.ref)}"
        )
    if decision.flip:
        show.line(f"  would flip it: {decision.flip}")
