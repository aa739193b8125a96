"""An Immich server as a place that is written to: fields are set, many assets in one call, and read back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from keepers.actions import SetField
from keepers.errors import ChangedError, KeepersError, PlaceUnreachableError, SettingsError
from keepers.places.immich_api import fields
from keepers.places.immich_api.place import ImmichReader
from keepers.places.immich_api.wire import AT_ONCE, AnswerError
from keepers.ports import End, Folder, Outcome, Task

_NO_FILES: Final = "files on an Immich server are not moved, linked, written or trashed"
_MEANWHILE: Final = "it has been set to something else meanwhile"
_REFUSED: Final = 400

#: What is to be set, by the token of its task.
_Wish = tuple[str, SetField]


class ImmichPlace(ImmichReader):
    """Looks at one account and sets fields there. Each is looked at just before, and read back just after."""

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Nothing is taken away, so nothing needs a name in quarantine."""
        return tasks

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:  # noqa: ARG002 (a server has no folders)
        """No folders."""
        return ()

    def before(self, task: Task) -> tuple[int, int]:  # noqa: ARG002 (a server has no files to replace)
        """Nothing."""
        return 0, 0

    def tidy(self, folders: Sequence[Folder]) -> None:
        """No folders to tidy."""

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:  # noqa: ARG002
        """Set fields, those of one name and value in one call; nothing is removed after all is placed."""
        outcomes: dict[str, Outcome] = {}
        alike: dict[tuple[str, str | None], list[_Wish]] = defaultdict(list)
        for task in tasks:
            if isinstance(task.action, SetField):
                alike[task.action.name, task.action.after].append((task.token, task.action))
            else:
                outcomes[task.token] = Outcome(End.FAILED, _NO_FILES)
        for kind in sorted(alike, key=_turn):
            outcomes |= self._set(alike[kind])
        return [outcomes[task.token] for task in tasks]

    def settle(self, task: Task) -> Outcome:
        """DONE where the field is as it is to be, else OPEN: a server does one call whole or not at all."""
        action = task.action
        if not isinstance(action, SetField):
            return Outcome(End.OPEN)
        try:
            now = fields.value(self.client, action.ref.key, action.name)
        except KeepersError as error:
            return _failed(error)
        return Outcome(End.DONE if now == action.after else End.OPEN)

    def _set(self, together: Sequence[_Wish]) -> dict[str, Outcome]:
        """Set one field of many things to one value."""
        outcomes: dict[str, Outcome] = {}
        ready: list[_Wish] = []
        for wish, now in self._values(together):
            if isinstance(now, Outcome):
                outcomes[wish[0]] = now
            elif now != wish[1].before:
                outcomes[wish[0]] = Outcome(End.CHANGED, _MEANWHILE)
            else:
                ready.append(wish)
        return outcomes | self._written(ready)

    def _values(self, wishes: Sequence[_Wish]) -> list[tuple[_Wish, str | Outcome | None]]:
        """How the fields are now, or why that cannot be told; several are asked about at once."""
        if not wishes:
            return []
        try:
            read = fields.reading(self.client, wishes[0][1].name)
        except KeepersError as error:
            return [(wish, _failed(error)) for wish in wishes]

        def told(wish: _Wish) -> tuple[_Wish, str | Outcome | None]:
            try:
                return wish, read(wish[1].ref.key)
            except KeepersError as error:
                return wish, _failed(error)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(told, wishes))

    def _written(self, ready: Sequence[_Wish]) -> dict[str, Outcome]:
        if not ready:
            return {}
        name, after = ready[0][1].name, ready[0][1].after
        if name in {fields.THERE, fields.STACK} and len(ready) > 1:
            return self._one_by_one(ready)
        refused: dict[str, str] = {}
        failure: Outcome | None = None
        try:
            refused = fields.write(self.client, name, after, [action.ref.key for _, action in ready])
        except ChangedError as error:
            return {token: Outcome(End.CHANGED, str(error)) for token, _ in ready}
        except AnswerError as error:
            if len(ready) > 1 and error.status == _REFUSED:
                # One id that the server refuses makes it refuse all: alone, it is the only one to fail.
                return self._one_by_one(ready)
            failure = _failed(error)
        except KeepersError as error:
            failure = _failed(error)
        # The answer that was lost may have been to a call that was carried out.
        return {
            wish[0]: _judged(wish[1], now, refused.get(wish[1].ref.key, ""), failure)
            for wish, now in self._values(ready)
        }

    def _one_by_one(self, ready: Sequence[_Wish]) -> dict[str, Outcome]:
        return {token: outcome for wish in ready for token, outcome in self._written([wish]).items()}


def _turn(kind: tuple[str, str | None]) -> int:
    """A tag or album is there before it is filled, and empty before it is removed."""
    name, after = kind
    if name != fields.THERE:
        return 1
    return 2 if after is None else 0


def _judged(action: SetField, now: str | Outcome | None, refused: str, failure: Outcome | None) -> Outcome:
    """How the setting of a field ended, by how the field is now."""
    if refused:
        return Outcome(End.CHANGED, refused)
    if isinstance(now, Outcome):
        return failure or now
    if now == action.after:
        return Outcome(End.DONE)
    return failure or Outcome(End.FAILED, "the server said that it was done, but it is not")


def _failed(error: KeepersError) -> Outcome:
    """A failure; hopeless where all that follows would fail like it."""
    return Outcome(End.FAILED, str(error), hopeless=isinstance(error, PlaceUnreachableError | SettingsError))
