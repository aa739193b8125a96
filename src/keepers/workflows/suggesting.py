"""Find the photos that may be in the way, and hear what people say of them; nothing but the catalog changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepers.catalog import contents, inspections, photos
from keepers.catalog.store import Catalog
from keepers.decide.originality import Copy, seen
from keepers.errors import UsageError
from keepers.model import LOCAL, Bundle, ContentId, Facts
from keepers.ports import Progress, Workers
from keepers.score.inspection import METHOD, Inspection
from keepers.score.suggestions import Known, Suggested, SuggestionKind, suggestions
from keepers.workflows.inspect_tasks import InspectTask
from keepers.workflows.judging import Views, view_paths

#: Photos whose facts are held at once.
PART: Final = 400
#: Inspections remembered at once: a crash costs at most these.
ROWS: Final = 64
#: A face is sharp from here on the 0-1 scale, on which sharp ones lie about one half.
SHARP_FACE: Final = 0.4
#: Auto bracket in Exif's words (0xA402), and a bias that nobody leaves on for long.
_AUTO_BRACKET, _BIASED = 2, 1.3


@dataclass(frozen=True, slots=True)
class Suggesting:
    """What suggesting works with; workers start only when there is something to inspect, at most `limit` photos."""

    catalog: Catalog
    progress: Progress
    workers: Callable[[], Workers]
    inspect: Callable[[InspectTask], Inspection]
    views: Views | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Which kinds are asked for (all if none), from which certainty on."""

    kinds: tuple[SuggestionKind, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Found:
    """The suggestions, the most certain first; of how many photos, how many of them could not be looked at.

    `kept` are those that would have been suggested, had a person not said that they stay.
    """

    photos: int
    suggested: tuple[Suggested, ...]
    unseen: int
    kept: int


def suggest(work: Suggesting, roots: Sequence[str], wish: Wish) -> Found:
    """What may be in the way at or below the roots; the same list for the same contents, whatever the order."""
    wanted = inspections.photographs(work.catalog, roots)
    _inspect(work, roots, wanted)
    spared = inspections.not_junk(work.catalog)
    found: list[Suggested] = []
    unseen = 0
    for part in _parts(wanted):
        taken = inspections.known(work.catalog, part, METHOD)
        unseen += sum(taken.get(content) is None for content in part)
        found += _judged(work.catalog, roots, part, taken, wish)
    shown = [one for one in found if one.bundle.main.content not in spared]
    shown.sort(key=lambda one: (-one.first.certainty, one.bundle.main.ref))
    return Found(len(wanted), tuple(shown), unseen, len(found) - len(shown))


def contents_at(catalog: Catalog, addresses: Iterable[str]) -> dict[str, ContentId]:
    """The contents of the photos at paths, or `immich:ID`; UsageError for one that is no known photo."""
    found: dict[str, ContentId] = {}
    for address in addresses:
        bundle = photos.bundle_at(catalog, address)
        if bundle is None:
            raise UsageError(
                f"{address} is no photo that is known; `keepers scan` learns what lies in a folder"
            )
        found[address] = bundle.main.content
    return found


def _parts(wanted: Sequence[ContentId]) -> Iterator[Sequence[ContentId]]:
    return (wanted[start : start + PART] for start in range(0, len(wanted), PART))


def _inspect(work: Suggesting, roots: Sequence[str], wanted: Sequence[ContentId]) -> None:
    """Measure what this method has not measured yet."""
    todo = [
        content
        for part in _parts(wanted)
        for content in set(part) - inspections.known(work.catalog, part, METHOD).keys()
    ]
    todo = sorted(todo)[: work.limit]
    if not todo:
        return
    workers = work.workers()
    work.progress.stage("inspecting", len(todo), 0)
    taken: dict[ContentId, Inspection | None] = {}
    try:
        for task, result in workers.map(work.inspect, _tasks(work, roots, todo)):
            work.progress.step(1, 0)
            if isinstance(result, Inspection):
                taken[task.content] = result
            elif result.lasting:
                taken[task.content] = None
            if len(taken) >= ROWS:
                inspections.add(work.catalog, taken, METHOD)
                taken = {}
    finally:
        workers.close()
        work.progress.done()
        inspections.add(work.catalog, taken, METHOD)


def _tasks(work: Suggesting, roots: Sequence[str], todo: Sequence[ContentId]) -> Iterator[InspectTask]:
    for part in _parts(todo):
        mains = [_nearest(same).main for same in photos.bundles(work.catalog, roots, part).values()]
        found = view_paths(work.views, work.progress, mains, exact=False)
        yield from (InspectTask(path, asset.content) for asset, path in found)


def _nearest(same: Sequence[Bundle]) -> Bundle:
    """A file of this machine is looked at in full, and at once."""
    return next((bundle for bundle in same if bundle.main.ref.place == LOCAL), same[0])


def _judged(
    catalog: Catalog,
    roots: Sequence[str],
    part: Sequence[ContentId],
    taken: Mapping[ContentId, Inspection | None],
    wish: Wish,
) -> Iterator[Suggested]:
    facts = contents.facts_of(catalog, part, exif=True)
    faces = inspections.faces(catalog, part)
    picks = inspections.picks(catalog, part)
    for content, same in photos.bundles(catalog, roots, part).items():
        copies = [copy for bundle in same if (copy := seen(bundle, facts)).facts is not None]
        if not copies:
            continue
        known = _known(copies, faces.get(content, inspections.Faces(0, 0.0)), picked=content in picks)
        told = tuple(
            one
            for one in suggestions(known, taken.get(content))
            if one.certainty >= wish.certainty and (not wish.kinds or one.kind in wish.kinds)
        )
        if told:
            first = _nearest(same)
            others = tuple(bundle.main.ref for bundle in same if bundle is not first)
            yield Suggested(replace(first, copies=others), told)


def _known(copies: Sequence[Copy], faces: inspections.Faces, *, picked: bool) -> Known:
    """What is known of a photo; what protects one of its locations protects all of them."""
    facts = copies[0].facts or Facts("", 0, 0)
    liked = [copy for copy in copies if copy.rating > 0]
    main = copies[0].bundle.main
    people = max((len(copy.facts.people) for copy in copies if copy.facts), default=0)
    return Known(
        facts,
        main.name or main.ref.key.rpartition("/")[2],
        main.ref.key.rpartition("/")[0].rpartition("/")[2] if main.ref.place == LOCAL else "",
        _liked(liked[0]) if liked else "",
        any(copy.edited for copy in copies),
        picked,
        facts.exposure_mode == _AUTO_BRACKET or abs(facts.bias_ev or 0.0) >= _BIASED,
        max(faces.count, people),
        faces.sharpest >= SHARP_FACE,
    )


def _liked(copy: Copy) -> str:
    words = copy.liked
    return f"is {words}" if words.startswith("a ") else f"was {words}"
