"""Finishes or takes back what a crash left of a task.

What it may find is any state between two steps of `deeds`; it leaves either all of the task or
nothing, and never removes the last name of bytes that are not ours.
"""

from typing import assert_never

from keepers.actions import Copy, Link, Move, Restore, SetField, Trash, Write
from keepers.places import files
from keepers.places.local.look import holds, same_file, temporary
from keepers.places.local.quarantine import of
from keepers.places.local.swap import aside_of
from keepers.ports import End, Outcome, Task


def settle(task: Task) -> Outcome:
    """DONE, durably, or OPEN with nothing left of it; FAILED where the disk does not let us."""
    try:
        return _settled(task)
    except OSError as error:
        why = f"what was begun could not be settled: {(error.strerror or str(error)).lower()}"
        return Outcome(End.FAILED, why)


def _settled(task: Task) -> Outcome:
    action = task.action
    match action:
        case Copy() | Write(replaces=None):
            return _added(action, action.target.key, task.token)
        case Write():
            return _written(task, action)
        case Move():
            return _moved(task, action)
        case Link():
            return _linked(task, action)
        case Trash():
            return _trashed(task, action)
        case Restore():
            if action.undoes is None:
                return _restored(action)
            return _swapped_back(task, action)
        case SetField():
            return _open()
        case _:
            assert_never(action)


def _trashed(task: Task, action: Trash) -> Outcome:
    if not action.made:
        return _renamed(action.ref.key, task.kept, action.size)
    return _done(action.ref.key) if files.status(action.ref.key) is None else _open()


def _open() -> Outcome:
    return Outcome(End.OPEN)


def _done(*paths: str) -> Outcome:
    """All is there; the first path is what was placed. The crash may have come before the syncs."""
    for folder in dict.fromkeys(files.parted(path)[0] for path in paths):
        files.sync_folder(folder)
    seen = files.status(paths[0])
    return Outcome(End.DONE, revision=files.revision(seen) if seen is not None else "")


def _added(action: Copy | Write | Move, target: str, token: str) -> Outcome:
    """A new file under a name that was free."""
    draft = temporary(target, token)
    begun, there = files.status(draft), files.status(target)
    if begun is not None:
        if there is not None and not same_file(begun, there) and action.size > 0:
            if there.st_size == 0:
                files.erase(target)
            files.erase(draft)
            return _open()
        files.erase(draft)
    return _done(target) if holds(target, action.content) else _open()


def _moved(task: Task, action: Move) -> Outcome:
    source, target = action.source.key, action.target.key
    if files.status(temporary(target, task.token)) is None:
        renamed = _renamed(source, target, action.size)
        if renamed.end is End.DONE or files.status(target) is None:
            return renamed
    added = _added(action, target, task.token)
    if added.end is not End.DONE or files.status(source) is None:
        return added
    # Copied to another volume and placed, and the source not yet removed.
    if not holds(source, action.content):
        return Outcome(End.FAILED, "it changed while it was moved; both files are there")
    files.erase(source)
    return _done(target, source)


def _renamed(source: str, target: str, size: int) -> Outcome:
    """A rename without replacing, by one of the three ways that `files.place` knows."""
    old, new = files.status(source), files.status(target)
    if new is None:
        return _open()
    if old is None:
        return _done(target, source) if new.st_size == size else _open()
    if same_file(old, new):
        files.erase(source)
        return _done(target, source)
    if new.st_size == 0 and size > 0:
        files.erase(target)
    return _open()


def _restored(action: Restore) -> Outcome:
    outcome = _renamed(action.kept, action.ref.key, action.size)
    if outcome.end is End.DONE:
        files.remove_folder(of(action.kept))
    return outcome


def _written(task: Task, action: Write) -> Outcome:
    """A file of ours in the place of another."""
    target, old = action.target.key, action.replaces
    draft = temporary(target, task.token)
    aside = task.kept or aside_of(draft)
    if old is None:
        return _open()
    if files.status(target) is None:
        return _stepped_aside(draft, target, aside)
    if not holds(target, action.content):
        if holds(draft, action.content) or not holds(draft, old):
            files.erase(draft)
        return _open()
    if files.status(draft) is not None:
        _put_away(draft, task.kept)
    if not task.kept:
        files.erase(aside)
    return _done(target, *((task.kept,) if task.kept else ()))


def _stepped_aside(draft: str, target: str, aside: str) -> Outcome:
    """Between the two renames of a file system that cannot exchange names."""
    if files.status(aside) is not None:
        files.place(aside, target)
    files.erase(draft)
    return _open()


def _put_away(draft: str, kept: str) -> None:
    """After an exchange the temporary's name holds what was there before."""
    if not kept:
        files.erase(draft)
        return
    files.make_folder(of(kept))
    if same_file(files.status(draft), files.status(kept)):
        files.erase(draft)
        return
    _renamed(draft, kept, -1)
    if files.status(draft) is not None:
        files.place(draft, kept)


def _linked(task: Task, action: Link) -> Outcome:
    source, target = action.source.key, action.target.key
    draft = temporary(target, task.token)
    if files.status(target) is None:
        return _stepped_aside(draft, target, task.kept)
    begun, origin = files.status(draft), files.status(source)
    done = same_file(origin, files.status(target)) or (action.reflink and begun is None)
    done = done and (begun is not None or files.status(task.kept) is not None)
    if action.reflink and begun is not None and begun.st_size != action.size:
        files.erase(draft)
        return _open()
    if not done and same_file(begun, origin):
        files.erase(draft)
        return _open()
    if action.reflink and begun is not None and holds(draft, action.content):
        # Clone and original have the same bytes, times and mode: either may be the one that is kept.
        done = True
    if not done:
        if begun is not None and action.reflink:
            files.erase(draft)
        return _open()
    if begun is not None:
        _put_away(draft, task.kept)
    return _done(target, task.kept)


def _swapped_back(task: Task, action: Restore) -> Outcome:
    """The taking back of a Write or Link that had taken the place of another file."""
    target, kept = action.ref.key, action.kept
    draft = temporary(target, task.token)
    if files.status(target) is None and files.status(draft) is not None:
        files.place(draft, target)
        return _open()
    now = files.status(target)
    placed = now is not None and files.revision(now) == action.placed
    if placed or not holds(target, action.content):
        return _open()
    if action.undoes is not None:
        for leftover in (draft, kept):
            if holds(leftover, action.undoes.content):
                files.erase(leftover)
    files.remove_folder(of(kept))
    return _done(target)
