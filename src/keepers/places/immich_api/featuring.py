"""Sets which photo stands for a person. No answer of a server tells which one does: its database may, or what we set before.

What we set is known as long as nothing of the person has changed since (`updatedAt`, which every server from 2.0 on tells).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from keepers.actions import SetField
from keepers.errors import ChangedError, KeepersError, PlaceUnreachableError, SettingsError
from keepers.places.immich_api import records
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.wire import Answer, AnswerError, Ask, gathered
from keepers.plan.people_feature import FEATURED, PERSON, UNKNOWN
from keepers.ports import End, Outcome

__all__ = ["FEATURED", "Featuring"]

#: The server draws the picture of a person anew when another photo stands for it, and notes that as a change.
_DRAWN: Final = timedelta(seconds=10)
_GONE: Final = frozenset({400, 404})
_NOBODY: Final = "there is no such person any more: it may have been merged with another"
_NOT_KNOWN: Final = (
    "which photo it was before is not known, for Immich tells that only by its database; choose one yourself: "
    "keepers people feature --id {person} --photo ASSET-ID"
)
_NONE_BEFORE: Final = (
    "no photo stood for this person before, and Immich takes that from nobody; choose another one yourself: "
    "keepers people feature --id {person} --photo ASSET-ID"
)
_MAYBE: Final = (
    "this person was changed on the server since, and Immich does not tell whether it was the photo; with its database "
    "Keepers would know"
)

#: The id of the asset that stands for a person, empty where none does.
Teller = Callable[[str], str]
#: Those of the people for whom an asset stands, by the picture that the server has drawn of them.
Recogniser = Callable[[Mapping[str, str]], frozenset[str]]
Wish = tuple[str, SetField]


@dataclass(frozen=True, slots=True)
class Featuring:
    """Sets featured photos by a client; `tell` reads them where a database is there, `stands` knows them by sight."""

    client: Client
    tell: Teller | None = None
    stands: Recogniser | None = None

    def values(self, wishes: Sequence[Wish]) -> dict[str, str | None]:
        """What stands for people now, by token; where nobody can tell, what is thought to stand there, and setting looks closer."""
        if self.tell is None:
            return {token: action.before for token, action in wishes}
        return {token: self.tell(_person(action)) or None for token, action in wishes}

    def perform(self, wishes: Sequence[Wish]) -> Mapping[str, Outcome | KeepersError]:
        """Set featured photos, several at once, where what stands there is what was planned for; read back what came of it."""
        ended: dict[str, Outcome | KeepersError] = {}
        ready: list[Wish] = []
        for token, action, why in self._looked_at(wishes):
            if isinstance(why, ChangedError):
                ended[token] = Outcome(End.CHANGED, str(why))
            elif why is not None:
                ended[token] = why
            else:
                ready.append((token, action))
        setting = gathered(lambda wish: self.client.wire.start(_asked(wish[1])), ready)
        for (token, action), answer in setting:
            try:
                ended[token] = self._read_back(action, answer.result())
            except KeepersError as error:
                ended[token] = _refused(error)
                if isinstance(error, PlaceUnreachableError | SettingsError):
                    break
        setting.close()
        return {token: ended.get(token, Outcome(End.OPEN)) for token, _ in wishes}

    def _looked_at(self, wishes: Sequence[Wish]) -> list[tuple[str, SetField, KeepersError | None]]:
        """Each wish with why it cannot be fulfilled, if anything speaks against it."""
        hopeless = {token: why for token, action in wishes if (why := _impossible(action))}
        doubtful = [
            (token, action)
            for token, action in wishes
            if token not in hopeless and action.before not in {UNKNOWN, action.after}
        ]
        against: dict[str, KeepersError | None] = {
            token: ChangedError(why) for token, why in hopeless.items()
        }
        if self.tell is not None:
            for token, action in doubtful:
                against[token] = self._told_otherwise(
                    action, action.before, "another photo has been chosen meanwhile"
                )
        else:
            touched: list[Wish] = []
            asking = gathered(lambda wish: self.client.wire.start(Ask("GET", _path(wish[1]))), doubtful)
            for (token, action), answer in asking:
                try:
                    changed = records.text(records.mapping(answer.result().value, "a person"), "updatedAt")
                    if not is_untouched(action.revision, changed):
                        touched.append((token, action))
                except KeepersError as error:
                    against[token] = _gone(error)
            # Either of both may stand there: an answer that was lost may have been to a call that was carried out.
            strange = self._strange(self._strange(touched, before=True), before=False)
            against |= {token: ChangedError(_MAYBE) for token, _ in strange}
        return [(token, action, against.get(token)) for token, action in wishes]

    def _read_back(self, action: SetField, answer: Answer) -> Outcome:
        """The server says whom it has changed, and when; the database says what stands there now."""
        told = records.mapping(answer.value, "a person")
        person = _person(action)
        if records.text(told, "id") != person:
            return Outcome(End.FAILED, "the server answered of another person")
        if why := self._told_otherwise(
            action, action.after, "the server said that it was done, but it is not"
        ):
            return Outcome(End.FAILED, str(why))
        return Outcome(End.DONE, revision=records.text(told, "updatedAt")[:40])

    def _strange(self, wishes: Sequence[Wish], *, before: bool) -> list[Wish]:
        """Those whose picture, as the server has drawn it, is not that of the photo before, or after."""
        wanted = {_person(one): (one.before if before else one.after) or "" for _, one in wishes}
        seen = frozenset[str]() if self.stands is None or not wanted else self.stands(wanted)
        return [(token, one) for token, one in wishes if _person(one) not in seen]

    def _told_otherwise(self, action: SetField, wanted: str | None, why: str) -> KeepersError | None:
        """What speaks against something standing for a person, by the database; nothing where there is none to ask."""
        try:
            told = wanted if self.tell is None else self.tell(_person(action)) or None
        except KeepersError as error:
            return error
        return None if told == wanted else ChangedError(why)


def is_untouched(known: str, changed: str) -> bool:
    """Whether a person has not been changed since we saw it last, but for the picture that the server draws."""
    try:
        return datetime.fromisoformat(changed) <= datetime.fromisoformat(known) + _DRAWN
    except (ValueError, TypeError):
        return False


def _impossible(action: SetField) -> str:
    person = _person(action)
    if action.after == UNKNOWN:
        return _NOT_KNOWN.format(person=person)
    return _NONE_BEFORE.format(person=person) if action.after is None else ""


def _asked(action: SetField) -> Ask:
    return Ask("PUT", _path(action), {"featureFaceAssetId": records.identifier(action.after)})


def _path(action: SetField) -> str:
    return f"people/{records.identifier(_person(action))}"


def _person(action: SetField) -> str:
    return action.ref.key.removeprefix(PERSON)


def _gone(error: KeepersError) -> KeepersError:
    if isinstance(error, AnswerError) and error.status in _GONE:
        return ChangedError(_NOBODY)
    return error


def _refused(error: KeepersError) -> Outcome | KeepersError:
    """What one photo or person is refused for costs no other."""
    if isinstance(error, AnswerError) and error.status in _GONE:
        return Outcome(End.CHANGED, f"the server refuses: {error}")
    return error
