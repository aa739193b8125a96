"""What a walk over a disk meets, follows, and passes over."""

import os
import socket
from pathlib import Path

import pytest

from keepers.model import LOCAL, Fate, Found, Problem, Ref
from keepers.places import files
from keepers.places.local import LocalPlace


def walk(*roots: Path) -> tuple[list[str], dict[str, tuple[Fate, str]]]:
    found: list[str] = []
    problems: dict[str, tuple[Fate, str]] = {}
    for entry in LocalPlace().listing([str(root) for root in roots]):
        assert entry.ref.key not in problems
        assert entry.ref.key not in found
        if isinstance(entry, Problem):
            problems[entry.ref.key] = entry.fate, entry.reason
        else:
            found.append(entry.ref.key)
    return found, problems


def test_files_come_in_the_order_of_names_those_of_a_folder_together(tmp_path):
    for path in ("b.jpg", "a.jpg", "z/1.jpg", "m/n/2.jpg", "m/3.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    names = ["a.jpg", "b.jpg", "m/3.jpg", "m/n/2.jpg", "z/1.jpg"]
    assert walk(tmp_path) == ([str(tmp_path / name) for name in names], {})


def test_tells_what_lstat_tells(tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"12345")
    os.link(file, tmp_path / "b.jpg")
    status = file.stat()
    assert next(LocalPlace().listing([str(tmp_path)])) == Found(
        Ref(LOCAL, str(file)), 5, status.st_mtime_ns, status.st_ino, status.st_dev, 2
    )


def test_links_pipes_and_sockets_are_passed_over_and_nothing_hangs(tmp_path, monkeypatch):
    """Hazards 16, 17, 53."""
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.jpg").symlink_to("/etc/hostname")
    (tmp_path / "gone.jpg").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as here:
        # The name of a socket may have 108 bytes.
        monkeypatch.chdir(tmp_path)
        here.bind("socket.jpg")
    found, problems = walk(tmp_path)
    assert found == []
    assert {Path(path).name: why for path, (fate, why) in problems.items() if fate is Fate.IGNORED} == {
        "loop": "a symbolic link, which is never followed",
        "a.jpg": "a symbolic link, which is never followed",
        "gone.jpg": "a symbolic link, which is never followed",
        "pipe.jpg": "a named pipe, no file",
        "socket.jpg": "a socket, no file",
    }


def test_a_junk_folder_is_one_entry(tmp_path):
    (tmp_path / "@eaDir" / "a.jpg").mkdir(parents=True)
    (tmp_path / "@eaDir" / "a.jpg" / "thumb.jpg").write_bytes(b"x")
    (tmp_path / "._a.jpg").write_bytes(b"x")
    (tmp_path / ".keepers-trash").mkdir()
    (tmp_path / ".keepers-trash" / "a.jpg").write_bytes(b"x")
    found, problems = walk(tmp_path)
    assert found == []
    assert sorted(Path(path).name for path in problems) == ["._a.jpg", ".keepers-trash", "@eaDir"]
    assert {fate for fate, _ in problems.values()} == {Fate.IGNORED}


def test_a_folder_that_cannot_be_listed_is_unknown_and_not_empty(tmp_path, monkeypatch):
    """Hazard 36."""
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut" / "a.jpg").write_bytes(b"x")
    (tmp_path / "z.jpg").write_bytes(b"x")
    true = os.scandir

    def scandir(folder):
        if os.readlink(f"/proc/self/fd/{folder}").endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return true(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    found, problems = walk(tmp_path)
    assert found == [str(tmp_path / "z.jpg")]
    assert problems == {str(tmp_path / "shut"): (Fate.UNREADABLE, "cannot be listed: permission denied")}


def test_a_root_that_is_not_there_is_a_problem(tmp_path):
    _, problems = walk(tmp_path / "nowhere")
    assert problems == {str(tmp_path / "nowhere"): (Fate.UNREADABLE, "it is not there")}


def test_a_root_may_be_a_file_or_a_link_to_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"x")
    (tmp_path / "door").symlink_to("in")
    assert walk(tmp_path / "in" / "a.jpg") == ([str(tmp_path / "in" / "a.jpg")], {})
    assert walk(tmp_path / "door") == ([str(tmp_path / "door" / "a.jpg")], {})


def test_a_folder_that_is_reached_twice_is_listed_once(tmp_path):
    """Hazard 19."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"x")
    (tmp_path / "door").symlink_to("in")
    found, problems = walk(tmp_path / "in", tmp_path / "door")
    assert found == [str(tmp_path / "in" / "a.jpg")]
    assert [why for _, why in problems.values()] == ["the same folder is listed under another name"]


@pytest.mark.parametrize(
    "name", [b"caf\xe9.jpg", "\u202egpj.jpg".encode(), b"a\nb.jpg", "e\u0301.jpg".encode()]
)
def test_names_are_kept_as_they_are(tmp_path, name):
    """Hazards 12, 50, 51."""
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
        file.write(b"x")
    (found,), _ = walk(tmp_path)
    assert os.fsencode(found).rpartition(b"/")[2] == name
    assert LocalPlace().content(Ref(LOCAL, found)) == files.content(found)


def test_what_lies_deeper_than_a_path_can_say_is_told_and_the_walk_goes_on(tmp_path):
    """Hazard 52."""
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=handle)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("deep.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)
    (tmp_path / "z.jpg").write_bytes(b"x")
    found, problems = walk(tmp_path)
    assert found == [str(tmp_path / "z.jpg")]
    ((path, (fate, why)),) = problems.items()
    assert path.endswith("deep.jpg")
    assert (fate, why) == (Fate.UNREADABLE, "its path is longer than 4095 bytes")
    place = LocalPlace()
    assert place.exists(Ref(LOCAL, path))
    assert place.content(Ref(LOCAL, path)).startswith("b3:")


def test_a_root_is_told_by_its_device_and_inode(tmp_path):
    first = LocalPlace().identity(str(tmp_path))
    assert first == LocalPlace().identity(str(tmp_path))
    (tmp_path / "in").mkdir()
    assert first != LocalPlace().identity(str(tmp_path / "in"))
