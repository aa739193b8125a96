"""An Immich server as a place that is written to: fields are set, many things in one call, and read back."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar

from keepers.actions import SetField
from keepers.errors import ChangedError, KeepersError, PlaceUnreachableError, SettingsError, UsageError
from keepers.model import PlaceId, Ref
from keepers.places.immich_api import fields, resolving
from keepers.places.immich_api.clearing import Clearing, clearing
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.featuring import FEATURED, Featuring, Recogniser, Teller
from keepers.places.immich_api.fields import PATIENCE
from keepers.places.immich_api.listing import VISIBLE
from keepers.places.immich_api.people import RestPeople
from keepers.places.immich_api.place import ImmichReader
from keepers.places.immich_api.sight import (
    ALBUM,
    ALBUM_KEY,
    PERSON,
    SHARED,
    TAG,
    TAG_KEY,
    THERE,
    TRASHED,
    Now,
    Sight,
)
from keepers.places.immich_api.turns import (
    Kind,
    kept_for_good,
    kind_of,
    meant,
    revision_of,
    set_alike,
    turn_of,
)
from keepers.places.immich_api.twins import held_back, twins
from keepers.places.immich_api.wire import AT_ONCE, ForbiddenError
from keepers.plan.immich_twins import Twin
from keepers.ports import End, Folder, Outcome, Task

T = TypeVar("T")
R = TypeVar("R")

_NO_FILES: Final = "files on an Immich server are not moved, linked, written or trashed"
_MEANWHILE: Final = "it has been set to something else meanwhile"

#: What is to be set, by the token of its task.
_Wish = tuple[str, SetField]


class ImmichPlace(ImmichReader):
    """Looks at one account and sets fields there. Each is looked at just before, and read back just after."""

    def __init__(self, client: Client, place: PlaceId) -> None:
        """Write to a server; `trouble` is why all that follows would fail, too."""
        super().__init__(client, place)
        self.trouble: KeepersError | None = None
        #: Tags and albums that we made just now; nothing is in them, so nobody need ask.
        self._fresh: set[str] = set()
        #: Tags that have just been taken from everything.
        self._unused: frozenset[str] = frozenset()
        self._account: str | None = None
        #: Reads which photo stands for a person, where the server's database is there.
        self.featured_by: Teller | None = None
        #: Knows it by the picture that the server has drawn of the person.
        self.seen_by: Recogniser | None = None

    def prepare(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Nothing is taken away, so nothing needs a name in quarantine."""
        return tasks

    def folders(self, tasks: Iterable[Task]) -> Sequence[Folder]:  # noqa: ARG002 (a server has no folders)
        """The account itself, so that a run is never finished or taken back on another one."""
        whole = self.folder(Ref(self._place, "/"))
        return () if whole is None else (whole,)

    def folder(self, ref: Ref) -> Folder | None:
        """The account; None where the key may not tell whose it is."""
        if self._account is None:
            try:
                self._account = self.client.user()
            except KeepersError:
                return None
        return Folder(Ref(ref.place, "/"), there=True, volume=self._account) if self._account else None

    def before(self, task: Task) -> tuple[int, int]:  # noqa: ARG002 (a server has no files to replace)
        """Nothing."""
        return 0, 0

    def tidy(self, folders: Sequence[Folder]) -> None:
        """No folders to tidy."""

    def values(self, wanted: Sequence[SetField]) -> Sequence[str | None]:
        """How fields are now; a KeepersError where one cannot be told."""
        now = self._values(Sight(self.client), [(str(number), one) for number, one in enumerate(wanted)])
        found: list[str | None] = []
        for number in range(len(wanted)):
            told = now[str(number)]
            if isinstance(told, KeepersError):
                raise told
            found.append(told)
        return kept_for_good(wanted, found)

    def holders(self) -> Sequence[str]:
        """The keys of all tags and of the user's own albums: `tag/A/B`, `album/NAME`; none of what the key may not see."""
        found: list[str] = []
        with contextlib.suppress(ForbiddenError):
            found += [TAG_KEY + tag.value for tag in self.client.tags()]
        with contextlib.suppress(ForbiddenError):
            found += [ALBUM_KEY + album.name for album in self.client.own_albums()]
        return found

    def user_ids(self, names: Sequence[str]) -> Sequence[str]:
        """The ids of users by name, address or id; UsageError for one that is unknown or could be several."""
        users = self.client.users()
        found: list[str] = []
        for name in names:
            alike = [one.id for one in users if name in {one.id, one.email, one.name}]
            if len(alike) != 1:
                known = ", ".join(sorted(one.name for one in users))
                raise UsageError(
                    f"{name!r} is {'no user' if not alike else 'several users'} of the server; known: {known}"
                )
            found += alike
        return found

    def twins(self, refs: Sequence[Ref]) -> Mapping[Ref, Twin]:
        """What assets would take along if they went; a KeepersError where that cannot be told."""
        found: dict[Ref, Twin] = {}
        for key, one in twins(self.client, self._place, [ref.key for ref in refs]).items():
            if isinstance(one, KeepersError):
                raise one
            found[Ref(self._place, key)] = one
        return found

    def crowds(self, wanted: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """All assets that share these ids of Immich's Duplicates page.

        They are found in the list of assets: merely asking for that page makes servers forget groups of one.
        """
        found: dict[str, set[str]] = {key: set() for key in wanted}
        for visibility in VISIBLE:
            for one in self.client.assets(Search(visibility=visibility, bare=True)):
                if one.duplicate in found:
                    found[one.duplicate].add(one.id)
        return {key: frozenset(keys) for key, keys in found.items()}

    def favourite_people(self) -> Sequence[str]:
        """The names of the people who are favourites; none where the key may not ask."""
        try:
            people = RestPeople(self.client).people(counted=False)
        except ForbiddenError:
            return ()
        return [one.name for one in people if one.favorite and one.name]

    def shown_assets(self) -> Iterable[tuple[Ref, str, datetime | None]]:
        """Every photo that people see, with its name and its local wall time."""
        for visibility in VISIBLE:
            for one in self.client.assets(Search(visibility=visibility, type="IMAGE")):
                yield Ref(self._place, one.id), one.name, one.taken

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:  # noqa: ARG002
        """Set fields, those of one name and value in one call; nothing is removed after all is placed."""
        outcomes: dict[str, Outcome] = {}
        turns: dict[int, list[_Wish]] = defaultdict(list)
        people: list[_Wish] = []
        for task in tasks:
            if isinstance(task.action, SetField) and task.action.name == FEATURED:
                people.append((task.token, task.action))
            elif isinstance(task.action, SetField):
                turns[turn_of(task.action)].append((task.token, task.action))
            else:
                outcomes[task.token] = Outcome(End.FAILED, _NO_FILES)
        self._unused = frozenset()
        outcomes |= self._resolved(turns)
        for turn in sorted(turns):
            left = [wish for wish in turns[turn] if wish[0] not in outcomes]
            outcomes |= self._set(left) if left else {}
        featuring = Featuring(self.client, self.featured_by, self.seen_by).perform(people)
        outcomes |= {
            token: self._failed(end) if isinstance(end, KeepersError) else end
            for token, end in featuring.items()
        }
        return [outcomes[task.token] for task in tasks]

    def _resolved(self, turns: Mapping[int, Sequence[_Wish]]) -> dict[str, Outcome]:
        """Groups of the Duplicates page that the server can merge by itself: people first, whom it forgets, then the rest.

        What it did is looked at; what it did not, or did too much, is set by us as for any other group.
        """
        wishes = [wish for turn in turns.values() for wish in turn]
        outcomes: dict[str, Outcome] = {}
        try:
            if not resolving.crowds(wishes) or not resolving.resolves(self.client):
                return outcomes
            outcomes |= self._set([wish for wish in wishes if wish[1].name.startswith(PERSON)])
            fitting = resolving.fitting(self.client, self._place, wishes)
            groups = self._unchanged(Sight(self.client), fitting)
        except KeepersError:
            return outcomes
        more: list[_Wish] = []
        with contextlib.suppress(KeepersError):
            # An answer that was lost may have been to a call that was carried out: what became of it is looked at.
            found = resolving.resolve(self.client, self._place, groups) if groups else []
            more = [(f"more-{number}", action) for number, action in enumerate(found)]
        done = [wish for one in groups for wish in one.wishes]
        told = self._read_back(Sight(self.client), done, {}, None)
        missed = [wish for wish in done if told[wish[0]].end is not End.DONE and not told[wish[0]].hopeless]
        told |= self._mended(missed, more)
        return outcomes | told

    def _mended(self, missed: Sequence[_Wish], more: Sequence[_Wish]) -> dict[str, Outcome]:
        """Set what a merge of the server's left out, and set back what it did too much; only then may something go."""
        named = {(one.ref, one.name) for _, one in missed}
        mine = [wish for wish in missed if wish[1].name != TRASHED]
        mine += [wish for wish in more if (wish[1].ref, wish[1].name) not in named]
        mended = self._written(Sight(self.client), mine, None)
        mended |= self._written(
            Sight(self.client), [wish for wish in missed if wish[1].name == TRASHED], None
        )
        return {token: outcome for token, outcome in mended.items() if not token.startswith("more-")}

    def _unchanged(self, sight: Sight, groups: Sequence[resolving.Crowd]) -> list[resolving.Crowd]:
        """Those of which every field is as it was when the plan was made."""
        now = self._values(sight, [wish for one in groups for wish in one.wishes])
        return [one for one in groups if all(now[token] == action.before for token, action in one.wishes)]

    def settle(self, task: Task) -> Outcome:
        """DONE where the field is as it is to be, else OPEN: a server does one call whole or not at all."""
        return self.settle_all([task])[0]

    def settle_all(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """Settle many tasks."""
        sight = Sight(self.client)
        wishes = [(task.token, task.action) for task in tasks if isinstance(task.action, SetField)]
        now = self._values(sight, wishes)
        ended = {token: self._settled(sight, action, now[token]) for token, action in wishes}
        return [ended.get(task.token, Outcome(End.OPEN)) for task in tasks]

    def _settled(self, sight: Sight, action: SetField, now: Now) -> Outcome:
        if isinstance(now, KeepersError):
            return self._failed(now)
        if now != action.after:
            return Outcome(End.OPEN)
        return Outcome(End.DONE, revision=revision_of(sight, action))

    def _set(self, wishes: Sequence[_Wish]) -> dict[str, Outcome]:
        """Set fields that do not depend on each other."""
        outcomes: dict[str, Outcome] = {}
        ready: list[_Wish] = []
        sight = Sight(self.client, self._unused)
        try:
            together = clearing(sight, wishes)
        except KeepersError as error:
            return {token: self._failed(error) for token, _ in wishes}
        seen = frozenset[str]() if together is None else together.tokens
        now = self._values(sight, [wish for wish in wishes if wish[0] not in seen], fresh=True)
        for token, action in wishes:
            told = action.before if token in seen else now[token]
            if isinstance(told, KeepersError):
                outcomes[token] = self._failed(told)
            elif told != action.before:
                outcomes[token] = Outcome(End.CHANGED, _MEANWHILE)
            else:
                ready.append((token, action))
        return outcomes | self._written(sight, ready, together)

    def _values(self, sight: Sight, wishes: Sequence[_Wish], *, fresh: bool = False) -> dict[str, Now]:
        """How the fields are now, or why that cannot be told; with `fresh` what is new and empty is not asked."""
        alike: dict[tuple[str, str], list[_Wish]] = defaultdict(list)
        for wish in wishes:
            alike[wish[1].name, meant(wish[1])].append(wish)

        def told(kind: tuple[str, str]) -> dict[str, Now]:
            keys = [action.ref.key for _, action in alike[kind]]
            try:
                if kind[0] == FEATURED:
                    people = [(action.ref.key, action) for _, action in alike[kind]]
                    return {**Featuring(self.client, self.featured_by).values(people)}
                held = kind[0].startswith((TAG, ALBUM)) and fresh
                holder = sight.holder(*kind) if held else None
                if holder is not None and holder.id in self._fresh:
                    self._fresh.discard(holder.id)
                    return dict.fromkeys(keys)
                return sight.values(*kind, keys)
            except KeepersError as error:
                return dict.fromkeys(keys, error)

        found: dict[str, Now] = {}
        for kind, values in _at_once(told, list(alike)):
            found |= {token: values[action.ref.key] for token, action in alike[kind]}
        return found

    def _written(self, sight: Sight, ready: Sequence[_Wish], together: Clearing | None) -> dict[str, Outcome]:
        if not ready:
            return {}
        withheld = self._withheld(ready)
        ready = [wish for wish in ready if wish[0] not in withheld]
        alike: dict[Kind, list[_Wish]] = defaultdict(list)
        for wish in ready:
            alike[kind_of(wish[1])].append(wish)

        lost: list[fields.Why] = []

        def write(kind: Kind) -> dict[str, fields.Why] | None:
            if len(lost) >= PATIENCE:
                return None
            refused = set_alike(sight, kind, [one for _, one in alike[kind]])
            lost.extend(why for why in refused.values() if _is_hopeless(why))
            return refused

        refusals: dict[str, fields.Why] = {}
        done: list[_Wish] = []
        outcomes: dict[str, Outcome] = {}
        for kind, refused in _at_once(write, list(alike)):
            if refused is None:
                outcomes |= {token: Outcome(End.OPEN) for token, _ in alike[kind]}
                continue
            done += alike[kind]
            refusals |= {token: refused[one.ref.key] for token, one in alike[kind] if one.ref.key in refused}
        return withheld | outcomes | self._read_back(sight, done, refusals, together)

    def _withheld(self, ready: Sequence[_Wish]) -> dict[str, Outcome]:
        """What must not go into the trash after all: what is to stay instead has not got all of it now.

        This is looked at just before, and on the server, so that whatever failed or happened on the way, nothing is lost.
        """
        going = [(token, one) for token, one in ready if one.name == TRASHED and one.after]
        why = held_back(self.client, self._place, [one for _, one in going])
        return {
            token: self._failed(told) if isinstance(told, KeepersError) else Outcome(End.CHANGED, told)
            for token, one in going
            if (told := why[one.ref.key])
        }

    def _read_back(
        self, sight: Sight, done: Sequence[_Wish], refusals: dict[str, fields.Why], together: Clearing | None
    ) -> dict[str, Outcome]:
        """How it ended, by how the fields are now: an answer that was lost may have been to a call that was carried out."""
        if done and (done[0][1].name == THERE or done[0][1].name.startswith(SHARED)):
            sight = Sight(self.client)
        sight.forget_stacks()
        now = self._now(sight, done, together)
        outcomes: dict[str, Outcome] = {}
        for token, action in done:
            outcome = self._judged(action, now[token], refusals.get(token, ""))
            if outcome.end is End.DONE:
                made = revision_of(sight, action)
                outcome = Outcome(End.DONE, revision=made)
                if action.name == THERE and action.after:
                    self._fresh.add(made)
            outcomes[token] = outcome
        return outcomes

    def _now(self, sight: Sight, done: Sequence[_Wish], together: Clearing | None) -> dict[str, Now]:
        """How fields are after they were set; of many tags that were taken away together, what is left of them."""
        if together is None:
            return self._values(sight, done)
        try:
            left = together.left(done)
        except KeepersError as error:
            left = dict.fromkeys(together.tokens, error)
        self._unused |= together.unused
        return left | self._values(sight, [wish for wish in done if wish[0] not in left])

    def _judged(self, action: SetField, now: Now, refused: fields.Why) -> Outcome:
        if isinstance(refused, ChangedError) or (isinstance(refused, str) and refused):
            return Outcome(End.CHANGED, str(refused))
        if isinstance(now, KeepersError):
            return self._failed(refused if isinstance(refused, KeepersError) else now)
        if now == action.after:
            return Outcome(End.DONE)
        if isinstance(refused, KeepersError):
            return self._failed(refused)
        return Outcome(End.FAILED, "the server said that it was done, but it is not")

    def _failed(self, error: KeepersError) -> Outcome:
        """A failure; hopeless where all that follows would fail like it."""
        hopeless = _is_hopeless(error)
        if hopeless:
            self.trouble = self.trouble or error
        return Outcome(End.FAILED, str(error), hopeless=hopeless)


def _is_hopeless(why: fields.Why) -> bool:
    return isinstance(why, PlaceUnreachableError | SettingsError)


def _at_once(do: Callable[[T], R], kinds: Sequence[T]) -> list[tuple[T, R]]:
    """Several calls at once."""
    if len(kinds) < 2:
        return [(kind, do(kind)) for kind in kinds]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(zip(kinds, threads.map(do, kinds), strict=True))
