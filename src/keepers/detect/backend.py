"""What a face back end promises, and the values it works with."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from keepers.model import Face

Picture = npt.NDArray[np.uint8]
"""An upright picture: height x width x 3, red first."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face was found: fractions of the upright picture, top left first.

    `points` are the eyes (the left one in the picture first), the nose and the corners of the mouth as
    (x, y); empty where another detector gave the box.
    """

    x: float
    y: float
    width: float
    height: float
    confidence: float = 1.0
    points: tuple[tuple[float, float], ...] = ()


class FaceBackend(Protocol):
    """Finds faces and says what it can of each; the same picture always gives the same answer.

    Made by the function that an entry point of the group `keepers.face_backends` names: it takes the
    folder of the user's own models (empty: none) and raises `NotAvailableError` with the reason when
    something it needs is missing. Making one is cheap: models are loaded at first use, once a process,
    with one thread. None of it opens a socket.
    """

    @property
    def method(self) -> str:
        """Names back end, models and version; looks are measured again when it changes."""
        ...

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """Find the faces, the most certain first."""
        ...

    def analyse(self, picture: Picture, boxes: tuple[Box, ...], full_width: int) -> tuple[Face, ...]:
        """Measure each face; what cannot be told stays None, never a guess.

        `full_width` is the width of the picture before it was scaled down: faces that are small there are
        unknown however large they are shown here.
        """
        ...


class NotAvailableError(Exception):
    """A back end cannot run here; the text is the reason, one short clause."""
