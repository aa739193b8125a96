"""Chooses the face back end, and says why."""

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keepers.detect.backend import FaceBackend, NotAvailableError
from keepers.detect.installed import NONE, Installed

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT: Final = "default"
_INSTALLED: Final = Installed("face", "keepers.face_backends", DEFAULT, "keepers.detect.mesh:build")
#: Raised with every change of what is measured without faces.
PLAIN_METHOD: Final = 1
PLAINLY: Final = "photos are judged by sharpness and exposure"


@dataclass(frozen=True, slots=True)
class Choice:
    """The back end to name in tasks (`none`: no faces), what marks its results, and a word for the user."""

    name: str
    method: str
    word: str


def choose(name: str, model_dir: str = "") -> Choice:
    """Choose the back end of that name; `auto` takes the default one if its models are there.

    One that cannot run here gives way to judging without faces, and the word says so; UsageError
    when there is none of that name.
    """
    plain = f"plain-{PLAIN_METHOD}"
    if name == NONE:
        return Choice(NONE, plain, f"no faces are looked at; {PLAINLY}")
    wanted = _INSTALLED.wanted(name)
    try:
        method = backend(wanted, model_dir).method
    except NotAvailableError as error:
        word = f"no faces: the back end {wanted!r} cannot be used: {error}; {PLAINLY}"
        return Choice(NONE, plain, word)
    return Choice(wanted, f"{method}+{plain}", f"faces are judged by the back end {wanted!r}")


def names() -> tuple[str, ...]:
    """The names of all installed back ends."""
    return _INSTALLED.names()


@functools.lru_cache(maxsize=4)
def backend(name: str, model_dir: str, device: str = "") -> FaceBackend:
    """The back end itself, once a process; NotAvailableError with the reason when it cannot run here.

    With a `device`, the address of the process that runs the networks of the default back end, they run there.
    """
    build: Callable[..., FaceBackend] = _INSTALLED.point(name).load()
    if not device:
        return build(model_dir)
    from keepers.detect import far  # noqa: PLC0415 (onnxruntime costs 60 ms, and without faces nobody needs it)

    return build(model_dir, far.over(far.Line(device)))
