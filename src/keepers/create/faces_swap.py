"""One face of a photo with open eyes, taken from another frame, if nobody will see where it was put in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create import faces_blend as blend
from keepers.create import faces_fit as fit
from keepers.create.faces_fit import Fit
from keepers.create.faces_guards import SAME_SIGN
from keepers.model import Face
from keepers.score.traced import Traced

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

#: A face is cut out with so much around it, in sides of its box.
_AROUND: Final = 2.2
#: What is looked at beyond the mask, as a share of its size.
_MARGIN: Final = 0.25
#: Hair, neck and shoulders lie between the hull of the face and one that is so much larger.
_SURROUNDINGS: Final = 1.45
#: Two frames of one person that fit have surroundings .2-9.3 apart with a correlation of .94-1; two people whose faces
#: fit as well had 12.8-31 and .14-.65.
MOST_APART: Final = 11.0
LEAST_TOGETHER: Final = 0.75
#: Borders that are tried, the one of the whole face first: a share of its hull, or the eyes and brows alone.
_WHOLE, _INNER, _BAND = 0.93, 0.8, 1.0
#: Seams beyond these levels (of 100 in Lab) show; measured by looking at faces of open bursts.
MOST_EDGE: Final = 3.0
MOST_MISMATCH: Final = 13.0
#: The skin may become so much lighter or darker.
MOST_TONE: Final = 5.0
#: The donor shows at least this share of the target's fine structure: enlarged by a quarter it had .93-.96, blurred
#: by as little as people see it .2-.3.
LEAST_DETAIL: Final = 0.7
_LEAST_SIDE: Final = 24


@dataclass(frozen=True, slots=True)
class Cut:
    """A face with what is around it: its pixels, where their corner lies in the photo, and its points in these pixels."""

    pixels: Pixels
    left: int
    top: int
    traced: Traced

    @property
    def points(self) -> Points:
        """The 478 points."""
        return self.traced.points


@dataclass(frozen=True, slots=True)
class Patch:
    """Pixels that go into a cut with their corner at (left, top)."""

    pixels: Pixels
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A patch, what is to be seen of its border, and by how much the skin became lighter or darker."""

    patch: Patch
    seam: blend.Seam
    tone: float

    @property
    def is_unseen(self) -> bool:
        """Whether nobody will see where the patch begins."""
        return self.seam.edge <= MOST_EDGE and self.seam.mismatch <= MOST_MISMATCH and self.tone <= MOST_TONE


def window(face: Face, height: int, width: int) -> tuple[slice, slice]:
    """The rows and columns of a photo that hold a face and what is around it."""
    x, y, wide, high = face.box
    half = max(4.0, _AROUND * max(wide * width, high * height) / 2)
    across, down = (x + wide / 2) * width, (y + high / 2) * height
    return (
        slice(max(0, int(down - half)), max(1, min(height, int(down + half)))),
        slice(max(0, int(across - half)), max(1, min(width, int(across + half)))),
    )


def within(face: Face, height: int, width: int, rows: slice, columns: slice) -> Face:
    """The face as fractions of the part of a photo that was cut out."""
    x, y, wide, high = face.box
    tall, broad = rows.stop - rows.start, columns.stop - columns.start
    box = (
        (x * width - columns.start) / broad,
        (y * height - rows.start) / tall,
        wide * width / broad,
        high * height / tall,
    )
    return Face(box, face.confidence, roll=face.roll)


def swapped(donor: Cut, target: Cut, laid: Fit) -> Patch | str:
    """The donor's face in the target's place, by the largest border that does not show; the reason where there is none."""
    found = pair(donor, target, laid)
    if found is None:
        return "the face is too small"
    if found.detail < LEAST_DETAIL:
        return "the face is blurred"
    if not (found.is_one_person or _is_known(donor.traced, target.traced)):
        return "hair and shoulders look otherwise"
    return next(
        (one.patch for one in trials(found) if one.is_unseen), "the border of the new face would show"
    )


def put(photo: Pixels, cut: Cut, patch: Patch) -> None:
    """Write what a patch changes into the photo that the cut was made of; what lies beside the face may be another's."""
    place, _, changed = _place(photo, cut, patch)
    np.copyto(place, patch.pixels, where=changed)


def take_back(photo: Pixels, cut: Cut, patch: Patch) -> None:
    """Write what the patch has changed as it was."""
    place, before, changed = _place(photo, cut, patch)
    np.copyto(place, before, where=changed)


def _place(photo: Pixels, cut: Cut, patch: Patch) -> tuple[Pixels, Pixels, npt.NDArray[np.bool_]]:
    """Where a patch goes, what was there when the face was cut out, and which pixels it changes."""
    height, width = patch.pixels.shape[:2]
    top, left = cut.top + patch.top, cut.left + patch.left
    before = cut.pixels[patch.top : patch.top + height, patch.left : patch.left + width]
    changed = (patch.pixels != before).any(axis=2, keepdims=True)
    return photo[top : top + height, left : left + width], before, changed


@dataclass(frozen=True, slots=True)
class Pair:
    """Both faces as the target's lies: pixels of one size, their points in these, and what the donor covers.

    `detail` is the donor's fine structure as a share of the target's, without the eyes; `around` how alike hair, neck
    and shoulders are.
    """

    donor: Pixels
    target: Pixels
    there: Points
    here: Points
    covers: Mask
    skin: Mask
    left: int
    top: int
    detail: float
    around: blend.Likeness

    @property
    def is_one_person(self) -> bool:
        """Whether what is around the faces is alike: two people may have faces of one shape, but not that, too."""
        return self.around.apart <= MOST_APART and self.around.together >= LEAST_TOGETHER


def pair(donor: Cut, target: Cut, laid: Fit) -> Pair | None:
    """The donor laid over the target, as light and as coloured; None where a face is too small for that."""
    here, there = target.points, fit.carried(donor.points, laid.matrix)
    outline = list(fit.OVAL)
    rows, columns = _around(np.concatenate([here[outline], there[outline]]), target.pixels.shape)
    if min(rows.stop - rows.start, columns.stop - columns.start) < _LEAST_SIDE:
        return None
    corner = np.array([columns.start, rows.start], np.float64)
    pixels = np.ascontiguousarray(target.pixels[rows, columns])
    size = (pixels.shape[0], pixels.shape[1])
    here, there = here - corner, there - corner
    matrix = laid.matrix.copy()
    matrix[:, 2] -= corner
    moved, covers = blend.laid(donor.pixels, matrix, size)
    skin = fit.skin(here, size) & fit.skin(there, size)
    alike = blend.coloured(moved, pixels, skin)
    still = fit.still(here, size) & fit.still(there, size)
    detail = blend.detail(alike, still) / max(blend.detail(pixels, still), 1e-6) if still.any() else 0.0
    inner = fit.hull((here[outline], there[outline]), 1.0, size)
    beside = fit.hull((here[outline],), _SURROUNDINGS, size) & ~inner & covers
    around = blend.likeness(alike, pixels, beside) if beside.any() else blend.Likeness(np.inf, 0.0)
    return Pair(alike, pixels, there, here, covers, skin, columns.start, rows.start, detail, around)


def trials(pair: Pair) -> Iterator[Trial]:
    """The donor laid in by each border that lies within both pictures, the largest first."""
    size = (pair.target.shape[0], pair.target.shape[1])
    for part, share in ((fit.OVAL, _WHOLE), (fit.OVAL, _INNER), (fit.BAND, _BAND)):
        points = list(part)
        mask = fit.hull((pair.here[points], pair.there[points]), share, size)
        if not _is_inside(mask, pair.covers):
            continue
        made = blend.blended(pair.donor, pair.target, mask)
        seam = blend.seam(made, pair.target, pair.donor, mask)
        yield Trial(Patch(made, pair.left, pair.top), seam, blend.tone(made, pair.target, pair.skin))


def _is_known(donor: Traced, target: Traced) -> bool:
    """Whether the back end knows both as one person."""
    return donor.sign is not None and target.sign is not None and float(donor.sign @ target.sign) >= SAME_SIGN


def _around(points: Points, shape: tuple[int, ...]) -> tuple[slice, slice]:
    low, high = points.min(axis=0), points.max(axis=0)
    more = _MARGIN * float((high - low).max()) + 4
    left, top = np.maximum(low - more, 0).astype(int)
    right, bottom = np.minimum(high + more, (shape[1], shape[0])).astype(int)
    return slice(int(top), int(max(top, bottom))), slice(int(left), int(max(left, right)))


def _is_inside(mask: Mask, covers: Mask) -> bool:
    """Whether the mask lies within the picture, with a line around it, and where the donor has pixels."""
    rim = mask[:2].any() or mask[-2:].any() or mask[:, :2].any() or mask[:, -2:].any()
    return bool(mask.any()) and not rim and not bool((mask > 0)[covers == 0].any())
