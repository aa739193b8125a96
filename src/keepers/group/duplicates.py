"""Copies: photos with the same pixels, and photos that show the same picture."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import neighbours
from keepers.fingerprint.table import Photos
from keepers.group import clocks, crops, holders, looks
from keepers.group.rule import Cluster, Rule
from keepers.model import GroupKind
from keepers.reasons import Reason

__all__ = ["Cluster", "Rule", "pixel_candidates", "same_picture", "same_pixels"]

Rows = npt.NDArray[np.intp]

#: What the reduced decodes of the same pixels from two formats may differ in. A JPEG of 200 to 1,280 pixels, decoded at
#: an eighth or a quarter, beside the means of a PNG: 31 levels in the worst cell, 3.8 on average, 4 and 8 bits.
_PIXEL_PHASH_BITS: Final = 4
_PIXEL_DHASH_BITS: Final = 10
_PIXEL_GREY: Final = 40
_PIXEL_MEAN_GREY: Final = 4.5
#: The same of two JPEGs: of one that is progressive the first pass is seen, of a small one at another scale (10 levels
#: in the worst cell, 2.1 on average, in pictures of 800 to 1,200 pixels); their small pictures refute most, cheaply.
_JPEG_GREY: Final = 12
_JPEG_MEAN_GREY: Final = 2.2
#: Up to here the old rule's pairs are few enough to be listed (1 in 25,000 of unlike photos at 16 bits).
_LISTED_THRESHOLD: Final = 16


def pixel_candidates(photos: Photos) -> list[tuple[int, int]]:
    """Pairs of rows that look identical at one size, but whose digests prove nothing yet.

    Decode both in full, and hand the digests to `same_pixels`. Each row but one of a set that
    looks alike is paired with the first, so every row is named as seldom as possible.
    """
    rows = np.flatnonzero(~photos.raw)
    prints = photos.prints
    # Only a JPEG has a digest of what its pixels are coded by.
    jpeg = np.asarray(photos.pixels.any(axis=1))
    found: list[tuple[int, int]] = []
    for i, j in neighbours.within(prints["phash"][rows, 0], _PIXEL_PHASH_BITS, photos.threads):
        one, other = np.minimum(rows[i], rows[j]), np.maximum(rows[i], rows[j])
        same = (photos.width[one] == photos.width[other]) & (photos.height[one] == photos.height[other])
        one, other = one[same], other[same]
        bits = np.bitwise_count(prints["dhash"][one, 0] ^ prints["dhash"][other, 0]).sum(axis=1)
        unproven = ~jpeg[one] | (photos.pixels[one] != photos.pixels[other]).any(axis=1)
        keep = (bits <= _PIXEL_DHASH_BITS) & unproven & ~clocks.apart(photos, one, other)
        one, other = one[keep], other[keep]
        both = jpeg[one] & jpeg[other]
        steps = np.abs(prints["block"][one].astype(np.int16) - prints["block"][other])
        keep = (steps.max(axis=(1, 2), initial=0) <= np.where(both, _JPEG_GREY, _PIXEL_GREY)) & (
            steps.mean(axis=(1, 2)) <= np.where(both, _JPEG_MEAN_GREY, _PIXEL_MEAN_GREY)
        )
        found += zip(one[keep].tolist(), other[keep].tolist(), strict=True)
    first: dict[int, int] = {}
    for low, high in sorted(found):
        first.setdefault(high, first.get(low, low))
    return sorted((low, high) for high, low in first.items())


def same_pixels(photos: Photos, full: Mapping[int, str], min_size: int = 2) -> tuple[Cluster, ...]:
    """Rows whose pixels are proven equal, by digests in the table or by `full` ones of decoded pixels."""
    root = np.arange(len(photos))
    seen: dict[object, int] = {}
    for row, words in enumerate(photos.pixels.tolist()):
        names = ([tuple(words)] if any(words) else []) + ([full[row]] if full.get(row) else [])
        for name in names:
            _merge(root, seen.setdefault(name, row), row)
    return tuple(
        Cluster(GroupKind.SAME_PIXELS, rows, -1, (Reason("same-pixels"),))
        for rows in _sets(_root(root, row) for row in range(len(photos)))
        if len(rows) >= min_size
    )


def same_picture(photos: Photos, rule: Rule, closer: looks.Links | None = None) -> tuple[Cluster, ...]:
    """Stars: an original, and every photo that matches it itself, by its looks or by a `closer` look.

    A photo that matches several originals goes to the nearest.
    """
    rank = _originality(photos, np.zeros(len(photos), np.intp), np.zeros(len(photos), np.bool_))
    first, stands_for = _representatives(photos, rank)
    if rule.threshold is not None and rule.threshold > _LISTED_THRESHOLD:
        centre, how = _swept(photos, first, rank, rule.threshold), np.zeros(len(photos), np.int8)
    elif rule.threshold is not None:
        centre, how = _stars(photos, looks.same_old_hash(photos, first, rule.threshold))
    else:
        centre, how = _stars(photos, looks.same_picture(photos, first))
        if closer is not None:
            _add_closer(photos, _of(closer, stands_for), centre, how)
        _add_crops(photos, first, centre, how)
    centre = centre[stands_for]
    return tuple(
        _cluster(rows, int(centre[rows[0]]), how)
        for rows in _sets(centre.tolist())
        if len(rows) >= max(2, rule.min_size)
    )


def _of(links: looks.Links, stands_for: Rows) -> looks.Links:
    """Links between what stands for the rows."""
    left, right = stands_for[links.left], stands_for[links.right]
    return _kept(looks.Links(left, right, links.distance, links.how), left != right)


def _kept(links: looks.Links, keep: npt.NDArray[np.bool_]) -> looks.Links:
    return looks.Links(links.left[keep], links.right[keep], links.distance[keep], links.how[keep])


def _add_closer(photos: Photos, links: looks.Links, centre: Rows, how: npt.NDArray[np.int8]) -> None:
    """Hang originals of the first pass on those they were made of: whole stars, of which every member matches."""
    count = len(photos)
    own = centre == np.arange(count)
    among = _kept(links, own[links.left] & own[links.right])
    # A collage holds several pictures: it never leads, for it would join them.
    framing = holders.holders(among, count)
    there, kind = _covered(among, _sources(photos, among, framing))
    known = np.concatenate([links.left * count + links.right, links.right * count + links.left])
    for row in np.flatnonzero((there != np.arange(count)) & ~np.isin(there, framing)).tolist():
        members = np.flatnonzero(centre == row)
        others = members[members != row]
        if np.isin(others * count + there[row], known).all():
            centre[members], how[members] = there[row], kind[row]


def _add_crops(photos: Photos, first: Rows, centre: Rows, how: npt.NDArray[np.int8]) -> None:
    """Hang parts of a picture on the picture: single ones, and stars of which every member is a part of it."""
    own = first[centre[first] == first]
    found = crops.crops(photos, own, own)
    crop_of = dict(zip(found.right.tolist(), found.left.tolist(), strict=True))
    order = first[np.argsort(centre[first], kind="stable")]
    bounds = np.searchsorted(centre[order], np.arange(len(photos) + 1))
    for crop, original in crop_of.items():
        # The part of a part matches its own original only; that one has a group of its own then.
        members = order[bounds[crop] : bounds[crop + 1]]
        if original in crop_of or not crops.all_parts(photos, members[members != crop], original):
            continue
        centre[members] = original
        how[members] = looks.CROPPED


def _sources(photos: Photos, links: looks.Links, framing: Rows) -> Rows:
    """The rank of each row as what others were made of: most are made of it, and it of fewer than half; `framing` come last."""
    count = len(photos)
    framed, cropped = links.how == looks.FRAMED, links.how == looks.CROPPED
    made = np.bincount(np.where(framed, links.left, links.right)[framed | cropped], minlength=count)
    degree = np.bincount(links.left, minlength=count) + np.bincount(links.right, minlength=count)
    plain = _originality(photos, degree, np.zeros(count, np.bool_))
    rank = np.empty(count, np.intp)
    last = np.zeros(count, np.bool_)
    last[framing] = True
    # One look may mistake what is round a picture; a collage or a screenshot is seen to be made of others by half of all.
    rank[np.lexsort((plain, -degree, 2 * made >= np.maximum(degree, 1), last))] = np.arange(count)
    return rank


def _originality(photos: Photos, matches: Rows, framed: npt.NDArray[np.bool_]) -> Rows:
    """The rank of each row as an original: most pixels, time and camera known, most matches, earliest.

    What is known to be another photo in a frame comes last, however large the frame.
    """
    inside = photos.width.astype(np.float64) * photos.height
    # Steps of a fifth: a crop of the edge or an odd rounding makes no original.
    steps = np.floor(np.log2(np.maximum(inside, 1)) * 4)
    time = np.where(np.isnan(photos.taken), np.inf, photos.taken)
    # Of edits at one size the untouched one lies in the middle: more photos match it as it is.
    plain = (-matches, photos.camera == 0, ~photos.certain, -steps, framed)
    rank = np.empty(len(photos), np.intp)
    rank[np.lexsort((np.arange(len(photos)), -photos.size, -inside, time, *plain))] = np.arange(len(photos))
    return rank


def _representatives(photos: Photos, rank: Rows) -> tuple[Rows, Rows]:
    """One row for all that are alike to the last bit and may be one shot, and for each row which one that is.

    A thousand resized copies are one then, and not half a million pairs.
    """
    solid = looks.solid(photos)
    timed = clocks.known(photos)
    stem = np.where(timed, photos.stem, -1)
    time = np.where(timed, photos.taken, -1.0)
    columns = [
        photos.prints["phash"][:, 0],
        *photos.prints["dhash"][:, 0].T,
        photos.prints["trim_phash"],
        photos.prints["old"],
    ]
    keys = np.stack(
        [*(c.view(np.int64) for c in map(np.ascontiguousarray, columns)), time.view(np.int64), stem]
    )
    shape = np.stack([photos.camera, photos.width, photos.height, photos.folder * timed]).astype(np.int64)
    alone = np.where(solid, -1, np.arange(len(photos)))
    order = np.lexsort((rank, *np.vstack([keys, shape, alone[None]])))
    table = np.vstack([keys, shape, alone[None]])[:, order]
    new = np.ones(len(photos), np.bool_)
    new[1:] = (table[:, 1:] != table[:, :-1]).any(axis=0)
    stands_for = np.empty(len(photos), np.intp)
    stands_for[order] = order[new][np.cumsum(new) - 1]
    return np.sort(order[new]), stands_for


def _stars(photos: Photos, links: looks.Links) -> tuple[Rows, npt.NDArray[np.int8]]:
    """Give each row its centre, by the originality of the rows."""
    count = len(photos)
    upright = links.how == looks.UPRIGHT
    left, right = links.left[upright], links.right[upright]
    plain = np.unique(np.concatenate([left * count + right, right * count + left]))
    framed = np.zeros(count, np.bool_)
    outer, inside = links.left[links.how == looks.FRAMED], links.right[links.how == looks.FRAMED]
    framed[outer[~np.isin(outer * count + inside, plain)]] = True
    return _covered(links, _originality(photos, np.bincount(plain // count, minlength=count), framed))


def _covered(links: looks.Links, rank: Rows) -> tuple[Rows, npt.NDArray[np.int8]]:
    """Give each row its centre: in order of rank, a row that no earlier centre matches is one itself."""
    count = len(rank)
    left = np.concatenate([links.left, links.right])
    right = np.concatenate([links.right, links.left])
    distance, kind = np.tile(links.distance, 2), np.tile(links.how, 2)
    order = np.argsort(left, kind="stable")
    left, right, distance, kind = left[order], right[order], distance[order], kind[order]
    bounds = np.searchsorted(left, np.arange(count + 1))
    covered = np.zeros(count, np.bool_)
    is_centre = np.zeros(count, np.bool_)
    linked = np.unique(left)
    for row in linked[np.argsort(rank[linked])].tolist():
        if not covered[row]:
            is_centre[row] = True
            covered[right[bounds[row] : bounds[row + 1]]] = True
    centre, how = np.arange(count), np.zeros(count, np.int8)
    usable = is_centre[right] & ~is_centre[left]
    left, right, distance, kind = left[usable], right[usable], distance[usable], kind[usable]
    nearest = np.lexsort((rank[right], distance, left))
    rows, at = np.unique(left[nearest], return_index=True)
    centre[rows], how[rows] = right[nearest][at], kind[nearest][at]
    return centre, how


def _swept(photos: Photos, rows: Rows, rank: Rows, threshold: int) -> Rows:
    """Stars by the old rule at thresholds where most pairs match: each original takes what is left."""
    old = photos.prints["old"]
    centre = np.arange(len(photos))
    best = np.full(len(photos), 65, np.int64)
    rows = rows[looks.solid(photos)[rows]]
    is_open = np.ones(len(photos), np.bool_)
    for row in rows[np.argsort(rank[rows])].tolist():
        if not is_open[row]:
            continue
        bits = neighbours.distance(old[rows], old[row])
        near = (bits <= threshold) & (bits < best[rows]) & (rank[rows] > rank[row])
        taken = rows[near][~clocks.apart(photos, rows[near], np.full(int(near.sum()), row))]
        is_open[taken] = False
        best[taken] = neighbours.distance(old[taken], old[row])
        centre[taken] = row
    return centre


def _cluster(rows: tuple[int, ...], centre: int, how: npt.NDArray[np.int8]) -> Cluster:
    counts = np.bincount(how[list(rows)], minlength=5)
    words = {
        looks.TURNED: "turned",
        looks.FRAMED: "framed",
        looks.BORDERED: "unbordered",
        looks.CROPPED: "cropped",
    }
    evidence = [Reason("alike")]
    evidence += [Reason(word, n=int(counts[kind])) for kind, word in words.items() if counts[kind]]
    return Cluster(GroupKind.SAME_PICTURE, rows, centre, tuple(evidence))


def _root(root: Rows, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = int(root[row])
    return row


def _merge(root: Rows, one: int, other: int) -> None:
    one, other = _root(root, one), _root(root, other)
    root[max(one, other)] = min(one, other)


def _sets(labels: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """The rows of each label, in order of the first."""
    found: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        found.setdefault(label, []).append(row)
    return (tuple(rows) for rows in found.values())
