"""What is told of file systems, and what an owner said of folders."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from keepers.model import LOCAL, Ref
from keepers.places.local import Known, LocalPlace
from keepers.places.local.volumes import Mount, Natures, mounts
from keepers.ports import Rights
from tests.places.mounted import mounted


def table(kind: str, source: str, folder: Path):
    return lambda: (Mount(folder.stat().st_dev, "/", kind, source),)


def test_the_table_of_mounts_is_read(tmp_path):
    file = tmp_path / "mountinfo"
    file.write_bytes(b"42 27 7:0 / /media/my\\040drive rw - fuseblk /dev/loop0 rw,user_id=0\nnonsense\n")
    assert mounts(str(file)) == (Mount(os.makedev(7, 0), "/media/my drive", "fuseblk", "/dev/loop0"),)
    assert mounts(str(tmp_path / "none")) == ()


@pytest.mark.parametrize(
    ("kind", "portable", "loose"),
    [
        ("ext4", False, False),
        ("btrfs", False, False),
        ("vfat", True, True),
        ("exfat", True, True),
        ("fuseblk", True, True),
        ("ntfs3", True, False),
        ("cifs", True, True),
        ("nfs4", False, True),
        ("fuse.sshfs", False, True),
    ],
)
def test_the_kind_tells_what_names_it_takes(tmp_path, kind, portable, loose):
    nature = Natures(table(kind, "//nas/photos", tmp_path)).of(str(tmp_path / "not" / "there"))
    assert (nature.portable, nature.loose) == (portable, loose)


def test_a_network_drive_is_told_by_its_address(tmp_path):
    """Hazard 3."""
    assert Natures(table("cifs", "//nas/photos", tmp_path)).of(str(tmp_path)).id == "net:cifs://nas/photos"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ext4", "btrfs"])
def test_a_swapped_drive_has_another_identity(tmp_path, kind):
    """Hazard 3: two drives that are mounted under one name, one after the other."""
    place = "drives"
    seen: list[str] = []
    for number in ("first", "second"):
        with mounted(kind, tmp_path / number / place) as drive:
            seen.append(LocalPlace().identity(str(drive)))
    assert seen[0] != seen[1]
    assert all(identity.startswith(("fsid:", "uuid:")) for identity in seen)


@pytest.mark.slow
@pytest.mark.slow
def test_a_copy_of_a_drive_beside_it_is_not_told_by_an_id_that_it_loses(tmp_path):
    """Hazard 3: an undo after such a copy was mounted again asks for no other drive."""
    with mounted("btrfs", tmp_path / "one") as drive:
        subprocess.run(["sync", "-f", str(drive)], check=True)
        copy, point = tmp_path / "copy.img", tmp_path / "copy"
        shutil.copyfile(tmp_path / "one" / "btrfs.img", copy)
        point.mkdir()
        made = subprocess.run(
            ["mount", "-o", "loop", str(copy), str(point)], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("this Linux mounts no copy of a Btrfs beside it")
        try:
            assert Natures().of(str(point)).id == ""
            assert Natures().of(str(drive)).id.startswith(("fsid:", "uuid:"))
        finally:
            subprocess.run(["umount", str(point)], check=True)


def test_exfat_is_known_by_what_it_does(tmp_path):
    """Hazard 29: even where nobody tells its kind."""
    with mounted("exfat", tmp_path) as drive:
        nature = Natures(lambda: ()).of(str(drive))
        assert nature.portable
        place = LocalPlace()
        assert not place.exists(Ref(LOCAL, f"{drive}/" + os.fsdecode(b"\xff")))
        assert place.names(Ref(LOCAL, f"{drive}/" + os.fsdecode(b"\xff"))) == ()


def test_a_folder_is_known_by_every_name_that_leads_to_it(tmp_path):
    """Hazard 19."""
    inner = tmp_path / "mine" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "link").symlink_to(inner)
    place = LocalPlace(known=Known({str(tmp_path / "mine"): Rights.REFERENCE}))
    for path in ("mine/a", "mine/deep/a", "mine/not/there/a", "link/a", "mine"):
        assert place.rights(Ref(LOCAL, str(tmp_path / path))) is Rights.REFERENCE
    assert place.rights(Ref(LOCAL, str(tmp_path / "mine2" / "a"))) is Rights.ANY
