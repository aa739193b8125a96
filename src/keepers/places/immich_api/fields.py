"""What can be set on a server, by name: one to many things at once.

On an asset: `favourite` (yes), `visibility` (timeline, archive, hidden), `rating` (1-5), `description`, `tag:A/B` (yes),
`album:NAME` (yes), `stack` (ids, the cover first), `cover` (the id of what covers its stack), `duplicate` (the id of its group on
Immich's Duplicates page), `data:KEY` (JSON), `person:ID` (yes; the face is that of the asset which `revision` names), `position`
(latitude and longitude in degrees; never taken off again) and `trashed` (yes; `revision` names what stays instead).
On `tag/A/B` and `album/NAME`, which are things of their own: `there` (yes), and on an album `shared:USER-ID` (viewer, editor).
Only read: `edited` (yes) and `albums` (ids) of an asset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from keepers.errors import ChangedError, KeepersError, PlaceUnreachableError, SettingsError
from keepers.places.immich_api import calls
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.listing import HIDDEN, VISIBLE
from keepers.places.immich_api.records import Album, Given, Tag
from keepers.places.immich_api.sight import (
    ALBUM,
    ALBUM_KEY,
    COVER,
    DATA,
    DESCRIPTION,
    DUPLICATE,
    EVERYWHERE,
    FAVOURITE,
    PERSON,
    RATING,
    SHARED,
    STACK,
    TAG,
    TAG_KEY,
    THERE,
    TRASHED,
    VISIBILITY,
    Sight,
    stack_value,
)
from keepers.places.immich_api.wire import AnswerError
from keepers.plan.immich_actions import YES
from keepers.plan.immich_twins import POSITION, position_of

__all__ = ["note", "stack_value", "value", "write"]

#: What a server calls having been done already, or having nothing to undo.
_DONE_BEFORE: Final = frozenset({"duplicate", "not_found"})
#: What an asset may be set to; a locked one cannot be seen again by the same key.
_VISIBILITIES: Final = frozenset({*VISIBLE, HIDDEN})
_REFUSED: Final = 400
_FOR_GOOD: Final = (
    "no version of Immich takes a position off a photo again; it stays, and can only be set to another one"
)
#: So many calls in a row that no answer comes to: then the server is gone, and no more are sent.
PATIENCE: Final = 3

Why = str | KeepersError


def value(client: Client, key: str, name: str) -> str | None:
    """Read a field; None where it is not set, or there is nothing of that key."""
    now = Sight(client).values(name, "", [key])[key]
    if isinstance(now, KeepersError):
        raise now
    return now


def write(sight: Sight, name: str, after: str | None, revision: str, keys: Sequence[str]) -> dict[str, Why]:
    """Set a field of many assets, or of things; why it could not be done, by key.

    What each had before is for the caller to look at. A call whose answer was lost may have been carried out.
    """
    if name == THERE and after:
        return _made(sight.client, keys)
    if name == THERE:
        return _each(lambda key: _unmake(sight, key, revision), keys)
    if name == STACK:
        return _each(lambda key: _stack(sight, key, after), keys)
    if name == COVER:
        return _each(lambda key: _cover(sight, key, after), keys)
    if name.startswith(PERSON):
        person = name.removeprefix(PERSON)
        return _each(lambda key: _show(sight.client, key, person, after, revision), keys)
    if name.startswith(SHARED):
        return _each(lambda key: _share(sight, key, revision, name.removeprefix(SHARED), after), keys)
    try:
        return _written(sight, name, after, revision, keys)
    except AnswerError as error:
        if error.status != _REFUSED or len(keys) < 2:
            return dict.fromkeys(keys, error)
    except KeepersError as error:
        return dict.fromkeys(keys, error)
    # One id that the server refuses makes it refuse all: the others are found by halves.
    half = len(keys) // 2
    found = write(sight, name, after, revision, keys[:half])
    return found | write(sight, name, after, revision, keys[half:])


def _written(
    sight: Sight, name: str, after: str | None, revision: str, keys: Sequence[str]
) -> dict[str, Why]:
    client = sight.client
    if name == TRASHED:
        (calls.trash if after else calls.restore)(client.wire, keys)
        return {}
    if name.startswith(DATA):
        calls.drop_data(client.wire, name.removeprefix(DATA), keys)
        return {}
    if not name.startswith((TAG, ALBUM)):
        client.update(keys, **_update(name, after))
        return {}
    holder = sight.holder(name, revision)
    if holder is None:
        raise ChangedError(f"there is no {name.replace(':', ' ', 1)} any more")
    if isinstance(holder, Tag):
        return _refused((client.put_tag if after else client.take_tag)(holder.id, keys))
    return _refused((client.put_into_album if after else client.take_out_of_album)(holder.id, keys))


def _each(do: Callable[[str], None], keys: Sequence[str]) -> dict[str, Why]:
    found: dict[str, Why] = {}
    lost = 0
    for number, key in enumerate(keys):
        try:
            do(key)
            lost = 0
        except KeepersError as error:
            found[key] = error
            lost += isinstance(error, PlaceUnreachableError | SettingsError)
            if lost >= PATIENCE:
                return found | dict.fromkeys(keys[number:], error)
    return found


def _update(name: str, after: str | None) -> dict[str, object]:
    if name == FAVOURITE:
        return {"isFavorite": after == YES}
    if name == VISIBILITY and after in _VISIBILITIES:
        return {"visibility": after}
    if name == RATING and (after is None or after in {"1", "2", "3", "4", "5"}):
        return {"rating": None if after is None else int(after)}
    if name == DESCRIPTION:
        return {"description": after or ""}
    if name == DUPLICATE:
        return {"duplicateId": after}
    if name == POSITION:
        return _located(after)
    raise AnswerError(f"{name} cannot be set to {after}")


def _located(after: str | None) -> dict[str, object]:
    if after is None:
        raise ChangedError(_FOR_GOOD)
    latitude, longitude = position_of(after)
    return {"latitude": latitude, "longitude": longitude}


def _refused(given: Sequence[Given]) -> dict[str, Why]:
    """Why something was not done, by id. What was done already may have been done by a call whose answer was lost."""
    return {
        one.id: f"the server refuses: {one.error}" for one in given if one.error not in {"", *_DONE_BEFORE}
    }


def _made(client: Client, keys: Sequence[str]) -> dict[str, Why]:
    """Make tags, all in one call, and albums."""
    tags = [key.removeprefix(TAG_KEY) for key in keys if key.startswith(TAG_KEY)]
    found: dict[str, Why] = {}
    try:
        client.make_tags(tags)
    except KeepersError as error:
        found = {TAG_KEY + tag: error for tag in tags}

    def make(key: str) -> None:
        client.make_album(key.removeprefix(ALBUM_KEY))

    return found | _each(make, [key for key in keys if key.startswith(ALBUM_KEY)])


def _unmake(sight: Sight, key: str, revision: str) -> None:
    """Remove a tag or an album that holds nothing; what somebody put there since keeps it."""
    thing = sight.thing(key, revision)
    if isinstance(thing, Album):
        if thing.count:
            raise ChangedError("the album holds photos that others put there")
        sight.client.drop_album(thing.id)
    elif isinstance(thing, Tag):
        search = Search(tag=thing.id, with_trashed=True)
        places = () if thing.id in sight.unused else EVERYWHERE
        used = (sight.client.has(replace(search, visibility=where)) for where in places)
        if sight.has_below(thing) or any(used):
            raise ChangedError("the tag is in use by others")
        sight.client.drop_tag(thing.id)
        sight.dropped(thing.value)


def _share(sight: Sight, key: str, revision: str, user: str, role: str | None) -> None:
    album = sight.thing(key, revision)
    if not isinstance(album, Album):
        raise ChangedError("there is no such album any more")
    if role is None:
        sight.client.unshare(album.id, user)
    else:
        sight.client.share(album.id, user, role)


def _stack(sight: Sight, key: str, after: str | None) -> None:
    """Stack what lies in no stack, or take a stack apart that is still the one that was made."""
    client = sight.client
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


def _cover(sight: Sight, key: str, after: str | None) -> None:
    """Put another asset on top of the stack that one lies in."""
    one = sight.client.asset(key)
    if after is None or one is None or not one.stack:
        raise ChangedError("it lies in no stack any more")
    calls.cover_stack(sight.client.wire, one.stack, after)


def _show(client: Client, key: str, person: str, after: str | None, revision: str) -> None:
    """Add the faces that another asset has of somebody, or remove those that were added: `revision` names them."""
    if after is None:
        for made in revision.split():
            calls.drop_face(client.wire, made)
        return
    found = [face for face in calls.faces(client.wire, revision) if face.person == person]
    if not found:
        raise ChangedError("the face is gone")
    for face in found:
        calls.add_face(client.wire, key, face)


def note(sight: Sight, name: str, texts: Mapping[str, str]) -> dict[str, Why]:
    """Set data of ours, another text for each asset; why it could not be done, by asset."""
    try:
        return dict(calls.set_data(sight.client.wire, name.removeprefix(DATA), texts))
    except KeepersError as error:
        return dict.fromkeys(texts, error)
