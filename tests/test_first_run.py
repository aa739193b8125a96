"""What `make run` does for a person who types it for the first time, as whole processes."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

needs_setup = pytest.mark.skipif(
    not (ROOT / ".venv" / "bin" / "keepers").exists(), reason="`make setup` has not made .venv yet"
)


def _run(*command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def _tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@needs_setup
@pytest.mark.slow
def test_without_a_source_it_shows_the_job_on_a_sample_and_can_take_it_back(tmp_path: Path) -> None:
    first = _run(str(ROOT / "scripts" / "run"), folder=tmp_path, SRC="", OUT="result", SAMPLE="photos")
    assert first.returncode == 0, first.stderr
    result = tmp_path / "result"
    assert f"{result}/reports/index.html" in first.stdout
    assert (result / "reports" / "index.html").stat().st_size > 10_000
    picks = {path.name for path in result.glob("group_*/best_*")}
    assert {"best_IMG_2004.jpg", "best_IMG_2052.jpg"} <= picks, "the sharp frame of each burst"
    groups = [{path.name for path in folder.iterdir()} for folder in result.glob("group_*/originals")]
    assert {f"IMG_{number}.jpg" for number in range(2001, 2008)} in groups
    assert {f"IMG_{number}.jpg" for number in range(3001, 3004)} in groups

    photos = _tree(tmp_path / "photos")
    before = _tree(result)
    again = _run(str(ROOT / "scripts" / "run"), folder=tmp_path, SRC="", OUT="result", SAMPLE="photos")
    assert again.returncode == 0, again.stderr
    assert _tree(result) == before, "a second run finds nothing to do"

    undo = shlex.split(first.stdout.split("Take it back:")[-1])
    undone = _run(*undo, "--yes", folder=ROOT)
    assert undone.returncode == 0, undone.stderr
    assert not result.exists() or _tree(result) == {}
    assert _tree(tmp_path / "photos") == photos


def test_a_source_without_a_target_is_told_how_to_say_it(tmp_path: Path) -> None:
    told = _run(str(ROOT / "scripts" / "run"), folder=tmp_path, SRC="photos", OUT="")
    assert told.returncode == 2
    assert "make run SRC=photos OUT=" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_explains_every_target_that_people_type() -> None:
    shown = _run("make", "help", folder=ROOT).stdout
    for target in ("run", "setup", "test", "check", "bench", "proof", "help"):
        assert f"make {target} " in shown
