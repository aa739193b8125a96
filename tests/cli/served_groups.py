"""A server of each version with the drawn library on it: for the tests of commands that show its groups there."""

import pytest

from keepers.places.immich_api import wire
from tests.immich.server import KEY, Fault, running
from tests.immich.state import an_id
from tests.immich.uploads import upload_all

VERSIONS = {"2.0": (2, 0, 0), "2.7": (2, 7, 5), "3.1": (3, 1, 0)}
WRITES = ("POST /api/albums", "POST /api/stacks", "PUT", "PATCH", "DELETE")


@pytest.fixture(params=["2.7", "3.1"])
def server(request, tmp_path, monkeypatch, photos):
    yield from served(VERSIONS[request.param], tmp_path, monkeypatch, photos)


@pytest.fixture
def newest(tmp_path, monkeypatch, photos):
    yield from served((3, 1, 0), tmp_path, monkeypatch, photos)


def served(version, tmp_path, monkeypatch, photos):
    with running(version) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
        monkeypatch.setenv("KEEPERS_FACES", "none")
        monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
        monkeypatch.setenv("KEEPERS_IMMICH_URL", made.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        unique = {file.read_bytes(): file for file in sorted(photos.rglob("*.jpg"))}
        for file in photos.rglob("*.jpg"):
            if file not in unique.values():
                file.unlink()
        upload_all(made.state, photos)
        yield made


def writes(server):
    return [request for request in server.requests if request.startswith(WRITES)]


def decided(keepers):
    """Members and keepers of each group that the server has."""
    document = keepers("group", "immich:", "--json").json
    return [
        (
            group["kind"],
            [member["path"].removeprefix("immich:") for member in group["members"]],
            [member["path"].removeprefix("immich:") for member in group["members"] if member["keep"]],
        )
        for group in document["groups"]
    ]


COMMANDS = [
    ("tag",),
    ("albums", "--share", "Anna"),
    ("favorites", "--rating", "5", "--describe"),
    ("archive",),
    ("stack",),
]


@pytest.fixture
def quick(monkeypatch):
    """No second attempts, so that nobody waits for them."""
    monkeypatch.setattr(wire, "ATTEMPTS", 1)


def promised(what, state, groups):
    kept = {key for _, _, keys in groups for key in keys}
    members = {key for _, keys, _ in groups for key in keys}
    match what:
        case "tag":
            assert kept <= set(state.tagged("photo-organizer/best")) <= members
            assert set(state.tagged("photo-organizer/non-best")) == members - set(
                state.tagged("photo-organizer/best")
            )
            assert state.tagged("photo-organizer/group-0001")
        case "albums":
            assert state.albums
            assert all(album.name.startswith("Organized-2") for album in state.albums.values())
            assert {key for album in state.albums.values() for key in album.assets} == members
            assert all(album.users == {an_id(2): "viewer"} for album in state.albums.values())
        case "favorites":
            liked = [one for one in state.assets.values() if one.favourite]
            assert liked
            assert {one.id for one in liked} <= kept
            assert {one.rating for one in liked} == {5}
        case "archive":
            gone = {one.id for one in state.assets.values() if one.visibility == "archive"}
            assert gone
            assert gone <= members - kept
        case _:
            series = [(keys, best) for kind, keys, best in groups if kind in {"burst", "bracket"}]
            stacks = [stack.assets for stack in state.stacks.values()]
            assert sorted(sorted(stack) for stack in stacks) == sorted(sorted(keys) for keys, _ in series)
            assert all(any(stack[0] in best for _, best in series) for stack in stacks)


def kill_after(server, at):
    seen = []

    def die(request):
        if request.startswith(WRITES):
            seen.append(request)
        if len(seen) == at:
            server.faults.append(Fault("cut", "", times=1000))

    server.after = die
