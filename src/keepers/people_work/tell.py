"""What is told of sorting by people: how it stands, who has how many photos, the history; and switching it on and off."""

import contextlib
import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from keepers import config, servers
from keepers.apply.record import RunState
from keepers.catalog import people as remembered
from keepers.catalog.people import Counted, Sorted
from keepers.catalog.store import Catalog
from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.people import Person
from keepers.people_work.sort import OFF, ON, base_of
from keepers.places.immich_api import DEFAULT, libraries
from keepers.wiring import Session


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether sorting is set up and switched on, and what came of it; `trouble` is why the server cannot be asked."""

    enabled: bool
    base: str
    how: str
    several: str
    people: int | None
    sorted: int
    latest: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the server knows, the folder of their photos (empty: none yet), and how many were sorted there."""

    person: Person
    folder: str
    sorted: int


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the history, and whether its run was taken back."""

    row: Sorted
    undone: bool


def standing(session: Session, server: str = DEFAULT, via: str = "") -> Standing:
    """Whether sorting is set up, and how it stands."""
    # Another program may have switched it since the session began.
    settings = config.load({}, session.environment)
    sorting = counted(session)
    people, trouble = None, ""
    try:
        with servers.people(session.environment, server, via) as source:
            people = sum(bool(one.name) for one in source.people(counted=False))
    except (SettingsError, PlaceUnreachableError) as error:
        trouble = str(error)
    return Standing(
        settings.people_sorting == ON,
        base_of(settings),
        settings.people_how,
        settings.people_several,
        people,
        sorting.total,
        sorting.latest,
        trouble,
    )


def switch(session: Session, *, on: bool) -> None:
    """Switch sorting on or off in the settings."""
    config.store(config.config_file(session.environment), "people_sorting", ON if on else OFF)


def people(session: Session, server: str = DEFAULT, via: str = "", *, hidden: bool = False) -> list[Known]:
    """Everybody whom the server knows, who is in most photos first."""
    with servers.people(session.environment, server, via) as source:
        found = source.people(hidden=hidden)
    base, sorting = base_of(session.settings), counted(session)
    with _catalog(session) as catalog:
        folders = {} if catalog is None else remembered.folders(catalog, base)
    known = [
        Known(
            one,
            os.path.join(base, folders[one.id][1]) if one.id in folders else "",
            sorting.of(one.id),
        )
        for one in found
    ]
    return sorted(known, key=lambda one: (-(one.person.faces or 0), one.person.name, one.person.id))


def history(session: Session, *, before: int = 0, limit: int = 0, person: str = "") -> list[Told]:
    """What was sorted or left, the latest first; with `before` those of a lower id."""
    undone = _undone(session)
    with _catalog(session) as catalog:
        rows = (
            [] if catalog is None else remembered.history(catalog, before=before, limit=limit, person=person)
        )
    return [Told(row, row.run in undone) for row in rows]


def counted(session: Session) -> Counted:
    """How much was sorted; what was taken back does not count."""
    undone = sorted(_undone(session))
    with _catalog(session) as catalog:
        return Counted(0, {}, {}, {}, {}, "") if catalog is None else remembered.counted(catalog, undone)


def scan_library(
    session: Session, server: str = DEFAULT, library: str = "", paths: Sequence[str] = ()
) -> list[str]:
    """Tell the server to look for new files in a library, in those that hold these files of this machine, or in all.

    The names of the libraries.
    """
    there = [servers.path_there(session.environment, server, path) for path in paths]
    with session.immich(server) as client:
        found = libraries.scan(client, [path for path in there if path], library)
    return [one.name or one.id for one in found]


def _undone(session: Session) -> frozenset[int]:
    return frozenset(one.id for one in session.history() if one.state is RunState.UNDONE)


@contextlib.contextmanager
def _catalog(session: Session) -> Generator[Catalog | None]:
    if not session.catalog_file.exists():
        yield None
        return
    with session.catalog(create=False) as catalog:
        yield catalog
