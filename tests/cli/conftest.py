"""A library that is drawn once, and a command with a catalog of its own."""

from pathlib import Path

import pytest

from tests.cli.world import Keepers, copied, make_library


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "photos"
    make_library(folder)
    return folder


@pytest.fixture
def photos(drawn: Path, tmp_path: Path) -> Path:
    return copied(drawn, tmp_path / "photos")


@pytest.fixture
def keepers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Keepers:
    return Keepers(tmp_path / "state" / "catalog.db", capsys)
