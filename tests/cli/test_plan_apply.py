"""A stored plan is carried out by what holds now, not by what held when it was made."""

from pathlib import Path

import pytest

from keepers.actions import Move
from keepers.apply.journal import open_journal
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from tests.cli.world import Keepers, bytes_in, put

pytestmark = pytest.mark.slow


def move(old: Path, new: Path) -> Move:
    data = old.read_bytes()
    return Move(Ref(LOCAL, str(old)), Ref(LOCAL, str(new)), content_id(data), len(data))


def test_a_plan_is_held_to_the_roles_of_today(
    keepers: Keepers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    kept, free = put(tmp_path / "kept/a.jpg", b"a"), put(tmp_path / "free/b.jpg", b"b")
    keepers.catalog.parent.mkdir()
    journal = open_journal(f"{keepers.catalog}.journal", create=True)
    assert journal is not None
    journal.add("two moves", [move(kept, tmp_path / "out/a.jpg"), move(free, tmp_path / "out/b.jpg")])
    journal.close()
    assert len(keepers("plan", "apply", "--dry-run", "--json").json["actions"]) == 2
    assert keepers("roots", tmp_path / "kept", "--role", "reference").code == 0

    dry = keepers("plan", "apply", "--dry-run", "--json").json
    assert [action["from"] for action in dry["actions"]] == [str(free)]
    assert "reference folder" in dry["refused"][0]["why"]
    done = keepers("plan", "apply", "--yes")
    assert done.code == 3
    assert "reference folder" in done.err
    assert bytes_in(tmp_path / "kept") == {"a.jpg": b"a"}
    assert bytes_in(tmp_path / "out") == {"b.jpg": b"b"}
