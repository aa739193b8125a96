"""Which photo stands for which person, as fields that are set; what stands there now may not be known."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from keepers.actions import Plan, SetField
from keepers.decide.featuring import Pick
from keepers.model import PlaceId, Ref
from keepers.score.featured import Marked

#: A person is a thing of its own on a server; its field is the id of the asset whose face stands for it.
PERSON: Final = "person/"
FEATURED: Final = "featured"
#: Something stands for the person, and no answer of the server tells what.
UNKNOWN: Final = "unknown"


class Present(NamedTuple):
    """What stands for a person now: an asset, nothing (None) or UNKNOWN; `revision` is what proves it, if anything does."""

    asset: str | None
    revision: str = ""


def ref(place: PlaceId, person: str) -> Ref:
    """The name of a person on a server."""
    return Ref(place, PERSON + person)


def candidates(pick: Pick, now: Present, most: int) -> tuple[Marked, ...]:
    """The best photos of a person, and the one that stands there now, so that they can be compared."""
    return pick.ranked[:most] + tuple(one for one in pick.ranked[most:] if one.portrait.asset == now.asset)


def plan(place: PlaceId, picks: Sequence[Pick], present: Mapping[str, Present]) -> Plan:
    """Set what was picked, but where it stands already, or nothing was picked."""
    actions: list[SetField] = []
    for pick in picks:
        now = present.get(pick.person.id, Present(UNKNOWN))
        if not pick.chosen or pick.chosen == now.asset:
            continue
        named = pick.person.name or "somebody without a name"
        actions.append(
            SetField(
                ref(place, pick.person.id),
                FEATURED,
                now.asset,
                pick.chosen,
                f"{named}: {pick.why}",
                revision=now.revision,
            )
        )
    count = len(picks)
    return Plan(f"people feature: {count:,} {'person' if count == 1 else 'people'}", tuple(actions))
