"""Look into one film: its facts and fingerprint, or a picture that stands for it. Runs in a worker process."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.fingerprint import clips
from keepers.model import Facts
from keepers.read import clip, extras
from keepers.workflows.job import Footage

#: A film as it stands on a page where nothing of it can be shown: wide, dark, a triangle in its middle.
_SHAPE: Final = 9 / 16
_DARK, _LIGHT = 52, 150
#: The fingerprint of a film without a picture: nobody need look again.
NOTHING: Final = clips.settled(b"")


def learned(path: str, header: Facts) -> tuple[Facts, bytes]:
    """What a film's pictures add to the facts of its header, and its fingerprint by key frames.

    The facts of the header alone and no fingerprint without PyAV, and for the film of a Live Photo: that
    has a still to be known by. An empty fingerprint where no picture can be decoded.
    NeedsMemoryError where there was too little memory.
    """
    if header.live_id or not extras.video():
        return header, b""
    return _learned(path, header)


def _learned(path: str, header: Facts) -> tuple[Facts, bytes]:
    try:
        with clip.opened(path) as film:
            facts = film.facts(header)
            moments = clips.moments(film.seconds)
            pictures = [(one.moment, one.at, one.grey) for one in film.key_pictures(moments)]
            seconds = film.seconds
    except NeedsMemoryError:
        raise
    except UnreadableError:
        return header, NOTHING
    if not pictures:
        return facts, NOTHING
    samples = clips.sampled(pictures, exact=False)
    complete = len(samples) == len(moments) and bool(samples["exact"].all())
    return facts, clips.packed(clips.Clip(seconds, bool(facts.audio), complete, samples))


def compared(task: Footage) -> bytes:
    """A film's fingerprint by the very pictures that are shown at its moments; by key frames where it had none."""
    before = clips.unpacked(task.data)
    if before is None:
        return _learned(task.path, Facts("", 0, 0))[1]
    samples = before.samples
    try:
        with clip.opened(task.path, exact=True) as film:
            pictures = [
                (one.moment, one.at, one.grey) for one in film.exact_pictures(clips.moments(film.seconds))
            ]
        samples = clips.sampled(pictures, exact=True) if pictures else samples
    except NeedsMemoryError:
        raise
    except UnreadableError:
        # What it has is all that it will ever have; nobody need try again.
        pass
    return clips.packed(clips.Clip(before.seconds, before.audio, complete=True, samples=samples))


def poster(path: str, side: int) -> npt.NDArray[np.uint8]:
    """An upright RGB picture of a film; a drawn one where nothing of it can be shown."""
    if extras.video():
        try:
            with clip.opened(path) as film:
                return film.poster(side)
        except UnreadableError:
            pass
    return _drawn(side)


def _drawn(side: int) -> npt.NDArray[np.uint8]:
    height = max(1, round(side * _SHAPE))
    down, along = np.mgrid[0:height, 0:side]
    middle, reach = (height - 1) / 2, height / 5
    across = (along - (side - 1) / 2) / reach
    inside = (across >= -0.75) & (np.abs(down - middle) / reach <= (1 - across) * math.tan(math.pi / 6))
    return np.repeat(np.where(inside, _LIGHT, _DARK).astype(np.uint8)[:, :, None], 3, axis=2)
