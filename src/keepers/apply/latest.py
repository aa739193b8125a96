"""What Keepers knows of fields that no server tells: how it left them last."""

from keepers.actions import SetField
from keepers.apply.journal import Journal
from keepers.apply.ours import run_key
from keepers.apply.record import StepState
from keepers.model import PlaceId, Ref


def latest(journal: Journal | None, what: str, place: PlaceId, name: str) -> dict[Ref, tuple[str, str]]:
    """To what a field of things was set last by a command, or by taking it back, and at which revision."""
    if journal is None:
        return {}
    begins = run_key(what, place)[:-1]
    runs = journal.runs()
    ours = {run.id for run in runs if run.key.startswith(begins)}
    found: dict[Ref, tuple[str, str, str]] = {}
    for run in runs:
        if run.id not in ours and run.undoes not in ours:
            continue
        for step in journal.steps(run.id):
            action = step.action
            if not isinstance(action, SetField) or action.name != name or action.after is None:
                continue
            begun = {StepState.DONE, StepState.UNDONE}
            if step.state in begun and (action.ref not in found or step.at >= found[action.ref][0]):
                found[action.ref] = (step.at, action.after, step.revision)
    return {ref: (after, revision) for ref, (_, after, revision) in found.items()}
