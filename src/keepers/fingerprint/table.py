"""The table of photos that grouping works on: arrays, one row a content, ordered by content id."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.perceptual import PRINT


@dataclass(frozen=True, slots=True)
class Photos:
    """One row for each distinct content, ascending by content id, so results never depend on order.

    `prints` are records of `perceptual.PRINT`. `taken` is seconds since 1970 UTC, nan where unknown;
    `certain` says whether the time comes from the camera. `camera` and `burst` are small codes, 0
    where unknown. `ev` is the exposure value log2(N^2/t) - log2(ISO/100), `bias` the exposure bias, both
    nan where unknown; `exposure_mode` the Exif value, -1 where unknown. `pixels` is a 128-bit digest
    of the decoded pixels as two words, 0 where not proven. `stem` numbers the file name's digits
    (IMG_1234 -> 1234), -1 where there are none; `folder` is a code of the folder. So many
    `threads` search it (0: one a core); what they find does not depend on it.
    """

    content: npt.NDArray[np.int64]
    prints: npt.NDArray[np.void]
    taken: npt.NDArray[np.float64]
    certain: npt.NDArray[np.bool_]
    camera: npt.NDArray[np.int32]
    burst: npt.NDArray[np.int32]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    size: npt.NDArray[np.int64]
    ev: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    exposure_mode: npt.NDArray[np.int8]
    pixels: npt.NDArray[np.uint64]
    stem: npt.NDArray[np.int64]
    folder: npt.NDArray[np.int32]
    raw: npt.NDArray[np.bool_]
    threads: int = 0

    def __len__(self) -> int:
        """Count the photos."""
        return len(self.content)


__all__ = ["PRINT", "Photos"]
