"""What `verify` has found rotten is not copied into a group folder; an equal file that is sound is."""

from pathlib import Path

import pytest

from tests.cli.drives import lay, original, smaller
from tests.cli.story import rot
from tests.cli.world import Keepers, bytes_in

pytestmark = pytest.mark.slow


def test_a_sound_copy_stands_for_a_rotten_one(keepers: Keepers, tmp_path: Path) -> None:
    photos = lay(tmp_path / "photos", {"a.jpg": original(1), "b/a (1).jpg": original(1), "s.jpg": smaller(1)})
    keepers("scan", photos)
    first = tmp_path / "first"
    assert keepers("organize", photos, "--to", first, "--faces", "none").code == 0
    texts = "".join(file.read_text() for file in first.rglob("metadata.txt"))
    chosen = next(
        path for path in (photos / "a.jpg", photos / "b/a (1).jpg") if f"filepath: {path}\n" in texts
    )
    rot(chosen)
    assert keepers("verify", photos).code == 3
    target = tmp_path / "organized"
    told = keepers("organize", photos, "--to", target, "--faces", "none", "--json")
    assert told.code == 3
    assert [row["path"] for row in told.json["unreadable"]] == [str(chosen)]
    placed = {path: data for path, data in bytes_in(target).items() if path.endswith(".jpg")}
    originals = [data for path, data in placed.items() if "/originals/" in path]
    assert sorted(originals) == sorted([original(1), smaller(1)])
    best = next(data for path, data in placed.items() if "/best_" in path)
    assert best == original(1)


def test_a_group_of_which_one_photo_is_left_is_none(keepers: Keepers, tmp_path: Path) -> None:
    photos = lay(tmp_path / "photos", {"a.jpg": original(1), "s.jpg": smaller(1)})
    keepers("scan", photos)
    rot(photos / "a.jpg")
    assert keepers("verify", photos).code == 3
    told = keepers("organize", photos, "--to", tmp_path / "organized", "--faces", "none", "--json")
    assert (told.code, told.json["run"]) == (3, None)
    assert not (tmp_path / "organized").exists()
