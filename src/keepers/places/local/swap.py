"""Puts a file in the place of another, which goes to quarantine; at no moment is one of them nameless."""

from keepers.errors import ChangedError
from keepers.places import files
from keepers.places.local.quarantine import of


def into(temporary: str, target: str, kept: str, seen: files.Status) -> None:
    """Swap in a temporary; what was there, `seen` just before, gets the name `kept` or is removed.

    Without `kept` its bytes are in the journal.
    """
    if kept:
        files.make_folder(of(kept))
    if not files.exchange(temporary, target):
        _step_by_step(temporary, target, kept)
        return
    old = files.status(temporary)
    if old is None or files.revision(old) != files.revision(seen):
        files.exchange(temporary, target)
        raise ChangedError("it is being changed")
    if not kept:
        files.erase(temporary)
        return
    try:
        files.place(temporary, kept)
    except OSError:
        files.exchange(temporary, target)
        raise


def _step_by_step(temporary: str, target: str, kept: str) -> None:
    """Without an exchange of names (FAT), the old file steps aside first."""
    aside = kept or aside_of(temporary)
    files.place(target, aside)
    try:
        files.place(temporary, target)
    except OSError:
        files.place(aside, target)
        raise
    if not kept:
        files.erase(aside)


def aside_of(temporary: str) -> str:
    """Where an own file waits that another is taking the place of."""
    return temporary + "-old"


def back(target: str, kept: str, temporary: str, seen: files.Status) -> None:
    """Bring back what is `kept`, and remove what Keepers had put in its place, `seen` just before."""
    if files.exchange(kept, target):
        placed = files.status(kept)
        if placed is None or files.revision(placed) != files.revision(seen):
            files.exchange(kept, target)
            raise ChangedError("it is being changed")
        files.erase(kept)
        return
    files.place(target, temporary)
    try:
        files.place(kept, target)
    except OSError:
        files.place(temporary, target)
        raise
    files.erase(temporary)
