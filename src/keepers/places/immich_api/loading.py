"""Pictures of many assets: from the folder where they are still right, from the server where not, many at once."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Final

from keepers.errors import PlaceUnreachableError
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.pictures import Picture, Pictures
from keepers.places.immich_api.records import Remote
from keepers.places.immich_api.wire import Answer, AnswerError, gathered
from keepers.ports import Failure

#: What the server makes of every photo: a WebP of 250 pixels at its short side, a JPEG of 1440.
THUMBNAIL: Final = "thumbnail"
PREVIEW: Final = "preview"
_NO_PICTURE: Final = "the server made no picture of it"
_AT_A_TIME: Final = 256
_NOTHING_NEW: Final = 304


@dataclass(frozen=True, slots=True)
class Loading:
    """How pictures are loaded: from whom, for whom, into which folder, of which kind."""

    client: Client
    owner: str
    pictures: Pictures
    kind: str = THUMBNAIL

    def each(self, assets: Iterable[Remote]) -> Generator[tuple[Remote, Picture | Failure]]:
        """Every asset with its picture, in order; PlaceUnreachableError when the server is gone.

        A picture stays where it is only until so many more were loaded that the folder is full.
        """
        stream = iter(assets)
        while part := list(islice(stream, _AT_A_TIME)):
            yield from self._part(part)

    def _part(self, assets: list[Remote]) -> Iterator[tuple[Remote, Picture | Failure]]:
        kept = {one.id: self.pictures.find(self.owner, one.id, self.kind) for one in assets}
        stale = [one for one in assets if not _is_fresh(one, kept[one.id])]
        asked = {one.id: (one, kept[one.id]) for one in stale}

        def begin(one: Remote) -> Future[Answer]:
            before = asked[one.id][1]
            return self.client.picture(one.id, self.kind, before.etag if before else "")

        loaded = gathered(begin, stale)
        for one in assets:
            old = kept[one.id]
            if one.id not in asked:
                yield one, old if old is not None else Failure(_NO_PICTURE)
            else:
                yield one, self._received(one, old, next(loaded)[1])

    def _received(self, one: Remote, old: Picture | None, future: Future[Answer]) -> Picture | Failure:
        try:
            answer = future.result()
        except AnswerError as error:
            # What the server could not decode has no picture; anything else may pass.
            return Failure(_NO_PICTURE if error.status == 404 else str(error), lasting=error.status == 404)
        stamp = one.updated.isoformat()
        if answer.status == _NOTHING_NEW and old is not None:
            self.pictures.renew(self.owner, one.id, self.kind, stamp)
            return old
        if not answer.body:
            raise PlaceUnreachableError(f"{self.client.wire.url} sends pictures without bytes")
        etag = answer.headers.get("etag", "")
        return self.pictures.keep(self.owner, one.id, self.kind, answer.body, etag=etag, stamp=stamp)


def _is_fresh(one: Remote, kept: Picture | None) -> bool:
    return kept is not None and kept.stamp == one.updated.isoformat()
