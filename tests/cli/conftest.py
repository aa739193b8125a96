"""A library that is drawn once, and a command with a catalog of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.people_home import Home, at_home
from tests.cli.world import TAKEN, Keepers, copied, jpeg, make_library, picture, put


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


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A photo three times, and another one alone."""
    folder = tmp_path / "shelf"
    data = jpeg(picture(1), TAKEN)
    put(folder / "2024/IMG_1.jpg", data)
    put(folder / "backup/IMG_1 copy.jpg", data)
    put(folder / "old/IMG_1.jpg", data)
    put(folder / "2024/IMG_2.jpg", jpeg(picture(2), TAKEN))
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A server with people, and the folder that their photos came from."""
    with at_home(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The folder that photos are sorted into, one folder for each person."""
    return tmp_path / "by-person"
