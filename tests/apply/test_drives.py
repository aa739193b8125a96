"""Runs on true file systems: ext4, XFS, Btrfs, tmpfs, and exFAT as the stand-in for USB and SMB drives."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from keepers.actions import Action, Copy, Link, Move, Plan, Trash
from keepers.apply.history import true_paths
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import Finished, resume, run
from keepers.apply.undo import undo
from keepers.errors import RefusedError
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places.local import Known, LocalPlace
from keepers.plan.check import check
from keepers.ports import Outcome, Task
from tests.apply.worlds import Silent
from tests.places.mounted import mounted

pytestmark = pytest.mark.slow

NAMES = [
    "plain.jpg",
    "a:b?.jpg",
    "a:b?.jpg.xmp",
    "CON.jpg",
    "last dot.",
    "last space ",
    "tab\there.jpg",
    os.fsdecode(b"caf\xe9.jpg"),
    "caf\u00e9.jpg",
    "cafe\u0301s.jpg",
    ":" * 255,
    "\U0001f600" * 63 + "ab",
    os.fsdecode(b"\xff" * 120 + b".jpg"),
]


def fill(folder: Path) -> dict[str, bytes]:
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        file = folder / name
        file.write_bytes(b"photo %d " % number * 50)
        os.utime(file, ns=(10**18, 10**18 + 2 * 10**9 * number))
    return tree(folder)


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def times(root: Path) -> dict[str, int]:
    return {str(p.relative_to(root)): p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file()}


def actions(verb: type[Copy | Move], source: Path, target: Path) -> list[Action]:
    found: list[Action] = []
    for path in sorted(os.listdir(source)):
        data = (source / path).read_bytes()
        one, other = Ref(LOCAL, f"{source}/{path}"), Ref(LOCAL, f"{target}/{path}")
        unit = "pair" if path.startswith("a") else ""
        found.append(verb(one, other, content_id(data), len(data), unit=unit))
    return found


class Hand:
    """Carries out plans with a journal of its own, as the command line does."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(str(folder / "journal"))

    @property
    def place(self) -> LocalPlace:
        return LocalPlace(known=Known(true_paths=lambda: true_paths(self.journal)))

    def does(self, *wanted: Action) -> Finished:
        plan = Plan("a test", wanted)
        checked = check(plan, world(plan, self.place))
        assert not checked.refused
        finished = run(checked, self.journal, self.place, progress=Silent())
        assert not finished.problems
        return finished

    def undoes(self) -> None:
        finished = undo(None, self.journal, self.place, progress=Silent())
        assert finished is not None
        assert not finished.problems


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "exfat"])
@pytest.mark.parametrize("verb", [Copy, Move])
def test_there_and_undone(tmp_path, kind, verb):
    """Hazards 27, 29, 34, 41, 42, 50, 51: across devices, to names that the drive takes, and all taken back."""
    before = fill(tmp_path / "in")
    stamps = times(tmp_path / "in")
    hand = Hand(tmp_path)
    with mounted(kind, tmp_path / "drives") as drive:
        hand.does(*actions(verb, tmp_path / "in", drive / "photos"))
        placed = tree(drive / "photos")
        assert sorted(placed.values()) == sorted(before.values())
        assert (placed == before) == (kind != "exfat")
        assert sorted(times(drive / "photos").values()) == sorted(stamps.values())
        assert tree(tmp_path / "in") == (before if verb is Copy else {})
        hand.undoes()
        assert tree(tmp_path / "in") == before
        assert times(tmp_path / "in") == stamps
        assert [name for name in os.listdir(drive) if name != "lost+found"] == []


def test_there_and_back_through_exfat(tmp_path):
    """Hazards 11, 29, 50, 51: a copy back gives every file its true name."""
    before = fill(tmp_path / "in")
    hand = Hand(tmp_path)
    with mounted("exfat", tmp_path / "drives") as drive:
        hand.does(*actions(Copy, tmp_path / "in", drive / "photos: of 2019"))
        (mapped,) = os.listdir(drive)
        assert mapped == "photos\uff1a of 2019"
        assert {"a\uff1ab\uff1f.jpg", "a\uff1ab\uff1f.jpg.xmp", "CON_.jpg"} <= set(os.listdir(drive / mapped))
        hand.does(*actions(Move, drive / mapped, drive / "moved"))
        hand.does(*actions(Copy, drive / "moved", tmp_path / "back"))
    assert tree(tmp_path / "back") == before


def test_exfat_takes_no_name_for_two_files(tmp_path):
    """Hazards 8, 11: what differs in case alone does not meet."""
    hand = Hand(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "B.JPG").write_bytes(b"large")
    with mounted("exfat", tmp_path / "drives") as drive:
        (drive / "b.jpg").write_bytes(b"small")
        plan = Plan("a test", tuple(actions(Copy, tmp_path / "in", drive)))
        assert "is taken" in check(plan, world(plan, hand.place)).refused[0].why
        assert tree(drive) == {"b.jpg": b"small"}


class Cut(LocalPlace):
    """Ends before anything is done."""

    def perform(self, tasks: Sequence[Task], placed: Callable[[], None]) -> Sequence[Outcome]:
        raise KeyboardInterrupt


@pytest.mark.parametrize("cut", [False, True])
def test_exfat_respells_a_name_and_loses_nothing(tmp_path, cut):
    """Hazards 11, 29: one file bears both names there; to remove the old one would remove the photo."""
    hand = Hand(tmp_path)
    with mounted("exfat", tmp_path / "drives") as drive:
        (drive / "A.JPG").write_bytes(b"the only one")
        old, new = Ref(LOCAL, f"{drive}/A.JPG"), Ref(LOCAL, f"{drive}/a.jpg")
        wanted = Move(old, new, content_id(b"the only one"), 12)
        if cut:
            checked = check(Plan("a test", (wanted,)), world(Plan("a test", (wanted,)), hand.place))
            with pytest.raises(KeyboardInterrupt):
                run(checked, hand.journal, Cut(), progress=Silent())
            assert resume(1, hand.journal, hand.place, progress=Silent()).problems == ()
        else:
            hand.does(wanted)
        assert tree(drive) == {"a.jpg": b"the only one"}
        hand.undoes()
        assert tree(drive) == {"A.JPG": b"the only one"}


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "exfat"])
def test_trash_and_back(tmp_path, kind):
    """Hazards 13, 24: the trash lies on the drive itself, and one name never takes another's place."""
    hand = Hand(tmp_path)
    with mounted(kind, tmp_path / "drives") as drive:
        for folder in ("one", "two"):
            (drive / folder).mkdir()
            (drive / folder / "a.jpg").write_bytes(folder.encode())
        before = tree(drive)
        wanted = [
            Trash(Ref(LOCAL, f"{drive}/{folder}/a.jpg"), content_id(folder.encode()), 3, rejected=True)
            for folder in ("one", "two")
        ]
        hand.does(*wanted)
        kept = [path for path in tree(drive) if ".keepers-trash" in path]
        assert len(kept) == 2
        hand.undoes()
        assert tree(drive) == before


def test_another_drive_in_the_place_of_the_first_is_not_touched(tmp_path):
    """Hazard 3: swapped, or gone, between a run and its undo."""
    before = fill(tmp_path / "in")
    hand = Hand(tmp_path)
    with mounted("ext4", tmp_path / "drives") as drive:
        (drive / "photos").mkdir()
        hand.does(*actions(Move, tmp_path / "in", drive / "photos"))
        with mounted("ext4", tmp_path / "others") as other:
            (other / "photos").mkdir()
            subprocess.run(["mount", "--bind", str(other), str(drive)], check=True)
            try:
                for stage in ("another drive", "another drive without that folder"):
                    with pytest.raises(RefusedError, match="connect that drive"):
                        hand.undoes()
                    if stage == "another drive":
                        (drive / "photos").rmdir()
            finally:
                subprocess.run(["umount", str(drive)], check=True)
        assert tree(tmp_path / "in") == {}
        hand.undoes()
    assert tree(tmp_path / "in") == before


@pytest.mark.parametrize("kind", ["xfs", "btrfs"])
def test_equal_files_share_their_blocks_and_part_again(tmp_path, kind):
    """Hazard 14."""
    hand = Hand(tmp_path)
    with mounted(kind, tmp_path / "drives") as drive:
        for name in ("a.jpg", "b.jpg"):
            (drive / name).write_bytes(b"same" * 5000)
        before, stamps = tree(drive), times(drive)
        one, other = Ref(LOCAL, f"{drive}/a.jpg"), Ref(LOCAL, f"{drive}/b.jpg")
        hand.does(Link(one, other, content_id(b"same" * 5000), 20000, reflink=True))
        assert {path: data for path, data in tree(drive).items() if "trash" not in path} == before
        hand.undoes()
        assert tree(drive) == before
        assert times(drive) == stamps
