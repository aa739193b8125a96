"""Make one thumbnail. Runs in a worker process."""

from pathlib import Path
from typing import Final

import simplejpeg

from keepers.errors import UnreadableError
from keepers.read import formats, metadata, pixels
from keepers.workflows.organizing import Thumb

QUALITY: Final = 78


def thumbnail(task: Thumb) -> bytes:
    """An upright JPEG, `side` pixels at its longest; UnreadableError where there is no picture."""
    data = Path(task.path).read_bytes()
    form = formats.sniff(data[:4096], task.path)
    if form is None or form.kind != "photo":
        message = "no picture"
        raise UnreadableError(message)
    picture = pixels.upright_rgb(data, form, metadata.facts(data, form), task.side)
    encoded: bytes = simplejpeg.encode_jpeg(picture, QUALITY, "RGB")
    return encoded
