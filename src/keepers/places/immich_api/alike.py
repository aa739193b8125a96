"""Which assets a server's smart search calls alike: proposals for a closer look, and no more."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Final

from keepers.errors import SettingsError
from keepers.places.immich_api import records
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.listing import VISIBLE
from keepers.places.immich_api.wire import Answer, AnswerError, Ask, gathered

#: The server calls something nearest to everything, and does not say how near: so many of each are looked at.
_MOST: Final = 8
_FEATURE: Final = "smartSearch"
#: What the server says of an asset that its networks have not seen yet, or that is gone.
_UNKNOWN: Final = frozenset({400, 404})
#: A server that fails so often in a row will fail for the rest, too.
_IN_A_ROW: Final = 5


def alike(client: Client, assets: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each asset with the ids of those that the server calls most alike it, the nearest of a visibility first.

    Those that the server cannot tell of are left out. SettingsError where it has no smart search or the key may not
    ask, PlaceUnreachableError where it is gone, AnswerError where it failed: at once if again and again, else at the end.
    """
    if _FEATURE not in client.abilities().features:
        raise SettingsError(f"smart search is switched off on {client.wire.url}")

    def begin(item: tuple[str, str]) -> Future[Answer]:
        key, visibility = item
        body = {
            "queryAssetId": records.identifier(key), "visibility": visibility, "type": "IMAGE", "withDeleted": False,
            "withExif": False, "page": 1, "size": _MOST + 1,
        }  # fmt: skip
        return client.wire.start(Ask("POST", "search/smart", body))

    parts: list[tuple[str, ...]] = []
    failed = 0
    failure: AnswerError | None = None
    for (key, visibility), future in gathered(begin, [(key, one) for key in assets for one in VISIBLE]):
        try:
            parts.append(_ids(future.result().value, key))
            failed = 0
        except AnswerError as error:
            if error.status not in _UNKNOWN:
                failure, failed = error, failed + 1
            if failed >= _IN_A_ROW:
                raise
        if visibility == VISIBLE[-1]:
            if len(parts) == len(VISIBLE):
                yield key, tuple(one for part in parts for one in part)
            parts = []
    if failure is not None:
        raise failure


def _ids(value: object, key: str) -> tuple[str, ...]:
    part = records.mapping(records.mapping(value, "assets").get("assets"), "assets")
    ids = (records.identifier(row.get("id")) for row in records.objects(part.get("items"), "assets"))
    return tuple(one for one in ids if one != key)[:_MOST]
