"""From several exposures of one scene to one picture that shows all of it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create.vision import CV

Pixels = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.float32]
Light = npt.NDArray[np.float32]

#: Grey that is best exposed, and how fast the weight falls beside it (Mertens et al., section 3.1).
_BEST, _SPREAD = 0.5, 0.2
_NEVER_NONE: Final = 1e-12
#: An average of frames has less contrast than the best of them; so much is given back to the finest levels.
_GAIN: Final = (1.2, 1.2, 1.15, 1.1)
#: Where the ends of the scale are bent, so that what is beyond them keeps its differences.
_KNEE, _END = 0.10, 0.021
#: Pyramids end where the short side is about so long.
_TOP: Final = 4


def fused(frames: Sequence[Pixels], allowed: Sequence[Weights]) -> Light:
    """Blend aligned frames (height x width x 3, 0-255) by what each shows best; floats around 0-1, not clipped.

    Exposure fusion: Mertens, Kautz and Van Reeth, "Exposure Fusion" (Pacific Graphics 2007), with its three measures
    at power 1 each, blended in Laplacian pyramids. `allowed` (0-1 a pixel) takes a frame out where something moved. One
    frame is taken up at a time, so 3 frames of 12 megapixels take 0.9 GB, not 1.3.
    """
    weights = [_weight(frame) * mask + _NEVER_NONE for frame, mask in zip(frames, allowed, strict=True)]
    total = weights[0].copy()
    for weight in weights[1:]:
        total += weight
    for weight in weights:
        np.divide(weight, total, out=weight)
    del total
    levels = _levels(frames[0].shape[:2])
    pyramid: list[Light] = []
    for frame in frames:
        # The list is emptied as it goes: each weight is 48 MB at 12 megapixels.
        weight = weights.pop(0)
        _add(pyramid, frame.astype(np.float32) * np.float32(1 / 255), weight, levels)
    return _collapsed(pyramid)


def rolled_off(light: Light) -> Light:
    """Bend what is beyond the ends of the scale back into it, in place; values between 0.1 and 0.9 stay as they are.

    A blend overshoots its frames (-0.4 to 1.5 was seen); to cut that off would burn out what the frames show.
    """
    room = _KNEE - _END
    for row in light.reshape(-1, light.shape[-1] * light.shape[-2]) if light.ndim == 3 else light:
        for sign, knee in ((1, 1 - _KNEE), (-1, _KNEE)):
            beyond = np.flatnonzero(sign * row > sign * knee)
            over = sign * (row[beyond] - knee)
            row[beyond] = knee + sign * room * over / (over + room)
    return light


def _weight(frame: Pixels) -> Weights:
    grey = CV.cvtColor(frame, CV.COLOR_RGB2GRAY).astype(np.float32) * np.float32(1 / 255)
    contrast = np.abs(CV.Laplacian(grey, CV.CV_32F))
    del grey
    table = np.exp(-0.5 * ((np.arange(256) / 255 - _BEST) / _SPREAD) ** 2).astype(np.float32)
    for channel in range(3):
        contrast *= table[frame[:, :, channel]]
    contrast *= _saturation(frame)
    weight: Weights = contrast
    return weight


def _saturation(frame: Pixels) -> Weights:
    """The standard deviation of the three channels."""
    mean = np.zeros(frame.shape[:2], np.float32)
    square = np.zeros(frame.shape[:2], np.float32)
    for channel in range(3):
        values = frame[:, :, channel].astype(np.float32) * np.float32(1 / 255)
        mean += values
        values *= values
        square += values
    mean *= np.float32(1 / 3)
    square *= np.float32(1 / 3)
    mean *= mean
    square -= mean
    return np.sqrt(np.maximum(square, 0, out=square), out=square)


def _levels(shape: tuple[int, ...]) -> int:
    return max(1, int(np.log2(min(shape) / _TOP)))


def _add(pyramid: list[Light], frame: Light, weight: Weights, levels: int) -> None:
    """Add the Laplacian pyramid of a frame, each level times its weights, to the sum of all."""
    for level in range(levels + 1):
        last = level == levels
        if last:
            part = frame * weight[:, :, None]
        else:
            smaller = CV.pyrDown(frame)
            part = frame
            part -= CV.pyrUp(smaller, dstsize=(frame.shape[1], frame.shape[0]))
            part *= weight[:, :, None]
            frame, weight = smaller, CV.pyrDown(weight)
        if len(pyramid) <= level:
            pyramid.append(part)
        else:
            pyramid[level] += part


def _collapsed(pyramid: list[Light]) -> Light:
    picture = pyramid.pop()
    while pyramid:
        level = pyramid.pop()
        if len(pyramid) < len(_GAIN):
            level *= np.float32(_GAIN[len(pyramid)])
        level += CV.pyrUp(picture, dstsize=(level.shape[1], level.shape[0]))
        picture = level
    return picture
