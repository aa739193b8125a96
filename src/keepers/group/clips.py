"""Copies of a clip: re-encoded, resized, put into another container; never clips that only begin alike.

Pictures shown at the same moments are compared, spread over the whole clip. Black and blank ones prove nothing.
What must agree above all is how the picture changes: two recordings from one tripod differ in nothing else.
Measured on pans and on tripods with a small moving thing: what changes correlates by .998 between a clip and its
re-encodings (.975 with 160 x 90 pixels at the worst quality, .79 in a second in which hardly anything moves), by
.22 at most between two recordings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import blocks, neighbours
from keepers.fingerprint.clips import MOST, SAME_TIME, Clips
from keepers.fingerprint.perceptual import BLOCK, FLAT
from keepers.group.rule import Cluster
from keepers.model import GroupKind
from keepers.reasons import Reason

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float32]

#: Where lengths (seconds) are compared in another way: containers count the last picture and the sound differently.
_SHORT, _MIDDLE, _LONG = 10.0, 20.0, 100.0
#: Of a clip of a second or two half a second is a part that counts: a tenth may be missing, and a picture or two.
_PART, _ROUNDING = 0.1, 0.1
#: What two pictures shown at one moment may differ in.
_PHASH_BITS: Final = 12
_DHASH_BITS: Final = 30
_ALIKE: Final = 0.95
#: How the changes of two copies correlate, over the whole clip.
_CHANGES: Final = 0.75
#: Pictures that must agree, and the share of the moments that both clips have.
_LEAST: Final = 3
_MOST_UNKNOWN: Final = 0.4
#: Grey levels of change (root mean square) below which a film stands still.
_STILL: Final = 0.7
#: Copies of a film that stands still agree in length and time to the second and better.
_STILL_SECONDS: Final = 0.1
_STILL_TIMES: Final = 2.0
_CHUNK: Final = 1024


@dataclass(frozen=True, slots=True)
class _Views:
    """The pictures of both sides of some pairs at their common moments; pairs by moments."""

    left: npt.NDArray[np.void]
    right: npt.NDArray[np.void]

    @property
    def known(self) -> Mask:
        """Where both sides have the picture that is shown at the same time."""
        there = self.left["there"] & self.right["there"]
        apart = np.abs(self.left["at"] - self.right["at"])
        both: Mask = there & ((self.left["exact"] & self.right["exact"]) | (apart <= SAME_TIME))
        return both

    @property
    def solid(self) -> tuple[Mask, Mask]:
        """Which pictures of each side have enough contrast to mean something."""
        return self.left["deviation"] >= FLAT, self.right["deviation"] >= FLAT

    @property
    def alike(self) -> Mask:
        """Where the pictures agree."""
        left, right = self.left, self.right
        found: Mask = np.bitwise_count(left["phash"] ^ right["phash"]) <= _PHASH_BITS
        found &= np.bitwise_count(left["dhash"] ^ right["dhash"]).sum(axis=-1) <= _DHASH_BITS
        rows, columns = np.nonzero(found)
        likeness = blocks.likeness(left["block"][rows, columns], right["block"][rows, columns])
        found[rows, columns] = likeness >= _ALIKE
        return found


def doubtful(clips: Clips) -> tuple[int, ...]:
    """Rows that may be copies of others, but whose pictures at the same moments are not known yet."""
    found: set[int] = set()
    for left, right in _candidates(clips):
        open_ = ~(clips.complete[left] & clips.complete[right]) & ~_refuted(_views(clips, left, right))
        found.update(left[open_].tolist(), right[open_].tolist())
    return tuple(sorted(row for row in found if not clips.complete[row]))


def same_clip(clips: Clips, min_size: int = 2) -> tuple[Cluster, ...]:
    """Stars: the best copy of a clip, and every clip that matches it itself."""
    near: dict[int, set[int]] = {}
    for left, right in _candidates(clips):
        same = _same(clips, left, right)
        for one, other in zip(left[same].tolist(), right[same].tolist(), strict=True):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
    found: list[Cluster] = []
    free = set(near)
    for row in _ranked(clips, near):
        if row not in free:
            continue
        members = (row, *sorted(near[row] & free))
        free.difference_update(members)
        if len(members) >= max(2, min_size):
            found.append(_cluster(clips, row, members))
    return tuple(sorted(found, key=lambda cluster: cluster.rows))


def _ranked(clips: Clips, rows: "dict[int, set[int]]") -> list[int]:
    """The best copies first: most pixels, most bytes, lowest row."""
    return sorted(
        rows, key=lambda row: (-int(clips.width[row]) * int(clips.height[row]), -int(clips.size[row]), row)
    )


def _cluster(clips: Clips, centre: int, rows: tuple[int, ...]) -> Cluster:
    seconds = clips.seconds[list(rows)]
    apart = float(seconds.max() - seconds.min())
    length = (
        Reason("same-length") if apart < _STILL_SECONDS else Reason("lengths-apart", seconds=round(apart, 1))
    )
    words = (Reason("same-moments"), length)
    return Cluster(GroupKind.SAME_CLIP, tuple(sorted(rows)), centre, words)


def _candidates(clips: Clips) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of nearly one length that begin alike."""
    first = clips.samples[:, 0]
    rows = np.flatnonzero(first["there"] & (clips.seconds > 0))
    scale = _scale(clips.seconds[rows])
    order = np.argsort(scale, kind="stable")
    rows = rows[order]
    # What begins in black is compared with all that does.
    hashes = np.where(first["deviation"][rows] >= FLAT, first["phash"][rows], np.uint64(0))
    for left, right in neighbours.nearby(scale[order], hashes, 1.0, _PHASH_BITS):
        for start in range(0, len(left), _CHUNK):
            part = slice(start, start + _CHUNK)
            yield rows[left[part]], rows[right[part]]


def _scale(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Lengths on a scale on which copies are less than 1 apart.

    Its steps are half a second up to 10 s, a twentieth up to 20 s, a second up to 100 s, then a hundredth.
    """
    short = np.minimum(seconds, _SHORT) / 0.5
    medium = np.log(np.clip(seconds, _SHORT, _MIDDLE) / _SHORT) / 0.05
    long = np.clip(seconds, _MIDDLE, _LONG) - _MIDDLE
    endless = np.log(np.maximum(seconds, _LONG) / _LONG) / 0.01
    return np.asarray(short + medium + long + endless)


def _views(clips: Clips, left: Rows, right: Rows) -> _Views:
    """Line up the moments: where one clip has twice as many, every second one of them."""
    columns = np.arange(MOST)
    longer = np.maximum(clips.step[left], clips.step[right])

    def side(rows: Rows) -> npt.NDArray[np.void]:
        at = columns[None, :] * np.rint(longer / clips.step[rows]).astype(np.intp)[:, None]
        found: npt.NDArray[np.void] = clips.samples[rows[:, None], np.minimum(at, MOST - 1)]
        found["there"] &= at < MOST
        return found

    return _Views(side(left), side(right))


def _refuted(views: _Views) -> Mask:
    """Pairs that show different pictures at some moment: one is blank where the other is not, or they differ."""
    one, other = views.solid
    blank = (one & (views.right["deviation"] < FLAT / 2)) | (other & (views.left["deviation"] < FLAT / 2))
    return np.asarray((views.known & (blank | (one & other & ~views.alike))).any(axis=1))


def _same(clips: Clips, left: Rows, right: Rows) -> Mask:
    both = clips.complete[left] & clips.complete[right]
    found = both.copy()
    left, right = left[both], right[both]
    views = _views(clips, left, right)
    one, other = views.solid
    known = views.known
    proof = known & one & other
    wanted = np.maximum((views.left["there"] | views.right["there"]).sum(axis=1), 1)
    enough = (proof.sum(axis=1) >= _LEAST) & (known.sum(axis=1) >= wanted * (1 - _MOST_UNKNOWN))
    longer = np.maximum(clips.seconds[left], clips.seconds[right])
    whole = np.abs(clips.seconds[left] - clips.seconds[right]) <= _ROUNDING + _PART * longer
    likely = enough & whole & ~_refuted(views)
    # How pictures change is dear to compute, and most pairs are refuted by now.
    agreed, still = _changes(_Views(views.left[likely], views.right[likely]), proof[likely])
    likely[likely] = np.where(still, _still_copies(clips, left[likely], right[likely]), agreed)
    found[both] = likely
    return found


def _changes(views: _Views, proof: Mask) -> tuple[Mask, Mask]:
    """Which pairs change in the same way, and in which one side stands still."""
    here, there = _normal(views.left, proof), _normal(views.right, proof)
    product = (here * there).sum(axis=(1, 2))
    mine, yours = (here * here).sum(axis=(1, 2)), (there * there).sum(axis=(1, 2))
    cells = np.maximum(proof.sum(axis=1) * here.shape[2], 1)
    still = np.sqrt(
        np.minimum(mine * _levels(views.left, proof), yours * _levels(views.right, proof)) / cells
    )
    return product >= _CHANGES * np.sqrt(mine * yours), still < _STILL


def _normal(side: npt.NDArray[np.void], proof: Mask) -> Real:
    """How each picture departs from the mean of its film, light and contrast of each taken away first."""
    cells = side["block"].reshape(*side.shape, BLOCK * BLOCK).astype(np.float32)
    cells -= cells.mean(axis=2, keepdims=True)
    cells /= np.maximum(cells.std(axis=2, keepdims=True), 1e-3)
    used = proof[:, :, None].astype(np.float32)
    cells *= used
    cells -= used * (cells.sum(axis=1, keepdims=True) / np.maximum(used.sum(axis=1, keepdims=True), 1))
    return cells


def _levels(side: npt.NDArray[np.void], proof: Mask) -> Real:
    """The square of the grey levels that a departure of 1 stands for."""
    count = np.maximum(proof.sum(axis=1), 1)
    return np.asarray((side["deviation"] ** 2 * proof).sum(axis=1) / count, np.float32)


def _still_copies(clips: Clips, left: Rows, right: Rows) -> Mask:
    """Films that stand still: only what is silent can be a copy, for sound is all that tells them apart."""
    silent: Mask = ~clips.audio[left] & ~clips.audio[right]
    length = np.abs(clips.seconds[left] - clips.seconds[right]) <= _STILL_SECONDS
    times = np.abs(clips.taken[left] - clips.taken[right])
    return silent & length & (np.isnan(times) | (times <= _STILL_TIMES))
