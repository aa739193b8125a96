"""Without a source `organize` takes all that is known, but for what it made itself; nothing is scanned."""

from pathlib import Path

from tests.cli.drives import lay, original, smaller
from tests.cli.world import Keepers, bytes_in


def test_all_that_is_known_is_organized(keepers: Keepers, tmp_path: Path) -> None:
    one = lay(tmp_path / "one", {"a.jpg": original(1)})
    other = lay(tmp_path / "other", {"s.jpg": smaller(1)})
    keepers("scan", one, other)
    (one / "not scanned.jpg").write_bytes(original(1))
    target = tmp_path / "organized"
    dry = keepers("organize", "--to", target, "--faces", "none", "--dry-run")
    assert (dry.code, target.exists()) == (0, False)
    told = keepers("organize", "--to", target, "--faces", "none", "--json")
    assert (told.code, told.json["state"], told.json["unreadable"]) == (0, "done", [])
    originals = [data for path, data in bytes_in(target).items() if "/originals/" in path]
    assert sorted(originals) == sorted([original(1), smaller(1)])
    again = keepers("organize", "--to", target, "--faces", "none", "--json")
    assert (again.code, again.json["run"], again.json["groups"]) == (0, None, 1)


def test_a_result_that_was_scanned_is_no_source(keepers: Keepers, tmp_path: Path) -> None:
    photos = lay(tmp_path / "photos", {"a.jpg": original(1), "s.jpg": smaller(1)})
    target = tmp_path / "organized"
    assert keepers("organize", photos, "--to", target, "--faces", "none").code == 0
    keepers("scan", target)
    again = keepers("organize", "--to", target, "--faces", "none", "--json")
    assert (again.code, again.json["run"]) == (0, None)


def test_where_nothing_is_known_it_says_so(keepers: Keepers, tmp_path: Path) -> None:
    assert keepers("organize", "--to", tmp_path / "organized").code == 10
    assert not (tmp_path / "organized").exists()
