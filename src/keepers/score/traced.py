"""A face with the points of its mesh: what mending closed eyes is told of faces, and asks for."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.model import Face

Picture = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

#: Points of MediaPipe's face mesh, by their numbers in its canonical model.
POINTS: Final = 478


@dataclass(frozen=True, slots=True)
class TraceTask:
    """Faces of an upright picture (height x width x 3, red first) to be measured again and traced, by one back end.

    Boxes are fractions of this picture; the rolls of the faces say how the heads are turned.
    """

    picture: Picture
    faces: tuple[Face, ...]
    backend: str
    model_dir: str = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """What was measured of one face, and where its 478 points lie in pixels of the picture.

    `presence` (0-1) is how sure it is that there is a face and nothing before it. `sign` is an embedding of unit
    length that is alike for one person; None where the back end gives none.
    """

    face: Face
    points: Points
    presence: float
    sign: npt.NDArray[np.float64] | None = None
