"""One picture of this machine, as its file or upright at a size: what those who decode a known photo begin with."""

from typing import Final

import numpy as np
import numpy.typing as npt

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import archive, formats, metadata, pixels
from keepers.read.formats import Format

_HEAD: Final = 4096


def read(path: str) -> tuple[bytes, Format]:
    """The bytes and their format; UnreadableError where they are no picture, OSError where the file cannot be read."""
    with archive.opened(path) as opened:
        data = opened.file.read()
    form = formats.sniff(data[:_HEAD], path)
    if form is None or form.kind is not Kind.PHOTO:
        message = "no picture"
        raise UnreadableError(message)
    return data, form


def shown(path: str, side: int) -> npt.NDArray[np.uint8]:
    """The upright picture, `side` pixels at its longest (height x width x 3, red first); UnreadableError as above."""
    data, form = read(path)
    return pixels.upright_rgb(data, form, metadata.facts(data, form), side)
