"""The people of an Immich server and their faces, by its REST interface."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from keepers.model import Kind
from keepers.people import Person, PersonFace, Pictured, Seen
from keepers.places.immich_api import records
from keepers.places.immich_api.client import Client, Search
from keepers.places.immich_api.listing import VISIBLE
from keepers.places.immich_api.records import FaceBox, Remote
from keepers.places.immich_api.wire import AnswerError, Ask, ForbiddenError, gathered

_PAGE: Final = 1000
_MOST_PAGES: Final = 1000
_WHOLE: Final = (0.0, 0.0, 1.0, 1.0)
_SHA1: Final = re.compile(r"[0-9a-f]{40}")


class RestPeople:
    """Asks the server itself: page by page, and from 3.0 on asset by asset for its faces, several at once."""

    def __init__(self, client: Client) -> None:
        """Ask by a client, which somebody else closes."""
        self._client = client
        self._user: str | None = None

    def people(self, *, hidden: bool = False, counted: bool = True) -> Sequence[Person]:
        """Everybody whom the server lists: an unnamed one only with several photos on the timeline."""
        found = [one for one in self._listed() if hidden or not one.hidden]
        if counted:
            counts = self._counts([one.id for one in found])
            found = [one._replace(faces=counts.get(one.id)) for one in found]
        return sorted(found, key=lambda one: one.id)

    def _listed(self) -> Iterator[Person]:
        seen: set[str] = set()
        for page in range(1, _MOST_PAGES + 1):
            query = {"page": str(page), "size": str(_PAGE), "withHidden": "true"}
            told = records.mapping(self._client.wire.ask(Ask("GET", "people", query=query)).value, "people")
            fresh = [_person(row) for row in records.objects(told.get("people"), "people")]
            fresh = [one for one in fresh if one.id not in seen]
            seen.update(one.id for one in fresh)
            yield from fresh
            if told.get("hasNextPage") is not True or not fresh:
                return

    def _counts(self, keys: Sequence[str]) -> Mapping[str, int]:
        """How many photos each is seen in; nothing where the key may not ask."""
        counts: dict[str, int] = {}
        begin = self._client.wire.start
        asking = gathered(lambda key: begin(Ask("GET", f"people/{key}/statistics")), keys)
        try:
            for key, answer in asking:
                try:
                    told = records.mapping(answer.result().value, "numbers")
                except AnswerError:
                    continue  # Merged into somebody else since the list was told.
                counts[key] = records.number(told, "assets")
        except ForbiddenError:
            return {}
        finally:
            asking.close()
        return counts

    # Faces

    def faces(
        self,
        people: Sequence[str] | None = None,
        *,
        archived: bool = False,
        hidden: bool = False,
        boxes: bool = True,
    ) -> Iterator[Seen]:
        """Every asset that shows one of these people, with all its faces."""
        secret = frozenset[str]() if hidden else self._hidden()
        wanted = None if people is None else frozenset(people) - secret
        searches = [Search()] if wanted is None else [Search(people=(key,)) for key in sorted(wanted)]
        assets = (
            one
            for one in self._assets(searches, archived=archived)
            if any(known.id not in secret for known in one.people)
        )
        for one, faces in self._with_faces(assets) if boxes else map(_with_people, assets):
            shown = tuple(face for face in faces if face.person not in secret)
            if any(face.person if wanted is None else face.person in wanted for face in shown):
                yield Seen(_pictured(one), shown)

    def unidentified(self, *, archived: bool = False) -> Iterator[Seen]:
        """Every asset with faces of nobody known; servers from 3.0 on are asked for each asset that they have."""
        for one, faces in self._with_faces(self._assets([Search()], archived=archived)):
            strange = tuple(face for face in faces if not face.person)
            if strange:
                yield Seen(_pictured(one), strange)

    def of_file(
        self, *, path: str = "", sha1: str = "", name: str = "", size: int | None = None
    ) -> Seen | None:
        """The asset of a file, by its bytes, by the server's path, or by name and size."""
        found: list[Remote] = []
        if _SHA1.fullmatch(sha1):
            search = Search(checksum=base64.b64encode(bytes.fromhex(sha1)).decode())
            found = [one for one in self._assets([search], archived=True) if one.sha1 == sha1]
        if not found and path:
            found = [one for one in self._assets([Search(path=path)], archived=True) if one.path == path]
        if not found and name and size is not None:
            alike = self._assets([Search(name=name)], archived=True)
            found = [one for one in alike if (one.name, one.size) == (name, size)]
        if len(found) != 1:
            return None
        secret = self._hidden()
        ((one, faces),) = self._with_faces(iter(found))
        return Seen(_pictured(one), tuple(face for face in faces if face.person not in secret))

    def featured(self, person: str) -> str:  # noqa: ARG002 (a port)
        """Nothing: no answer of a server tells whose photo stands for somebody."""
        return ""

    def close(self) -> None:
        """Nothing to end: the client is closed by whoever opened it."""

    def _hidden(self) -> frozenset[str]:
        return frozenset(one.id for one in self._listed() if one.hidden)

    def _assets(self, searches: Sequence[Search], *, archived: bool) -> Iterator[Remote]:
        """The user's own assets, each once; what partners share has its own people."""
        seen: set[str] = set()
        if self._user is None:
            self._user = self._client.user()
        where = VISIBLE if archived else VISIBLE[:1]
        wanted = [replace(search, visibility=visibility) for search in searches for visibility in where]
        for one in self._client.assets(*wanted):
            mine = one.owner == self._user or not self._user
            there = not one.trashed and not one.offline and one.visibility in where
            if mine and there and one.id not in seen:
                seen.add(one.id)
                yield one

    def _with_faces(self, assets: Iterator[Remote]) -> Iterator[tuple[Remote, tuple[PersonFace, ...]]]:
        """Assets with their faces, asked for where they did not come along."""
        page: list[Remote] = []
        for one in assets:
            page.append(one)
            if len(page) == _PAGE:
                yield from self._page_with_faces(page)
                page = []
        yield from self._page_with_faces(page)

    def _page_with_faces(self, page: Sequence[Remote]) -> Iterator[tuple[Remote, tuple[PersonFace, ...]]]:
        silent = [one for one in page if one.faces is None]
        told = {one.id: faces for one, faces in self._asked(silent)}
        for one in page:
            faces = one.faces if one.faces is not None else told.get(one.id)
            if faces is not None:
                yield one, tuple(_face(one.id, face) for face in faces)

    def _asked(self, assets: Sequence[Remote]) -> Iterator[tuple[Remote, tuple[FaceBox, ...]]]:
        begin = self._client.wire.start
        asking = gathered(lambda one: begin(Ask("GET", "faces", query={"id": one.id})), assets)
        try:
            for one, answer in asking:
                try:
                    boxes = [records.face(row) for row in records.objects(answer.result().value, "faces")]
                except AnswerError as error:
                    if error.status not in {400, 404}:
                        raise
                    continue  # Deleted since the page was told.
                yield one, tuple(box for box in boxes if box is not None)
        finally:
            asking.close()


def _person(row: records.Json) -> Person:
    try:
        born = date.fromisoformat(records.text(row, "birthDate")[:10])
    except ValueError:
        born = None
    return Person(
        records.identifier(row.get("id")),
        records.text(row, "name"),
        born,
        hidden=row.get("isHidden") is True,
        favorite=row.get("isFavorite") is True,
    )


def _with_people(one: Remote) -> tuple[Remote, tuple[PersonFace, ...]]:
    """An asset with its faces as far as they came along: else with one for each person in it."""
    if one.faces is not None:
        return one, tuple(_face(one.id, face) for face in one.faces)
    return one, tuple(PersonFace("", one.id, known.id, _WHOLE) for known in one.people)


def _face(asset: str, box: FaceBox) -> PersonFace:
    return PersonFace(box.id, asset, box.person.id if box.person else "", box.box, box.source)


def _pictured(one: Remote) -> Pictured:
    # Up to 2.4 the server tells the size as it is stored, before it is turned upright.
    lying = one.exif is not None and one.exif.turned and not one.upright
    return Pictured(
        one.id,
        one.path,
        one.name,
        Kind.VIDEO if one.film else Kind.PHOTO,
        one.sha1,
        one.size or None,
        one.taken,
        one.height if lying else one.width,
        one.width if lying else one.height,
        one.visibility,
        one.motion,
        one.exif is not None and one.exif.taken is not None,
    )
