"""`people sort` as a whole: against the loopback server and folders of this machine."""

import importlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keepers.apply import carry
from keepers.model import Ref
from keepers.places.local import LocalPlace
from keepers.ports import Volume
from keepers.workflows import people_matching
from tests.cli.drives import raw
from tests.cli.people_home import SIDE, hook, reasons
from tests.cli.world import TAKEN, bytes_in, jpeg, names, picture, put, tree
from tests.immich.server import KEY

pytestmark = pytest.mark.slow


def test_photos_are_copied_to_whom_they_show_once_and_undo_takes_all_back(keepers, home, base):
    anna = home.photo("trip/a.jpg", 1, Anna=100)
    put(home.folder / "trip/a.jpg.xmp", SIDE)
    home.photo("trip/b.jpg", 2, Ben=50, nobody=300)
    home.photo("trip/both.jpg", 3, Anna=100, Ben=50)
    home.photo("trip/empty.jpg", 4)
    put(home.folder / "trip/new.jpg", jpeg(picture(5, (96, 64)), TAKEN))
    before = tree(home.folder.parent / "photos")

    told = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert told.code == 0, told.err
    assert names(base) == {"Anna/a.jpg", "Anna/a.jpg.xmp", "Ben/b.jpg"}
    assert (base / "Anna/a.jpg").read_bytes() == anna.read_bytes()
    assert tree(home.folder.parent / "photos") == before
    assert reasons(told) == {
        "a.jpg": None, "b.jpg": None, "both.jpg": "several-people", "empty.jpg": "no-faces", "new.jpg": "unknown",
    }  # fmt: skip
    rows = {Path(row["path"]).name: row for row in told.json["files"]}
    assert rows["a.jpg"]["action"] == "copied"
    assert rows["a.jpg"]["target_path"] == str(base / "Anna/a.jpg")
    assert (rows["a.jpg"]["person_name"], rows["both.jpg"]["faces_found"]) == ("Anna", 2)

    after = tree(base)
    again = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert (again.code, again.json["run"], again.json["actions"]) == (0, None, [])
    assert reasons(again)["a.jpg"] == "already-there"
    assert tree(base) == after

    assert keepers("undo", "--yes").code == 0
    assert not base.exists()
    assert tree(home.folder.parent / "photos") == before
    # What was taken back may be sorted again, and the folder that is made anew is no other drive.
    for _ in range(2):
        assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert names(base) == {"Anna/a.jpg", "Anna/a.jpg.xmp", "Ben/b.jpg"}


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ("first", {"Anna/both.jpg"}),
        ("each", {"Anna/both.jpg", "Ben/both.jpg"}),
        ("together", {"Anna, Ben/both.jpg"}),
    ],
)
def test_photos_of_several_people_go_where_it_was_asked(keepers, home, base, several, expected):
    home.photo("both.jpg", 1, Anna=100, Ben=50)
    for how in ("--copy", "--link", "--move"):
        before = tree(home.folder)
        told = keepers(
            "people", "sort", home.folder, "--to", base, "--several", several, how, "--yes", "--json"
        )
        assert told.code == 0, told.err
        assert names(base) == expected
        assert (home.folder / "both.jpg").exists() is (how != "--move")
        if how == "--link":
            assert {one["verb"] for one in told.json["actions"]} == {"link"}
            held = {(base / name).stat().st_ino for name in expected}
            assert held == {(home.folder / "both.jpg").stat().st_ino}
        assert keepers("undo", "--yes").code == 0
        assert tree(home.folder) == before
        assert not base.exists()


def test_a_move_is_asked_for(keepers, home, base):
    photo = home.photo("a.jpg", 1, Anna=100)
    told = keepers("people", "sort", home.folder, "--to", base, "--move")
    assert told.code == 2
    assert "--yes" in told.err
    assert photo.exists()
    assert not base.exists()


def test_a_dry_run_writes_nothing(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    told = keepers("people", "sort", home.folder, "--to", base, "--dry-run", "--json")
    assert told.code == 0
    assert [one["to"] for one in told.json["actions"]] == [str(base / "Anna/a.jpg")]
    assert not base.exists()
    assert keepers("people", "history", "--json").json["history"] == []


def test_people_of_one_name_have_folders_of_their_own_and_names_may_change(keepers, home, base):
    home.photo("1.jpg", 1, Anna=100)
    other = home.person("anna")
    home.photo("2.jpg", 2, anna=100)
    odd = home.person("!!!")
    home.photo("3.jpg", 3, **{"!!!": 100})
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert names(base) == {"Anna/1.jpg", "anna (2)/2.jpg", "!!!/3.jpg"}
    home.state.people[other], home.state.people[odd] = "Anna Smith", "Zoe"
    home.photo("4.jpg", 4, **{"Anna Smith": 100})
    home.photo("5.jpg", 5, Zoe=100)
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert {"anna (2)/4.jpg", "!!!/5.jpg"} <= names(base)


def test_a_folder_that_was_taken_back_may_be_called_otherwise(keepers, home, base):
    home.photo("1.jpg", 1, Anna=100)
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert keepers("undo", "--yes").code == 0
    assert keepers("people", "sort", home.folder, "--to", base, "--lower-case").code == 0
    home.photo("2.jpg", 2, Anna=100)
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert {path.name for path in base.iterdir()} == {"anna"}


def test_other_photos_of_one_name_are_both_kept_and_nothing_is_overwritten(keepers, home, base):
    mine = put(base / "Anna/a.jpg", b"mine, and no photo")
    first, second = home.photo("x/a.jpg", 1, Anna=100), home.photo("y/a.jpg", 2, Anna=100)
    shutil.copy2(first, put(home.folder / "z/same.jpg", b""))
    told = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert told.code == 0, told.err
    found = bytes_in(base)
    assert mine.read_bytes() == b"mine, and no photo"
    assert sorted(found.values()) == sorted([b"mine, and no photo", first.read_bytes(), second.read_bytes()])
    assert len(found) == 3


def test_what_was_taken_out_of_a_folder_is_not_put_back_unless_it_is_asked_for(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    home.photo("b.jpg", 2, Anna=100)
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    (base / "Anna/a.jpg").unlink()
    (base / "Anna/b.jpg").rename(base / "Anna/mine.jpg")
    told = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert reasons(told) == {"a.jpg": "sorted-before", "b.jpg": "already-there"}
    assert names(base) == {"Anna/mine.jpg"}
    assert keepers("people", "sort", home.folder, "--to", base, "--again").code == 0
    assert names(base) == {"Anna/a.jpg", "Anna/mine.jpg"}


def test_without_a_source_all_is_sorted_that_the_settings_say_lies_here(keepers, home, base, tmp_path):
    (tmp_path / "keepers.toml").write_text(
        f'people_base = "{base}"\n[immich.default]\n[immich.default.paths]\n"/photos" = "{home.folder}"\n'
    )
    # The server tells no checksum of the bytes of an external library: its path alone counts.
    photo = home.photo("a.jpg", 1)
    one = next(iter(home.state.assets.values()))
    one.library = home.state.fresh()
    home.see(one.id, Anna=100)
    assert keepers("people", "sort").code == 0
    assert bytes_in(base) == {"Anna/a.jpg": photo.read_bytes()}
    assert keepers("people", "sort", "immich:").code == 0


def test_without_a_base_or_a_source_it_says_what_to_do(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    told = keepers("people", "sort", home.folder)
    assert told.code == 2
    assert "people_base" in told.err
    told = keepers("people", "sort", "--to", base)
    assert told.code == 2
    assert "[immich.default.paths]" in told.err


def test_the_base_may_lie_in_the_source_as_the_old_tool_had_it(keepers, home):
    home.photo("a.jpg", 1, Anna=100)
    faces = home.folder / "faces"
    for _ in range(2):
        assert keepers("people", "sort", home.folder, "--to", faces, "--lower-case").code == 0
        assert names(home.folder) == {"a.jpg", "faces/anna/a.jpg"}


def test_history_and_stats_tell_what_was_sorted_and_what_was_undone(keepers, home, base):
    photo = home.photo("a.jpg", 1, Anna=100)
    assert keepers("people", "sort", home.folder, "--to", base, "--download-id", "d-7").code == 0
    (row,) = keepers("people", "history", "--json").json["history"]
    anna = next(key for key, name in home.state.people.items() if name == "Anna")
    assert (row["original_path"], row["sorted_path"]) == (str(photo), str(base / "Anna/a.jpg"))
    assert (row["person_id"], row["person_name"], row["faces_count"]) == (anna, "Anna", 1)
    assert (row["action"], row["download_id"], row["run"], row["undone"]) == ("copied", "d-7", 1, False)
    stats = keepers("people", "stats", "--json").json
    assert (stats["total"], stats["people"]) == (1, [{"id": anna, "name": "Anna", "sorted": 1}])
    assert keepers("undo", "--yes").code == 0
    assert keepers("people", "history", "--json", "--person", "anna").json["history"][0]["undone"]
    assert keepers("people", "stats", "--json").json["total"] == 0


def test_a_run_that_was_stopped_is_finished_and_in_the_history(keepers, home, base, monkeypatch):
    for number in range(4):
        home.photo(f"{number}.jpg", number, Anna=100)
    real = carry.Carrier.settle
    calls: list[int] = []

    def dies(self):
        if not calls:
            calls.append(1)
            raise KeyboardInterrupt
        return real(self)

    monkeypatch.setattr(carry.Carrier, "settle", dies)
    assert keepers("people", "sort", home.folder, "--to", base).code == 130
    assert keepers("people", "stats", "--json").json["total"] == 0
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert len(names(base)) == 4
    rows = keepers("people", "history", "--json").json["history"]
    assert {row["run"] for row in rows} == {1}
    assert len(rows) == 4


def test_when_the_server_refuses_nothing_is_changed(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    home.server.keys[KEY] = {"person.read"}
    told = keepers("people", "sort", home.folder, "--to", base)
    assert told.code == 5
    assert "asset.read" in told.err
    assert not base.exists()


def test_switched_off_nothing_is_sorted(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    assert keepers("config", "set", "people_sorting", "off").code == 0
    told = keepers("people", "sort", home.folder, "--to", base)
    assert (told.code, base.exists()) == (0, False)
    assert "people_sorting on" in told.out
    one = keepers("people", "sort", "--file", home.folder / "a.jpg", "--to", base, "--json")
    assert (one.code, one.json["status"], one.json["reason"]) == (0, "skipped", "switched-off")
    assert keepers("config", "set", "people_sorting", "perhaps").code == 5


# ---------------------------------------------------------------- one file behind a download


# ---------------------------------------------------------------- which road, which photos


def test_raw_jpeg_and_sidecars_stay_together_by_what_is_known_of_either(keepers, home, base):
    # Immich knows the face in the JPEG alone; the RAW it found none in.
    cover = jpeg(picture(1, (96, 64)))
    photo = put(home.folder / "PXL_1.RAW-01.COVER.jpg", cover)
    home.know(photo.name, cover, Anna=100)
    negative = raw(1)
    put(home.folder / "PXL_1.RAW-02.ORIGINAL.dng", negative)
    home.know("PXL_1.RAW-02.ORIGINAL.dng", negative)
    put(home.folder / "PXL_1.RAW-01.COVER.jpg.xmp", SIDE)
    before = tree(home.folder)
    whole = {f"Anna/PXL_1.RAW-{end}" for end in ("01.COVER.jpg", "01.COVER.jpg.xmp", "02.ORIGINAL.dng")}
    for how in ("--copy", "--move"):
        assert keepers("people", "sort", home.folder, "--to", base, how, "--yes").code == 0
        assert names(base) == whole
        assert keepers("undo", "--yes").code == 0
        assert tree(home.folder) == before
    code, told = hook(keepers, photo, base)
    assert (code, told["status"]) == (0, "success")
    assert names(base) == whole


def test_a_link_reaches_no_other_drive_and_says_so(keepers, home, base, monkeypatch):
    home.photo("a.jpg", 1, Anna=100)
    real = LocalPlace.volume

    def volume(place: LocalPlace, ref: Ref) -> Volume:
        found = real(place, ref)
        return replace(found, id="another drive") if ref.key.startswith(str(base)) else found

    monkeypatch.setattr(LocalPlace, "volume", volume)
    told = keepers("people", "sort", home.folder, "--to", base, "--link", "--json")
    assert (told.code, reasons(told), base.exists()) == (0, {"a.jpg": "other-drive"}, False)
    assert keepers("people", "sort", home.folder, "--to", base).code == 0
    assert names(base) == {"Anna/a.jpg"}


def test_films_and_the_archive_are_sorted_only_where_it_is_asked_for(keepers, home, base):
    filming = importlib.import_module("tests.filming")  # Without PyAV only this test is left out.
    home.folder.mkdir()
    data = filming.film(home.folder / "film.mp4", filming.still(1, 0.5)).read_bytes()
    key = home.know("film.mp4", data, Anna=100)
    home.state.assets[key].type = "VIDEO"
    home.photo("old.jpg", 1, Anna=100)
    next(one for one in home.state.assets.values() if one.name == "old.jpg").visibility = "archive"
    told = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert reasons(told) == {"film.mp4": "not-an-image", "old.jpg": "unknown"}
    told = keepers("people", "sort", home.folder, "--to", base, "--videos", "--archived", "--json")
    assert reasons(told) == {"film.mp4": None, "old.jpg": None}
    assert names(base) == {"Anna/film.mp4", "Anna/old.jpg"}


def test_named_and_excluded_people_and_the_number_of_faces_choose(keepers, home, base):
    home.photo("a.jpg", 1, Anna=100)
    home.photo("b.jpg", 2, Ben=100)
    home.photo("both.jpg", 3, Anna=100, Ben=50)
    assert keepers("people", "sort", home.folder, "--to", base, "--person", "ben").code == 0
    assert names(base) == {"Ben/b.jpg", "Ben/both.jpg"}
    assert keepers("undo", "--yes").code == 0
    assert keepers("people", "sort", home.folder, "--to", base, "--exclude", "BEN").code == 0
    assert names(base) == {"Anna/a.jpg", "Anna/both.jpg"}
    assert keepers("undo", "--yes").code == 0
    told = keepers("people", "sort", home.folder, "--to", base, "--min-faces", "2", "--several", "each")
    assert told.code == 0
    assert names(base) == {"Anna/both.jpg", "Ben/both.jpg"}
    told = keepers("people", "sort", home.folder, "--to", base, "--person", "Nobody")
    assert told.code == 2
    assert "people list" in told.err


def test_more_photos_than_are_asked_for_one_by_one_are_found_by_their_bytes(keepers, home, base, monkeypatch):
    monkeypatch.setattr(people_matching, "FEW", 1)
    home.photo("a.jpg", 1, Anna=100)
    home.photo("b.jpg", 2, Ben=100)
    home.photo("none.jpg", 3)
    told = keepers("people", "sort", home.folder, "--to", base, "--json")
    assert told.code == 0
    assert names(base) == {"Anna/a.jpg", "Ben/b.jpg"}
    assert reasons(told)["none.jpg"] == "not-told"
