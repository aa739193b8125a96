"""The main job: copy each group into a folder of its own, with the best photo in front."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from keepers.actions import Plan
from keepers.catalog import contents, hashed, numbers
from keepers.catalog.store import Catalog
from keepers.model import (
    LOCAL,
    Asset,
    Bundle,
    ContentId,
    Decision,
    Found,
    Group,
    GroupKind,
    Problem,
    Ref,
    Score,
)
from keepers.plan import report
from keepers.plan.layout import Picture, Placing, Target, lay_out, organize_plan
from keepers.ports import Progress, Reader, View, Viewed, Workers
from keepers.workflows.job import Thumb
from keepers.workflows.sound import sound
from keepers.workflows.thumbnails import Drawing

#: Beyond so many pictures on the pages, thumbnails are small: a page must open on a phone.
MANY = 2_000
LARGE_SIDE, SMALL_SIDE = 320, 160


@dataclass(frozen=True, slots=True)
class Organizing:
    """What organizing works with; `pictures` are made of groups, where that is wanted."""

    catalog: Catalog
    reader: Reader
    progress: Progress
    workers: Callable[[], Workers]
    thumbnail: Callable[[Thumb], bytes]
    placed: Callable[[str], Mapping[str, ContentId]]
    now: datetime
    views: Callable[[Sequence[Asset]], Iterator[Viewed]]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan of group folders, where each photo goes, what lies in the target now, and which files are damaged."""

    plan: Plan
    placings: tuple[Placing, ...]
    present: Mapping[Ref, ContentId]
    damaged: tuple[tuple[str, str], ...] = ()


def prepare(
    organizing: Organizing, decisions: Sequence[Decision], target: str, about: report.Summary
) -> Prepared:
    """Plan the group folders below `target`; a plan without actions when all is there already.

    What `verify` has found damaged goes nowhere, and an equal file in its place where there is one.
    """
    catalog, now = organizing.catalog, organizing.now
    intact, left = sound(catalog, decisions, organizing.reader.content, now.isoformat())
    damaged = tuple((ref.key, why) for ref, why in left.items())
    about = replace(about, problems=(*about.problems, *damaged))
    merged = folders(intact)
    wanted = {
        asset.content for decision in merged for bundle in decision.group.members for asset in bundle.assets
    }
    facts = contents.facts_of(catalog, wanted, exif=True)
    root = Ref(LOCAL, target)
    state = Target(
        root,
        _present(organizing, target),
        organizing.placed(target),
        numbers.known(catalog, target),
    )
    # A folder may hold versions of a frame, too; they are no frames.
    found = {decision.group.id: decision for decision in decisions}
    pictures = [replace(one, make=_of(one.make, found)) for one in organizing.pictures]
    placings = lay_out(merged, state, facts.get, pictures)

    def pages(placings: Sequence[Placing]) -> Mapping[str, bytes]:
        return report.pages(report.entries(placings), about, _thumbnails(organizing, merged))

    plan = organize_plan(placings, state, now=now, pages=pages)
    present = {state.ref(path): content for path, content in state.present.items()}
    return Prepared(plan, placings, present, damaged)


def _of(
    make: Callable[[Decision], bytes | None], found: Mapping[str, Decision]
) -> Callable[[Decision], bytes | None]:
    return lambda decision: make(found[decision.group.id])


def remember(catalog: Catalog, target: str, prepared: Prepared) -> None:
    """Keep the numbers of the group folders for the next run."""
    numbers.remember(catalog, target, {placing.number: placing.contents for placing in prepared.placings})


def folders(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """One decision a folder: versions and copies of a photo go where that photo is.

    Every photo is in one folder only. A series comes first; the group of a picture whose best
    version is a frame of a series joins its folder, without chains: only through that one frame.
    """
    homes: dict[ContentId, int] = {}
    made: list[Decision] = []
    for decision in sorted(decisions, key=_rank):
        fresh = [bundle for bundle in decision.group.members if bundle.main.content not in homes]
        anchor = next((homes[b.main.content] for b in _originals(decision) if b.main.content in homes), None)
        if not fresh:
            continue
        if anchor is not None:
            made[anchor] = _joined(made[anchor], decision, fresh)
        elif len(fresh) > 1:
            made.append(_narrowed(decision, fresh))
            anchor = len(made) - 1
        else:
            continue
        homes.update((bundle.main.content, anchor) for bundle in fresh)
    return tuple(sorted(made, key=_first_seen))


def without(decisions: Sequence[Decision], left: Collection[Ref]) -> tuple[Decision, ...]:
    """Decisions without the photos of which a file is left out; no group is of one photo."""
    made: list[Decision] = []
    for decision in decisions:
        members = [b for b in decision.group.members if not any(asset.ref in left for asset in b.assets)]
        if len(members) > 1:
            made.append(_narrowed(decision, members))
    return tuple(made)


def _rank(decision: Decision) -> tuple[int, str]:
    order = (
        GroupKind.BRACKET,
        GroupKind.BURST,
        GroupKind.SAME_PICTURE,
        GroupKind.SAME_CLIP,
        GroupKind.SAME_PIXELS,
        GroupKind.SAME_BYTES,
    )
    return order.index(decision.group.kind), decision.group.id


def _originals(decision: Decision) -> list[Bundle]:
    """The members that the others of the group are versions of: those that are kept."""
    return [bundle for bundle in decision.group.members if bundle.main.ref in decision.keep]


def _first_seen(decision: Decision) -> tuple[float, str]:
    times = [b.main.taken.at.timestamp() for b in decision.group.members if b.main.taken is not None]
    return min(times, default=0.0), decision.group.id


def _narrowed(decision: Decision, members: Sequence[Bundle]) -> Decision:
    if len(members) == len(decision.group.members):
        return decision
    refs = {bundle.main.ref for bundle in members}
    best = {score.ref: score.value for score in decision.scores if score.ref in refs}
    keep = tuple(ref for ref in decision.keep if ref in refs) or (
        max(refs, key=lambda ref: (best.get(ref, 0.0), ref)),
    )
    return replace(
        decision,
        group=replace(decision.group, members=tuple(members)),
        keep=keep,
        drop=tuple(ref for ref in decision.drop if ref in refs and ref not in keep),
        scores=tuple(score for score in decision.scores if score.ref in refs),
    )


def _joined(home: Decision, guest: Decision, members: Sequence[Bundle]) -> Decision:
    """Add versions of a photo to the folder of that photo; they are never its best."""
    refs = {bundle.main.ref for bundle in members}
    worst = min((score.value for score in home.scores), default=0.0)
    scores = tuple(
        replace(score, value=min(score.value, worst)) for score in guest.scores if score.ref in refs
    )
    group = Group(
        home.group.id,
        home.group.kind,
        (*home.group.members, *members),
        (*home.group.evidence, *guest.group.evidence),
    )
    return replace(home, group=group, drop=(*home.drop, *refs), scores=(*home.scores, *_named(scores, guest)))


def _named(scores: Iterable[Score], guest: Decision) -> list[Score]:
    return [
        score if score.reasons else replace(score, reasons=(f"another version ({guest.group.kind.value})",))
        for score in scores
    ]


def _present(organizing: Organizing, target: str) -> dict[str, ContentId]:
    """What lies in the target now; files that were not looked at before are read."""
    present: dict[str, ContentId] = {}
    fresh: list[tuple[Found, ContentId]] = []
    if not organizing.reader.exists(Ref(LOCAL, target)):
        return present
    for entry in organizing.reader.listing([target]):
        if isinstance(entry, Problem):
            continue
        content = hashed.known(organizing.catalog, entry)
        if content is None:
            content = organizing.reader.content(entry.ref)
            fresh.append((entry, content))
        present[entry.ref.key] = content
    if fresh:
        hashed.remember(organizing.catalog, fresh)
    return present


def _thumbnails(organizing: Organizing, decisions: Sequence[Decision]) -> dict[ContentId, bytes]:
    members = {bundle.main.content: bundle for decision in decisions for bundle in decision.group.members}
    side = LARGE_SIDE if len(members) <= MANY else SMALL_SIDE
    drawing = Drawing(organizing.workers, organizing.thumbnail, organizing.progress)
    here = {content: one.main.ref.key for content, one in members.items() if one.main.ref.place == LOCAL}
    others = [one.main for one in members.values() if one.main.ref.place != LOCAL]
    shown = {asset.content: view.path for asset, view in organizing.views(others) if isinstance(view, View)}
    return drawing.thumbnails(here | shown, side)
