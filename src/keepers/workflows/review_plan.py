"""The plan of the review: what a person rejected goes into the trash, what stays is given what that knew."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from blake3 import blake3

from keepers.actions import Action, Plan, SetField, Trash
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import Run
from keepers.catalog import photos, review_rows, sightings
from keepers.catalog.review_rows import Rejected
from keepers.decide.copies import Item
from keepers.errors import PlaceUnreachableError, SettingsError, UnreadableError
from keepers.model import LOCAL, Bundle, ContentId, Decision, Group, GroupKind, PlaceId, Ref
from keepers.plan import text
from keepers.plan.check import Checked, Refused, check
from keepers.plan.duplicates_plan import Deed
from keepers.plan.inheritance import inheritance
from keepers.ports import Reader
from keepers.reasons import Reason
from keepers.workflows import deduplicating
from keepers.workflows.deduplicating import Deduplicating

TITLE: Final = "What the review rejected, to the trash"
#: The key of such runs in the journal.
KEY: Final = "review"
_PROVEN: Final = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS)
_PICTURES: Final = (GroupKind.SAME_PICTURE, GroupKind.SAME_CLIP)


@dataclass(frozen=True, slots=True)
class Stays:
    """A photo that was rejected and stays nevertheless, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """What is done in one place, which is a run of its own."""

    place: PlaceId
    checked: Checked

    @property
    def key(self) -> str:
        """The key of that run in the journal."""
        return KEY if self.place == LOCAL else f"{KEY} {self.place}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be done, place by place; `name` is another as soon as anything of it is."""

    parts: tuple[Part, ...]
    groups: int
    stays: tuple[Stays, ...]
    name: str

    @property
    def actions(self) -> tuple[Action, ...]:
        """All that is done."""
        return tuple(action for part in self.parts for action in part.checked.actions)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What is not safe to do."""
        return tuple(one for part in self.parts for one in part.checked.refused)


Opening = Callable[[PlaceId], AbstractContextManager[Reader]]


def unfinished(journal: Journal) -> Run | None:
    """The latest run of a review that was begun and not finished."""
    keys = {run.key for run in journal.runs() if run.key == KEY or run.key.startswith(f"{KEY} ")}
    found = [run for key in sorted(keys) if (run := journal.unfinished(key)) is not None]
    return max(found, key=lambda run: run.id, default=None)


def prepare(work: Deduplicating, opening: Opening) -> Prepared:
    """Make the plan of what was said so far; every file is looked at again, and servers are asked."""
    made = _Making(work, review_rows.rejected(work.catalog), review_rows.kept_contents(work.catalog))
    plan, known = made.plan()
    parts = [Part(LOCAL, check(plan, world(plan, work.reader, known)))]
    for place, wishes in made.served.items():
        try:
            with opening(place) as server:
                wanted = Plan(f"{TITLE} of {place}", tuple(wishes))
                parts.append(Part(place, check(wanted, world(wanted, server))))
        except (PlaceUnreachableError, SettingsError) as error:
            made.stays += [Stays(text.shown(wish.ref), str(error)) for wish in wishes]
    actions = [action for part in parts for action in part.checked.actions]
    digest = blake3("\n".join(json.dumps(text.row(action)) for action in actions).encode())
    groups = len({one.id for one in made.groups})
    name = f"{len(actions)}-{digest.hexdigest()[:24]}"
    return Prepared(
        tuple(part for part in parts if part.checked.actions or part.checked.refused),
        groups,
        tuple(made.stays),
        name,
    )


@dataclass(slots=True)
class _Making:
    work: Deduplicating
    groups: Sequence[Rejected]
    kept: set[ContentId]
    stays: list[Stays] = field(default_factory=list[Stays])
    bundles: Mapping[ContentId, Sequence[Bundle]] = field(init=False)
    going: dict[Ref, Item] = field(default_factory=dict[Ref, Item])
    served: dict[PlaceId, list[SetField]] = field(default_factory=dict[PlaceId, list[SetField]])

    def plan(self) -> tuple[Plan, Mapping[Ref, ContentId]]:
        """The plan, and the files that stay and make it safe."""
        wanted = {one.content for group in self.groups for one in group.members}
        roots = sightings.everywhere(self.work.catalog)
        self.bundles = photos.bundles(self.work.catalog, roots, wanted)
        describe = deduplicating.describing(self.work, wanted)
        actions: list[Action] = []
        for group in self.groups:
            if not self._is_of_copies(group):
                actions += self._rejected(group, describe)
        decisions = [d for group in self.groups if self._is_of_copies(group) for d in self._decisions(group)]
        settled = deduplicating.groups(self.work, decisions, ())
        resolved = deduplicating.plan(self.work, settled, Deed.TRASH)
        for one in resolved.groups:
            self.stays += [Stays(text.shown(item.ref), why) for item, why in one.stay]
        return Plan(TITLE, (*actions, *resolved.plan.actions)), resolved.known

    def _is_of_copies(self, group: Rejected) -> bool:
        """Whether equal copies of the photos stay, so that nothing is lost."""
        return group.kind in _PROVEN and any(one.said for one in group.members)

    def _decisions(self, group: Rejected) -> Iterator[Decision]:
        """A decision on the copies of this machine, in the words of duplicates; one kept copy stands for all kept."""
        members: list[Bundle] = []
        keep: list[Ref] = []
        drop: list[Ref] = []
        for one in group.members:
            bundle = next((b for b in self.bundles.get(one.content, ()) if b.main.ref == one.ref), None)
            if one.said is None or bundle is None or one.ref in self.going:
                continue
            if one.ref.place != LOCAL:
                if not one.said:
                    self._let_go(group, bundle)
                continue
            (keep if one.said else drop).append(one.ref)
            members.append(bundle)
        if keep and drop:
            kind = GroupKind(group.kind)
            yield Decision(Group(group.id, kind, tuple(members)), tuple(keep), tuple(drop), (), by="user")

    def _rejected(self, group: Rejected, describe: "deduplicating.Describe") -> Iterator[Action]:
        """The photos of a group that go although nothing equal stays."""
        items: list[Item] = []
        for one in group.members:
            if one.said is not False:
                continue
            if one.content in self.kept:
                self.stays.append(Stays(text.shown(one.ref), Reason("kept-elsewhere")))
                continue
            items += self._items(group, one.content, describe)
        if not items:
            return
        heir = self._heir(group, describe) if group.kind in _PICTURES else None
        unit = f"rejected in {group.id}"
        if heir is not None:
            try:
                write = inheritance(heir, items, deduplicating.read)
            except UnreadableError as error:
                self.stays += [Stays(text.shown(item.ref), str(error)) for item in items]
                return
            if write is not None:
                yield replace(write, unit=unit)
        for item in items:
            self.going[item.ref] = item
            yield from _trashed(item, group.id, unit if heir is not None else f"rejected {item.ref.key}")

    def _items(
        self, group: Rejected, content: ContentId, describe: "deduplicating.Describe"
    ) -> Iterator[Item]:
        """Every copy of a photo that may go."""
        for bundle in self.bundles.get(content, ()):
            if bundle.main.ref in self.going:
                continue
            if bundle.main.ref.place != LOCAL:
                self._let_go(group, bundle)
                continue
            item = describe(bundle)
            if item.fixed:
                self.stays.append(Stays(text.shown(item.ref), item.fixed))
            else:
                yield item

    def _let_go(self, group: Rejected, bundle: Bundle) -> None:
        """A photo of a server goes into its trash, where one that stays on it has all of its albums and words."""
        place = bundle.main.ref.place
        heir = next((one.ref for one in group.members if one.said and one.ref.place == place), None)
        if heir is None:
            self.stays.append(Stays(text.shown(bundle.main.ref), Reason("no-heir", place=place)))
            return
        wishes = self.served.setdefault(place, [])
        known = {wish.ref for wish in wishes}
        wishes += [
            SetField(asset.ref, _TRASHED, None, "yes", Reason("rejected", group=group.id), revision=heir.key)
            for asset in bundle.assets
            if asset.ref.place == place and asset.ref not in known
        ]

    def _heir(self, group: Rejected, describe: "deduplicating.Describe") -> Item | None:
        """The best photo of a group that stays and may be told something."""
        for one in group.members:
            if one.said and one.ref.place == LOCAL:
                found = next((b for b in self.bundles.get(one.content, ()) if b.main.ref == one.ref), None)
                item = None if found is None else describe(found)
                if item is not None and not item.fixed:
                    return item
        return None


#: The field of an asset that puts it into its server's trash; it names the asset that stays.
_TRASHED: Final = "trashed"


def _trashed(item: Item, group: str, unit: str) -> Iterator[Action]:
    """Every file of a photo, under every name."""
    main = item.bundle.main
    files = [(main, ref) for ref in dict.fromkeys((main.ref, *item.names))]
    files += [(asset, asset.ref) for asset in item.bundle.others]
    for asset, ref in files:
        yield Trash(
            ref,
            asset.content,
            asset.size,
            rejected=True,
            because=Reason("rejected", group=group),
            unit=unit,
            revision=asset.revision,
        )
