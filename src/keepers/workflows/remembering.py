"""What people decided earlier, applied to groups: by contents, so that moves and rescans change nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from keepers.catalog import remembered
from keepers.catalog.contents import content_id
from keepers.catalog.store import Catalog
from keepers.model import ContentId, Decision, GroupKind, Ref
from keepers.reasons import Reason

Pairs = Collection[tuple[ContentId, ContentId]]
_SAID = Reason("decided")
_JOINED = Reason("person-joined")


def parted(contents: Sequence[ContentId], apart: Pairs) -> list[tuple[ContentId, ...]]:
    """The contents of a group in as few groups as keep those apart that a person said are not the same."""
    classes: list[list[ContentId]] = []
    for content in contents:
        home = next((c for c in classes if not any(_ordered(content, o) in apart for o in c)), None)
        if home is None:
            classes.append([content])
        else:
            home.append(content)
    return [tuple(one) for one in classes]


def _ordered(one: ContentId, other: ContentId) -> tuple[ContentId, ContentId]:
    return (one, other) if one < other else (other, one)


Part = tuple[GroupKind, tuple[ContentId, ...], tuple[str, ...]]


def joined(
    parts: Sequence[Part], pairs: Sequence[tuple[str, bytes, bytes]], kinds: Collection[GroupKind]
) -> list[Part]:
    """Groups to be, with those made one that a person said belong together; also with photos that were in none."""
    found: list[Part | None] = list(parts)
    spots = {(kind, content): at for at, (kind, contents, _) in enumerate(parts) for content in contents}
    for name, one, other in pairs:
        kind = GroupKind(name)
        if kind not in kinds:
            continue
        both = {content_id(one), content_id(other)}
        mine = sorted({spots[kind, content] for content in both if (kind, content) in spots})
        known = [part for at in mine if (part := found[at]) is not None]
        contents = tuple(sorted(both.union(*(part[1] for part in known))))
        evidence = next((part[2] for part in known if part[2][:1] == (_JOINED,)), None)
        for at in mine:
            found[at] = None
        spots.update(((kind, content), len(found)) for content in contents)
        found.append((kind, contents, evidence or (_JOINED, *(known[0][2] if known else ()))))
    return [part for part in found if part is not None]


def as_decided(catalog: Catalog, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions, with those of a person in place of ours where there are any."""
    if remembered.is_empty(catalog):
        return tuple(decisions)
    return tuple(_as_decided(catalog, decision) for decision in decisions)


def _as_decided(catalog: Catalog, decision: Decision) -> Decision:
    members = decision.group.members
    if decision.group.kind is GroupKind.SAME_BYTES:
        decision = _copies_as_decided(catalog, decision)
        if decision.by == "user":
            return decision
    contents = list(dict.fromkeys(bundle.main.content for bundle in members))
    said = remembered.verdicts(catalog, decision.group.kind, contents)
    stays = frozenset(bundle.main.ref for bundle in members if said.get(bundle.main.content))
    if not stays:
        return decision
    whole = len(said) == len(contents)
    # A photo that came to the group later was never asked about: of it, our own rules decide.
    keep = stays if whole else stays | frozenset(decision.keep)
    return _told(decision, keep, stays, whole=whole)


def _copies_as_decided(catalog: Catalog, decision: Decision) -> Decision:
    """Equal files are told apart by where they lie; only where all were decided is nothing left to the rules."""
    said = remembered.copies(
        catalog, {bundle.main.ref: bundle.main.content for bundle in decision.group.members}
    )
    stays = frozenset(ref for ref, keep in said.items() if keep)
    if not stays or len(said) < len(decision.group.members):
        return decision
    return _told(decision, stays, stays, whole=True)


def _told(decision: Decision, keep: Collection[Ref], stays: Collection[Ref], *, whole: bool) -> Decision:
    refs = [bundle.main.ref for bundle in decision.group.members]
    scores = tuple(
        replace(score, reasons=(_SAID, *score.reasons)) if score.ref in stays else score
        for score in decision.scores
    )
    return replace(
        decision,
        keep=tuple(ref for ref in refs if ref in keep),
        drop=tuple(ref for ref in refs if ref not in keep),
        scores=scores,
        flip=Reason("flip-decided") if whole else decision.flip,
        by="user" if whole else decision.by,
    )
