"""Photos of servers on their way into folders of this machine, and their copies there when they are taken back."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Protocol

from keepers.actions import Action, Copy, Trash, Write
from keepers.errors import KeepersError, PlaceUnreachableError, SettingsError
from keepers.model import LOCAL, Asset, ContentId, Found, Kind, Problem, Ref
from keepers.places import files
from keepers.places.immich_api.viewing import Galleries
from keepers.places.immich_api.wire import AT_ONCE
from keepers.ports import End, Failure, Folder, Outcome, Reader, Rights, Task, View, Volume, Writer

#: So much is loaded before it is placed: less than any folder of pictures holds, many files at once.
_PART: Final = 256 << 20
_PART_FILES: Final = 64
_CHUNK: Final = 1 << 20
_NONE: Final[Mapping[Ref, Found]] = MappingProxyType({})
_NO_PATHS: Final[Mapping[Ref, str]] = MappingProxyType({})


class Machine(Reader, Writer, Protocol):
    """The place that the photos go to."""


class DownloadPlace:
    """Files of this machine, some of which come from servers: loaded into the folder of pictures, then copied like any file.

    What is `known` of the assets was told a moment ago. Those that are `lying` on this machine are copied from there.
    """

    def __init__(
        self,
        machine: Machine,
        servers: Galleries,
        known: Mapping[Ref, Found] = _NONE,
        lying: Mapping[Ref, str] = _NO_PATHS,
    ) -> None:
        """Bring photos of some servers to a machine."""
        self._machine = machine
        self._servers = servers
        self._known = known
        self._lying = lying
        #: Why all that follows would fail, too.
        self.trouble: KeepersError | None = None

    # The Reader

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield the machine's entries below the roots."""
        return self._machine.listing(roots)

    def look(self, ref: Ref) -> Found | None:
        """Describe a file, or an asset; None where there is none, or it lies in the server's trash."""
        if ref.place == LOCAL:
            return self._machine.look(ref)
        if ref in self._known:
            return self._known[ref]
        return self._servers.reader(ref.place).look(ref)

    def exists(self, ref: Ref) -> bool:
        """Whether there is something of that name."""
        return self._machine.exists(ref) if ref.place == LOCAL else self.look(ref) is not None

    def names(self, folder: Ref) -> Sequence[str]:
        """The machine's names in a folder; a server has no folders."""
        return self._machine.names(folder) if folder.place == LOCAL else ()

    def folder(self, ref: Ref) -> Folder | None:
        """A folder of the machine."""
        return self._machine.folder(ref) if ref.place == LOCAL else None

    def content(self, ref: Ref) -> ContentId:
        """Read all bytes of a file, or of an asset."""
        return (
            self._machine.content(ref) if ref.place == LOCAL else self._servers.reader(ref.place).content(ref)
        )

    def field(self, ref: Ref, name: str) -> str | None:
        """Files have no fields; those of assets are not asked here."""
        return self._machine.field(ref, name) if ref.place == LOCAL else None

    def identity(self, root: str) -> str:
        """The file system of a root of the machine."""
        return self._machine.identity(root)

    def volume(self, ref: Ref) -> Volume:
        """The volume of a file; an account is one."""
        return (
            self._machine.volume(ref) if ref.place == LOCAL else self._servers.reader(ref.place).volume(ref)
        )

    def rights(self, ref: Ref) -> Rights:
        """What the owner of the machine's files said; nothing of a server is changed."""
        return self._machine.rights(ref) if ref.place == LOCAL else Rights.ANY

    def true_path(self, ref: Ref, content: ContentId) -> str:
        """The path that was meant for a file of the machine."""
        return self._machine.true_path(ref, content) if ref.place == LOCAL else ""

    # The Writer

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Fill in the quarantine names of the machine."""
        ready = self._machine.prepare([_here(task) for task in tasks])
        return [replace(task, kept=one.kept) for task, one in zip(tasks, ready, strict=True)]

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:
        """The folders of the machine that the tasks will make or alter."""
        return self._machine.folders([_here(task) for task in tasks])

    def before(self, task: Task) -> tuple[int, int]:
        """Time and mode of what a Write takes the place of."""
        return self._machine.before(_here(task))

    def tidy(self, folders: Sequence[Folder]) -> None:
        """Tidy the machine's folders."""
        self._machine.tidy(folders)

    def settle(self, task: Task) -> Outcome:
        """Finish or take back what a crash left on the machine."""
        return self._machine.settle(_here(task))

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        """Carry out tasks; what comes from servers is loaded part by part, and looked at there before a copy of it goes."""
        outcomes: dict[str, Outcome] = {}
        ours = [task for task in tasks if _served(task.action) is None]
        for task, outcome in zip(ours, self._machine.perform(ours, placed), strict=True):
            outcomes[task.token] = outcome
        # What is loaded is to be copied before others take its room.
        most = min(_PART, self._servers.room // 2)
        for part in _parts([task for task in tasks if _is_copy(task.action)], most):
            outcomes |= self._copied(part, placed)
        gone = [task for task in tasks if task.token not in outcomes]
        outcomes |= self._taken_back(gone, placed)
        return [outcomes[task.token] for task in tasks]

    # Loading

    def _copied(self, tasks: Sequence[Task], placed: Callable[[], None]) -> dict[str, Outcome]:
        if self.trouble is not None:
            return {task.token: Outcome(End.OPEN) for task in tasks}
        here = [_copying(task, path) for task in tasks if (path := self._same(task.action))]
        done = self._machine.perform(here, placed)
        outcomes = {task.token: one for task, one in zip(here, done, strict=True)}
        # A file here that is not what it was any more: its server has the photo still.
        left = [t for t in tasks if t.token not in outcomes or outcomes[t.token].end is End.CHANGED]
        ready: list[Task] = []
        try:
            for task, loaded in self._loaded(left):
                if isinstance(loaded, Failure):
                    outcomes[task.token] = Outcome(End.FAILED, loaded.reason)
                else:
                    ready.append(_copying(task, loaded))
        except KeepersError as error:
            failed = self._failed(error)
            return outcomes | {task.token: failed for task in left}
        done = self._machine.perform(ready, placed)
        return outcomes | {task.token: one for task, one in zip(ready, done, strict=True)}

    def _loaded(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, str | Failure]]:
        """Every task with a file that holds the bytes it copies, as its server sends them."""
        waiting: dict[Ref, list[Task]] = {}
        assets: dict[Ref, Asset] = {}
        for task in tasks:
            if isinstance(action := task.action, Copy):
                waiting.setdefault(action.source, []).append(task)
                assets[action.source] = Asset(
                    action.source, Kind.PHOTO, action.size, action.revision, action.content
                )
        for asset, view in self._servers.views(list(assets.values()), exact=True):
            for task in waiting[asset.ref]:
                action = task.action
                if isinstance(view, View) and isinstance(action, Copy) and action.modified_ns:
                    files.set_time(view.path, action.modified_ns)
                yield task, view.path if isinstance(view, View) else view

    def _same(self, action: Action) -> str:
        """A file of this machine that the asset is, as large as it was; its bytes are compared while it is copied."""
        if not isinstance(action, Copy):
            return ""
        path = self._lying.get(action.source, "")
        found = self._machine.look(Ref(LOCAL, path)) if path else None
        return path if found is not None and found.size == action.size else ""

    def _failed(self, error: KeepersError) -> Outcome:
        """A failure; hopeless where all that follows would fail like it."""
        hopeless = isinstance(error, PlaceUnreachableError | SettingsError)
        if hopeless:
            self.trouble = self.trouble or error
        return Outcome(End.FAILED, str(error), hopeless=hopeless)

    # Taking back

    def _taken_back(self, tasks: Sequence[Task], placed: Callable[[], None]) -> dict[str, Outcome]:
        """Remove copies whose photos are on their server still, by its checksum or by their bytes."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            judged = list(zip(tasks, threads.map(self._may_go, tasks), strict=True))
        ready = [_here(task) for task, why_not in judged if why_not is None]
        done = self._machine.perform(ready, placed)
        outcomes = {task.token: why_not for task, why_not in judged if why_not is not None}
        return outcomes | {task.token: one for task, one in zip(ready, done, strict=True)}

    def _may_go(self, task: Task) -> Outcome | None:
        """Why a copy stays; None where it may go."""
        if self.trouble is not None:
            return Outcome(End.OPEN)
        try:
            if self._is_there(task.action):
                return None
        except KeepersError as error:
            return self._failed(error)
        except OSError as error:
            return Outcome(End.FAILED, f"reading it: {(error.strerror or str(error)).lower()}")
        return Outcome(End.CHANGED, "its source is gone or has changed, so this copy stays")

    def _is_there(self, action: Action) -> bool:
        if not isinstance(action, Trash) or action.survivor is None:
            return False
        reader = self._servers.reader(action.survivor.place)
        one = reader.client.asset(action.survivor.key)
        if one is None or one.trashed:
            return False
        if one.sha1:
            # The copy has the bytes that it had: that is looked at when it goes.
            return one.sha1 == _sha1(action.ref.key)
        return reader.content(action.survivor) == action.content


def _served(action: Action) -> Ref | None:
    """The asset that an action copies, or whose copy it takes back; None where all is of this machine."""
    source = action.source if isinstance(action, Copy) else None
    if isinstance(action, Trash):
        source = action.survivor
    return source if source is not None and source.place != LOCAL else None


def _copying(task: Task, path: str) -> Task:
    """A task that copies from a file of the machine."""
    action = task.action
    if not isinstance(action, Copy):
        return task
    return replace(task, action=replace(action, source=Ref(LOCAL, path), revision=""))


def _is_copy(action: Action) -> bool:
    return isinstance(action, Copy) and _served(action) is not None


def _here(task: Task) -> Task:
    """A task as the machine is to see it: a file that Keepers makes or has made, from nowhere on the machine."""
    action = task.action
    if _served(action) is None:
        return task
    if isinstance(action, Copy):
        return replace(task, action=Write(action.target, b"", action.content, unit=action.unit))
    if isinstance(action, Trash):
        # It goes without another look at where it came from: that has been looked at.
        return replace(task, action=replace(action, undoes=Write(action.ref, b"", action.content)))
    return task


def _parts(tasks: Sequence[Task], most: int) -> Iterator[list[Task]]:
    """Tasks that load so many bytes at most, or one that loads more."""
    part: list[Task] = []
    size = 0
    for task in tasks:
        more = task.action.size if isinstance(task.action, Copy) else 0
        if part and (size + more > most or len(part) >= _PART_FILES):
            yield part
            part, size = [], 0
        part.append(task)
        size += more
    if part:
        yield part


def _sha1(path: str) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    with files.opened(path) as handle:
        while chunk := os.read(handle, _CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
