"""Every place that there is, as the tests of what places promise are handed it, and how they have something done there."""

import contextlib
import os
from pathlib import Path

import pytest

from keepers.actions import Copy, Link, Move, Trace, Trash, Write, inverse
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.place import ALL, place_id
from keepers.places.immich_api.writer import ImmichPlace
from keepers.places.local import LocalPlace
from keepers.places.memory import MEMORY, MemoryPlace
from keepers.ports import End, Outcome, Task
from tests.immich.server import KEY, Server, running
from tests.immich.state import an_id
from tests.places.disks import KINDS, disk

DATA = b"a picture"
OTHER = b"another picture"


class OnDisk:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = self.whole = str(root / "place")
        Path(self.root).mkdir()
        self.place = LocalPlace([self.root])

    def ref(self, path: str) -> Ref:
        return Ref(LOCAL, f"{self.root}/{path}")

    def put(self, path: str, data: bytes) -> Ref:
        file = Path(self.root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, ns=(10**18, 10**18 + 5))
        file.chmod(0o640)
        return self.ref(path)

    def files(self) -> dict[str, bytes]:
        found = [p for p in Path(self.root).rglob("*") if p.is_file() and ".keepers-trash" not in p.parts]
        return {str(p.relative_to(self.root)): p.read_bytes() for p in found}

    def trashed(self) -> list[bytes]:
        return sorted(p.read_bytes() for p in Path(self.root).glob(".keepers-trash/*"))

    def has_quarantine(self) -> bool:
        return Path(self.root, ".keepers-trash").exists()

    def looks(self, path: str) -> tuple[int, int]:
        status = Path(self.root, path).stat()
        return status.st_mtime_ns, status.st_mode & 0o7777


class InMemory:
    """The place for tests."""

    whole = "/"

    def __init__(self) -> None:
        self.place = MemoryPlace()

    def ref(self, path: str) -> Ref:
        return Ref(MEMORY, f"/{path}")

    def put(self, path: str, data: bytes) -> Ref:
        return self.place.put(f"/{path}", data, 10**18 + 5, 0o640)

    def files(self) -> dict[str, bytes]:
        found = {path[1:]: item.data for path, item in self.place.files.items()}
        return {path: data for path, data in found.items() if not path.startswith(".keepers-trash")}

    def trashed(self) -> list[bytes]:
        return sorted(i.data for path, i in self.place.files.items() if path.startswith("/.keepers-trash"))

    def has_quarantine(self) -> bool:
        return "/.keepers-trash" in self.place.folders_there

    def looks(self, path: str) -> tuple[int, int]:
        item = self.place.files["/" + path]
        return item.modified_ns, item.mode


class OnServer:
    """An account of an Immich server: things with fields, and no verb for files."""

    whole = ALL

    def __init__(self, server: Server, place: ImmichPlace) -> None:
        self.server = server
        self.place = place
        self.keys: dict[str, str] = {}

    def ref(self, path: str) -> Ref:
        return Ref(place_id("default"), self.keys.get(path, an_id(77)))

    def put(self, path: str, data: bytes) -> Ref:
        self.keys[path] = self.server.state.add(path.rpartition("/")[2], data)
        return self.ref(path)

    def files(self) -> dict[str, bytes]:
        assets = self.server.state.assets
        return {path: assets[key].data for path, key in self.keys.items() if not assets[key].trashed}


SERVERS = {"immich-2.0": (2, 0, 0), "immich-2.7": (2, 7, 5), "immich-3.1": (3, 1, 0)}


@contextlib.contextmanager
def served(version):
    with (
        running(version) as server,
        immich_api.opened(Profile("default", server.url, KEY), pause=0.01) as client,
    ):
        yield OnServer(server, ImmichPlace(client, place_id("default")))


@pytest.fixture(params=["memory", *KINDS, *SERVERS])
def anywhere(request, tmp_path):
    """Every place that there is."""
    if request.param == "memory":
        yield InMemory()
    elif request.param in SERVERS:
        with served(SERVERS[request.param]) as made:
            yield made
    else:
        with disk(request.param):
            yield OnDisk(tmp_path)


@pytest.fixture(params=["memory", *SERVERS])
def fielded(request):
    """Places whose things have fields."""
    if request.param == "memory":
        yield InMemory()
    else:
        with served(SERVERS[request.param]) as made:
            yield made


@pytest.fixture(params=SERVERS)
def account(request):
    with served(SERVERS[request.param]) as made:
        yield made


@pytest.fixture(params=["memory", *KINDS])
def home(request, tmp_path):
    if request.param == "memory":
        yield InMemory()
        return
    with disk(request.param):
        yield OnDisk(tmp_path)


def do(home, *actions, remembered=False) -> list[tuple[Task, Outcome]]:
    tasks = [Task(action, f"token-{n}", remembered=remembered) for n, action in enumerate(actions)]
    tasks = list(home.place.prepare(tasks))
    return list(zip(tasks, home.place.perform(tasks, lambda: None), strict=True))


def done(home, action, **how) -> tuple[Task, Outcome]:
    ((task, outcome),) = do(home, action, **how)
    assert outcome.end is End.DONE, outcome
    return task, outcome


def changed(home, action) -> str:
    ((_, outcome),) = do(home, action)
    assert outcome.end is End.CHANGED, outcome
    return outcome.why


def undone(home, action, **how) -> None:
    before = home.files()
    task, outcome = done(home, action, **how)
    assert home.files() != before or isinstance(action, Link)
    done(home, inverse(action, Trace(outcome.revision, task.kept)))
    assert home.files() == before
    assert not home.has_quarantine()


def copy(home, path="in/a", to="out/new/a", data=DATA) -> Copy:
    return Copy(home.ref(path), home.ref(to), content_id(data), len(data))


def move(home, path="in/a", to="out/new/a", data=DATA) -> Move:
    return Move(home.ref(path), home.ref(to), content_id(data), len(data))


def trash(home, path="in/a", data=DATA) -> Trash:
    return Trash(home.ref(path), content_id(data), len(data))


def write(home, path="out/m.txt", data=OTHER, replaces=None) -> Write:
    return Write(home.ref(path), data, content_id(data), replaces)
