"""How arrays travel between workers and the process that runs the networks: sizes first, then the numbers."""

import math
import socket
import struct
from typing import Final

import numpy as np

from keepers.detect.nets import Floats, Given

#: Nothing is larger; who says so is broken.
MOST_BYTES: Final = 256 << 20
#: Which network, and what its numbers are to be divided by.
_QUESTION: Final = struct.Struct("<Bd")
#: The kind of the numbers, and how many sizes follow.
_ARRAY: Final = struct.Struct("<cB")


def ask(line: socket.socket, number: int, given: Given, full: float) -> list[Floats]:
    """The outputs of a network, from the other end; OSError where it does not answer."""
    # In one call: whoever pauses in the middle of a sentence, waiting for the interpreter, is hung up on.
    line.sendall(b"".join((_QUESTION.pack(number, full), *_told(given))))
    (count,) = _received(line, 1)
    return [_array(line).astype(np.float32, copy=False) for _ in range(count)]


def question(line: socket.socket) -> tuple[int, Given, float]:
    """What a worker asks: network, input, divisor; OSError where it went away."""
    number, full = _QUESTION.unpack(_received(line, _QUESTION.size))
    return number, _array(line), full


def answer(line: socket.socket, outputs: list[Floats]) -> None:
    """Send what a network gave."""
    line.sendall(b"".join((bytes([len(outputs)]), *(part for output in outputs for part in _told(output)))))


def _told(array: Given) -> tuple[bytes, bytes, memoryview]:
    """An array as it travels: its kind, its sizes, its numbers."""
    kind = b"B" if array.dtype == np.uint8 else b"f"
    sizes = struct.pack(f"<{array.ndim}I", *array.shape)
    return _ARRAY.pack(kind, array.ndim), sizes, np.ascontiguousarray(array).data.cast("B")


def _array(line: socket.socket) -> Given:
    kind, dimensions = _ARRAY.unpack(_received(line, _ARRAY.size))
    sizes = struct.unpack(f"<{dimensions}I", _received(line, 4 * dimensions))
    if kind == b"B":
        return np.frombuffer(_received(line, math.prod(sizes)), np.uint8).reshape(sizes)
    if kind == b"f":
        return np.frombuffer(_received(line, 4 * math.prod(sizes)), np.float32).reshape(sizes)
    raise ConnectionError("numbers of an unknown kind")


def _received(line: socket.socket, size: int) -> bytearray:
    if size > MOST_BYTES:
        raise ConnectionError("more than anybody may send")
    data = bytearray(size)
    view = memoryview(data)
    while view:
        read = line.recv_into(view)
        if read == 0:
            raise ConnectionError("the other end went away")
        view = view[read:]
    return data
