"""Fields of photos that a run sends itself: in its plan they have no ids yet, and are called by the bytes that they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from keepers.actions import SetField
from keepers.model import Ref
from keepers.places.immich_api.sight import STACK, stack_value
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.upload_plan import Held, upload
from keepers.ports import End, Outcome, Task

Asking = Callable[[Iterable[str]], Mapping[str, Held]]


class SentFields:
    """An account's fields, of assets by their ids and of those that are sent by the keys of a plan."""

    def __init__(self, account: ImmichPlace, held: Asking) -> None:
        """Set fields of an account; `held` tells what it has of some bytes."""
        self._account = account
        self._held = held

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now, in the words of the plan; None for what has not been sent."""
        real = self._real(wanted)
        told = iter(self._account.values([one for one in real if one is not None]))
        return [
            None if one is None else _as_planned(next(told), planned, one)
            for planned, one in zip(wanted, real, strict=True)
        ]

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        """Set fields; those of a photo that has not come to the server are not."""
        return self._each(
            tasks,
            lambda ready: self._account.perform(ready, placed),
            Outcome(End.CHANGED, "its photo is not on the server"),
        )

    def settle_all(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """Settle many tasks."""
        return self._each(tasks, self._account.settle_all, Outcome(End.OPEN))

    def _each(
        self, tasks: Sequence[Task], do: Callable[[Sequence[Task]], Sequence[Outcome]], otherwise: Outcome
    ) -> Sequence[Outcome]:
        real = self._real([task.action for task in tasks if isinstance(task.action, SetField)])
        ready = [replace(task, action=one) for task, one in zip(tasks, real, strict=True) if one is not None]
        done = dict(zip((task.token for task in ready), do(ready), strict=True))
        return [done.get(task.token, otherwise) for task in tasks]

    def _real(self, wanted: Sequence[SetField]) -> list[SetField | None]:
        """The fields as the server knows them; None where something of them is not there."""
        sums = {sum_ for one in wanted for sum_ in _sums(one)}
        held: Mapping[str, Held] = self._held(sums) if sums else {}
        ids = {sum_: one.id for sum_, one in held.items() if not one.trashed}
        return [_with_ids(one, ids) for one in wanted]


def _sums(one: SetField) -> list[str]:
    """The SHA-1 of all that a field speaks of and that is sent."""
    texts = (one.before or "", one.after or "") if one.name == STACK else ()
    keys = [one.ref.key, *(word for text in texts for word in text.split())]
    return [found.sha1 for key in keys if (found := upload(key)) is not None]


def _with_ids(one: SetField, ids: Mapping[str, str]) -> SetField | None:
    if any(sum_ not in ids for sum_ in _sums(one)):
        return None
    ref = Ref(one.ref.place, _named(one.ref.key, ids))
    if one.name != STACK:
        return replace(one, ref=ref)
    return replace(one, ref=ref, before=_stack(one.before, ids), after=_stack(one.after, ids))


def _named(key: str, ids: Mapping[str, str]) -> str:
    found = upload(key)
    return key if found is None else ids[found.sha1]


def _stack(text: str | None, ids: Mapping[str, str]) -> str | None:
    members = [_named(word, ids) for word in (text or "").split()]
    return stack_value(members[0], members) if members else None


def _as_planned(now: str | None, planned: SetField, real: SetField) -> str | None:
    """A value in the words of the plan, where it is one that the plan speaks of."""
    if now == real.before:
        return planned.before
    return planned.after if now == real.after else now
