"""What moved between two exposures of one scene, so that nobody walks through a picture twice."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create.vision import CV, Grey, reduced

Mask = npt.NDArray[np.float32]
Table = npt.NDArray[np.uint8]

#: Greys between these follow the exposure; beyond them a frame shows nothing that could have moved.
_DARK, _BRIGHT = 10, 245
#: Grey levels that noise, and edges a pixel off, may differ by once both frames are equally bright.
_DIFFERS: Final = 28
#: A thing that moved is larger than this share of the long side; what is smaller is noise.
_SMALLEST: Final = 0.004
#: How far around it its shadow and its soft edges reach.
_AROUND: Final = 0.012


def still(frame: Grey, reference: Grey) -> Mask:
    """Where a frame shows what the reference shows: 1, down to 0 where something moved; of the frames' size.

    Both must lie over each other. The frame is made as bright as the reference by the curve that makes the
    histograms of both alike; what differs then has moved. Where either is black or burnt out nobody can
    tell, and the frame is believed.
    """
    one, other = reduced(frame)[0], reduced(reference)[0]
    curve = alike(one, other)
    even = curve[one]
    telling = (one > _DARK) & (one < _BRIGHT) & (even > _DARK) & (even < _BRIGHT)
    telling &= (other > _DARK) & (other < _BRIGHT)
    # A steep curve makes noise look like movement.
    steep = np.clip(np.gradient(curve.astype(np.float32)), 1, 6)[one]
    differs = (np.abs(even.astype(np.int16) - other) > _DIFFERS * np.sqrt(steep)) & telling
    long_side = max(one.shape)
    moved = CV.morphologyEx(differs.astype(np.uint8), CV.MORPH_OPEN, _disc(_SMALLEST * long_side))
    moved = CV.morphologyEx(moved, CV.MORPH_CLOSE, _disc(_AROUND * long_side))
    moved = CV.dilate(moved, _disc(_AROUND * long_side))
    soft = CV.GaussianBlur(moved.astype(np.float32), (0, 0), max(1.0, _AROUND / 2 * long_side))
    height, width = frame.shape
    whole: Mask = 1 - CV.resize(np.maximum(soft, moved), (width, height), interpolation=CV.INTER_LINEAR)
    return whole


def alike(frame: Grey, reference: Grey) -> Table:
    """The curve (256 greys) that gives a frame the histogram of the reference."""
    own = np.cumsum(np.bincount(frame.ravel(), minlength=256)) / frame.size
    wanted = np.cumsum(np.bincount(reference.ravel(), minlength=256)) / reference.size
    # The middle of each grey's share, so that the many pixels of a burnt sky do not shift the rest.
    middles = own - np.diff(own, prepend=0) / 2
    centres = wanted - np.diff(wanted, prepend=0) / 2
    there = np.flatnonzero(np.diff(wanted, prepend=0) > 0)
    curve: Table = np.interp(middles, centres[there], there).round().astype(np.uint8)
    return curve


def _disc(size: float) -> npt.NDArray[np.uint8]:
    side = 2 * round(size / 2) + 1
    disc: npt.NDArray[np.uint8] = CV.getStructuringElement(CV.MORPH_ELLIPSE, (max(3, side), max(3, side)))
    return disc
