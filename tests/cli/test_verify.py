"""Bit rot, and what is none: by the real command."""

import errno
import os
from pathlib import Path

import pytest

from keepers.model import ContentId, Ref
from keepers.places.local import LocalPlace
from tests.cli.drives import lay, original
from tests.cli.story import rot
from tests.cli.world import Keepers, put, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return lay(tmp_path / "library", {f"{n}.jpg": original(n) for n in range(4)})


def test_a_sound_library_is_read_whole_and_not_touched(keepers: Keepers, library: Path) -> None:
    put(library / "0.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    keepers("scan", library)
    before = tree(library)
    told = keepers("verify", library, "--json")
    assert told.code == 0
    assert (told.json["ok"], told.json["read"]) == (True, 5)
    assert told.json["bytes"] == sum(file.stat().st_size for file in library.iterdir())
    assert tree(library) == before
    assert keepers("verify", "--json").json["read"] == 5, "without a source: all that is known"


def test_rot_is_told_with_the_copies_that_are_good(keepers: Keepers, library: Path, tmp_path: Path) -> None:
    spare = lay(tmp_path / "spare", {"a.jpg": original(1), "b.jpg": original(1)})
    os.link(library / "1.jpg", tmp_path / "spare" / "same file.jpg")
    keepers("scan", library, spare)
    rot(library / "1.jpg")
    rot(spare / "a.jpg")
    told = keepers("verify", library, "--json")
    assert told.code == 3
    assert [one["path"] for one in told.json["rotten"]] == [f"{library}/1.jpg"]
    assert told.json["rotten"][0]["copies"] == [f"{spare}/b.jpg"], "neither a rotten copy nor the same file"
    shown = keepers("verify", library)
    assert shown.code == 3
    assert f"cp -p {spare}/b.jpg {library}/1.jpg" in shown.out
    # What the page says really helps.
    data, status = (spare / "b.jpg").read_bytes(), (spare / "b.jpg").stat()
    (library / "1.jpg").write_bytes(data)
    os.utime(library / "1.jpg", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert keepers("verify", library, "--json").json["ok"] is True


def test_rot_is_told_though_the_inode_is_new(keepers: Keepers, library: Path) -> None:
    """A restored backup, a FAT or a network drive has other inodes."""
    keepers("scan", library)
    status = (library / "1.jpg").stat()
    data = bytearray((library / "1.jpg").read_bytes())
    data[1000] ^= 4
    put(library / "new", bytes(data))
    os.utime(library / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
    (library / "new").replace(library / "1.jpg")
    assert [one["path"] for one in keepers("verify", library, "--json").json["rotten"]] == [
        f"{library}/1.jpg"
    ]


def test_changed_missing_and_new_files_are_no_rot(keepers: Keepers, library: Path) -> None:
    keepers("scan", library)
    (library / "0.jpg").write_bytes(original(7))
    os.utime(library / "1.jpg", (1, 1))
    put(library / "new.jpg", original(8))
    put(library / "notes.txt", b"no photo")
    told = keepers("verify", library, "--json")
    assert (told.code, told.json["ok"]) == (0, True)
    assert told.json["changed"] == [f"{library}/0.jpg", f"{library}/1.jpg"]
    assert told.json["new"] == [f"{library}/new.jpg"]
    (library / "2.jpg").unlink()
    told = keepers("verify", library, "--json")
    assert (told.code, told.json["missing"], told.json["rotten"]) == (3, [f"{library}/2.jpg"], [])


def test_what_keepers_moved_is_not_missing(keepers: Keepers, library: Path, tmp_path: Path) -> None:
    keepers("scan", library)
    assert keepers("import", library, "--to", tmp_path / "dated", "--move", "--yes").code == 0
    put(library / "9.jpg", original(9))
    told = keepers("verify", library, "--json")
    assert (told.code, told.json["missing"]) == (0, [])
    assert told.json["new"] == [f"{library}/9.jpg"]


def test_a_root_that_is_gone_or_empty_has_lost_nothing(
    keepers: Keepers, library: Path, tmp_path: Path
) -> None:
    """Hazard 3: a drive that is not mounted."""
    other = lay(tmp_path / "other", {"a.jpg": original(5)})
    keepers("scan", library, other)
    other.rename(tmp_path / "away")
    for present in (False, True):
        if present:
            other.mkdir()
        told = keepers("verify", other, "--json")
        assert (told.code, told.out) == (1, "")
        told = keepers("verify", "--json")
        assert (told.code, told.json["read"], told.json["missing"]) == (0, 4, [])
        assert [one["path"] for one in told.json["not_checked"]] == [str(other)]


def test_without_a_catalog_or_a_scan_there_is_nothing_to_compare_with(
    keepers: Keepers, library: Path
) -> None:
    assert keepers("verify", library).code == 10
    lay(library.parent / "other", {"a.jpg": original(5)})
    keepers("scan", library.parent / "other")
    told = keepers("verify", library)
    assert told.code == 1
    assert f"keepers scan {library}" in told.err


class Dying(LocalPlace):
    """A disk of which one file cannot be read any more, and another reads differently each time."""

    def reread(self, ref: Ref) -> ContentId:
        if ref.key.endswith("1.jpg"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), ref.key)
        if ref.key.endswith("2.jpg"):
            return ContentId(f"b3:{os.urandom(32).hex()}")
        return super().reread(ref)


def test_a_dying_disk_is_told_file_by_file(
    keepers: Keepers, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard 37: a read error in one file; the others go on."""
    drive = lay(library.parent / "drive", {"1.jpg": original(1)})
    keepers("scan", library, drive)
    monkeypatch.setattr("keepers.wiring.LocalPlace", Dying)
    told = keepers("verify", library, "--json")
    assert told.code == 3
    assert told.json["rotten"] == []
    assert [one["path"] for one in told.json["unreadable"]] == [f"{library}/1.jpg", f"{library}/2.jpg"]
    assert "input/output error" in told.json["unreadable"][0]["reason"]
    assert "each of two readings" in told.json["unreadable"][1]["reason"]
    asked = keepers("missing", drive, "--from", library, "--json").json
    assert asked["missing"] == [f"{drive}/1.jpg"], "a copy that cannot be read is none"


class PulledOut(LocalPlace):
    """A drive that is pulled out at its third file."""

    def reread(self, ref: Ref) -> ContentId:
        if ref.key.endswith("2.jpg"):
            Path(ref.key).parent.rename(Path(ref.key).parent.with_name("pulled out"))
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), ref.key)
        return super().reread(ref)


def test_a_run_that_was_stopped_goes_on(
    keepers: Keepers, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keepers("scan", library)
    with monkeypatch.context() as patch:
        patch.setattr("keepers.wiring.LocalPlace", PulledOut)
        told = keepers("verify", library)
    assert told.code == 1
    assert "went away" in told.err
    library.with_name("pulled out").rename(library)
    told = keepers("verify", library, "--json").json
    assert (told["read"], told["read_before"], told["ok"]) == (2, 2, True)
    told = keepers("verify", library, "--json").json
    assert (told["read"], told["read_before"]) == (4, 0)


def test_samples_come_to_every_file_in_turn(keepers: Keepers, library: Path) -> None:
    keepers("scan", library)
    rot(library / "3.jpg")
    found = [keepers("verify", library, "--sample", "20%", "--json").json for _ in range(4)]
    assert [one["read"] for one in found] == [1, 1, 1, 1]
    assert [one["not_due"] for one in found] == [3, 3, 3, 3]
    assert sum(len(one["rotten"]) for one in found) == 1
    told = keepers("verify", library, "--older-than", "30", "--json").json
    assert (told["read"], told["not_due"]) == (0, 4)


@pytest.mark.parametrize("words", [("--sample", "0"), ("--sample", "x"), ("--older-than", "-1")])
def test_nonsense_is_refused(keepers: Keepers, library: Path, words: tuple[str, str]) -> None:
    keepers("scan", library)
    assert keepers("verify", library, *words).code == 2


def test_times_before_1970_and_names_that_are_no_text(keepers: Keepers, library: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(library) + b"/\xff\xfe.jpg"))
    put(odd, original(6))
    os.utime(odd, (-86_400, -86_400))
    keepers("scan", library)
    assert keepers("verify", library, "--json").json["read"] == 5
    rot(odd)
    os.utime(odd, (-86_400, -86_400))
    assert len(keepers("verify", library, "--json").json["rotten"]) == 1
