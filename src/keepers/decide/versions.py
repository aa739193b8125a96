"""The version tree of one picture: original, edit, export, messenger's copy, screenshot, and what came of which."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.decide.originality import SCALED, SCREENSHOT, Company, Copy, Origin, company, origin, ranked
from keepers.fingerprint import blocks
from keepers.fingerprint.blocks import Blocks
from keepers.fingerprint.perceptual import BLOCK, TURNS
from keepers.model import ContentId, GroupKind, Stage, Version

#: What came first, came from what; a stage comes of an earlier one.
ORDER: Final = (Stage.ORIGINAL, Stage.COPY, Stage.EDIT, Stage.EXPORT, Stage.MESSENGER, Stage.SCREENSHOT)
WORDS: Final[Mapping[Stage, str]] = {
    Stage.ORIGINAL: "the original",
    Stage.COPY: "saved again",
    Stage.EDIT: "an edit",
    Stage.EXPORT: "an export",
    Stage.MESSENGER: "a messenger's copy",
    Stage.SCREENSHOT: "a screenshot",
}
#: Correlation of the small pictures that a later version must be nearer by than the original to be the source:
#: recompression alone moves it by 0.002.
_NEARER: Final = 0.004
_NOTHING: Final = np.zeros((BLOCK, BLOCK), np.uint8)

Real = npt.NDArray[np.float32]


def tree(copies: Sequence[Copy], looks: Mapping[ContentId, Blocks]) -> tuple[Version, ...]:
    """Each version with its stage and the version it was made of, the original first, each after its source.

    `looks` are the small pictures (BLOCK x BLOCK, uint8) by content; what has none comes of the original.
    The same whatever the order of the copies.
    """
    order = ranked(copies, GroupKind.SAME_PICTURE)
    among = company(order)
    stages = [Stage.ORIGINAL, *(_stage(copy, order[0], among) for copy in order[1:])]
    sources = [-1, *_sources(order, stages, [looks.get(copy.bundle.main.content) for copy in order])]
    made_of: dict[int, list[int]] = {}
    for row, source in enumerate(sources):
        made_of.setdefault(source, []).append(row)
    found: list[Version] = []

    def walk(row: int, depth: int) -> None:
        source = None if sources[row] < 0 else order[sources[row]].bundle.main.ref
        found.append(Version(order[row].bundle.main.ref, stages[row], source, depth))
        for later in made_of.get(row, ()):
            walk(later, depth + 1)

    walk(0, 0)
    return tuple(found)


def _stage(copy: Copy, first: Copy, among: Company) -> Stage:
    if SCREENSHOT.search(copy.stem) or (
        copy.facts and SCREENSHOT.search(copy.facts.exif.get("UserComment", ""))
    ):
        return Stage.SCREENSHOT
    standing = origin(copy, among)
    if standing is Origin.MESSENGER:
        return Stage.MESSENGER
    if copy.pixels < SCALED * first.pixels:
        return Stage.EXPORT
    if copy.edited:
        return Stage.EDIT
    return Stage.COPY if standing in {Origin.RAW, Origin.HEIC, Origin.CAMERA} else Stage.EXPORT


def _sources(order: Sequence[Copy], stages: Sequence[Stage], looks: Sequence[Blocks | None]) -> Iterator[int]:
    """For each version but the first, the row of that it was made of: what it looks most like, in doubt the original."""
    steps = np.array([ORDER.index(stage) for stage in stages])
    pixels = np.array([copy.pixels for copy in order])
    seen = np.array([look is not None for look in looks])
    upright = blocks.normal(np.stack([_NOTHING if look is None else look for look in looks]))
    for row, copy in enumerate(order[1:], start=1):
        look = looks[row]
        if look is None:
            yield 0
            continue
        large = (pixels >= SCALED * copy.pixels) | (stages[row] is Stage.SCREENSHOT)
        sources = np.flatnonzero(seen & large & (steps < steps[row]))
        best, nearest = 0, _NEARER + (_likeness(look, upright[:1])[0] if seen[0] else -1.0)
        for other, near in zip(sources.tolist(), _likeness(look, upright[sources]).tolist(), strict=True):
            if other and near > nearest:
                best, nearest = other, near + _NEARER / 4
        yield best


def _likeness(look: Blocks, others: Real) -> Real:
    """How alike a picture looks to others, in whatever turn and mirror image: correlations, 1 at most."""
    turns = blocks.normal(np.stack([blocks.turned(look[None], turn)[0] for turn in range(TURNS)]))
    return np.asarray((others @ turns.T).max(axis=1) / np.float32(turns.shape[1]), np.float32)
