"""What the pixels of one photo tell of whether anybody would want to keep it: edges, light, print, drawn areas."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.score import focus as edges
from keepers.score.focus import Focus
from keepers.score.papers import Papers, papers
from keepers.score.screens import Screens, screens
from keepers.score.tones import Tones, tones

#: Raised with every change of what is measured; older inspections are taken again.
METHOD: Final = 1
#: Long side in pixels at which photos are inspected: what is blurred then is blurred on every screen.
LONG_SIDE: Final = edges.LONG_SIDE


@dataclass(frozen=True, slots=True)
class Inspection:
    """The measures of one photo, and the size at which they were taken."""

    width: int
    height: int
    focus: Focus
    tones: Tones
    papers: Papers
    screens: Screens


def inspected(picture: npt.NDArray[np.uint8]) -> Inspection:
    """Inspect an upright colour picture whose long side is at most 1024 pixels."""
    height, width = picture.shape[:2]
    grey = np.asarray(Image.fromarray(picture).convert("L"))
    return Inspection(width, height, edges.focus(grey), tones(picture), papers(picture), screens(picture))
