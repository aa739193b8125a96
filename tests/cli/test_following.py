"""The catalog follows what runs did, without a scan in between."""

from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, jpeg, names, picture, put

pytestmark = pytest.mark.slow


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A photo with the recipe of its edit, and one by itself."""
    folder = tmp_path / "card"
    put(folder / "IMG_0001.JPG", jpeg(picture(1, (160, 120)), TAKEN))
    put(folder / "IMG_0001.AAE", b"<plist/>")
    put(folder / "IMG_0002.JPG", jpeg(picture(2, (160, 120)), TAKEN))
    return folder


def known(keepers: Keepers) -> list[str]:
    """Every path of the groups of all that is known."""
    groups = keepers("group", "--json").json["groups"]
    return [path for group in groups for member in group["members"] for path in member["files"]]


@pytest.mark.parametrize("how", ["--copy", "--move"])
def test_what_was_just_imported_is_a_whole_photo(
    keepers: Keepers, card: Path, tmp_path: Path, how: str
) -> None:
    old = put(tmp_path / "old/IMG_0001.JPG", (card / "IMG_0001.JPG").read_bytes()).parent
    library = tmp_path / "library"
    keepers("scan", old)
    assert keepers("import", card, "--to", library, how, "--yes").code == 0
    assert keepers("duplicates", "--keep", "in", old, "--trash", "--yes").code == 0
    # Half a photo never goes: with its recipe it stays, or both go because both are on the card.
    left = {Path(name).name for name in names(library)} & {"IMG_0001.JPG", "IMG_0001.AAE"}
    assert left == (set() if how == "--copy" else {"IMG_0001.JPG", "IMG_0001.AAE"})


def test_after_an_undo_nothing_is_known_where_nothing_lies(
    keepers: Keepers, card: Path, tmp_path: Path
) -> None:
    twin = put(tmp_path / "twin/IMG_0002.JPG", (card / "IMG_0002.JPG").read_bytes()).parent
    library = tmp_path / "library"
    keepers("scan", card, twin)
    before = known(keepers)
    for how in ("--copy", "--move"):
        keepers("import", card, "--to", library, how, "--yes")
        keepers("scan", library)
        assert all(Path(path).exists() for path in known(keepers))
        assert keepers("undo", "--yes").code == 0
        assert known(keepers) == before
        assert str(library) not in [root["path"] for root in keepers("roots", "--json").json["roots"]]
        assert keepers("verify").code == 0


def test_a_moved_photo_is_known_where_it_lies_now(keepers: Keepers, card: Path, tmp_path: Path) -> None:
    keepers("scan", card)
    files = keepers("status", "--json").json["photos"]
    keepers("import", card, "--to", tmp_path / "library", "--move", "--yes")
    status = keepers("status", "--json").json
    assert (status["photos"], status["companions"]) == (files, 1)


@pytest.mark.parametrize(
    ("deed", "back"),
    [("--trash", ("undo",)), ("--hardlink", ("undo",)), ("--trash", ("trash", "restore", "--all"))],
)
def test_what_was_settled_is_no_duplicate_that_has_changed(
    keepers: Keepers, card: Path, deed: str, back: tuple[str, ...]
) -> None:
    put(card / "twin/IMG_0002.JPG", (card / "IMG_0002.JPG").read_bytes())
    keepers("scan", card)
    found = keepers("duplicates", "--json").json["groups"]
    assert keepers("duplicates", deed, "--yes").code == 0
    assert keepers("duplicates", "--json").json["groups"] == []
    assert keepers(*back, "--yes").code == 0
    assert keepers("duplicates", "--json").json["groups"] == found
