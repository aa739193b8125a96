"""Tells eyes that cannot be seen: sunglasses above all, which the networks call open nine times of ten.

Three signs, measured on a face cut out upright: below the lower lid lies a lens and no skin (darker, or
of another colour than cheeks, nose and forehead); the iris is no darker than what is around it; there is
no white beside it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.detect import landmarks as at
from keepers.detect.backend import Picture

Floats = npt.NDArray[np.float64]
LUMA = np.array([0.299, 0.587, 0.114])
_PLACES: Final = tuple(point for group in at.SKIN for point in group)
_ENDS: Final = np.cumsum([len(group) for group in at.SKIN])[:-1]

#: Skin in shadow turns redder in this direction (red, green, blue shares), never greener or bluer than this;
#: what is left is the tint of a lens.
SHADOW: Final = np.array([1.0, -0.35, -0.65]) / np.linalg.norm([1.0, -0.35, -0.65])
PALEST: Final = -0.025
#: What a tint counts against lightness, from black lenses (dark, no tint) to pink mirrors (light, tinted).
TINT: Final = 8.0
#: Below this the place under the eye is a lens whatever the eye looks like; skin in 75 faces: 0.37 to 1.0.
LENS = 0.34
#: Below this it is a lens unless iris and white can be seen; ten pairs of sunglasses: -3 to 0.35.
DOUBTFUL = 0.42
#: Below this a seen iris is asked for.
SHADED = 0.55
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
    # Between the iris and either corner, slightly nearer to the corner, lies the white.
    beside = [
        mesh[iris] * 0.45 + mesh[[eye[0], eye[3]]] * 0.55
        for iris, eye in ((at.RIGHT_IRIS, at.RIGHT_EYE), (at.LEFT_IRIS, at.LEFT_EYE))
    ]
    skin = _colours(face, mesh[[*_PLACES, *at.RIGHT_UNDER, *at.LEFT_UNDER]], 2)
    eyes = _colours(face, np.concatenate([mesh[[at.RIGHT_IRIS, at.LEFT_IRIS]], *beside]), 1)
    places = np.array([np.median(part, axis=0) for part in np.split(skin[: len(_PLACES)], _ENDS)])
    middle = places[np.argsort(places @ LUMA, kind="stable")[1:3]].mean(axis=0)
    under = skin[len(_PLACES) :]
    each = (
        _eye(middle, under[:5], eyes[0], eyes[2:4]),
        _eye(middle, under[5:], eyes[1], eyes[4:6]),
    )
    likeness, iris, white = np.mean(each, axis=0)
    return EyeRegion(float(likeness), float(iris), float(white))


def _eye(skin: Floats, under: Floats, iris: Floats, beside: Floats) -> tuple[float, float, float]:
    below = np.median(under, axis=0)
    light, dark = float(below @ LUMA), float(iris @ LUMA)
    white = float((beside @ LUMA).mean())
    likeness = light / (float(skin @ LUMA) + 1) - TINT * _tint(below, skin)
    # 10 of 255 keeps black lenses from looking like contrast.
    return likeness, (light - dark) / (light + 10), (white - dark) / (light + 10)


def _colours(face: Picture, points: Floats, reach: int) -> Floats:
    """The median colour around each point, by channel."""
    span = np.arange(-reach, reach + 1)
    last = len(face) - 1
    across, down = np.clip(np.rint(points).astype(np.intp), 0, last).T
    rows = np.clip(down[:, None] + span, 0, last)[:, :, None]
    columns = np.clip(across[:, None] + span, 0, last)[:, None, :]
    around = np.sort(face[rows, columns].reshape(len(points), -1, 3), axis=1)
    return around[:, around.shape[1] // 2].astype(np.float64)


def _tint(under: Floats, skin: Floats) -> float:
    """How far a colour lies off the line from skin to its shadow."""
    off = under / (float(under.sum()) + 1) - skin / (float(skin.sum()) + 1)
    along = max(PALEST, float(off @ SHADOW))
    return float(np.abs(off - along * SHADOW).sum())
