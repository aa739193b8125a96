"""The old organizer's command line still works, with its own defaults."""

from pathlib import Path

import pytest

from keepers.cli import old
from keepers.create import sample


def test_old_flags_and_defaults_become_new_ones() -> None:
    options = old.parser().parse_args(["-s", "in", "-o", "out", "--dry-run"])
    assert old.translated(options) == [
        "organize", "in", "--to", "out", "-t", "5", "--time-window", "300", "--min-size", "3", "--jobs", "2",
        "--faces", "auto", "--dry-run",
    ]  # fmt: skip


def test_a_dry_run_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEEPERS_CATALOG", str(tmp_path / "state" / "catalog.db"))
    source = tmp_path / "in"
    sample.write(source, [picture for picture in sample.library() if picture.scene == "lake"])
    code = old.photo_organizer(
        ["-s", str(source), "-o", str(tmp_path / "out"), "--dry-run", "--face-backend", "none"]
    )
    assert code == 0
    assert "group_0001/originals" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_yet_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert old.photo_organizer(["-s", "in", "-o", "out", "--source-type", "immich", "--tag-only"]) == 2
    told = capsys.readouterr().err
    assert "--tag-only is not in this version" in told
    assert "--source-type immich is not in this version" in told
