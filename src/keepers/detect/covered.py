"""Tells eyes that cannot be seen: sunglasses above all, which the networks call open nine times of ten.

Three signs, measured on a face cut out upright: below the lower lid lies a lens and no skin (darker, or
of another colour than cheeks, nose and forehead); the iris is no darker than what is around it; there is
no white beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepers.detect import landmarks as at
from keepers.detect.backend import Picture

Floats = npt.NDArray[np.float64]
LUMA = np.array([0.299, 0.587, 0.114])

#: Below this the place under the eye is a lens whatever the eye looks like; skin in 75 faces: 0.23 to 1.0.
LENS = 0.2
#: Below this it is a lens unless iris and white can be seen; ten pairs of sunglasses: -1.4 to 0.36.
DOUBTFUL = 0.42
#: Below this a seen iris is asked for.
SHADED = 0.65
IRIS_MISSING = 0.25
#: In faces this large, open eyes show some white (0.12 to 0.83 of the skin's light in 33 faces);
#: lids that the network takes for open eyes do not (-0.07 to -0.02).
LARGE, NO_WHITE = 100, 0.06
#: Iris plus twice the white from which an eye is plainly to be seen.
SEEN = 0.92


@dataclass(frozen=True, slots=True)
class EyeRegion:
    """How far the region of the eyes looks like skin with eyes in it.

    `skin` is 1 where it is as light as the rest of the face and has its colour, less otherwise;
    `iris` and `white` are how much darker the iris is than the skin below, and lighter the white than it.
    """

    skin: float
    iris: float
    white: float

    @property
    def covered(self) -> bool:
        """Whether something lies over the eyes."""
        return self.skin < LENS or (self.skin < DOUBTFUL and self.iris + 2 * self.white < SEEN)

    def shows_open_eyes(self, side: float) -> bool:
        """Whether eyes said to be open can be believed, in a face of so many pixels a side."""
        no_white = side >= LARGE and self.white < NO_WHITE
        return not (self.covered or no_white or (self.skin < SHADED and self.iris < IRIS_MISSING))


def eye_region(face: Picture, mesh: Floats) -> EyeRegion:
    """Measure the region of the eyes in an upright face and its mesh, in pixels of that picture."""
    colours = face.astype(np.float64)
    places = np.array([np.median(_colours(colours, mesh, group, 2), axis=0) for group in at.SKIN])
    middle = places[np.argsort(places @ LUMA, kind="stable")[1:3]].mean(axis=0)
    eyes = [
        _eye(colours, mesh[[*under, iris, eye[0], eye[3]]], middle)
        for under, iris, eye in (
            (at.RIGHT_UNDER, at.RIGHT_IRIS, at.RIGHT_EYE),
            (at.LEFT_UNDER, at.LEFT_IRIS, at.LEFT_EYE),
        )
    ]
    skin, iris, white = np.mean(eyes, axis=0)
    return EyeRegion(float(skin), float(iris), float(white))


def _eye(colours: Floats, points: Floats, skin: Floats) -> tuple[float, float, float]:
    """Likeness to skin, iris and white of one eye: five points below it, its iris, its corners."""
    below = np.median(_colours(colours, points, range(5), 3), axis=0)
    iris, corners = points[5], points[6:8]
    light = float(below @ LUMA)
    dark = float(_colours(colours, points, (5,), 1)[0] @ LUMA)
    # Between the iris and either corner; slightly nearer to the corner.
    beside = iris * 0.45 + corners * 0.55
    white = float((_colours(colours, beside, (0, 1), 1) @ LUMA).mean())
    likeness = light / (float(skin @ LUMA) + 1) - 3 * float(np.abs(_hue(below) - _hue(skin)).sum())
    # 10 of 255 keeps black lenses from looking like contrast.
    return likeness, (light - dark) / (light + 10), (white - dark) / (light + 10)


def _colours(colours: Floats, points: Floats, which: Sequence[int], reach: int) -> Floats:
    """The median colour around each point, by channel."""
    span = np.arange(-reach, reach + 1)
    last = len(colours) - 1
    across, down = np.clip(np.rint(points[list(which), :2]).astype(np.intp), 0, last).T
    rows = np.clip(down[:, None, None] + span[None, :, None], 0, last)
    columns = np.clip(across[:, None, None] + span[None, None, :], 0, last)
    return np.asarray(np.median(colours[rows, columns], axis=(1, 2)))


def _hue(colour: Floats) -> Floats:
    return colour[:2] / (float(colour.sum()) + 1)
