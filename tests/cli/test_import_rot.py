"""What `verify` has found rotten is neither imported nor taken for a copy; what has no photo is asked about, too."""

import shutil
from pathlib import Path

import pytest

from tests.cli.drives import lay, original, smaller
from tests.cli.story import rot
from tests.cli.world import Keepers, bytes_in

pytestmark = pytest.mark.slow

SIDE = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def test_a_rotten_copy_in_the_library_keeps_no_good_one_out(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": smaller(1)})
    library = lay(tmp_path / "library", {"2024/07/a.jpg": original(1)})
    keepers("scan", library)
    rot(library / "2024/07/a.jpg")
    bad = (library / "2024/07/a.jpg").read_bytes()
    assert keepers("verify", library).code == 3

    told = keepers("import", drive, "--to", library, "--json")
    assert told.code == 0
    assert told.json["counts"] == {"copied": 2}
    found = bytes_in(library)
    assert sorted(found.values()) == sorted([bad, original(1), smaller(1)])
    assert found["2024/07/a.jpg"] == bad, "nothing is overwritten, rotten or not"
    assert keepers("missing", drive, "--from", library, "--verify", "--json").json["safe_to_wipe"] is True


def test_a_rotten_copy_on_the_drive_is_not_the_one_that_comes_in(keepers: Keepers, tmp_path: Path) -> None:
    photo = {"DCIM/a.jpg": original(1), "DCIM/a.jpg.xmp": SIDE, "copies/a (1).jpg": original(1)}
    drive = lay(tmp_path / "drive", photo)
    keepers("scan", drive)
    rot(drive / "DCIM/a.jpg")
    assert keepers("verify", drive).code == 3
    told = keepers("import", drive, "--to", tmp_path / "library", "--move", "--yes", "--json")
    assert (told.code, told.json["problems"], told.json["counts"]) == (3, [], {"moved": 1})
    assert list(bytes_in(tmp_path / "library").values()) == [original(1)]
    assert sorted(bytes_in(drive)) == ["DCIM/a.jpg", "DCIM/a.jpg.xmp"]
    reasons = {row["path"].removeprefix(f"{drive}/"): row["reason"] for row in told.json["unreadable"]}
    assert "its bytes have changed" in reasons["DCIM/a.jpg"]
    assert "a.jpg" in reasons["DCIM/a.jpg.xmp"]


def test_a_copy_that_was_put_back_counts_again(keepers: Keepers, tmp_path: Path) -> None:
    """As `verify` tells how: with cp -p, so that neither size nor date shows it."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1)})
    library = lay(tmp_path / "library", {"2024/07/a.jpg": original(1)})
    keepers("scan", library)
    rot(library / "2024/07/a.jpg")
    assert keepers("verify", library).code == 3
    shutil.copy2(drive / "a.jpg", library / "2024/07/a.jpg")
    told = keepers("import", drive, "--to", library, "--json")
    assert (told.code, told.json["counts"]) == (0, {"there already": 1})
    assert keepers("missing", drive, "--from", library, "--json").json["safe_to_wipe"] is True


def test_no_version_stays_out_for_the_sake_of_a_rotten_one(keepers: Keepers, tmp_path: Path) -> None:
    drive = lay(tmp_path / "drive", {"a.jpg": smaller(1)})
    library = lay(tmp_path / "library", {"2024/07/a.jpg": original(1)})
    words: list[str | Path] = ["import", drive, "--to", library, "--versions", "best", "--dry-run", "--json"]
    assert keepers(*words).json["counts"] == {"worse version": 1}
    rot(library / "2024/07/a.jpg")
    keepers("verify", library)
    assert keepers(*words).json["counts"] == {"copied": 1}


def test_duplicates_never_keep_a_rotten_reference(keepers: Keepers, tmp_path: Path) -> None:
    library = lay(tmp_path / "library", {"a.jpg": original(1)})
    fresh = lay(tmp_path / "fresh", {"b.jpg": original(1), "c.jpg": original(1)})
    keepers("scan", library)
    rot(library / "a.jpg")
    keepers("verify", library)
    words: list[str | Path] = ["duplicates", fresh, "--reference", library, "--kind", "same-bytes"]
    (group,) = keepers(*words, "--json").json["groups"]
    assert Path(group["keep"]).parent == fresh
    assert len(group["drop"]) == 1
    assert keepers(*words, "--trash", "--yes").code in {0, 3}
    assert list(bytes_in(fresh).values()).count(original(1)) == 2, "one of them in the trash"
    assert len(list(fresh.glob("*.jpg"))) == 1


def test_companions_of_no_photo_come_to_a_place_of_their_own(keepers: Keepers, tmp_path: Path) -> None:
    photos = {"DCIM/a.jpg": original(1), "DCIM/a.jpg.xmp": SIDE}
    lone = {"DCIM/lost.xmp": SIDE + b" ", "old/IMG_9.AAE": b"<plist version='1.0'></plist>"}
    drive = lay(tmp_path / "drive", photos | lone | {"other/lost.xmp": SIDE + b"  ", "other/same.xmp": SIDE})
    before = bytes_in(drive)
    library = tmp_path / "library"
    assert keepers("missing", drive, "--from", lay(library, {"x.jpg": original(9)})).code == 0
    told = keepers("import", drive, "--to", library, "--json")
    assert (told.code, told.json["without_photo"]) == (0, [])
    found = bytes_in(library)
    assert {name: found[f"without-photo/{name}"] for name in lone} == lone
    assert len(found) == 1 + 5, "the same bytes are in the library beside their photo"
    assert keepers("missing", drive, "--from", library, "--verify", "--json").json["safe_to_wipe"] is True
    assert keepers("import", drive, "--to", library, "--json").json["actions"] == []
    assert keepers("undo", "--yes").code == 0
    assert set(bytes_in(library)) == {"x.jpg"}

    assert keepers("import", drive, "--to", library, "--move", "--yes").code == 0
    assert bytes_in(drive) == {name: data for name, data in before.items() if name not in photos}
    keepers("undo", "--yes")
    assert bytes_in(drive) == before


def test_a_sidecar_that_came_before_its_photo_is_not_parted_from_it(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 5: a folder that is watched, or a card that is still being copied."""
    drive = lay(tmp_path / "drive", {"IMG_1.jpg.xmp": SIDE})
    words: list[str | Path] = ["import", drive, "--to", tmp_path / "library", "--move", "--yes"]
    assert keepers(*words).code == 0
    assert bytes_in(drive) == {"IMG_1.jpg.xmp": SIDE}
    lay(drive, {"IMG_1.jpg": original(1)})
    assert keepers(*words).code == 0
    assert bytes_in(drive) == {}
    assert bytes_in(tmp_path / "library")["2024/07/IMG_1.jpg.xmp"] == SIDE


@pytest.mark.parametrize("how", ["--move", "--copy"])
def test_a_sidecar_that_came_before_its_photo_is_there_once(
    keepers: Keepers, tmp_path: Path, how: str
) -> None:
    drive = lay(tmp_path / "drive", {"DCIM/IMG_1.jpg.xmp": SIDE})
    library = tmp_path / "library"
    words: list[str | Path] = ["import", drive, "--to", library, how, "--yes"]
    assert keepers(*words).code == 0
    before, photo = bytes_in(library), {"DCIM/IMG_1.jpg": original(1)}
    assert sorted(before) == ["without-photo/DCIM/IMG_1.jpg.xmp"]
    lay(drive, photo)
    assert keepers(*words).code == 0
    after = {"2024/07/IMG_1.jpg": original(1), "2024/07/IMG_1.jpg.xmp": SIDE}
    assert bytes_in(library) == after
    assert keepers("undo", "--yes").code == 0
    assert bytes_in(library) == before
    assert bytes_in(drive)["DCIM/IMG_1.jpg"] == original(1)
    assert keepers(*words).code == 0
    assert bytes_in(library) == after


def test_a_sidecar_is_not_parted_from_a_file_that_stays(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 5: of a photo that is damaged or of a kind that is not known, the sidecar stays, too."""
    files = {
        "cut.jpg": b"\xff\xd8\xff\xe0",
        "cut.jpg.xmp": SIDE,
        "Layers.psd": b"8BPS",
        "layers.xmp": SIDE + b" ",
    }
    drive = lay(tmp_path / "drive", files | {"a.jpg": original(1), "empty.xmp": b""})
    told = keepers("import", drive, "--to", tmp_path / "library", "--move", "--yes", "--json")
    assert told.code == 3
    assert set(bytes_in(drive)) == {*files, "empty.xmp"}
    stays = {Path(row["path"]).name: row["reason"] for row in told.json["without_photo"]}
    assert stays == {
        "cut.jpg.xmp": "it seems to belong to cut.jpg, which stays",
        "layers.xmp": "it seems to belong to Layers.psd, which stays",
        "empty.xmp": "it belongs to no photo, and is empty",
    }
