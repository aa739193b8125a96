"""Inspects one photo for the suggestions. Runs in a worker process."""

from keepers.read import picture
from keepers.score.inspection import LONG_SIDE, Inspection, inspected
from keepers.workflows.inspect_tasks import InspectTask


def inspect(task: InspectTask) -> Inspection:
    """Measure one photo; UnreadableError where its pixels cannot be read, OSError where its file cannot."""
    return inspected(picture.shown(task.path, LONG_SIDE))
