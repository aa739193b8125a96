"""Looks at faces in pictures that a server made: how sharp they are, and how they look cut out. Runs in a worker process."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import formats, metadata, pixels, turbo
from keepers.score.technical import face_sharpness, of_scale
from keepers.workflows.portrait_tasks import BlurTask, Box, CropTask

Picture = npt.NDArray[np.uint8]

#: A whole preview: the faces in it are cut out as they are.
WHOLE: Final = 4096
#: The side at which the sharpness of faces is compared, as everywhere in Keepers.
FACE_SIDE: Final = 112
#: The side at which the old tool compared whole photos.
OLD_SIDE: Final = 300
#: A face is shown with so much around it, in sides of its box.
AROUND: Final = 1.9
_HEAD: Final = 4096
_QUALITY: Final = 80


def sharpness(task: BlurTask) -> tuple[float | None, ...]:
    """How sharp each face is, open-ended; None where there are too few pixels. UnreadableError where there is no picture."""
    picture = _decoded(task.path)
    if task.whole:
        return (laplacian_variance(picture),) * len(task.boxes)
    return tuple(_face_sharpness(picture, box) for box in task.boxes)


def crop(task: CropTask) -> bytes:
    """A JPEG of a face with something around it; UnreadableError where there is no picture."""
    picture = _decoded(task.path)
    height, width = picture.shape[:2]
    x, y, wide, high = task.box
    half = min(AROUND * max(wide * width, high * height), height, width) / 2
    middle_x = min(max((x + wide / 2) * width, half), width - half)
    middle_y = min(max((y + high / 2) * height, half), height - half)
    square = (middle_x - half, middle_y - half, middle_x + half, middle_y + half)
    side = min(task.side, max(1, round(2 * half)))
    shown = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS, box=square)
    return turbo.encoded(np.asarray(shown), _QUALITY)


def laplacian_variance(picture: Picture) -> float:
    """The variance of the Laplacian of the grey picture at 300 x 300 pixels, as the old tool took it.

    Its kernel is (0 1 0, 1 -4 1, 0 1 0), beyond the edge the picture is mirrored without its outermost row.
    """
    grey = Image.fromarray(picture).convert("L").resize((OLD_SIDE, OLD_SIDE), Image.Resampling.BOX)
    padded = np.pad(np.asarray(grey, np.float64), 1, mode="reflect")
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return float(np.var(around - 4 * padded[1:-1, 1:-1]))


def _face_sharpness(picture: Picture, box: Box) -> float | None:
    height, width = picture.shape[:2]
    left, top = max(0.0, box[0] * width), max(0.0, box[1] * height)
    right, bottom = min(width, (box[0] + box[2]) * width), min(height, (box[1] + box[3]) * height)
    if right - left < 2 or bottom - top < 2:
        return None
    face = Image.fromarray(picture).resize(
        (FACE_SIDE, FACE_SIDE), Image.Resampling.BILINEAR, box=(left, top, right, bottom), reducing_gap=2.0
    )
    return of_scale(face_sharpness(np.asarray(face)))


def _decoded(path: str) -> Picture:
    with open(path, "rb") as file:
        data = file.read()
    form = formats.sniff(data[:_HEAD], path)
    if form is None or form.kind is not Kind.PHOTO:
        raise UnreadableError("no picture")
    return pixels.upright_rgb(data, form, metadata.facts(data, form), WHOLE)
