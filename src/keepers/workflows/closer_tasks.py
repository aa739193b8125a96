"""Look for the points of one picture, or lay one picture over another. Runs in a worker process."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.errors import UnreadableError
from keepers.fingerprint import relation
from keepers.fingerprint.keypoints import SIDE, grey_of, keypoints
from keepers.fingerprint.relation import Made, Sizes
from keepers.model import Kind
from keepers.read import archive, formats, metadata, pixels
from keepers.workflows.closer_work import Pair, Sighting

HEAD: Final = 4096


def sighted(task: Sighting) -> tuple[bytes, bytes | None]:
    """The points of a picture and of its mirror image; UnreadableError where it cannot be decoded."""
    grey = _grey(task.path)
    mirrored = keypoints(np.ascontiguousarray(grey[:, ::-1])).tobytes() if task.mirrored else None
    return keypoints(grey).tobytes(), mirrored


def compared(task: Pair) -> tuple[Made, float]:
    """What the query is to the original, and how like they are; UnreadableError where one cannot be decoded."""
    query, original = _grey(task.query_path), _grey(task.original_path)
    if task.mirrored:
        query = np.ascontiguousarray(query[:, ::-1])
    map_ = np.array(task.map, np.float64).reshape(2, 3)
    sizes = Sizes(task.query_size, task.original_size)
    return relation.related(query, original, map_, sizes, mirrored=task.mirrored)


def _grey(path: str) -> npt.NDArray[np.uint8]:
    """The upright picture in grey, its longest side SIDE at most."""
    with archive.opened(path) as opened:
        data = opened.file.read()
    form = formats.sniff(data[:HEAD], path)
    if form is None or form.kind is not Kind.PHOTO:
        message = "no picture"
        raise UnreadableError(message)
    shown = pixels.upright_rgb(data, form, metadata.facts(data, form), SIDE)
    return grey_of(shown)
