"""Folders and files that may not be written: one sentence, exit code 1, and no run that failed."""

import os
from pathlib import Path

import pytest

from tests.cli.world import Keepers, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may not be written to, also where the tests run as root."""
    folder = tmp_path / "closed"
    folder.mkdir()
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(folder) and asked(path, mode))
    return folder


@pytest.mark.parametrize(
    "words", [("organize", "--faces", "none"), ("import",), ("import", "--move", "--yes")]
)
def test_a_closed_target_is_told_once(
    keepers: Keepers, photos: Path, closed: Path, words: tuple[str, ...]
) -> None:
    before = tree(photos)
    told = keepers(words[0], photos, "--to", closed / "out", *words[1:])
    assert told.code == 1
    assert told.out == ""
    lines = [line for line in told.err.splitlines() if "/" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"keepers: nothing may be written to {closed}")
    assert tree(photos) == before
    assert keepers("history", "--json").json["runs"] == []
    assert keepers(words[0], photos, "--to", closed / "out", "--dry-run", *words[1:]).code == 0


def test_a_catalog_that_cannot_be_opened_is_named(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Keepers(photos, capsys)("scan", photos)
    assert told.code == 1
    assert str(photos) in told.err
    assert "--catalog" in told.err


@pytest.mark.parametrize(
    "words",
    [("apply",), ("apply", "--dry-run"), ("catalog", "backup"), ("catalog", "check"), ("plan", "list")],
)
def test_one_document_on_stdout(keepers: Keepers, photos: Path, words: tuple[str, ...]) -> None:
    keepers("scan", photos)
    told = keepers(*words, "--json")
    assert told.code == 0
    assert told.json["schema_version"] == 1
