"""Lay the face of one frame into another frame: as light, as coloured, and without a border."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create.vision import CV

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
Line = npt.NDArray[np.float64]

#: The contrast of a face is changed by no more than this: noise and texture would grow with it.
_LEAST_GAIN, _MOST_GAIN = 0.7, 1.4
#: Pixels of skin that its colour is told by.
_LEAST_SKIN: Final = 50
#: Around the border the two pictures run into each other over this share of the mask's width.
_SOFT: Final = 0.03
#: A face that is so wide is compared pixel by pixel; a wider one is seen from farther away.
_FINE: Final = 250
#: So many blurs side by side are as wide as what is compared coarsely; below this spread it is all of one lightness.
_COARSE: Final = 36
_FLAT: Final = 3.0
#: Points along the border where the seam is looked at, and how many of them are one stretch of it.
_STEPS, _STRETCH = 240, 12


@dataclass(frozen=True, slots=True)
class Seam:
    """What is to be seen of the border, in levels of Lab (0-100) along its worst stretch.

    `edge` is how much steeper the picture is across the border than both pictures that it was made of; `mismatch` how
    much these two differ there, beyond what light that changes slowly explains: hair or a hand that only one shows.
    """

    edge: float
    mismatch: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two pictures are: the median distance of their colours (Lab), and the correlation of their lightness.

    What is all of one lightness correlates with everything: 1.
    """

    apart: float
    together: float


def laid(donor: Pixels, matrix: Matrix, size: tuple[int, int]) -> tuple[Pixels, Mask]:
    """The donor as the target sees it, `size` = (height, width), and where it covers it (255)."""
    height, width = size
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.9:
        # Shrinking skips pixels: what they would have added is put into their neighbours before.
        donor = CV.GaussianBlur(donor, (0, 0), 0.35 / scale)
    moved = CV.warpAffine(
        donor, matrix, (width, height), flags=CV.INTER_CUBIC, borderMode=CV.BORDER_REPLICATE
    )
    covers = np.full(donor.shape[:2], 255, np.uint8)
    return moved, CV.warpAffine(covers, matrix, (width, height), flags=CV.INTER_NEAREST)


def coloured(donor: Pixels, target: Pixels, skin: Mask) -> Pixels:
    """The donor with the mean and the spread that each channel of Lab has in the target's skin.

    Reinhard et al., "Color Transfer between Images" (2001).
    """
    where = skin > 0
    if int(where.sum()) < _LEAST_SKIN:
        return donor
    own = _lab(donor)
    wanted = _lab(target)[where]
    mean, spread = own[where].mean(axis=0), own[where].std(axis=0)
    gain = np.clip(wanted.std(axis=0) / np.maximum(spread, 0.5), _LEAST_GAIN, _MOST_GAIN).astype(np.float32)
    own -= mean
    own *= gain
    own += wanted.mean(axis=0)
    return _levels(CV.cvtColor(own, CV.COLOR_Lab2RGB) * 255)


def blended(donor: Pixels, target: Pixels, mask: Mask) -> Pixels:
    """The donor's gradients within the mask, the target around it; all three of one size, the mask off its edges.

    Perez, Gangnet and Blake, "Poisson Image Editing" (2003); then both run into each other along the border, so that
    grain and strands of hair do not end in a line.
    """
    left, top, width, height = CV.boundingRect(mask)
    middle = (left + width // 2, top + height // 2)
    # OpenCV 5.0 draws into the mask that it is given.
    given = np.repeat(mask[:, :, None], 3, axis=2)
    cloned: Pixels = CV.seamlessClone(donor, target, given, middle, CV.NORMAL_CLONE)
    soft = max(1.0, _SOFT * width)
    inside = CV.erode(mask, _disc(2 * soft))
    share = (CV.GaussianBlur(inside, (0, 0), soft).astype(np.float32) / 255)[:, :, None]
    return _levels(target + (cloned.astype(np.float32) - target) * share)


def seam(made: Pixels, target: Pixels, donor: Pixels, mask: Mask) -> Seam:
    """How the border of a mask shows in what was made of target and donor."""
    outlines, _ = CV.findContours(mask, CV.RETR_EXTERNAL, CV.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)[:, 0].astype(np.float64)
    points = outline[np.linspace(0, len(outline), _STEPS, endpoint=False).astype(np.intp)]
    along = _smooth(np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0), 5)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    across /= np.maximum(np.hypot(across[:, :1], across[:, 1:]), 1e-6)
    across *= max(1.5, _SOFT * float(np.ptp(outline[:, 0])))
    labs = [_lab(one) for one in (made, target, donor)]
    steep, own, theirs = (_steepness(lab, points, across) for lab in labs)
    excess = _smooth(steep - np.maximum(own, theirs), _STRETCH)
    apart = _at(labs[1], points) - _at(labs[2], points)
    rough = np.linalg.norm(apart - _smooth(apart, _STEPS // 5), axis=1)
    return Seam(float(excess.max()), float(_smooth(rough[:, None], _STRETCH).max()))


def likeness(donor: Pixels, target: Pixels, where: Mask) -> Likeness:
    """How alike two pictures are in a part of them, fine structure apart."""
    inside = where > 0
    sigma = max(1.0, CV.boundingRect(where)[2] / _COARSE)
    one, other = (CV.GaussianBlur(_lab(pixels), (0, 0), sigma)[inside] for pixels in (donor, target))
    apart = float(np.median(np.linalg.norm(one - other, axis=1)))
    light, wanted = (part[:, 0] - part[:, 0].mean() for part in (one, other))
    spread = min(float(light.std()), float(wanted.std()))
    together = float((light * wanted).mean()) / max(float(light.std() * wanted.std()), 1e-6)
    return Likeness(apart, 1.0 if spread < _FLAT else together)


def detail(pixels: Pixels, mask: Mask) -> float:
    """How much fine structure there is within a mask, at the fineness that a face of this size is looked at."""
    sigma = max(1.0, CV.boundingRect(mask)[2] / _FINE)
    grey = CV.GaussianBlur(CV.cvtColor(pixels, CV.COLOR_RGB2GRAY).astype(np.float32), (0, 0), sigma)
    return float(CV.Laplacian(grey, CV.CV_32F)[mask > 0].std())


def tone(made: Pixels, target: Pixels, skin: Mask) -> float:
    """By how many levels (of 100) the skin became lighter or darker in the mean."""
    where = skin > 0
    if not where.any():
        return 0.0
    return abs(float(_lab(made)[:, :, 0][where].mean() - _lab(target)[:, :, 0][where].mean()))


def _steepness(lab: Floats, points: Line, across: Line) -> Line:
    """How much a picture changes from one side of a line to the other, at each point of it."""
    inner, outer = (
        np.mean([_at(lab, points + side * part * across) for part in (0.5, 1.0, 1.5)], axis=0)
        for side in (-1, 1)
    )
    return np.asarray(np.linalg.norm(outer - inner, axis=1)[:, None], np.float64)


def _at(lab: Floats, points: Line) -> Line:
    """The colours at points of a picture, whatever lies beyond its edge as at the edge."""
    maps = points.astype(np.float32)
    found: Floats = CV.remap(
        lab, maps[None, :, 0], maps[None, :, 1], CV.INTER_LINEAR, borderMode=CV.BORDER_REPLICATE
    )
    return np.asarray(found[0], np.float64)


def _smooth(values: Line, count: int) -> Line:
    """The mean over so many neighbours of each point of a closed line."""
    half = count // 2
    ring = np.concatenate([values[-half:], values, values[:half]])
    sums = np.cumsum(np.concatenate([np.zeros_like(ring[:1]), ring]), axis=0)
    span = 2 * half + 1
    return np.asarray((sums[span:] - sums[:-span]) / span, np.float64)


def _lab(pixels: Pixels) -> Floats:
    lab: Floats = CV.cvtColor(pixels.astype(np.float32) / 255, CV.COLOR_RGB2Lab)
    return lab


def _levels(values: npt.NDArray[np.float32]) -> Pixels:
    return (np.clip(values, 0, 255) + np.float32(0.5)).astype(np.uint8)


def _disc(size: float) -> Mask:
    side = 2 * round(size / 2) + 1
    disc: Mask = CV.getStructuringElement(CV.MORPH_ELLIPSE, (max(3, side), max(3, side)))
    return disc
