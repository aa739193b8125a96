"""Pictures of people on a server: the previews of their photos, and when something of a person changed last."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from keepers.places.immich_api import records
from keepers.places.immich_api.client import MOST_PICTURE, Client
from keepers.places.immich_api.featuring import is_untouched
from keepers.places.immich_api.loading import PREVIEW, Loading
from keepers.places.immich_api.pictures import Pictures
from keepers.places.immich_api.wire import AnswerError, Ask, gathered
from keepers.ports import Failure, Shown


@dataclass(frozen=True, slots=True)
class _Depicted:
    """An asset of which only the id is known: whether its picture is still right, the server is asked by its ETag."""

    id: str
    updated: datetime
    size: int = 0
    sha1: str = ""


Box = tuple[float, float, float, float]


def drawn(client: Client, people: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The picture that the server has cut out of each one's featured photo; nothing where it has none."""
    asking = gathered(lambda key: client.wire.start(_portrait(key)), sorted(people))
    for key, answer in asking:
        try:
            yield key, answer.result().body
        except AnswerError:
            continue  # Servers without machine learning draw nobody.


def shown(client: Client, asset: str, person: str) -> tuple[bytes, Box] | None:
    """The preview of an asset, and where a person's face is in it; None where there is none."""
    try:
        faces = client.faces(asset)
        mine = [face.box for face in faces if face.person is not None and face.person.id == person]
        return (client.picture(asset, PREVIEW).result().body, mine[0]) if mine else None
    except AnswerError:
        return None


def _portrait(person: str) -> Ask:
    return Ask("GET", f"people/{records.identifier(person)}/thumbnail", most=MOST_PICTURE, seconds=60.0)


@dataclass(frozen=True, slots=True)
class Portraits:
    """One account, and the folder in which its pictures are kept."""

    client: Client
    pictures: Pictures

    def previews(self, assets: Iterable[str]) -> Iterator[tuple[str, Shown | Failure]]:
        """Every asset with its preview, many loaded at once; a file may go when many more were loaded."""
        owner = f"{self.client.wire.url} {self.client.user() or self.client.wire.url}"
        now = datetime.now(UTC)
        loading = Loading(self.client, owner, self.pictures, PREVIEW)
        for one, picture in loading.each(_Depicted(asset, now) for asset in assets):
            yield one.id, picture if isinstance(picture, Failure) else Shown(picture.path, picture.size)

    def drawn(self, people: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The picture that the server has cut out of each one's featured photo; nothing where it has none."""
        return drawn(self.client, people)

    def changed(self, people: Iterable[str]) -> dict[str, str]:
        """When each of the people was changed last, in the server's words; nothing where it does not tell."""
        wire = self.client.wire
        asking = gathered(
            lambda key: wire.start(Ask("GET", f"people/{records.identifier(key)}")), sorted(people)
        )
        found: dict[str, str] = {}
        for key, answer in asking:
            try:
                told = records.text(records.mapping(answer.result().value, "a person"), "updatedAt")
            except AnswerError:
                continue  # Merged into somebody else since.
            if told:
                found[key] = told[:40]
        return found

    def untouched(self, known: Mapping[str, str]) -> frozenset[str]:
        """Those of the people who have not been changed since the time that is given for each."""
        now = self.changed(known)
        return frozenset(key for key, changed in now.items() if is_untouched(known[key], changed))
