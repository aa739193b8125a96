"""Files of this machine on their way to an Immich server, and back into its trash when they are taken back."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from keepers.actions import Copy, SetField, Trash, Write, refs
from keepers.errors import KeepersError, PlaceUnreachableError, SettingsError
from keepers.model import ContentId, Found, PlaceId, Problem, Ref
from keepers.places import files
from keepers.places.immich_api import records
from keepers.places.immich_api.abilities import Abilities
from keepers.places.immich_api.client import BATCH, Client
from keepers.places.immich_api.posting import more_fields, posting, posting_made
from keepers.places.immich_api.records import Remote
from keepers.places.immich_api.sent_fields import SentFields
from keepers.places.immich_api.wire import AnswerError, Ask
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.upload_plan import Held, Upload, upload
from keepers.ports import End, Folder, Outcome, Reader, Rights, Task, Volume, Writer

#: Sent at once: two keep a disk and a line busy; more only hold more of the server's memory.
SENT_AT_ONCE: Final = 4
_TRIES: Final = 3
_CHUNK: Final = 1 << 20


class Machine(Reader, Writer, Protocol):
    """The place of the files that are sent."""


class UploadPlace:
    """Two places as one: files of this machine, and an account that takes them in, by the SHA-1 of their bytes."""

    def __init__(self, machine: Machine, account: ImmichPlace, place: PlaceId) -> None:
        """Send from a machine to an account, and set fields there."""
        self._machine = machine
        self._account = account
        self._client: Client = account.client
        self._place = place
        self._fields = SentFields(account, self._asked)
        self._free: set[str] = set()
        self._abilities: Abilities | None = None
        #: Why all that follows would fail, too.
        self.trouble: KeepersError | None = None

    def sha1(self, ref: Ref) -> str:
        """Read a file of this machine, and name its bytes as servers do; OSError where it cannot be read."""
        digest = hashlib.sha1(usedforsecurity=False)
        with files.opened(ref.key) as handle:
            while chunk := os.read(handle, _CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def held(self, sums: Iterable[str]) -> dict[str, Held]:
        """What the server has already, by SHA-1; what it has not is remembered until something is sent."""
        wanted = set(sums)
        found = self._asked(wanted)
        self._free = wanted - found.keys()
        return found

    def _asked(self, sums: Iterable[str]) -> dict[str, Held]:
        wanted = sorted(set(sums))
        found: dict[str, Held] = {}
        for start in range(0, len(wanted), BATCH):
            part = [{"id": one, "checksum": one} for one in wanted[start : start + BATCH]]
            told = self._client.wire.ask(Ask("POST", "assets/bulk-upload-check", {"assets": part})).value
            rows = records.mapping(told, "checksums").get("results")
            for row in records.objects(rows, "checksums"):
                if row.get("reason") == "duplicate":
                    held = Held(records.identifier(row.get("assetId")), row.get("isTrashed") is True)
                    found[records.text(row, "id")] = held
        return found

    # The Reader

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield the machine's entries below the roots."""
        return self._machine.listing(roots)

    def look(self, ref: Ref) -> Found | None:
        """Describe a file, or what has been sent; None where there is none, or it lies in the trash."""
        if ref.place != self._place:
            return self._machine.look(ref)
        wanted = upload(ref.key)
        if wanted is None:
            return None if _is_no_asset(ref) else self._account.look(ref)
        if wanted.sha1 in self._free:
            return None
        one = self._asset(self.held([wanted.sha1]).get(wanted.sha1))
        if one is None:
            return None
        at = int(one.updated.timestamp()) * 10**9
        return Found(ref, one.size, at, 0, 0)

    def _asset(self, held: Held | None) -> Remote | None:
        return None if held is None or held.trashed else self._client.asset(held.id)

    def exists(self, ref: Ref) -> bool:
        """Whether there is something."""
        if ref.place != self._place:
            return self._machine.exists(ref)
        return self.look(ref) is not None

    def names(self, folder: Ref) -> Sequence[str]:
        """The machine's names in a folder; a server has no folders."""
        return () if folder.place == self._place else self._machine.names(folder)

    def folder(self, ref: Ref) -> Folder | None:
        """A folder of the machine, or the account: a run is never finished or taken back on another one."""
        return self._account.folder(ref) if ref.place == self._place else self._machine.folder(ref)

    def content(self, ref: Ref) -> ContentId:
        """Read all bytes of a file, or of an asset."""
        return self._account.content(ref) if ref.place == self._place else self._machine.content(ref)

    def field(self, ref: Ref, name: str) -> str | None:
        """Read a field of an asset; files have none."""
        return (self._account if ref.place == self._place else self._machine).field(ref, name)

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now."""
        return self._fields.values(wanted)

    def identity(self, root: str) -> str:
        """The file system of a root of the machine."""
        return self._machine.identity(root)

    def volume(self, ref: Ref) -> Volume:
        """The volume of a file; an account is one."""
        return (self._account if ref.place == self._place else self._machine).volume(ref)

    def rights(self, ref: Ref) -> Rights:
        """What the owner of the machine's files said; of the server, the API key's permissions tell it."""
        return Rights.ANY if ref.place == self._place else self._machine.rights(ref)

    def true_path(self, ref: Ref, content: ContentId) -> str:
        """The path that was meant for a file of the machine."""
        return "" if ref.place == self._place else self._machine.true_path(ref, content)

    # The Writer

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Nothing that is sent, or taken back, needs a name in quarantine."""
        return tasks

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:  # noqa: ARG002 (nothing of the machine is changed)
        """The account."""
        return self._account.folders(())

    def before(self, task: Task) -> tuple[int, int]:  # noqa: ARG002 (nothing is replaced)
        """Nothing."""
        return 0, 0

    def tidy(self, folders: Sequence[Folder]) -> None:
        """No folders to tidy."""

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        """Send files, films before the photos that they belong to; then set fields; then trash what was sent."""
        self.trouble = None
        fields = [task for task in tasks if isinstance(task.action, SetField)]
        outcomes = self._carried([t for t in tasks if not isinstance(t.action, SetField | Trash)])
        try:
            lost = self.trouble is not None
            done = (
                [Outcome(End.OPEN)] * len(fields)
                if lost or not fields
                else self._fields.perform(fields, placed)
            )
        except KeepersError as error:
            done = [self._failed(error)] * len(fields)
        outcomes |= dict(zip((task.token for task in fields), done, strict=True))
        outcomes |= self._carried([task for task in tasks if isinstance(task.action, Trash)])
        if self.trouble is None:
            self.trouble = self._account.trouble
        return [outcomes[task.token] for task in tasks]

    def _carried(self, tasks: Sequence[Task]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        films = {found.film for task in tasks if (found := _target(task)) and found.film}
        gone = [task for task in tasks if isinstance(task.action, Trash)]
        try:
            held = self.held(found.sha1 for task in tasks if (found := _wanted(task)))
            self._free = set()
            turns = [
                [
                    task
                    for task in tasks
                    if not isinstance(task.action, Trash)
                    and ((found := _wanted(task)) is not None and found.sha1 in films) == first
                ]
                for first in (True, False)
            ]
            for turn in turns:
                known = self.held(films) if turn is turns[1] and films else {}

                def done(task: Task, known: Mapping[str, Held] = known) -> Outcome:
                    return self._done(task, held, known)

                with ThreadPoolExecutor(SENT_AT_ONCE) as threads:
                    for task, outcome in zip(turn, threads.map(done, turn), strict=True):
                        outcomes[task.token] = outcome
            outcomes |= self._taken_back(gone, held)
        except KeepersError as error:
            failed = self._failed(error)
            outcomes |= {task.token: failed for task in tasks if task.token not in outcomes}
        finally:
            self._free = set()
        return outcomes

    def settle_all(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """Settle many tasks."""
        fields = [task for task in tasks if isinstance(task.action, SetField)]
        outcomes = dict(zip((t.token for t in fields), self._fields.settle_all(fields), strict=True))
        others = [task for task in tasks if task.token not in outcomes]
        try:
            held = self.held(found.sha1 for task in others if (found := _wanted(task)))
        except KeepersError as error:
            outcomes |= {task.token: self._failed(error) for task in others}
        else:
            outcomes |= {task.token: _settled(task, held) for task in others}
        finally:
            self._free = set()
        return [outcomes[task.token] for task in tasks]

    def settle(self, task: Task) -> Outcome:
        """DONE where the server has the bytes, or has them no more, as it is to be; else OPEN."""
        return self.settle_all([task])[0]

    def _failed(self, error: KeepersError) -> Outcome:
        """A failure; hopeless where all that follows would fail like it."""
        hopeless = isinstance(error, PlaceUnreachableError | SettingsError)
        if hopeless:
            self.trouble = self.trouble or error
        return Outcome(End.FAILED, str(error), hopeless=hopeless)

    def _done(self, task: Task, held: Mapping[str, Held], films: Mapping[str, Held]) -> Outcome:
        wanted = _wanted(task)
        if self.trouble is not None:
            return Outcome(End.OPEN)
        try:
            if wanted is not None and isinstance(task.action, Copy | Write):
                return self._sent(task.action, wanted, held.get(wanted.sha1), films.get(wanted.film))
        except KeepersError as error:
            return self._failed(error)
        except OSError as error:
            return Outcome(End.FAILED, f"reading it: {(error.strerror or str(error)).lower()}")
        return Outcome(End.FAILED, "to a server files are only sent")

    # Sending

    def _sent(self, action: Copy | Write, wanted: Upload, before: Held | None, film: Held | None) -> Outcome:
        if before is not None:
            return Outcome(End.CHANGED, "the server has it by now")
        more = more_fields(self._able().version) | ({"livePhotoVideoId": film.id} if film else {})
        if isinstance(action, Write):
            ask = posting_made(action, wanted, more)
        else:
            found = self._machine.look(action.source)
            if found is None:
                return Outcome(End.CHANGED, "it is gone")
            if found.size != action.size:
                return Outcome(End.CHANGED, "it has changed since the plan was made")
            ask = posting(self._machine, action, wanted, found, more)
        key = self._posted(ask, wanted)
        if not key:
            return Outcome(End.CHANGED, "the server has it by now")
        one = self._client.asset(key)
        if one is None or one.sha1 != wanted.sha1:
            # Ours since a moment ago, and of no use to anybody.
            self._trash([key])
            return Outcome(End.CHANGED, "what arrived is not what was looked at: it has changed meanwhile")
        return Outcome(End.DONE, revision=key)

    def _posted(self, ask: Ask, wanted: Upload) -> str:
        """Send one file; its id, or nothing where the server had it. After a lost answer the server is asked first."""
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._client.wire.ask(ask)
            except PlaceUnreachableError:
                now = self.held([wanted.sha1]).get(wanted.sha1)
                if now is not None:
                    return now.id
                if attempt == _TRIES:
                    raise
                continue
            told = records.mapping(answer.value, "the upload")
            return "" if told.get("status") == "duplicate" else records.identifier(told.get("id"))
        raise AssertionError

    # Taking back

    def _taken_back(self, tasks: Sequence[Task], held: Mapping[str, Held]) -> dict[str, Outcome]:
        """Trash what was sent and nobody uses, all in one call, and look whether it is there."""
        outcomes: dict[str, Outcome] = {}
        going: dict[str, Held] = {}

        def told(task: Task) -> Held | Outcome:
            return self._may_go(task, held)

        with ThreadPoolExecutor(SENT_AT_ONCE) as threads:
            for task, judged in zip(tasks, threads.map(told, tasks), strict=True):
                if isinstance(judged, Outcome):
                    outcomes[task.token] = judged
                else:
                    going[task.token] = judged
        if not going:
            return outcomes
        with contextlib.suppress(AnswerError):
            # One that is refused makes the server refuse all: what became of them is looked at below.
            self._trash([one.id for one in going.values()])
        now = self.held(found.sha1 for task in tasks if (found := _wanted(task)))
        left = {one.id for one in now.values() if not one.trashed}
        failed = Outcome(End.FAILED, "the server did not trash it")
        return outcomes | {
            token: failed if one.id in left else Outcome(End.DONE) for token, one in going.items()
        }

    def _may_go(self, task: Task, held: Mapping[str, Held]) -> Held | Outcome:
        """What the server has of a task's bytes, or why it stays there."""
        action, wanted = task.action, _wanted(task)
        if self.trouble is not None:
            return Outcome(End.OPEN)
        if not isinstance(action, Trash) or action.undoes is None or wanted is None:
            return Outcome(End.FAILED, "only what Keepers sent is trashed on a server")
        known = held.get(wanted.sha1)
        try:
            one = self._asset(known)
            if one is None or known is None:
                return Outcome(End.CHANGED, "it is gone")
            if action.revision and one.id != action.revision:
                return Outcome(End.CHANGED, "somebody else has sent it, too")
            if why := self._used(one):
                return Outcome(End.CHANGED, why)
            if not self._has_trash():
                return Outcome(End.FAILED, "the server's trash is off: it would be gone for good")
        except KeepersError as error:
            return self._failed(error)
        return known

    def _has_trash(self) -> bool:
        return "trash" in self._able().features

    def _able(self) -> Abilities:
        """What the server can do, asked once."""
        if self._abilities is None:
            self._abilities = self._client.abilities()
        return self._abilities

    def _used(self, one: Remote) -> str:
        """What somebody has made of a photo since it was sent; empty where nothing."""
        if one.favourite:
            return "it is a favourite by now"
        if one.edited or one.stack:
            return "it has been edited or stacked since"
        if one.visibility == "archive":
            return "it has been archived since"
        return "it lies in an album by now" if self._client.albums_of(one.id) else ""

    def _trash(self, keys: Sequence[str]) -> None:
        self._client.wire.ask(Ask("DELETE", "assets", {"ids": list(keys), "force": False}))


def _is_no_asset(ref: Ref) -> bool:
    """Whether a key cannot be an asset's: what lies around uploads in a plan."""
    return "/" in ref.key or ref.key == "upload"


def _wanted(task: Task) -> Upload | None:
    """What a task sends or takes back."""
    found = (upload(ref.key) for ref in refs(task.action))
    return next((one for one in found if one is not None), None)


def _target(task: Task) -> Upload | None:
    return _wanted(task) if isinstance(task.action, Copy) else None


def _settled(task: Task, held: Mapping[str, Held]) -> Outcome:
    wanted = _wanted(task)
    found = held.get(wanted.sha1) if wanted is not None else None
    there = found is not None and not found.trashed
    if wanted is None or there != isinstance(task.action, Copy | Write):
        return Outcome(End.OPEN)
    return Outcome(End.DONE, revision=found.id if found is not None and there else "")
