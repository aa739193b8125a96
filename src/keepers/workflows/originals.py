"""Originals that lie on servers, for as long as pictures are made of them: some at a time, so that they find room."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from keepers.decide.destination import called
from keepers.model import LOCAL, Asset, Ref
from keepers.ports import Failure

#: Files with the bytes of assets of servers, or why there are none; they are gone at the end.
Fetch = Callable[[Sequence[Asset]], AbstractContextManager[Mapping[Ref, str | Failure]]]

#: Originals that lie on the disk at once; a single task may need more.
MOST: Final = 1 << 30


class Far(NamedTuple):
    """What would be loaded from servers: how many photos, and how many bytes."""

    photos: int
    size: int


def far(assets: Sequence[Asset]) -> tuple[Asset, ...]:
    """Those that lie on a server alone."""
    return tuple(asset for asset in assets if asset.ref.place != LOCAL)


def waits(assets: Sequence[Asset], fetch: Fetch | None) -> bool:
    """Whether what is made of them can only be told of: something is not here, and nothing is to be loaded."""
    return fetch is None and bool(far(assets))


def told(assets: Sequence[Asset]) -> Far:
    """How much a task would load."""
    wanted = {asset.ref: asset.size for asset in far(assets)}
    return Far(len(wanted), sum(wanted.values()))


def portions(needs: Sequence[Sequence[Asset]], most: int) -> Iterator[range]:
    """Which tasks, by their number, are done together: `most` at once, and as many as MOST bytes of originals serve.

    Those that load nothing before others that do are by themselves: they are done whatever becomes of a server.
    """
    start = size = 0
    seen: set[Ref] = set()
    for number, assets in enumerate(needs):
        fresh = {asset.ref: asset.size for asset in far(assets) if asset.ref not in seen}
        is_full = number - start >= most or (fresh and (not seen or size + sum(fresh.values()) > MOST))
        if number > start and is_full:
            yield range(start, number)
            start, size = number, 0
            seen = set()
            fresh = {asset.ref: asset.size for asset in far(assets)}
        seen |= fresh.keys()
        size += sum(fresh.values())
    if start < len(needs):
        yield range(start, len(needs))


def missing(assets: Sequence[Asset], files: Mapping[Ref, str | Failure]) -> str:
    """Why one of the assets could not be loaded; empty where all are there."""
    for asset in far(assets):
        found = files.get(asset.ref, Failure("it is gone from the server"))
        if isinstance(found, Failure):
            return f"{asset.name or asset.ref.key} could not be loaded: {found.reason}"
    return ""


def path(asset: Asset, files: Mapping[Ref, str | Failure]) -> str:
    """Where a photo is to be read: its own file, or the one that it was loaded into."""
    found = files.get(asset.ref)
    return found if isinstance(found, str) else asset.ref.key


def name(asset: Asset) -> str:
    """What a photo is called for people, and in what is made of it."""
    return asset.ref.key.rpartition("/")[2] if asset.ref.place == LOCAL else called(asset)


@contextlib.contextmanager
def nothing(_: Sequence[Asset]) -> Generator[Mapping[Ref, str | Failure]]:
    """What is fetched where no server is known."""
    yield {}
