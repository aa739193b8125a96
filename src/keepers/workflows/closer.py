"""The second pass of grouping: what shares no hash with its original, found by local features and laid over it.

Points of all pictures in question are looked for once and kept; those that two pictures share propose them as a pair, and so may a
back end that embeds scenes, or a server; one map must explain the points; and only where the pictures themselves agree, laid
over each other, is one taken for made of the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np

from keepers.catalog import points
from keepers.catalog.points import Seen, Stored
from keepers.catalog.store import Catalog
from keepers.fingerprint import fitting, voting
from keepers.fingerprint.fitting import Fit
from keepers.fingerprint.keypoints import MOST, SIDE
from keepers.fingerprint.relation import Made
from keepers.fingerprint.table import Photos
from keepers.group import duplicates, looks, second, suspects
from keepers.group.rule import Cluster, Rule
from keepers.group.suspects import AUTO
from keepers.ports import Failure
from keepers.work.named import Named
from keepers.workflows import closer_scenes
from keepers.workflows.closer_work import Looking, Pair, Scenes, Sighting

#: Pictures that are looked at without being asked for: some seconds, once.
FEW: Final = 250
#: With more that nobody has looked at, it is not even counted which of them are copies: that takes as long as grouping.
_MANY: Final = 4 * FEW
#: Points that must tell one map; two different photos reach seven by chance in 1 of 500.
_AGREED: Final = 7
#: Photos whose points are in memory at once: 40 MB.
_BLOCK: Final = 4000
#: Results remembered at once: a crash costs at most these.
_ROWS: Final = 64

#: Pairs whose pictures are fetched at once: with 1 MB each they find room where servers' pictures are kept.
_PAIRS: Final = 100

Sighted = tuple[bytes, bytes | None]
Judged = tuple[Made, float]


def links(looking: Looking) -> looks.Links | None:
    """Links that the first pass does not see; None where no second look was taken.

    `auto` looks only where something has a size of its own, and nothing tells that a camera took it, and no more than FEW
    pictures have to be read.
    """
    photos, content = looking.photos, looking.photos.content
    known = points.known(looking.catalog)
    unseen = sum(known.get(int(row)) is None for row in content)
    if looking.when == AUTO and unseen > _MANY:
        _leave(looking, unseen)
        return None
    stars = duplicates.same_picture(photos, Rule())
    free = second.alone(photos, stars)
    suspected = suspects.suspects(photos)
    queries = free[suspected[free]]
    if len(free) < 2 or not len(queries):
        return None
    missing = [row for row in free.tolist() if known.get(int(content[row])) is None]
    missing += [row for row in queries.tolist() if known.get(int(content[row])) is False]
    if looking.when == AUTO:
        if not suspects.odd(photos)[queries].any():
            return None
        if len(missing) > FEW:
            _leave(looking, len(missing))
            return None
    _sight(looking, photos, missing, suspected)
    proposed = [*_proposed(looking, photos, free, queries), *_called_alike(looking, photos, free, queries)]
    pairs = second.apart(photos, sorted(set(proposed)))
    found = second.told(photos, _judged(looking, photos, pairs))
    also = second.apart(photos, sorted({*_members(stars, found), *second.originals(found)}))
    more = sorted(set(also) - set(pairs))
    seen = points.known(looking.catalog)
    _sight(
        looking, photos, [row for pair in more for row in pair if int(content[row]) not in seen], suspected
    )
    found += second.told(photos, _judged(looking, photos, more))
    return second.links(found)


def _leave(looking: Looking, count: int) -> None:
    looking.progress.say(
        f"{count:,} photos were not looked at for crops and screenshots of others; --second-pass on does that"
    )


def _sight(looking: Looking, photos: Photos, rows: Sequence[int], suspected: second.Mask) -> None:
    contents = {int(photos.content[row]): bool(suspected[row]) for row in rows}
    work = (
        Sighting(path, looking.names(row), contents[row]) for row, path in looking.paths(sorted(contents))
    )
    fresh: list[points.Fresh] = []
    sighted: Named[Sighting, Sighted] = Named("keepers.workflows.closer_tasks", "sighted")
    for task, result in looking.run("looking for points", sighted, work, len(contents)):
        if not isinstance(result, Failure):
            fresh.append((task.content, *result))
        elif result.lasting:
            fresh.append((task.content, b"", b""))
        if len(fresh) >= _ROWS:
            points.remember(looking.catalog, fresh)
            fresh = []
    points.remember(looking.catalog, fresh)


def _proposed(
    looking: Looking, photos: Photos, free: second.Rows, queries: second.Rows
) -> list[tuple[int, int]]:
    """Pairs of rows that share points, as they are or mirrored."""
    # By rows, which follow the contents: in which order the catalog met them must not tell.
    row_of = {content: row for row, content in enumerate(photos.content.tolist())}
    contents = photos.content[np.sort(free)].tolist()
    sought = photos.content[np.sort(queries)].tolist()
    found: set[tuple[int, int]] = set()
    for start in range(0, len(sought), _BLOCK):
        block = list(points.stored(looking.catalog, sought[start : start + _BLOCK]))
        for mirrored in (False, True):
            asked = voting.filed(
                (row_of[one.content], one.mirrored if mirrored else one.plain) for one in block
            )
            found.update(
                voting.candidates(asked, _parts(looking.catalog, contents, row_of), len(contents) * MOST)
            )
    return sorted(found)


def _called_alike(
    looking: Looking, photos: Photos, free: second.Rows, queries: second.Rows
) -> list[tuple[int, int]]:
    """Pairs of rows that a back end for scenes, or a server, calls alike."""
    row_of = {content: row for row, content in enumerate(photos.content.tolist())}
    among = photos.content[np.sort(free)].tolist()
    asking = photos.content[np.sort(queries)].tolist()
    found = list(looking.alike(asking, among))
    given = looking.scenes()
    if given is not None and _scenes_pay(looking, given, among):
        closer_scenes.embed(looking, given, among)
        found += closer_scenes.proposed(looking, given, asking, among)
    return [(row_of[one], row_of[other]) for one, other in found]


def _scenes_pay(looking: Looking, given: Scenes, contents: Sequence[int]) -> bool:
    """Unasked, no more pictures are embedded than are looked at for points."""
    if looking.when != AUTO:
        return True
    count = len(closer_scenes.unseen(looking, given, contents))
    if count > FEW:
        looking.progress.say(
            f"{count:,} photos were not compared by their scenes; --second-pass on does that"
        )
    return count <= FEW


def _parts(catalog: Catalog, contents: Sequence[int], row_of: Mapping[int, int]) -> Iterator[voting.Filed]:
    for start in range(0, len(contents), _BLOCK // 4):
        part = points.stored(catalog, contents[start : start + _BLOCK // 4])
        yield voting.filed((row_of[one.content], one.plain) for one in part)


def _members(
    stars: Iterable[Cluster], found: Sequence[tuple[int, int, Made, float]]
) -> list[tuple[int, int]]:
    """What was laid to an original that is made of another one is asked for itself: a star has no chains."""
    rows = {star.centre: star.rows for star in stars}
    pairs: set[tuple[int, int]] = set()
    for query, original, made, _ in found:
        if made is Made.UNLIKE:
            continue
        for one, other in ((query, original), (original, query)):
            pairs |= {(member, other) for member in rows.get(one, ()) if member != one}
    return sorted(pairs)


def _judged(
    looking: Looking, photos: Photos, pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int, Made, float]]:
    """What each pair of rows is to each other, remembered or looked at now."""
    content = photos.content
    before = points.seen(looking.catalog)
    by_content = {(int(content[one]), int(content[other])): (one, other) for one, other in pairs}
    results = {key: before[key] for key in by_content if key in before}
    todo = [pair for key, pair in by_content.items() if key not in results]
    fresh = list(_looked_at(looking, photos, todo))
    results.update(((one.query, one.original), one) for one in fresh)
    return [(*by_content[key], one.made, one.likeness) for key, one in sorted(results.items())]


def _looked_at(looking: Looking, photos: Photos, pairs: Sequence[tuple[int, int]]) -> Iterator[Seen]:
    fits: dict[tuple[int, int], tuple[Fit, bool]] = {}
    unlike: list[Seen] = []
    content = photos.content
    for (one, other), fit in _fitted(looking, photos, pairs):
        key = (int(content[one]), int(content[other]))
        if fit is None:
            unlike.append(Seen(*key, Made.UNLIKE, 0.0))
        else:
            fits[one, other] = fit
    points.remember_seen(looking.catalog, unlike)
    yield from unlike
    fresh: list[Seen] = []
    compared: Named[Pair, Judged] = Named("keepers.workflows.closer_tasks", "compared")
    for task, result in looking.run("comparing", compared, _work(looking, photos, fits), len(fits)):
        if isinstance(result, Failure) and not result.lasting:
            continue
        made, likeness = (Made.UNLIKE, 0.0) if isinstance(result, Failure) else result
        fresh.append(Seen(task.query, task.original, made, likeness))
        yield fresh[-1]
        if len(fresh) >= _ROWS:
            points.remember_seen(looking.catalog, fresh)
            fresh = []
    points.remember_seen(looking.catalog, fresh)


def _work(
    looking: Looking, photos: Photos, fits: Mapping[tuple[int, int], tuple[Fit, bool]]
) -> Iterator[Pair]:
    """The pairs to compare, with their files: few at a time, since pictures of servers are not kept for ever."""
    content = photos.content
    rest = iter(fits.items())
    while some := list(islice(rest, _PAIRS)):
        paths = dict(looking.paths(sorted({int(content[row]) for pair, _ in some for row in pair})))
        for (one, other), (fit, mirrored) in some:
            query, original = int(content[one]), int(content[other])
            if query in paths and original in paths:
                map_ = tuple(fit.map.ravel().tolist())
                sizes = _size(photos, one), _size(photos, other)
                yield Pair(query, original, paths[query], paths[original], map_, mirrored, *sizes)


def _size(photos: Photos, row: int) -> tuple[int, int]:
    return int(photos.width[row]), int(photos.height[row])


def _fitted(
    looking: Looking, photos: Photos, pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], tuple[Fit, bool] | None]]:
    """The map of each pair that enough points tell, and whether it is that of the mirrored query."""
    for start in range(0, len(pairs), _BLOCK):
        part = pairs[start : start + _BLOCK]
        wanted = sorted({int(photos.content[row]) for pair in part for row in pair})
        stored = {one.content: one for one in points.stored(looking.catalog, wanted)}
        for one, other in part:
            query, original = (stored.get(int(photos.content[row])) for row in (one, other))
            if query is not None and original is not None:
                yield (one, other), _best(query, original, _wide(photos, one), _wide(photos, other))


def _wide(photos: Photos, row: int) -> float:
    """The width that a picture has at SIDE."""
    wide, high = _size(photos, row)
    return float(max(1, round(wide * min(1.0, SIDE / max(wide, high, 1)))))


def _best(query: Stored, original: Stored, wide: float, far: float) -> tuple[Fit, bool] | None:
    found = [(fitting.fitted(query.plain, original.plain), False)]
    if len(query.mirrored):
        found.append((fitting.fitted(query.mirrored, original.plain), True))
    elif len(original.mirrored):
        found.append((_unmirrored(fitting.fitted(query.plain, original.mirrored), wide, far), True))
    good = [(fit, mirrored) for fit, mirrored in found if fit is not None and fit.agreed >= _AGREED]
    return max(good, key=lambda one: (one[0].agreed, not one[1]), default=None)


def _unmirrored(fit: Fit | None, wide: float, far: float) -> Fit | None:
    """The map to a mirrored original, as that of the mirrored query to the original."""
    if fit is None:
        return None
    flip = np.array([[-1, 0, wide - 1], [0, 1, 0], [0, 0, 1.0]])
    back = np.array([[-1, 0, far - 1], [0, 1, 0], [0, 0, 1.0]])
    whole = back @ np.vstack([fit.map, [0, 0, 1]]) @ flip
    return Fit(whole[:2], fit.agreed, fit.matched)
