"""How many things on a server are now, asked in as few calls as that takes."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from keepers.errors import KeepersError
from keepers.places.immich_api import calls
from keepers.places.immich_api.client import PAGE, Client, Search
from keepers.places.immich_api.listing import HIDDEN, VISIBLE
from keepers.places.immich_api.records import Album, Remote, Tag
from keepers.places.immich_api.wire import AT_ONCE, AnswerError, ForbiddenError
from keepers.plan.immich_actions import YES
from keepers.plan.immich_twins import POSITION, position_value

T = TypeVar("T")

FAVOURITE: Final = "favourite"
VISIBILITY: Final = "visibility"
RATING: Final = "rating"
DESCRIPTION: Final = "description"
STACK: Final = "stack"
THERE: Final = "there"
TAG: Final = "tag:"
ALBUM: Final = "album:"
SHARED: Final = "shared:"
EDITED: Final = "edited"
TRASHED: Final = "trashed"
COVER: Final = "cover"
DUPLICATE: Final = "duplicate"
DATA: Final = "data:"
PERSON: Final = "person:"
ALBUMS: Final = "albums"
TAG_KEY: Final = "tag/"
ALBUM_KEY: Final = "album/"
#: So many assets are asked one by one whatever there is; beyond, pages of all are cheaper at some point.
FEW: Final = 200
#: A page of a thousand costs a server about as much as so many single assets.
PAGE_COST: Final = 20
EVERYWHERE: Final = (*VISIBLE, HIDDEN)

_OWN_WAY: Final = frozenset({STACK, COVER, ALBUMS, TRASHED})

Now = str | None | KeepersError


def stack_value(cover: str, members: Iterable[str]) -> str:
    """A stack as its field tells it: the cover, then the others by id."""
    return " ".join((cover, *sorted(set(members) - {cover})))


@dataclass(slots=True)
class Sight:
    """One look at a server: its lists of tags, albums and stacks are asked once, when they are needed."""

    client: Client
    #: The ids of tags that are known to be on nothing.
    unused: frozenset[str] = frozenset()
    _tags: dict[str, Tag] | None = None
    _albums: tuple[Album, ...] | None = None
    _stacks: dict[str, str] | None = None

    def tags(self) -> Mapping[str, Tag]:
        """All tags by their whole names."""
        if self._tags is None:
            self._tags = {tag.value: tag for tag in self.client.tags()}
        return self._tags

    def albums(self) -> tuple[Album, ...]:
        """The user's own albums."""
        if self._albums is None:
            self._albums = self.client.own_albums()
        return self._albums

    def forget_stacks(self) -> None:
        """Look at the stacks anew: they have been changed."""
        self._stacks = None

    def dropped(self, value: str) -> None:
        """A tag is gone."""
        if self._tags is not None:
            self._tags.pop(value, None)

    def holder(self, name: str, revision: str) -> Album | Tag | None:
        """The tag or album of a name: the one of this id, where one is meant; of several albums, always the same."""
        if name.startswith(TAG):
            tag = self.tags().get(name.removeprefix(TAG))
            return tag if tag is not None and revision in {"", tag.id} else None
        wanted = name.removeprefix(ALBUM)
        found = [one for one in self.albums() if one.name == wanted and revision in {"", one.id}]
        return min(found, key=lambda album: album.id) if found else None

    def thing(self, key: str, revision: str) -> Album | Tag | None:
        """The tag or album that a key of its own names."""
        if key.startswith(ALBUM_KEY):
            return self.holder(ALBUM + key.removeprefix(ALBUM_KEY), revision)
        return self.holder(TAG + key.removeprefix(TAG_KEY), revision)

    def has_below(self, tag: Tag) -> bool:
        """Whether there are tags below one: a search for it then finds theirs, too."""
        return any(value.startswith(tag.value + "/") for value in self.tags())

    def values(self, name: str, revision: str, keys: Sequence[str]) -> dict[str, Now]:
        """How one field of many things is, or why that cannot be told."""
        if name == THERE:
            return {key: YES if self.thing(key, revision) is not None else None for key in keys}
        if name.startswith(SHARED):
            return {key: self._shared(key, revision, name.removeprefix(SHARED)) for key in keys}
        if name.startswith((TAG, ALBUM)):
            return self._held(name, revision, keys)
        if name in _OWN_WAY or name.startswith(DATA):
            return self._in_its_own_way(name, keys)
        if name.startswith(PERSON):
            return _each(lambda key: self._shows(key, name.removeprefix(PERSON)), keys)
        return {key: _plain(one, name) for key, one in self._assets(keys).items()}

    def _in_its_own_way(self, name: str, keys: Sequence[str]) -> dict[str, Now]:
        if name == STACK:
            return self._stacked(keys)
        if name == COVER:
            return {key: _first_word(now) for key, now in self._stacked(keys).items()}
        if name == ALBUMS:
            return self._all_albums(keys)
        if name == TRASHED:
            return {key: _in_trash(one) for key, one in self._assets(keys, trashed=True).items()}
        return _each(lambda key: calls.data(self.client.wire, key, name.removeprefix(DATA)), keys)

    def _shows(self, key: str, person: str) -> str | None:
        one = self.client.asset(key)
        shown = one is not None and any(known.id == person for known in one.people)
        return YES if shown else None

    def _shared(self, key: str, revision: str, user: str) -> str | None:
        album = self.thing(key, revision)
        return dict(album.users).get(user) if isinstance(album, Album) else None

    # Tags and albums

    def tags_of(self, keys: Sequence[str]) -> dict[str, tuple[str, ...] | KeepersError]:
        """All tags of assets, or why they cannot be told."""
        found = _each(self.client.asset, keys)
        return {
            key: one if isinstance(one, KeepersError) else () if one is None else one.tags
            for key, one in found.items()
        }

    def _held(self, name: str, revision: str, keys: Sequence[str]) -> dict[str, Now]:
        holder = self.holder(name, revision)
        if holder is None:
            return dict.fromkeys(keys)
        search = Search(with_trashed=True, bare=True)
        search = (
            replace(search, tag=holder.id) if isinstance(holder, Tag) else replace(search, album=holder.id)
        )
        if isinstance(holder, Tag) and self.has_below(holder):
            return self._one_by_one(name, holder, keys)
        found, left = self._searched(search, keys)
        return {
            **{key: YES if key in found else None for key in keys},
            **self._one_by_one(name, holder, left),
        }

    def _searched(self, search: Search, keys: Sequence[str]) -> tuple[set[str], list[str]]:
        """Those of the keys that are found; what is cheaper asked one by one is left."""
        left, found, seen = set(keys), set[str](), 0
        most = PAGE * max(len(keys) // PAGE_COST, 4)
        for visibility in EVERYWHERE:
            for one in self.client.assets(replace(search, visibility=visibility)):
                seen += 1
                if one.id in left:
                    left.discard(one.id)
                    found.add(one.id)
                    if not left:
                        return found, []
                if seen > most + len(found):
                    return found, sorted(left)
        return found, []

    def _one_by_one(self, name: str, holder: Album | Tag, keys: Sequence[str]) -> dict[str, Now]:
        def told(key: str) -> str | None:
            if isinstance(holder, Album):
                return YES if holder.id in {held.id for held in self.client.albums_of(key)} else None
            one = self.client.asset(key)
            return YES if one is not None and name.removeprefix(TAG) in one.tags else None

        return _each(told, keys)

    def _all_albums(self, keys: Sequence[str]) -> dict[str, Now]:
        """The ids of all albums that assets lie in, those that others share, too."""
        return {
            key: held
            if isinstance(held, KeepersError)
            else " ".join(sorted({one.id for one in held})) or None
            for key, held in albums_of(self.client, keys).items()
        }

    # Stacks

    def _stacked(self, keys: Sequence[str]) -> dict[str, Now]:
        if len(keys) > AT_ONCE and self._stacks is None:
            try:
                stacks = self.client.stacks()
            except AnswerError:
                # More stacks than one answer may hold: then each is asked for.
                return _each(self._stack_of, keys)
            self._stacks = {
                key: stack_value(one.members[0], one.members) for one in stacks for key in one.members
            }
        if self._stacks is not None:
            return {key: self._stacks.get(key) for key in keys}
        return _each(self._stack_of, keys)

    def _stack_of(self, key: str) -> str | None:
        one = self.client.asset(key)
        stack = self.client.stack(one.stack) if one is not None and not one.trashed and one.stack else None
        return stack_value(stack.members[0], stack.members) if stack else None

    # Assets

    def _assets(
        self, keys: Sequence[str], *, trashed: bool = False
    ) -> dict[str, Remote | KeepersError | None]:
        found: dict[str, Remote | KeepersError | None] = {}
        if len(keys) > FEW and self._pages_pay(len(keys)):
            wanted = set(keys)
            for visibility in EVERYWHERE:
                listed = self.client.assets(Search(visibility=visibility, with_trashed=trashed))
                found |= {one.id: one for one in listed if one.id in wanted}
        return {**found, **_each(self.client.asset, [key for key in keys if key not in found])}

    def _pages_pay(self, count: int) -> bool:
        try:
            total = sum(self.client.count(Search(visibility=where)) for where in EVERYWHERE)
        except ForbiddenError:
            return False
        return total < count * PAGE // PAGE_COST


def albums_of(client: Client, keys: Sequence[str]) -> dict[str, Sequence[Album] | KeepersError]:
    """All albums that assets lie in, or why they cannot be told: asked album by album, or asset by asset, whichever is less."""
    albums = client.albums()
    if len(keys) <= len(albums) * len(EVERYWHERE):
        return {**_each(client.albums_of, keys)}
    held: dict[str, list[Album]] = {key: [] for key in keys}
    for album, visibility in itertools.product(albums, EVERYWHERE):
        for one in client.assets(Search(visibility=visibility, album=album.id, bare=True)):
            if one.id in held:
                held[one.id].append(album)
    return {**held}


def _each(ask: Callable[[str], T], keys: Sequence[str]) -> dict[str, T | KeepersError]:
    """Ask about things one by one, several at once; why one cannot be told stands in its place."""

    def told(key: str) -> T | KeepersError:
        try:
            return ask(key)
        except KeepersError as error:
            return error

    if not keys:
        return {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(keys, threads.map(told, keys), strict=True))


def _first_word(now: Now) -> Now:
    return now.split()[0] if isinstance(now, str) else now


def _in_trash(one: Remote | KeepersError | None) -> Now:
    if not isinstance(one, Remote):
        return one
    return YES if one.trashed else None


def _plain(one: Remote | KeepersError | None, name: str) -> Now:
    if not isinstance(one, Remote):
        return one
    if one.trashed:
        return None
    plain = {
        FAVOURITE: YES if one.favourite else "",
        VISIBILITY: one.visibility,
        RATING: "" if one.rating is None else str(one.rating),
        DESCRIPTION: one.description,
        EDITED: YES if one.edited else "",
        DUPLICATE: one.duplicate,
        POSITION: _position(one),
    }
    return plain.get(name) or None


def _position(one: Remote) -> str:
    position = None if one.exif is None else one.exif.position
    return "" if position is None else position_value(position)
