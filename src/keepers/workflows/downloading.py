"""Have the bytes of every photo of a group read before anything is planned with them: servers show only pictures of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from keepers.model import LOCAL, Asset, Decision, PlaceId, Ref
from keepers.workflows.organizing import without
from keepers.workflows.tidy import Tidied

#: Reads assets of a place by their ids; why some could not be read, by id.
Reading = Callable[[PlaceId, Sequence[str]], Mapping[str, str]]


class Whole(NamedTuple):
    """Groups of which every byte is known, and why photos that belong into them are left out."""

    tidied: Tidied
    unread: Mapping[Ref, str]


def whole(tidy: Callable[[], Tidied], read: Reading) -> Whole:
    """The groups, once the bytes of all in them were read; what is known then may make other groups, so that it is asked again."""
    asked: dict[Ref, str] = {}
    while True:
        tidied = tidy()
        fresh = [ref for ref in _unread(tidied.decisions) if ref not in asked]
        if not fresh:
            break
        for place in dict.fromkeys(ref.place for ref in fresh):
            mine = [ref for ref in fresh if ref.place == place]
            why = read(place, [ref.key for ref in mine])
            asked |= {ref: why.get(ref.key, "it is gone from the server") for ref in mine}
    left = {ref: asked[ref] for ref in _unread(tidied.decisions)}
    return Whole(replace(tidied, decisions=without(tidied.decisions, left)), left)


def _unread(decisions: Sequence[Decision]) -> list[Ref]:
    found = (asset for one in decisions for bundle in one.group.members for asset in bundle.assets)
    return list(dict.fromkeys(asset.ref for asset in found if _is_unread(asset)))


def _is_unread(asset: Asset) -> bool:
    return asset.ref.place != LOCAL and not asset.content.startswith("b3:")
