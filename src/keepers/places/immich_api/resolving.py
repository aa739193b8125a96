"""Groups that a server merges and trashes by itself, in one call: only where that makes what was planned, and nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from keepers.actions import SetField
from keepers.model import PlaceId
from keepers.places.immich_api import calls
from keepers.places.immich_api.calls import Resolution
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.sight import DUPLICATE, PERSON, TRASHED
from keepers.places.immich_api.twins import twins
from keepers.plan.immich_twins import Twin, differing, fixed, lacking, merged, planned, same

#: The first version that has it. It is called Alpha there.
_SINCE = (2, 7, 0)
_NEEDED = ("duplicate.delete", "asset.delete")

Wish = tuple[str, SetField]


@dataclass(frozen=True, slots=True)
class Crowd:
    """One group of the server's Duplicates page: the wishes that resolving it fulfils, and how its keeper is to be."""

    resolution: Resolution
    wishes: tuple[Wish, ...]
    keeper: Twin


def resolves(client: Client) -> bool:
    """Whether the server merges duplicates by itself, and the key may ask it to."""
    told = client.abilities()
    return told.version >= _SINCE and all(told.may(need) for need in _NEEDED)


def crowds(wishes: Sequence[Wish]) -> list[tuple[str, list[Wish]]]:
    """Groups of which everything is settled by these wishes, by the id of what stays; people are no part of that."""
    going: dict[str, list[Wish]] = defaultdict(list)
    by_ref: dict[str, list[Wish]] = defaultdict(list)
    for wish in wishes:
        action = wish[1]
        by_ref[action.ref.key].append(wish)
        if action.name == TRASHED and action.after:
            going[action.revision].append(wish)
    found: list[tuple[str, list[Wish]]] = []
    for keeper, gone in going.items():
        keys = {keeper, *(one.ref.key for _, one in gone)}
        mine = [wish for key in keys for wish in by_ref[key] if not wish[1].name.startswith(PERSON)]
        cleared = {one.ref.key for _, one in mine if one.name == DUPLICATE and one.after is None}
        one_id = len({one.before for _, one in mine if one.name == DUPLICATE}) == 1
        # What else is to change on those that go is none of the server's business.
        others = [one for _, one in mine if one.ref.key != keeper and one.name not in {TRASHED, DUPLICATE}]
        if cleared == keys and one_id and not others:
            found.append((keeper, mine))
    return found


def fitting(client: Client, place: PlaceId, wishes: Sequence[Wish]) -> list[Crowd]:
    """The groups that the server would merge just as they are planned, looked at now."""
    candidates = crowds(wishes)
    keys = {one.ref.key for _, mine in candidates for _, one in mine}
    known = twins(client, place, sorted(keys))
    found: list[Crowd] = []
    for keeper, mine in candidates:
        gone = sorted({one.ref.key for _, one in mine if one.name == TRASHED})
        looked = [known[key] for key in (keeper, *gone)]
        every = [one for one in looked if isinstance(one, Twin)]
        if len(every) < len(looked):
            continue
        stays, going = every[0], every[1:]
        wanted = planned(stays, (one for _, one in mine if one.ref.key == keeper))
        made = merged(stays, going)
        safe = not any(fixed(one) or lacking(one, wanted) for one in going)
        if made is not None and same(made, wanted) and safe and stays.duplicate:
            resolution = Resolution(stays.duplicate, (keeper,), tuple(gone))
            found.append(Crowd(resolution, tuple(mine), wanted))
    return found


def resolve(client: Client, place: PlaceId, groups: Sequence[Crowd]) -> list[SetField]:
    """Let the server merge groups; what would have to be set on keepers so that each is as it was planned."""
    calls.resolve(client.wire, [one.resolution for one in groups])
    now = twins(client, place, [one.keeper.key for one in groups])
    looked = ((one.keeper, now[one.keeper.key]) for one in groups)
    return [
        action for wanted, found in looked if isinstance(found, Twin) for action in differing(wanted, found)
    ]
