"""The plan of the review: what a person rejected goes into the trash, what stays is given what that knew."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from blake3 import blake3

from keepers.actions import Action, Plan, Trash
from keepers.apply.look import world
from keepers.catalog import photos, review_rows, sightings
from keepers.catalog.review_rows import Rejected
from keepers.decide.copies import Item
from keepers.errors import UnreadableError
from keepers.model import LOCAL, Bundle, ContentId, Decision, Group, GroupKind, Ref
from keepers.plan import text
from keepers.plan.check import Checked, Refused, check
from keepers.plan.duplicates_plan import Deed
from keepers.plan.inheritance import inheritance
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
class Prepared:
    """What would be done; `name` is another as soon as anything of it is."""

    checked: Checked
    groups: int
    stays: tuple[Stays, ...]
    name: str

    @property
    def refused(self) -> Sequence[Refused]:
        """What is not safe to do."""
        return self.checked.refused


def prepare(work: Deduplicating) -> Prepared:
    """Make the plan of what was said so far; every file is looked at again."""
    made = _Making(work, review_rows.rejected(work.catalog), review_rows.kept_contents(work.catalog))
    plan, known = made.plan()
    checked = check(plan, world(plan, work.reader, known))
    digest = blake3("\n".join(json.dumps(text.row(action)) for action in checked.actions).encode())
    groups = len({one.id for one in made.groups})
    return Prepared(checked, groups, tuple(made.stays), f"{len(checked.actions)}-{digest.hexdigest()[:24]}")


@dataclass(slots=True)
class _Making:
    work: Deduplicating
    groups: Sequence[Rejected]
    kept: set[ContentId]
    stays: list[Stays] = field(default_factory=list[Stays])
    bundles: Mapping[ContentId, Sequence[Bundle]] = field(init=False)
    going: dict[Ref, Item] = field(default_factory=dict[Ref, Item])

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
                    self.stays.append(Stays(text.shown(one.ref), _SERVER))
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
                self.stays.append(Stays(text.shown(one.ref), "it was kept in another group"))
                continue
            items += self._items(one.content, describe)
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

    def _items(self, content: ContentId, describe: "deduplicating.Describe") -> Iterator[Item]:
        """Every copy of a photo that may go."""
        for bundle in self.bundles.get(content, ()):
            if bundle.main.ref in self.going:
                continue
            if bundle.main.ref.place != LOCAL:
                self.stays.append(Stays(text.shown(bundle.main.ref), _SERVER))
                continue
            item = describe(bundle)
            if item.fixed:
                self.stays.append(Stays(text.shown(item.ref), item.fixed))
            else:
                yield item

    def _heir(self, group: Rejected, describe: "deduplicating.Describe") -> Item | None:
        """The best photo of a group that stays and may be told something."""
        for one in group.members:
            if one.said and one.ref.place == LOCAL:
                found = next((b for b in self.bundles.get(one.content, ()) if b.main.ref == one.ref), None)
                item = None if found is None else describe(found)
                if item is not None and not item.fixed:
                    return item
        return None


_SERVER: Final = "it lies on a server; only files of this machine are trashed from here"


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
            because=f"rejected in {group}",
            unit=unit,
            revision=asset.revision,
        )


def paths_of(actions: Iterable[Action]) -> list[str]:
    """The folders that photos leave, each once, in order."""
    gone = (action.ref.key for action in actions if isinstance(action, Trash))
    return sorted({path.rpartition("/")[0] for path in gone})
