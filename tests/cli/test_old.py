"""The old organizer's command line still works, with its own defaults."""

from datetime import timedelta
from pathlib import Path

import pytest

from keepers.cli import old
from tests.cli.world import TAKEN, jpeg, picture, put


def test_old_flags_and_defaults_become_new_ones() -> None:
    options = old.parser().parse_args(["-s", "in", "-o", "out", "--dry-run"])
    assert old.translated(options) == [
        "organize", "in", "--to", "out", "-t", "5", "--time-window", "300", "--min-size", "3", "--jobs", "2",
        "--faces", "auto", "--dry-run",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_dry_run_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEEPERS_CATALOG", str(tmp_path / "state" / "catalog.db"))
    source = tmp_path / "in"
    for number in range(3):
        put(
            source / f"{number}.jpg", jpeg(picture(1), TAKEN + timedelta(seconds=number), quality=90 - number)
        )
    code = old.photo_organizer(
        ["-s", str(source), "-o", str(tmp_path / "out"), "--dry-run", "--face-backend", "none"]
    )
    assert code == 0
    assert "group_0001/originals" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_what_is_not_made_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[list[str]] = []

    def main(words: list[str]) -> int:
        called.append(words)
        return 0

    monkeypatch.setattr("keepers.cli.main.main", main)
    assert old.photo_organizer(["-s", "in", "-o", "out", "--gpu"]) == 0
    assert "--gpu is left out" in capsys.readouterr().err
    assert called[0][:4] == ["organize", "in", "--to", "out"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--enable-hdr"], ["--enable-hdr"]),
        (
            ["--enable-hdr", "--hdr-gamma", "1.8"],
            ["--enable-hdr", "--hdr-method", "debevec", "--hdr-gamma", "1.8"],
        ),
        (["--hdr-gamma", "1.8"], []),
        (["--enable-face-swap"], ["--enable-face-swap"]),
        (["--enable-face-swap", "--swap-closed-eyes"], ["--enable-face-swap"]),
        (["--enable-face-swap", "--no-swap-closed-eyes"], []),
        (["--swap-closed-eyes"], []),
    ],
)
def test_pictures_are_made_on_request(given: list[str], expected: list[str]) -> None:
    options = old.parser().parse_args(["-s", "in", "-o", "out", *given])
    assert old.translated(options)[4 : 4 + len(expected) + 1] == [*expected, "-t"]


def test_a_folder_needs_a_source_and_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert old.photo_organizer(["-s", "in"]) == 2
    assert "--output" in capsys.readouterr().err
