"""The real command on messy drives: nothing overwritten, nothing deleted, every file answered for."""

import csv
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from keepers.cli import old_import
from tests.cli.world import TAKEN, Keepers, bytes_in, jpeg, names, picture, put, tree

pytestmark = pytest.mark.slow

SIDE = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A drive as people have them: two cameras with one counter, copies, junk, a photo without a date."""
    folder = tmp_path / "drive"
    put(folder / "DCIM/100CANON/IMG_0001.JPG", jpeg(picture(1, (160, 120)), TAKEN))
    put(folder / "DCIM/100CANON/IMG_0001.JPG.xmp", SIDE)
    nikon = put(
        folder / "DCIM/101NIKON/IMG_0001.JPG", jpeg(picture(2, (160, 120)), TAKEN + timedelta(days=28))
    )
    nikon.chmod(0o640)
    put(folder / "2019 Italy/copy of IMG_0001.JPG", (folder / "DCIM/100CANON/IMG_0001.JPG").read_bytes())
    put(folder / "2019 Italy/plain.jpg", jpeg(picture(3, (160, 120))))
    put(folder / "2019 Italy/film.mp4.part", b"half of it")
    put(folder / "notes.txt", b"mine")
    put(folder / "lone.xmp", SIDE + b" ")
    put(folder / "cut.jpg", b"\xff\xd8\xff\xe0")
    return folder


def test_a_drive_is_copied_into_a_dated_library(keepers: Keepers, drive: Path, tmp_path: Path) -> None:
    before = tree(drive)
    library = tmp_path / "library"
    told = keepers("import", drive, "--to", library, "--json")
    assert told.code == 3  # one file could not be read
    assert tree(drive) == before

    found = bytes_in(library)
    photos = [drive / "DCIM/100CANON/IMG_0001.JPG", drive / "DCIM/101NIKON/IMG_0001.JPG"]
    assert {path.read_bytes() for path in photos} <= set(found.values())
    assert found["undated/plain.jpg"] == (drive / "2019 Italy/plain.jpg").read_bytes()
    assert found["without-photo/lone.xmp"] == (drive / "lone.xmp").read_bytes()
    assert len(found) == 5
    side = next(name for name in found if name.endswith(".xmp") and "without" not in name)
    assert found[side.removesuffix(".xmp")] == photos[0].read_bytes()
    copy = next(path for path in library.rglob("*.JPG") if path.read_bytes() == photos[1].read_bytes())
    assert copy.stat().st_mtime_ns == photos[1].stat().st_mtime_ns
    assert copy.stat().st_mode == photos[1].stat().st_mode

    said = told.json
    assert (said["state"], said["done"], said["problems"]) == ("done", 5, [])
    assert {action["verb"] for action in said["actions"]} == {"copy"}
    outcomes = {row["source"].removeprefix(f"{drive}/"): row["outcome"] for row in said["decisions"]}
    assert outcomes["2019 Italy/copy of IMG_0001.JPG"] == "same bytes twice"
    assert said["without_photo"] == []
    assert {row["path"] for row in said["ignored"]} == {
        f"{drive}/notes.txt",
        f"{drive}/2019 Italy/film.mp4.part",
    }
    listed = {row["source"] for row in said["decisions"]}
    for part in ("without_photo", "ignored", "unreadable", "waiting"):
        listed |= {row["path"] for row in said[part]}
    assert listed == {str(path) for path in drive.rglob("*") if path.is_file()}


def test_a_second_import_does_nothing_and_undo_takes_all_back(
    keepers: Keepers, drive: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    put(place / "mine.txt", b"mine")
    before = tree(place)
    report = place / "out/decisions.csv"
    assert keepers("import", drive, "--to", place / "library", "--report", report).code == 3
    made = tree(place)
    again = keepers("import", drive, "--to", place / "library", "--report", report, "--json")
    assert (again.code, again.json["actions"], again.json["run"]) == (3, [], None)
    assert tree(place) == made
    assert keepers("undo", "--yes").code == 0
    assert tree(place) == before
    # What an undo took away is no lost library, and what is made anew in its place no other drive.
    (place / "a new folder, that no inode be used twice").mkdir()
    for _ in range(2):
        assert keepers("import", drive, "--to", place / "library").code == 3
    assert len(bytes_in(place / "library")) == 5


def test_moving_asks_moves_whole_photos_and_can_be_undone(
    keepers: Keepers, drive: Path, tmp_path: Path
) -> None:
    before = tree(drive)
    library = tmp_path / "library"
    unsaid = keepers("import", drive, "--to", library, "--move")
    assert (unsaid.code, tree(drive), library.exists()) == (2, before, False)
    assert "--yes" in unsaid.err

    assert keepers("import", drive, "--to", library, "--move", "--yes").code == 3
    left = names(drive)
    assert {"notes.txt", "lone.xmp", "cut.jpg", "2019 Italy/film.mp4.part"} <= left
    assert len(left) == 5  # and one of two equal files
    for _ in range(2):
        assert keepers("import", drive, "--to", library, "--move", "--yes", "--json").json["actions"] == []

    assert keepers("undo", "--yes").code == 0
    assert tree(drive) == before
    assert not library.exists()


def test_a_drive_that_an_import_has_emptied_is_no_fault(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "card/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    for expected in (1, 0, 0, 0):
        told = keepers("import", tmp_path / "card", "--to", tmp_path / "lib", "--move", "--yes", "--json")
        assert (told.code, told.json["done"]) == (0, expected)


def test_two_cameras_and_one_name_lose_nothing(keepers: Keepers, tmp_path: Path) -> None:
    # The old importer deleted the smaller one, for reason "default".
    photos = [jpeg(picture(seed, (160, 120)), TAKEN + timedelta(days=seed)) for seed in range(1, 4)]
    for number, data in enumerate(photos[:2]):
        put(tmp_path / f"in/{number}/IMG_0001.JPG", data)
    put(tmp_path / "library/2024/07/img_0001.jpg", photos[2])
    assert keepers("import", tmp_path / "in", "--to", tmp_path / "library", "--move", "--yes").code == 0
    found = bytes_in(tmp_path / "library")
    assert sorted(found.values()) == sorted(photos)
    assert found["2024/07/img_0001.jpg"] == photos[2]
    assert names(tmp_path / "in") == set()


def test_a_dry_run_writes_nothing_at_all(keepers: Keepers, drive: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    before = tree(drive), tree(place)
    told = keepers(
        "import",
        drive,
        "--to",
        place / "deep/lib",
        "--move",
        "--dry-run",
        "--report",
        place / "r.csv",
        "--json",
    )
    assert told.code == 0
    assert {"title", "actions", "bytes", "refused"} <= set(told.json)
    assert [action["verb"] for action in told.json["actions"]].count("write") == 1
    assert (tree(drive), tree(place)) == before
    assert keepers("history", "--json").json["runs"] == []


def test_the_report_fills_every_column(keepers: Keepers, tmp_path: Path) -> None:
    source, library = tmp_path / "in", tmp_path / "library"
    put(source / "=1+1,\n\u202egpj.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(source / "b.jpg", jpeg(picture(2, (160, 120)), TAKEN + timedelta(days=1)))
    put(library / "here.jpg", (source / "b.jpg").read_bytes())
    reports = [tmp_path / f"r.{ending}" for ending in ("csv", "json", "html")]
    assert (
        keepers("import", source, "--to", library, *(w for r in reports for w in ("--report", r))).code == 0
    )
    with reports[0].open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == [
        "Log date", "Destination", "Source", "Winner?", "Reason", "Source size", "Source hash", "Source date",
        "Destination size", "Destination hash", "Destination date",
    ]  # fmt: skip
    assert len(rows) == 2
    assert all(value for row in rows for value in row.values())
    there = next(row for row in rows if row["Source"].endswith("b.jpg"))
    assert (there["Winner?"], there["Destination"]) == ("no", str(library / "here.jpg"))
    assert there["Destination hash"] == there["Source hash"]
    assert there["Source date"] == "2024-07-02T12:00:00+00:00"
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))]
    assert "\u202e" not in reports[0].read_text("utf-8")
    told = json.loads(reports[1].read_bytes())
    assert (told["schema_version"], len(told["decisions"])) == (1, 2)
    page = reports[2].read_text("utf-8")
    assert "here.jpg" in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    assert "<script" not in page


def test_a_report_takes_the_place_of_ours_only(keepers: Keepers, tmp_path: Path) -> None:
    report = put(tmp_path / "r.csv", b"mine")
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    keepers("import", tmp_path / "in", "--to", tmp_path / "lib", "--report", report)
    assert report.read_bytes() == b"mine"
    first = (tmp_path / "r_1.csv").read_bytes()
    put(tmp_path / "in/b.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    keepers("import", tmp_path / "in", "--to", tmp_path / "lib", "--report", report)
    assert report.read_bytes() == b"mine"
    assert (tmp_path / "r_1.csv").read_bytes() != first
    keepers("undo", "--yes")
    assert (tmp_path / "r_1.csv").read_bytes() == first
    assert keepers("import", tmp_path / "in", "--to", tmp_path / "lib", "--report", "r.doc").code == 2


@pytest.mark.parametrize("rule", ["default", "s3"])
def test_a_worse_version_stays_or_is_kept_beside(keepers: Keepers, tmp_path: Path, rule: str) -> None:
    image = picture(7, (640, 480))
    best = put(tmp_path / "library/2024/07/IMG_7.jpg", jpeg(image, TAKEN, 95))
    small = put(tmp_path / "in/IMG_7.jpg", jpeg(image.resize((320, 240)), TAKEN, 60))
    words: list[str | Path] = [
        "import",
        tmp_path / "in",
        "--to",
        tmp_path / "library",
        "--contest",
        rule,
        "--json",
    ]
    only = keepers(*words, "--versions", "best", "--move", "--yes")
    assert (only.code, only.json["actions"]) == (0, [])
    row = only.json["decisions"][0]
    assert (row["outcome"], row["destination"], row["winner"]) == ("worse version", str(best), False)
    assert (row["destination_size"], row["source_size"]) == (best.stat().st_size, small.stat().st_size)
    assert small.exists()
    page = tmp_path / "page.html"
    assert keepers(*words, "--report", page).json["done"] == 2
    assert page.read_text("utf-8").count("<img") == 1
    assert sorted(bytes_in(tmp_path / "library").values()) == sorted([best.read_bytes(), small.read_bytes()])


def test_a_file_that_is_being_written_is_left_for_later(keepers: Keepers, tmp_path: Path) -> None:
    # Hazard 20: a camera or a download is not done yet.
    path = put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(tmp_path / "in/a.jpg.xmp", SIDE)
    put(tmp_path / "in/b.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    words: list[str | Path] = ["import", tmp_path / "in", "--to", tmp_path / "lib", "--settle", "0", "--json"]
    with path.open("r+b"):
        os.utime(path)
        told = keepers(*words)
    assert (told.code, told.json["done"]) == (3, 1)
    assert [row["path"] for row in told.json["waiting"]] == [str(path)]
    assert names(tmp_path / "lib") == {"2024/07/b.jpg"}
    assert keepers(*words).json["done"] == 2


def test_templates_and_dates_can_be_chosen(keepers: Keepers, tmp_path: Path) -> None:
    source = tmp_path / "in"
    put(source / "2019-07 Italy/DCIM/a.JPG", jpeg(picture(1, (160, 120)), TAKEN))
    put(source / "2019-07 Italy/DCIM/a.JPG.xmp", SIDE)
    put(source / "b.jpg", jpeg(picture(2, (160, 120))), datetime(2018, 5, 6, tzinfo=UTC))
    template = "{taken:%Y}/{event|no event}/{camera|no camera}/{taken:%d}_{stem}.{ext}"
    words: list[str | Path] = ["import", source, "--to", tmp_path / "lib", "--template", template]
    assert keepers(*words).code == 0
    italy = "2024/Italy/Keepers Test Camera/01_a.jpg"
    assert names(tmp_path / "lib") == {italy, f"{italy}.xmp", "undated/b.jpg"}
    keepers("undo", "--yes")
    assert keepers(*words, "--date-order", "s3").code == 0
    assert names(tmp_path / "lib") == {italy, f"{italy}.xmp", "2018/no event/no camera/06_b.jpg"}
    wrong = keepers("import", source, "--to", tmp_path / "lib", "--template", "{nothing}/{name}")
    assert wrong.code == 2
    assert "{nothing}" in wrong.err


def test_the_old_flags_become_new_ones() -> None:
    options = old_import.parser().parse_args(
        ["--input", "c:\\some\\in", "--output", "out", "--dryrun", "true"]
    )
    assert old_import.translated(options) == [
        "import", "/mnt/c/some/in", "--to", "out", "--move", "--yes", "--template", "{taken:%Y/%m}/{name}",
        "--date-order", "s3", "--contest", "s3", "--report", "out/photo_organiser.log", "--report",
        "out/photo_organiser.html", "--dry-run",
    ]  # fmt: skip


def test_the_old_importer_runs_and_deletes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEEPERS_CATALOG", str(tmp_path / "state/catalog.db"))
    photos = [jpeg(picture(seed, (160, 120)), TAKEN) for seed in (1, 2)]
    for number, data in enumerate(photos):
        put(tmp_path / f"in/{number}/IMG_0001.JPG", data)
    words = ["--input", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
    assert old_import.photo_import([*words, "--dryrun", "true"]) == 0
    assert not (tmp_path / "out").exists()
    assert old_import.photo_import([*words, "--debug", "false"]) == 0
    found = bytes_in(tmp_path / "out")
    assert {data for name, data in found.items() if name.endswith(".JPG")} == set(photos)
    log = found["photo_organiser.log"].decode().splitlines()
    assert len(log) == 3
    assert "none is deleted" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        old_import.photo_import([*words, "--dryrun", "perhaps"])


def test_what_could_not_be_read_yet_joins_the_same_run(
    keepers: Keepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in/a.jpg", jpeg(picture(1, (160, 120)), TAKEN))
    put(tmp_path / "in/b/IMG_2.jpg", jpeg(picture(2, (160, 120)), TAKEN))
    before = tree(tmp_path / "in")
    words: list[str | Path] = [
        "import",
        tmp_path / "in",
        "--to",
        tmp_path / "lib",
        "--move",
        "--yes",
        "--json",
    ]

    real = os.scandir

    def broken(where: int | str) -> object:
        if isinstance(where, int) and os.readlink(f"/proc/self/fd/{where}").endswith("/in/b"):
            raise OSError(5, "Input/output error")
        return real(where)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", broken)
        first = keepers(*words)
    assert (first.code, first.json["run"], first.json["done"]) == (3, 1, 1)
    assert names(tmp_path / "lib") == {"2024/07/a.jpg"}
    second = keepers(*words)
    assert (second.code, second.json["run"], second.json["done"]) == (0, 1, 2)
    assert names(tmp_path / "in") == set()
    assert keepers("undo", "--yes").code == 0
    assert tree(tmp_path / "in") == before
    assert not (tmp_path / "lib").exists()
