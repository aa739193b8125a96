"""Series: frames of one moment, and exposure brackets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import blocks, neighbours
from keepers.fingerprint.table import Photos
from keepers.group import clocks, looks
from keepers.group.brackets import brackets
from keepers.group.rule import Cluster, Rule
from keepers.model import GroupKind
from keepers.reasons import Reason

__all__ = ["brackets", "bursts"]

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

#: Within so many seconds of one camera the clock counts more than the hash.
_MOMENT: Final = 10.0
#: How like two frames of one camera must be: .55 at once, .85 after ten seconds. A face that grimaces or a
#: flock that turns keeps .84 within four seconds; two random photos reach .7 in 1 of 70 pairs.
_LEAST_LIKE: Final = 0.55
_LIKE_PER_SECOND: Final = 0.03
#: Frames of a camera's own series are never further apart than this.
_OWN_SERIES: Final = 60.0
#: More photos than any shutter makes in ten seconds: a clock that stands still.
_CROWD: Final = 400
#: Where most pairs match, listing them would fill the memory.
_LISTED_THRESHOLD: Final = 16


def bursts(photos: Photos, rule: Rule, without: Iterable[int] = ()) -> tuple[Cluster, ...]:
    """Sets of frames of which every two match: the camera says so, or clock and looks do.

    Rows in `without` (frames of brackets, copies of other rows) take no part.
    """
    free = np.ones(len(photos), np.bool_)
    free[list(without)] = False
    use_clock = rule.time_window > 0
    rows = np.flatnonzero(free & (clocks.known(photos) | (not use_clock)))
    rows = rows[np.lexsort((rows, -photos.size[rows], np.nan_to_num(photos.taken[rows], nan=np.inf)))]
    if rule.threshold is not None and rule.threshold > _LISTED_THRESHOLD:
        earlier = _looked_up(photos, rows, rule)
    else:
        earlier = _listed(len(rows), _pairs(photos, rows, rule))
    sets = _complete(len(rows), earlier)
    found = (
        tuple(sorted(rows[members].tolist())) for members in sets if len(members) >= max(2, rule.min_size)
    )
    return tuple(
        Cluster(GroupKind.BURST, members, -1, _evidence(photos, members)) for members in sorted(found)
    )


def _pairs(photos: Photos, rows: Rows, rule: Rule) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of positions among the rows, the rows ascending in time, that are frames of one moment."""
    firm = looks.solid(photos)[rows]
    times = photos.taken[rows]
    if rule.threshold is not None:
        yield from _shots(
            photos, rows, _similar(photos, rows, firm, rule, photos.prints["old"][rows], rule.threshold)
        )
        return
    hashes = np.ascontiguousarray(photos.prints["phash"][rows, 0])
    yield from _camera_series(photos, rows)
    for i, j in _similar(photos, rows, firm, rule, hashes, looks.PHASH_BITS):
        alike = looks.alike(photos, rows[i], rows[j])
        yield from _shots(photos, rows, [(i[alike], j[alike])])
    if rule.time_window <= 0:
        return
    near = np.searchsorted(times, times + _MOMENT, side="right") - np.searchsorted(times, times - _MOMENT)
    at = np.flatnonzero(firm & (photos.camera[rows] > 0) & (near <= _CROWD))
    moment = min(_MOMENT, rule.time_window)
    for i, j in neighbours.nearby(times[at], hashes[at], moment, 64):
        yield from _shots(photos, rows, [_one_moment(photos, rows, at[i], at[j])])


def _similar(
    photos: Photos, rows: Rows, firm: Mask, rule: Rule, hashes: npt.NDArray[np.uint64], radius: int
) -> Iterator[tuple[Rows, Rows]]:
    """Pairs near in their hash, and within the window where there is one."""
    at = np.flatnonzero(firm)
    if rule.time_window > 0:
        found = neighbours.nearby(photos.taken[rows[at]], hashes[at], rule.time_window, radius)
    else:
        found = neighbours.within(hashes[at], radius, photos.threads)
    for i, j in found:
        yield at[i], at[j]


def _shots(photos: Photos, rows: Rows, pairs: Iterable[tuple[Rows, Rows]]) -> Iterator[tuple[Rows, Rows]]:
    """The pairs that are two shots, not two copies of one."""
    for i, j in pairs:
        left, right = rows[i], rows[j]
        gap = np.abs(photos.taken[left] - photos.taken[right])
        timed = photos.certain[left] & photos.certain[right] & (gap > 0)
        two = clocks.apart(photos, left, right) | (timed & (photos.camera[left] != photos.camera[right]))
        yield i[two], j[two]


def _one_moment(photos: Photos, rows: Rows, i: Rows, j: Rows) -> tuple[Rows, Rows]:
    """The pairs of one camera that look as much alike as their distance in time asks."""
    one = photos.camera[rows[i]] == photos.camera[rows[j]]
    i, j = i[one], j[one]
    need = (_LEAST_LIKE + _LIKE_PER_SECOND * np.abs(photos.taken[rows[j]] - photos.taken[rows[i]])).astype(
        np.float32
    )
    like = np.zeros(len(i), np.bool_)
    block = photos.prints["block"]
    for start in range(0, len(i), 4096):
        part = slice(start, start + 4096)
        left, right = block[rows[i[part]]], block[rows[j[part]]]
        here = blocks.likeness(left, right) >= need[part]
        doubt = np.flatnonzero(~here)
        here[doubt] = blocks.shifted_likeness(left[doubt], right[doubt]) >= need[part][doubt]
        like[part] = here
    return i[like], j[like]


def _camera_series(photos: Photos, rows: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Pairs to which the camera gave one burst id."""
    named = np.flatnonzero(photos.burst[rows] > 0)
    order = named[np.argsort(photos.burst[rows[named]], kind="stable")]
    ids = photos.burst[rows[order]]
    for low in range(1, len(order)):
        same = np.flatnonzero(ids[low:] == ids[: len(ids) - low])
        if not len(same):
            return
        i, j = order[same], order[same + low]
        gap = np.abs(photos.taken[rows[i]] - photos.taken[rows[j]])
        near = ~(gap > _OWN_SERIES)
        yield np.minimum(i, j)[near], np.maximum(i, j)[near]


def _listed(count: int, pairs: Iterable[tuple[Rows, Rows]]) -> Callable[[int], Rows]:
    """For each position, the earlier positions that match it."""
    parts = [
        (np.minimum(i, j).astype(np.int32), np.maximum(i, j).astype(np.int32)) for i, j in pairs if len(i)
    ]
    early = np.concatenate([np.empty(0, np.int32), *(part[0] for part in parts)])
    late = np.concatenate([np.empty(0, np.int32), *(part[1] for part in parts)])
    keys = np.unique(late.astype(np.int64) * count + early)
    bounds = np.searchsorted(keys, np.arange(count + 1, dtype=np.int64) * count)

    def earlier(position: int) -> Rows:
        return np.asarray(keys[bounds[position] : bounds[position + 1]] % count, np.intp)

    return earlier


def _looked_up(photos: Photos, rows: Rows, rule: Rule) -> Callable[[int], Rows]:
    """The same by looking at the window each time: for thresholds that most pairs pass."""
    threshold = rule.threshold or 0
    hashes = photos.prints["old"][rows]
    times = photos.taken[rows]
    starts = (
        np.searchsorted(times, times - rule.time_window)
        if rule.time_window > 0
        else np.zeros(len(rows), np.intp)
    )
    firm = looks.solid(photos)[rows]

    def earlier(position: int) -> Rows:
        start = int(starts[position])
        near = neighbours.distance(hashes[start:position], hashes[position]) <= threshold
        i = start + np.flatnonzero(near & firm[start:position] & firm[position])
        found, _ = next(iter(_shots(photos, rows, [(i, np.full(len(i), position))])))
        return found

    return earlier


def _complete(count: int, earlier: Callable[[int], Rows]) -> Iterator[Rows]:
    """Sets of which every two match: in order of time each joins the latest set that it matches wholly."""
    label = np.full(count, -1, np.intp)
    sizes = np.zeros(count, np.intp)
    for position in range(count):
        matches = earlier(position)
        label[position], sizes[position] = position, 1
        if not len(matches):
            continue
        joined, counts = np.unique(label[matches], return_counts=True)
        whole = joined[counts == sizes[joined]]
        if len(whole):
            latest = matches[np.isin(label[matches], whole)].max()
            sizes[position] = 0
            label[position] = label[latest]
            sizes[label[latest]] += 1
    order = np.argsort(label, kind="stable")
    _, starts = np.unique(label[order], return_index=True)
    return iter(np.split(order, starts[1:]) if count else [])


def _evidence(photos: Photos, members: tuple[int, ...]) -> tuple[str, ...]:
    rows = list(members)
    times = photos.taken[rows]
    words = [Reason("frames-alike", n=len(rows))]
    if not np.isnan(times).any():
        words.append(Reason("within", seconds=round(float(times.max() - times.min()), 1)))
    if (photos.burst[rows] > 0).all() and len(set(photos.burst[rows].tolist())) == 1:
        words.append(Reason("camera-series"))
    elif (photos.camera[rows] > 0).all() and len(set(photos.camera[rows].tolist())) == 1:
        words.append(Reason("one-camera"))
    return tuple(words)
