"""Mend the closed eyes of one photo from other frames of its burst. Runs in a worker process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.create import faces_guards, faces_mending, faces_shown, faces_swap, faces_written, vision, whole
from keepers.create.faces_guards import Stage
from keepers.create.faces_mending import Frame, Wound
from keepers.create.faces_swap import Cut
from keepers.create.whole import Whole
from keepers.errors import UnreadableError
from keepers.model import Face, Ref
from keepers.read import xmp
from keepers.score.traced import Traced, TraceTask

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]

#: Bytes that mending takes for each pixel of a frame, and what is there before it.
_EACH, _BASE = 40, 400 << 20
#: The least that mending may take.
LEAST: Final = 640 << 20


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of a burst: its file, its name for people, the faces that are known to be in it, and whose they are.

    `people` has the person of each face, as far as a server knows; it is empty where none knows any.
    """

    path: str
    name: str
    faces: tuple[Face, ...]
    people: tuple[Ref | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Mending:
    """A photo, the numbers of those of its faces whose eyes are closed or unknown, and the frames to mend them from, the nearest first.

    `trace` measures faces again and finds their points. `shown` asks for a picture of before and after.
    """

    group: str
    target: Shot
    closed: tuple[int, ...]
    donors: tuple[Shot, ...]
    pixels: int
    trace: Callable[[TraceTask], tuple[Traced, ...]]
    backend: str
    model_dir: str = ""
    shown: bool = False

    @property
    def path(self) -> str:
        """The file that is named where mending fails."""
        return self.target.path

    @property
    def memory(self) -> int:
        """Bytes that mending takes."""
        return max(LEAST, _BASE + self.pixels * _EACH)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one face with closed eyes: the frame that its new eyes come from, or `why` it has none.

    The box is in fractions of the photo; `before` and `after` are how far the eyes are open (0-1).
    """

    box: Box
    donor: str = ""
    before: float | None = None
    after: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """The new picture and what became of each face; `data` is empty where no face could be mended.

    `why` says why nothing was tried. `shown` is a JPEG of before and after, where that was asked for.
    """

    data: bytes = b""
    faces: tuple[Fate, ...] = ()
    shown: bytes = b""
    why: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The names of the frames that faces were taken from."""
        return tuple(dict.fromkeys(face.donor for face in self.faces if face.donor))


def mend(task: Mending) -> Mended:
    """Mend a photo; a face that cannot be is told with the reason. A photo that cannot be read is an error."""
    vision.alone()
    source = whole.read(task.target.path)
    if xmp.parsed(source.packet).composite:
        return Mended(why="it was made of other photos already")
    photo = source.pixels.copy()

    def trace(pixels: Pixels, face: Face) -> Cut:
        return _cut(task, pixels, face)

    wounds = [faces_mending.wound(photo, task.target.faces, index, trace) for index in task.closed]
    for shot in task.donors:
        _gather(task, shot, photo, [one for one in wounds if not one.why], trace)
    for one in wounds:
        faces_mending.close(photo, one, trace)
    data = _written(task, source, photo, wounds, trace)
    fates = tuple(
        Fate(one.face.box, one.donor, one.cut.traced.face.eyes_open, one.after, one.why)
        for one in wounds
        if one.is_closed
    )
    shown = b""
    if data and task.shown:
        shown = faces_shown.beside(source.pixels, photo, [(one.box, bool(one.donor)) for one in fates])
    return Mended(data, fates, shown)


def _cut(task: Mending, photo: Pixels, face: Face) -> Cut:
    height, width = photo.shape[:2]
    rows, columns = faces_swap.window(face, height, width)
    pixels = np.ascontiguousarray(photo[rows, columns])
    inside = faces_swap.within(face, height, width, rows, columns)
    (traced,) = task.trace(TraceTask(pixels, (inside,), task.backend, task.model_dir))
    return Cut(pixels, columns.start, rows.start, traced)


def _gather(
    task: Mending, shot: Shot, photo: Pixels, wounds: list[Wound], trace: faces_mending.Trace
) -> None:
    if not any((face.eyes_open or 0.0) >= faces_guards.CLOSED for face in shot.faces):
        # Nobody in it has open eyes: it need not be decoded.
        faces_mending.unhelpful(wounds, Stage.SHUT, "the eyes are not open")
    elif wounds:
        try:
            frame = whole.read(shot.path)
        except (UnreadableError, OSError) as error:
            faces_mending.unhelpful(wounds, Stage.UNSEEN, f"{shot.name} cannot be read ({error})")
            return
        if xmp.parsed(frame.packet).composite:
            # A server shows what was made of photos as one more of them.
            faces_mending.unhelpful(wounds, Stage.UNSEEN, f"{shot.name} was made of other photos")
            return
        target = Frame(task.target.name, photo, task.target.faces, task.target.people)
        faces_mending.gather(Frame(shot.name, frame.pixels, shot.faces, shot.people), target, wounds, trace)


def _written(
    task: Mending, source: Whole, photo: Pixels, wounds: list[Wound], trace: faces_mending.Trace
) -> bytes:
    """The new picture, in which every new face was looked at as it is written; empty where none is left."""
    while any(one.donor for one in wounds):
        mended = [one for one in wounds if one.donor]
        parts = (task.target.name, *dict.fromkeys(one.donor for one in mended))
        data = faces_written.jpeg(photo, source, parts)
        seen = faces_written.pixels_of(data)
        failed = False
        for one in mended:
            after = trace(seen, one.face).traced
            one.after = after.face.eyes_open
            if not faces_guards.has_opened(one.cut.traced, after):
                faces_mending.reopen(photo, one)
                one.why, failed = "the eyes did not look open in the written picture", True
        if not failed:
            return data
    return b""
