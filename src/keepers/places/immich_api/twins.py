"""Assets of a server as dedupe weighs them: looked at one by one, since only so a server tells tags and stacks."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from keepers.actions import SetField
from keepers.errors import KeepersError
from keepers.model import PlaceId, Ref
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.sight import albums_of
from keepers.places.immich_api.wire import AT_ONCE, AnswerError
from keepers.plan.immich_twins import Held, Twin, fixed, lacking, position_of, position_value

Looked = Twin | KeepersError


def twins(client: Client, place: PlaceId, keys: Sequence[str]) -> dict[str, Looked]:
    """Each asset with all that it would take along, or why that cannot be told."""
    if not keys:
        return {}
    try:
        mine = {album.id for album in client.own_albums()}
        albums = albums_of(client, keys)
    except KeepersError as error:
        return dict.fromkeys(keys, error)

    def told(key: str) -> Looked:
        held = albums[key]
        if isinstance(held, KeepersError):
            return held
        try:
            return _twin(client, place, key, tuple(Held(one.id, one.name, one.id in mine) for one in held))
        except KeepersError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = dict(zip(keys, threads.map(told, keys), strict=True))
    return _stacked(client, found)


def _twin(client: Client, place: PlaceId, key: str, albums: tuple[Held, ...]) -> Twin:
    """One asset; in place of the members of its stack stands the stack's own id."""
    ref, one = Ref(place, key), client.asset(key)
    if one is None or one.trashed:
        return Twin(ref, gone=True)
    return Twin(
        ref,
        one.name,
        one.visibility,
        one.favourite,
        one.rating,
        one.description,
        one.tags,
        albums,
        tuple(Held(known.id, known.name) for known in one.people),
        None if one.exif is None else _rounded(one.exif.position),
        one.edited,
        bool(one.library),
        one.offline,
        one.motion,
        (one.stack,) if one.stack else (),
        one.duplicate,
    )


def _rounded(position: tuple[float, float] | None) -> tuple[float, float] | None:
    """A position as its field tells it; a server may write the last of many digits differently after it was set."""
    return None if position is None else position_of(position_value(position))


def _stacked(client: Client, found: Mapping[str, Looked]) -> dict[str, Looked]:
    """Tell the members of the stacks that assets lie in: all stacks at once where many of them do."""
    wanted = {one.stack[0] for one in found.values() if isinstance(one, Twin) and one.stack}
    if not wanted:
        return dict(found)
    known: dict[str, tuple[str, ...]] = {}
    if len(wanted) > AT_ONCE:
        try:
            known = {stack.id: stack.members for stack in client.stacks()}
        except AnswerError:
            # More stacks than one answer may hold: then each is asked for.
            known = {}
    for key in wanted - known.keys():
        stack = client.stack(key)
        known[key] = stack.members if stack is not None else ()
    return {
        key: replace(one, stack=known[one.stack[0]]) if isinstance(one, Twin) and one.stack else one
        for key, one in found.items()
    }


def held_back(client: Client, place: PlaceId, going: Sequence[SetField]) -> dict[str, str | KeepersError]:
    """Why assets may not go into the trash now, by id: `revision` names what is to have all of theirs; empty where they may."""
    keys = list(dict.fromkeys(key for one in going for key in (one.ref.key, one.revision)))
    found, gone = twins(client, place, keys), {one.ref.key for one in going}
    return {one.ref.key: _why(found[one.ref.key], found[one.revision], gone) for one in going}


def _why(goes: Looked, stays: Looked, gone: set[str]) -> str | KeepersError:
    if isinstance(goes, KeepersError):
        return goes
    if isinstance(stays, KeepersError):
        return stays
    if goes.stack[:1] == (goes.key,) and set(goes.stack) - gone:
        return "it covers a stack of which others stay"
    return fixed(goes) or lacking(goes, stays)
