"""Which photos may be made of another one that no hash tells: cheap to see, before anything is looked at more closely."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.fingerprint.table import Photos
from keepers.group import clocks
from keepers.group.rule import Rule
from keepers.model import GroupKind

Mask = npt.NDArray[np.bool_]

AUTO: Final = "auto"
OFF: Final = "off"
#: Sizes that so many photos share are those of a camera, or of a service; what is cut by hand has a size of its own.
_SHARED: Final = 4


def wanted(when: str, rule: Rule, photos: Photos) -> bool:
    """Whether a second look is asked for by this rule; `auto` asks where a photo without a camera has a size of its own."""
    if when == OFF or rule.threshold is not None or GroupKind.SAME_PICTURE not in rule.kinds:
        return False
    return when != AUTO or bool((odd(photos) & suspects(photos)).any())


def suspects(photos: Photos) -> Mask:
    """Which photos may be made of another one: nothing tells that a camera took them, or another one tells the same."""
    told = clocks.known(photos) & (photos.camera > 0)
    # An editor keeps camera and time; so a second photo of one moment may be cut from the first.
    moment = np.stack([photos.camera, np.where(told, np.floor(np.nan_to_num(photos.taken)), -1)]).astype(
        np.int64
    )
    _, of, count = np.unique(moment, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(~told | (told & (count[of] > 1)))


def odd(photos: Photos) -> Mask:
    """Which photos have a size that few others have, whichever way up."""
    sides = np.sort(np.stack([photos.width, photos.height]), axis=0)
    _, of, count = np.unique(sides, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(count[of] < _SHARED)
