"""What lies in the quarantines, as the journal tells: what it was, where it came from, which run put it there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from keepers.actions import Link, Trash, Write, target
from keepers.apply.journal import Journal
from keepers.apply.record import Run, Step
from keepers.model import LOCAL, ContentId, Ref
from keepers.plan.world import folder
from keepers.ports import Reader

#: The quarantine's own name; what lies in one is no copy of anything.
FOLDER: Final = ".keepers-trash"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file in a quarantine; `origin` is None where another catalog's run put it there.

    `instead` is the content that was left in its place where that is not its own.
    """

    ref: Ref
    content: ContentId
    size: int
    origin: Ref | None = None
    run: int | None = None
    at: str = ""
    unit: str = ""
    replaced: bool = False
    instead: ContentId | None = None


def kept(journal: Journal | None, reader: Reader, roots: Iterable[str] = ()) -> list[Kept]:
    """Every file in the quarantines of our runs and in those at these roots, in the order of the runs."""
    found: dict[Ref, Kept] = {}
    for run in [] if journal is None else journal.runs():
        for step in journal.steps(run.id) if journal is not None else ():
            item = _of_step(run, step, reader)
            if item is not None:
                found[item.ref] = item
    folders = {folder(ref) for ref in found}
    folders |= {Ref(LOCAL, f"{root.rstrip('/')}/{FOLDER}") for root in roots}
    for outer in sorted(folders):
        for item in _strangers(outer, reader):
            found.setdefault(item.ref, item)
    return list(found.values())


def is_kept(ref: Ref) -> bool:
    """Whether a path leads into a quarantine."""
    return f"/{FOLDER}/" in ref.key


def _of_step(run: Run, step: Step, reader: Reader) -> Kept | None:
    action = step.action
    if not step.kept or not isinstance(action, Trash | Link | Write):
        return None
    origin = action.ref if isinstance(action, Trash) else target(action)
    content = action.replaces if isinstance(action, Write) else action.content
    ref = Ref(LOCAL, step.kept)
    found = reader.look(ref)
    if found is None or origin is None or content is None:
        return None
    return Kept(
        ref,
        content,
        found.size,
        origin,
        run.id,
        step.at,
        f"{run.id} {action.unit or step.seq}",
        not isinstance(action, Trash),
        action.instead if isinstance(action, Trash) else None,
    )


def _strangers(outer: Ref, reader: Reader) -> Iterator[Kept]:
    """Files that some other run put into a quarantine; their names begin with their digests."""
    for name in reader.names(outer):
        digest = name.partition("-")[0]
        found = reader.look(Ref(outer.place, f"{outer.key}/{name}"))
        if found is not None and len(digest) == 64 and all(c in "0123456789abcdef" for c in digest):
            yield Kept(found.ref, ContentId(f"b3:{digest}"), found.size)
