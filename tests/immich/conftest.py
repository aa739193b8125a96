"""Servers of both generations, and clients of them."""

import pytest

from keepers.places import immich_api
from keepers.places.immich_api import Profile
from tests.immich.server import KEY, running

VERSIONS = {"2.0": (2, 0, 0), "2.7": (2, 7, 5), "3.1": (3, 1, 0)}


@pytest.fixture(params=list(VERSIONS))
def server(request):
    with running(VERSIONS[request.param]) as made:
        yield made


@pytest.fixture
def newest():
    with running() as made:
        yield made


@pytest.fixture
def client(server):
    with immich_api.opened(Profile("default", server.url, KEY), pause=0.01) as made:
        yield made


@pytest.fixture
def lately(newest):
    """A client of the newest server, for what does not depend on the version."""
    with immich_api.opened(Profile("default", newest.url, KEY), pause=0.01) as made:
        yield made
