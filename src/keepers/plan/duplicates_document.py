"""Duplicates as scripts read them."""

from collections.abc import Sequence

from keepers.decide.copies import CERTAIN, Item, Settled
from keepers.model import Ref


def document(groups: Sequence[Settled]) -> dict[str, object]:
    """What `duplicates --json` says."""
    return {
        "groups": [
            {
                "id": group.id,
                "kind": group.kind.value,
                "bytes_freed": group.freed,
                "keep": group.keep.ref.key,
                "drop": [ref.key for item in group.drop for ref in names(item)],
                "stay": [{"path": item.ref.key, "why": why} for item, why in group.stay],
                "reason": group.reason,
                "certain": group.kind in CERTAIN,
            }
            for group in groups
        ],
        "bytes_freed": sum(group.freed for group in groups),
    }


def names(item: Item) -> tuple[Ref, ...]:
    """Every name that goes with a photo."""
    return tuple(dict.fromkeys((item.ref, *item.names)))
