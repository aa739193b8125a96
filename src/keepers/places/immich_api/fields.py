"""What can be set on a server, by name: read one, and write one to many assets at once.

On an asset: `favourite` (yes), `visibility` (timeline, archive, hidden), `rating` (1-5), `description`, `tag:A/B` (yes),
`album:NAME` (yes), `stack` (ids, the cover first). On `tag/A/B` and `album/NAME`, which are things of their own: `there` (yes).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from keepers.errors import ChangedError
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.listing import HIDDEN, VISIBLE
from keepers.places.immich_api.records import Album, Given, Remote, Tag
from keepers.places.immich_api.wire import AnswerError

YES: Final = "yes"
FAVOURITE: Final = "favourite"
VISIBILITY: Final = "visibility"
RATING: Final = "rating"
DESCRIPTION: Final = "description"
STACK: Final = "stack"
THERE: Final = "there"
TAG: Final = "tag:"
ALBUM: Final = "album:"
TAG_KEY: Final = "tag/"
ALBUM_KEY: Final = "album/"
#: What a server calls having been done already, or having nothing to undo.
_DONE_BEFORE: Final = frozenset({"duplicate", "not_found"})
#: What an asset may be set to; a locked one cannot be seen again by the same key.
_VISIBILITIES: Final = frozenset({*VISIBLE, HIDDEN})


Reading = Callable[[str], str | None]


def value(client: Client, key: str, name: str) -> str | None:
    """Read a field; None where it is not set, or there is nothing of that key."""
    return reading(client, name)(key)


def reading(client: Client, name: str) -> Reading:
    """How to read one field of many things: what they have in common is asked once."""
    if name == THERE:
        return lambda key: YES if _thing(client, key) is not None else None
    if name.startswith(ALBUM):
        album = own_album(client, name.removeprefix(ALBUM))
        return lambda key: _in_album(client, key, album)
    if name == STACK:
        return lambda key: _stacked(client, key)
    return lambda key: _of_asset(_asset(client, key), name)


def stack_value(cover: str, members: Iterable[str]) -> str:
    """A stack as its field tells it: the cover, then the others by id."""
    return " ".join((cover, *sorted(set(members) - {cover})))


def _asset(client: Client, key: str) -> Remote | None:
    one = client.asset(key)
    return None if one is None or one.trashed else one


def _in_album(client: Client, key: str, album: Album | None) -> str | None:
    if album is None or _asset(client, key) is None:
        return None
    return YES if album.id in {held.id for held in client.albums_of(key)} else None


def _stacked(client: Client, key: str) -> str | None:
    one = _asset(client, key)
    stack = client.stack(one.stack) if one is not None and one.stack else None
    return stack_value(stack.members[0], stack.members) if stack else None


def _of_asset(one: Remote | None, name: str) -> str | None:
    if one is None:
        return None
    if name.startswith(TAG):
        return YES if name.removeprefix(TAG) in one.tags else None
    plain = {
        FAVOURITE: YES if one.favourite else "",
        VISIBILITY: one.visibility,
        RATING: "" if one.rating is None else str(one.rating),
        DESCRIPTION: one.description,
    }
    return plain.get(name) or None


def write(client: Client, name: str, after: str | None, keys: Sequence[str]) -> dict[str, str]:
    """Set a field of many assets, or of things; why it could not be done, by key. ChangedError where for none.

    What an asset had before is for the caller to look at.
    """
    if name == THERE:
        for key in keys:
            _make(client, key) if after else _unmake(client, key)
        return {}
    if name == STACK:
        for key in keys:
            _stack(client, key, after)
        return {}
    if name.startswith(TAG):
        tag = _tag(client, name.removeprefix(TAG))
        if tag is None:
            raise ChangedError(f"there is no tag {name.removeprefix(TAG)} any more")
        return _refused((client.put_tag if after else client.take_tag)(tag.id, keys))
    if name.startswith(ALBUM):
        album = own_album(client, name.removeprefix(ALBUM))
        if album is None:
            raise ChangedError(f"there is no album {name.removeprefix(ALBUM)} any more")
        return _refused((client.put_into_album if after else client.take_out_of_album)(album.id, keys))
    client.update(keys, **_update(name, after))
    return {}


def _update(name: str, after: str | None) -> dict[str, object]:
    if name == FAVOURITE:
        return {"isFavorite": after == YES}
    if name == VISIBILITY and after in _VISIBILITIES:
        return {"visibility": after}
    if name == RATING and (after is None or after in {"1", "2", "3", "4", "5"}):
        return {"rating": None if after is None else int(after)}
    if name == DESCRIPTION:
        return {"description": after or ""}
    raise AnswerError(f"{name} cannot be set to {after}")


def _refused(given: Sequence[Given]) -> dict[str, str]:
    """Why something was not done, by id. What was done already may have been done by a call whose answer was lost."""
    return {
        one.id: f"the server refuses: {one.error}" for one in given if one.error not in {"", *_DONE_BEFORE}
    }


def own_album(client: Client, name: str) -> Album | None:
    """The user's own album of a name; of several, always the same one."""
    found = [album for album in client.own_albums() if album.name == name]
    return min(found, key=lambda album: album.id) if found else None


def _tag(client: Client, value: str) -> Tag | None:
    return next((tag for tag in client.tags() if tag.value == value), None)


def _thing(client: Client, key: str) -> Album | Tag | None:
    if key.startswith(ALBUM_KEY):
        return own_album(client, key.removeprefix(ALBUM_KEY))
    return _tag(client, key.removeprefix(TAG_KEY))


def _make(client: Client, key: str) -> None:
    if key.startswith(ALBUM_KEY):
        client.make_album(key.removeprefix(ALBUM_KEY))
    else:
        client.make_tag(key.removeprefix(TAG_KEY))


def _unmake(client: Client, key: str) -> None:
    """Remove a tag or an album that holds nothing; what somebody put there since keeps it."""
    thing = _thing(client, key)
    if isinstance(thing, Album):
        if thing.count:
            raise ChangedError("the album holds photos that others put there")
        client.drop_album(thing.id)
    elif isinstance(thing, Tag):
        below = any(tag.value.startswith(thing.value + "/") for tag in client.tags())
        search = Search(tag=thing.id, with_trashed=True)
        if below or any(client.count(replace(search, visibility=where)) for where in (*VISIBLE, HIDDEN)):
            raise ChangedError("the tag is in use by others")
        client.drop_tag(thing.id)


def _stack(client: Client, key: str, after: str | None) -> None:
    """Stack what lies in no stack, or take a stack apart that is still the one that was made."""
    if after is None:
        one = client.asset(key)
        if one is not None and one.stack:
            client.drop_stack(one.stack)
        return
    members = after.split()
    if len(members) < 2 or members[0] != key:
        raise AnswerError("a stack has two photos at least, and its cover is the first")
    for member in members:
        found = client.asset(member)
        if found is None or found.trashed:
            raise ChangedError("a photo of the stack is gone")
        if found.stack:
            raise ChangedError("a photo of the stack lies in another stack")
    client.make_stack(members)
