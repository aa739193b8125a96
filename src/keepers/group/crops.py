"""Which photos are a part of another: looked for where a crop would lie, not in the whole library.

A crop shares no hash with its original. It is looked for among larger photos of the same folder, of the same
camera and second, or of the same number.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import registration
from keepers.fingerprint.table import Photos
from keepers.group import clocks, looks

Rows = npt.NDArray[np.intp]
Real = npt.NDArray[np.float32]

#: More photos than this with one folder, second or number are no hint.
_MOST: Final = 600
#: Numbers below are counters, not a camera's.
_CAMERA_NUMBER: Final = 100
#: Likeness of the best window before it is refined; a real crop scores .85 and more.
_PROMISING: Final = 0.75
#: After refinement crops score .93 to .99, other photos up to .87.
_CONFIRMED: Final = 0.92
#: A crop keeps at most so much of the picture; above it is a hash's work, below there is too little to see.
_LARGEST: Final = 0.95
_AT_ONCE: Final = 64


def crops(photos: Photos, queries: Rows, originals: Rows) -> looks.Links:
    """Links from the larger original (left) to each query that was cut from it (right)."""
    firm = looks.solid(photos)
    queries, originals = queries[firm[queries]], originals[firm[originals]]
    # The plain ground of a screenshot or of a night is found anywhere.
    queries = queries[~looks.plain(photos, queries)]
    best: dict[int, tuple[float, int]] = {}
    maps = registration.windows()
    for some, among in _neighbourhoods(photos, queries, originals):
        for original, query, likeness in _found(photos, some, among, maps):
            best[query] = max(best.get(query, (0.0, -1)), (likeness, -original))
    right = np.array(sorted(best), np.intp)
    left = np.array([-best[int(row)][1] for row in right], np.intp)
    distance = np.array([192.0 * (2.0 - best[int(row)][0]) for row in right], np.float32)
    return looks.Links(left, right, distance, np.full(len(right), looks.CROPPED, np.int8))


def all_parts(photos: Photos, queries: Rows, original: int) -> bool:
    """Whether each of the queries was cut from this original."""
    found = _found(photos, queries, np.array([original], np.intp), registration.windows())
    return {query for _, query, _ in found} == set(queries.tolist())


def _neighbourhoods(photos: Photos, queries: Rows, originals: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Sets of queries with the sets of originals that each of them might be a part of."""
    timed = clocks.known(photos) & (photos.camera > 0)
    second = np.where(timed, np.floor(np.nan_to_num(photos.taken)), -1).astype(np.int64)
    number = np.where(photos.stem >= _CAMERA_NUMBER, photos.stem, -1)
    area = _area(photos)
    for keys in (photos.folder.astype(np.int64), second, number):
        pool = originals[keys[originals] > 0]
        pool = pool[np.argsort(keys[pool], kind="stable")]
        if not len(pool):
            continue
        present, starts = np.unique(keys[pool], return_index=True)
        sizes = np.diff(np.append(starts, len(pool)))
        largest = np.maximum.reduceat(area[pool], starts)
        # In a camera's own folder all photos are of one size: nothing there can be a part of another.
        place = np.minimum(np.searchsorted(present, keys[queries]), len(present) - 1)
        small = (
            (present[place] == keys[queries])
            & (area[queries] <= largest[place] * _LARGEST)
            & (sizes[place] <= _MOST)
        )
        some = queries[small][np.argsort(place[small], kind="stable")]
        wanted, cuts = np.unique(np.sort(place[small]), return_index=True)
        for number_of, part in zip(
            wanted.tolist(), np.split(some, cuts[1:]) if len(some) else [], strict=True
        ):
            yield part, pool[starts[number_of] : starts[number_of] + sizes[number_of]]


def _area(photos: Photos) -> npt.NDArray[np.int64]:
    return photos.width.astype(np.int64) * photos.height


def _found(photos: Photos, queries: Rows, originals: Rows, maps: Real) -> Iterator[tuple[int, int, float]]:
    allowed = _possible(photos, queries, originals)
    queries, allowed = queries[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
    originals, allowed = originals[allowed.any(axis=0)], allowed[:, allowed.any(axis=0)]
    if not len(queries) or not len(originals):
        return
    block = photos.prints["block"]
    whole = registration.identity(1)
    seen = registration.window_views(block[queries], whole)[:, 0]
    for start in range(0, len(originals), _AT_ONCE):
        some = originals[start : start + _AT_ONCE]
        views = registration.window_views(block[some], maps)
        scores = (views.reshape(-1, views.shape[2]) @ seen.T).reshape(len(some), len(maps), len(queries))
        window = scores.argmax(axis=1)
        promising = (scores.max(axis=1) >= _PROMISING) & allowed[:, start : start + _AT_ONCE].T
        at, of = np.nonzero(promising)
        yield from _refined(photos, some[at], queries[of], maps[window[at, of]])


def _possible(photos: Photos, queries: Rows, originals: Rows) -> npt.NDArray[np.bool_]:
    """Which originals are larger than which queries and no other shot: (query, original)."""
    wide, high = photos.width[queries][:, None], photos.height[queries][:, None]
    fits = (wide <= photos.width[originals] * 1.02) & (high <= photos.height[originals] * 1.02)
    fits &= (
        wide * high.astype(np.int64)
        <= photos.width[originals].astype(np.int64) * photos.height[originals] * _LARGEST
    )
    of, at = np.nonzero(fits)
    fits[of, at] = ~clocks.apart(photos, queries[of], originals[at])
    return np.asarray(fits)


def _refined(
    photos: Photos, originals: Rows, queries: Rows, starts: Real
) -> Iterator[tuple[int, int, float]]:
    block = photos.prints["block"]
    for low in range(0, len(originals), 256):
        part = slice(low, low + 256)
        one, other = queries[part], originals[part]
        fit = registration.registered(block[one], block[other], starts[part])
        view = registration.is_view(fit, _aspects(photos, one), _aspects(photos, other))
        good = (fit.likeness >= _CONFIRMED) & (registration.share(fit) <= _LARGEST) & view
        for row in np.flatnonzero(good).tolist():
            yield int(other[row]), int(one[row]), float(fit.likeness[row])


def _aspects(photos: Photos, rows: Rows) -> Real:
    return np.asarray(photos.width[rows] / np.maximum(photos.height[rows], 1), np.float32)
