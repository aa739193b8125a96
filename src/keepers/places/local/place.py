"""The file systems of this machine: keys are absolute paths, text with surrogateescape."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from keepers.actions import Action, Link, Restore, Trash, Write, refs, source, target
from keepers.model import LOCAL, ContentId, Found, Problem, Ref
from keepers.places import files
from keepers.places.local import members
from keepers.places.local.listing import Listing
from keepers.places.local.quarantine import Quarantine
from keepers.places.local.said import Known, Said
from keepers.places.local.volumes import Natures
from keepers.ports import Folder, Outcome, Rights, Task, Volume
from keepers.read import archive, disk
from keepers.read.formats import fate_by_name


class LocalPlace:
    """Reads and changes the files of this machine; both a Reader and a Writer.

    `roots` are folders in which a quarantine may lie; `junk` says which names are passed over. ZIP
    archives below the folders that it `opens` are listed, too; `/a/b.zip!/c.jpg` is a file in one. A
    folder among `libraries` is listed as another program's catalog tells. Bytes are written and read back
    by so many `threads`. What no disk tells is `known`.
    """

    def __init__(
        self,
        roots: Sequence[str] = (),
        junk: Callable[[str, bool], str | None] = fate_by_name,
        opens: Sequence[str] = (),
        libraries: Mapping[str, Sequence[Found | Problem]] = MappingProxyType({}),
        threads: int = 1,
        known: Known | None = None,
    ) -> None:
        self._quarantine = Quarantine(tuple(roots))
        self._junk = junk
        self._opens = frozenset(opens)
        self._libraries = libraries
        self._threads = threads
        self._natures = Natures()
        known = known or Known()
        self._said = Said(known.rights)
        self._true_paths = cache(known.true_paths)

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield every entry below the roots once; a junk folder is one entry."""
        return Listing(self._junk, self._opens, self._libraries).below(roots)

    def look(self, ref: Ref) -> Found | None:
        """Describe a regular file; None where there is none of that name."""
        if archive.located(ref.key) is not None:
            return members.look(ref)
        seen = files.status(ref.key)
        if seen is None or not stat.S_ISREG(seen.st_mode):
            return None
        return Found(ref, seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_dev, seen.st_nlink)

    def exists(self, ref: Ref) -> bool:
        """Whether the name is taken, by whatever it may be."""
        if archive.located(ref.key) is None:
            return files.status(ref.key) is not None
        return members.look(ref) is not None

    def names(self, folder: Ref) -> Sequence[str]:
        """List the names in a folder; none where there is no such folder."""
        try:
            with files.opened_folder(folder.key) as handle:
                return sorted(os.listdir(handle))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            if disk.is_no_name(error):
                return ()
            # Through the open folder the system only knows its number.
            raise OSError(error.errno, error.strerror, folder.key) from error

    def folder(self, ref: Ref) -> Folder | None:
        """Describe a folder; None where there is none of that name."""
        seen = files.status(ref.key)
        if seen is None or not stat.S_ISDIR(seen.st_mode):
            return None
        return Folder(ref, there=True, modified_ns=seen.st_mtime_ns, volume=self._natures.of(ref.key).id)

    def content(self, ref: Ref) -> ContentId:
        """Read all bytes of a file and name them."""
        if archive.located(ref.key) is not None:
            return members.content(ref.key)
        return files.content(ref.key)

    def reread(self, ref: Ref) -> ContentId:
        """Name the bytes of a file as its disk gives them back, past what the system remembers of them."""
        if archive.located(ref.key) is not None:
            return members.content(ref.key)
        return files.content(ref.key, from_disk=True)

    def field(self, ref: Ref, name: str) -> str | None:  # noqa: ARG002 (files have no fields)
        """Files have no tags or albums."""
        return None

    def identity(self, root: str) -> str:
        """The file system of a root and its inode, of the archive where it lies in one.

        It begins with `dev:` where both may be others the next time.
        """
        held = archive.located(root)
        path = root if held is None else held[0]
        nature = self._natures.of(path)
        seen = os.stat(path)
        if not nature.id:
            return f"dev:{seen.st_dev}:{seen.st_ino}"
        return nature.id if nature.loose else f"{nature.id}:{seen.st_ino}"

    def volume(self, ref: Ref) -> Volume:
        """The volume that a file of this name is on, or would be."""
        device, free = files.volume(ref.key)
        nature = self._natures.of(files.parted(ref.key)[0])
        return Volume(f"{LOCAL}:{device}", free, nature.portable, nature.loose)

    def rights(self, ref: Ref) -> Rights:
        """What may be done to a thing of this name."""
        return self._said.of(ref.key)

    def rights_in(self, folder: str) -> Rights:
        """What may be done to things in a folder."""
        return self._said.of(f"{folder.rstrip('/')}/.")

    def true_path(self, ref: Ref, content: ContentId) -> str:
        """The path that was meant for these bytes, where their disk needed another; empty where it did not."""
        known, path = self._true_paths().get(ref.key, (None, ""))
        return path if known == content else ""

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Fill in the quarantine names; changes nothing."""
        return [self._prepared(task) for task in tasks]

    def _prepared(self, task: Task) -> Task:
        match task.action:
            case Trash(undoes=None) as action:
                return replace(task, kept=self._quarantine.name(action.ref.key, action.content, task.token))
            case Link() as action:
                return replace(
                    task, kept=self._quarantine.name(action.target.key, action.content, task.token)
                )
            case Write(replaces=old) as action if old is not None and not task.remembered:
                return replace(task, kept=self._quarantine.name(action.target.key, old, task.token))
            case _:
                return task

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:
        """The folders that the tasks will make or alter, outermost first, as they are now."""
        seen: dict[str, Folder] = {}
        for path in sorted({path for task in tasks for path in _altered(task)}):
            for missing in files.missing_folders(path):
                seen[missing] = Folder(Ref(LOCAL, missing), there=False)
                self._note(seen, files.parted(missing)[0])
            self._note(seen, path)
        return [seen[path] for path in sorted(seen)]

    def _note(self, seen: dict[str, Folder], path: str) -> None:
        if path not in seen and (now := files.status(path)) is not None:
            volume = self._natures.of(path).id
            seen[path] = Folder(Ref(LOCAL, path), there=True, modified_ns=now.st_mtime_ns, volume=volume)

    def before(self, task: Task) -> tuple[int, int]:
        """Modification time (ns) and mode of what a Write takes the place of; (0, 0) where nothing."""
        named = target(task.action)
        seen = None if named is None else files.status(named.key)
        return (0, 0) if seen is None else (seen.st_mtime_ns, stat.S_IMODE(seen.st_mode))

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        """Carry out tasks that do not touch the same things; durable on return."""
        from keepers.places.local.wave import perform  # noqa: PLC0415 (only who changes something pays for it)

        return perform(tasks, placed, self._threads)

    def settle(self, task: Task) -> Outcome:
        """Finish or take back what a crash left of a task."""
        from keepers.places.local.settle import settle  # noqa: PLC0415 (only who changes something pays for it)

        return settle(task)

    def tidy(self, folders: Sequence[Folder]) -> None:
        """Remove folders that are not to be `there`, if empty; then set the times of the others."""
        for folder in sorted(folders, key=lambda folder: folder.ref, reverse=True):
            if not folder.there:
                files.remove_folder(folder.ref.key)
        for folder in sorted(folders, key=lambda folder: folder.ref, reverse=True):
            seen = files.status(folder.ref.key)
            if folder.there and seen is not None and stat.S_ISDIR(seen.st_mode):
                files.set_folder_time(folder.ref.key, folder.modified_ns)


def _altered(task: Task) -> Iterator[str]:
    """The folders in which names come or go."""
    for ref in _changed(task.action):
        if archive.located(ref.key) is None:
            yield files.parted(ref.key)[0]
    kept = task.action.kept if isinstance(task.action, Restore) else task.kept
    if kept:
        quarantine = files.parted(kept)[0]
        yield quarantine
        yield files.parted(quarantine)[0]


def _changed(action: Action) -> Iterable[Ref]:
    return refs(action) if source(action) is None or target(action) is None else (*refs(action),)
