"""Embeds the scene of one picture. Runs in a worker process."""

from typing import Final

import numpy as np

from keepers.detect.scene_choice import backend
from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import archive, formats, metadata, pixels
from keepers.score.scenes import SceneTask

HEAD: Final = 4096
#: Longest side of the picture that a back end is given.
LONG_SIDE: Final = 512


def embedded(task: SceneTask) -> bytes:
    """The embedding of a picture as halves (float16); UnreadableError where it cannot be decoded."""
    with archive.opened(task.path) as opened:
        data = opened.file.read()
    form = formats.sniff(data[:HEAD], task.path)
    if form is None or form.kind is not Kind.PHOTO:
        message = "no picture"
        raise UnreadableError(message)
    picture = pixels.upright_rgb(data, form, metadata.facts(data, form), LONG_SIDE)
    row = backend(task.backend, task.model_dir).embed([picture])[0]
    return np.asarray(row, np.float16).tobytes()
