"""Which fields are set one after another, which by one call, and what is remembered of how they were set."""

from collections.abc import Sequence
from typing import Final

from keepers.actions import SetField
from keepers.errors import KeepersError
from keepers.places.immich_api import calls, fields
from keepers.places.immich_api.sight import ALBUM, COVER, DATA, PERSON, SHARED, TAG, THERE, TRASHED, Sight

#: Beyond the turn of any tag, however deep.
_LAST: Final = 1 << 20

#: Wishes that one call fulfils: name, value, and which tag or album is meant.
Kind = tuple[str, str | None, str]


def meant(action: SetField) -> str:
    """Which tag or album is meant; what stays instead of what goes does not tell two trashes apart."""
    return "" if action.name == TRASHED else action.revision


def kind_of(action: SetField) -> Kind:
    """What is alike is set by one call; data of ours is told asset by asset, but in one call, too."""
    many = action.name.startswith(DATA) and action.after is not None
    return action.name, "" if many else action.after, meant(action)


def set_alike(sight: Sight, wanted: Kind, actions: Sequence[SetField]) -> dict[str, fields.Why]:
    """Set what is alike; why it could not be done, by key."""
    name, after, holder = wanted
    if name.startswith(DATA) and after is not None:
        return fields.note(sight, name, {one.ref.key: one.after or "" for one in actions})
    return fields.write(sight, name, after, holder, [one.ref.key for one in actions])


def turn_of(action: SetField) -> int:
    """A tag or album is there before it is filled, and empty before it is removed, those below it first.

    What goes into the trash goes last, and what comes out of it comes first; a stack gets its cover in between.
    """
    if action.name == TRASHED:
        return _LAST if action.after else -_LAST
    if action.name == COVER:
        return 1
    if action.name == THERE:
        depth = action.ref.key.count("/")
        return depth - 1000 if action.after else 1000 - depth
    return -1 if action.name.startswith(SHARED) else 0


def revision_of(sight: Sight, action: SetField) -> str:
    """The id of the tag or album that an action speaks of, or of the faces that it made."""
    if action.name.startswith(PERSON):
        return _faces_of(sight, action)
    if action.name == THERE or action.name.startswith(SHARED):
        thing = sight.thing(action.ref.key, action.revision)
    elif action.name.startswith((TAG, ALBUM)):
        thing = sight.holder(action.name, action.revision)
    else:
        return ""
    return "" if thing is None else thing.id


def _faces_of(sight: Sight, action: SetField) -> str:
    """The faces that were added to an asset, by their ids: what taking it back removes."""
    if action.after is None:
        return ""
    person = action.name.removeprefix(PERSON)
    try:
        found = calls.faces(sight.client.wire, action.ref.key)
    except KeepersError:
        return ""
    return " ".join(face.id for face in found if face.person == person)


def kept_for_good(wanted: Sequence[SetField], now: Sequence[str | None]) -> list[str | None]:
    """Fields as they are; of what got the things of a copy that is gone for good, as if they had been taken back already.

    A copy that cannot come back from the trash lives on in what stayed instead of it: that keeps its tags and albums.
    """
    lost = {
        one.revision
        for one, told in zip(wanted, now, strict=True)
        if one.name == TRASHED and one.before is not None and told is None
    }
    return [
        one.after if one.ref.key in lost and one.name != TRASHED else told
        for one, told in zip(wanted, now, strict=True)
    ]
