"""Tables of made photos, in words that tests read well in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from keepers.fingerprint.perceptual import PRINT, Grey, fingerprint
from keepers.fingerprint.table import Photos
from keepers.group.rule import Cluster
from keepers.model import GroupKind

NOON = 1_600_000_000.0


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: what it shows and what is known of it."""

    name: str
    grey: Grey
    at: float | None = None
    camera: int = 1
    scale: float = 10.0
    folder: int = 1
    stem: int = -1
    burst: int = 0
    ev: float = float("nan")
    bias: float = float("nan")
    mode: int = -1
    pixels: int = 0
    raw: bool = False
    certain: bool = True
    size: int = 1_000_000


@dataclass(frozen=True, slots=True)
class World:
    """Photos with their table; clusters come back as sets of names."""

    photos: tuple[Photo, ...]
    table: Photos = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", table(self.photos))

    def names(self, clusters: Sequence[Cluster], kind: GroupKind | None = None) -> list[str]:
        """The members of each cluster as one word, all in order."""
        wanted = [c for c in clusters if kind is None or c.kind is kind]
        return sorted("".join(sorted(self.photos[row].name for row in c.rows)) for c in wanted)


def world(*photos: Photo) -> World:
    """A world of these photos; contents ascend as given."""
    return World(photos)


def table(photos: Sequence[Photo]) -> Photos:
    """The table that the catalog would make."""
    prints = [fingerprint(p.grey).tobytes() for p in photos]
    return Photos(
        content=np.arange(len(photos), dtype=np.int64),
        prints=np.frombuffer(b"".join(prints), PRINT),
        taken=np.array([float("nan") if p.at is None else NOON + p.at for p in photos], np.float64),
        certain=np.array([p.certain and p.at is not None for p in photos], np.bool_),
        camera=np.array([0 if p.at is None else p.camera for p in photos], np.int32),
        burst=np.array([p.burst for p in photos], np.int32),
        width=np.array([round(p.grey.shape[1] * p.scale) for p in photos], np.int32),
        height=np.array([round(p.grey.shape[0] * p.scale) for p in photos], np.int32),
        size=np.array([p.size for p in photos], np.int64),
        ev=np.array([p.ev for p in photos], np.float32),
        bias=np.array([p.bias for p in photos], np.float32),
        exposure_mode=np.array([p.mode for p in photos], np.int8),
        pixels=np.array([[p.pixels, p.pixels] for p in photos], np.uint64).reshape(-1, 2),
        stem=np.array([p.stem for p in photos], np.int64),
        folder=np.array([p.folder for p in photos], np.int32),
        raw=np.array([p.raw for p in photos], np.bool_),
    )


def exposed(grey: Grey, stops: float) -> Grey:
    """The scene with so much more light, clipped, as a camera's curve shows it."""
    linear = (grey / 255.0) ** 2.2 * 2.0**stops
    return np.asarray(np.rint(np.clip(linear, 0, 1) ** (1 / 2.2) * 255), np.uint8)
