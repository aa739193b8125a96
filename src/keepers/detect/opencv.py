"""The same networks run by OpenCV, for those who have it installed and onnxruntime does not suit."""

import importlib
import importlib.util
from typing import Any

import numpy as np

from keepers.detect.backend import NotAvailableError
from keepers.detect.mesh import MeshBackend, model_files
from keepers.detect.nets import Floats, Given, one_by_one


def build(model_dir: str) -> MeshBackend:
    """The default networks on OpenCV's own runtime; not available without the package."""
    if importlib.util.find_spec("cv2") is None:
        raise NotAvailableError("OpenCV is not installed (pip install 'opencv-python-headless>=4.11')")
    return MeshBackend("opencv", model_files(model_dir), OpenCvNet)


class OpenCvNet:
    """A network from an .onnx file, run by cv2.dnn."""

    def __init__(self, path: str) -> None:
        # Optional, heavy, and untyped: hence by name.
        cv2: Any = importlib.import_module("cv2")
        cv2.setNumThreads(1)
        self._net: Any = cv2.dnn.readNetFromONNX(path)

    def run(self, given: Given, full: float = 1) -> list[Floats]:
        """Give all its outputs for a batch, one after another."""
        return one_by_one(self._run, given, full)

    def _run(self, given: Floats) -> list[Floats]:
        self._net.setInput(given)
        names = self._net.getUnconnectedOutLayersNames()
        return [np.asarray(output, np.float32) for output in self._net.forward(names)]
