"""What other people install: the wheel has all it needs and nothing that belongs to the repository."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="`make setup` installs hatchling")
def test_the_wheel_holds_the_package_its_licence_and_its_command(tmp_path: Path) -> None:
    # The models are fetched from elsewhere; what their hook does with them has tests of its own.
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "KEEPERS_MODELS": "skip"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (points,) = (archive.read(name).decode() for name in names if name.endswith("/entry_points.txt"))
        (facts,) = (archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
    assert "keepers = keepers.cli.start:keepers" in points
    assert {"keepers/py.typed", "keepers/cli/main.py", "keepers/web/static/index.html"} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"keepers"}
    assert "Requires-Python: >=3.11" in facts
    assert "License-Expression: MIT" in facts
