"""Pictures of many assets: from the folder where they are still right, from the server where not, many at once."""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from keepers.errors import PlaceUnreachableError
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.pictures import Picture, Pictures
from keepers.places.immich_api.wire import Answer, AnswerError, Ask, gathered
from keepers.ports import Failure

#: What the server makes of every photo: a WebP of 250 pixels at its short side, a JPEG of 1440.
THUMBNAIL: Final = "thumbnail"
PREVIEW: Final = "preview"
#: The file itself.
ORIGINAL: Final = "original"
_NO_PICTURE: Final = "the server made no picture of it"
_AT_A_TIME: Final = 256
_NOTHING_NEW: Final = 304
#: Of originals so many bytes at a time: they are held in memory until they are kept.
_ORIGINALS: Final = 48 << 20
#: Larger files are no pictures that we decode.
_MOST_ORIGINAL: Final = 400 << 20


class Depicted(Protocol):
    """An asset as far as loading its picture needs it."""

    @property
    def id(self) -> str:
        """The server's name for it."""
        ...

    @property
    def updated(self) -> datetime:
        """When it changed last."""
        ...

    @property
    def size(self) -> int:
        """The bytes of its file."""
        ...

    @property
    def sha1(self) -> str:
        """The digest of them; empty where it is not known."""
        ...


A = TypeVar("A", bound=Depicted)


@dataclass(frozen=True, slots=True)
class Loading:
    """How pictures are loaded: from whom, for whom, into which folder, of which kind."""

    client: Client
    owner: str
    pictures: Pictures
    kind: str = THUMBNAIL

    def each(self, assets: Iterable[A]) -> Generator[tuple[A, Picture | Failure]]:
        """Every asset with its picture, in order; PlaceUnreachableError when the server is gone.

        A picture stays where it is only until so many more were loaded that the folder is full.
        """
        part: list[A] = []
        size = 0
        for one in assets:
            part.append(one)
            size += one.size if self.kind == ORIGINAL else 0
            if len(part) >= _AT_A_TIME or size >= _ORIGINALS:
                yield from self._part(part)
                part, size = [], 0
        yield from self._part(part)

    def _part(self, assets: list[A]) -> Iterator[tuple[A, Picture | Failure]]:
        kept = {one.id: self.pictures.find(self.owner, one.id, self.kind) for one in assets}
        stale = [one for one in assets if not _is_fresh(one, kept[one.id])]
        asked = {one.id: (one, kept[one.id]) for one in stale}

        def begin(one: A) -> Future[Answer]:
            before = asked[one.id][1]
            if self.kind == ORIGINAL:
                return self._original(one)
            return self.client.picture(one.id, self.kind, before.etag if before else "")

        loaded = gathered(begin, stale)
        for one in assets:
            old = kept[one.id]
            if one.id not in asked:
                yield one, old if old is not None else Failure(_NO_PICTURE)
            else:
                yield one, self._received(one, old, next(loaded)[1])

    def _original(self, one: Depicted) -> Future[Answer]:
        most = min(one.size or _MOST_ORIGINAL, _MOST_ORIGINAL)
        # A minute, and longer for what is large: 100 KB/s is the slowest that is worth waiting for.
        seconds = 60.0 + most / 100_000
        return self.client.wire.start(Ask("GET", f"assets/{one.id}/original", most=most, seconds=seconds))

    def _received(self, one: Depicted, old: Picture | None, future: Future[Answer]) -> Picture | Failure:
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
        if self.kind == ORIGINAL and one.sha1 and _sha1(answer.body) != one.sha1:
            return Failure("the server sent other bytes than its checksum says", lasting=False)
        etag = answer.headers.get("etag", "")
        return self.pictures.keep(self.owner, one.id, self.kind, answer.body, etag=etag, stamp=stamp)


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _is_fresh(one: Depicted, kept: Picture | None) -> bool:
    return kept is not None and kept.stamp == one.updated.isoformat()
