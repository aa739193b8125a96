"""What times, cameras and numbers say of two photos: one press of the shutter, or two."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.table import Photos

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

#: Cameras that write whole seconds: frames of one second are told apart by their numbers, this near at most.
_NEAR_NUMBERS: Final = 30
#: Smaller numbers are counters of copies ("(2)", "_q60") rather than of a camera.
_CAMERA_NUMBER: Final = 100
#: Two cameras' clocks, or two exports of one file, may differ by so much.
_CLOCKS: Final = 2.0
#: Names with times but without a camera may tell when a copy was sent; only within this they are frames.
_NAMELESS: Final = 10.0
#: A copy at another size keeps its shape to within rounding, and is worth making from a tenth of difference
#: on.
_SHAPE: Final = 0.02
_SCALE: Final = 0.1


def known(photos: Photos) -> Mask:
    """Which photos have a capture time that can be relied on."""
    return photos.certain & ~np.isnan(photos.taken)


def apart(photos: Photos, left: Rows, right: Rows) -> Mask:
    """Which pairs are certainly two shots; copies and edits of one shot never are.

    Copies share camera and time, or have lost one of them. Where only one of two tells the fraction of
    the second, a smaller one of another name is taken for a copy, and anything else for a second frame.
    """
    gap = np.abs(photos.taken[left] - photos.taken[right])
    both = photos.certain[left] & photos.certain[right] & ~np.isnan(gap)
    cameras = photos.camera[left], photos.camera[right]
    gap = np.where(both, gap, 0.0)
    one_camera = (cameras[0] == cameras[1]) & (cameras[0] > 0)
    nameless = (cameras[0] == 0) & (cameras[1] == 0)
    two_cameras = (cameras[0] != cameras[1]) & (cameras[0] > 0) & (cameras[1] > 0)
    numbered = _numbered(photos, left, right)
    copies = _shortened(photos, left, right) & _resized(photos, left, right) & ~numbered
    second = numbered & (gap == 0) & (photos.taken[left] % 1 == 0) & _same_size(photos, left, right)
    shots = (gap >= 1) | ((gap > 0) & ~copies) | second
    found: Mask = both & (
        (one_camera & shots) | (two_cameras & (gap > _CLOCKS)) | (nameless & (gap >= 1) & (gap <= _NAMELESS))
    )
    return found


def _shortened(photos: Photos, left: Rows, right: Rows) -> Mask:
    """Which pairs may have one time, the one with its fraction of a second and the other without."""
    one, other = photos.taken[left], photos.taken[right]
    same_second = np.floor(one) == np.floor(other)
    return np.asarray(same_second & ((one % 1 == 0) | (other % 1 == 0)))


def _same_size(photos: Photos, left: Rows, right: Rows) -> Mask:
    return np.asarray(
        (photos.width[left] == photos.width[right]) & (photos.height[left] == photos.height[right])
    )


def _resized(photos: Photos, left: Rows, right: Rows) -> Mask:
    """Which pairs have one shape at two scales."""
    wide = photos.width[left] / np.maximum(photos.width[right], 1)
    high = photos.height[left] / np.maximum(photos.height[right], 1)
    return np.asarray((np.abs(wide / np.maximum(high, 1e-9) - 1) <= _SHAPE) & (np.abs(wide - 1) >= _SCALE))


def _numbered(photos: Photos, left: Rows, right: Rows) -> Mask:
    """Which pairs lie in one folder and were numbered by a camera, soon after each other."""
    one, other = photos.stem[left], photos.stem[right]
    near = (
        (one != other) & (np.abs(one - other) <= _NEAR_NUMBERS) & (np.minimum(one, other) >= _CAMERA_NUMBER)
    )
    return np.asarray(near & (photos.folder[left] == photos.folder[right]))
