"""May this drive be wiped? Every class of file, and every trap, by the real command."""

import os
import zipfile
from pathlib import Path

import pytest

from tests.cli.drives import (
    FILM,
    OTHER_FILM,
    as_png,
    brighter,
    described,
    lay,
    original,
    raw,
    smaller,
    with_film,
)
from tests.cli.story import rot
from tests.cli.world import Keepers, put, tree

pytestmark = pytest.mark.slow


def test_a_drive_of_which_all_is_elsewhere_is_safe_and_nothing_is_touched(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    files = {p.relative_to(photos).as_posix(): p.read_bytes() for p in photos.rglob("*") if p.is_file()}
    drive = lay(tmp_path / "drive", {f"x/{name}": data for name, data in files.items()})
    before = tree(photos), tree(drive)
    told = keepers("missing", drive, "--from", photos, "--json")
    assert told.code == 0
    assert told.json["safe_to_wipe"] is True
    assert (told.json["present"], told.json["files"]) == (len(files), len(files))
    assert told.json["missing"] == told.json["only_as_edit"] == told.json["unreadable"] == []
    assert (tree(photos), tree(drive)) == before
    assert keepers("missing", drive, "--from", photos, "--fail-on-found").code == 0


def test_every_photo_is_told_by_how_it_fares(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(
        tmp_path / "drive",
        {
            "bytes.jpg": original(1), "comment.jpg": described(2), "pixels.png": as_png(3), "large.jpg": original(4),
            "plain.jpg": original(5), "lost.jpg": original(6),
        },
    )  # fmt: skip
    library = lay(
        tmp_path / "library",
        {
            "a/renamed.jpg": original(1), "b.jpg": original(2), "c.jpg": original(3), "d-small.jpg": smaller(4),
            "e-edit.jpg": brighter(5),
        },
    )  # fmt: skip
    told = keepers("missing", drive, "--from", library, "--json")
    assert told.code == 0
    assert told.json["safe_to_wipe"] is False
    assert told.json["missing"] == [f"{drive}/lost.jpg"]
    assert told.json["only_as_edit"] == [
        {"path": f"{drive}/large.jpg", "found": f"{library}/d-small.jpg"},
        {"path": f"{drive}/plain.jpg", "found": f"{library}/e-edit.jpg"},
    ]
    assert told.json["same_pixels"] == [
        {"path": f"{drive}/comment.jpg", "found": f"{library}/b.jpg"},
        {"path": f"{drive}/pixels.png", "found": f"{library}/c.jpg"},
    ]
    assert (told.json["present"], told.json["by_bytes"], told.json["by_pixels"]) == (3, 1, 2)
    assert keepers("missing", drive, "--from", library, "--fail-on-found").code == 4


def test_pixels_elsewhere_are_enough_to_be_safe(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": described(1), "b.png": as_png(2)})
    library = lay(tmp_path / "library", {"x.jpg": original(1), "y.jpg": original(2)})
    assert keepers("missing", drive, "--from", library, "--json").json["safe_to_wipe"] is True


@pytest.mark.parametrize(
    ("kept", "safe"), [(original(1), False), (with_film(1, OTHER_FILM), False), (with_film(1), True)]
)
def test_the_film_of_a_motion_photo_must_survive_too(
    keepers: Keepers, tmp_path: Path, kept: bytes, safe: bool
) -> None:
    moving = described(1) + FILM
    drive = lay(tmp_path / "drive", {"a.jpg": moving})
    library = lay(tmp_path / "library", {"b.jpg": kept})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is safe
    assert [one["path"] for one in told["only_as_edit"]] == ([] if safe else [f"{drive}/a.jpg"])


def test_a_still_whose_copy_has_a_film_besides_is_safe(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"b.jpg": with_film(1)})
    assert keepers("missing", drive, "--from", library, "--json").json["safe_to_wipe"] is True


def test_companions_and_films_count_by_their_bytes(keepers: Keepers, tmp_path: Path) -> None:
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rating>5</rating></x:xmpmeta>"
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "a.xmp": xmp, "clip.mp4": FILM})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is False
    lost = [*told["missing"], *(one["path"] for one in told["unreadable"])]
    assert sorted(lost) == [f"{drive}/a.xmp", f"{drive}/clip.mp4"]
    put(library / "elsewhere" / "b.xmp", xmp)
    assert f"{drive}/a.xmp" not in keepers("missing", drive, "--from", library, "--json").json["missing"]


@pytest.mark.parametrize("name", ["notes.txt", "letter.doc", "more.zip", "layers.psd", "README", "x.tmp"])
def test_what_cannot_be_judged_is_never_safe(keepers: Keepers, tmp_path: Path, name: str) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), name: b"something"})
    library = lay(tmp_path / "library", {"a.jpg": original(1), name: b"something"})
    told = keepers("missing", drive, "--from", library, "--json")
    assert told.json["safe_to_wipe"] is False
    assert [one["path"] for one in told.json["unreadable"]] == [f"{drive}/{name}"]
    assert told.json["unreadable"][0]["reason"]
    assert told.code == 3
    by_bytes = keepers("missing", drive, "--from", library, "--by-bytes", "--verify", "--json").json
    assert by_bytes["safe_to_wipe"] is True
    put(library / name, b"otherwise")
    assert keepers("missing", drive, "--from", library, "--by-bytes", "--json").json["missing"] == [
        f"{drive}/{name}"
    ]


def test_a_damaged_photo_is_not_safe(keepers: Keepers, tmp_path: Path) -> None:
    broken = original(1)[:3000]
    drive = lay(tmp_path / "drive", {"a.jpg": broken, "b.jpg": b"", "c.jpg": original(2)})
    library = lay(tmp_path / "library", {"a.jpg": broken, "b.jpg": b"", "c.jpg": original(2)})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is False
    assert [one["path"] for one in told["unreadable"]] == [f"{drive}/a.jpg", f"{drive}/b.jpg"]


def test_junk_holds_nothing(keepers: Keepers, tmp_path: Path) -> None:
    junk = {".DS_Store": b"x", "Thumbs.db": b"x", "._a.jpg": b"x", "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg": b"x",
            "$RECYCLE.BIN/desktop.ini": b"x", "System Volume Information/IndexerVolumeGuid": b"x"}  # fmt: skip
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), **junk})
    (drive / "link.jpg").symlink_to(drive / "a.jpg")
    (drive / "lost+found").mkdir()
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    assert keepers("missing", drive, "--from", library, "--json").json["safe_to_wipe"] is True


@pytest.mark.parametrize(
    "name", [".Trash-1000/files/a.jpg", "lost+found/#1234", "My.photoslibrary/a.db", ".keepers-trash/b3-1"]
)
def test_folders_that_are_passed_over_but_hold_something_are_told(
    keepers: Keepers, tmp_path: Path, name: str
) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), name: b"data"})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is False
    assert [one["path"] for one in told["unreadable"]] == [f"{drive}/{name.partition('/')[0]}"]
    assert "1 file in it" in told["unreadable"][0]["reason"]


def test_a_hard_link_is_no_second_copy(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 18: the same (device, inode) goes with the drive."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(2)})
    library = lay(tmp_path / "library", {"b.jpg": original(2)})
    os.link(drive / "a.jpg", library / "a.jpg")
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["missing"] == [f"{drive}/a.jpg"]
    assert told["same_file"][0]["path"] == f"{drive}/a.jpg"
    assert f"{library}/a.jpg" in told["same_file"][0]["why"]


def test_a_pixel_copy_that_is_a_link_to_the_drive_does_not_count(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": described(1)})
    library = lay(tmp_path / "library", {"x.jpg": original(5)})
    os.link(drive / "b.jpg", library / "b.jpg")
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["missing"] == [f"{drive}/a.jpg", f"{drive}/b.jpg"]


def test_one_within_the_other_is_refused(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 19: one folder by two names."""
    library = lay(tmp_path / "library", {"a.jpg": original(1), "drive/b.jpg": original(2)})
    lay(tmp_path / "other", {"a.jpg": original(1)})
    (tmp_path / "link").symlink_to(library)
    (tmp_path / "deep").symlink_to(library / "drive")
    for drive, held in (
        (library / "drive", library), (library, library / "drive"), (library, library), (tmp_path / "link", library),
        (library, tmp_path / "link"), (tmp_path / "deep", library), (library, tmp_path / "deep"),
        (tmp_path / "link" / "drive", library),
    ):  # fmt: skip
        told = keepers("missing", drive, "--from", tmp_path / "other", held, "--json")
        assert told.code == 2, (drive, held)
        assert told.out == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may bind mounts")
def test_a_bind_mount_is_no_second_copy(keepers: Keepers, tmp_path: Path) -> None:
    library = lay(tmp_path / "library", {"z.jpg": original(3)})
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    (library / "mounted").mkdir()
    if os.system(f"mount --bind '{drive}' '{library}/mounted' 2>/dev/null"):  # noqa: S605
        pytest.skip("mounts are not allowed here")
    try:
        told = keepers("missing", drive, "--from", library, "--json").json
    finally:
        os.system(f"umount '{library}/mounted'")  # noqa: S605
    assert told["missing"] == [f"{drive}/a.jpg"]


def test_an_empty_drive_or_one_that_is_gone_fails(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 3: a drive that is not mounted has nothing to lose, it seems."""
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    (tmp_path / "drive").mkdir()
    for drive in (tmp_path / "drive", tmp_path / "gone"):
        told = keepers("missing", drive, "--from", library, "--json")
        assert (told.code, told.out) == (1, "")
    put(tmp_path / "drive" / ".DS_Store", b"x")
    assert keepers("missing", tmp_path / "drive", "--from", library, "--json").code == 1


def test_a_library_that_is_not_there_is_told_and_what_it_held(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(2)})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    away = lay(tmp_path / "away", {"b.jpg": original(2)})
    assert keepers("missing", drive, "--from", library, away, "--json").json["safe_to_wipe"] is True
    away.rename(tmp_path / "unplugged")
    for present in (False, True):
        if present:
            away.mkdir()
        told = keepers("missing", drive, "--from", library, away, "--json").json
        assert told["safe_to_wipe"] is False
        assert told["missing"] == [f"{drive}/b.jpg"]
        assert [one["library"] for one in told["not_checked"]] == [str(away)]
        assert told["known_there"] == [{"path": f"{drive}/b.jpg", "found": f"{away}/b.jpg"}]
    alone = keepers("missing", drive, "--from", away)
    assert (alone.code, alone.out) == (1, "")


def test_a_copy_that_rots_counts_until_it_is_read_again(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1), "z.jpg": original(2)})
    ask = ("missing", drive, "--from", library, "--json")
    assert keepers(*ask).json["safe_to_wipe"] is True
    rot(library / "a.jpg")
    assert keepers(*ask).json["safe_to_wipe"] is True, "nobody has read it since"
    told = keepers(*ask, "--verify").json
    assert told["safe_to_wipe"] is False
    assert told["rotten"][0]["path"] == f"{library}/a.jpg"
    again = keepers(*ask).json
    assert again["safe_to_wipe"] is False, "it is remembered"
    assert again["rotten"] == told["rotten"]
    put(library / "b.jpg", original(1))
    told = keepers(*ask, "--verify").json
    assert told["safe_to_wipe"] is True
    assert (told["verified"], told["reread"], told["reread_bytes"]) == (True, 1, len(original(1)))


def test_a_rotten_pixel_copy_does_not_count_either(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": described(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    ask = ("missing", drive, "--from", library, "--json")
    assert keepers(*ask, "--verify").json["safe_to_wipe"] is True
    rot(library / "a.jpg")
    assert keepers(*ask, "--verify").json["missing"] == [f"{drive}/a.jpg"]


def test_a_copy_that_was_edited_since_is_none(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1), "b.jpg": original(2)})
    keepers("scan", library)
    (library / "a.jpg").write_bytes(original(3))
    assert keepers("missing", drive, "--from", library, "--json").json["missing"] == [f"{drive}/a.jpg"]


def test_a_raw_is_only_safe_bit_for_bit(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.dng": raw(1)})
    library = lay(tmp_path / "library", {"b.dng": raw(1, b"two"), "c.jpg": original(1)})
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is False
    assert told["only_as_edit"] == [{"path": f"{drive}/a.dng", "found": f"{library}/b.dng"}]
    put(library / "d.dng", raw(1))
    assert keepers("missing", drive, "--from", library, "--json").json["safe_to_wipe"] is True


def test_what_lies_too_deep_to_be_read_is_not_safe(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 52: a path longer than the system takes."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    handle = os.open(drive, os.O_RDONLY)
    for _ in range(21):
        os.mkdir("d" * 200, dir_fd=handle)
        handle, outer = os.open("d" * 200, os.O_RDONLY, dir_fd=handle), handle
        os.close(outer)
    with open(os.open("b.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=handle), "wb") as file:
        file.write(original(1))
    os.close(handle)
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is False
    assert len(told["unreadable"]) == 1


def test_the_jpeg_of_a_pair_is_a_copy_of_its_pixels(keepers: Keepers, tmp_path: Path) -> None:
    """A picture that belongs to another photo, as the JPEG to its RAW, is a picture all the same."""
    pair = {"IMG_0001.DNG": raw(1), "IMG_0001.JPG": original(1)}
    drive = lay(tmp_path / "drive", {"IMG_0001.DNG": raw(1), "IMG_0001.JPG": described(1)})
    library = lay(tmp_path / "library", pair)
    told = keepers("missing", drive, "--from", library, "--json").json
    assert told["safe_to_wipe"] is True
    assert told["same_pixels"] == [{"path": f"{drive}/IMG_0001.JPG", "found": f"{library}/IMG_0001.JPG"}]


def test_photos_in_an_archive_are_copies_but_not_if_it_lies_on_the_drive(
    keepers: Keepers, tmp_path: Path
) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    for folder in (tmp_path, drive):
        with zipfile.ZipFile(folder / "takeout-1-001.zip", "w") as archive:
            archive.writestr("Takeout/Google Photos/Photos from 2024/a.jpg", original(1))
    ask = ("missing", drive, "--json", "--from")
    assert keepers(*ask, f"takeout:{drive}/takeout-1-001.zip").code == 2
    told = keepers(*ask, f"takeout:{tmp_path}/takeout-1-001.zip", "--verify").json
    assert (told["missing"], told["by_bytes"], told["reread"]) == ([], 1, 1)
    assert [one["path"] for one in told["unreadable"]] == [f"{drive}/takeout-1-001.zip"]
    back = keepers("missing", f"takeout:{tmp_path}/takeout-1-001.zip", "--from", drive, "--json").json
    assert back["safe_to_wipe"] is True
