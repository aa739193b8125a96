"""Servers of a drawn library: one that tests only read, and one of its own for those that change something."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import Keepers
from tests.web import pictures
from tests.web.served import Client, serving


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "photos"
    pictures.make(folder)
    return folder


@pytest.fixture(scope="session")
def library(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog whose library is scanned and grouped."""
    catalog = tmp_path_factory.mktemp("scanned") / "catalog.db"
    with serving(catalog) as client:
        assert client.done({"kind": "scan", "sources": [str(drawn)]})["state"] == "done"
    return catalog


@pytest.fixture
def own(library: Path, tmp_path: Path) -> Path:
    """A copy of that catalog."""
    return _copied(library, tmp_path)


@pytest.fixture(scope="module")
def page(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server of such a copy; nothing on disk is changed by those who share it."""
    with serving(_copied(library, tmp_path_factory.mktemp("shared"))) as client:
        yield client


def _copied(catalog: Path, folder: Path) -> Path:
    return shutil.copyfile(catalog, folder / "catalog.db")


@pytest.fixture
def keepers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Keepers:
    """The command line, with a catalog that a server may have open, too."""
    return Keepers(tmp_path / "state" / "catalog.db", capsys)
