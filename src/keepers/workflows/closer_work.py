"""What a second, closer look at pictures works with; nothing here is slow to import."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from keepers.catalog.store import Catalog
from keepers.fingerprint.table import Photos
from keepers.group.rule import Rule
from keepers.model import ContentId
from keepers.ports import Failure, Progress

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One picture whose points are wanted, with `mirrored` those of its mirror image, too."""

    path: str
    content: ContentId
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures (contents by row), their sizes upright, and the affine map from the query's pixels to the original's.

    The map is of the pictures at `keypoints.SIDE`, as six numbers; with `mirrored` that of the query as it looks mirrored.
    """

    query: int
    original: int
    query_path: str
    original_path: str
    map: tuple[float, ...]
    mirrored: bool
    query_size: tuple[int, int]
    original_size: tuple[int, int]


class Run(Protocol):
    """Runs one function over many items in workers, with progress."""

    def __call__(
        self, stage: str, task: Callable[[T], R], work: Sequence[T], /
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item with its result or failure, as they come."""
        ...


@dataclass(frozen=True, slots=True)
class Looking:
    """What a second look works with: names and files of contents (by row), workers, the photos, and when to look."""

    catalog: Catalog
    progress: Progress
    names: Callable[[int], ContentId]
    paths: Callable[[Sequence[int]], Mapping[int, str]]
    run: Run
    photos: Photos
    rule: Rule
    when: str
