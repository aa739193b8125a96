"""Chooses the face back end, and says why."""

import functools
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from keepers.detect import far
from keepers.detect.backend import FaceBackend, NotAvailableError
from keepers.errors import UsageError

GROUP: Final = "keepers.face_backends"
AUTO, NONE, DEFAULT = "auto", "none", "default"
#: What `auto` may take: our own, which opens no socket; another package's only when it is asked for by name.
OURS: Final = "keepers.detect.mesh:build"
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
    wanted = DEFAULT if name == AUTO else name
    if wanted not in names() and name != AUTO:
        known = ", ".join((AUTO, *names(), NONE))
        message = f"there is no face back end called {name!r}; there are: {known}"
        raise UsageError(message)
    try:
        method = backend(wanted, model_dir).method
    except NotAvailableError as error:
        word = f"no faces: the back end {wanted!r} cannot be used: {error}; {PLAINLY}"
        return Choice(NONE, plain, word)
    return Choice(wanted, f"{method}+{plain}", f"faces are judged by the back end {wanted!r}")


def names() -> tuple[str, ...]:
    """The names of all installed back ends."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@functools.lru_cache(maxsize=4)
def backend(name: str, model_dir: str, device: str = "") -> FaceBackend:
    """The back end itself, once a process; NotAvailableError with the reason when it cannot run here.

    With a `device`, the address of the process that runs the networks of the default back end, they run there.
    """
    build = _point(name).load()
    made: FaceBackend = build(model_dir, far.over(far.Line(device))) if device else build(model_dir)
    return made


def _point(name: str) -> EntryPoint:
    points = sorted(
        entry_points(group=GROUP, name=name), key=lambda point: (point.value != OURS, point.value)
    )
    if not points or (name == DEFAULT and points[0].value != OURS):
        raise NotAvailableError("it is not installed")
    return points[0]
