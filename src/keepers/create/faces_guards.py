"""Which face may take the place of another, and if not, why: in words that a person understands."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keepers.create import faces_fit
from keepers.create.faces_fit import Fit
from keepers.score.sharpness import of_scale
from keepers.score.traced import Traced

#: Eyes are closed below this and open from that on; face back ends put what lies between at one half.
CLOSED: Final = 0.5
OPEN: Final = 0.64
#: Eyes that cannot be judged are closed where their lids are so much nearer than the same person's in another frame:
#: lids that no iris shows between had .43-.69 of her own, sunglasses more than .8.
_NARROW: Final = 0.72
#: Mended eyes are so much more open than they were, and at least so much.
_RISEN, _AWAKE = 0.25, 0.55
#: How sure it must be that there is a face with nothing before it.
_PRESENT: Final = 0.9
#: Radians that the head may be turned otherwise, and sizes that may be made alike.
_TURNED: Final = 0.15
_SMALLEST, _LARGEST = 0.7, 1.4
#: Distances between the eyes by which the points that never move may miss each other.
_MISSED: Final = 0.04
#: The donor is at least so sharp, in proportion.
_SHARP: Final = 0.8
#: Embeddings of one person have a dot product of this and more.
SAME_SIGN: Final = 0.5


class Stage(IntEnum):
    """How far a frame came before it was refused: the later, the nearer it was to serve."""

    UNSEEN = 0
    SHUT = 1
    UNFIT = 2
    SEAM = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame cannot serve; `why` ends a sentence that begins with "the frame" or stands alone."""

    stage: Stage
    why: str


def is_closed(face: Traced, donor: Traced | None = None) -> bool:
    """Whether the eyes are closed; where that is unknown, by how wide a donor shows the same person's eyes."""
    if face.face.eyes_open is not None:
        return face.face.eyes_open < CLOSED
    if donor is None or (donor.face.eyes_open or 0.0) < OPEN:
        return False
    return faces_fit.aspect(face.points) < _NARROW * faces_fit.aspect(donor.points)


def fault_of_target(face: Traced) -> str:
    """Why a face with closed eyes cannot be mended whatever the other frames show; empty where it can."""
    if face.face.eyes_open is not None and not is_closed(face):
        return "its eyes are not closed, on a closer look"
    if face.presence < _PRESENT:
        return "something covers a part of the face"
    return ""


def refusal(donor: Traced, target: Traced, fit: Fit | None) -> Refusal | None:
    """Why the donor's face cannot take the place of the target's; None where it can."""
    opened = donor.face.eyes_open
    if opened is None:
        return Refusal(Stage.SHUT, "the eyes cannot be judged")
    if opened < OPEN:
        return Refusal(Stage.SHUT, "the eyes are not open")
    if not is_closed(target, donor):
        return Refusal(Stage.SHUT, "the eyes are no more open there")
    if donor.presence < _PRESENT:
        return Refusal(Stage.UNFIT, "something covers a part of the face")
    if _is_other(donor, target):
        return Refusal(Stage.UNSEEN, "another person is there")
    if donor.face.yaw is None or target.face.yaw is None or abs(donor.face.yaw - target.face.yaw) >= _TURNED:
        return Refusal(Stage.UNFIT, "the head is turned")
    if fit is None or not _SMALLEST <= fit.scale <= _LARGEST:
        return Refusal(Stage.UNFIT, "the face has another size")
    if fit.residual >= _MISSED:
        return Refusal(Stage.UNFIT, "the head is turned or tilted otherwise")
    if _is_blurred(donor, target):
        return Refusal(Stage.UNFIT, "the face is blurred")
    return None


def has_opened(before: Traced, after: Traced) -> bool:
    """Whether the eyes are open now, in a face that is still one."""
    then, now = before.face.eyes_open, after.face.eyes_open
    if now is None or after.presence < _PRESENT:
        return False
    return now >= (OPEN if then is None else max(_AWAKE, then + _RISEN))


def rank(donor: Traced, target: Traced, fit: Fit) -> float:
    """How far a donor is from the target in pose and mood; the smallest is tried first."""
    turned = abs((donor.face.yaw or 0.0) - (target.face.yaw or 0.0)) / _TURNED
    mood = abs((donor.face.smile or 0.0) - (target.face.smile or 0.0)) + (donor.face.grimace or 0.0)
    return fit.residual / _MISSED + turned / 2 + mood - (donor.face.eyes_open or 0.0)


def _is_other(donor: Traced, target: Traced) -> bool:
    if donor.sign is None or target.sign is None:
        return False
    return float(donor.sign @ target.sign) < SAME_SIGN


def _is_blurred(donor: Traced, target: Traced) -> bool:
    sharp, wanted = donor.face.sharpness, target.face.sharpness
    return sharp is None or wanted is None or of_scale(sharp) < _SHARP * of_scale(wanted)
