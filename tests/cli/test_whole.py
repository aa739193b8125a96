"""A file that is named by itself stands for its whole photo."""

from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, names, picture, put

pytestmark = pytest.mark.slow


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A photo with the recipe of its edit, beside another one of nearly its name."""
    folder = tmp_path / "card"
    put(folder / "IMG_0001.JPG", jpeg(picture(1, (160, 120)), TAKEN))
    put(folder / "IMG_0001.AAE", b"<plist/>")
    put(folder / "IMG_0001(1).JPG", jpeg(picture(2, (160, 120)), TAKEN))
    return folder


def test_an_import_of_one_file_brings_its_companions_and_no_other(
    keepers: Keepers, card: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    assert keepers("import", card / "IMG_0001.JPG", "--to", library, "--move", "--yes").code == 0
    assert {Path(name).name for name in names(library)} >= {"IMG_0001.JPG", "IMG_0001.AAE"}
    assert names(card) == {"IMG_0001(1).JPG"}
    assert keepers("undo", "--yes").code == 0
    assert len(names(card)) == 3


def test_half_a_photo_does_not_go_because_it_was_named(keepers: Keepers, card: Path, tmp_path: Path) -> None:
    old = put(tmp_path / "old/IMG_0001.JPG", (card / "IMG_0001.JPG").read_bytes()).parent
    words = ("duplicates", card / "IMG_0001.JPG", old, "--keep", "in", old, "--trash", "--yes")
    assert keepers(*words).code == 0
    assert len(names(card)) == 3


def test_a_group_of_named_files_has_all_their_files(keepers: Keepers, card: Path, tmp_path: Path) -> None:
    old = put(tmp_path / "old/IMG_0001.JPG", (card / "IMG_0001.JPG").read_bytes())
    groups = keepers("group", card / "IMG_0001.JPG", old, "--json").json["groups"]
    files = {path for member in groups[0]["members"] for path in member["files"]}
    assert files == {str(old), str(card / "IMG_0001.JPG"), str(card / "IMG_0001.AAE")}
