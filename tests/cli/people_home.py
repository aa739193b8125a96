"""A server with people, and the folder of this machine that their photos came from."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import TAKEN, jpeg, picture, put
from tests.immich.server import KEY, Server, running
from tests.immich.state import About, Face

SIDE = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


class Home:
    """A server with people, and the folder of this machine that their photos came from."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.state, self.folder = server, server.state, folder

    def person(self, name: str, **about) -> str:
        key = self.state.fresh()
        self.state.people[key] = name
        self.state.about[key] = About(**about)
        return key

    def photo(self, name: str, number: int, **faces: int) -> Path:
        """A photo here and there, with a face for each person: the side of its box in pixels."""
        data = jpeg(picture(number, (96, 64)), TAKEN)
        self.know(name, data, **faces)
        return put(self.folder / name, data)

    def know(self, name: str, data: bytes, **faces: int) -> str:
        key = self.state.add(name.rpartition("/")[2], data)
        self.see(key, **faces)
        return key

    def see(self, key: str, **faces: int) -> None:
        ids = {name: one for one, name in self.state.people.items()}
        for name, side in faces.items():
            box = (0, 0, side, side)
            self.state.faces.append(Face(self.state.fresh(), key, ids.get(name), box, (1000, 1000)))


def hook(keepers, file, base, *more):
    told = keepers("people", "sort", "--file", file, "--to", base, "--json", *more)
    return told.code, json.loads(told.out)


def reasons(told) -> dict[str, str]:
    return {Path(row["path"]).name: row["reason"] for row in told.json["files"]}


@contextlib.contextmanager
def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home whose server the settings name, with Anna and Ben."""
    monkeypatch.setenv("KEEPERS_CONFIG", str(folder / "keepers.toml"))
    monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
    monkeypatch.setenv("KEEPERS_SETTLE_SECONDS", "0")
    monkeypatch.setenv("KEEPERS_JOBS", "1")
    monkeypatch.setenv("KEEPERS_PEOPLE_WAIT", "0")
    with running() as server:
        monkeypatch.setenv("KEEPERS_IMMICH_URL", server.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        made = Home(server, folder / "photos")
        made.person("Anna")
        made.person("Ben")
        yield made
