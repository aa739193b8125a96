"""Photos of servers as what organize copies from and what pictures are made of: their bytes are loaded as those of any file."""

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from keepers import config, servers
from keepers.catalog import lying
from keepers.catalog.store import Catalog
from keepers.create.faces_people import Told
from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.model import LOCAL, Asset, Decision, Found, GroupKind, PlaceId, Ref
from keepers.places.immich_api import Galleries, Wanted
from keepers.places.immich_api.downloading import DownloadPlace
from keepers.places.immich_api.fetching import fetched, whose
from keepers.places.immich_api.wire import AnswerError
from keepers.ports import Failure
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


class Originals:
    """Originals of servers for as long as pictures are made of them, and the people whom their servers know in them."""

    def __init__(self, opened: Session, catalog: Catalog, galleries: Galleries) -> None:
        """Load from galleries that are exact; what the catalog knows to lie on this machine is read there."""
        self._opened, self._catalog, self._galleries = opened, catalog, galleries
        self._silent: set[PlaceId] = set()

    @contextlib.contextmanager
    def fetch(self, assets: Sequence[Asset]) -> Generator[Mapping[Ref, str | Failure]]:
        """Files with their bytes, or why there are none; they are gone at the end."""
        if not assets:
            yield {}
            return
        # A file that only has the same name, size and time proves nothing.
        here = lying.of(self._catalog, [asset.ref for asset in assets])
        paths = {ref: one.path for ref, one in here.items() if one.evidence != lying.BY_NAME}
        folder = str(config.picture_folder(self._opened.settings, self._opened.environment))
        with fetched(self._galleries, folder, assets, paths, self._opened.progress) as found:
            yield found

    def whose(self, refs: Sequence[Ref]) -> Mapping[Ref, Sequence[Told]]:
        """Whose the faces in assets are; of a server that does not say, which is told once, nothing."""
        found: dict[Ref, Sequence[Told]] = {}
        for place in dict.fromkeys(ref.place for ref in refs if ref.place not in self._silent):
            try:
                told = whose(self._galleries, [ref for ref in refs if ref.place == place])
            except (PlaceUnreachableError, SettingsError, AnswerError) as error:
                self._silent.add(place)
                self._opened.progress.say(f"people are told apart without {place}: {error}")
                continue
            for ref, boxes in told.items():
                found[ref] = [
                    Told(one.box, None if one.person is None else Ref(place, one.person.id)) for one in boxes
                ]
        return found


@contextlib.contextmanager
def originals(opened: Session, catalog: Catalog) -> Generator[Originals]:
    """What loads originals; a server is asked only when one of its photos is needed."""
    with servers.galleries(opened.settings, opened.environment, exact=True) as galleries:
        yield Originals(opened, catalog, galleries)


def _served(decisions: Sequence[Decision]) -> list[Asset]:
    return [
        asset
        for one in decisions
        for bundle in one.group.members
        for asset in bundle.assets
        if asset.ref.place != LOCAL
    ]
