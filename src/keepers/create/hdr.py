"""One picture of all that several exposures show: aligned, without ghosts, cropped to what all frames cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create import alignment, fusion, ghosts
from keepers.create.vision import CV
from keepers.errors import UnreadableError

Pixels = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

#: Below this difference of mean grey two frames are one exposure.
_SAME_EXPOSURE: Final = 4.0
#: Where no frame has this share of black or burnt pixels, one frame shows all there is.
_LOST: Final = 0.02
_BLACK, _BURNT = 5, 250
#: So much of the picture must be left when the borders that not all frames cover are gone.
_LEAST_LEFT: Final = 0.75
#: Points that the camera's curve is found by, and how smooth it must be (lambda in the paper).
_SAMPLES, _SMOOTH = 100, 40.0
#: A frame in which more than this has moved shows another scene.
_MOST_MOVED: Final = 0.5


class Method(StrEnum):
    """How the frames become one picture."""

    FUSION = "fusion"
    DEBEVEC = "debevec"


@dataclass(frozen=True, slots=True)
class Frame:
    """One exposure: its name, its upright pixels (height x width x 3, sRGB or its own profile), its exposure.

    `exposure` is proportional to the light that reached the sensor's values: time x ISO / aperture squared; None
    where it is not known.
    """

    name: str
    pixels: Pixels
    exposure: float | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """The picture (height x width x 3, floats 0-1), whose frame it was laid over, and what was not used.

    `left` are the frames that do not fit, with the reason. `moved` is the share of the picture in which something
    moved, which was taken from the reference alone.
    """

    light: Light
    reference: int
    used: tuple[int, ...]
    left: tuple[tuple[int, str], ...]
    moved: float


def merged(frames: Sequence[Frame], method: Method = Method.FUSION, gamma: float = 2.2) -> Merged:
    """Merge exposures of one scene; UnreadableError, with the reason, where they are none.

    The reference is the middle exposure that loses least. `gamma` is for tone mapping after Debevec only.
    """
    greys = [CV.cvtColor(frame.pixels, CV.COLOR_RGB2GRAY) for frame in frames]
    order = _ordered(frames, greys)
    reference = _middle(greys, order)
    fits, left = _laid(frames, greys, order, reference)
    used = tuple(sorted(fits))
    if len(used) < 2:
        raise UnreadableError("the frames do not lie over each other: " + "; ".join(why for _, why in left))
    height, width = greys[reference].shape
    rows, columns = alignment.common([fits[index] for index in used], height, width)
    if (rows.stop - rows.start) * (columns.stop - columns.start) < _LEAST_LEFT * height * width:
        raise UnreadableError("the frames cover too little of the same view")
    pixels = {
        index: np.ascontiguousarray(alignment.warped(frames[index].pixels, fits[index])[rows, columns])
        for index in used
    }
    stills = _stills(pixels, order, reference)
    wild = [index for index in used if float(1 - stills[index].mean()) > _MOST_MOVED]
    if wild:
        raise UnreadableError("the frames show another scene each: most of the picture has changed")
    moved = float(1 - np.min([stills[index] for index in used], axis=0).mean())
    if method is Method.DEBEVEC:
        light = _debevec(frames, pixels, stills, reference, gamma)
    else:
        light = fusion.rolled_off(fusion.fused([pixels[i] for i in used], [stills[i] for i in used]))
    return Merged(light, reference, used, tuple(left), moved)


def _ordered(frames: Sequence[Frame], greys: Sequence[Grey]) -> list[int]:
    """The frames from dark to bright; UnreadableError where they are no exposures of one view."""
    if len(frames) < 2:
        raise UnreadableError("one frame is no bracket")
    if len({grey.shape for grey in greys}) > 1:
        raise UnreadableError("the frames differ in size")
    means = [float(grey.mean()) for grey in greys]
    order = sorted(range(len(frames)), key=means.__getitem__)
    if means[order[-1]] - means[order[0]] < _SAME_EXPOSURE * (len(frames) - 1):
        raise UnreadableError("the frames are equally bright: they are one exposure")
    if max(_lost(grey) for grey in greys) < _LOST:
        raise UnreadableError("no frame has black or burnt parts, so there is nothing to gain")
    return order


def _lost(grey: Grey) -> float:
    return float(((grey <= _BLACK) | (grey >= _BURNT)).mean())


def _middle(greys: Sequence[Grey], order: Sequence[int]) -> int:
    """Of the frames between the darkest and the brightest, the one that loses least; of two, any."""
    return min(order[1:-1] or order, key=lambda index: _lost(greys[index]))


def _laid(
    frames: Sequence[Frame], greys: Sequence[Grey], order: Sequence[int], reference: int
) -> tuple[dict[int, alignment.Matrix], list[tuple[int, str]]]:
    """How each frame lies over the reference, directly or by way of its neighbour, and what does not fit."""
    fits: dict[int, alignment.Matrix] = {reference: np.eye(3)}
    left: list[tuple[int, str]] = []
    at = order.index(reference)
    for side in (order[at + 1 :], order[:at][::-1]):
        before = reference
        for index in side:
            found = _through(greys, index, before, reference, fits)
            if found is None:
                left.append((index, f"{frames[index].name} shows another view than {frames[reference].name}"))
                continue
            fits[index] = found
            before = index
    return fits, left


def _through(
    greys: Sequence[Grey], index: int, before: int, reference: int, fits: dict[int, alignment.Matrix]
) -> alignment.Matrix | None:
    direct = alignment.fitted(greys[index], greys[reference])
    if direct.fits or before == reference:
        return direct.matrix if direct.fits else None
    # Six stops apart, two frames show nothing in common; each has something in common with the one between.
    near = alignment.fitted(greys[index], greys[before])
    return near.matrix @ fits[before] if near.fits else None


def _stills(pixels: dict[int, Pixels], order: Sequence[int], reference: int) -> dict[int, ghosts.Mask]:
    """Where each frame shows what the reference shows, compared from neighbour to neighbour."""
    greys = {index: CV.cvtColor(picture, CV.COLOR_RGB2GRAY) for index, picture in pixels.items()}
    used = [index for index in order if index in pixels]
    stills = {reference: np.ones(greys[reference].shape, np.float32)}
    at = used.index(reference)
    for side in (used[at + 1 :], used[:at][::-1]):
        before = reference
        for index in side:
            stills[index] = np.minimum(ghosts.still(greys[index], greys[before]), stills[before])
            before = index
    return stills


def _debevec(
    frames: Sequence[Frame],
    pixels: dict[int, Pixels],
    stills: dict[int, ghosts.Mask],
    reference: int,
    gamma: float,
) -> Light:
    """Recover the camera's curve and the light of the scene, then map it to what a screen shows.

    Debevec and Malik, "Recovering High Dynamic Range Radiance Maps from Photographs" (1997); Drago et al., "Adaptive
    Logarithmic Mapping For Displaying High Contrast Scenes" (2003). With the real exposures: with equal
    ones the answer would be one flat grey.
    """
    used = sorted(pixels)
    exposures = [frames[index].exposure for index in used]
    if any(exposure is None or exposure <= 0 for exposure in exposures):
        raise UnreadableError("not all frames tell their exposure, which this method needs; fusion does not")
    times = np.array(exposures, np.float32)
    stack = [_without_ghosts(pixels[index], pixels[reference], stills[index]) for index in used]
    curves = CV.createCalibrateDebevec(_SAMPLES, _SMOOTH).process(stack, times)
    # A curve for each channel would colour what is nearly burnt out; one camera has one curve.
    curve = np.exp(np.log(np.maximum(curves, 1e-9)).mean(axis=2, keepdims=True))
    response = np.repeat(curve, 3, axis=2).astype(np.float32)
    radiance = CV.createMergeDebevec().process(stack, times, response)
    mapped = CV.createTonemapDrago(gamma, 1.0, 0.85).process(radiance)
    light: Light = np.clip(np.nan_to_num(mapped), 0, 1).astype(np.float32)
    return light


def _without_ghosts(picture: Pixels, reference: Pixels, still: ghosts.Mask) -> Pixels:
    """A frame that shows what the reference shows where something moved, as bright as its own exposure."""
    if float(still.min()) > 0.5:
        return picture
    grey = [CV.cvtColor(one, CV.COLOR_RGB2GRAY) for one in (reference, picture)]
    curve = ghosts.alike(*grey)
    blended = picture * still[:, :, None] + curve[reference] * (1 - still[:, :, None])
    whole: Pixels = blended.round().astype(np.uint8)
    return whole
