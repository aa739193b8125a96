"""Duplicates: which copies may go and why, and the plan that lets them go."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from keepers.catalog import contents, copies, photos, sightings
from keepers.catalog.store import Catalog
from keepers.decide.copies import CERTAIN, UNKNOWN, Candidates, Item, Settled, settle
from keepers.decide.rules import Rule
from keepers.model import LOCAL, Bundle, ContentId, Decision, Facts, Fate, Found, GroupKind, Ref
from keepers.plan.duplicates_plan import Deed, Resolved, Sharing, link_plan, trash_plan
from keepers.ports import Reader
from keepers.read import archive, merging
from keepers.reasons import Reason
from keepers.workflows.settling import torn

_MOST_SIDECAR: Final = 10 << 20
_NOTHING: Final = Facts("", 0, 0)


@dataclass(frozen=True, slots=True)
class Deduplicating:
    """What it works with.

    `roots` are all folders that were looked at (none: all that is known), `references` those among them
    that may not be changed. `beside` says what the files of pictures hold beside them.
    """

    catalog: Catalog
    reader: Reader
    roots: Sequence[str]
    references: Sequence[str] = ()
    beside: Callable[[Mapping[ContentId, str]], Mapping[ContentId, str]] = dict


def groups(work: Deduplicating, decisions: Iterable[Decision], rules: Sequence[Rule]) -> list[Settled]:
    """Settle what grouping found; every file is looked at again, and left alone where it has changed."""
    found = list(decisions)
    wanted = {bundle.main.content for decision in found for bundle in decision.group.members}
    mains = photos.bundles(work.catalog, work.roots, wanted)
    items = _Items(
        work, contents.facts_of(work.catalog, wanted), copies.names(work.catalog, work.roots, wanted)
    )
    alike = {c: mains[c][0].main.ref.key for c in _contents(found, GroupKind.SAME_PIXELS) if c in mains}
    items.beside = {**dict.fromkeys(alike, UNKNOWN), **work.beside(alike)} if alike else {}
    return settle([_candidates(items, decision, mains) for decision in found], rules)


Describe = Callable[[Bundle], Item]


def describing(work: Deduplicating, wanted: Iterable[ContentId]) -> Describe:
    """A function that says of bundles of these contents what is known of them, and how they are on disk now."""
    named = set(wanted)
    return _Items(
        work, contents.facts_of(work.catalog, named), copies.names(work.catalog, work.roots, named)
    ).item


def _contents(decisions: Iterable[Decision], kind: GroupKind) -> list[ContentId]:
    return [b.main.content for d in decisions if d.group.kind is kind for b in d.group.members]


def _candidates(
    items: "_Items", decision: Decision, mains: Mapping[ContentId, Sequence[Bundle]]
) -> Candidates:
    """A group with every photo of its contents, in the order of our own rules."""
    members = decision.group.members
    scores = {score.ref: score for score in decision.scores}
    values = {ref: score.value for ref, score in scores.items()}
    ordered = sorted(members, key=lambda b: (b.main.ref not in decision.keep, -values.get(b.main.ref, 0.0)))
    first = scores.get(ordered[0].main.ref)
    if decision.group.kind is GroupKind.SAME_BYTES:
        # Of several copies that a person keeps, one stands for all: the others are not asked about.
        chosen = decision.by == "user"
        bundles = [b for at, b in enumerate(ordered) if not (chosen and at and b.main.ref in decision.keep)]
    else:
        bundles = [b for member in ordered for b in _shown_first(member, mains.get(member.main.content, ()))]
    by_person = decision.by == "user"
    kept = {b.main.content for b in members if b.main.ref in decision.keep}
    keep_all = by_person and not decision.drop
    return Candidates(
        decision.group.id,
        decision.group.kind,
        () if keep_all else tuple(items.item(bundle) for bundle in bundles),
        first.reasons[0] if first is not None and first.reasons else "the path decides",
        frozenset(kept) if by_person or decision.group.kind not in CERTAIN else frozenset(),
        by_person,
    )


def _shown_first(member: Bundle, same: Sequence[Bundle]) -> list[Bundle]:
    return [member, *(bundle for bundle in same if bundle.main.ref != member.main.ref)]


@dataclass(slots=True)
class _Items:
    """Photos as settling sees them: each with what the disk says of it now."""

    work: Deduplicating
    facts: Mapping[ContentId, Facts]
    names: Mapping[ContentId, Sequence[copies.Name]]
    beside: Mapping[ContentId, str] = field(default_factory=dict[ContentId, str])
    wrong: Mapping[str, str] = field(init=False)
    unreadable: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    known: dict[Ref, Item] = field(default_factory=dict[Ref, Item])

    def __post_init__(self) -> None:
        self.wrong = copies.wrong(self.work.catalog, self.work.roots)
        for path, reason in sightings.reasons(self.work.catalog, self.work.roots, Fate.UNREADABLE):
            self.unreadable.setdefault(os.path.dirname(path), []).append((path, reason))

    def item(self, bundle: Bundle) -> Item:
        """The photo, looked at once."""
        ref = bundle.main.ref
        if ref not in self.known:
            self.known[ref] = self._made(replace(bundle, copies=()))
        return self.known[ref]

    def _made(self, bundle: Bundle) -> Item:
        main = bundle.main
        found = _looked(self.work.reader, main.ref)
        is_reference = any(_within(main.ref.key, root) for root in self.work.references)
        fixed = self._fixed(bundle, is_reference=is_reference)
        twins = self._twins(bundle, found)
        return Item(
            bundle,
            merging.merged(self.facts.get(main.content, _NOTHING), [bundle.said] if bundle.said else []),
            twins,
            found is None or found.links > 1 + len(twins),
            fixed,
            is_reference and not self._changed(bundle),
            self.beside.get(main.content, ""),
        )

    def _fixed(self, bundle: Bundle, *, is_reference: bool) -> str:
        if why := self._changed(bundle) or self._torn(bundle):
            return why
        if is_reference:
            return Reason("in-reference")
        for asset in bundle.assets:
            if asset.ref.archive:
                return Reason("in-archive")
            if asset.ref.is_in_library:
                return Reason("in-library")
        return ""

    def _torn(self, bundle: Bundle) -> str:
        """Why a photo stays beside a file that could not be read now and may be its sidecar or film (hazard 5)."""
        folder = os.path.dirname(bundle.main.ref.key)
        return torn([bundle], self.unreadable.get(folder, ())).get(bundle.main.ref, "")

    def _changed(self, bundle: Bundle) -> str:
        """What is wrong with a photo that neither may go nor can be relied on."""
        for asset in bundle.assets:
            if asset.ref.key in self.wrong:
                return f"{os.path.basename(asset.ref.key)}: {self.wrong[asset.ref.key]}"
            found = _looked(self.work.reader, asset.ref)
            if found is None or found.revision != asset.revision:
                return Reason("changed", name=os.path.basename(asset.ref.key))
        return Reason("empty") if not bundle.main.size else ""

    def _twins(self, bundle: Bundle, found: Found | None) -> tuple[Ref, ...]:
        """Further names of the same file that go with it: those that stand alone, in no reference folder."""
        if found is None or found.links < 2:
            return ()
        refs = [
            Ref(LOCAL, name.path)
            for name in self.names.get(bundle.main.content, ())
            if name.alone and name.path != bundle.main.ref.key
        ]
        return tuple(
            ref
            for ref in refs
            if (other := _looked(self.work.reader, ref)) is not None
            and (other.device, other.inode) == (found.device, found.inode)
            and not any(_within(ref.key, root) for root in self.work.references)
        )


def plan(work: Deduplicating, settled: Sequence[Settled], deed: Deed) -> Resolved:
    """What is done with the copies that may go."""
    if deed is Deed.TRASH:
        return trash_plan(settled, read)
    return link_plan(settled, deed, Sharing(lambda ref: work.reader.volume(ref).id, _described))


def _looked(reader: Reader, ref: Ref) -> Found | None:
    try:
        return reader.look(ref)
    except OSError:
        return None


def _within(path: str, root: str) -> bool:
    """Whether a path leads into a folder, links and all."""
    real, held = os.path.realpath(path), os.path.realpath(root)
    return real == held or real.startswith(held.rstrip("/") + "/") or path.startswith(root.rstrip("/") + "/")


def read(ref: Ref) -> bytes | None:
    """The bytes of a sidecar; None where there is none, or one that no program would write."""
    if not os.path.lexists(ref.key):
        return None
    with archive.opened(ref.key) as opened:
        return bytes(opened.file.read(_MOST_SIDECAR))


def _described(ref: Ref) -> str:
    found = os.lstat(ref.key)
    when = datetime.fromtimestamp(found.st_mtime_ns // 1_000_000_000, UTC)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC, {stat.filemode(found.st_mode)}"
