"""Chooses the scene back end, and says why."""

import functools
from dataclasses import dataclass
from typing import Final

from keepers.detect.backend import NotAvailableError
from keepers.detect.installed import NONE, Installed
from keepers.detect.scene import SceneBackend

_INSTALLED: Final = Installed("scene", "keepers.scene_backends", "sscd", "keepers.detect.sscd:build")
WITHOUT: Final = "a closer look finds crops and screenshots by points alone"


@dataclass(frozen=True, slots=True)
class SceneChoice:
    """The back end to name in tasks (`none`: none), what marks its results, how near is near, and a word for the user."""

    name: str
    method: str
    near: float
    word: str


def choose(name: str, model_dir: str = "") -> SceneChoice:
    """Choose the scene back end of that name; `auto` takes our own if its package is installed.

    One that cannot run here gives way to none, and the word says so; UsageError when there is none of
    that name.
    """
    if name == NONE:
        return SceneChoice(NONE, "", 1.0, f"no scenes are embedded; {WITHOUT}")
    wanted = _INSTALLED.wanted(name)
    try:
        found = backend(wanted, model_dir)
    except NotAvailableError as error:
        word = f"no scenes are embedded: the back end {wanted!r} cannot be used: {error}; {WITHOUT}"
        return SceneChoice(NONE, "", 1.0, word)
    word = f"a closer look compares photos that the scene back end {wanted!r} calls alike, too"
    return SceneChoice(wanted, found.method, found.near, word)


def names() -> tuple[str, ...]:
    """The names of all installed scene back ends."""
    return _INSTALLED.names()


@functools.lru_cache(maxsize=4)
def backend(name: str, model_dir: str) -> SceneBackend:
    """The back end itself, once a process; NotAvailableError with the reason when it cannot run here."""
    made: SceneBackend = _INSTALLED.point(name).load()(model_dir)
    return made
