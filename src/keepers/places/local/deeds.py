"""The steps of one task on disk; `wave` takes them in the order that loses nothing."""

import errno
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from keepers.actions import Copy, Link, Move, Restore, SetField, Trash, Write
from keepers.errors import ChangedError
from keepers.places import files
from keepers.places.local import members, swap
from keepers.places.local.look import confirm, free, is_respelling, is_whole, one_name, temporary, words
from keepers.places.local.quarantine import of
from keepers.plan.world import changes
from keepers.ports import End, Outcome, Task
from keepers.read import archive

_HOPELESS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENODEV, errno.ENXIO})


@dataclass(slots=True)
class Deed:
    """One task under way; `wanted` makes the copy that it needs; `devices` are those of the wave's folders."""

    task: Task
    devices: dict[str, int]
    wanted: Callable[[], None] | None = None
    draft: files.Draft | None = None
    outcome: Outcome | None = None
    folders: list[str] = field(default_factory=list[str])
    revision: str = ""
    back: Callable[[], None] | None = None
    is_respelled: bool = False
    leaves: str = ""

    def fail(self, error: OSError | ChangedError, doing: str) -> None:
        """End in failure; whatever was done of it is taken back."""
        why = words(error, doing)
        self.leaves = ""
        try:
            if self.back is not None:
                self.back()
            self.drop()
        except OSError as second:
            why += f"; what was begun could not be taken back ({words(second, 'cleaning up')})"
        if isinstance(error, ChangedError):
            self.outcome = Outcome(End.CHANGED, why)
        else:
            self.outcome = Outcome(End.FAILED, why, hopeless=error.errno in _HOPELESS)

    def drop(self) -> None:
        """Remove the temporary, if there is one."""
        if self.draft is not None:
            self.draft.drop()
            self.draft = None


def start(deed: Deed) -> None:
    """Look again, and make the temporary where one is needed."""
    action = deed.task.action
    for ref in changes(action):
        members.refuse_change(ref.key)
    match action:
        case Copy(linked=True):
            free(action.target.key)
        case Copy():
            free(action.target.key)
            deed.wanted = functools.partial(_draft, deed, action, action.modified_ns)
            files.expect(action.source.key)
        case Move():
            _start_move(deed, action)
        case Write():
            _start_write(deed, action)
        case Link() | Trash() | Restore():
            pass
        case SetField():
            raise OSError(errno.ENOTSUP, "files have no such field", action.ref.key)
        case _:
            assert_never(action)


def _start_move(deed: Deed, action: Move) -> None:
    if is_respelling(action.source.key, action.target.key):
        deed.is_respelled = True
    else:
        free(action.target.key)
    folder = files.parted(action.target.key)[0]
    seen = files.status(action.source.key)
    if folder not in deed.devices:
        deed.devices[folder] = files.volume(folder)[0]
    if seen is not None and deed.devices[folder] == seen.st_dev:
        confirm(action.source.key, action.content, action.size, action.revision)
    else:
        deed.wanted = functools.partial(_draft, deed, action)
        files.expect(action.source.key)


def copy(deed: Deed) -> None:
    """Make the temporary, where the start has seen that one is needed."""
    if deed.wanted is not None:
        deed.wanted()


def _start_write(deed: Deed, action: Write) -> None:
    if action.replaces is None:
        free(action.target.key)
    else:
        confirm(action.target.key, action.replaces)
    files.make_folder(files.parted(action.target.key)[0])
    path = temporary(action.target.key, deed.task.token)
    deed.draft = files.draft_with((action.data,), path, mode=action.mode, modified_ns=action.modified_ns)
    if deed.draft.content != action.content:
        raise ChangedError("its bytes are not those that it names")


def _draft(deed: Deed, action: Copy | Move, modified_ns: int = 0) -> None:
    source, target = action.source.key, action.target.key
    packed = archive.located(source) is not None
    if (archive.status(source) if packed else files.status(source)) is None:
        raise ChangedError("it is gone")
    files.make_folder(files.parted(target)[0])
    path = temporary(target, deed.task.token)
    deed.draft = members.draft_of(source, path, modified_ns) if packed else files.draft_of(source, path)
    if deed.draft.content != action.content:
        raise ChangedError("it has changed since the plan was made")


def sync(deed: Deed) -> None:
    """Bring the temporary to the disk."""
    if deed.draft is not None:
        deed.draft.sync()


def compare(deed: Deed) -> None:
    """See that the disk gives back what was meant."""
    if deed.draft is None:
        return
    if not deed.draft.is_true():
        raise OSError(errno.EIO, "the disk does not give back what was written", deed.draft.path)
    deed.draft.close()


def place(deed: Deed) -> None:
    """Give the new names, and take away old ones within a volume."""
    action = deed.task.action
    match action:
        case Copy(linked=True):
            _place_link(deed, action)
        case Copy():
            _place_draft(deed, action.target.key)
        case Move():
            _place_move(deed, action)
        case Write():
            if action.replaces is None:
                _place_draft(deed, action.target.key)
            else:
                _swap_write(deed, action)
        case Link():
            _swap_link(deed, action)
        case Trash():
            _place_trash(deed, action)
        case Restore():
            _place_restore(deed, action)
        case SetField():
            pass
        case _:
            assert_never(action)


def _place_draft(deed: Deed, target: str) -> None:
    if deed.draft is None:
        raise OSError(errno.EIO, "its temporary is missing", target)
    _placed(deed, deed.draft.path, target, files.place)
    deed.back = lambda: files.erase(target)


def _place_link(deed: Deed, action: Copy) -> None:
    source, target = action.source.key, action.target.key
    origin = confirm(source, action.content, action.size, action.revision)
    files.make_folder(files.parted(target)[0])
    _placed(deed, source, target, files.link)
    deed.back = lambda: files.erase_if(target, origin)


def _placed(deed: Deed, source: str, target: str, by: Callable[[str, str], None]) -> None:
    """Place by rename or link; a name that was taken meanwhile is a change, no fault."""
    try:
        by(source, target)
    except FileExistsError as error:
        raise ChangedError("its new name is taken by now") from error
    deed.folders.append(files.parted(target)[0])
    _see(deed, target)


def _see(deed: Deed, path: str) -> None:
    seen = files.status(path)
    deed.revision = files.revision(seen) if seen is not None else ""


def _place_move(deed: Deed, action: Move) -> None:
    source, target = action.source.key, action.target.key
    if deed.draft is None:
        files.make_folder(files.parted(target)[0])
        try:
            _rename(deed, source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # Two mounts of one device look like one volume, but no rename crosses them.
            _draft(deed, action)
            sync(deed)
            compare(deed)
        else:
            return
    _place_draft(deed, target)
    deed.leaves = source


def _rename(deed: Deed, source: str, target: str) -> None:
    by = files.respell if deed.is_respelled else files.place
    _placed(deed, source, target, by)
    deed.folders.append(files.parted(source)[0])
    deed.back = lambda: by(target, source)


def _place_trash(deed: Deed, action: Trash) -> None:
    path = action.ref.key
    if not action.made:
        confirm(path, action.content, action.size, action.revision)
        files.make_folder(of(deed.task.kept))
        _rename(deed, path, deed.task.kept)
        return
    if action.survivor is not None and not is_whole(action.survivor.key, action.content):
        raise ChangedError("its source is gone or has changed, so this copy stays")
    if action.survivor is not None and one_name(path, action.survivor.key):
        raise ChangedError("it and its source are one file, so it stays")
    seen = confirm(path, action.content)
    now = files.status(path)
    if now is None or files.revision(now) != files.revision(seen):
        raise ChangedError("it is being changed")
    files.erase(path)
    deed.folders.append(files.parted(path)[0])


def _place_restore(deed: Deed, action: Restore) -> None:
    path = action.ref.key
    if action.undoes is None:
        free(path)
        confirm(action.kept, action.content, action.size, missing="it is no longer in the quarantine")
        files.make_folder(files.parted(path)[0])
        _rename(deed, action.kept, path)
    else:
        confirm(action.kept, action.content, missing="it is no longer in the quarantine")
        seen = confirm(path, action.undoes.content)
        swap.back(path, action.kept, temporary(path, deed.task.token), seen)
        deed.folders.append(files.parted(path)[0])
        _see(deed, path)
    deed.folders.append(of(action.kept))


def _swap_write(deed: Deed, action: Write) -> None:
    if deed.draft is None or action.replaces is None:
        raise OSError(errno.EIO, "its temporary is missing", action.target.key)
    seen = confirm(action.target.key, action.replaces)
    swap.into(deed.draft.path, action.target.key, deed.task.kept, seen)
    _swapped(deed, action.target.key)


def _swap_link(deed: Deed, action: Link) -> None:
    source, target = action.source.key, action.target.key
    confirm(source, action.content)
    seen = confirm(target, action.content)
    origin = files.status(source)
    if origin is not None and (origin.st_dev, origin.st_ino) == (seen.st_dev, seen.st_ino):
        raise ChangedError("both names are one file already")
    path = temporary(target, deed.task.token)
    if action.reflink:
        deed.draft = files.clone_of(source, target, path)
        deed.draft.sync()
        deed.draft.close()
    else:
        files.link(source, path)
        deed.back = lambda: files.erase_if(path, origin)
    swap.into(path, target, deed.task.kept, seen)
    _swapped(deed, target)


def _swapped(deed: Deed, target: str) -> None:
    kept, path = deed.task.kept, temporary(target, deed.task.token)
    deed.folders.append(files.parted(target)[0])
    _see(deed, target)
    # Without `kept` there is no way back; a second attempt finds it done.
    deed.back = None
    if kept and (placed := files.status(target)) is not None:
        deed.folders.append(of(kept))
        deed.back = lambda: swap.back(target, kept, path, placed)


def leave(deed: Deed) -> None:
    """Remove the source of a move across volumes, if it is still what was copied."""
    if not deed.leaves or deed.draft is None or deed.draft.origin is None:
        return
    seen = files.status(deed.leaves)
    if seen is None or files.revision(seen) != files.revision(deed.draft.origin):
        raise ChangedError("it has changed while it was moved")
    files.erase(deed.leaves)
    deed.back = None
    deed.folders = [files.parted(deed.leaves)[0]]
