"""From settled groups of copies to a plan: to trash what may go, or to let it share the bytes of what stays."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from keepers.actions import Action, Link, Plan, Trash
from keepers.decide.copies import CERTAIN, Item, Settled, is_saying
from keepers.errors import UnreadableError
from keepers.model import Asset, ContentId, GroupKind, Ref
from keepers.plan.inheritance import Bytes, inheritance
from keepers.reasons import Reason


class Deed(StrEnum):
    """What is done with copies that may go."""

    TRASH = "trash"
    HARDLINK = "hardlink"
    REFLINK = "reflink"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What linking depends on: the file system that a path is on, and how a file looks in words."""

    volume: Callable[[Ref], str]
    look: Callable[[Ref], str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The plan, the groups as it leaves them, and what stays elsewhere and makes it safe."""

    plan: Plan
    groups: tuple[Settled, ...]
    known: Mapping[Ref, ContentId]


def trash_plan(groups: Sequence[Settled], read: Bytes) -> Resolved:
    """Trash what may go, after the keeper was told what it knew; where that cannot be, it stays."""
    certain = [group for group in groups if group.kind in CERTAIN]
    goes_for = {item.ref: group.keep for group in certain for item in group.drop}
    heirs: dict[Ref, Item] = {}
    leaving: defaultdict[Ref, list[Item]] = defaultdict(list)
    for group in certain:
        heir = _last(group.keep, goes_for)
        heirs[heir.ref] = heir
        leaving[heir.ref] += group.drop
    actions: list[Action] = []
    refused: dict[Ref, str] = {}
    for ref, items in leaving.items():
        try:
            actions += _trashed(heirs[ref], items, read)
        except UnreadableError as error:
            refused.update((item.ref, str(error)) for item in items)
    kept = [heir for ref, heir in heirs.items() if not any(item.ref in refused for item in leaving[ref])]
    known = {asset.ref: asset.content for heir in kept for asset in heir.bundle.assets}
    return Resolved(
        Plan("Copies to the trash", tuple(actions)),
        tuple(without(group, refused) if group.kind in CERTAIN else group for group in groups),
        known,
    )


def without(group: Settled, refused: Mapping[Ref, str]) -> Settled:
    """The group where these photos stay after all, each with the reason."""
    stay = tuple((item, refused[item.ref]) for item in group.drop if item.ref in refused)
    return replace(
        group,
        drop=tuple(item for item in group.drop if item.ref not in refused),
        stay=(*group.stay, *stay),
    )


def _last(item: Item, goes_for: Mapping[Ref, Item]) -> Item:
    """The photo that stays in the end: what stays of equal bytes may go for equal pixels."""
    while item.ref in goes_for:
        item = goes_for[item.ref]
    return item


def _trashed(heir: Item, items: Sequence[Item], read: Bytes) -> Iterator[Action]:
    write = None if heir.fixed else inheritance(heir, items, read)
    if write is not None:
        yield replace(write, unit=f"copies of {heir.ref.key}")
    stays = {asset.content for asset in heir.bundle.assets if write is None or asset.ref != write.target}
    for item in items:
        # Where the keeper is told something, nothing goes unless that was written.
        unit = f"copies of {heir.ref.key}" if write is not None else f"copy {item.ref.key}"
        for asset, ref in _files(item):
            yield Trash(
                ref,
                asset.content,
                asset.size,
                None if asset.content in stays else heir.content,
                because=_because(asset, item, heir),
                unit=unit,
                revision=asset.revision,
            )


def _files(item: Item) -> Iterator[tuple[Asset, Ref]]:
    """Every file that goes with a photo, under every name."""
    main = item.bundle.main
    for name in dict.fromkeys((main.ref, *item.names)):
        yield main, name
    for asset in item.bundle.others:
        yield asset, asset.ref


def _because(asset: Asset, item: Item, heir: Item) -> str:
    if asset is item.bundle.main:
        code = "same-bytes-as" if asset.content == heir.content else "same-pixels-as"
        return Reason(code, path=heir.ref.key)
    return Reason("words-kept") if is_saying(asset) else Reason("same-beside", path=heir.ref.key)


def link_plan(groups: Sequence[Settled], deed: Deed, sharing: Sharing) -> Resolved:
    """Let equal bytes share their place on the disk; sidecars stay as they are."""
    actions: list[Action] = []
    settled: list[Settled] = []
    for group in groups:
        if group.kind is not GroupKind.SAME_BYTES:
            continue
        apart = {
            item.ref: f"lies on another file system than {group.keep.ref.key}, where no link reaches"
            for item in group.drop
            if sharing.volume(item.ref) != sharing.volume(group.keep.ref)
        }
        rest = without(group, apart)
        settled.append(rest)
        for item in rest.drop:
            actions += _linked(group.keep, item, deed, sharing)
    title = "Copies become hard links" if deed is Deed.HARDLINK else "Copies share their blocks"
    return Resolved(Plan(title, tuple(actions)), tuple(settled), {})


def _linked(keeper: Item, item: Item, deed: Deed, sharing: Sharing) -> Iterator[Action]:
    there = {asset.content: asset.ref for asset in reversed(keeper.bundle.assets)}
    unit = f"link {item.ref.key}"
    for asset, ref in _files(item):
        kept = there.get(asset.content)
        if kept is None or kept == ref or not asset.size:
            continue
        words = f"the same bytes as {kept.key}"
        if deed is Deed.HARDLINK:
            words += f"; date and mode become those of that file: {sharing.look(kept)}"
        yield Link(kept, ref, asset.content, asset.size, deed is Deed.REFLINK, words, unit)
