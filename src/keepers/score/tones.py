"""How light lies in a picture: whether anything in it is lit, or anything left that is not blown out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

#: A pixel whose darkest channel reaches this is blown out.
BLOWN: Final = 250


@dataclass(frozen=True, slots=True)
class Tones:
    """Grey levels, 0-255: what half and what 998 of 1000 pixels stay below, and how far 1 and 99 of 100 are apart.

    `blown` is the share of pixels that are white in every channel.
    """

    middle: float
    brightest: float
    range: float
    blown: float


def luma(picture: Picture) -> Floats:
    """The grey levels of a colour picture, by the weights of ITU-R BT.601."""
    red, green, blue = (np.asarray(picture[..., channel], np.float32) for channel in range(3))
    return np.asarray(0.299 * red + 0.587 * green + 0.114 * blue, np.float32)


def tones(picture: Picture) -> Tones:
    """Measure an upright colour picture."""
    grey = luma(picture)
    low, middle, high, brightest = np.percentile(grey, (1, 50, 99, 99.8))
    darkest: Picture = picture.min(axis=2)
    blown = float(np.mean(darkest >= BLOWN))
    return Tones(
        round(float(middle), 2), round(float(brightest), 2), round(float(high - low), 2), round(blown, 4)
    )
