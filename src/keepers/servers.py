"""Servers as a session needs them: a client by its profile, pictures of assets, scans. Imported only where there is one."""

import contextlib
import dataclasses
import functools
import importlib
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from keepers import config
from keepers.catalog import lying
from keepers.catalog.store import Catalog
from keepers.config import Settings
from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.model import Asset, PlaceId
from keepers.people import People
from keepers.places import immich_api
from keepers.places.addresses import Filter
from keepers.ports import Failure, View
from keepers.workflows import serving
from keepers.workflows.scan import Learning, ScanReport

if TYPE_CHECKING:
    from keepers.workflows.portrait_tasks import SignTask


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
    name = named.partition("@")[2] or immich_api.DEFAULT
    with client(environment, name) as made, contextlib.ExitStack() as later:
        found = immich_api.ImmichPlace(made, named)
        found.seen_by = functools.partial(_seen, made)
        if immich_api.stored(name, environment) is not None:
            found.featured_by = _Teller(lambda: later.enter_context(people(environment, name, "database")))
        yield found


class _Teller:
    """Reads from a server's database which photo stands for a person; connects when it is asked for the first time."""

    def __init__(self, opening: Callable[[], People]) -> None:
        self._opening = opening
        self._source: People | None = None
        # Fields are looked at by several threads at once.
        self._lock = threading.Lock()

    def __call__(self, person: str) -> str:
        """The id of the asset; empty where none stands there."""
        with self._lock:
            if self._source is None:
                self._source = self._opening()
        return self._source.featured(person)


def _seen(made: immich_api.Client, wanted: Mapping[str, str]) -> frozenset[str]:
    """Those of the people for whom an asset stands, by the picture that the server has drawn of them."""
    from keepers.work.local import LocalWorkers  # noqa: PLC0415 (multiprocessing costs 100 ms)
    from keepers.work.named import Named  # noqa: PLC0415 (only few commands need it)
    from keepers.workflows.people_recognising import recognised  # noqa: PLC0415 (numpy costs 80 ms)

    signature: Named[SignTask, bytes] = Named("keepers.workflows.portraits", "signature")
    people = (
        (person, portrait, {wanted[person]: face})
        for person, portrait in immich_api.drawn(made, wanted)
        if (face := immich_api.shown(made, wanted[person], person)) is not None
    )
    start = ("keepers.workflows.portraits",)
    return frozenset(
        person for person, _ in recognised(lambda: LocalWorkers(1, start=start), signature, people)
    )


def galleries(settings: Settings, environment: Mapping[str, str], *, exact: bool) -> immich_api.Galleries:
    """The servers by their places, with one folder for the pictures of all."""

    def opening(named: str) -> contextlib.AbstractContextManager[immich_api.Client]:
        return client(environment, named.partition("@")[2] or immich_api.DEFAULT)

    folder = str(config.picture_folder(settings, environment))
    return immich_api.Galleries(opening, folder, settings.immich_cache_size << 20, exact=exact)


def views(
    opened: immich_api.Galleries,
    assets: Sequence[Asset],
    *,
    exact: bool,
    catalog: Catalog | None = None,
    faces: bool = True,
) -> Iterator[tuple[Asset, View | Failure]]:
    """Every asset with a picture to judge it by, and the faces that its server knows; closes the galleries at the end.

    It is the file itself where the catalog knows that it lies on this machine, too.
    """
    paths = {} if catalog is None else lying.paths(catalog, assets)
    with opened:
        yield from opened.views(assets, exact=exact, lying=paths, faces=faces)


def alike(
    environment: Mapping[str, str], named: PlaceId, assets: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Assets of a server, each with those that its smart search calls most alike it; the connection ends with them."""
    with client(environment, named.partition("@")[2] or immich_api.DEFAULT) as made:
        yield from immich_api.alike(made, assets)


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
def people(environment: Mapping[str, str], name: str, via: str = "") -> Generator[People]:
    """The people of the server of a profile: via `rest` or `database`, the latter where one is set and nothing is said."""
    stored = None if via == "rest" else immich_api.stored(name, environment)
    if stored is None:
        if via == "database":
            raise SettingsError(
                f'no database is set for the Immich profile {name}: write database = "postgresql://…" into '
                f"[immich.{name}] of {config.config_file(environment)}, see docs/people.md; or use --via rest"
            )
        with client(environment, name) as made:
            yield immich_api.RestPeople(made)
        return
    with contextlib.closing(_from_database(environment, name, stored)) as found:
        yield found


def _from_database(environment: Mapping[str, str], name: str, stored: immich_api.Stored) -> People:
    try:
        immich_db = importlib.import_module("keepers.places.immich_db")
    except ImportError as error:
        raise SettingsError(
            "reading Immich's database needs one more package: pip install 'keepers[database]'; or use --via rest"
        ) from error
    made: People = immich_db.opened(stored.where, stored.password, stored.user or _user(environment, name))
    return made


def _user(environment: Mapping[str, str], name: str) -> str:
    """Whose people are meant, by the API key; empty where none is set, or the server is down while its database is not."""
    try:
        profile = immich_api.profile(name, environment)
    except SettingsError:
        return ""
    with contextlib.suppress(PlaceUnreachableError), immich_api.opened(profile) as made:
        return made.user()
    return ""


@contextlib.contextmanager
def featuring(
    settings: Settings, environment: Mapping[str, str], name: str, via: str
) -> Generator[tuple[immich_api.ImmichPlace, People, immich_api.Portraits]]:
    """The server of a profile as a place where featured photos are set, its people, and pictures of them."""
    kept = (str(config.picture_folder(settings, environment)), settings.immich_cache_size << 20)
    with (
        client(environment, name) as made,
        people(environment, name, via) as source,
        immich_api.Pictures(*kept) as pictures,
    ):
        found = immich_api.ImmichPlace(made, immich_api.place_id(name))
        found.featured_by = None if isinstance(source, immich_api.RestPeople) else source.featured
        found.seen_by = functools.partial(_seen, made)
        yield found, source, immich_api.Portraits(made, pictures)


def path_there(environment: Mapping[str, str], name: str, path: str) -> str:
    """What the server of a profile calls a file of this machine; empty where no folder is mapped."""
    return immich_api.unmapped(path, immich_api.folders(name, environment)) or ""
