"""`keepers enhance hdr`: brackets merged into a folder or beside their photos, and taken back."""

import contextlib

import pytest

from keepers.cli import changing
from tests.cli.world import tree
from tests.create.exposing import frame, scene, write

pytestmark = pytest.mark.slow


@pytest.fixture
def bracket(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, ev in enumerate((-4.0, 0.0, 4.0)):
        write(folder / f"DSC_{number}.JPG", frame(scene(), ev), ev, second=number)
    return folder


def groups(keepers, *sources):
    return keepers("group", *sources, "--kind", "bracket", "--faces", "none", "--json").json["groups"]


def test_a_bracket_is_merged_once_and_taken_back(keepers, bracket, tmp_path):
    (group,) = groups(keepers, bracket)
    before = tree(tmp_path / "photos")
    out = tmp_path / "out"
    dry = keepers("enhance", "hdr", "--to", out, "--dry-run", "--json")
    assert [(a["verb"], a["to"], a["content"]) for a in dry.json["actions"]] == [
        ("write", f"{out}/DSC_1_hdr.jpg", None)
    ]
    assert not out.exists()
    told = keepers("enhance", "hdr", group["id"], "--to", out, "--json")
    assert told.code == 0
    (picture,) = told.json["pictures"]
    assert picture["path"] == f"{out}/DSC_1_hdr.jpg"
    assert sorted(picture["used"]) == ["DSC_0.JPG", "DSC_1.JPG", "DSC_2.JPG"]
    assert (out / "DSC_1_hdr.jpg").read_bytes()[:2] == b"\xff\xd8"
    once = tree(out)
    again = keepers("enhance", "hdr", "--to", out, "--json")
    assert again.json["runs"] == []
    assert tree(out) == once
    assert keepers("undo", "--yes").code == 0
    assert not out.exists()
    assert tree(bracket) == before


def test_what_was_made_belongs_to_its_photo_and_is_no_frame(keepers, bracket):
    (before,) = groups(keepers, bracket)
    assert keepers("enhance", "hdr").code == 0
    assert (bracket / "DSC_1_hdr.jpg").exists()
    (after,) = groups(keepers, bracket)
    assert after["id"] == before["id"]
    files = [member["files"] for member in after["members"] if member["path"].endswith("DSC_1.JPG")]
    assert files == [[f"{bracket}/DSC_1.JPG", f"{bracket}/DSC_1_hdr.jpg"]]
    # Merging again merges the photos, not what was made of them.
    assert keepers("enhance", "hdr", "--json").json["runs"] == []


def test_what_is_no_bracket_is_refused(keepers, bracket, tmp_path):
    assert keepers("enhance", "hdr").code == 10
    keepers("scan", bracket)
    unknown = keepers("enhance", "hdr", "bracket-000000000000")
    assert unknown.code == 2
    assert "no bracket that is known" in unknown.err
    (tmp_path / "file").touch()
    assert keepers("enhance", "hdr", "--to", tmp_path / "file").code == 2


def test_a_frame_that_is_gone_is_told(keepers, bracket):
    keepers("scan", bracket)
    (bracket / "DSC_0.JPG").unlink()
    told = keepers("enhance", "hdr")
    assert told.code == 3
    assert "not merged: no such file" in told.out


def test_organize_puts_the_picture_into_the_folder_of_its_bracket(keepers, bracket, tmp_path):
    before = tree(bracket)
    command = ("organize", bracket, "--to", tmp_path / "out", "--enable-hdr", "--faces", "none")
    assert keepers(*command).code == 0
    merged = tmp_path / "out" / "group_0001" / "hdr_merged.jpg"
    data = merged.read_bytes()
    once = tree(tmp_path / "out")
    assert "Nothing to do" in keepers(*command).out
    assert tree(tmp_path / "out") == once
    # What a person changed stays; ours stands beside it.
    merged.write_bytes(b"mine")
    assert keepers(*command).code == 0
    assert merged.read_bytes() == b"mine"
    assert (merged.parent / "hdr_merged_1.jpg").read_bytes() == data
    assert tree(bracket) == before


def test_a_merge_that_was_stopped_is_finished_under_its_number(keepers, bracket, tmp_path, monkeypatch):
    keepers("scan", bracket)
    with monkeypatch.context() as patched:
        patched.setattr(changing, "stopping", lambda _: contextlib.nullcontext(lambda: True))
        stopped = keepers("enhance", "hdr", "--to", tmp_path / "out")
    assert stopped.code == 130
    assert "the same command goes on" in stopped.out
    assert not (tmp_path / "out" / "DSC_1_hdr.jpg").exists()
    told = keepers("enhance", "hdr", "--to", tmp_path / "out", "--json")
    assert told.code == 0
    assert told.json["runs"] == [1]
    assert told.json["pictures"][0]["path"] == f"{tmp_path}/out/DSC_1_hdr.jpg"
    assert keepers("undo", "--yes").code == 0
    assert not (tmp_path / "out").exists()
