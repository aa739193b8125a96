"""One PostgreSQL server for the tests of a worker, with a database for each generation of Immich's tables."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.places import postgres
from tests.places.immich_tables import GENERATIONS, tables


@pytest.fixture(scope="session")
def server_of_tables() -> Iterator[str]:
    if not postgres.is_there():
        pytest.skip(postgres.ABSENT)
    with postgres.running() as where:
        yield where


@pytest.fixture(scope="session")
def databases(server_of_tables) -> dict[str, str]:
    """A database for each generation, as the string that connects to it."""
    return {
        generation: made(server_of_tables, "immich_" + generation.replace(".", "_"), generation)
        for generation in GENERATIONS
    }


@pytest.fixture
def broken(server_of_tables) -> Iterator[str]:
    """A database of the newest generation that was run, which a test may damage."""
    where = made(server_of_tables, "broken", "2.5")
    yield where
    with psycopg.connect(server_of_tables, autocommit=True) as connection:
        connection.execute("DROP DATABASE broken WITH (FORCE)")


def made(server: str, name: str, generation: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    where = server.replace("dbname=postgres", f"dbname={name}")
    with psycopg.connect(where, autocommit=True) as fresh:
        fresh.execute(tables(generation).encode())
    return where
