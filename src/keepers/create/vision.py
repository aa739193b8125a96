"""OpenCV as the other modules here see it: its own stubs know neither the depth nor the shape of an array."""

from typing import Any, Final, cast

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

CV: Final = cast("Any", cv2)
#: Frames are compared with their long side at most so long.
_SIDE: Final = 1000


def alone() -> None:
    """Work in this thread only: who runs several processes has no core to spare."""
    CV.setNumThreads(1)


def reduced(grey: Grey) -> tuple[Grey, float]:
    """A picture as large as frames are compared, and its scale."""
    scale = min(1.0, _SIDE / max(grey.shape))
    if scale == 1:
        return grey, scale
    small: Grey = CV.resize(grey, None, fx=scale, fy=scale, interpolation=CV.INTER_AREA)
    return small, scale
