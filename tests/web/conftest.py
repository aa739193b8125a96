"""Servers of a drawn library: one that tests only read, and one of its own for those that change something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import Keepers, copied
from tests.web import pictures
from tests.web.served import Client, serving


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "photos"
    pictures.make(folder)
    return folder


@pytest.fixture(scope="module")
def page(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server whose library is scanned and grouped; nothing on disk is changed by those who share it."""
    with serving(tmp_path_factory.mktemp("state") / "catalog.db") as client:
        assert client.done({"kind": "scan", "sources": [str(drawn)]})["state"] == "done"
        yield client


@pytest.fixture
def photos(drawn: Path, tmp_path: Path) -> Path:
    return copied(drawn, tmp_path / "photos")


@pytest.fixture
def keepers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Keepers:
    """The command line, with a catalog that a server may have open, too."""
    return Keepers(tmp_path / "state" / "catalog.db", capsys)
