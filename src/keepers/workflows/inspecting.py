"""Inspects one photo for the suggestions. Runs in a worker process."""

from typing import Final

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import archive, formats, metadata, pixels
from keepers.score.inspection import LONG_SIDE, Inspection, inspected
from keepers.workflows.inspect_tasks import InspectTask

_HEAD: Final = 4096


def inspect(task: InspectTask) -> Inspection:
    """Measure one photo; UnreadableError where its pixels cannot be read, OSError where its file cannot."""
    with archive.opened(task.path) as opened:
        data = opened.file.read()
    form = formats.sniff(data[:_HEAD], task.path)
    if form is None or form.kind is not Kind.PHOTO:
        raise UnreadableError("no picture")
    return inspected(pixels.upright_rgb(data, form, metadata.facts(data, form), LONG_SIDE))
