"""Lay the frames of one scene over each other, whatever their exposure: shifts, then turns, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create.vision import CV, Grey, reduced

Levels = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]

#: Greys that tell of structure: not black, not burnt out.
_DARK, _BRIGHT = 8, 247
#: A hand moves a camera by less than this share of the picture's diagonal within a bracket.
MOST_SHIFT: Final = 0.05
#: Matches of features that a turn needs, and how far they may miss it, in pixels of the small frame.
_LEAST_MATCHES: Final = 40
_MISS: Final = 2.0
#: Pixels of the small frame around each that its contrast is told against.
_AROUND: Final = 8.0
#: Likeness of two frames (see `likeness`): frames of one scene that lie well have .45-.95, as far as
#: both show something; other scenes have less than .05.
LEAST_LIKENESS: Final = 0.3
#: A more general transformation must be better by this much.
_BETTER: Final = 0.01


@dataclass(frozen=True, slots=True)
class Fit:
    """How one frame is laid over the reference.

    `matrix` (3 x 3) takes the reference's pixels to the frame's, in full-size pixels; `shift` is the farthest that a
    corner moves, as a share of the diagonal.
    """

    matrix: Matrix
    likeness: float
    shift: float
    turned: bool

    @property
    def fits(self) -> bool:
        """Whether both show one scene, from one spot."""
        return self.likeness >= LEAST_LIKENESS and self.shift <= MOST_SHIFT


def fitted(frame: Grey, reference: Grey) -> Fit:
    """Find how a frame lies over the reference; both are whole grey pictures of one size.

    Tried in this order, and the simplest of those that do equally well is taken: as it is; a shift by median
    threshold bitmaps (Ward, "Fast, robust image registration for compositing high dynamic range photographs from
    hand-held exposures", 2003); a turn, then a homography, by features. Each is refined by maximising the enhanced correlation
    coefficient (Evangelidis and Psarakis, 2008) of the local contrasts.
    """
    small, _ = reduced(frame)
    base, scale = reduced(reference)
    contrasts, wanted = _contrasts(small), _contrasts(base)
    telling = _telling(base).astype(np.uint8)
    best, kept = np.eye(3), likeness(small, base)
    turned = False
    for moved, kind in _guesses(small, base):
        finer = _refined(contrasts, wanted, telling, moved, kind)
        now, start = max(
            ((likeness(_warped(small, one), base), one) for one in (finer, moved)), key=lambda pair: pair[0]
        )
        if now > kept + _BETTER and _farthest(start, base.shape) <= 2 * MOST_SHIFT:
            best, kept, turned = start, now, kind != CV.MOTION_EUCLIDEAN
    return Fit(_enlarged(best, scale), kept, _farthest(best, base.shape), turned)


def anywhere(frame: Grey, reference: Grey) -> Matrix | None:
    """How a frame lies over the reference (as in `Fit.matrix`) however far a hand moved or turned the camera; None for another view.

    By features alone, shifted, turned and scaled: exact to some pixels, which is enough to tell who is who.
    """
    small, _ = reduced(frame)
    base, scale = reduced(reference)
    matches = _matches(small, base)
    if matches is None:
        return None
    turn, agreeing = CV.estimateAffinePartial2D(
        *matches, method=CV.RANSAC, ransacReprojThreshold=2 * _MISS, confidence=0.999, maxIters=5000
    )
    if turn is None or int(agreeing.sum()) < _LEAST_MATCHES:
        return None
    matrix = np.vstack([turn, (0, 0, 1)])
    if likeness(_warped(small, matrix), base) < LEAST_LIKENESS:
        return None
    return _enlarged(matrix, scale)


def likeness(frame: Grey, reference: Grey) -> float:
    """The correlation of the local contrasts of two pictures where both show something: 1 for the same, near 0 for others.

    0 where less than a fiftieth of the picture tells anything in both.
    """
    both = _telling(frame) & _telling(reference)
    if both.mean() < 0.02:
        return 0.0
    one, other = _contrasts(frame)[both], _contrasts(reference)[both]
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / scale if scale else 0.0


def warped(pixels: npt.NDArray[np.uint8], matrix: Matrix) -> npt.NDArray[np.uint8]:
    """The frame as the reference sees it; what lies outside it is black."""
    height, width = pixels.shape[:2]
    if np.allclose(matrix, np.eye(3), atol=1e-9):
        return pixels
    laid: npt.NDArray[np.uint8] = CV.warpPerspective(
        pixels, matrix, (width, height), flags=CV.INTER_CUBIC | CV.WARP_INVERSE_MAP, borderMode=CV.BORDER_REFLECT
    )  # fmt: skip
    return laid


def common(matrices: list[Matrix], height: int, width: int) -> tuple[slice, slice]:
    """The rows and columns of the reference that every frame covers."""
    top, left, bottom, right = 0.0, 0.0, float(height), float(width)
    for matrix in matrices:
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        seen = CV.perspectiveTransform(corners[None], np.linalg.inv(matrix))[0]
        left = max(left, seen[0, 0], seen[3, 0])
        right = min(right, seen[1, 0], seen[2, 0])
        top = max(top, seen[0, 1], seen[1, 1])
        bottom = min(bottom, seen[2, 1], seen[3, 1])
    return (
        slice(min(height, int(np.ceil(top - 1e-6))), max(0, int(np.floor(bottom + 1e-6)))),
        slice(min(width, int(np.ceil(left - 1e-6))), max(0, int(np.floor(right + 1e-6)))),
    )


def _telling(grey: Grey) -> npt.NDArray[np.bool_]:
    """Where a picture is neither black nor burnt out, nor right beside that."""
    flat = ((grey < _DARK) | (grey > _BRIGHT)).astype(np.uint8)
    near: npt.NDArray[np.bool_] = CV.dilate(flat, np.ones((5, 5), np.uint8)) == 0
    return near


def _shift(frame: Grey, base: Grey) -> Matrix:
    x, y = CV.createAlignMTB(6, 4, cut=False).calculateShift(base, frame)
    # The shift is what the frame is to be moved by.
    return np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]], np.float64)


def _contrasts(grey: Grey) -> Levels:
    """What is brighter and what darker than its surroundings, in units of how much these vary: exposure does not matter."""
    values = CV.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    mean = CV.GaussianBlur(values, (0, 0), _AROUND)
    spread = np.sqrt(np.maximum(CV.GaussianBlur(values * values, (0, 0), _AROUND) - mean * mean, 0))
    contrasts: Levels = (values - mean) / (spread + 2)
    return contrasts


def _guesses(frame: Grey, base: Grey) -> Iterator[tuple[Matrix, int]]:
    """Where the frame may lie, the simplest first, each with the kind of transformation that it is refined as."""
    yield _shift(frame, base), CV.MOTION_EUCLIDEAN
    matches = _matches(frame, base)
    if matches is None:
        return
    there, here = matches
    turn, agreeing = CV.estimateAffinePartial2D(there, here, method=CV.RANSAC, ransacReprojThreshold=_MISS)
    if turn is not None and int(agreeing.sum()) >= _LEAST_MATCHES:
        yield np.vstack([turn, (0, 0, 1)]), CV.MOTION_AFFINE
    tilt, agreeing = CV.findHomography(there, here, CV.USAC_MAGSAC, _MISS)
    if tilt is not None and int(agreeing.sum()) >= _LEAST_MATCHES:
        yield tilt, CV.MOTION_HOMOGRAPHY


def _matches(frame: Grey, base: Grey) -> tuple[Points, Points] | None:
    """Points of the reference and the same points of the frame, by features that survive a change of exposure."""
    even = CV.createCLAHE(4.0, (8, 8))
    finder = CV.SIFT_create(2000)
    points, words = finder.detectAndCompute(even.apply(frame), None)
    wanted, names = finder.detectAndCompute(even.apply(base), None)
    if words is None or names is None or min(len(points), len(wanted)) < _LEAST_MATCHES:
        return None
    pairs = CV.BFMatcher(CV.NORM_L2).knnMatch(names, words, k=2)
    good = [one for one, *other in pairs if other and one.distance < 0.8 * other[0].distance]
    if len(good) < _LEAST_MATCHES:
        return None
    there = np.array([wanted[match.queryIdx].pt for match in good], np.float64)
    here = np.array([points[match.trainIdx].pt for match in good], np.float64)
    return there, here


def _refined(frame: Levels, base: Levels, telling: Grey, start: Matrix, kind: int) -> Matrix:
    begin = (start if kind == CV.MOTION_HOMOGRAPHY else start[:2]).astype(np.float32)
    stop = (CV.TERM_CRITERIA_EPS | CV.TERM_CRITERIA_COUNT, 50, 1e-6)
    try:
        _, found = CV.findTransformECC(base, frame, begin, kind, stop, telling, 3)
    except CV.error:
        return start
    matrix = np.eye(3)
    matrix[: found.shape[0]] = found
    return matrix


def _warped(grey: Grey, matrix: Matrix) -> Grey:
    """A small frame laid over the reference; black, which tells nothing, where it has no pixels."""
    height, width = grey.shape
    laid: Grey = CV.warpPerspective(
        grey, matrix, (width, height), flags=CV.INTER_LINEAR | CV.WARP_INVERSE_MAP
    )
    return laid


def _farthest(matrix: Matrix, shape: tuple[int, ...]) -> float:
    height, width = shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    moved = CV.perspectiveTransform(corners[None], matrix)[0]
    return float(np.hypot(*(moved - corners).T).max() / np.hypot(height, width))


def _enlarged(matrix: Matrix, scale: float) -> Matrix:
    """The same transformation in full-size pixels, whose centres lie half a pixel in."""
    to_small = np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5], [0, 0, 1]])
    whole: Matrix = np.linalg.inv(to_small) @ matrix @ to_small
    whole /= whole[2, 2]
    return whole
