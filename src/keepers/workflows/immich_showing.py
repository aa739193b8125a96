"""Copies on a server, our groups on its Duplicates page, our scores as data on its photos: from groups to plans."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from keepers.actions import Plan, SetField
from keepers.decide.copies import UNKNOWN
from keepers.model import Asset, ContentId, Decision, GroupKind, PlaceId, Ref
from keepers.plan import immich_dedupe, immich_pages
from keepers.plan.check import check
from keepers.plan.immich_actions import Ours, Stays, asked
from keepers.plan.immich_dedupe import Work
from keepers.plan.immich_twins import Twin
from keepers.plan.world import World
from keepers.workflows.immich_setting import Choice, Prepared
from keepers.workflows.organizing import folders

#: What the files hold beside their pictures, by content; what could not be told is left out.
Beside = Callable[[Sequence[Asset]], Mapping[ContentId, str]]
_MORE: Final = "its file holds more than its picture (a film, layers), and the kept one does not"
_UNTOLD: Final = "what its file holds beside its picture could not be told"


class Server(Protocol):
    """What planning asks of a server; nothing is changed by it."""

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now."""
        ...

    def twins(self, refs: Sequence[Ref]) -> Mapping[Ref, Twin]:
        """What assets would take along if they went."""
        ...

    def crowds(self, wanted: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """All assets that share these ids of Immich's Duplicates page."""
        ...


def dedupe(
    server: Server,
    decisions: Sequence[Decision],
    place: PlaceId,
    ours: Ours,
    beside: Beside,
    choice: Choice,
) -> Prepared:
    """Plan which copies go into the server's trash, and what those that stay get of them."""
    wanted = immich_dedupe.wanted(decisions, place)
    twins = server.twins(wanted)
    named = {one.duplicate for one in twins.values() if one.duplicate}
    albums = {
        one.revision for (ref, name), one in ours.items() if name == "there" and ref.key.startswith("album/")
    }
    work = Work(
        place,
        twins,
        server.crowds(named) if named else {},
        ours,
        frozenset(albums),
        choice.merge,
        choice.hand_on_position,
        _held(decisions, place, beside),
    )
    made = immich_dedupe.dedupe(decisions, work)
    count = len(made.heirs)
    title = f"immich dedupe: {count} {'group' if count == 1 else 'groups'}"
    return _prepared(title, made.actions, made.stays, count)


def _held(decisions: Sequence[Decision], place: PlaceId, beside: Beside) -> dict[Ref, str]:
    """Why files of equal pixels hold more than the one that is to be kept of them."""
    groups = [
        [bundle.main for bundle in one.group.members if bundle.main.ref.place == place]
        for one in decisions
        if one.group.kind is GroupKind.SAME_PIXELS
    ]
    known: Mapping[ContentId, str] = beside([main for mains in groups for main in mains]) if groups else {}
    found: dict[Ref, str] = {}
    for mains in groups:
        digests: dict[str, list[Ref]] = defaultdict(list)
        for main in mains:
            digests[known.get(main.content, UNKNOWN)].append(main.ref)
        if len(digests) > 1 or UNKNOWN in digests:
            # Only what is sure to hold nothing may go where the others differ.
            found |= {
                ref: _UNTOLD if digest == UNKNOWN else _MORE
                for digest, refs in digests.items()
                for ref in refs
                if digest
            }
    return found


def duplicates(
    server: Server, decisions: Sequence[Decision], place: PlaceId, ours: Ours, *, replacing: bool
) -> Prepared:
    """Plan which groups Immich's own Duplicates page shows."""
    merged = folders(decisions)
    refs = [ref for one in merged for ref in immich_pages.members(one, place)]
    now = _now(server, refs, immich_pages.DUPLICATE)
    wanted = immich_pages.duplicates(merged, place, now, ours, replacing=replacing)
    return _prepared(wanted.title, wanted.actions, wanted.stays, len(merged))


def scores(server: Server, decisions: Sequence[Decision], place: PlaceId) -> Prepared:
    """Plan what is noted on photos."""
    refs = list(dict.fromkeys(ref for one in decisions for ref in immich_pages.members(one, place)))
    now = _now(server, refs, immich_pages.DATA)
    wanted = immich_pages.scores(decisions, place, now)
    return _prepared(wanted.title, wanted.actions, wanted.stays, len(decisions))


def _now(server: Server, refs: Sequence[Ref], name: str) -> dict[tuple[Ref, str], str | None]:
    values = server.values([asked(ref, name) for ref in refs])
    return {(ref, name): value for ref, value in zip(refs, values, strict=True)}


def _prepared(title: str, actions: Sequence[SetField], stays: Sequence[Stays], count: int) -> Prepared:
    """A checked plan: the fields were read just now."""
    fields = {(one.ref, one.name): one.before for one in actions}
    return Prepared(check(Plan(title, tuple(actions)), World({}, fields=fields)), (), tuple(stays), count)
