"""Hazards of importing and trashing that whole commands have to hold against, by the number that SAFETY.md gives them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.drives import described, lay, original, smaller
from tests.cli.world import TAKEN, Keepers, bytes_in, jpeg, picture, put

pytestmark = pytest.mark.slow

STARS = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>"""


def dated(date: str) -> bytes:
    """A photo whose camera wrote this for a date."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = date
    buffer = io.BytesIO()
    picture(len(date) + sum(map(ord, date)), (160, 120)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_no_original_is_ever_written(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 21: what is learned of a photo, and what a keeper inherits, goes beside it."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(1), "b.jpg.xmp": STARS})
    put(drive / "c.jpg", dated("0000:00:00 00:00:00"))
    originals = {data for name, data in bytes_in(drive).items() if name.endswith(".jpg")}
    library = tmp_path / "library"
    assert keepers("import", drive, "--to", library).code == 0
    assert {data for name, data in bytes_in(library).items() if name.endswith(".jpg")} == originals
    assert keepers("duplicates", drive, "--keep", "shortest-path", "--trash", "--yes").code == 0
    left = bytes_in(drive)
    assert {data for name, data in left.items() if name.endswith(".jpg") or "trash" in name} - {
        STARS
    } == originals
    assert b"Rating" in left[next(name for name in left if name.endswith(".xmp") and "trash" not in name)]


@pytest.mark.parametrize("rule", ["largest", "newest", "oldest"])
def test_an_empty_or_cut_photo_is_told_and_wins_nothing(keepers: Keepers, tmp_path: Path, rule: str) -> None:
    """Hazard 22."""
    whole = jpeg(picture(3), TAKEN)
    files = {
        "whole.jpg": whole,
        "copy.jpg": whole,
        "cut.jpg": whole[: len(whole) // 2],
        "empty.jpg": b"",
        "e.jpg": b"",
    }
    drive = lay(tmp_path / "drive", files)
    told = keepers("duplicates", drive, "--keep", rule, "--json")
    assert told.code == 3
    (group,) = told.json["groups"]
    assert {Path(path).name for path in (group["keep"], *group["drop"])} == {"whole.jpg", "copy.jpg"}
    assert {Path(row["path"]).name for row in told.json["unreadable"]} == {"cut.jpg", "empty.jpg", "e.jpg"}
    library = lay(
        tmp_path / "library", {"2024/07/whole.jpg": whole[: len(whole) // 2], "2024/07/copy.jpg": b""}
    )
    before = bytes_in(library)
    assert keepers("import", drive, "--to", library, "--versions", "best").code == 3
    found = bytes_in(library)
    assert {name: found[name] for name in before} == before, "damaged, and yet not ours to overwrite"
    assert list(found.values()).count(whole) == 1


def test_a_library_that_was_tidied_or_moved_is_not_filled_again(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 44: what is there is told by its bytes, not by where an import has put it."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(2), "b.jpg.xmp": STARS})
    assert keepers("import", drive, "--to", tmp_path / "library").code == 0
    (tmp_path / "library").rename(tmp_path / "moved")
    library = tmp_path / "moved"
    (library / "holidays").mkdir()
    (library / "2024/07/a.jpg").rename(library / "holidays/mine.jpg")
    before = bytes_in(library)
    for more in ([], ["--template", "{camera}/{name}"]):
        told = keepers("import", drive, "--to", library, "--json", *more)
        assert (told.code, told.json["actions"]) == (0, [])
    assert bytes_in(library) == before


def test_what_was_rejected_stays_out_and_what_was_deleted_may_come_back(
    keepers: Keepers, tmp_path: Path
) -> None:
    """Hazard 45: a decision is by content, can be seen and taken back; a file that a person deleted blocks nothing."""
    drive = lay(tmp_path / "drive", {"large.jpg": original(1), "b.jpg": original(2)})
    library = lay(tmp_path / "library", {"2024/07/a.jpg": smaller(1)})
    words: list[str | Path] = ["import", drive, "--to", library, "--versions", "best", "--json"]
    (group,) = keepers("group", drive, library, "--kind", "same-picture", "--json").json["groups"]
    assert keepers("decide", group["id"], "--keep", library / "2024/07/a.jpg").code == 0
    (drive / "large.jpg").rename(drive / "renamed.jpg")
    assert keepers(*words).json["counts"] == {"worse version": 1, "copied": 1}

    name = next(name for name, data in bytes_in(library).items() if data == original(2))
    (library / name).unlink()
    assert keepers(*words).json["counts"] == {"worse version": 1, "copied": 1}
    assert bytes_in(library)[name] == original(2)

    put(library / "2024/07/twin.jpg", original(2))
    assert keepers("duplicates", library, "--trash", "--yes").code == 0
    assert keepers(*words).json["counts"] == {"worse version": 1, "there already": 1}, (
        "no copy is resurrected"
    )
    assert keepers("decide", group["id"], "--forget").code == 0
    assert keepers(*words).json["counts"] == {"copied": 1, "there already": 1}


def test_the_trash_is_seen_with_its_size_and_can_be_freed(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 46."""
    drive = lay(tmp_path / "drive", {"a.jpg": original(1), "b.jpg": original(1), "c/a.jpg": described(1)})
    assert keepers("duplicates", drive, "--kind", "same-bytes", "--trash", "--yes").code == 0
    listed = keepers("trash", "list", "--json").json
    assert [(row["size"], Path(row["from"]).parent) for row in listed["items"]] == [(len(original(1)), drive)]
    assert listed["bytes"] == len(original(1))
    assert "1 file, " in keepers("trash", "list").out
    held = sum(len(data) for data in bytes_in(drive).values())
    assert keepers("trash", "empty", "--yes").code == 0
    assert sum(len(data) for data in bytes_in(drive).values()) == held - len(original(1))
    assert keepers("trash", "list", "--json").json["bytes"] == 0


def test_a_nonsense_date_sends_no_photo_to_a_nonsense_folder(keepers: Keepers, tmp_path: Path) -> None:
    """Hazard 54: years before photography, of a far future, and paths are no dates; that is told."""
    dates = (
        "0000:00:00 00:00:00",
        "9999:12:31 23:59:59",
        "1601:01:01 00:00:00",
        "../../../../etc/pass",
        "2024:13:45 99:00:00",
    )
    drive = lay(tmp_path / "drive", {f"p{number}.jpg": dated(text) for number, text in enumerate(dates)})
    put(drive / "good.jpg", dated("2019:05:06 07:08:09"))
    library = tmp_path / "deep/library"
    assert keepers("import", drive, "--to", library).code == 0
    assert set(bytes_in(library)) == {
        "2019/05/good.jpg",
        *(f"undated/p{number}.jpg" for number in range(len(dates))),
    }
    assert {path.name for path in tmp_path.iterdir()} == {"drive", "deep", "state"}
    assert "9999" in keepers("explain", drive / "p1.jpg").out
