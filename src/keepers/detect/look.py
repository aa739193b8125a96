"""Looks at one photo: sharpness, exposure, faces. Runs in a worker process."""

from typing import Final

from keepers.detect.backend import Box, FaceBackend, Picture
from keepers.detect.choose import backend
from keepers.detect.installed import NONE
from keepers.errors import UnreadableError
from keepers.model import Face, Facts, Look
from keepers.ports import LookTask
from keepers.read import archive, formats, metadata, pixels
from keepers.read.formats import Format
from keepers.score.composition import composition
from keepers.score.technical import technical

__all__ = ["LookTask", "look"]

#: Shortest long side at which photos are looked at: sharpness is compared at 720.
LONG_SIDE: Final = 720
#: A face whose long side is shorter here is cut from a larger decode, if the photo has more pixels of it.
#: The mesh network reads 256 pixels for 1.5 faces.
FINE: Final = 80
#: Faces this much smaller than the largest are not worth a larger decode.
MINOR: Final = 0.25
#: Longest side that is ever decoded for faces.
LONGEST: Final = 3200
HEAD: Final = 4096


def look(task: LookTask) -> Look:
    """Measure one photo; UnreadableError where its pixels cannot be read, OSError where its file cannot."""
    with archive.opened(task.path) as opened:
        data = opened.file.read()
    fmt = formats.sniff(data[:HEAD], task.path)
    if fmt is None:
        reason = "is no picture that can be read"
        raise UnreadableError(reason)
    facts = metadata.facts(data, fmt)
    picture = pixels.upright_rgb(data, fmt, facts, _long_side(facts))
    faces: tuple[Face, ...] = ()
    method = NONE
    if task.backend != NONE:
        chosen = backend(task.backend, task.model_dir, task.device)
        method = chosen.method
        boxes = chosen.detect(picture) if task.boxes is None else tuple(Box(*box) for box in task.boxes)
        faces = _faces(chosen, picture, boxes, _Source(data, fmt, facts))
    measured = technical(picture)
    return Look(
        task.content,
        method,
        measured.sharpness,
        measured.clipped,
        measured.contrast,
        composition([face.box for face in faces]),
        faces,
    )


def _long_side(facts: Facts) -> int:
    """A half, quarter or eighth of the photo: a JPEG decodes to that at once, other sizes cost a resize."""
    side = max(facts.width, facts.height)
    for part in (8, 4, 2):
        if side >= part * LONG_SIDE:
            return -(-side // part)
    return side if side < 2 * LONG_SIDE else LONG_SIDE


class _Source:
    """A photo's bytes, decoded again where faces need more pixels than the first look had."""

    def __init__(self, data: bytes, fmt: Format, facts: Facts) -> None:
        self._data, self._fmt, self._facts = data, fmt, facts

    @property
    def width(self) -> int:
        """Width of the upright photo."""
        return self._facts.width

    @property
    def long_side(self) -> int:
        """Long side of the photo."""
        return max(self._facts.width, self._facts.height)

    def decoded(self, long_side: int) -> Picture:
        """The upright photo at another size."""
        return pixels.upright_rgb(self._data, self._fmt, self._facts, long_side)


def _faces(
    chosen: FaceBackend, picture: Picture, boxes: tuple[Box, ...], source: _Source
) -> tuple[Face, ...]:
    if not boxes:
        return ()
    height, width = picture.shape[:2]
    sides = [max(box.width * width, box.height * height) for box in boxes]
    least = min(side for side in sides if side >= MINOR**0.5 * max(sides))
    have = max(height, width)
    want = min(LONGEST, source.long_side, int(have * FINE / max(1.0, least)))
    if want > have * 1.2:
        picture = source.decoded(want)
    return chosen.analyse(picture, boxes, source.width)
