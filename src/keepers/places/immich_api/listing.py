"""Which assets of a server are meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from keepers.errors import SettingsError, UsageError
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.records import Remote

#: Trashed and locked assets are never asked for; hidden ones are parts of others.
VISIBLE: Final = ("timeline", "archive")
HIDDEN: Final = "hidden"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a server is meant; what is empty does not matter. Names are those that people gave.

    `type` is IMAGE or VIDEO; `taken_after` and `taken_before` are aware; `visibility` is one of VISIBLE.
    """

    album: str = ""
    people: tuple[str, ...] = ()
    type: str = ""
    taken_after: datetime | None = None
    taken_before: datetime | None = None
    visibility: str = ""
    ids: frozenset[str] = frozenset()

    @property
    def visibilities(self) -> tuple[str, ...]:
        """What is listed, one after another."""
        return (self.visibility,) if self.visibility else VISIBLE


def search_for(client: Client, wanted: Wanted) -> Search:
    """The server's ids for the names of an album and of people.

    UsageError where there is none of that name, or there are several, or a name is empty.
    """
    if "" in wanted.people:
        raise UsageError("a person without a name cannot be looked for; say --person NAME")
    album = ""
    if wanted.album:
        album = _one([one.id for one in client.albums() if one.name == wanted.album], "album", wanted.album)
    people = tuple(_one(client.people(name), "person", name) for name in wanted.people)
    return Search(
        album=album,
        people=people,
        type=wanted.type,
        taken_after=wanted.taken_after.isoformat() if wanted.taken_after else "",
        taken_before=wanted.taken_before.isoformat() if wanted.taken_before else "",
    )


def everything(client: Client, wanted: Wanted) -> Iterator[Remote]:
    """Every asset that is wanted; SettingsError should the server show what is trashed or locked."""
    search = search_for(client, wanted)
    for visibility in wanted.visibilities:
        for one in client.assets(replace(search, visibility=visibility)):
            if one.trashed or one.visibility != visibility:
                raise SettingsError(
                    f"{client.wire.url} shows assets that were not asked for; nothing of it is believed"
                )
            if not wanted.ids or one.id in wanted.ids:
                yield one


def parts(client: Client, assets: Mapping[str, Remote]) -> Iterator[tuple[Remote, Remote]]:
    """Photos that have a film of their own, each with it; the server hides such films."""
    holders = {one.motion: one for one in assets.values() if one.motion}
    if holders:
        for part in client.assets(Search(visibility=HIDDEN)):
            if part.id in holders:
                yield holders[part.id], part


def _one(found: list[str], what: str, name: str) -> str:
    if len(found) == 1:
        return found[0]
    many = f"there are {len(found)} of that name" if found else "there is none of that name"
    raise UsageError(f"{what} {name!r}: {many} on the server")
