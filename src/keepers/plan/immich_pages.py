"""Our groups on Immich's own Duplicates page, and our scores as data on its photos: pure."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from blake3 import blake3

from keepers.actions import SetField
from keepers.model import Decision, GroupKind, PlaceId, Ref, Score
from keepers.plan.immich_actions import Ours, Stays, Wanted

#: Copies of one picture; series belong on no page from which people throw away.
COPIES: Final = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS, GroupKind.SAME_PICTURE)
#: The key of our data on assets, and its field.
KEY: Final = "keepers"
DATA: Final = f"data:{KEY}"
DUPLICATE: Final = "duplicate"
#: Raised when the data means something else.
VERSION: Final = 1

Now = Mapping[tuple[Ref, str], str | None]


def group_uuid(group: str) -> str:
    """The id of one of our groups on Immich's page: the same in every run, and a UUID of version 4, as servers want it."""
    return str(uuid.UUID(bytes=blake3(f"keepers {group}".encode()).digest(16), version=4))


def members(decision: Decision, place: PlaceId) -> list[Ref]:
    """The photos of a group that lie at a place, without the files beside them."""
    refs = ((bundle.main.ref, *bundle.copies) for bundle in decision.group.members)
    return [
        here for found in refs if (here := next((r for r in found if r.place == place), None)) is not None
    ]


def duplicates(
    decisions: Sequence[Decision], place: PlaceId, now: Now, ours: Ours, *, replacing: bool
) -> Wanted:
    """One id for each group. A group of which Immich has found something itself is left alone, unless all are replaced."""
    actions: list[SetField] = []
    stays: list[Stays] = []
    shown = 0
    for decision in decisions:
        refs, value = members(decision, place), group_uuid(decision.group.id)
        if len(refs) < 2:
            continue
        theirs = [ref for ref in refs if _is_theirs(ref, now[ref, DUPLICATE], value, ours)]
        if theirs and not replacing:
            stays += [
                Stays(ref, "Immich shows it among its own duplicates; --replace shows ours") for ref in theirs
            ]
            continue
        shown += 1
        because = f"looks like {len(refs) - 1} more ({decision.group.kind})"
        actions += [
            SetField(ref, DUPLICATE, now[ref, DUPLICATE], value, because)
            for ref in refs
            if now[ref, DUPLICATE] != value
        ]
    return Wanted(f"immich duplicates: {_groups(shown)}", tuple(actions), tuple(stays))


def _is_theirs(ref: Ref, now: str | None, wanted: str, ours: Ours) -> bool:
    if now in {None, wanted}:
        return False
    mine = ours.get((ref, DUPLICATE))
    return mine is None or mine.after != now


def scores(decisions: Sequence[Decision], place: PlaceId, now: Now) -> Wanted:
    """What we think of each photo in its groups; what we noted before is brought up to date."""
    told: dict[Ref, list[dict[str, object]]] = {}
    for decision in decisions:
        by_ref = {score.ref: score for score in decision.scores}
        for bundle in decision.group.members:
            here = next((r for r in (bundle.main.ref, *bundle.copies) if r.place == place), None)
            if here is not None:
                row = _row(decision, bundle.main.ref, by_ref.get(bundle.main.ref))
                told.setdefault(here, []).append(row)
    texts = {ref: in_one_form({"version": VERSION, "groups": rows}) for ref, rows in told.items()}
    actions = tuple(
        SetField(ref, DATA, now[ref, DATA], text, "says what Keepers thinks of it")
        for ref, text in texts.items()
        if now[ref, DATA] != text
    )
    return Wanted(f"immich scores: {_groups(len(decisions))}", actions)


def _row(decision: Decision, ref: Ref, score: Score | None) -> dict[str, object]:
    row: dict[str, object] = {
        "id": decision.group.id, "kind": decision.group.kind.value, "keep": ref in decision.keep,
    }  # fmt: skip
    if score is not None:
        parts = {name: round(value, 4) for name, value in score.parts.items()}
        row |= {"score": round(score.value, 4), "scores": parts, "reasons": list(score.reasons)}
    return row


def in_one_form(value: object) -> str:
    """JSON that is the same text for the same value, in whatever order a database gives its fields back."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _groups(count: int) -> str:
    return f"{count} {'group' if count == 1 else 'groups'}"
