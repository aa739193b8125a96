"""All groups of a table of photos, the kinds fitted to one another."""

from collections.abc import Iterable, Mapping

import numpy as np

from keepers.fingerprint.table import Photos
from keepers.group import clocks, duplicates, looks, series
from keepers.group.rule import Cluster, Rule
from keepers.model import GroupKind


def clusters(
    photos: Photos, rule: Rule, full: Mapping[int, str] | None = None, closer: looks.Links | None = None
) -> tuple[Cluster, ...]:
    """Every cluster of the wanted kinds but same-bytes; a row is in at most one of each kind.

    `full` are digests of fully decoded pixels by row, for `duplicates.pixel_candidates`; `closer` are links of
    the same picture that a second pass saw. A bracket's
    frames are no burst, and of copies of one frame only one takes part in a burst.
    """
    wanted = set(rule.kinds)
    pixels = duplicates.same_pixels(photos, full or {}, rule.min_size)
    needed = wanted & {GroupKind.SAME_PICTURE, GroupKind.BURST}
    pictures = duplicates.same_picture(photos, rule, closer) if needed else ()
    stacks = series.brackets(photos, rule) if wanted & {GroupKind.BRACKET, GroupKind.BURST} else ()
    found: list[Cluster] = []
    if GroupKind.SAME_PIXELS in wanted:
        found += pixels
    if GroupKind.SAME_PICTURE in wanted:
        equal = {row: number for number, cluster in enumerate(pixels) for row in cluster.rows}
        found += [
            cluster for cluster in pictures if len({equal.get(row, -1 - row) for row in cluster.rows}) > 1
        ]
    if GroupKind.BURST in wanted:
        framed = [row for stack in stacks for row in stack.rows]
        found += series.bursts(photos, rule, {*framed, *_copies(photos, pixels), *_copies(photos, pictures)})
    if GroupKind.BRACKET in wanted:
        found += stacks
    return tuple(found)


def _copies(photos: Photos, pictures: Iterable[Cluster]) -> set[int]:
    """All rows of each picture but the one that stands for the shot: the original, or one that has a time."""
    timed = clocks.known(photos)
    found: set[int] = set()
    for cluster in pictures:
        rows = np.array(cluster.rows)
        with_time = rows[timed[rows]]
        shown = (
            cluster.centre
            if cluster.centre >= 0 and (timed[cluster.centre] or not len(with_time))
            else int([*with_time, *rows][0])
        )
        found |= set(cluster.rows) - {shown}
    return found
