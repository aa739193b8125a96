"""The disk primitives, and disks that lie or fail in the middle of a task."""

import errno
import os
from pathlib import Path

import pytest

from keepers.actions import Action, Copy, Move, Write
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places import files
from keepers.places.local import LocalPlace
from keepers.ports import End, Outcome, Task
from tests.places.disks import KINDS, disk

DATA = b"a picture"


def ref(path: Path) -> Ref:
    return Ref(LOCAL, str(path))


def perform(*actions: Action) -> list[Outcome]:
    place = LocalPlace()
    tasks = place.prepare([Task(action, f"token-{number}") for number, action in enumerate(actions)])
    return list(place.perform(tasks, lambda: None))


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_no_way_of_placing_replaces_anything(tmp_path, kind):
    """Hazards 8, 29, 40: the name is taken in the very moment of the rename."""
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with disk(kind), pytest.raises(FileExistsError):
        files.place(str(tmp_path / "a"), str(tmp_path / "b"))
    assert tree(tmp_path) == {"a": b"a", "b": b"b"}
    with disk(kind):
        files.place(str(tmp_path / "a"), str(tmp_path / "c"))
    assert tree(tmp_path) == {"b": b"b", "c": b"a"}


def test_a_symlink_is_never_read_through(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        files.content(str(tmp_path / "link"))
    copied = Copy(ref(tmp_path / "link"), ref(tmp_path / "b"), content_id(b"a"), 1)
    assert perform(copied)[0].end is End.FAILED
    assert sorted(os.listdir(tmp_path)) == ["a", "link"]


def test_a_disk_that_writes_something_else_is_found_out(tmp_path, monkeypatch):
    """Hazard 38."""
    (tmp_path / "a").write_bytes(DATA)
    true = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: true(handle, bytes(data)[::-1]))
    outcomes = perform(
        Copy(ref(tmp_path / "a"), ref(tmp_path / "b"), content_id(DATA), len(DATA)),
        Write(ref(tmp_path / "m"), DATA, content_id(DATA)),
    )
    assert {(o.end, o.why) for o in outcomes} == {
        (End.FAILED, "reading back: the disk does not give back what was written")
    }
    assert tree(tmp_path) == {"a": DATA}


def test_a_sync_that_fails_is_a_copy_that_failed(tmp_path, monkeypatch):
    """Hazard 26."""
    (tmp_path / "a").write_bytes(DATA)
    true = os.fsync

    def fsync(handle: int) -> None:
        if ".keepers-" in os.readlink(f"/proc/self/fd/{handle}"):
            raise OSError(errno.EIO, "Input/output error")
        true(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with disk("two-volumes"):
        outcomes = perform(Move(ref(tmp_path / "a"), ref(tmp_path / "b"), content_id(DATA), len(DATA)))
    assert outcomes == [Outcome(End.FAILED, "writing to the disk: input/output error")]
    assert tree(tmp_path) == {"a": DATA}


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_cannot_be_synced_takes_everything_back(tmp_path, monkeypatch, kind):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "a").write_bytes(DATA)

    def sync_folder(path: str) -> None:
        raise OSError(errno.EIO, "Input/output error", path)

    monkeypatch.setattr(files, "sync_folder", sync_folder)
    with disk(kind):
        for action in (Move, Copy):
            wanted = action(ref(tmp_path / "in/a"), ref(tmp_path / "out/a"), content_id(DATA), len(DATA))
            assert perform(wanted)[0].end is End.FAILED
            assert tree(tmp_path) == {"in/a": DATA}


def test_a_source_that_changes_while_it_is_moved_to_another_volume_stays(tmp_path):
    """Hazard 39."""
    (tmp_path / "a").write_bytes(DATA)
    place = LocalPlace()
    (task,) = place.prepare([Task(Move(ref(tmp_path / "a"), ref(tmp_path / "b"), content_id(DATA), 9), "t")])

    def edited() -> None:
        (tmp_path / "a").write_bytes(b"new")

    with disk("two-volumes"):
        (outcome,) = place.perform([task], edited)
    assert outcome.end is End.CHANGED
    assert tree(tmp_path) == {"a": b"new"}


def test_sources_go_only_after_the_journal_was_told(tmp_path):
    (tmp_path / "a").write_bytes(DATA)
    place = LocalPlace()
    (task,) = place.prepare([Task(Move(ref(tmp_path / "a"), ref(tmp_path / "b"), content_id(DATA), 9), "t")])
    told: list[dict[str, bytes]] = []
    with disk("two-volumes"):
        place.perform([task], lambda: told.append(tree(tmp_path)))
    assert told == [{"a": DATA, "b": DATA}]
    assert tree(tmp_path) == {"b": DATA}


def test_attributes_that_a_file_has_go_with_it(tmp_path):
    """Hazard 41."""
    (tmp_path / "a").write_bytes(DATA)
    try:
        os.setxattr(tmp_path / "a", "user.comment", b"grandma")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    perform(Copy(ref(tmp_path / "a"), ref(tmp_path / "b"), content_id(DATA), len(DATA)))
    assert os.getxattr(tmp_path / "b", "user.comment") == b"grandma"
