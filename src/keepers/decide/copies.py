"""Settles groups of equal photos: which one stays, which may go, and which must not and why.

A photo is its bundle: one whose film, other picture or notes the keeper has not got stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from blake3 import blake3

from keepers.decide.rules import Rule
from keepers.model import Asset, Bundle, ContentId, DateClaim, Facts, GroupKind, Kind, Ref, Role
from keepers.read import formats, merging
from keepers.reasons import Reason

#: What proves itself, so that nobody has to look.
CERTAIN: Final = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS)
#: Sidecars whose words the keeper inherits, or that are made anew from the picture.
_SAYING: Final = frozenset({"xmp", "json", "thm"})
_NOTHING: Final = Facts("", 0, 0)
#: Nobody could tell what the file holds beside its picture.
UNKNOWN: Final = "?"


@dataclass(frozen=True, slots=True)
class Item:
    """One photo of a group.

    `known` joins what its bytes and its sidecars say. `names` are all names of its main file that would go
    with it; a file that has more names than those frees nothing (`shared`). `fixed` says why it may not be
    touched; a `reference` wins besides. `beside` is a digest of what the file holds beside its picture.
    """

    bundle: Bundle
    known: Facts = _NOTHING
    names: tuple[Ref, ...] = ()
    shared: bool = False
    fixed: str = ""
    reference: bool = False
    beside: str = ""

    @property
    def ref(self) -> Ref:
        """The path of its main file."""
        return self.bundle.main.ref

    @property
    def content(self) -> ContentId:
        """The bytes of its main file."""
        return self.bundle.main.content

    @property
    def irreplaceable(self) -> tuple[Asset, ...]:
        """Its files beside the main one that no sidecar of the keeper can stand for."""
        others = self.bundle.others
        return tuple(asset for asset in others if not is_saying(asset)) if others else ()

    @property
    def freed(self) -> int:
        """The bytes that its going frees."""
        beside = sum(asset.size for asset in others) if (others := self.bundle.others) else 0
        return beside if self.shared else beside + self.bundle.main.size


@dataclass(frozen=True, slots=True)
class Candidates:
    """A group as it was found: its photos, those first that our own rules would keep.

    `keep` are contents that stay whatever any rule says: because a person said so (`by_person`), or because
    not all but the best may go.
    """

    id: str
    kind: GroupKind
    items: tuple[Item, ...]
    reason: str = ""
    keep: frozenset[ContentId] = frozenset()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A group with what is to become of its photos; `stay` must stay beside the keeper, each with the reason."""

    id: str
    kind: GroupKind
    keep: Item
    drop: tuple[Item, ...]
    stay: tuple[tuple[Item, str], ...] = ()
    reason: str = ""

    @property
    def freed(self) -> int:
        """The bytes that its going ones free."""
        return sum(item.freed for item in self.drop)


def group_id(kind: GroupKind, contents: Iterable[ContentId]) -> str:
    """The name of a group: the same for the same contents, wherever and in whatever order they lie."""
    digest = blake3("\n".join((kind.value, *sorted(contents))).encode()).hexdigest()
    return f"{kind.value}-{digest[:12]}"


def is_saying(asset: Asset) -> bool:
    """Whether a companion only says something of its photo, and the keeper can be told that."""
    form = formats.by_name(asset.ref.key)
    return (
        asset.role is Role.SIDECAR
        and asset.kind is Kind.COMPANION
        and form is not None
        and form.name in _SAYING
    )


def settle(groups: Iterable[Candidates], rules: Sequence[Rule]) -> list[Settled]:
    """Settle groups kind by kind; a photo that goes from one is no member of the groups of the next kinds.

    So each photo goes once at most, and the sum of what is freed is true.
    """
    order = list(GroupKind)
    gone: set[Ref] = set()
    found: list[Settled] = []
    for group in sorted(groups, key=lambda group: (order.index(group.kind), group.id)):
        left = tuple(item for item in group.items if item.ref not in gone)
        # Of most groups nothing is gone, and to make them anew costs half as much as to settle them.
        settled = _settled(group if len(left) == len(group.items) else replace(group, items=left), rules)
        if settled is not None:
            gone.update(item.ref for item in settled.drop)
            found.append(settled)
    return found


def _settled(group: Candidates, rules: Sequence[Rule]) -> Settled | None:
    """One group; None where nothing of it may go and nothing needs to be said."""
    free = [item for item in group.items if item.reference] or [i for i in group.items if not i.fixed]
    if not free or len(group.items) < 2:
        return None
    rank = {item.ref: number for number, item in enumerate(group.items)}
    keeper = min(free, key=lambda item: _place(item, group.keep, rules, rank))
    drop: list[Item] = []
    stay: list[tuple[Item, str]] = []
    for item in group.items:
        if item is keeper or (item.content == keeper.content and group.kind is not GroupKind.SAME_BYTES):
            continue
        if why := obstacle(item, keeper, group):
            stay.append((item, why))
        else:
            drop.append(item)
    if not drop and all(item.reference or item.content in group.keep for item, _ in stay):
        return None
    return Settled(group.id, group.kind, keeper, tuple(drop), tuple(stay), _reason(keeper, group, rules))


def _place(
    item: Item, wanted: frozenset[ContentId], rules: Sequence[Rule], rank: Mapping[Ref, int]
) -> tuple[float, ...]:
    """The lower, the sooner it is kept: what a person picked, the most complete one, the rules, our own order."""
    values = (-rule.value(item.bundle) for rule in rules)
    return (item.content not in wanted, -len(_contents(item.irreplaceable)), *values, rank[item.ref])


def obstacle(item: Item, keeper: Item, group: Candidates) -> str:
    """Why a photo may not go although the keeper stays; empty where it may."""
    if item.fixed:
        return item.fixed
    if item.content in group.keep and group.kind is not GroupKind.SAME_BYTES:
        return Reason("decided" if group.by_person else "liked")
    there = _contents(keeper.bundle.assets)
    missing = [asset for asset in item.irreplaceable if asset.content not in there]
    if missing:
        names = ", ".join(_name(asset.ref) for asset in missing)
        return Reason("would-be-lost", names=names, name=_name(keeper.ref))
    if group.kind is GroupKind.SAME_PIXELS and item.beside and UNKNOWN in {item.beside, keeper.beside}:
        return Reason("beside-unknown")
    if group.kind is GroupKind.SAME_PIXELS and item.beside not in {"", keeper.beside}:
        return Reason("holds-more")
    if keeper.fixed and group.kind in CERTAIN and inherited(keeper, [item]) != keeper.known:
        return Reason("knows-more")
    return ""


def inherited(keeper: Item, others: Sequence[Item]) -> Facts:
    """What the keeper is to know: its own, and what only the others knew."""
    known, told = keeper.known, [item.known for item in others]
    bare = [
        _NOTHING._replace(keywords=one.keywords, people=one.people, position=one.position) for one in told
    ]
    merged = merging.merged(known, bare)
    stars = max((one.stars for one in told), default=0)
    texts = dict.fromkeys(text for one in (known, *told) if (text := one.description.strip()))
    whole = [text for text in texts if not any(text != other and text in other for other in texts)]
    same = not whole or whole == [known.description.strip()]
    return merged._replace(
        rating=stars if stars > max(known.stars, 0) else known.rating,
        description=known.description if same else "\n".join(whole),
        dates=(*known.dates, *_proven_date(keeper, others)),
    )


def _proven_date(keeper: Item, others: Sequence[Item]) -> Iterator[DateClaim]:
    """When the photo was taken, where nothing proves it of the keeper and something does of another."""
    own = keeper.bundle.main.taken
    proofs = (taken for one in others if (taken := one.bundle.main.taken) is not None and taken.certain)
    if own is None or not own.certain:
        yield from (DateClaim("inherited", taken.at.isoformat()) for taken in islice(proofs, 1))


def _reason(keeper: Item, group: Candidates, rules: Sequence[Rule]) -> str:
    if keeper.reference:
        return "it lies in a reference folder"
    others = [item for item in group.items if item is not keeper]
    if group.by_person:
        return "a person decided to keep it"
    most = max((len(_contents(item.irreplaceable)) for item in others), default=0)
    if len(_contents(keeper.irreplaceable)) > most:
        return "it is complete: its companions are beside it"
    for rule in rules:
        mine = rule.value(keeper.bundle)
        if any(rule.value(item.bundle) != mine for item in others):
            return rule.reason
    return group.reason


def _contents(assets: Iterable[Asset]) -> set[ContentId]:
    return {asset.content for asset in assets}


def _name(ref: Ref) -> str:
    return ref.key.rsplit("/", 1)[-1]
