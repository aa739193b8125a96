"""Looks at faces in pictures that a server made: how sharp they are, and how they look cut out. Runs in a worker process."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import formats, metadata, pixels, turbo
from keepers.score.sharpness import of_scale
from keepers.score.technical import face_sharpness
from keepers.workflows.portrait_tasks import BlurTask, Box, CropTask, SignTask

Picture = npt.NDArray[np.uint8]

#: A whole preview: the faces in it are cut out as they are.
WHOLE: Final = 4096
#: The side at which the sharpness of faces is compared, as everywhere in Keepers.
FACE_SIDE: Final = 112
#: The side at which the old tool compared whole photos.
OLD_SIDE: Final = 300
#: A face is shown with so much around it, in sides of its box.
AROUND: Final = 1.9
#: Immich cuts a face out with a tenth more around it than its box (server, getCrop).
ZOOMED_OUT: Final = 1.1
#: The side of the grey squares by which portraits are compared.
SIGN_SIDE: Final = 32
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


def signature(task: SignTask) -> bytes:
    """A small grey square of a face as Immich cuts it out, or of what Immich cut out; UnreadableError as above."""
    picture = _decoded(task.picture)
    shown = Image.fromarray(picture).convert("L")
    square = None if task.box is None else _cut_out(task.box, shown.width, shown.height)
    small = shown.resize((SIGN_SIDE, SIGN_SIDE), Image.Resampling.BOX, box=square)
    return np.asarray(small, np.uint8).tobytes()


def _cut_out(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The square that Immich shows of a face: around its middle, within the picture (server, getCrop)."""
    half_wide, half_high = box[2] * width / 2, box[3] * height / 2
    x, y = round(box[0] * width + half_wide), round(box[1] * height + half_high)
    wanted = int(max(half_wide, half_high) * ZOOMED_OUT)
    half = max(1, min(wanted, x, y, width - 1 - x, height - 1 - y))
    return x - half, y - half, x + half, y + half


def alike(one: bytes, other: bytes) -> float:
    """The correlation of two signatures: 1 for the same picture however bright, 0 for what has nothing in common."""
    first, second = (np.frombuffer(data, np.uint8).astype(np.float64) for data in (one, other))
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / size if size > 0 else 0.0


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


def _decoded(picture: str | bytes) -> Picture:
    data = picture if isinstance(picture, bytes) else _read(picture)
    form = formats.sniff(data[:_HEAD], "")
    if form is None or form.kind is not Kind.PHOTO:
        raise UnreadableError("no picture")
    return pixels.upright_rgb(data, form, metadata.facts(data, form), WHOLE)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
