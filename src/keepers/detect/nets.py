"""Neural networks by onnxruntime, the one runtime of the core (docs/decisions/003-face-runtime.md)."""

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

Floats = npt.NDArray[np.float32]

#: The runtime comes without types.
_RUNTIME: Final[Any] = onnxruntime


class Net(Protocol):
    """One loaded network."""

    def run(self, given: Floats) -> list[Floats]:
        """Give all its outputs for one input."""
        ...


class OnnxNet:
    """A network from an .onnx file, on one thread: the worker processes share the cores between them."""

    def __init__(self, path: str) -> None:
        options = _RUNTIME.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = _RUNTIME.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input: str = self._session.get_inputs()[0].name

    def run(self, given: Floats) -> list[Floats]:
        """Give all its outputs for one input."""
        return [np.asarray(output, np.float32) for output in self._session.run(None, {self._input: given})]
