"""An Immich server as a place: its assets are things, their ids the keys."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from blake3 import blake3

from keepers.errors import UsageError
from keepers.model import ContentId, Found, PlaceId, Problem, Ref
from keepers.places.immich_api import fields, listing
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.listing import Wanted
from keepers.places.immich_api.profile import DEFAULT
from keepers.places.immich_api.records import Remote
from keepers.ports import Folder, Rights, Volume

#: The root that means the whole account, and how that of an album begins.
ALL: Final = ""
ALBUM: Final = "album/"
#: Servers do not tell what is free for us.
_PLENTY: Final = 1 << 62


def place_id(profile: str) -> PlaceId:
    """How the place of a profile is called: `immich`, or `immich@parents`."""
    return PlaceId("immich" if profile == DEFAULT else f"immich@{profile}")


class ImmichReader:
    """Looks at the assets of one account; what is trashed or locked is not there."""

    def __init__(self, client: Client, place: PlaceId) -> None:
        """Look at a server."""
        self.client = client
        self._place = place
        self._user = ""

    def assets(self, roots: Sequence[str]) -> list[Remote]:
        """Every asset at the roots once, by id; each is ALL or `album/NAME`."""
        found: dict[str, Remote] = {}
        for root in roots:
            if root != ALL and not root.startswith(ALBUM):
                raise UsageError(f"{self._place}:{root} is no address; an album is {self._place}:{ALBUM}NAME")
            wanted = Wanted(album=root.removeprefix(ALBUM))
            found |= {one.id: one for one in listing.everything(self.client, wanted)}
        found |= {part.id: part for _, part in listing.parts(self.client, dict(found))}
        return [found[key] for key in sorted(found)]

    # The Reader

    def listing(self, roots: Sequence[str]) -> Iterator[Found | Problem]:
        """Yield every asset at the roots once, by id."""
        for one in self.assets(roots):
            yield self._found(one)

    def _found(self, one: Remote) -> Found:
        return Found(Ref(self._place, one.id), one.size, _nanoseconds(one.updated), 0, 0)

    def look(self, ref: Ref) -> Found | None:
        """Describe an asset; None where there is none of that id, or it is trashed."""
        one = self.client.asset(ref.key)
        return None if one is None or one.trashed else self._found(one)

    def exists(self, ref: Ref) -> bool:
        """Whether there is an asset of that id."""
        return self.look(ref) is not None

    def names(self, folder: Ref) -> Sequence[str]:  # noqa: ARG002 (a server has no folders)
        """No names: there are no folders."""
        return ()

    def folder(self, ref: Ref) -> Folder | None:  # noqa: ARG002 (a server has no folders)
        """No folder."""
        return None

    def content(self, ref: Ref) -> ContentId:
        """Read all bytes of an asset and name them; OSError where the server sends others than it said."""
        one = self.client.asset(ref.key)
        if one is None:
            raise FileNotFoundError(2, "there is no such asset", ref.key)
        digests: list[tuple[Any, Any]] = []

        def begin() -> Callable[[bytes], object]:
            named, checked = blake3(), hashlib.sha1(usedforsecurity=False)
            digests[:] = [(named, checked)]

            def take(chunk: bytes) -> None:
                named.update(chunk)
                checked.update(chunk)

            return take

        self.client.original(one.id, one.size or _PLENTY, begin)
        named, checked = digests[0]
        if one.sha1 and checked.hexdigest() != one.sha1:
            raise OSError(5, "the server sent other bytes than its checksum says", ref.key)
        return ContentId("b3:" + named.hexdigest())

    def field(self, ref: Ref, name: str) -> str | None:
        """Read a tag, album, favourite or such (see `fields`); None where it is not set."""
        return fields.value(self.client, ref.key, name)

    def identity(self, root: str) -> str:
        """The account that a root belongs to: the same address may be another server one day."""
        self._user = self._user or self.client.user()
        return f"{self._place}:{self._user or self.client.wire.url}:{root}"

    def volume(self, ref: Ref) -> Volume:  # noqa: ARG002 (an account is one volume)
        """The account."""
        return Volume(self._place, _PLENTY)

    def rights(self, ref: Ref) -> Rights:  # noqa: ARG002 (what may be done is the key's business)
        """What the API key allows is told when it is tried."""
        return Rights.ANY

    def true_path(self, ref: Ref, content: ContentId) -> str:  # noqa: ARG002 (ids are never changed)
        """No other path."""
        return ""


def spoken(one: Remote) -> Iterator[tuple[str, str]]:
    """Fields and values as the catalog keeps what libraries tell."""
    yield "name", one.name
    if one.favourite:
        yield "favourite", "yes"
    if one.rating is not None:
        yield "rating", str(one.rating)
    if one.description:
        yield "description", one.description
    yield from (("person", known.name) for known in one.people if known.name)
    yield from (("keyword", tag) for tag in one.tags)


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp()) * 10**9 + at.microsecond * 1000
