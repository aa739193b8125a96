"""The face networks as a worker sees them where another process runs them; the CPU where it does not answer."""

import os
import socket
from collections.abc import Callable
from typing import Final

import numpy as np

from keepers.detect import wire
from keepers.detect.devices import MOST
from keepers.detect.mesh import DETECTOR, MESH, SHAPES
from keepers.detect.nets import Floats, Given, Net, OnnxNet

#: The networks by their number on the wire.
NAMES: Final = (DETECTOR, MESH, SHAPES)
#: How long an answer is waited for. A worker that is late with a photo is killed: this must end well before.
PATIENCE: Final = 3.0
#: What is asked to see whether anybody answers: the blendshapes of no face.
_NOTHING: Final = (1, 146, 2)


class Line:
    """The way to the process that runs the networks; once cut, it stays so."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._is_cut = False
        try:
            self._socket.connect(address)
        except OSError:
            self.close()

    def ask(self, number: int, given: Given, full: float) -> list[Floats] | None:
        """What a network gives; None where nobody answers."""
        if not self._is_cut:
            try:
                return wire.ask(self._socket, number, given, full)
            except OSError:
                self.close()
        return None

    def close(self) -> None:
        """Cut it."""
        self._is_cut = True
        self._socket.close()


class FarNet:
    """A network that another process runs; its twin on this worker's CPU takes over when that does not answer."""

    def __init__(self, line: Line, path: str) -> None:
        self._line, self._path = line, path
        self._number = NAMES.index(os.path.basename(path))
        self._near: Net | None = None

    def run(self, given: Given, full: float = 1) -> list[Floats]:
        """Give all its outputs for a batch, a row each member."""
        parts = [self._part(given[at : at + MOST], full) for at in range(0, len(given), MOST)]
        return parts[0] if len(parts) == 1 else [np.concatenate(rows) for rows in zip(*parts, strict=True)]

    def _part(self, given: Given, full: float) -> list[Floats]:
        outputs = self._line.ask(self._number, given, full)
        if outputs is not None:
            return outputs
        if self._near is None:
            self._near = OnnxNet(self._path)
        return self._near.run(given, full)


def over(line: Line) -> Callable[[str], Net]:
    """What loads networks that the process at the other end of a line runs."""
    return lambda path: FarNet(line, path)


def answers(address: str) -> bool:
    """Whether the process at an address still answers."""
    line = Line(address)
    outputs = line.ask(NAMES.index(SHAPES), np.zeros(_NOTHING, np.float32), 1)
    line.close()
    return outputs is not None
