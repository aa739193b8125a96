"""A place in memory that keeps the same promises as a disk; each of its tasks happens whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from keepers.actions import Action, Copy, Link, Move, Restore, SetField, Trash, Write, refs, target
from keepers.errors import ChangedError
from keepers.fingerprint.exact import content_id
from keepers.model import ContentId, Found, PlaceId, Problem, Ref
from keepers.ports import End, Folder, Outcome, Rights, Task, Volume

MEMORY: Final = PlaceId("memory")
TRASH: Final = "/.keepers-trash"


@dataclass(frozen=True, slots=True)
class Item:
    """One file: its bytes, times, mode and number."""

    data: bytes
    modified_ns: int
    mode: int
    inode: int

    @property
    def revision(self) -> str:
        """What changes when the file changes."""
        return f"{len(self.data)}:{self.modified_ns}:{self.inode}"


def _nothing() -> None:
    """Nobody listens."""


@dataclass(slots=True)
class MemoryPlace:
    """Files, folders and fields in dictionaries; both a Reader and a Writer. Keys are absolute paths.

    `before_each` is called before every single change, so that a test can end the world there.
    """

    place: PlaceId = MEMORY
    capacity: int = 1 << 40
    before_each: Callable[[], None] = _nothing
    files: dict[str, Item] = field(default_factory=dict[str, Item])
    folders_there: dict[str, int] = field(default_factory=lambda: {"/": 0})
    fields: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    clock: int = 1
    said: dict[str, Rights] = field(default_factory=dict[str, Rights])

    # What a test sets up, and what a person does meanwhile

    def put(self, path: str, data: bytes, modified_ns: int = 0, mode: int = 0o644) -> Ref:
        """Make or overwrite a file, as a person would."""
        self._make_folder(_outer(path))
        self._add(path, Item(data, modified_ns or self._tick(), mode, self._tick()))
        return Ref(self.place, path)

    # Reading

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield every file below the roots once, by name."""
        for path in sorted(self.files):
            if any(path.startswith(root.rstrip("/") + "/") or path == root for root in roots):
                yield self._found(path)

    def look(self, ref: Ref) -> Found | None:
        """Describe a file; None where there is none of that name."""
        return self._found(ref.key) if ref.key in self.files else None

    def _found(self, path: str) -> Found:
        item = self.files[path]
        return Found(Ref(self.place, path), len(item.data), item.modified_ns, item.inode, 1)

    def exists(self, ref: Ref) -> bool:
        """Whether the name is taken by a file or a folder."""
        return ref.key in self.files or ref.key in self.folders_there

    def names(self, folder: Ref) -> Sequence[str]:
        """List the names in a folder."""
        everything = (*self.files, *self.folders_there)
        return sorted(
            path.rpartition("/")[2] for path in everything if path != "/" and _outer(path) == folder.key
        )

    def folder(self, ref: Ref) -> Folder | None:
        """Describe a folder; None where there is none of that name."""
        modified_ns = self.folders_there.get(ref.key)
        return None if modified_ns is None else Folder(ref, there=True, modified_ns=modified_ns)

    def content(self, ref: Ref) -> ContentId:
        """Name the bytes of a file."""
        if ref.key not in self.files:
            raise FileNotFoundError(ref.key)
        return content_id(self.files[ref.key].data)

    def field(self, ref: Ref, name: str) -> str | None:
        """Read a field; None where it is not set."""
        return self.fields.get((ref.key, name))

    def identity(self, root: str) -> str:
        """The same for every root: there is one memory."""
        return f"{self.place}:{root}"

    def volume(self, ref: Ref) -> Volume:  # noqa: ARG002 (there is one volume)
        """The one volume, and what is free of its capacity."""
        return Volume(self.place, self.capacity - sum(len(item.data) for item in self.files.values()))

    def rights(self, ref: Ref) -> Rights:
        """What was said of the innermost folder around a thing."""
        said = [folder for folder in self.said if ref.key == folder or ref.key.startswith(folder + "/")]
        return self.said[max(said, key=len)] if said else Rights.ANY

    def true_path(self, ref: Ref, content: ContentId) -> str:  # noqa: ARG002 (every name can be kept)
        """Memory takes every name."""
        return ""

    # Writing

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Fill in the quarantine names; changes nothing."""
        return [replace(task, kept=self._kept(task)) for task in tasks]

    def _kept(self, task: Task) -> str:
        match task.action:
            case Trash(undoes=None, content=content) | Link(content=content):
                return f"{TRASH}/{content.removeprefix('b3:')}-{task.token}"
            case Write(replaces=old) if old is not None and not task.remembered:
                return f"{TRASH}/{old.removeprefix('b3:')}-{task.token}"
            case _:
                return ""

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:
        """The folders that the tasks will make or alter, outermost first, as they are now."""
        touched: set[str] = set()
        for task in tasks:
            kept = task.action.kept if isinstance(task.action, Restore) else task.kept
            for path in (*(ref.key for ref in refs(task.action)), *((kept,) if kept else ())):
                outer = _outer(path)
                touched.add(outer)
                while outer not in self.folders_there or outer == TRASH:
                    outer = _outer(outer)
                    touched.add(outer)
        there = self.folders_there
        return [Folder(Ref(self.place, p), p in there, there.get(p, 0)) for p in sorted(touched)]

    def before(self, task: Task) -> tuple[int, int]:
        """Modification time and mode of what a Write takes the place of."""
        named = target(task.action)
        item = None if named is None else self.files.get(named.key)
        return (0, 0) if item is None else (item.modified_ns, item.mode)

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:  # noqa: ARG002
        """Carry out tasks; a move is one step here, so there is no source to remove after all is placed."""
        return [self._perform(task) for task in tasks]

    def _perform(self, task: Task) -> Outcome:
        try:
            return Outcome(End.DONE, revision=self._do(task))
        except ChangedError as error:
            return Outcome(End.CHANGED, str(error))

    def _do(self, task: Task) -> str:
        action = task.action
        match action:
            case Copy():
                item = self._holding(action.source.key, action.content)
                fresh = item if action.linked else replace(item, inode=self._tick())
                return self._fill(action.target.key, fresh)
            case Move():
                return self._rename(action.source.key, action.target.key, action.content)
            case Write():
                return self._write(task, action)
            case Link():
                item = self._holding(action.source.key, action.content)
                old = self._holding(action.target.key, action.content)
                fresh = replace(old, inode=self._tick()) if action.reflink else item
                return self._swap(action.target.key, fresh, task.kept)
            case Trash():
                return self._trash(task, action)
            case Restore():
                return self._restore(action)
            case SetField():
                return self._set(action)
            case _:
                assert_never(action)

    def _holding(self, path: str, content: ContentId) -> Item:
        item = self.files.get(path)
        if item is None:
            raise ChangedError("it is gone")
        if content_id(item.data) != content:
            raise ChangedError("it has changed since the plan was made")
        return item

    def _fill(self, path: str, item: Item) -> str:
        if path in self.files or path in self.folders_there:
            raise ChangedError("its new name is taken by now")
        self._make_folder(_outer(path))
        self.before_each()
        self._add(path, item)
        return item.revision

    def _rename(self, old: str, new: str, content: ContentId) -> str:
        item = self._holding(old, content)
        if new in self.files or new in self.folders_there:
            raise ChangedError("its new name is taken by now")
        self._make_folder(_outer(new))
        self.before_each()
        self._remove(old)
        self._add(new, item)
        return item.revision

    def _write(self, task: Task, action: Write) -> str:
        item = Item(action.data, action.modified_ns or self._tick(), action.mode or 0o644, self._tick())
        if action.replaces is None:
            return self._fill(action.target.key, item)
        self._holding(action.target.key, action.replaces)
        return self._swap(action.target.key, item, task.kept)

    def _swap(self, path: str, item: Item, kept: str) -> str:
        if kept:
            self._make_folder(_outer(kept))
        self.before_each()
        if kept:
            self._add(kept, self.files[path])
        self._add(path, item)
        return item.revision

    def _trash(self, task: Task, action: Trash) -> str:
        if not action.made:
            return self._rename(action.ref.key, task.kept, action.content)
        self._holding(action.ref.key, action.content)
        if action.survivor is not None:
            self._holding(action.survivor.key, action.content)
        self.before_each()
        self._remove(action.ref.key)
        return ""

    def _restore(self, action: Restore) -> str:
        if action.undoes is None:
            revision = self._rename(action.kept, action.ref.key, action.content)
        else:
            old = self._holding(action.kept, action.content)
            self._holding(action.ref.key, action.undoes.content)
            self.before_each()
            self._remove(action.kept)
            self._add(action.ref.key, old)
            revision = old.revision
        self._drop_empty(TRASH)
        return revision

    def _set(self, action: SetField) -> str:
        if self.field(action.ref, action.name) != action.before:
            raise ChangedError("it has been set to something else meanwhile")
        self.before_each()
        if action.after is None:
            del self.fields[action.ref.key, action.name]
        else:
            self.fields[action.ref.key, action.name] = action.after
        return ""

    def settle(self, task: Task) -> Outcome:
        """DONE or OPEN: nothing is ever half-done here."""
        action = task.action
        named = target(action)
        item = None if named is None else self.files.get(named.key)
        revision = "" if item is None else item.revision
        if isinstance(action, Restore):
            self._drop_empty(TRASH)
        return Outcome(End.DONE if self._is_done(task, action, item) else End.OPEN, revision=revision)

    def _is_done(self, task: Task, action: Action, item: Item | None) -> bool:
        filled = (
            item is not None and not isinstance(action, SetField) and content_id(item.data) == action.content
        )
        match action:
            case Copy() | Write():
                return filled
            case Move():
                return filled and action.source.key not in self.files
            case Link():
                return filled and task.kept in self.files
            case Trash():
                return action.ref.key not in self.files and (action.made or task.kept in self.files)
            case Restore():
                return filled and action.kept not in self.files
            case SetField():
                return self.field(action.ref, action.name) == action.after
            case _:
                assert_never(action)

    def tidy(self, folders: Sequence[Folder]) -> None:
        """Remove folders that are not to be `there`, if empty; then set the times of the others."""
        for outer in sorted(folders, key=lambda outer: outer.ref, reverse=True):
            if not outer.there:
                self._drop_empty(outer.ref.key)
        for outer in folders:
            if outer.there and outer.ref.key in self.folders_there:
                self.before_each()
                self.folders_there[outer.ref.key] = outer.modified_ns

    # The single changes

    def _tick(self) -> int:
        self.clock += 1
        return self.clock

    def _add(self, path: str, item: Item) -> None:
        self.files[path] = item
        self.folders_there[_outer(path)] = self._tick()

    def _remove(self, path: str) -> None:
        del self.files[path]
        self.folders_there[_outer(path)] = self._tick()

    def _make_folder(self, path: str) -> None:
        if path not in self.folders_there:
            self._make_folder(_outer(path))
            self.before_each()
            self.folders_there[path] = self._tick()
            self.folders_there[_outer(path)] = self._tick()

    def _drop_empty(self, path: str) -> None:
        if path in self.folders_there and not self.names(Ref(self.place, path)):
            self.before_each()
            del self.folders_there[path]
            self.folders_there[_outer(path)] = self._tick()


def _outer(path: str) -> str:
    return path.rpartition("/")[0] or "/"
