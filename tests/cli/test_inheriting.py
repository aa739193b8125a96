"""The real command: what is kept gets to know what the others knew, and what cannot be handed on stays."""

import contextlib
import json
import os
from pathlib import Path

import pytest

from keepers.catalog.store import open_catalog
from tests.cli.shelves import groups, only, words, xmp
from tests.cli.world import TAKEN, Keepers, jpeg, picture, put, tree
from tests.read.making import film as quick_film

pytestmark = pytest.mark.slow


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
