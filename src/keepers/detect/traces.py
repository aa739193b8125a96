"""The points of faces, for who makes pictures of them; by any back end, with our own mesh where it has none."""

import functools
import math
from typing import Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from keepers.detect.backend import Box, Picture
from keepers.detect.choose import backend
from keepers.detect.crops import Square, cut
from keepers.detect.mesh import AROUND_BOX, BELOW_BOX, SIZE, around, model_files
from keepers.detect.nets import Net, OnnxNet
from keepers.model import Face
from keepers.score.traced import POINTS, Traced, TraceTask

Floats = npt.NDArray[np.float64]

#: Each pass looks at the square around the points of the one before; the third moves them by less than half a percent.
_PASSES: Final = 3


@runtime_checkable
class Tracing(Protocol):
    """A back end that gives the points of faces itself."""

    def trace(self, picture: Picture, boxes: tuple[Box, ...]) -> tuple[tuple[Floats, float], ...]:
        """The 478 points of each face in pixels of the picture, and how sure it is (0-1) that a face is there, uncovered."""
        ...


@runtime_checkable
class Knowing(Protocol):
    """A back end that tells people apart."""

    def embed(self, picture: Picture, boxes: tuple[Box, ...]) -> tuple[Floats, ...]:
        """An embedding of unit length for each face: the dot product of two is large for one person."""
        ...


def trace(task: TraceTask) -> tuple[Traced, ...]:
    """Measure and trace each face; NotAvailableError where neither the back end nor our own mesh can."""
    chosen = backend(task.backend, task.model_dir)
    height, width = task.picture.shape[:2]
    boxes = tuple(_box(face, width, height) for face in task.faces)
    faces = chosen.analyse(task.picture, boxes, width)
    if isinstance(chosen, Tracing):
        found = chosen.trace(task.picture, boxes)
    else:
        mesh = _mesh(task.model_dir)
        found = tuple(_traced(mesh, task.picture, box) for box in boxes)
    signs = chosen.embed(task.picture, boxes) if isinstance(chosen, Knowing) else (None,) * len(boxes)
    return tuple(
        Traced(face, points, presence, sign)
        for face, (points, presence), sign in zip(faces, found, signs, strict=True)
    )


@functools.lru_cache(maxsize=2)
def _mesh(model_dir: str) -> Net:
    return OnnxNet(str(model_files(model_dir)[1]))


def _box(face: Face, width: int, height: int) -> Box:
    """The face as a box with two points between which it is level: a turned head is looked at upright."""
    x, y, wide, high = face.box
    middle_x, middle_y, roll = x + wide / 2, y + high / 2, face.roll or 0.0
    half = 0.2 * max(wide * width, high * height)
    across, down = math.cos(roll) * half / width, math.sin(roll) * half / height
    eyes = ((middle_x - across, middle_y - down), (middle_x + across, middle_y + down))
    return Box(x, y, wide, high, face.confidence, eyes)


def _traced(mesh: Net, picture: Picture, box: Box) -> tuple[Floats, float]:
    height, width = picture.shape[:2]
    side = max(1.0, AROUND_BOX * max(box.width * width, box.height * height))
    (x0, y0), (x1, y1) = box.points[:2]
    turn = math.atan2((y1 - y0) * height, (x1 - x0) * width)
    down = BELOW_BOX * side
    x, y = (box.x + box.width / 2) * width, (box.y + box.height / 2) * height
    square = Square(x - math.sin(turn) * down, y + math.cos(turn) * down, side, turn)
    points, presence = np.zeros((POINTS, 2)), 0.0
    for _ in range(_PASSES):
        crop = cut(picture, square, SIZE)
        mesh_points, logit, _ = mesh.run(crop[None], 255)
        points = square.back(mesh_points.reshape(POINTS, 3)[:, :2].astype(np.float64) / SIZE)
        presence = 1 / (1 + math.exp(-float(logit.ravel()[0])))
        square = around(points)
    return points, presence
