"""The faces of one photo whose eyes are closed: who may help each, and what comes of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create import faces_fit, faces_guards, faces_people, faces_same, faces_swap
from keepers.create.faces_fit import Fit
from keepers.create.faces_guards import Refusal, Stage
from keepers.create.faces_swap import Cut, Patch
from keepers.create.vision import CV
from keepers.model import Face, Ref

Pixels = npt.NDArray[np.uint8]
#: Cuts a face out of a photo, and measures and traces it anew.
Trace = Callable[[Pixels, Face], Cut]

#: So many donors are laid into a face at most, the likest first.
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A face that may take the place of another: the frame that it is of, and how it lies over the other."""

    name: str
    cut: Cut
    fit: Fit


@dataclass(slots=True)
class Wound:
    """A face with closed eyes: who may help it, who may not, and, in the end, whose eyes it has or `why` none.

    `index` is its number among the faces of the photo, `after` how far its eyes are open in what was made.
    """

    index: int
    face: Face
    cut: Cut
    why: str = ""
    donor: str = ""
    after: float | None = None
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    patch: Patch | None = None

    @property
    def is_closed(self) -> bool:
        """Whether its eyes are closed: known, or shown by a frame in which the same eyes are wider."""
        now = self.cut.traced.face.eyes_open
        if now is not None:
            return self.face.eyes_open is not None or now < faces_guards.CLOSED
        return bool(self.candidates or self.donor) or any(one.stage > Stage.SHUT for one in self.refusals)


def wound(photo: Pixels, faces: Sequence[Face], index: int, trace: Trace) -> Wound:
    """A face of a photo, looked at closely."""
    cut = trace(photo, faces[index])
    return Wound(index, faces[index], cut, faces_guards.fault_of_target(cut.traced))


def unhelpful(wounds: Sequence[Wound], stage: Stage, why: str) -> None:
    """Note that a frame helps none of the faces."""
    for one in wounds:
        one.refusals.append(Refusal(stage, why))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a burst: its name for people, its upright pixels, the faces that are known to be in it, and whose.

    `people` has the person of each face, and is empty where no server knows them.
    """

    name: str
    pixels: Pixels
    faces: Sequence[Face]
    people: Sequence[Ref | None] = ()


def gather(frame: Frame, target: Frame, wounds: Sequence[Wound], trace: Trace) -> None:
    """Find in a frame who may help which face of the target."""
    places = _Places(frame, target)
    for one in wounds:
        found = faces_people.donor(one.index, target.people, frame.people, partial(places.same, one.index))
        if isinstance(found, str):
            one.refusals.append(Refusal(Stage.UNSEEN, found))
            continue
        cut = trace(frame.pixels, frame.faces[found])
        fit = faces_fit.fitted(cut.points, one.cut.points)
        refused = faces_guards.refusal(cut.traced, one.cut.traced, fit)
        if refused is not None:
            one.refusals.append(refused)
        elif fit is not None:
            one.candidates.append(Candidate(frame.name, cut, fit))


class _Places:
    """Where the faces of a frame are in the target; the frames are laid over each other when that is first asked."""

    def __init__(self, frame: Frame, target: Frame) -> None:
        self._frame, self._target = frame, target
        self._matrix: faces_same.Matrix | None = None
        self._is_laid = False

    def same(self, wanted: int) -> int | None:
        """The face that is where the wanted one is; None where that is not certain."""
        frame, target = self._frame, self._target
        if not self._is_laid:
            greys = [CV.cvtColor(one, CV.COLOR_RGB2GRAY) for one in (frame.pixels, target.pixels)]
            self._matrix, self._is_laid = faces_same.aligned(*greys), True
        sizes = (target.pixels.shape[:2], frame.pixels.shape[:2])
        return faces_same.same(wanted, target.faces, frame.faces, sizes, self._matrix)


def close(photo: Pixels, one: Wound, trace: Trace) -> None:
    """Lay the likest donor into the photo, if nobody will see it."""
    target = one.cut.traced
    ranked = sorted(one.candidates, key=lambda other: faces_guards.rank(other.cut.traced, target, other.fit))
    one.candidates = []
    for donor in ranked[:_TRIES] if not one.why else ():
        patch = faces_swap.swapped(donor.cut, one.cut, donor.fit)
        if isinstance(patch, str):
            one.refusals.append(Refusal(Stage.SEAM, patch))
            continue
        faces_swap.put(photo, one.cut, patch)
        one.patch = patch
        after = trace(photo, one.face).traced
        if faces_guards.has_opened(target, after):
            one.donor, one.after = donor.name, after.face.eyes_open
            return
        reopen(photo, one)
        one.refusals.append(Refusal(Stage.SEAM, "the eyes did not look open afterwards"))
    one.why = one.why or told(one.refusals)


def reopen(photo: Pixels, one: Wound) -> None:
    """Make the face as it was."""
    if one.patch is not None:
        faces_swap.take_back(photo, one.cut, one.patch)
    one.patch, one.donor, one.after = None, "", None


def told(refusals: Sequence[Refusal]) -> str:
    """Why no frame could help, in words: of those frames that came farthest."""
    if not refusals:
        return "there is no other frame"
    farthest = max(one.stage for one in refusals)
    if farthest is Stage.SHUT:
        return "no other frame has these eyes open"
    words = Counter(one.why for one in refusals if one.stage is farthest)
    number = sum(words.values())
    if farthest is Stage.UNSEEN:
        return f"no other frame shows this face: {_joined(words)}"
    where = (
        "in the only frame that has these eyes open"
        if number == 1
        else "in the frames that have these eyes open"
    )
    return f"{_joined(words)} {where}"


def _joined(words: Counter[str]) -> str:
    if len(words) == 1:
        return next(iter(words))
    return ", or ".join(word for word, _ in words.most_common())
