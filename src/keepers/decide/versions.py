"""The version tree of one picture: original, edit, export, messenger's copy, screenshot, and what came of which."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from keepers.decide.originality import SCALED, SCREENSHOT, Copy, Origin, origin, ranked
from keepers.fingerprint import blocks
from keepers.fingerprint.blocks import Blocks
from keepers.fingerprint.perceptual import TURNS
from keepers.model import ContentId, GroupKind, Ref, Stage, Version

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


def tree(copies: Sequence[Copy], looks: Mapping[ContentId, Blocks]) -> tuple[Version, ...]:
    """Each version with its stage and the version it was made of, the original first, each after its source.

    `looks` are the small pictures (BLOCK x BLOCK, uint8) by content; what has none comes of the original.
    The same whatever the order of the copies.
    """
    order = ranked(copies, GroupKind.SAME_PICTURE)
    stages = [Stage.ORIGINAL, *(_stage(copy, order) for copy in order[1:])]
    sources = [_source(row, order, stages, looks) for row in range(len(order))]
    found: list[Version] = []

    def walk(row: int, depth: int) -> None:
        source = None if sources[row] < 0 else order[sources[row]].bundle.main.ref
        found.append(Version(order[row].bundle.main.ref, stages[row], source, depth))
        for later in range(len(order)):
            if sources[later] == row:
                walk(later, depth + 1)

    walk(0, 0)
    return tuple(found)


def stage_of(versions: Sequence[Version], ref: Ref) -> Version | None:
    """The version of a photo; None where it is none of these."""
    return next((version for version in versions if version.ref == ref), None)


def _stage(copy: Copy, among: Sequence[Copy]) -> Stage:
    if SCREENSHOT.search(copy.path.stem) or (
        copy.facts and SCREENSHOT.search(copy.facts.exif.get("UserComment", ""))
    ):
        return Stage.SCREENSHOT
    standing = origin(copy, among)
    if standing is Origin.MESSENGER:
        return Stage.MESSENGER
    if copy.pixels < SCALED * among[0].pixels:
        return Stage.EXPORT
    if copy.edited:
        return Stage.EDIT
    return Stage.COPY if standing in {Origin.RAW, Origin.HEIC, Origin.CAMERA} else Stage.EXPORT


def _source(
    row: int, order: Sequence[Copy], stages: Sequence[Stage], looks: Mapping[ContentId, Blocks]
) -> int:
    """The row of the version that this one was made of: the one it looks most like, in doubt the original."""
    if row == 0:
        return -1
    best, nearest = 0, _likeness(order[row], order[0], looks) + _NEARER
    for other in range(1, len(order)):
        earlier = ORDER.index(stages[other]) < ORDER.index(stages[row])
        large = order[other].pixels >= SCALED * order[row].pixels or stages[row] is Stage.SCREENSHOT
        near = _likeness(order[row], order[other], looks) if earlier and large else -1.0
        if near > nearest:
            best, nearest = other, near + _NEARER / 4
    return best


def _likeness(one: Copy, other: Copy, looks: Mapping[ContentId, Blocks]) -> float:
    """How alike two versions look, in whatever turn and mirror image: a correlation, 1 at most."""
    left, right = looks.get(one.bundle.main.content), looks.get(other.bundle.main.content)
    if left is None or right is None:
        return -1.0
    turns = np.concatenate([blocks.turned(right[None], turn) for turn in range(TURNS)])
    return float(blocks.likeness(np.repeat(left[None], TURNS, axis=0), turns).max())
