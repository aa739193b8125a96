"""Finishes or takes back what a crash left of a task.

What it may find is any state between two steps of `wave`; it leaves either all of the task or
nothing, and never removes the last name of bytes that are not ours.
"""

from typing import assert_never

from keepers.actions import Copy, Link, Move, Restore, SetField, Trash, Write
from keepers.model import ContentId
from keepers.places import files
from keepers.places.local.look import holds, is_respelling, is_spelled, same_file, temporary
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
    if isinstance(action, Copy | Move) and is_respelling(action.source.key, action.target.key):
        return _respelled(action)
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


def _respelled(action: Copy | Move) -> Outcome:
    """One file under one name, to this file system: to remove the source would remove all there is."""
    path = action.target.key
    return _done(path) if isinstance(action, Move) and is_spelled(path) else _open()


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
        files.erase_if(target, there if there is not None and there.st_size == 0 else None)
        files.erase(draft)
        if not same_file(begun, there):
            return _open()
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
    if new.st_size == 0:
        # Our reservation; it may be of an empty file, which then still has its old name.
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
    if holds(target, action.content):
        if same_file(files.status(draft), files.status(target)) or not holds(draft, old):
            files.erase(draft)
        else:
            _put_away(draft, task.kept)
        if not task.kept:
            files.erase(aside)
        return _done(target, *((task.kept,) if task.kept else ()))
    _step_back(aside, target, old)
    # What the journal remembers is not needed here once something else has the name.
    needless = not task.kept and files.status(target) is not None and not holds(target, old)
    if needless or holds(draft, action.content) or not holds(draft, old):
        files.erase(draft)
    return _open()


def _step_back(aside: str, target: str, old: ContentId) -> None:
    """Give the old file its name back, between the two renames of `swap.step_by_step`."""
    put, there = files.status(aside), files.status(target)
    if put is None:
        return
    if there is None:
        files.place(aside, target)
    elif same_file(put, there):
        files.erase(aside)
    elif (
        there.st_size == 0 and holds(aside, old) and (put.st_size > 0 or put.st_mtime_ns < there.st_mtime_ns)
    ):
        files.erase(target)
        files.place(aside, target)
    elif put.st_size == 0:
        files.erase(aside)


def _put_away(draft: str, kept: str) -> None:
    """After an exchange the temporary's name holds what was there before."""
    put, begun = files.status(kept) if kept else None, files.status(draft)
    if not kept or same_file(begun, put):
        files.erase(draft)
        return
    if put is not None and put.st_size == 0:
        files.erase(kept)
    files.make_folder(of(kept))
    files.place(draft, kept)


def _linked(task: Task, action: Link) -> Outcome:
    """A name that was given to another file of the same bytes."""
    target, kept = action.target.key, task.kept
    draft = temporary(target, task.token)
    if files.status(target) is None or same_file(files.status(kept), files.status(target)):
        _step_back(kept, target, action.content)
    there, begun, put = files.status(target), files.status(draft), files.status(kept)
    if action.reflink:
        # Clone and original have the same bytes, times and mode: either may be the one that is kept.
        done = put is not None if begun is None else same_file(begun, there) or holds(draft, action.content)
    else:
        done = same_file(there, files.status(action.source.key))
    if not done or (begun is None and put is None) or there is None:
        files.erase(draft)
        return _open()
    if begun is not None and not same_file(begun, there):
        _put_away(draft, kept)
    else:
        files.erase(draft)
    return _done(target, kept)


def _swapped_back(task: Task, action: Restore) -> Outcome:
    """The taking back of a Write or Link that had taken the place of another file."""
    target, kept = action.ref.key, action.kept
    draft = temporary(target, task.token)
    there, begun, put = files.status(target), files.status(draft), files.status(kept)
    if action.undoes is None:
        return _open()
    if begun is not None and put is not None and not same_file(there, put):
        # `swap.back` without an exchange, before what is kept has its name again.
        if there is None or (there.st_size == 0 and begun.st_size > 0):
            files.erase(target)
            files.place(draft, target)
        else:
            files.erase(draft)
        return _open()
    if put is not None and not same_file(there, put) and not _is_exchanged(action, put):
        return _open()
    if not holds(target, action.content):
        return _open()
    files.erase(kept)
    files.erase(draft)
    files.remove_folder(of(kept))
    return _done(target)


def _is_exchanged(action: Restore, put: files.Status) -> bool:
    """Whether the quarantine now holds what Keepers had placed, which goes."""
    if action.undoes is None:
        return False
    if files.revision(put) == action.placed:
        return True
    return action.undoes.content != action.content and holds(action.kept, action.undoes.content)
