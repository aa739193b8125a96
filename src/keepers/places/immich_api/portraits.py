"""Pictures of people on a server: the previews of their photos, and when something of a person changed last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from keepers.places.immich_api import records
from keepers.places.immich_api.client import Client
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

    def untouched(self, known: Mapping[str, str]) -> frozenset[str]:
        """Those of the people who have not been changed since the time that is given for each."""
        wire = self.client.wire
        people: Sequence[str] = sorted(known)
        asking = gathered(lambda key: wire.start(Ask("GET", f"people/{records.identifier(key)}")), people)
        found: set[str] = set()
        for key, answer in asking:
            try:
                changed = records.text(records.mapping(answer.result().value, "a person"), "updatedAt")
            except AnswerError:
                continue  # Merged into somebody else since.
            if is_untouched(known[key], changed):
                found.add(key)
        return frozenset(found)
