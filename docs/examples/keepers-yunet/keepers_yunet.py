"""Faces found by YuNet, a small and fast detector that OpenCV can run; judged by the networks of Keepers.

W. Wu, H. Peng and S. Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20 (2023).
"""

import functools
import hashlib
from pathlib import Path

import cv2
import numpy as np
from keepers.detect.backend import Box, FaceBackend, NotAvailableError, Picture
from keepers.detect.mesh import build as build_default
from keepers.model import Face

#: The file of OpenCV's model zoo, which its users get for themselves.
MODEL = "face_detection_yunet_2023mar.onnx"
#: Raised with every change of what is found with the same model, so that photos are looked at again.
VERSION = 1
#: Long side in pixels of what the network sees.
LONG_SIDE = 640
CERTAIN, OVERLAP, MOST = 0.6, 0.3, 5000


def build(model_dir: str) -> FaceBackend:
    """What the entry point names: the back end, or the reason why it cannot run here."""
    path = Path(model_dir, MODEL)
    if not model_dir or not path.is_file():
        raise NotAvailableError(f"its model {MODEL} is not in the folder that --model-dir names")
    return YuNet(path, build_default(model_dir))


class YuNet:
    """YuNet finds the faces, another back end measures them."""

    def __init__(self, path: Path, judge: FaceBackend) -> None:
        self._path, self._judge = path, judge

    @functools.cached_property
    def method(self) -> str:
        """Names this back end, its model and version, and what measures the faces."""
        model = hashlib.sha256(self._path.read_bytes()).hexdigest()[:12]
        return f"yunet-{VERSION}:{model}+{self._judge.method}"

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """Find the faces, the most certain first."""
        height, width = picture.shape[:2]
        factor = min(1.0, LONG_SIDE / max(height, width))
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        self._detector.setInputSize(size)
        _, rows = self._detector.detect(np.ascontiguousarray(small[:, :, ::-1]))
        found = [] if rows is None else [_box(row, size) for row in rows.tolist()]
        return tuple(sorted(found, key=lambda box: -box.confidence))

    def analyse(self, picture: Picture, boxes: tuple[Box, ...], full_width: int) -> tuple[Face, ...]:
        """Measure each face; what cannot be told stays None."""
        return self._judge.analyse(picture, boxes, full_width)

    @functools.cached_property
    def _detector(self) -> cv2.FaceDetectorYN:
        # Each worker process has one core for itself.
        cv2.setNumThreads(1)
        return cv2.FaceDetectorYN.create(str(self._path), "", (LONG_SIDE, LONG_SIDE), CERTAIN, OVERLAP, MOST)


def _box(row: list[float], size: tuple[int, int]) -> Box:
    """A row of OpenCV: left, top, width, height, five points (the eye at the left of the picture first), certainty."""
    wide, high = size
    left, right = (min(1.0, max(0.0, x / wide)) for x in (row[0], row[0] + row[2]))
    top, bottom = (min(1.0, max(0.0, y / high)) for y in (row[1], row[1] + row[3]))
    points = tuple((x / wide, y / high) for x, y in zip(row[4:14:2], row[5:14:2], strict=True))
    return Box(left, top, right - left, bottom - top, row[14], points)
