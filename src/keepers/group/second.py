"""What a second, closer look is worth taking at, and the links that come of it."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.relation import Made
from keepers.fingerprint.table import Photos
from keepers.group import clocks, looks
from keepers.group.rule import Cluster

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

#: The same view of two pictures, made the other way round.
_OTHERWISE: Final = {
    Made.PART: Made.WITHIN,
    Made.WITHIN: Made.PART,
    Made.AROUND: Made.HOLDS,
    Made.HOLDS: Made.AROUND,
}
#: How many of some pictures may be the original of all.
_ORIGINALS: Final = 2
#: Further apart than all that a hash forgives: where both have found an original, the hash counts.
_FAR: Final = 200.0


def alone(photos: Photos, clusters: Iterable[Cluster]) -> Rows:
    """The rows that the first pass gave no original: those in no group, and the originals themselves."""
    free = looks.solid(photos).copy()
    for cluster in clusters:
        free[list(cluster.rows)] = False
        if cluster.centre >= 0:
            free[cluster.centre] = looks.solid(photos)[cluster.centre]
    return np.flatnonzero(free)


def apart(photos: Photos, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs that are not certainly two shots, each once: first the one that may be made of the second."""
    found: set[tuple[int, int]] = set()
    area = photos.width.astype(np.int64) * photos.height
    for one, other in pairs:
        found.add((one, other) if (area[one], -one) < (area[other], -other) else (other, one))
    table = np.array(sorted(found), np.intp).reshape(-1, 2)
    keep = ~clocks.apart(photos, table[:, 0], table[:, 1])
    return [(int(one), int(other)) for one, other in table[keep]]


def originals(found: Iterable[tuple[int, int, Made, float]]) -> list[tuple[int, int]]:
    """Pairs that were not proposed, but follow from those that were: each with the likeliest original of its own.

    Of pictures that are made of one another, it is the one that most others are made of. It must agree with each itself.
    """
    made = [(query, original, kind) for query, original, kind, _ in found if kind is not Made.UNLIKE]
    near: dict[int, set[int]] = {}
    given: dict[int, int] = {}
    for query, original, kind in made:
        near.setdefault(query, set()).add(original)
        near.setdefault(original, set()).add(query)
        source, other = (query, original) if kind in {Made.HOLDS, Made.WITHIN} else (original, query)
        given[source] = given.get(source, 0) + 1
        given[other] = given.get(other, 0) - (kind is not Made.WHOLE)
    return sorted(
        (row, best) for rows in _connected(near) for best in _most(rows, given) for row in rows - {best}
    )


def _most(rows: set[int], given: dict[int, int]) -> list[int]:
    return sorted(rows, key=lambda row: (-given[row], row))[:_ORIGINALS]


def _connected(near: dict[int, set[int]]) -> Iterator[set[int]]:
    """The sets of rows that lead to each other."""
    left = dict.fromkeys(sorted(near))
    while left:
        found, open_ = set[int](), [next(iter(left))]
        while open_:
            row = open_.pop()
            if row not in found:
                found.add(row)
                del left[row]
                open_ += near[row] - found
        yield found


def told(photos: Photos, found: Iterable[tuple[int, int, Made, float]]) -> list[tuple[int, int, Made, float]]:
    """The same with what camera and time tell: where one of two has them, it is the original of the other."""
    known = (clocks.known(photos) & (photos.camera > 0)).tolist()
    return [
        (query, original, _OTHERWISE[made], likeness)
        if made in _OTHERWISE
        and known[query] != known[original]
        and known[original] == (made in {Made.HOLDS, Made.WITHIN})
        else (query, original, made, likeness)
        for query, original, made, likeness in found
    ]


def links(found: Iterable[tuple[int, int, Made, float]]) -> looks.Links:
    """Links of pairs of rows that were looked at: query, original, what the one is to the other, how like (0-1)."""
    parts: list[tuple[int, int, float, int]] = []
    for query, original, made, likeness in sorted(found):
        distance = _FAR + 100.0 * (1.0 - likeness)
        match made:
            case Made.UNLIKE:
                continue
            case Made.PART | Made.WITHIN:
                how = looks.CROPPED if made is Made.PART else looks.FRAMED
                parts.append((original, query, distance, how))
            case Made.AROUND | Made.HOLDS:
                how = looks.FRAMED if made is Made.AROUND else looks.CROPPED
                parts.append((query, original, distance, how))
            case Made.WHOLE:
                parts.append((query, original, distance, looks.TURNED))
    left, right, distances, kinds = zip(*parts, strict=True) if parts else ((), (), (), ())
    return looks.Links(
        np.array(left, np.intp),
        np.array(right, np.intp),
        np.array(distances, np.float32),
        np.array(kinds, np.int8),
    )
