"""The operations of Immich's REST interface that Keepers needs, for servers from 2.0 on."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from keepers.errors import SettingsError
from keepers.places.immich_api import records
from keepers.places.immich_api.abilities import OLDEST, Abilities
from keepers.places.immich_api.profile import Profile
from keepers.places.immich_api.records import Album, FaceBox, Given, Person, Remote, Stack, Tag
from keepers.places.immich_api.wire import (
    LONGEST,
    Answer,
    AnswerError,
    Ask,
    ForbiddenError,
    Wire,
    connected,
    gathered,
)

#: The most that a server gives on one page.
PAGE: Final = 1000
#: Ten million assets; nobody has so many, and a server that always knows another page is no server of photos.
MOST_PAGES: Final = 10_000
#: So many pages are loaded before they are read; each may be some MB.
_PAGES_AHEAD: Final = 3
#: Ids in one call; 40,000 were taken by both servers, so this is for answers and retries of a handy size.
BATCH: Final = 5000
#: A picture of the server's own making is far smaller.
MOST_PICTURE: Final = 64 << 20
_GONE: Final = frozenset({400, 404})


@dataclass(frozen=True, slots=True)
class Search:
    """Which assets are wanted; what is empty does not matter.

    `taken_after` and `taken_before` are ISO times, and so is `updated_after`. `path` and `name` need only be parts of
    an asset's, in any case; `checksum` is base64. With `bare` the ids matter alone.
    """

    visibility: str = "timeline"
    album: str = ""
    people: tuple[str, ...] = ()
    type: str = ""
    taken_after: str = ""
    taken_before: str = ""
    updated_after: str = ""
    tag: str = ""
    path: str = ""
    name: str = ""
    checksum: str = ""
    with_trashed: bool = False
    bare: bool = False

    @property
    def body(self) -> dict[str, object]:
        """As the server wants it."""
        wanted: dict[str, object] = {
            "albumIds": [self.album] if self.album else [],
            "personIds": list(self.people),
            "type": self.type,
            "takenAfter": self.taken_after,
            "takenBefore": self.taken_before,
            "updatedAfter": self.updated_after,
            "tagIds": [self.tag] if self.tag else [],
            "originalPath": self.path,
            "originalFileName": self.name,
            "checksum": self.checksum,
        }
        # 2.x and 3.x differ in what they take for granted here.
        fixed: dict[str, object] = {"visibility": self.visibility, "withDeleted": self.with_trashed}
        return fixed | {key: value for key, value in wanted.items() if value}


class Client:
    """Asks one server; see `Wire` for the errors."""

    def __init__(self, wire: Wire) -> None:
        """Ask over a wire."""
        self.wire = wire

    # Who is there

    def abilities(self) -> Abilities:
        """What the server can do and the key may do; SettingsError where the server is too old."""
        told = records.mapping(self._get("server/version"), "its version")
        version = (
            records.number(told, "major"),
            records.number(told, "minor"),
            records.number(told, "patch"),
        )
        if version < OLDEST:
            shown = ".".join(map(str, version))
            raise SettingsError(
                f"{self.wire.url} runs Immich {shown}; Keepers works with {'.'.join(map(str, OLDEST))} and newer"
            )
        features = records.mapping(self._get("server/features"), "its features")
        key = records.mapping(self._get("api-keys/me"), "the API key")
        return Abilities(
            version,
            frozenset(name for name, there in features.items() if there is True),
            records.text(key, "name"),
            records.permissions(key),
        )

    def user(self) -> str:
        """The id of the user whose key this is, as far as assets tell it; empty where the key may not ask."""
        with contextlib.suppress(ForbiddenError):
            return records.identifier(records.mapping(self._get("users/me"), "the user").get("id"))
        return ""

    # Assets

    def count(self, search: Search) -> int:
        """How many assets there are outside the trash; servers count nothing in it, whatever is asked."""
        body = {key: value for key, value in search.body.items() if key != "withDeleted"}
        told = self._ask(Ask("POST", "search/statistics", body)).value
        return records.number(records.mapping(told, "numbers"), "total")

    def has(self, search: Search) -> bool:
        """Whether there is any such asset, in the trash too where that is wanted."""
        told = self._ask(Ask("POST", "search/metadata", search.body | {"page": 1, "size": 1})).value
        part = records.mapping(records.mapping(told, "assets").get("assets"), "assets")
        return any(True for _ in records.objects(part.get("items"), "assets"))

    def assets(self, *searches: Search) -> Iterator[Remote]:
        """Every asset that is wanted, search by search and once in each, page by page; AnswerError where pages make no sense.

        While one page is read, the server already looks for those behind it.
        """
        asking = gathered(lambda one: self._begin(one, 1), searches, ahead=_PAGES_AHEAD)
        try:
            for search, answer in asking:
                yield from self._pages(search, answer)
        finally:
            asking.close()

    def _pages(self, search: Search, asked: Future[Answer]) -> Iterator[Remote]:
        seen: set[str] = set()
        page = 1
        try:
            while page:
                told = records.mapping(asked.result().value, "assets")
                part = records.mapping(told.get("assets"), "assets")
                following = _page(part.get("nextPage"))
                if page < following and page < MOST_PAGES:
                    asked = self._begin(search, following)
                fresh = [one for one in self._remotes(part) if one.id not in seen]
                seen.update(one.id for one in fresh)
                yield from fresh
                if following and (following <= page or not fresh or page == MOST_PAGES):
                    raise AnswerError("the server's list of assets does not end")
                page = following
        finally:
            asked.cancel()

    def _begin(self, search: Search, page: int) -> Future[Answer]:
        rich = not search.bare
        body = {"page": page, "size": PAGE, "order": "asc", "withExif": rich, "withPeople": rich}
        return self.wire.start(Ask("POST", "search/metadata", search.body | body))

    def _remotes(self, part: records.Json) -> Iterator[Remote]:
        for row in records.objects(part.get("items"), "assets"):
            with contextlib.suppress(AnswerError):
                yield records.remote(row)

    def asset(self, key: str) -> Remote | None:
        """One asset with its tags and its stack; None where there is none, or none that the key may see."""
        try:
            told = self._get(f"assets/{records.identifier(key)}")
        except AnswerError as error:
            if error.status in _GONE:
                return None
            raise
        return records.remote(records.mapping(told, "an asset"))

    def picture(self, key: str, size: str, etag: str = "") -> Future[Answer]:
        """Begin to load a picture of the server's making: `thumbnail` or `preview`; 304 where it is as it was."""
        headers = {"if-none-match": etag} if etag else {}
        path = f"assets/{records.identifier(key)}/thumbnail"
        return self.wire.start(
            Ask("GET", path, query={"size": size}, headers=headers, most=MOST_PICTURE, seconds=60.0)
        )

    def original(self, key: str, size: int, receiver: Callable[[], Callable[[bytes], object]]) -> None:
        """Load the file itself, whose size is known, to a receiver; AnswerError where it is larger."""
        # A minute, and longer for what is large: 100 KB/s is the slowest that is worth waiting for.
        seconds = 60.0 + size / 100_000
        path = f"assets/{records.identifier(key)}/original"
        self._ask(Ask("GET", path, most=size, seconds=seconds, receiver=receiver))

    def faces(self, key: str) -> tuple[FaceBox, ...]:
        """The faces that the server knows in an asset."""
        told = self._get("faces", {"id": records.identifier(key)})
        boxes = (records.face(row) for row in records.objects(told, "faces"))
        return tuple(box for box in boxes if box is not None)

    def people(self, name: str) -> list[str]:
        """The ids of the people of a name; the server also finds names that only begin so."""
        told = self._get("search/person", {"name": name, "withHidden": "true"})
        return [
            records.identifier(row.get("id"))
            for row in records.objects(told, "people")
            if records.text(row, "name") == name
        ]

    def update(self, keys: Sequence[str], **fields: object) -> None:
        """Set `isFavorite`, `visibility`, `rating` or `description`; one id that is not ours refuses all of them."""
        try:
            self._ask(Ask("PUT", "assets", {"ids": list(keys), **fields}))
        except AnswerError as error:
            if error.status not in _GONE or fields.get("rating", 0) is not None:
                raise
            # Servers before 2.6 take no null: there 0 is unrated, which those from 3.0 on refuse.
            self._ask(Ask("PUT", "assets", {"ids": list(keys), **fields, "rating": 0}))

    # Albums

    def albums(self) -> tuple[Album, ...]:
        """All albums, those that others share too, each once."""
        found = {album.id: album for album in self._albums({})}
        # 2.x tells of what others share only when asked so; 3.x told all already and knows no `shared`.
        with contextlib.suppress(AnswerError):
            found |= {album.id: album for album in self._albums({"shared": "true"})}
        return tuple(sorted(found.values(), key=lambda album: (album.name, album.id)))

    def own_albums(self) -> tuple[Album, ...]:
        """The albums that belong to the user: 2.x tells no others unasked, 3.x has a word for it."""
        found = self._albums({"isOwned": "true"})
        return tuple(sorted(found, key=lambda album: (album.name, album.id)))

    def albums_of(self, asset: str) -> tuple[Album, ...]:
        """The albums that an asset lies in."""
        return tuple(self._albums({"assetId": records.identifier(asset)}))

    def _albums(self, query: Mapping[str, str]) -> Iterator[Album]:
        return (records.album(row) for row in records.objects(self._get("albums", query), "albums"))

    def make_album(self, name: str) -> Album:
        """Make an album; it is not asked twice, since that would make two."""
        told = self._ask(Ask("POST", "albums", {"albumName": name}, repeatable=False)).value
        return records.album(records.mapping(told, "an album"))

    def drop_album(self, key: str) -> None:
        """Remove an album; its assets stay."""
        self._drop(f"albums/{records.identifier(key)}")

    def share(self, key: str, user: str, role: str) -> None:
        """Share an album with a user as viewer or editor."""
        shared = [{"userId": records.identifier(user), "role": role}]
        self._ask(Ask("PUT", f"albums/{records.identifier(key)}/users", {"albumUsers": shared}))

    def unshare(self, key: str, user: str) -> None:
        """Share an album with a user no more."""
        self._drop(f"albums/{records.identifier(key)}/user/{records.identifier(user)}")

    def users(self) -> tuple[Person, ...]:
        """The users of the server."""
        return tuple(records.person(row) for row in records.objects(self._get("users"), "users"))

    def put_into_album(self, key: str, assets: Sequence[str]) -> tuple[Given, ...]:
        """Put assets into an album; the error `duplicate` says that one was in it already."""
        return self._many("PUT", f"albums/{records.identifier(key)}/assets", assets)

    def take_out_of_album(self, key: str, assets: Sequence[str]) -> tuple[Given, ...]:
        """Take assets out of an album; the error `not_found` says that one was not in it."""
        return self._many("DELETE", f"albums/{records.identifier(key)}/assets", assets)

    # Tags

    def tags(self) -> tuple[Tag, ...]:
        """All tags."""
        return tuple(records.tag(row) for row in records.objects(self._get("tags"), "tags"))

    def make_tags(self, values: Sequence[str]) -> tuple[Tag, ...]:
        """Make tags with all those above them, or find them."""
        found: list[Tag] = []
        for start in range(0, len(values), PAGE):
            told = self._ask(Ask("PUT", "tags", {"tags": list(values[start : start + PAGE])})).value
            found += [records.tag(row) for row in records.objects(told, "tags")]
        return tuple(found)

    def drop_tag(self, key: str) -> None:
        """Remove a tag, and those below it, from everywhere."""
        self._drop(f"tags/{records.identifier(key)}")

    def put_tag(self, key: str, assets: Sequence[str]) -> tuple[Given, ...]:
        """Give a tag to assets."""
        return self._many("PUT", f"tags/{records.identifier(key)}/assets", assets)

    def take_tag(self, key: str, assets: Sequence[str]) -> tuple[Given, ...]:
        """Take a tag from assets."""
        return self._many("DELETE", f"tags/{records.identifier(key)}/assets", assets)

    # Stacks

    def stack(self, key: str) -> Stack | None:
        """A stack; None where there is none."""
        try:
            told = self._get(f"stacks/{records.identifier(key)}")
        except AnswerError as error:
            if error.status in _GONE:
                return None
            raise
        return records.stack(records.mapping(told, "a stack"))

    def stacks(self) -> tuple[Stack, ...]:
        """All stacks."""
        return tuple(records.stack(row) for row in records.objects(self._get("stacks"), "stacks"))

    def make_stack(self, assets: Sequence[str]) -> Stack:
        """Stack assets, the first on top; made once more, the same stack would be merged into the new one."""
        told = self._ask(Ask("POST", "stacks", {"assetIds": list(assets)}, repeatable=False)).value
        return records.stack(records.mapping(told, "a stack"))

    def drop_stack(self, key: str) -> None:
        """Take a stack apart; its assets stay."""
        self._drop(f"stacks/{records.identifier(key)}")

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> object:
        return self._ask(Ask("GET", path, query=query or {})).value

    def _drop(self, path: str) -> None:
        """Remove something; what is gone already is no error."""
        try:
            self._ask(Ask("DELETE", path))
        except AnswerError as error:
            if error.status not in _GONE:
                raise

    def _many(self, method: str, path: str, assets: Sequence[str]) -> tuple[Given, ...]:
        found: list[Given] = []
        for start in range(0, len(assets), BATCH):
            told = self._ask(Ask(method, path, {"ids": list(assets[start : start + BATCH])})).value
            found += [records.given(row) for row in records.objects(told, "results")]
        return tuple(found)

    def _ask(self, ask: Ask) -> Answer:
        return self.wire.ask(ask)


@contextlib.contextmanager
def opened(profile: Profile, *, pause: float = 0.5, longest: float = LONGEST) -> Generator[Client]:
    """A client of the server of a profile; `pause` and `longest` as `Wire` has them."""
    with connected(profile, pause=pause, longest=longest) as wire:
        yield Client(wire)


def _page(value: object) -> int:
    """The number of the next page, which servers write as text; 0 after the last."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0
