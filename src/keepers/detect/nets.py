"""Neural networks by onnxruntime, the one runtime of the core (docs/decisions/003-face-runtime.md)."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

Floats = npt.NDArray[np.float32]
Given = npt.NDArray[np.uint8] | npt.NDArray[np.float32]

#: The runtime comes without types.
_RUNTIME: Final[Any] = onnxruntime


class Net(Protocol):
    """One loaded network."""

    def run(self, given: Given, full: float = 1) -> list[Floats]:
        """Give all its outputs for a batch, whose numbers are divided by `full` first; a row each member."""
        ...


class OnnxNet:
    """A network from an .onnx file, on one thread: the worker processes share the cores between them."""

    def __init__(self, path: str) -> None:
        self._session, self._input = session(path, "CPUExecutionProvider", {})

    def run(self, given: Given, full: float = 1) -> list[Floats]:
        """Give all its outputs for a batch: one after another, since many at once would not fit the cache."""
        return one_by_one(self._run, given, full)

    def _run(self, given: Floats) -> list[Floats]:
        return [np.asarray(output, np.float32) for output in self._session.run(None, {self._input: given})]


def session(path: str, provider: str, options: Mapping[str, str]) -> tuple[Any, str]:
    """An inference session that wants a provider (and may get the CPU instead), and the name of its input."""
    wanted = _RUNTIME.SessionOptions()
    wanted.intra_op_num_threads = 1
    wanted.inter_op_num_threads = 1
    wanted.log_severity_level = 3
    made: Any = _RUNTIME.InferenceSession(path, wanted, providers=[(provider, dict(options))])
    return made, made.get_inputs()[0].name


def one_by_one(run: Callable[[Floats], list[Floats]], given: Given, full: float) -> list[Floats]:
    """What a network gives for a batch of which it is given one member after another."""
    rows = [run(floats(given[row : row + 1], full)) for row in range(len(given))]
    return rows[0] if len(rows) == 1 else [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def floats(given: Given, full: float = 1) -> Floats:
    """What a network reads: the numbers, divided by `full`."""
    numbers = given.astype(np.float32, copy=False)
    return numbers if full == 1 else numbers / np.float32(full)
