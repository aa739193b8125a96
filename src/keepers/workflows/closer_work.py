"""What a second, closer look at pictures works with; nothing here is slow to import."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from keepers.catalog.store import Catalog
from keepers.fingerprint.table import Photos
from keepers.group.rule import Rule
from keepers.model import ContentId
from keepers.ports import Failure, Progress
from keepers.score.scenes import SceneTask

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
        self, stage: str, task: Callable[[T], R], work: Iterable[T], count: int, /
    ) -> Iterator[tuple[T, R | Failure]]:
        """Yield each item with its result or failure, as they come; items are drawn when a worker is free."""
        ...


@dataclass(frozen=True, slots=True)
class Scenes:
    """The back end that embeds scenes: by which models, what marks its results, from which cosine on two are near."""

    name: str
    method: str
    near: float
    embed: Callable[[SceneTask], bytes]
    model_dir: str = ""


@dataclass(frozen=True, slots=True)
class Looking:
    """What a second look works with: names and files of contents (by row), workers, the photos, and when to look.

    `paths` yields contents with a file to look at, those that have none left out; a file may go when others are asked for.
    `scenes` is the back end that proposes pairs by their scenes, if there is one, and `alike` the pairs that servers propose: of
    rows that ask (the first ones) with any of the second ones.
    """

    catalog: Catalog
    progress: Progress
    names: Callable[[int], ContentId]
    paths: Callable[[Sequence[int]], Iterator[tuple[int, str]]]
    run: Run
    photos: Photos
    rule: Rule
    when: str
    scenes: Callable[[], Scenes | None]
    alike: Callable[[Sequence[int], Sequence[int]], Iterable[tuple[int, int]]]
