"""Whose people are asked for, and where the files of their server lie on this machine."""

import contextlib
from collections.abc import Generator, Mapping

from keepers import servers
from keepers.places import immich_api
from keepers.workflows.people_matching import Account


@contextlib.contextmanager
def account(environment: Mapping[str, str], name: str, via: str = "") -> Generator[Account]:
    """The people of the server of a profile, by the road `via`."""
    paths = immich_api.folders(name, environment)
    with servers.people(environment, name, via) as source:
        yield Account(
            immich_api.place_id(name),
            source,
            lambda path: immich_api.mapped(path, paths),
            lambda path: immich_api.unmapped(path, paths),
        )


def folders_here(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The folders of this machine in which the files of a profile's server lie."""
    return tuple(dict.fromkeys(immich_api.folders(name, environment).values()))
