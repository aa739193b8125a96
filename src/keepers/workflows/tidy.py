"""Find the groups of photos that belong together, judge their members, pick the keepers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from keepers.catalog import clips as films
from keepers.catalog import contents, photos, remembered, review_steps
from keepers.decide import keep, versions
from keepers.decide.copies import group_id
from keepers.decide.originality import seen
from keepers.fingerprint import clips as prints
from keepers.fingerprint.blocks import Blocks
from keepers.fingerprint.clips import Clips
from keepers.fingerprint.table import Photos
from keepers.group import clips, grouping, looks, suspects
from keepers.group.rule import Cluster
from keepers.model import (
    LOCAL,
    Bundle,
    ContentId,
    Decision,
    Facts,
    Group,
    GroupKind,
    Look,
)
from keepers.ports import Failure
from keepers.read import extras, formats
from keepers.reasons import Reason
from keepers.workflows import closer_given, proving, remembering
from keepers.workflows.job import Footage
from keepers.workflows.judging import Judging, look_at, view_paths, worked

T = TypeVar("T")
R = TypeVar("R")

RAWS: Final = frozenset(form.name for form in formats.FORMATS if form.raw)
ORDER: Final = {kind: number for number, kind in enumerate(GroupKind)}
#: A decoder of films holds a dozen pictures: those of 4K just fit into the memory of one worker among others.
HEAVY_PIXELS: Final = 9_000_000
#: Only these are judged by their looks; copies are ranked by where they come from.
JUDGED: Final = frozenset((GroupKind.BURST, GroupKind.BRACKET))


@dataclass(frozen=True, slots=True)
class Tidied:
    """The groups with what was decided of each, and how many photos there are in all and in none.

    `proposed` is what our own rules say, whatever a person decided.
    """

    decisions: tuple[Decision, ...]
    photos: int
    ungrouped: int
    proposed: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class _Set:
    """The contents of a group to be, in content order."""

    kind: GroupKind
    contents: tuple[ContentId, ...]
    evidence: tuple[str, ...]


def tidy(judging: Judging, roots: Sequence[str], about: ContentId | None = None) -> Tidied:
    """Group the photos at or below the roots (all that are known if none), and pick the keepers.

    With `about`, only groups that hold this content are judged. The same groups, ids and order for
    the same contents, whatever the order of files and workers.
    """
    table = replace(photos.table(judging.catalog, roots, RAWS), threads=judging.jobs)
    sets = _parted(judging, _sets(judging, roots, table))
    total = photos.contents(judging.catalog, roots)
    grouped = {content for one in sets for content in one.contents}
    if about is not None:
        sets = [one for one in sets if about in one.contents]
    groups = _groups(judging, roots, sets)
    proposed = _decisions(judging, groups)
    decisions = remembering.as_decided(judging.catalog, proposed) if judging.remembered else proposed
    return Tidied(decisions, total, total - len(grouped), proposed)


def judged(
    judging: Judging,
    roots: Sequence[str],
    kind: GroupKind,
    parts: Iterable[Sequence[ContentId]],
    evidence: tuple[str, ...],
) -> tuple[Decision, ...]:
    """What our rules say of groups that a person made; those of which fewer than two photos are known are left out."""
    sets = [_Set(kind, tuple(sorted(part)), evidence) for part in parts]
    return _decisions(judging, _groups(judging, roots, sets))


def _parted(judging: Judging, sets: Sequence[_Set]) -> list[_Set]:
    """The groups to be, without what a person said is not the same, and with what they said belongs together."""
    if not judging.remembered:
        return list(sets)
    apart = remembered.apart(judging.catalog)
    parts = [
        (one.kind, contents, one.evidence)
        for one in sets
        for contents in (remembering.parted(one.contents, apart) if apart else (one.contents,))
    ]
    if joins := review_steps.joins(judging.catalog):
        parts = remembering.joined(parts, joins, judging.rule.kinds)
    least = judging.rule.min_size
    return [_Set(*part) for part in parts if len(part[1]) >= least or part[0] is GroupKind.SAME_BYTES]


def _sets(judging: Judging, roots: Sequence[str], table: Photos) -> list[_Set]:
    names = photos.content_ids(judging.catalog)
    clusters: tuple[Cluster, ...] = ()
    if len(table) > 1:
        proven = _proven(judging, roots, table)
        clusters = grouping.clusters(table, judging.rule, proven, _closer(judging, roots, table))
    sets = [_named(cluster, table, names) for cluster in clusters]
    if GroupKind.SAME_BYTES in judging.rule.kinds:
        sets += [
            _Set(GroupKind.SAME_BYTES, (content,), (Reason("same-bytes"),))
            for content in photos.repeated(judging.catalog, roots)
        ]
    if GroupKind.SAME_CLIP in judging.rule.kinds:
        sets += _clips(judging, roots, names)
    return sets


def _closer(judging: Judging, roots: Sequence[str], table: Photos) -> looks.Links | None:
    """What a second look tells; none where it is switched off, or other rules or kinds are asked for."""
    wanted = suspects.wanted(judging.closer, judging.rule, table)
    return closer_given.links(judging, roots, table) if wanted else None


def _clips(judging: Judging, roots: Sequence[str], names: Callable[[int], ContentId]) -> list[_Set]:
    """Copies of clips; where key frames refute nothing, the films are looked at again, at the same moments."""
    if extras.video():
        unseen = contents.unseen_films(judging.catalog, roots)
        _compare(judging, roots, dict.fromkeys(unseen, b""))
    table = films.table(judging.catalog, roots)
    rows = [int(table.content[row]) for row in clips.doubtful(table)]
    if rows and extras.video():
        _compare(judging, roots, films.packed_of(judging.catalog, rows))
        table = films.table(judging.catalog, roots)
    return [_named(cluster, table, names) for cluster in clips.same_clip(table, judging.rule.min_size)]


def _compare(judging: Judging, roots: Sequence[str], known: Mapping[ContentId, bytes]) -> None:
    mains = {
        content: found[0].main for content, found in photos.bundles(judging.catalog, roots, known).items()
    }
    # Films of servers are not loaded for that.
    work = [
        Footage(main.ref.key, content, known[content], main.width * main.height)
        for content, main in mains.items()
        if main.ref.place == LOCAL
    ]
    fresh = {
        film.content: prints.settled(film.data) if isinstance(result, Failure) else result
        for film, result in worked(judging, "comparing", judging.compare, work, len(work), heavy=_is_heavy)
        if not isinstance(result, Failure) or result.lasting
    }
    films.refine(judging.catalog, fresh)


def _is_heavy(film: Footage) -> bool:
    return film.pixels > HEAVY_PIXELS


def _named(cluster: Cluster, table: Photos | Clips, names: Callable[[int], ContentId]) -> _Set:
    return _Set(
        cluster.kind, tuple(sorted(names(int(table.content[row])) for row in cluster.rows)), cluster.evidence
    )


def _proven(judging: Judging, roots: Sequence[str], table: Photos) -> dict[int, str]:
    """Digests of decoded pixels by row, for pairs that look identical but prove nothing yet."""

    def files(wanted: Sequence[ContentId]) -> Iterator[tuple[ContentId, str]]:
        # What only a server has read proves nothing: its pictures are others than the files.
        found = photos.bundles(judging.catalog, roots, [one for one in wanted if one.startswith("b3:")])
        mains = [same[0].main for same in found.values()]
        shown = view_paths(judging.views, judging.progress, mains, exact=True)
        return ((asset.content, path) for asset, path in shown)

    return proving.proven(judging, table, proving.sets(table), files)


def _groups(judging: Judging, roots: Sequence[str], sets: Sequence[_Set]) -> list[Group]:
    found = photos.bundles(judging.catalog, roots, {content for one in sets for content in one.contents})
    shown = {content: _shown(judging, same) for content, same in found.items()}
    groups: list[Group] = []
    for one in sets:
        if one.kind is GroupKind.SAME_BYTES:
            groups += _in_places(one, found[one.contents[0]], judging.rule.min_size)
            continue
        members = tuple(shown[c] for c in one.contents if c in shown)
        if len(members) >= judging.rule.min_size:
            groups.append(Group(group_id(one.kind, one.contents), one.kind, members, one.evidence))
    return sorted(groups, key=lambda group: (ORDER[group.kind], group.id))


def _in_places(one: _Set, members: Sequence[Bundle], min_size: int) -> Iterator[Group]:
    """Copies within one place each: a file here and an asset of a server are one photo in two places."""
    for place in dict.fromkeys(bundle.main.ref.place for bundle in members):
        mine = tuple(bundle for bundle in members if bundle.main.ref.place == place)
        names = one.contents if place == LOCAL else (*one.contents, ContentId(f"ref:{place}/"))
        if len(mine) >= min_size:
            yield Group(group_id(one.kind, names), one.kind, mine, one.evidence)


def _shown(judging: Judging, same: Sequence[Bundle]) -> Bundle:
    """The bundle that stands for all locations of one content: the best of them as a copy."""
    if len(same) == 1:
        return same[0]
    # A file of this machine is looked at in full, and at once; an asset of a server only by a picture of it.
    nearest = tuple(bundle for bundle in same if bundle.main.ref.place == LOCAL) or tuple(same)
    facts = contents.facts_of(judging.catalog, [same[0].main.content])
    decision = keep.decide(Group("", GroupKind.SAME_BYTES, nearest), {}, facts, judging.weights)
    best = next(bundle for bundle in same if bundle.main.ref == decision.keep[0])
    return replace(best, copies=tuple(bundle.main.ref for bundle in same if bundle is not best))


def _decisions(judging: Judging, groups: Sequence[Group]) -> tuple[Decision, ...]:
    looks = look_at(judging, (bundle for group in groups if group.kind in JUDGED for bundle in group.members))
    facts = contents.facts_of(
        judging.catalog, {bundle.main.content for group in groups for bundle in group.members}, exif=False
    )
    small = photos.blocks_of(
        judging.catalog,
        (b.main.content for g in groups if g.kind is GroupKind.SAME_PICTURE for b in g.members),
    )
    return tuple(_decided(judging, group, looks, facts, small) for group in groups)


def _decided(
    judging: Judging,
    group: Group,
    looks: Mapping[ContentId, Look],
    facts: Mapping[ContentId, Facts],
    small: Mapping[ContentId, Blocks],
) -> Decision:
    decision = keep.decide(group, looks, facts, judging.weights, judging.taste)
    if group.kind is not GroupKind.SAME_PICTURE:
        return decision
    copies = [seen(bundle, facts) for bundle in group.members]
    return replace(decision, versions=versions.tree(copies, small))
