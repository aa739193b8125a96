"""OpenCV as the other modules here see it: its own stubs know neither the depth nor the shape of an array."""

from typing import Any, Final, cast

import cv2

CV: Final = cast("Any", cv2)


def alone() -> None:
    """Work in this thread only: who runs several processes has no core to spare."""
    CV.setNumThreads(1)
