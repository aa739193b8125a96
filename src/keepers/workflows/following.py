"""The catalog follows what a run did: what it put somewhere is known there, and what it took away is not."""

from collections.abc import Iterable, Iterator

from keepers.actions import Copy, Link, Move, Restore, Trash
from keepers.apply.journal import Journal
from keepers.apply.record import Step, StepState
from keepers.catalog import contents, library, locations
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Fate, Kind, Ref
from keepers.ports import Reader
from keepers.workflows import review_runs


def placed(catalog: Catalog, reader: Reader, steps: Iterable[Step]) -> None:
    """Know what a run has put into a library, and forget what it moved away."""
    _follow(catalog, reader, steps, (Copy, Move, Restore))


def carried(catalog: Catalog, reader: Reader, steps: Iterable[Step]) -> None:
    """Know where a run has moved, linked or brought back files, and forget where nothing lies any more.

    Copies stay unknown: what `organize` makes is a result, and no library.
    """
    _follow(catalog, reader, steps, (Move, Link, Restore))


def noted(catalog: Catalog, reader: Reader, journal: Journal, run: int) -> None:
    """Let the catalog, and the groups that the page keeps, show what a run did."""
    review_runs.note(catalog, journal, run)
    carried(catalog, reader, journal.steps(run))


def _follow(
    catalog: Catalog,
    reader: Reader,
    steps: Iterable[Step],
    puts: tuple[type[Copy | Link | Move | Restore], ...],
) -> None:
    gone: set[str] = set()
    with catalog.writing():
        for step in steps:
            if step.state is not StepState.DONE:
                continue
            for old in _emptied(step):
                if not reader.exists(old) and locations.drop(catalog, old.key):
                    gone.add(old.key)
            if isinstance(step.action, puts) and (new := _known(catalog, reader, step)) is not None:
                locations.put(catalog, new)
    _forget_roots(catalog, reader, gone)


def _emptied(step: Step) -> Iterator[Ref]:
    match step.action:
        case Move(source=old) | Trash(ref=old) if old.place == LOCAL:
            yield old
        case _:
            pass


def _known(catalog: Catalog, reader: Reader, step: Step) -> locations.NewLocation | None:
    """What a step has put under its name; None where its bytes were never read, or it has changed since."""
    action = step.action
    if not isinstance(action, Copy | Link | Move | Restore):
        return None
    ref = action.ref if isinstance(action, Restore) else action.target
    found = reader.look(ref)
    row = contents.find(catalog, contents.digest(action.content))
    if found is None or row is None or found.revision != step.revision:
        return None
    fate = Fate.COMPANION if row[2] is Kind.COMPANION else Fate.PHOTO
    return locations.NewLocation(
        ref.key, found.size, found.mtime_ns, found.inode, found.device, fate, content=row[0]
    )


def _forget_roots(catalog: Catalog, reader: Reader, gone: set[str]) -> None:
    """A folder that an undo has taken away is no drive that is missing."""
    for root, _, _ in locations.roots(catalog) if gone else ():
        inside = any(path.startswith(root.rstrip("/") + "/") for path in gone)
        if inside and not reader.exists(Ref(LOCAL, root)) and not library.paths(catalog, root):
            library.forget_root(catalog, root)
