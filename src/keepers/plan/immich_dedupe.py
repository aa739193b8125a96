"""Copies on a server: which one stays, what it takes over from those that go, and which must not go: pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keepers.actions import SetField
from keepers.model import Bundle, Decision, GroupKind, PlaceId, Ref, Role
from keepers.plan.immich_actions import YES, Ours, Stays
from keepers.plan.immich_twins import POSITION, TIMELINE, Twin, described, fixed, lacking, position_value

#: Equal pixels in pictures whose sides differ by less have their faces at the same spots.
_SAME_SHAPE: Final = 0.01
#: How a copy is told from what it is a copy of; of other kinds the look alone is alike.
_LIKE: Final = {GroupKind.SAME_BYTES: "bytes", GroupKind.SAME_PIXELS: "pixels"}
_FILMS: Final = frozenset({Role.LIVE_VIDEO, Role.MOTION_VIDEO})
_HANDED_ON: Final = "was so on a copy that goes"
_ELSEWHERE: Final = "the copies know different places where it was taken, and the kept one knows none"


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of a server before its copies are settled.

    `crowds` are the ids that share a group on Immich's Duplicates page. `our_albums` are the ids of albums that
    Keepers made: to lie in one protects nothing. With `merge` favourites, rated photos and those in albums may
    go, too; with `positions` also those that alone know where they were taken. `held` says why files hold more than
    their pictures.
    """

    place: PlaceId
    twins: Mapping[Ref, Twin]
    crowds: Mapping[str, frozenset[str]]
    ours: Ours
    our_albums: frozenset[str] = frozenset()
    merge: bool = False
    positions: bool = False
    held: Mapping[Ref, str] = field(default_factory=dict[Ref, str])


@dataclass(frozen=True, slots=True)
class Heir:
    """One that stays, and those that go because of it, each with what stays instead of every file of it."""

    ref: Ref
    kind: GroupKind
    why: str
    goes: tuple[tuple[Ref, Ref], ...]


@dataclass(frozen=True, slots=True)
class Deduped:
    """The fields to be set, the groups that they settle, and what stays although it is a copy."""

    actions: tuple[SetField, ...]
    heirs: tuple[Heir, ...]
    stays: tuple[Stays, ...]

    @property
    def trashed(self) -> int:
        """How many files go."""
        return sum(len(heir.goes) for heir in self.heirs)


def wanted(decisions: Iterable[Decision], place: PlaceId) -> list[Ref]:
    """All files that have to be looked at on the server."""
    found: dict[Ref, None] = {}
    for decision in decisions:
        for bundle in _here(decision, place):
            found |= dict.fromkeys(asset.ref for asset in bundle.assets if asset.role not in _FILMS)
    return [ref for ref in found if ref.place == place]


def _here(decision: Decision, place: PlaceId) -> list[Bundle]:
    """The members of a group at a place; one that is shown as a copy elsewhere is left to its own group."""
    return [bundle for bundle in decision.group.members if bundle.main.ref.place == place]


def dedupe(decisions: Sequence[Decision], work: Work) -> Deduped:
    """Settle groups kind by kind; every photo goes once at most, and none that another group keeps."""
    order = list(GroupKind)
    heirs: list[Heir] = []
    stays: dict[Ref, str] = {}
    gone: set[Ref] = set()
    kept: set[Ref] = set()
    for decision in sorted(decisions, key=lambda one: (order.index(one.group.kind), one.group.id)):
        heir, left = _settled(decision, work, gone, kept)
        stays |= {ref: why for ref, why in left.items() if ref not in gone}
        if heir is not None:
            heirs.append(heir)
            gone.update(ref for ref, _ in heir.goes)
            kept.add(heir.ref)
    sane = _without_losses(heirs, work, stays)
    actions = [*_inherited(sane, work), *_cleared(sane, work)]
    actions += [action for heir in sane for action in _let_go(heir, work)]
    going = {ref for heir in sane for ref, _ in heir.goes}
    told = tuple(Stays(ref, why) for ref, why in sorted(stays.items()) if ref not in going)
    return Deduped(tuple(actions), tuple(sane), told)


# ---------------------------------------------------------------- which one stays


def _settled(
    decision: Decision, work: Work, gone: Collection[Ref], kept: Collection[Ref]
) -> tuple[Heir | None, dict[Ref, str]]:
    members = [
        bundle
        for bundle in _here(decision, work.place)
        if bundle.main.ref not in gone and not work.twins[bundle.main.ref].gone
    ]
    if len(members) < 2:
        return None, {}
    keeper = min(members, key=lambda bundle: _rank(bundle, decision, work, kept))
    stays: dict[Ref, str] = {}
    goes: list[tuple[Ref, Ref]] = []
    for bundle in members:
        ref = bundle.main.ref
        if bundle is keeper:
            continue
        why = "another group keeps it" if ref in kept else _obstacle(bundle, keeper, decision, work)
        if why:
            stays[ref] = why
        else:
            goes += _pairs(bundle, keeper)
    if not goes:
        return None, stays
    return Heir(keeper.main.ref, decision.group.kind, _reason(keeper, decision, work), tuple(goes)), stays


def _rank(
    bundle: Bundle, decision: Decision, work: Work, kept: Collection[Ref]
) -> tuple[bool, bool, bool, bool, float, Ref]:
    """The lower, the sooner it stays. Of equal bytes that one which must not go; else the best, whatever it is."""
    ref = bundle.main.ref
    twin = work.twins[ref]
    value = next((score.value for score in decision.scores if score.ref == ref), 0.0)
    same = decision.group.kind is GroupKind.SAME_BYTES
    return (
        same and not (ref in kept or _protected(twin, work)),
        twin.offline or (same and twin.visibility != TIMELINE),
        same and not twin.stack,
        ref not in decision.keep,
        -value,
        ref,
    )


def _protected(twin: Twin, work: Work) -> str:
    """Why a photo never loses; empty where it may."""
    if why := fixed(twin):
        return why
    if work.merge:
        return ""
    if twin.favourite:
        return "it is a favourite"
    if twin.rating:
        return "it was rated"
    return "it lies in an album" if any(album.id not in work.our_albums for album in twin.albums) else ""


def _obstacle(bundle: Bundle, keeper: Bundle, decision: Decision, work: Work) -> str:
    """Why a photo may not go although the keeper stays; empty where it may."""
    if work.twins[keeper.main.ref].offline:
        return "the file of the best one is offline"
    if bundle.main.ref in decision.keep and decision.group.kind is not GroupKind.SAME_BYTES:
        return "a person decided to keep it" if decision.by == "user" else "it is to be kept, too"
    if why := _unmatched(bundle, keeper):
        return why
    if why := work.held.get(bundle.main.ref, "") if decision.group.kind is GroupKind.SAME_PIXELS else "":
        return why
    return next(filter(None, (_no_heir(*pair, bundle, keeper, work) for pair in _pairs(bundle, keeper))), "")


def _unmatched(bundle: Bundle, keeper: Bundle) -> str:
    """Which file beside a photo the keeper has not got."""
    there = {asset.content for asset in keeper.assets}
    missing = [one for one in bundle.others if one.role is not Role.SIDECAR and one.content not in there]
    # A film has no name that anybody would know; what the server tells of it is compared with the photo.
    missing = [one for one in missing if one.role not in _FILMS]
    return f"{missing[0].name or missing[0].ref.key} beside it is not beside the kept one" if missing else ""


def _pairs(bundle: Bundle, keeper: Bundle) -> list[tuple[Ref, Ref]]:
    """Every file of a photo that goes with the file that stays instead; films go with their photos by themselves."""
    instead = {asset.content: asset.ref for asset in keeper.others}
    parts = [one for one in bundle.others if one.role not in {*_FILMS, Role.SIDECAR}]
    return [
        (bundle.main.ref, keeper.main.ref),
        *((one.ref, instead[one.content]) for one in parts if one.content in instead),
    ]


def _no_heir(goes: Ref, stays: Ref, bundle: Bundle, keeper: Bundle, work: Work) -> str:
    one, other = work.twins[goes], work.twins[stays]
    if why := _protected(one, work):
        return why
    shaped = _shape(bundle) - _shape(keeper)
    return lacking(_bare(one, work), _given(other, [one], work, faces=abs(shaped) < _SAME_SHAPE))


def _shape(bundle: Bundle) -> float:
    return bundle.main.width / bundle.main.height if bundle.main.height else 0.0


def _reason(keeper: Bundle, decision: Decision, work: Work) -> str:
    ref = keeper.main.ref
    if decision.group.kind is GroupKind.SAME_BYTES and (why := _protected(work.twins[ref], work)):
        return why
    score = next((score for score in decision.scores if score.ref == ref), None)
    return score.reasons[0] if score is not None and score.reasons else "it comes first"


# ---------------------------------------------------------------- what it takes over


def _bare(one: Twin, work: Work) -> Twin:
    """A photo without the tags and albums that Keepers gave it: those are taken back, not handed on."""
    return replace(
        one,
        tags=tuple(tag for tag in one.tags if not _is_ours(one, f"tag:{tag}", "", work)),
        albums=tuple(
            album for album in one.albums if not _is_ours(one, f"album:{album.name}", album.id, work)
        ),
    )


def _is_ours(one: Twin, name: str, holder: str, work: Work) -> bool:
    mine = work.ours.get((one.ref, name))
    return mine is not None and mine.after == YES and (not holder or mine.revision == holder)


def _given(heir: Twin, gone: Sequence[Twin], work: Work, *, faces: bool = True) -> Twin:
    """An heir once it has got what it can get. Of albums of one name it gets into one."""
    heir = replace(heir, position=_position(heir, gone, work))
    for goes in gone:
        one = _bare(goes, work)
        names = {album.name for album in heir.albums}
        albums = {album.name: album for album in reversed(one.albums) if album.name not in names}
        known = {person.id for person in heir.people}
        people = tuple(person for person in one.people if person.name and person.id not in known)
        heir = replace(
            heir,
            favourite=heir.favourite or one.favourite,
            rating=max(heir.rating or 0, one.rating or 0) or None,
            description=described(heir, one),
            tags=tuple(sorted({*heir.tags, *one.tags})),
            albums=(*heir.albums, *sorted(albums.values(), key=lambda album: album.id)),
            people=(*heir.people, *(people if faces else ())),
        )
    return heir


def _position(heir: Twin, gone: Sequence[Twin], work: Work) -> tuple[float, float] | None:
    """Where an heir was taken: its own word, or that of the copies where they agree and it is to be handed on."""
    known = _positions(gone)
    return (
        next(iter(known)) if work.positions and heir.position is None and len(known) == 1 else heir.position
    )


def _positions(gone: Iterable[Twin]) -> set[tuple[float, float]]:
    return {one.position for one in gone if one.position is not None}


def _by_heir(heirs: Iterable[Heir], work: Work) -> Mapping[Ref, list[Twin]]:
    """What goes, by what stays instead: one photo may be the best of several groups."""
    found: dict[Ref, list[Twin]] = defaultdict(list)
    for goes, stays in (pair for heir in heirs for pair in heir.goes):
        found[stays].append(work.twins[goes])
    return found


def _inherited(heirs: Iterable[Heir], work: Work) -> Iterator[SetField]:
    for ref, gone in _by_heir(heirs, work).items():
        yield from _fields(work.twins[ref], gone, work)


def _cleared(heirs: Iterable[Heir], work: Work) -> Iterator[SetField]:
    """Groups of the Duplicates page of which nothing is left to settle."""
    for ref, gone in _by_heir(heirs, work).items():
        every = (work.twins[ref], *gone)
        for key in sorted({one.duplicate for one in gone} - {""}):
            mine = [one for one in every if one.duplicate == key]
            if work.crowds.get(key, frozenset()) <= {one.key for one in mine}:
                yield from (
                    SetField(one.ref, "duplicate", key, None, "its duplicates are settled") for one in mine
                )


def _fields(before: Twin, gone: Sequence[Twin], work: Work) -> Iterator[SetField]:
    """What changes on one that stays."""
    ref, after, because = before.ref, _given(before, gone, work), _HANDED_ON
    if after.favourite and not before.favourite:
        yield SetField(ref, "favourite", None, YES, because)
    if after.rating != before.rating:
        old = None if before.rating is None else str(before.rating)
        yield SetField(ref, "rating", old, str(after.rating), because)
    if after.description != before.description:
        yield SetField(ref, "description", before.description or None, after.description, because)
    if after.position is not None and before.position is None:
        yield SetField(
            ref, POSITION, None, position_value(after.position), f"{because}; undo cannot take it off"
        )
    for tag in sorted({*after.tags} - {*before.tags}):
        yield SetField(ref, f"tag:{tag}", None, YES, because)
    for album in after.albums[len(before.albums) :]:
        yield SetField(ref, f"album:{album.name}", None, YES, because, revision=album.id)
    for person in after.people[len(before.people) :]:
        source = next(one.key for one in gone if person in one.people)
        because = f"{person.name} is to be seen on a copy that goes"
        yield SetField(ref, f"person:{person.id}", None, YES, because, revision=source)


# ---------------------------------------------------------------- what must stay after all


def _without_losses(heirs: Sequence[Heir], work: Work, stays: dict[Ref, str]) -> list[Heir]:
    """Let those stay that would lose something, or break a stack, now that it is known what goes with them."""
    left = list(heirs)
    while True:
        broken = _stacked(left, work) | _short(left, work)
        if not broken:
            return left
        stays |= broken
        # A photo goes with all of its files or not at all.
        left = [one for heir in left if (one := _spared(heir, broken)) is not None]


def _stacked(heirs: Sequence[Heir], work: Work) -> dict[Ref, str]:
    """What lies in a stack of which others stay, unless what stays instead lies there, too."""
    going = {ref.key for heir in heirs for ref, _ in heir.goes}
    return {
        ref: "it lies in a stack of which others stay"
        for heir in heirs
        for ref, instead in heir.goes
        if (stack := work.twins[ref].stack) and instead.key not in stack and set(stack) - going
    }


def _short(heirs: Sequence[Heir], work: Work) -> dict[Ref, str]:
    """What one that stays cannot get together with all the others, such as a second album of one name."""
    found: dict[Ref, str] = {}
    for ref, gone in _by_heir(heirs, work).items():
        after = _given(work.twins[ref], gone, work)
        found |= {one.ref: why for one in gone if (why := lacking(_bare(one, work), after))}
        if work.positions and after.position is None:
            found |= {one.ref: _ELSEWHERE for one in gone if one.position is not None}
    return found


def _spared(heir: Heir, broken: Collection[Ref]) -> Heir | None:
    if not any(ref in broken for ref, _ in heir.goes):
        return heir
    whole = [pair for pair in heir.goes if pair[0] not in broken]
    # RAWs stand behind their photos: with one of them, the others of that heir stay, too.
    if len({stays for _, stays in heir.goes}) > 1:
        return None
    return replace(heir, goes=tuple(whole)) if whole else None


# ---------------------------------------------------------------- what goes


def _let_go(heir: Heir, work: Work) -> Iterator[SetField]:
    for ref, instead in heir.goes:
        twin = work.twins[ref]
        yield from _taken_back(twin, work)
        if twin.stack[:1] == (twin.key,) and instead.key in twin.stack:
            yield SetField(instead, "cover", twin.key, instead.key, "the cover of its stack goes")
    for ref, instead in heir.goes:
        name, its = (work.twins[one].name or one.key for one in (ref, instead))
        because = f"{name} has the {_LIKE.get(heir.kind, 'look')} of {its}, which stays: {heir.why}"
        yield SetField(ref, "trashed", None, YES, because, revision=instead.key)


def _taken_back(twin: Twin, work: Work) -> Iterator[SetField]:
    """Tags and albums of ours that do not hold any more: what is in the trash is in no group."""
    for tag in twin.tags:
        if _is_ours(twin, f"tag:{tag}", "", work):
            yield SetField(twin.ref, f"tag:{tag}", YES, None, "it goes")
    for album in twin.albums:
        if _is_ours(twin, f"album:{album.name}", album.id, work):
            yield SetField(twin.ref, f"album:{album.name}", YES, None, "it goes", revision=album.id)
