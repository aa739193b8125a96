"""From groups to what a server is to show of them: the numbers that stay, what is set there now, the plan."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from keepers.actions import SetField
from keepers.catalog import numbers
from keepers.catalog.store import Catalog
from keepers.errors import UsageError
from keepers.model import ContentId, Decision, PlaceId, Ref
from keepers.plan import immich_actions
from keepers.plan.check import Checked, check
from keepers.plan.immich_actions import Ours, Stays, Wanted
from keepers.plan.immich_groups import Served, served
from keepers.plan.world import World
from keepers.read import formats
from keepers.workflows.organizing import folders

#: Roles that a share may have.
ROLES: Final = ("viewer", "editor")
_RAWS: Final = frozenset(extension for form in formats.FORMATS if form.raw for extension in form.extensions)
_NUMBER: Final = re.compile(r"(?:group)?-(\d{4,9})$")


@dataclass(frozen=True, slots=True)
class Named:
    """One asset as far as a RAW finds its JPEG: name and local wall time."""

    ref: Ref
    name: str
    taken: datetime | None


class Server(Protocol):
    """What planning asks of a server; nothing is changed by it."""

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now."""
        ...

    def holders(self) -> Sequence[str]:
        """The keys of all tags and albums: `tag/A/B`, `album/NAME`."""
        ...

    def user_ids(self, names: Sequence[str]) -> Sequence[str]:
        """The ids of users by name, address or id; UsageError for one that is unknown."""
        ...

    def favourite_people(self) -> Sequence[str]:
        """The names of the people who are favourites."""
        ...

    def shown_assets(self) -> Iterable[tuple[Ref, str, datetime | None]]:
        """Every photo with its name and its local wall time."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for, by command: the options that count."""

    what: str
    prefix: str = "photo-organizer"
    album_prefix: str = "Organized-"
    share: tuple[str, ...] = ()
    role: str = ROLES[0]
    rating: int | None = None
    describe: bool = False
    every: bool = False
    merge: bool = False
    hand_on_position: bool = False
    replacing: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What setting fields of one server works with."""

    catalog: Catalog
    place: PlaceId
    server: Server
    ours: Ours


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked plan, the groups that it is of, and what is left as it is; `count` where groups have no numbers."""

    checked: Checked
    groups: tuple[Served, ...]
    stays: tuple[Stays, ...]
    count: int = 0

    @property
    def settled(self) -> int:
        """How many groups it is of."""
        return len(self.groups) or self.count


def prepare(setting: Setting, decisions: Sequence[Decision], choice: Choice) -> Prepared:
    """Plan one command; the server is asked, and nothing is changed."""
    known = _known(setting, choice)
    named = setting.server.favourite_people() if choice.what == "albums" else ()
    groups = served(folders(decisions), setting.place, known, named)
    wanted = _wanted(setting, groups, choice)
    now = setting.server.values(wanted.actions)
    plan, stays = immich_actions.plan(wanted, now, setting.ours)
    fields = {(a.ref, a.name): a.before for a in plan.actions if isinstance(a, SetField)}
    return Prepared(check(plan, World({}, fields=fields)), groups, stays)


def remember(catalog: Catalog, place: PlaceId, prepared: Prepared) -> None:
    """Keep the numbers of the groups for the next time."""
    numbers.remember(catalog, _target(place), {group.number: group.contents for group in prepared.groups})


def _wanted(setting: Setting, groups: Sequence[Served], choice: Choice) -> Wanted:
    place, ours, read = setting.place, setting.ours, setting.server.values
    match choice.what:
        case "tag":
            return immich_actions.tags(groups, place, choice.prefix.strip("/"), ours)
        case "albums":
            users = setting.server.user_ids(choice.share) if choice.share else ()
            shared = [(user, choice.role) for user in users]
            return immich_actions.albums(groups, place, choice.album_prefix, shared, ours)
        case "favorites":
            return immich_actions.favourites(groups, choice.rating, describe=choice.describe)
        case "archive":
            made = frozenset(
                one.revision for (ref, name), one in ours.items() if name == "there" and _is_album(ref)
            )
            return immich_actions.archive(groups, read, made)
        case "stack":
            pairs = raw_pairs(Named(*one) for one in setting.server.shown_assets())
            return immich_actions.stacks(groups, pairs, read, every=choice.every)
        case _:
            raise UsageError(f"there is no command immich {choice.what}")


def _is_album(ref: Ref) -> bool:
    return ref.key.startswith("album/")


def _target(place: PlaceId) -> str:
    return f"{place}:groups"


def _known(setting: Setting, choice: Choice) -> Mapping[int, frozenset[ContentId]]:
    """The numbers that were given before, and those that the server has and that we know nothing of."""
    known = dict(numbers.known(setting.catalog, _target(setting.place)))
    starts = (f"tag/{choice.prefix.strip('/')}/group-", f"album/{choice.album_prefix}")
    for key in setting.server.holders():
        found = _NUMBER.search(key)
        if found is not None and key.startswith(starts):
            known.setdefault(int(found[1]), frozenset())
    return known


def raw_pairs(assets: Iterable[Named]) -> list[tuple[Ref, ...]]:
    """RAWs with the picture that the camera took at the same moment under the same name, the picture first."""
    found: dict[tuple[str, datetime], list[Named]] = {}
    for one in assets:
        if one.taken is not None:
            stem = one.name.rpartition(".")[0].casefold()
            found.setdefault((stem, one.taken), []).append(one)
    pairs: list[tuple[Ref, ...]] = []
    for same in found.values():
        raws = [one.ref for one in same if _is_raw(one.name)]
        pictures = [one.ref for one in same if not _is_raw(one.name)]
        if len(raws) == 1 and len(pictures) == 1:
            pairs.append((*pictures, *raws))
    return sorted(pairs)


def _is_raw(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _RAWS
