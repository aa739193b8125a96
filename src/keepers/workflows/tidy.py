"""Find the groups of photos that belong together, judge their members, pick the keepers."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from blake3 import blake3

from keepers.catalog import contents, photos
from keepers.catalog.store import Catalog
from keepers.decide import keep
from keepers.detect.look import LookTask
from keepers.fingerprint.table import Photos
from keepers.group import duplicates, series
from keepers.model import Bundle, ContentId, Decision, Facts, Group, GroupKind, Look
from keepers.ports import Failure, Progress, Workers
from keepers.read import formats
from keepers.score.weights import Weights

#: Raised when the proof of equal pixels changes; older digests are taken again.
PIXELS_METHOD = 1
ORDER = {kind: number for number, kind in enumerate(GroupKind)}


@dataclass(frozen=True, slots=True)
class Judging:
    """What grouping and judging work with; workers start only when there is something to decode."""

    catalog: Catalog
    progress: Progress
    workers: Callable[[], Workers]
    look: Callable[[LookTask], Look]
    look_method: str
    backend: str
    model_dir: str
    prove: Callable[[str], str]
    rule: duplicates.Rule
    kinds: tuple[GroupKind, ...]
    weights: Weights


@dataclass(frozen=True, slots=True)
class Tidied:
    """The groups with what was decided of each, and how many photos are in none."""

    decisions: tuple[Decision, ...]
    ungrouped: int


def tidy(judging: Judging, roots: Sequence[str], about: ContentId | None = None) -> Tidied:
    """Group the photos at or below the roots (all that are known if none), and pick the keepers.

    With `about`, only groups that hold this content are judged. The same groups, ids and order for
    the same contents, whatever the order of files and workers.
    """
    table = photos.table(judging.catalog, roots, formats.RAW_NAMES)
    clusters = _clusters(judging, table)
    names = photos.content_ids(judging.catalog, (int(table.content[row]) for cluster in clusters for row in cluster.rows))
    sets = [(cluster.kind, [names[int(table.content[row])] for row in cluster.rows], cluster.evidence) for cluster in clusters]
    if GroupKind.SAME_BYTES in judging.kinds:
        sets += [(GroupKind.SAME_BYTES, [content], ("the same bytes",)) for content in photos.repeated(judging.catalog, roots)]
    grouped = {content for _, members, _ in sets for content in members}
    if about is not None:
        sets = [entry for entry in sets if about in entry[1]]
    groups = _groups(judging.catalog, roots, sets)
    return Tidied(_decisions(judging, groups), photos.main_contents(judging.catalog, roots) - len(grouped))


def _clusters(judging: Judging, table: Photos) -> tuple[duplicates.Cluster, ...]:
    return ()
