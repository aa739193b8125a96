"""The commands that judge and change nothing: group, explain."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from keepers import wiring
from keepers.catalog import photos
from keepers.catalog import told as facts_told
from keepers.cli import learning, session, show, telling
from keepers.decide.versions import WORDS as STAGES
from keepers.errors import UsageError
from keepers.model import Bundle, Decision, Face, Group, GroupKind, Score
from keepers.workflows.scan import ScanReport
from keepers.workflows.tidy import Tidied

FOUND = 4
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
    sources = wiring.sources(options.sources)
    with opened.catalog(create=bool(sources)) as catalog:
        report = opened.scan(catalog, sources) if sources else None
        tidied = opened.tidy(catalog, sources, kinds(options))
    if options.json:
        show.document(
            {"groups": [group_json(decision) for decision in tidied.decisions], "ungrouped": tidied.ungrouped}
        )
    else:
        _summary(tidied, report)
    if options.fail_on_found and tidied.decisions:
        return FOUND
    return learning.PARTLY if report is not None and report.unreadable else 0


def explain(options: argparse.Namespace) -> int:
    """Say what is known of one photo, or of one group, and why it was decided so."""
    opened = session.opened(options)
    if wiring.is_there(options.what):
        return _explain_photo(options, opened, os.path.abspath(options.what))
    with opened.catalog(create=False) as catalog:
        tidied = opened.tidy(catalog, (), kinds(options))
    for decision in tidied.decisions:
        if decision.group.id == options.what:
            if options.json:
                show.document(group_json(decision))
            else:
                _tell_group(decision)
            return 0
    message = f"{options.what} is neither a file nor the id of a group; `keepers group` lists the groups"
    raise UsageError(message)


def group_json(decision: Decision) -> dict[str, object]:
    """A group as CLI.md's JSON states it."""
    scores = {score.ref: score for score in decision.scores}
    return {
        "id": decision.group.id,
        "kind": decision.group.kind.value,
        "members": [
            _member_json(bundle, decision, scores.get(bundle.main.ref)) for bundle in decision.group.members
        ],
        "evidence": list(decision.group.evidence),
        "flip": decision.flip,
        "versions": [
            {
                "path": version.ref.key,
                "stage": version.stage.value,
                "made_of": version.made_of.key if version.made_of else None,
            }
            for version in decision.versions
        ],
    }


def _member_json(bundle: Bundle, decision: Decision, score: Score | None) -> dict[str, object]:
    return {
        "path": bundle.main.ref.key,
        "files": [asset.ref.key for asset in bundle.assets],
        "copies": [ref.key for ref in bundle.copies],
        "keep": bundle.main.ref in decision.keep,
        "score": round(score.value, 4) if score else 0.0,
        "scores": {name: round(value, 4) for name, value in score.parts.items()} if score else {},
        "reasons": list(score.reasons) if score else [],
    }


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
        _tell_group(decision)
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


def _tell_group(decision: Decision) -> None:
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
            f"  {mark} {value}  {bundle.main.ref.key}"
            + (f"  - {'; '.join(score.reasons)}" if score and score.reasons else "")
        )
    for version in decision.versions:
        show.line(
            f"  {'   ' * version.depth}{'└─ ' if version.depth else ''}{STAGES[version.stage]}: {version.ref.key}"
        )
    if decision.flip:
        show.line(f"  would flip it: {decision.flip}")


@dataclass(frozen=True, slots=True)
class _Photo:
    bundle: Bundle
    faces: tuple[Face, ...]
    decisions: tuple[Decision, ...]
    score: Score
    reasons: tuple[str, ...]
    beside: tuple[tuple[str, str], ...]


def _explain_photo(options: argparse.Namespace, opened: wiring.Session, path: str) -> int:
    with opened.catalog(create=True) as catalog:
        report = opened.scan(catalog, wiring.sources([path]))
        bundle = photos.bundle_at(catalog, path)
        if bundle is None:
            rows = dict(report.unreadable) | dict(report.ignored)
            show.line(f"{path}: {rows.get(path, 'is no photo')}")
            return learning.PARTLY
        tidied = opened.tidy(catalog, (), kinds(options), about=bundle.main.content)
        score, look = opened.alone(catalog, bundle)
        beside = facts_told.of(catalog, bundle.main.content)
    refs = {bundle.main.ref, *bundle.copies}
    mine = tuple(
        d
        for d in tidied.decisions
        if any(m.main.ref in refs or m.main.content == bundle.main.content for m in d.group.members)
    )
    reasons = tuple(
        reason
        for d in mine
        for s in d.scores
        for m in d.group.members
        if m.main.ref == s.ref and m.main.content == bundle.main.content
        for reason in s.reasons
    )
    told = tuple(dict.fromkeys(reasons)) or (*score.reasons, "it is in no group")
    photo = _Photo(bundle, look.faces if look else (), mine, score, told, beside)
    if options.json:
        show.document(_photo_json(path, photo))
    else:
        _tell_photo(path, photo)
    return 0


def _photo_json(path: str, photo: _Photo) -> dict[str, object]:
    main = photo.bundle.main
    taken = main.taken
    return {
        "path": path,
        "taken": {"at": taken.at.isoformat(), "source": taken.source, "certain": taken.certain}
        if taken
        else None,
        "place": main.ref.place,
        "content": main.content,
        "bundle": [{"path": asset.ref.key, "role": asset.role.value} for asset in photo.bundle.assets],
        "faces": [
            {
                "box": list(f.box),
                "eyes_open": f.eyes_open,
                "smile": f.smile,
                "sharpness": f.sharpness,
                "known": sorted(f.known),
            }
            for f in photo.faces
        ],
        "groups": [group_json(decision) for decision in photo.decisions],
        "score": round(photo.score.value, 4),
        "scores": {name: round(value, 4) for name, value in photo.score.parts.items()},
        "reasons": list(photo.reasons),
        "told": telling.as_json(photo.beside),
    }


def _tell_photo(path: str, photo: _Photo) -> None:
    taken = photo.bundle.main.taken
    show.line(path)
    if taken:
        show.line(
            f"  taken    {taken.at:%Y-%m-%d %H:%M:%S %z} by {taken.source}{'' if taken.certain else ' (uncertain)'}"
        )
    show.line(f"  content  {photo.bundle.main.content}")
    telling.tell(photo.beside)
    for asset in photo.bundle.others:
        show.line(f"  with     {asset.ref.key} ({asset.role.value})")
    for number, face in enumerate(photo.faces, 1):
        show.line(
            f"  face {number}   eyes {_share(face.eyes_open)}, smile {_share(face.smile)}, sharpness {_share(face.sharpness)}"
        )
    for decision in photo.decisions:
        _tell_group(decision)
    if not photo.decisions:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in photo.score.parts.items())
        show.line(f"  by itself {photo.score.value:.2f}" + (f" ({parts})" if parts else ""))
        for reason in photo.reasons:
            show.line(f"  - {reason}")


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
