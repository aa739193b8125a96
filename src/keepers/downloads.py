"""Photos of servers as what organize copies from: their bytes are loaded, then copied like those of any file."""

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from keepers import servers
from keepers.catalog import lying
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Asset, Decision, Found, GroupKind, PlaceId, Ref
from keepers.places.immich_api import Wanted
from keepers.places.immich_api.downloading import DownloadPlace
from keepers.wiring import Session, Sources
from keepers.workflows import downloading, serving
from keepers.workflows.downloading import Whole

_NONE: Final[Mapping[Ref, Found]] = MappingProxyType({})
_NO_PATHS: Final[Mapping[Ref, str]] = MappingProxyType({})


@contextlib.contextmanager
def place(
    opened: Session,
    roots: Sequence[str],
    known: Mapping[Ref, Found] = _NONE,
    paths: Mapping[Ref, str] = _NO_PATHS,
) -> Generator[DownloadPlace]:
    """The files of this machine, to which photos of servers are brought."""
    with servers.galleries(opened.settings, opened.environment, exact=True) as galleries:
        yield DownloadPlace(opened.local(roots), galleries, known, paths)


def whole(opened: Session, catalog: Catalog, sources: Sources, kinds: Sequence[GroupKind]) -> Whole:
    """The groups of the sources, once the bytes of all photos in them are known."""
    with servers.galleries(opened.settings, opened.environment, exact=True) as galleries:

        def read(named: PlaceId, keys: Sequence[str]) -> Mapping[str, str]:
            learning = replace(opened.learning(catalog, Sources(())), limit=None)
            return serving.read(learning, galleries.gallery(f"{named}:", Wanted()), keys)

        return downloading.whole(lambda: opened.tidy(catalog, sources, kinds), read)


def known(decisions: Sequence[Decision]) -> dict[Ref, Found]:
    """What was told of the assets of servers in groups, so that nobody need ask for each of them again."""
    return {asset.ref: Found(asset.ref, asset.size, 0, 0, 0) for asset in _served(decisions)}


def paths(catalog: Catalog, decisions: Sequence[Decision]) -> dict[Ref, str]:
    """The files of this machine that assets in groups are, by their bytes."""
    return lying.paths(catalog, _served(decisions))


def _served(decisions: Sequence[Decision]) -> list[Asset]:
    return [
        asset
        for one in decisions
        for bundle in one.group.members
        for asset in bundle.assets
        if asset.ref.place != LOCAL
    ]
