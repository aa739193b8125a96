"""What every place promises; each is run through the same tests."""

import contextlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from keepers.actions import Copy, Link, Move, Restore, SetField, Trace, Trash, Write, inverse
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Found, Ref
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.place import ALL, place_id
from keepers.places.immich_api.writer import ImmichPlace
from keepers.places.local import LocalPlace
from keepers.places.memory import MEMORY, MemoryPlace
from keepers.ports import End, Folder, Outcome, Task
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


def test_lists_every_file_once_in_an_order_that_stays(anywhere):
    put = [anywhere.put(path, path.encode()) for path in ("b/z", "b/a", "a/c/d", "a/x")]
    first, again = ([entry.ref for entry in anywhere.place.listing([anywhere.whole])] for _ in range(2))
    assert first == again
    assert sorted(first) == sorted(put)


def test_what_is_there_can_be_looked_at_and_read_everywhere(anywhere):
    ref = anywhere.put("a", DATA)
    before = anywhere.files()
    found = anywhere.place.look(ref)
    assert (found.ref, found.size) == (ref, len(DATA))
    assert anywhere.place.look(ref).revision == found.revision
    assert anywhere.place.exists(ref)
    assert anywhere.place.content(ref) == content_id(DATA)
    assert anywhere.place.volume(ref).free > 0
    assert anywhere.place.identity(anywhere.whole) == anywhere.place.identity(anywhere.whole)
    assert anywhere.files() == before


def test_what_is_not_there_is_not_seen_anywhere(anywhere):
    missing = anywhere.ref("nowhere")
    assert anywhere.place.look(missing) is None
    assert not anywhere.place.exists(missing)
    assert not anywhere.place.names(missing)
    with pytest.raises(OSError, match=r"nowhere|no such asset"):
        anywhere.place.content(missing)


def test_looks_without_changing(home):
    ref = home.put("in/a", DATA)
    found = home.place.look(ref)
    assert isinstance(found, Found)
    assert (found.size, found.mtime_ns) == (len(DATA), 10**18 + 5)
    assert home.place.content(ref) == content_id(DATA)
    assert home.place.exists(home.ref("in"))
    assert home.place.look(home.ref("in")) is None
    assert not home.place.exists(home.ref("in/b"))
    assert home.place.names(home.ref("in")) == ["a"]
    assert not home.place.names(home.ref("nowhere"))
    assert home.place.folder(home.ref("in")).there
    assert home.place.folder(ref) is None
    assert home.place.volume(ref).id == home.place.volume(home.ref("not/yet")).id
    assert home.place.volume(ref).free > 0


def test_reading_what_is_not_there_is_an_error(home):
    with pytest.raises(OSError, match=r"a"):
        home.place.content(home.ref("in/a"))


def test_a_copy_keeps_bytes_time_and_mode(home):
    home.put("in/a", DATA)
    _, outcome = done(home, copy(home))
    assert home.files() == {"in/a": DATA, "out/new/a": DATA}
    assert home.looks("out/new/a") == (10**18 + 5, 0o640)
    assert outcome.revision == home.place.look(home.ref("out/new/a")).revision


def test_a_move_leaves_nothing_behind(home):
    home.put("in/a", DATA)
    done(home, move(home))
    assert home.files() == {"out/new/a": DATA}
    assert home.looks("out/new/a") == (10**18 + 5, 0o640)


@pytest.mark.parametrize("action", [copy, move, trash])
def test_every_verb_can_be_taken_back(home, action):
    home.put("in/a", DATA)
    undone(home, action(home))


def test_writing_can_be_taken_back(home):
    undone(home, write(home))


def test_writing_over_something_keeps_it_and_can_be_taken_back(home):
    home.put("out/m.txt", DATA)
    task, outcome = done(home, write(home, replaces=content_id(DATA)))
    assert home.files() == {"out/m.txt": OTHER}
    assert home.trashed() == [DATA]
    done(home, inverse(task.action, Trace(outcome.revision, task.kept)))
    assert home.files() == {"out/m.txt": DATA}
    assert home.looks("out/m.txt") == (10**18 + 5, 0o640)
    assert not home.has_quarantine()


def test_bytes_that_the_journal_remembers_leave_no_quarantine(home):
    home.put("out/m.txt", DATA)
    task = Task(write(home, replaces=content_id(DATA)), "t", remembered=True)
    modified_ns, mode = home.place.before(task)
    done(home, task.action, remembered=True)
    assert home.files() == {"out/m.txt": OTHER}
    assert not home.has_quarantine()
    done(home, inverse(task.action, Trace(data=DATA, modified_ns=modified_ns, mode=mode)), remembered=True)
    assert home.files() == {"out/m.txt": DATA}
    assert home.looks("out/m.txt") == (10**18 + 5, 0o640)


def test_a_link_keeps_the_replaced_file_until_it_is_taken_back(home):
    home.put("in/a", DATA)
    home.put("in/b", DATA)
    link = Link(home.ref("in/a"), home.ref("in/b"), content_id(DATA), len(DATA))
    ((task, outcome),) = do(home, link)
    if outcome.end is End.FAILED:
        # Hazard 14: where there are no links, nothing has changed.
        assert home.files() == {"in/a": DATA, "in/b": DATA}
        assert home.place.look(home.ref("in/a")).links == 1
        return
    assert outcome.end is End.DONE
    assert home.trashed() == [DATA]
    assert home.place.look(home.ref("in/a")).inode == home.place.look(home.ref("in/b")).inode
    done(home, inverse(link, Trace(outcome.revision, task.kept)))
    assert home.place.look(home.ref("in/a")).inode != home.place.look(home.ref("in/b")).inode
    assert not home.has_quarantine()


def test_a_second_name_is_the_same_file_and_goes_when_it_is_taken_back(home):
    home.put("in/a", DATA)
    second = replace(copy(home), linked=True)
    ((task, outcome),) = do(home, second)
    if outcome.end is End.FAILED:
        assert home.files() == {"in/a": DATA}
        return
    assert outcome.end is End.DONE
    assert home.place.look(home.ref("in/a")).inode == home.place.look(home.ref("out/new/a")).inode
    done(home, inverse(second, Trace(outcome.revision, task.kept)))
    assert home.files() == {"in/a": DATA}


def test_a_second_name_takes_the_place_of_nothing(home):
    home.put("in/a", DATA)
    home.put("out/new/a", OTHER)
    changed(home, replace(copy(home), linked=True))
    assert home.files() == {"in/a": DATA, "out/new/a": OTHER}


def test_a_crash_behind_a_second_name_is_settled(home):
    home.put("in/a", DATA)
    second = replace(copy(home), linked=True)
    ((task, outcome),) = do(home, second)
    settled = home.place.settle(task)
    assert settled.end is (End.DONE if outcome.end is End.DONE else End.OPEN)


def test_two_files_of_one_name_and_content_can_both_be_trashed(home):
    """Hazard 13: a second trash of the same name overwrites nothing."""
    for token in ("one", "two"):
        home.put("in/a", DATA)
        (task,) = home.place.prepare([Task(trash(home), token)])
        assert home.place.perform([task], lambda: None)[0].end is End.DONE
    assert home.trashed() == [DATA, DATA]


@pytest.mark.parametrize("action", [copy, move, trash])
def test_what_has_changed_is_not_touched(home, action):
    """Hazards 2 and 39: looked at again just before it is touched."""
    home.put("in/a", OTHER)
    before = home.files()
    assert "changed" in changed(home, action(home))
    assert home.files() == before
    assert not home.trashed()


@pytest.mark.parametrize("action", [copy, move, trash])
def test_a_change_of_the_same_size_is_seen(home, action):
    home.put("in/a", DATA[::-1])
    assert "changed" in changed(home, action(home))


@pytest.mark.parametrize("action", [copy, move, trash])
def test_what_is_gone_is_told(home, action):
    assert changed(home, action(home)) == "it is gone"
    assert home.files() == {}


@pytest.mark.parametrize("action", [copy, move])
def test_a_name_that_is_taken_meanwhile_is_never_overwritten(home, action):
    """Hazards 8 and 40."""
    home.put("in/a", DATA)
    home.put("out/new/a", OTHER)
    assert changed(home, action(home)) == "its new name is taken by now"
    assert home.files() == {"in/a": DATA, "out/new/a": OTHER}


def test_a_write_over_something_else_changes_nothing(home):
    home.put("out/m.txt", b"a person's notes")
    assert "changed" in changed(home, write(home, replaces=content_id(DATA)))
    assert changed(home, write(home)) == "its new name is taken by now"
    assert home.files() == {"out/m.txt": b"a person's notes"}


def test_an_own_copy_goes_only_while_its_source_is_whole(home):
    home.put("in/a", DATA)
    added = copy(home)
    _, outcome = done(home, added)
    back = inverse(added, Trace(outcome.revision))
    home.put("in/a", OTHER)
    changed(home, back)
    assert home.files()["out/new/a"] == DATA
    home.put("in/a", DATA)
    done(home, back)
    assert home.files() == {"in/a": DATA}


def test_an_own_file_that_a_person_changed_stays(home):
    home.put("in/a", DATA)
    added = copy(home)
    done(home, added)
    home.put("out/new/a", b"edited...")
    changed(home, inverse(added, Trace()))
    assert home.files()["out/new/a"] == b"edited..."


def test_restoring_to_a_name_that_is_taken_changes_nothing(home):
    home.put("in/a", DATA)
    task, _ = done(home, trash(home))
    home.put("in/a", OTHER)
    changed(home, Restore(home.ref("in/a"), content_id(DATA), len(DATA), task.kept))
    assert home.files() == {"in/a": OTHER}
    assert home.trashed() == [DATA]


def test_many_tasks_end_each_for_itself(home):
    home.put("in/a", DATA)
    home.put("in/b", OTHER)
    ends = [o.end for _, o in do(home, copy(home), copy(home, "in/b", "out/b"), trash(home, "in/b", OTHER))]
    assert ends == [End.DONE, End.CHANGED, End.DONE]
    assert home.files() == {"in/a": DATA, "out/new/a": DATA}


@pytest.mark.parametrize("action", [copy, move, trash, write])
def test_settling_tells_what_is_done_from_what_is_not(home, action):
    home.put("in/a", DATA)
    (task,) = home.place.prepare([Task(action(home), "token")])
    before = home.files()
    assert home.place.settle(task).end is End.OPEN
    assert home.files() == before
    home.place.perform([task], lambda: None)
    after = home.files()
    settled = home.place.settle(task)
    assert settled.end is End.DONE
    assert home.files() == after
    assert home.place.settle(task) == settled


def test_folders_are_told_before_they_are_made_and_tidied_when_empty(home):
    home.put("in/a", DATA)
    (task,) = home.place.prepare([Task(copy(home), "token")])
    folders = home.place.folders([task])
    missing = [folder.ref for folder in folders if not folder.there]
    assert missing == [home.ref("out"), home.ref("out/new")]
    home.place.perform([task], lambda: None)
    home.place.tidy(folders)
    assert home.place.exists(home.ref("out/new"))
    done(home, inverse(task.action, Trace()))
    home.place.tidy(folders)
    assert not home.place.exists(home.ref("out"))
    for folder in folders:
        if folder.there:
            assert home.place.folder(folder.ref) == folder


def test_the_time_of_a_folder_can_be_set_back(home):
    home.put("in/a", DATA)
    home.place.tidy([Folder(home.ref("in"), there=True, modified_ns=10**18)])
    assert home.place.folder(home.ref("in")).modified_ns == 10**18


def test_fields_are_set_where_a_place_has_them(fielded):
    ref = fielded.put("a", DATA)
    rate = SetField(ref, "rating", None, "5")
    assert fielded.place.settle(Task(rate, "t")).end is End.OPEN
    _, outcome = done(fielded, rate)
    assert fielded.place.field(ref, "rating") == "5"
    assert "meanwhile" in changed(fielded, rate)
    assert fielded.place.settle(Task(rate, "t")).end is End.DONE
    done(fielded, inverse(rate, Trace(outcome.revision)))
    assert fielded.place.field(ref, "rating") is None
    assert fielded.files() == {"a": DATA}


def test_many_fields_end_each_for_itself(fielded):
    one, two = fielded.put("a", DATA), fielded.put("b", OTHER)
    done(fielded, SetField(two, "rating", None, "3"))
    rated = [SetField(ref, "rating", None, "5") for ref in (one, two)]
    ends = [outcome.end for _, outcome in do(fielded, *rated)]
    assert ends == [End.DONE, End.CHANGED]
    assert [fielded.place.field(ref, "rating") for ref in (one, two)] == ["5", "3"]


def test_a_field_of_what_is_gone_is_not_set(fielded):
    ((_, outcome),) = do(fielded, SetField(fielded.ref("a"), "rating", "4", "5"))
    assert outcome.end is End.CHANGED


@pytest.mark.parametrize("action", [copy, move, trash, write])
def test_a_server_refuses_what_is_done_to_files(account, action):
    account.put("in/a", DATA)
    ((task, outcome),) = do(account, action(account))
    assert outcome.end is End.FAILED
    assert account.place.settle(task).end is End.OPEN
    assert account.files() == {"in/a": DATA}


def test_a_disk_has_no_fields(tmp_path):
    home = OnDisk(tmp_path)
    ((_, outcome),) = do(home, SetField(home.put("a", DATA), "rating", None, "5"))
    assert outcome.end is End.FAILED
    assert home.place.field(home.ref("a"), "rating") is None


def test_the_planned_revision_saves_the_reading_but_not_the_safety(home):
    ref = home.put("in/a", DATA)
    right = replace(move(home), revision=home.place.look(ref).revision)
    stale = replace(right, revision="1:2:3")
    done(home, stale)
    done(home, inverse(stale, Trace()))
    done(home, right)
    assert home.files() == {"out/new/a": DATA}
