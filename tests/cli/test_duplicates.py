"""The real command: which copies may go, the trash, links, and what people decided."""

import contextlib
import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from keepers.catalog.store import open_catalog
from keepers.cli.old_duplicates import photo_find_duplicates
from tests.cli.world import TAKEN, Keepers, Told, jpeg, picture, put, tree
from tests.read.making import film as quick_film

pytestmark = pytest.mark.slow

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"""


def xmp(attributes: str = "", inside: str = "") -> bytes:
    return XMP.format(attributes=attributes, inside=inside).encode()


def words(*keywords: str) -> str:
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in keywords)
    return f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A photo three times, and another one alone."""
    folder = tmp_path / "shelf"
    data = jpeg(picture(1), TAKEN)
    put(folder / "2024/IMG_1.jpg", data)
    put(folder / "backup/IMG_1 copy.jpg", data)
    put(folder / "old/IMG_1.jpg", data)
    put(folder / "2024/IMG_2.jpg", jpeg(picture(2), TAKEN))
    return folder


def groups(told: Told) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told.json["groups"]
    return found


def only(told: Told) -> dict[str, Any]:
    assert len(groups(told)) == 1, told.out
    return groups(told)[0]


def rows(keepers: Keepers, query: str) -> list[Any]:
    with contextlib.closing(open_catalog(keepers.catalog, create=False)) as catalog:
        return list(catalog.db.execute(query))


def trash_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob(".keepers-trash/*"))


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


def test_the_keeper_inherits_what_the_others_knew(keepers: Keepers, shelf: Path) -> None:
    put(shelf / "2024/IMG_1.jpg.xmp", xmp('xmp:Rating="2" crs:Exposure2012="+0.5"', words("sea")))
    put(shelf / "old/IMG_1.jpg.xmp", xmp('xmp:Rating="5"', words("holiday", "sea")))
    story = {
        "title": "IMG_1 copy.jpg",
        "description": "On the beach",
        "geoData": {"latitude": 43.5, "longitude": 7.25},
        "photoTakenTime": {"timestamp": str(int(TAKEN.timestamp()))},
    }
    put(shelf / "backup/IMG_1 copy.jpg.json", json.dumps(story).encode())
    before = tree(shelf)
    told = keepers("duplicates", shelf, "--keep", "in", shelf / "2024", "--trash", "--yes", "--json")
    assert (told.code, told.json["problems"]) == (0, [])
    text = (shelf / "2024/IMG_1.jpg.xmp").read_text("utf-8")
    assert 'crs:Exposure2012="+0.5"' in text
    assert not (shelf / "old/IMG_1.jpg.xmp").exists()
    shown = keepers("duplicates", shelf, "--json")
    assert groups(shown) == []
    facts = json.loads(keepers("explain", shelf / "2024/IMG_1.jpg", "--json").out)
    assert "holiday" in text
    assert "On the beach" in text
    assert "43,30" in text
    assert "<xmp:Rating>5</xmp:Rating>" in text
    assert facts["path"].endswith("IMG_1.jpg")
    assert keepers("undo", "--yes").code == 0
    assert tree(shelf) == before


def test_a_date_that_only_another_copy_proves_is_inherited(keepers: Keepers, tmp_path: Path) -> None:
    data = jpeg(picture(9))
    put(tmp_path / "p/a/pic.jpg", data)
    put(tmp_path / "p/b/pic.jpg", data)
    story = {"title": "pic.jpg", "photoTakenTime": {"timestamp": "1500000000"}}
    put(tmp_path / "p/b/pic.jpg.json", json.dumps(story).encode())
    told = keepers(
        "duplicates", tmp_path / "p", "--keep", "in", tmp_path / "p/a", "--trash", "--yes", "--json"
    )
    assert (told.code, only(told)["keep"]) == (0, str(tmp_path / "p/a/pic.jpg"))
    keepers("scan", tmp_path / "p")
    taken = keepers("explain", tmp_path / "p/a/pic.jpg", "--json").json["taken"]
    assert (taken["at"][:10], taken["certain"]) == ("2017-07-14", True)


def test_settings_of_other_programs_come_along(keepers: Keepers, shelf: Path) -> None:
    put(shelf / "old/IMG_1.jpg.xmp", xmp('crs:Exposure2012="+1.0"'))
    keepers("duplicates", shelf, "--keep", "in", shelf / "2024", "--trash", "--yes")
    assert 'crs:Exposure2012="+1.0"' in (shelf / "2024/IMG_1.jpg.xmp").read_text("utf-8")


def test_what_cannot_be_merged_stays(keepers: Keepers, shelf: Path) -> None:
    put(shelf / "2024/IMG_1.jpg.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>not closed")
    put(shelf / "old/IMG_1.jpg.xmp", xmp('xmp:Rating="5"'))
    before = tree(shelf)
    told = keepers("duplicates", shelf, "--keep", "in", shelf / "2024", "--trash", "--yes", "--json")
    assert told.code == 3
    assert only(told)["drop"] == []
    assert "IMG_1.jpg.xmp" in only(told)["stay"][0]["why"]
    assert tree(shelf) == before


def test_equal_pixels_go_and_their_words_stay(keepers: Keepers, tmp_path: Path) -> None:
    image = picture(4)
    bare = jpeg(image)
    put(tmp_path / "p/bare.jpg", bare)
    put(tmp_path / "p/dated.jpg", jpeg(image, TAKEN))
    put(tmp_path / "p/bare.jpg.xmp", xmp("", words("only here")))
    before = tree(tmp_path / "p")
    told = keepers("duplicates", tmp_path / "p", "--trash", "--yes", "--json")
    group = only(told)
    assert (group["kind"], group["keep"]) == ("same-pixels", str(tmp_path / "p/dated.jpg"))
    assert "only here" in (tmp_path / "p/dated.jpg.xmp").read_text("utf-8")
    assert not (tmp_path / "p/bare.jpg").exists()
    assert keepers("undo", "--yes").code == 0
    assert tree(tmp_path / "p") == before


def test_a_film_within_a_photo_is_not_lost(keepers: Keepers, tmp_path: Path) -> None:
    image = picture(4)
    plain = jpeg(image, TAKEN)
    put(tmp_path / "p/plain.jpg", plain)
    put(tmp_path / "p/motion.jpg", plain + quick_film(brand=b"mp42"))
    told = keepers("duplicates", tmp_path / "p", "--keep", "smallest", "--trash", "--yes", "--json")
    assert (tmp_path / "p/motion.jpg").exists(), told.out
    assert "film" in only(told)["stay"][0]["why"]


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


def test_a_copy_stays_beside_a_sidecar_that_the_disk_does_not_read_now(keepers: Keepers, shelf: Path) -> None:
    """Hazard 5: whoever trashed the copy would part it from what is told of it."""
    sidecar = put(shelf / "old/IMG_1.xmp", xmp('xmp:Rating="5"'))
    assert keepers("scan", shelf).code == 0
    with contextlib.closing(open_catalog(keepers.catalog, create=False)) as catalog, catalog.writing() as db:
        db.execute(
            "UPDATE location SET fate = 'unreadable', reason = 'input/output error', main = NULL, content = NULL"
            " WHERE key = ?",
            (os.fsencode(sidecar),),
        )
        db.execute("DELETE FROM told")
    # Without sources nothing is scanned, so the fault is still as it was.
    keepers("duplicates", "--trash", "--keep", "in", shelf / "2024", "--yes")
    assert (shelf / "old/IMG_1.jpg").exists()
    assert not (shelf / "backup/IMG_1 copy.jpg").exists()
