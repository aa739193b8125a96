"""What lies in the trash: listed, taken back, and gone for good only where another file holds it."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, picture, put, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(keepers: Keepers, tmp_path: Path) -> Path:
    """A photo twice, of which one went to the trash."""
    folder = tmp_path / "shelf"
    data = jpeg(picture(1), TAKEN)
    put(folder / "a/IMG_1.jpg", data)
    put(folder / "old/IMG_1.jpg", data)
    put(folder / "old/IMG_1.jpg.xmp", b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    keepers("duplicates", folder, "--trash", "--yes", "--keep", "in", folder / "a")
    assert not (folder / "old/IMG_1.jpg").exists()
    return folder


def items(keepers: Keepers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = keepers("trash", "list", "--json").json["items"]
    return found


def test_the_list_says_what_came_from_where(keepers: Keepers, shelf: Path) -> None:
    size = (shelf / "a/IMG_1.jpg").stat().st_size
    rows = {row["from"]: row for row in items(keepers)}
    row = rows[str(shelf / "old/IMG_1.jpg")]
    assert (row["size"], row["run"]) == (size, 1)
    assert Path(row["path"]).read_bytes() == (shelf / "a/IMG_1.jpg").read_bytes()
    assert len(row["content"]) == 64
    assert "old/IMG_1.jpg" in keepers("trash", "list").out


def test_nothing_is_in_no_trash(keepers: Keepers) -> None:
    assert keepers("trash", "list", "--json").json == {"schema_version": 1, "items": [], "bytes": 0}
    assert keepers("trash", "empty", "--yes").code == 0
    assert not keepers.catalog.exists()


def test_emptying_asks_and_names_what_survives(keepers: Keepers, shelf: Path) -> None:
    before = tree(shelf)
    assert keepers("trash", "empty").code == 2
    dry = keepers("trash", "empty", "--dry-run", "--json")
    assert [row["because"] for row in dry.json["actions"]] == [f"the same bytes are {shelf / 'a/IMG_1.jpg'}"]
    assert tree(shelf) == before
    # The sidecar is nowhere else.
    told = keepers("trash", "empty", "--yes")
    assert told.code == 3
    assert f"the same bytes are {shelf / 'a/IMG_1.jpg'}" in told.out
    assert [row["from"] for row in items(keepers)] == [str(shelf / "old/IMG_1.jpg.xmp")]
    assert keepers("undo", "--yes").code == 0
    assert len(items(keepers)) == 2


@pytest.mark.parametrize("harm", ["gone", "changed behind its date", "in another trash"])
def test_the_last_copy_is_never_removed(keepers: Keepers, shelf: Path, harm: str) -> None:
    kept = shelf / "a/IMG_1.jpg"
    status = kept.stat()
    match harm:
        case "gone":
            kept.unlink()
        case "changed behind its date":
            kept.write_bytes(bytes(status.st_size))
            os.utime(kept, ns=(status.st_atime_ns, status.st_mtime_ns))
        case _:
            kept.rename(shelf / ".keepers-trash/mine.jpg")
    before = [row["path"] for row in items(keepers)]
    told = keepers("trash", "empty", "--yes", "--json")
    assert told.code in {1, 3}
    assert [row["path"] for row in items(keepers)] == before


def test_an_emptied_trash_leaves_no_folder(keepers: Keepers, tmp_path: Path) -> None:
    data = jpeg(picture(1), TAKEN)
    put(tmp_path / "p/a.jpg", data)
    put(tmp_path / "p/b.jpg", data)
    keepers("duplicates", tmp_path / "p", "--trash", "--yes")
    assert keepers("trash", "empty", "--yes").code == 0
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("word", ["{old}", "{old}/IMG_1.jpg", "--all", "--run=1"])
def test_a_photo_comes_back_whole(keepers: Keepers, shelf: Path, word: str) -> None:
    wanted = word.format(old=shelf / "old")
    assert keepers("trash", "restore", wanted).code == 2
    assert keepers("trash", "restore", wanted, "--yes").code == 0
    assert sorted(path.name for path in (shelf / "old").iterdir()) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]
    assert items(keepers) == []
    assert keepers("undo", "--yes").code == 0
    assert len(items(keepers)) == 2


def test_restoring_overwrites_nothing(keepers: Keepers, shelf: Path) -> None:
    mine = put(shelf / "old/IMG_1.jpg", b"a new file of that name")
    told = keepers("trash", "restore", shelf / "old/IMG_1.jpg", "--yes")
    assert (told.code, mine.read_bytes()) == (3, b"a new file of that name")
    assert len(items(keepers)) == 2


def test_what_is_not_there_cannot_be_restored(keepers: Keepers, shelf: Path) -> None:
    told = keepers("trash", "restore", shelf / "never.jpg", "--yes")
    assert (told.code, "keepers trash list" in told.err) == (2, True)
    assert keepers("trash", "restore", "--yes").code == 2


def test_what_a_link_took_the_place_of_can_be_emptied(keepers: Keepers, tmp_path: Path) -> None:
    data = jpeg(picture(1), TAKEN)
    put(tmp_path / "p/a.jpg", data)
    put(tmp_path / "p/b.jpg", data)
    keepers("duplicates", tmp_path / "p", "--hardlink", "--yes")
    assert len(items(keepers)) == 1
    assert keepers("trash", "restore", "--all", "--yes").code == 3
    assert keepers("trash", "empty", "--yes").code == 0
    assert items(keepers) == []
    assert (tmp_path / "p/a.jpg").read_bytes() == (tmp_path / "p/b.jpg").read_bytes() == data


def test_undo_brings_back_what_was_restored_and_trashed_anew_by_an_undo(
    keepers: Keepers, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    put(folder / "a/IMG_1.jpg", jpeg(picture(1), TAKEN))
    put(folder / "b/IMG_1.jpg", jpeg(picture(1), TAKEN))
    before = tree(folder)
    keepers("duplicates", folder, "--trash", "--yes")
    keepers("trash", "restore", "--all", "--yes")
    assert keepers("undo", "--yes").code == 0
    assert len(items(keepers)) == 1
    assert keepers("undo", "--yes").code == 0
    assert tree(folder) == before
