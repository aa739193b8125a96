"""The process that owns the device: runs the face networks for all workers, as many pictures at once as wait."""

import contextlib
import selectors
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepers.detect import devices, wire
from keepers.detect.devices import MOST, Device, DeviceNet
from keepers.detect.far import PATIENCE
from keepers.detect.nets import Floats, Given, floats

#: One input of each network, for a first run that takes the device's preparations: 4:3, a face, its points.
_FIRST: tuple[tuple[int, ...], ...] = ((1, 3, 448, 576), (1, 256, 256, 3), (1, 146, 2))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be served: where, on which device, and the files of detector, mesh and blendshapes."""

    address: str
    device: Device
    files: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker asks of a network."""

    line: socket.socket
    number: int
    given: Given
    full: float

    @property
    def kind(self) -> tuple[int, float, npt.DTypeLike, tuple[int, ...]]:
        """Questions of one kind can be answered together: the same network, and pictures of one size."""
        return self.number, self.full, self.given.dtype, self.given.shape[1:]


def serve(given: tuple[Order, Callable[[str], None]]) -> None:
    """Serve until the process is killed; tells an empty text when ready, or the reason why it cannot."""
    order, tell = given
    devices.prepare(order.device)
    nets = [DeviceNet(path, order.device) for path in order.files]
    if not all(net.is_there for net in nets):
        tell(devices.why_not(order.device))
        return
    for net, shape in zip(nets, _FIRST, strict=True):
        net.run(np.zeros(shape, np.float32))
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as selector:
        door.bind(order.address)
        door.listen(128)
        selector.register(door, selectors.EVENT_READ)
        tell("")
        while True:
            for one in together(_questions(selector, door)):
                _answer(selector, nets, one)


def together(questions: Sequence[Question]) -> Iterator[tuple[Question, ...]]:
    """Questions to be answered at once: of one kind, and no more pictures than a network takes; in order."""
    kinds: dict[object, list[Question]] = {}
    for one in questions:
        kinds.setdefault(one.kind, []).append(one)
    for alike in kinds.values():
        batch: list[Question] = []
        for one in alike:
            if batch and sum(len(other.given) for other in batch) + len(one.given) > MOST:
                yield tuple(batch)
                batch = []
            batch.append(one)
        yield tuple(batch)


def _questions(selector: selectors.BaseSelector, door: socket.socket) -> list[Question]:
    """What workers ask at this moment; waits for the first."""
    found: list[Question] = []
    for key, _ in selector.select():
        line = key.fileobj
        if line is door:
            fresh, _ = door.accept()
            # Who stops in the middle of a sentence does not stop the others for long.
            fresh.settimeout(PATIENCE)
            selector.register(fresh, selectors.EVENT_READ)
        elif isinstance(line, socket.socket):
            try:
                found.append(Question(line, *wire.question(line)))
            except OSError:
                _hang_up(selector, line)
    return found


def _answer(
    selector: selectors.BaseSelector, nets: Sequence[DeviceNet], questions: Sequence[Question]
) -> None:
    given = np.concatenate([floats(one.given, one.full) for one in questions])
    outputs = nets[questions[0].number].run(given)
    for one, rows in zip(questions, shares(outputs, [len(one.given) for one in questions]), strict=True):
        try:
            wire.answer(one.line, rows)
        except OSError:
            _hang_up(selector, one.line)


def shares(outputs: Sequence[Floats], sizes: Sequence[int]) -> Iterator[list[Floats]]:
    """The rows of each asker, of every output."""
    at = 0
    for size in sizes:
        yield [output[at : at + size] for output in outputs]
        at += size


def _hang_up(selector: selectors.BaseSelector, line: socket.socket) -> None:
    with contextlib.suppress(KeyError):
        selector.unregister(line)
    line.close()
