"""Clips through the real command: copies are grouped, shown and copied; without PyAV that is said."""

import re
import sqlite3
from pathlib import Path

import pytest

from keepers.read import extras
from tests import filming
from tests.cli.world import TAKEN, Keepers, put

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip, a smaller one of the same, another clip with the same beginning, a Live film on its own."""
    folder = tmp_path_factory.mktemp("made")
    intro = list(filming.scene(9, 1))
    filming.film(folder / "DSC_0001.mp4", [*intro, *filming.scene(1, 2)], sound=True)
    filming.film(folder / "VID-20240101-WA0001.mp4", [*intro, *filming.scene(1, 2)], size=(96, 72), gop=50)
    filming.film(folder / "DSC_0002.mp4", [*intro, *filming.scene(2, 2)], sound=True)
    return folder


@pytest.fixture
def films(made: Path, tmp_path: Path) -> Path:
    for path in made.iterdir():
        put(tmp_path / "films" / path.name, path.read_bytes(), TAKEN)
    return tmp_path / "films"


def test_copies_of_a_clip_are_a_group_of_their_own(keepers: Keepers, films: Path) -> None:
    assert keepers("scan", films, "--json").json["photos"] == 3

    told = keepers("group", films, "--json").json

    [group] = told["groups"]
    assert group["kind"] == "same-clip"
    assert {Path(m["path"]).name: m["keep"] for m in group["members"]} == {
        "DSC_0001.mp4": True,
        "VID-20240101-WA0001.mp4": False,
    }
    assert told["ungrouped"] == 1
    assert keepers("group", films, "--kind", "same-clip", "--json").json["groups"] == [group]
    assert keepers("group", films, "--kind", "same-picture", "--json").json["groups"] == []


def test_the_group_has_one_name_whatever_the_files_are_called(
    keepers: Keepers, films: Path, tmp_path: Path
) -> None:
    before = keepers("group", films, "--json").json["groups"]
    moved = tmp_path / "moved"
    films.rename(moved)
    (moved / "DSC_0001.mp4").rename(moved / "z.mp4")

    after = keepers("group", moved, "--json").json["groups"]

    assert [group["id"] for group in after] == [group["id"] for group in before]


def test_the_best_copy_lies_in_front_and_the_page_shows_it(
    keepers: Keepers, films: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    assert keepers("organize", films, "--to", out).code == 0

    assert sorted(path.name for path in (out / "group_0001").iterdir()) == [
        "best_DSC_0001.mp4",
        "metadata.txt",
        "originals",
    ]
    page = (out / "reports/index.html").read_text("utf-8")
    assert len(re.findall(r'src="data:image/jpeg', page)) == 2
    assert "Versions of a clip" in page
    assert "2 clips" in page


def test_a_clip_is_explained(keepers: Keepers, films: Path) -> None:
    keepers("scan", films)

    other = keepers("explain", films / "VID-20240101-WA0001.mp4")
    alone = keepers("explain", films / "DSC_0002.mp4")

    assert "only 96 x 72; without sound" in other.out
    assert "it is a film" in alone.out


def test_without_pyav_only_exact_copies_are_found_and_that_is_said(
    keepers: Keepers, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keepers("scan", films)
    with sqlite3.connect(keepers.catalog) as catalog:
        catalog.execute("DELETE FROM clip")
    catalog.close()
    monkeypatch.setattr(extras, "video", lambda: False)
    (films / "copy.mp4").write_bytes((films / "DSC_0002.mp4").read_bytes())

    scanned = keepers("scan", films)
    told = keepers("group", films, "--json").json
    checks = {check["name"]: check for check in keepers("doctor", "--json").json["checks"]}

    assert "3 clips were learned by header only" in scanned.err
    assert "pip install 'keepers[video]'" in scanned.err
    assert [group["kind"] for group in told["groups"]] == ["same-bytes"]
    assert (checks["video"]["state"], checks["video"]["fix"]) == ("off", "pip install 'keepers[video]'")


def test_clips_that_nobody_looked_into_are_looked_into_when_grouped(keepers: Keepers, films: Path) -> None:
    keepers("scan", films)
    with sqlite3.connect(keepers.catalog) as catalog:
        catalog.execute("DELETE FROM clip")
    catalog.close()

    assert [group["kind"] for group in keepers("group", films, "--json").json["groups"]] == ["same-clip"]
