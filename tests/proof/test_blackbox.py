"""A few faults of each kind against whole commands; `make proof` tries hundreds."""

import os
from pathlib import Path

import pytest

from tests.memory import in_memory
from tests.proof.blackbox import Scenario, Trial, broken, scenarios, without
from tests.proof.corpus import lay_out

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(without()), reason=without() or "nothing")]


@pytest.mark.parametrize("name", ["move", "copy-across", "duplicates", "organize", "undo"])
def test_nothing_is_lost_at_four_points_a_mode(name: str) -> None:
    """Hazards 23, 34, 37, 38, 42."""
    scenario = next(each for each in scenarios(1) if each.name == name)
    if scenario.target != "dir" and _cannot_mount():
        pytest.skip("a small disk of memory can only be mounted as root")
    with in_memory() as folder:
        hold(scenario, folder)


def hold(scenario: Scenario, folder: Path) -> None:
    trial = Trial(4, modes=("kill", "error", "read") + (() if _cannot_mount() else ("nospc",)))
    ended = broken(scenario, lay_out(folder / "photos"), folder / "work", trial)
    assert len(ended.rows) >= 13
    # A quicker run writes to its catalog less often than the one that was counted, and may be over before its kill.
    killed = [row["rc"] for row in ended.rows if row["mode"] == "kill -9"]
    assert 2 * killed.count(-9) >= len(killed) >= 4
    assert [row for row in ended.rows if row["broke"]] == []


def _cannot_mount() -> bool:
    return bool(os.geteuid())
