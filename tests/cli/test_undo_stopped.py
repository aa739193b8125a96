"""An undo that was stopped itself."""

from pathlib import Path

import pytest

from keepers.apply.journal import Journal, open_journal
from keepers.apply.undo import undo
from keepers.places.local import LocalPlace
from tests.apply.worlds import Silent
from tests.cli.world import Keepers, tree


def stopped(keepers: Keepers, *roots: Path) -> None:
    """Begin to take back the latest run, and stop before the first of its changes."""
    journal = open_journal(f"{keepers.catalog}.journal")
    assert isinstance(journal, Journal)
    undo(None, journal, LocalPlace([str(root) for root in roots]), progress=Silent(), stop=lambda: True)
    journal.close()


@pytest.mark.parametrize("number", [(), ("1",)])
def test_undo_finishes_an_undo_that_was_stopped(
    keepers: Keepers, photos: Path, tmp_path: Path, number: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = tree(photos), tree(out)
    keepers("import", photos, "--to", out, "--move", "--yes")
    stopped(keepers, photos, out)
    half = tree(out)
    assert half != before[1]

    would = keepers("undo", *number, "--dry-run", "--json")
    assert would.code == 0
    assert would.json["actions"]
    assert tree(out) == half

    told = keepers("undo", *number, "--yes", "--json")
    assert (told.code, told.json["undid"], told.json["problems"]) == (0, 1, [])
    assert told.json["done"] > 0
    assert (tree(photos), tree(out)) == before
    assert keepers("undo", "--yes", "--json").json["done"] == 0
