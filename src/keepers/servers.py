"""Servers as a session needs them: a client by its profile, pictures of assets, scans. Imported only where there is one."""

import contextlib
import dataclasses
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

from keepers import config
from keepers.catalog import lying
from keepers.catalog.store import Catalog
from keepers.config import Settings
from keepers.model import Asset, PlaceId
from keepers.people import People
from keepers.places import immich_api
from keepers.places.addresses import Filter
from keepers.ports import Failure, View
from keepers.workflows import serving
from keepers.workflows.scan import Learning, ScanReport


@contextlib.contextmanager
def client(
    environment: Mapping[str, str], name: str, url: str = "", key_file: str = "", ca_file: str = ""
) -> Generator[immich_api.Client]:
    """A client of the server of a profile; what is given counts before what is set."""
    profile = immich_api.profile(name, environment, url=url, key_file=key_file, ca_file=ca_file)
    with immich_api.opened(profile) as made:
        yield made


@contextlib.contextmanager
def place(environment: Mapping[str, str], named: PlaceId) -> Generator[immich_api.ImmichPlace]:
    """A server as a place that fields are set in, by the profile that its name ends with."""
    with client(environment, named.partition("@")[2] or immich_api.DEFAULT) as made:
        yield immich_api.ImmichPlace(made, named)


def galleries(settings: Settings, environment: Mapping[str, str], *, exact: bool) -> immich_api.Galleries:
    """The servers by their places, with one folder for the pictures of all."""

    def opening(named: str) -> contextlib.AbstractContextManager[immich_api.Client]:
        return client(environment, named.partition("@")[2] or immich_api.DEFAULT)

    folder = str(config.picture_folder(settings, environment))
    return immich_api.Galleries(opening, folder, settings.immich_cache_size << 20, exact=exact)


def views(
    opened: immich_api.Galleries, catalog: Catalog, assets: Sequence[Asset], *, exact: bool
) -> Iterator[tuple[Asset, View | Failure]]:
    """Every asset with a picture to judge it by, or its file where it lies here; closes the galleries at the end."""
    with opened:
        yield from opened.views(assets, exact=exact, lying=lying.paths(catalog, assets))


def scanned(
    opened: immich_api.Galleries, servers: Mapping[str, Filter], learning: Callable[[], Learning]
) -> list[ScanReport]:
    """Learn what is wanted of each server; closes the galleries at the end."""
    with opened:
        return [
            serving.scan(learning(), opened.gallery(root, immich_api.Wanted(**dataclasses.asdict(wanted))))
            for root, wanted in servers.items()
        ]


@contextlib.contextmanager
def people(environment: Mapping[str, str], name: str) -> Generator[People]:
    """The people of the server of a profile."""
    with client(environment, name) as made:
        yield immich_api.RestPeople(made)


def path_there(environment: Mapping[str, str], name: str, path: str) -> str:
    """What the server of a profile calls a file of this machine; empty where no folder is mapped."""
    return immich_api.unmapped(path, immich_api.profile(name, environment).paths) or ""
