"""What a clip looks like in a few kilobytes: pictures at moments spread over all of it, its length, its sound.

The moments are multiples of a power of two (seconds), so that two clips of nearly one length share at least
every second one of them, and neither has to know the other.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.perceptual import BLOCK, fingerprints

Grey = npt.NDArray[np.uint8]

#: Raised when a value changes for the same film; fingerprints of other versions are taken again.
METHOD: Final = 1
#: A clip has five pictures at least and ten at most, unless they cost too much or cannot be decoded.
MOST: Final = 10
_LEAST: Final = 5
#: Two key frames shown within so many seconds of one another are the same picture of a film.
SAME_TIME: Final = 0.02
_ROUNDING: Final = 0.004

#: One picture: its moment, when the picture is shown that was taken for it, whether it is the very one that is
#: shown at the moment; the rest as in `perceptual.PRINT`, upright.
SAMPLE: Final = np.dtype([
    ("moment", "<f4"),
    ("at", "<f4"),
    ("exact", "?"),
    ("there", "?"),
    ("phash", "<u8"),
    ("dhash", "<u8", (2,)),
    ("deviation", "<f4"),
    ("block", "u1", (BLOCK, BLOCK)),
])  # fmt: skip

_HEAD: Final = struct.Struct("<BBd")


@dataclass(frozen=True, slots=True)
class Clip:
    """The fingerprint of one clip; `complete` once every picture that can be had exactly is exact."""

    seconds: float
    audio: bool
    complete: bool
    samples: npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Clips:
    """The table that grouping works on: one row a content, ascending by content id.

    `samples` has `MOST` columns of `SAMPLE`, one a moment, `step` seconds apart; those without `there` are none.
    `taken` is seconds since 1970
    UTC, nan where no more than the modification time is known.
    """

    content: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    step: npt.NDArray[np.float64]
    audio: npt.NDArray[np.bool_]
    complete: npt.NDArray[np.bool_]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    size: npt.NDArray[np.int64]
    taken: npt.NDArray[np.float64]
    samples: npt.NDArray[np.void]

    def __len__(self) -> int:
        """Count the clips."""
        return len(self.content)


def step(seconds: float) -> float:
    """The distance of the moments of a clip; 0 where its length is not known."""
    return 2.0 ** math.floor(math.log2(seconds / _LEAST)) if seconds > 0 else 0.0


def moments(seconds: float) -> tuple[float, ...]:
    """Where to look into a clip; the first moment is its beginning."""
    width = step(seconds)
    if not width:
        return (0.0,)
    return tuple(width * number for number in range(min(MOST, math.ceil(seconds / width))))


def sampled(pictures: Sequence[tuple[float, float, Grey]], *, exact: bool) -> npt.NDArray[np.void]:
    """Fingerprint pictures: of each its moment, when it is shown, and its grey levels; ascending."""
    ordered = sorted(pictures, key=lambda picture: picture[0])
    found = np.zeros(len(ordered), SAMPLE)
    if not ordered:
        return found
    prints = fingerprints([grey for _, _, grey in ordered])
    found["moment"] = [moment for moment, _, _ in ordered]
    found["at"] = [at for _, at, _ in ordered]
    found["exact"] = exact | (np.abs(found["moment"] - found["at"]) <= _ROUNDING)
    found["there"] = True
    found["phash"], found["dhash"] = prints["phash"][:, 0], prints["dhash"][:, 0]
    found["deviation"], found["block"] = prints["deviation"], prints["block"]
    return found


def row(clip: Clip) -> npt.NDArray[np.void]:
    """The pictures of a clip as a row of the table, each in the column of its moment."""
    found = np.zeros(MOST, SAMPLE)
    width = step(clip.seconds)
    columns = np.rint(clip.samples["moment"] / width).astype(np.intp) if width else np.zeros(0, np.intp)
    inside = (columns >= 0) & (columns < MOST)
    found[columns[inside]] = clip.samples[: len(columns)][inside]
    return found


def packed(clip: Clip) -> bytes:
    """A clip as the catalog keeps it."""
    return _HEAD.pack(METHOD, clip.audio | clip.complete << 1, clip.seconds) + clip.samples.tobytes()


def settled(data: bytes) -> bytes:
    """The same fingerprint for good: no better one can be had, so nobody need look again."""
    known = unpacked(data) or Clip(0.0, audio=False, complete=True, samples=np.zeros(0, SAMPLE))
    return packed(replace(known, complete=True))


def unpacked(data: bytes) -> Clip | None:
    """A clip from the catalog; None where another version wrote it."""
    if len(data) < _HEAD.size or (len(data) - _HEAD.size) % SAMPLE.itemsize:
        return None
    method, flags, seconds = _HEAD.unpack_from(data)
    if method != METHOD:
        return None
    return Clip(seconds, bool(flags & 1), bool(flags & 2), np.frombuffer(data, SAMPLE, offset=_HEAD.size))
