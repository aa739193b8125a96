"""What the journal tells people and scripts: runs, what we put where, where originals are now."""

from collections.abc import Iterator
from typing import Any

from keepers.actions import Action, Copy, Link, Move, Restore, SetField, Trash, Write, refs, source, target
from keepers.apply.journal import Journal
from keepers.apply.record import Run, RunState, Step, StepState
from keepers.model import LOCAL, ContentId, Ref
from keepers.plan.text import row, shown
from keepers.ports import Reader

_SCHEMA_VERSION = 1
#: The field of a server's photo that says whether it lies in the trash.
TRASHED = "trashed"
#: A run that was killed has not written down what it has just done.
_BEGUN = frozenset({StepState.DOING, StepState.PLACED, StepState.BACKING, StepState.DONE})


def history(journal: Journal | None) -> dict[str, Any]:
    """The document of `history --json`; a run that was killed is shown as stopped."""
    runs = [] if journal is None else [_run(journal, run) for run in _begun(journal)]
    return {"schema_version": _SCHEMA_VERSION, "runs": runs}


def _begun(journal: Journal) -> list[Run]:
    return [run for run in journal.runs() if run.state is not RunState.PLANNED]


def _run(journal: Journal, run: Run) -> dict[str, Any]:
    state = RunState.STOPPED if run.state is RunState.RUNNING else run.state
    actions = [
        {**row(step.action), "state": step.state.value, "at": step.at or None, "why": step.why}
        for step in journal.steps(run.id)
    ]
    told = {"id": run.id, "title": run.title, "state": state.value, "started": run.started}
    return {**told, "undoes": run.undoes, "actions": actions}


def originals(journal: Journal | None, reader: Reader) -> Iterator[dict[str, Any]]:
    """The lines of `history --originals`: each original that a run touched, and where it is now."""
    if journal is None:
        return
    places: dict[ContentId, dict[Ref, int | None]] = {}
    for run in _begun(journal):
        for step in journal.steps(run.id):
            for content, ref, size in _originals(step):
                places.setdefault(content, {})[ref] = size
    for content, candidates in places.items():
        if journal.remembers(content):
            continue
        there = [shown(ref) for ref, size in candidates.items() if _is_there(reader, ref, size)]
        yield {"content": content.removeprefix("b3:"), "any_of": there}


def _is_there(reader: Reader, ref: Ref, size: int | None) -> bool:
    found = reader.look(ref)
    return found is not None and size in {None, found.size}


def _originals(step: Step) -> Iterator[tuple[ContentId, Ref, int | None]]:
    """Contents that a person had, and a name that each may have."""
    action = step.action
    match action:
        case SetField():
            return
        case Write():
            if action.replaces is not None and step.kept:
                yield action.replaces, Ref(action.target.place, step.kept), None
                yield action.replaces, action.target, None
        case Restore():
            yield action.content, action.ref, action.size or None
            yield action.content, Ref(action.ref.place, action.kept), action.size or None
        case Copy() | Move() | Link() | Trash():
            for ref in refs(action):
                yield action.content, ref, action.size
            if step.kept:
                yield action.content, Ref(refs(action)[0].place, step.kept), action.size


def placed(journal: Journal | None, below: str) -> dict[str, ContentId]:
    """The files that Keepers added below a folder and that it has not taken away again."""
    ours: dict[str, ContentId] = {}
    if journal is None:
        return ours
    start = below.rstrip("/") + "/"
    for run in _begun(journal):
        for step in journal.steps(run.id):
            if step.state in {StepState.DONE, StepState.UNDONE}:
                _follow(step.action, ours)
    return {path: content for path, content in ours.items() if path.startswith(start)}


def _follow(action: Action, ours: dict[str, ContentId]) -> None:
    old, new = source(action), target(action)
    is_ours = isinstance(action, Copy | Write)
    if isinstance(action, Move | Trash) and old is not None:
        is_ours = ours.pop(old.key, None) is not None
    if new is None or isinstance(action, SetField):
        return
    if is_ours:
        ours[new.key] = action.content
    else:
        ours.pop(new.key, None)


def true_paths(journal: Journal | None) -> dict[str, tuple[ContentId, str]]:
    """Files that lie under a name which their disk needed: their content, and the path that was meant."""
    steps = () if journal is None else journal.renamed()
    actions = (step.action for step in steps)
    return {a.target.key: (a.content, a.named) for a in actions if isinstance(a, Copy | Move) and a.named}


def moved_away(journal: Journal | None) -> set[str]:
    """The paths that runs emptied, and the ids that they put into a server's trash: what is gone so is not lost."""
    gone: set[str] = set()
    if journal is None:
        return gone
    for run in _begun(journal):
        for step in journal.steps(run.id):
            old = source(step.action)
            if step.state not in _BEGUN:
                continue
            if isinstance(step.action, Move | Trash) and old is not None:
                gone.add(old.key)
                if old.place != LOCAL and isinstance(step.action, Trash):
                    # What was sent is called by its bytes; the server's id for it is its revision.
                    gone.add(step.action.revision)
            elif isinstance(step.action, SetField) and step.action.name == TRASHED:
                # Runs are told in their order, so that an undo has the last word.
                (gone.add if step.action.after else gone.discard)(step.action.ref.key)
    return gone
