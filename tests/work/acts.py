"""What a decoder may do to its worker; module-level functions, as workers need them."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keepers.errors import UnreadableError


@dataclass(frozen=True, slots=True)
class Act:
    verb: str
    number: int = 0


def act(it: Act) -> int:
    """Do what `it` says; most of it is bad."""
    verbs: dict[str, Callable[[], int]] = {
        "double": lambda: it.number * 2,
        "leave": lambda: os._exit(it.number),
        "segfault": lambda: len(ctypes.string_at(0)),
        "die": lambda: done(lambda: os.kill(os.getpid(), signal.SIGKILL)),
        "sleep": lambda: done(lambda: time.sleep(60)),
        "hold the interpreter": lambda: int(ctypes.PyDLL(None).sleep(60)),
        "allocate": lambda: len(bytearray(it.number << 20)),
        "chatter": lambda: os.write(2, b"TIFFFillStrip: Read error"),
        "complain": lambda: fail(UnreadableError("is cut short")),
        "be refused": lambda: fail(PermissionError(13, "Permission denied")),
        "miss a library": lambda: fail(ImportError("stream.so: cannot read file data: Input/output error")),
        "stumble": lambda: fail(ValueError("odd\nnumber")),
    }
    return verbs[it.verb]()


def done(deed: Callable[[], object]) -> int:
    deed()
    return 0


def fail(error: Exception) -> int:
    raise error


def leave_at_once(*_: object) -> None:
    os._exit(1)


def threads(_: int) -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


def span(seconds: float) -> tuple[float, float]:
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


def squared(numbers: Sequence[int]) -> Sequence[int]:
    """Square all at once; refuse 26, die of 40."""
    if 26 in numbers:
        raise ValueError("no 26")
    if 40 in numbers:
        os._exit(5)
    return [number * number for number in numbers]
