"""The real command: which copies may go, the trash, links, and what people decided."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keepers.cli.old_duplicates import photo_find_duplicates
from tests.cli.shelves import groups, only, rows, trash_of, xmp
from tests.cli.world import TAKEN, Keepers, jpeg, picture, put, tree
from tests.read.making import film as quick_film

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scanned", [False, True])
def test_a_report_names_what_stays_and_what_may_go(keepers: Keepers, shelf: Path, scanned: bool) -> None:
    if scanned:
        keepers("scan", shelf)
    before = tree(shelf)
    told = keepers("duplicates", shelf, "--kind", "same-bytes", "--json")
    group = only(told)
    size = (shelf / "2024/IMG_1.jpg").stat().st_size
    assert told.code == 0
    assert (group["kind"], group["keep"]) == ("same-bytes", str(shelf / "2024/IMG_1.jpg"))
    assert sorted(group["drop"]) == [str(shelf / "backup/IMG_1 copy.jpg"), str(shelf / "old/IMG_1.jpg")]
    assert (group["bytes_freed"], told.json["bytes_freed"]) == (2 * size, 2 * size)
    assert group["reason"]
    assert tree(shelf) == before
    assert keepers("duplicates", shelf, "--kind", "same-bytes", "--fail-on-found").code == 4


def test_the_short_way_says_what_the_whole_scan_says(keepers: Keepers, shelf: Path, photos: Path) -> None:
    put(shelf / "2024/IMG_1.jpg.xmp", xmp('xmp:Rating="4"'))
    put(shelf / "old/IMG_1.wav", b"RIFF what the photographer said")
    os.link(shelf / "backup/IMG_1 copy.jpg", shelf / "backup/IMG_1 second name.jpg")
    put(shelf / "broken/a.jpg", b"no picture")
    put(shelf / "broken/b.jpg", b"no picture")
    short = keepers("duplicates", shelf, photos, "--kind", "same-bytes", "--json").json
    assert rows(keepers, "SELECT key FROM location") == []
    assert len(rows(keepers, "SELECT key FROM hashed")) > 0
    keepers("scan", shelf, photos)
    whole = keepers("duplicates", shelf, photos, "--kind", "same-bytes", "--json").json
    assert len(short["groups"]) == 2
    assert short["groups"] == whole["groups"]
    assert short["bytes_freed"] == whole["bytes_freed"]


def test_files_of_equal_size_alone_are_read(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "p/a.jpg", jpeg(picture(1)))
    put(tmp_path / "p/b.jpg", jpeg(picture(2)) + b"more")
    twin = jpeg(picture(3))
    put(tmp_path / "p/c.jpg", twin)
    put(tmp_path / "p/d.jpg", twin)
    keepers("duplicates", tmp_path / "p", "--kind", "same-bytes")
    names = {os.fsdecode(key) for (key,) in rows(keepers, "SELECT key FROM hashed")}
    assert names == {str(tmp_path / "p/c.jpg"), str(tmp_path / "p/d.jpg")}


def test_a_later_scan_reads_no_copy_again(keepers: Keepers, shelf: Path) -> None:
    keepers("duplicates", shelf, "--kind", "same-bytes")
    copies = [shelf / "backup/IMG_1 copy.jpg", shelf / "old/IMG_1.jpg"]
    for path in copies:
        # Who reads the file again sees other bytes; size, date and inode are as they were.
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert keepers("scan", shelf, "--json").json["unreadable"] == []
    assert len(only(keepers("duplicates", "--json"))["drop"]) == 2


def test_hazard_18_names_of_one_file_are_no_copies_and_free_nothing(keepers: Keepers, tmp_path: Path) -> None:
    one = put(tmp_path / "p/one.jpg", jpeg(picture(1)))
    os.link(one, tmp_path / "p/two.jpg")
    assert groups(keepers("duplicates", tmp_path / "p", "--kind", "same-bytes", "--json")) == []
    put(tmp_path / "q/three.jpg", one.read_bytes())
    os.link(one, tmp_path / "elsewhere.jpg")
    args = ("duplicates", tmp_path / "p", tmp_path / "q", "--keep", "in", str(tmp_path / "q"), "--json")
    for kinds in (("--kind", "same-bytes"), ()):
        group = only(keepers(*args, *kinds))
        assert group["keep"] == str(tmp_path / "q/three.jpg")
        assert sorted(group["drop"]) == [str(one), str(tmp_path / "p/two.jpg")]
        assert group["bytes_freed"] == 0


def test_trash_is_a_plan_that_is_asked_for_and_undone(keepers: Keepers, shelf: Path) -> None:
    before = tree(shelf)
    dry = keepers("duplicates", shelf, "--trash", "--dry-run", "--json")
    assert [row["verb"] for row in dry.json["actions"]] == ["trash", "trash"]
    assert tree(shelf) == before
    asked = keepers("duplicates", shelf, "--trash")
    assert asked.code == 2
    assert "--yes" in asked.err
    assert tree(shelf) == before

    told = keepers("duplicates", shelf, "--trash", "--yes", "--json")
    assert (told.code, told.json["done"]) == (0, 2)
    assert sorted(p.name for p in shelf.rglob("*.jpg") if ".keepers" not in str(p)) == [
        "IMG_1.jpg",
        "IMG_2.jpg",
    ]
    assert len(trash_of(shelf)) == 2
    again = keepers("duplicates", shelf, "--trash", "--yes", "--json")
    assert (again.code, again.json["groups"], again.json["run"]) == (0, [], None)
    assert keepers("undo", "--yes").code == 0
    assert tree(shelf) == before


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (("oldest",), "old/IMG_1.jpg"),
        (("newest",), "backup/IMG_1 copy.jpg"),
        (("shortest-path",), "old/IMG_1.jpg"),
        (("longest-path",), "backup/IMG_1 copy.jpg"),
        (("in", "BACKUP"), "backup/IMG_1 copy.jpg"),
        (("in BACKUP",), "backup/IMG_1 copy.jpg"),
        (("largest", "in:BACKUP"), "backup/IMG_1 copy.jpg"),
    ],
)
def test_a_rule_says_which_stays(keepers: Keepers, shelf: Path, rule: tuple[str, ...], kept: str) -> None:
    os.utime(shelf / "old/IMG_1.jpg", (1_000_000_000, 1_000_000_000))
    os.utime(shelf / "backup/IMG_1 copy.jpg", (1_720_000_000, 1_720_000_000))
    given = [word.replace("BACKUP", str(shelf / "backup")) for word in rule]
    for kinds in (["--kind", "same-bytes"], []):
        # The source may stand behind the rule, too.
        told = keepers("duplicates", *kinds, "--json", "--keep", *given, shelf)
        assert only(told)["keep"] == str(shelf / kept), (kinds, told.out)


def test_unknown_rules_and_doubtful_kinds_are_refused(keepers: Keepers, shelf: Path) -> None:
    assert keepers("duplicates", shelf, "--keep", "prettiest").code == 2
    told = keepers("duplicates", shelf, "--kind", "same-picture", "--trash", "--yes")
    assert (told.code, "keepers review" in told.err) == (2, True)
    assert keepers("duplicates", shelf, "--kind", "same-pixels", "--hardlink", "--yes").code == 2
    assert keepers("duplicates", "--reference", shelf).code == 2
    assert keepers("duplicates", shelf / "old", "--reference", shelf).code == 2
    assert trash_of(shelf) == []


def test_a_reference_wins_and_is_never_changed(keepers: Keepers, shelf: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    put(library / "z copy (2).jpg", (shelf / "2024/IMG_1.jpg").read_bytes())
    put(library / "y.jpg", (shelf / "2024/IMG_1.jpg").read_bytes())
    put(shelf / "old/IMG_1.jpg.xmp", xmp('xmp:Rating="5"'))
    before = tree(library)
    told = keepers("duplicates", shelf, "--reference", library, "--trash", "--yes", "--json")
    group = only(told)
    assert group["keep"] == str(library / "y.jpg")
    assert sorted(group["drop"]) == [str(shelf / "2024/IMG_1.jpg"), str(shelf / "backup/IMG_1 copy.jpg")]
    # What it says could not be told to a photo that may not be changed.
    why = {row["path"]: row["why"] for row in group["stay"]}
    assert "may not be changed" in why[str(shelf / "old/IMG_1.jpg")]
    assert tree(library) == before
    assert trash_of(library) == []


@pytest.mark.parametrize("kinds", [("--kind", "same-bytes"), ()])
def test_hazard_6_a_photo_goes_with_what_belongs_to_it_or_not_at_all(
    keepers: Keepers, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    still = jpeg(picture(1), TAKEN)
    for place in ("a", "b", "c"):
        put(tmp_path / place / "IMG_1.jpg", still)
    put(tmp_path / "b/IMG_1.wav", b"RIFF one voice")
    put(tmp_path / "c/IMG_1.wav", b"RIFF and another")
    told = keepers("duplicates", tmp_path / "a", tmp_path / "b", tmp_path / "c", "--json", *kinds)
    group = only(told)
    assert group["keep"] == str(tmp_path / "b/IMG_1.jpg")
    assert group["drop"] == [str(tmp_path / "a/IMG_1.jpg")]
    assert [row["path"] for row in group["stay"]] == [str(tmp_path / "c/IMG_1.jpg")]
    assert "IMG_1.wav" in group["stay"][0]["why"]


def test_a_live_photo_is_dropped_with_its_film(keepers: Keepers, tmp_path: Path) -> None:
    still, film = jpeg(picture(1), TAKEN), quick_film(created=int(TAKEN.timestamp()) + 2_082_844_800)
    for place in ("a", "b"):
        put(tmp_path / place / "IMG_7.jpg", still)
        put(tmp_path / place / "IMG_7.mov", film)
    roots = (tmp_path / "a", tmp_path / "b")
    told = keepers("duplicates", *roots, "--kind", "same-bytes", "--trash", "--yes", "--json")
    group = only(told)
    assert told.json["done"] == 2, told.out
    assert group["bytes_freed"] == len(still) + len(film)
    assert sorted(p.name for p in (tmp_path / "b").glob("IMG*")) == []
    assert sorted(p.name for p in (tmp_path / "a").glob("IMG*")) == ["IMG_7.jpg", "IMG_7.mov"]


def test_hazard_14_hard_links_are_swapped_in_and_taken_back(keepers: Keepers, shelf: Path) -> None:
    before = tree(shelf)
    told = keepers("duplicates", shelf, "--hardlink", "--yes", "--json")
    assert (told.code, told.json["done"]) == (0, 2)
    names = [shelf / "2024/IMG_1.jpg", shelf / "backup/IMG_1 copy.jpg", shelf / "old/IMG_1.jpg"]
    assert len({name.stat().st_ino for name in names}) == 1
    assert groups(keepers("duplicates", shelf, "--json")) == []
    assert keepers("undo", "--yes").code == 0
    assert len({name.stat().st_ino for name in names}) == 3
    assert tree(shelf) == before


def test_a_hard_link_says_whose_date_and_mode_stay(keepers: Keepers, shelf: Path) -> None:
    told = keepers("duplicates", shelf, "--hardlink", "--dry-run", "--json")
    assert all("2024-07-01 12:00:00 UTC, -rw" in row["because"] for row in told.json["actions"])


def test_a_reflink_is_made_or_nothing_is_changed(keepers: Keepers, shelf: Path) -> None:
    before = {name: row[2] for name, row in tree(shelf).items()}
    told = keepers("duplicates", shelf, "--reflink", "--yes", "--json")
    if told.json["done"]:
        assert len({p.stat().st_ino for p in shelf.glob("*/IMG_1*.jpg")}) == 3
    else:
        assert told.code == 1
        assert "cannot share blocks" in told.err
        assert trash_of(shelf) == []
    assert {name: row[2] for name, row in tree(shelf).items() if ".keepers" not in name} == before


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="no second file system")  # noqa: S108
def test_no_link_is_tried_across_file_systems(keepers: Keepers, shelf: Path) -> None:
    other = Path("/dev/shm") / f"keepers-{os.getpid()}"  # noqa: S108
    if os.stat("/dev/shm").st_dev == shelf.stat().st_dev:  # noqa: S108
        pytest.skip("one file system")
    copy = put(other / "IMG_1.jpg", (shelf / "2024/IMG_1.jpg").read_bytes())
    try:
        told = keepers(
            "duplicates", shelf / "2024", other, "--keep", "in", shelf, "--hardlink", "--yes", "--json"
        )
        assert told.code == 3
        assert only(told)["drop"] == []
        assert "another file system" in only(told)["stay"][0]["why"]
    finally:
        copy.unlink()
        other.rmdir()


def test_a_file_that_changed_stays(keepers: Keepers, shelf: Path) -> None:
    keepers("scan", shelf)
    with (shelf / "old/IMG_1.jpg").open("ab") as file:
        file.write(b"!")
    group = only(keepers("duplicates", "--json"))
    assert group["drop"] == [str(shelf / "backup/IMG_1 copy.jpg")]
    assert "changed" in group["stay"][0]["why"]


def test_reports_hold_hostile_names(keepers: Keepers, tmp_path: Path) -> None:
    data = jpeg(picture(1))
    put(tmp_path / "p/=cmd()<b>.jpg", data)
    put(tmp_path / "p/x\n,y.jpg", data)
    reports = [tmp_path / f"r{ending}" for ending in (".csv", ".json", ".html", ".log")]
    words = [word for report in reports for word in ("--report", str(report))]
    for _ in range(2):
        assert keepers("duplicates", tmp_path / "p", "--kind", "same-bytes", *words).code == 0
    with reports[0].open(newline="") as file:
        cells = list(csv.reader(file))
    assert [row[2] for row in cells] == ["What", "keep", "drop"]
    assert all("\n" not in cell and not cell.startswith("=") for row in cells for cell in row)
    assert json.loads(reports[1].read_bytes())["schema_version"] == 1
    page = reports[2].read_text("utf-8")
    assert "<b>" not in page.replace("<b>1</b>", "")
    assert "http" not in page.replace("http-equiv", "")
    assert reports[3].read_text().count("\n") == 2


def test_a_report_overwrites_nobodys_file(keepers: Keepers, shelf: Path, tmp_path: Path) -> None:
    mine = put(tmp_path / "list.csv", b"my own list, of many years")
    told = keepers("duplicates", shelf, "--report", mine)
    assert (told.code, mine.read_bytes()) == (2, b"my own list, of many years")
    assert keepers("duplicates", shelf, "--report", shelf / "r.csv").code == 2


def test_the_old_finder_reports_and_changes_nothing(
    keepers: Keepers, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPERS_CATALOG", str(keepers.catalog))
    monkeypatch.chdir(tmp_path)
    before = tree(shelf)
    assert photo_find_duplicates(["--input", str(shelf), "--output", "dummy", "--debug", "true"]) == 0
    lines = [line.split(",", 1) for line in (tmp_path / "duplicates.log").read_text().splitlines()]
    assert {len(line[0]) for line in lines} == {64}
    assert sorted(line[1] for line in lines) == sorted(str(p) for p in shelf.glob("*/IMG_1*.jpg"))
    (tmp_path / "duplicates.log").unlink()
    assert photo_find_duplicates(["--input", str(shelf), "--dryrun", "true"]) == 0
    assert not (tmp_path / "duplicates.log").exists()
    assert tree(shelf) == before


def test_an_empty_source_is_a_fault(keepers: Keepers, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    assert keepers("duplicates").code == 10
    assert keepers("duplicates", tmp_path / "p", "--kind", "same-bytes").code == 1


def test_the_short_way_imports_no_numpy(shelf: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from keepers.cli.main import main; main(sys.argv[1:]); "
        "sys.exit(bool({'numpy', 'rawpy', 'PIL.Image'} & set(sys.modules)))"
    )
    words = ["--catalog", str(tmp_path / "c.db"), "duplicates", str(shelf), "--kind", "same-bytes", "-q"]
    assert (
        subprocess.run(
            [sys.executable, "-c", code, *words], check=False, stdout=subprocess.DEVNULL
        ).returncode
        == 0
    )
