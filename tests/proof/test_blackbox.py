"""A few faults of each kind against whole commands; `make proof` tries hundreds."""

import os
from pathlib import Path

import pytest

from tests.proof.blackbox import Trial, broken, scenarios, without
from tests.proof.corpus import lay_out

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(without()), reason=without() or "nothing")]


@pytest.mark.parametrize("name", ["move", "copy-across", "duplicates", "organize", "undo"])
def test_nothing_is_lost_at_four_points_a_mode(tmp_path: Path, name: str) -> None:
    """Hazards 23, 34, 37, 38, 42."""
    scenario = next(each for each in scenarios(1) if each.name == name)
    if scenario.target != "dir" and _cannot_mount():
        pytest.skip("a small disk of memory can only be mounted as root")
    trial = Trial(4, modes=("kill", "error", "read") + (() if _cannot_mount() else ("nospc",)))
    ended = broken(scenario, lay_out(tmp_path / "photos"), tmp_path / "work", trial)
    assert len(ended.rows) >= 13
    # Now and then a run makes fewer calls than the one that was counted, and is over before its kill.
    killed = [row["rc"] for row in ended.rows if row["mode"] == "kill -9"]
    assert killed.count(-9) >= len(killed) - 1 >= 3
    assert [row for row in ended.rows if row["broke"]] == []


def _cannot_mount() -> bool:
    return bool(os.geteuid())
