"""Waves: how much is committed at once follows the disk."""

from collections import Counter
from pathlib import Path

import pytest

from keepers.actions import Copy, Move, Plan
from keepers.apply import waves
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import StepState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.apply.waves import FIRST_ACTIONS, MOST_ACTIONS, Budget
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places import files
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent


def test_quick_waves_grow_to_their_limit_and_slow_ones_shrink_at_once() -> None:
    budget = Budget()
    assert budget.actions == FIRST_ACTIONS
    budget.learn(FIRST_ACTIONS - 1, 0, 0.01)
    assert budget.actions == FIRST_ACTIONS  # that was no full wave: nothing is known of a larger one
    for _ in range(5):
        budget.learn(budget.actions, 0, 0.01)
    assert budget.actions == MOST_ACTIONS
    budget.learn(MOST_ACTIONS, 0, 0.5)
    assert budget.actions == MOST_ACTIONS
    budget.learn(MOST_ACTIONS, 0, 1.1)
    assert budget.actions == FIRST_ACTIONS


def test_a_slow_disk_gets_few_bytes_a_wave_and_a_quick_one_many() -> None:
    budget = Budget()
    budget.learn(4, 8 << 20, 4)
    assert budget.bytes == 2 << 20
    budget.learn(4, 8 << 20, 0)
    assert budget.bytes == 800 << 20


class PowerCut(BaseException):
    """Nothing of ours runs any more."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Copy, Move])
@pytest.mark.parametrize("taken_back", [False, True])
def test_the_largest_wave_can_be_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Copy | Move], taken_back: bool
) -> None:
    monkeypatch.setattr(waves, "QUICK_SECONDS", 600.0)
    monkeypatch.setattr(waves, "SLOW_SECONDS", 600.0)
    names = [f"{number:03}.jpg" for number in range(FIRST_ACTIONS + 2 * FIRST_ACTIONS + MOST_ACTIONS)]
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_text(name)
    place = LocalPlace([str(tmp_path)])
    found = [place.look(Ref(LOCAL, str(tmp_path / "in" / name))) for name in names]
    actions = tuple(
        kind(
            one.ref,
            Ref(LOCAL, str(tmp_path / "out" / name)),
            content_id(name.encode()),
            one.size,
            revision=one.revision,
        )
        for name, one in zip(names, found, strict=True)
        if one is not None
    )
    plan = Plan("Test", actions)
    true, left = files.place, FIRST_ACTIONS + 2 * FIRST_ACTIONS + MOST_ACTIONS // 2

    def cut(source: str, target: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCut
        true(source, target)

    journal = Journal(str(tmp_path / "journal.db"))
    checked = check(plan, world(plan, place))
    with monkeypatch.context() as patch:
        patch.setattr(files, "place", cut)
        with pytest.raises(PowerCut):
            run(checked, journal, place, progress=Silent())
    states = Counter(step.state for step in journal.steps(1))
    assert states == {StepState.DONE: 3 * FIRST_ACTIONS, StepState.DOING: MOST_ACTIONS}
    journal.close()
    journal = Journal(str(tmp_path / "journal.db"))
    ended = (
        undo(None, journal, place, progress=Silent())
        if taken_back
        else resume(1, journal, place, progress=Silent())
    )
    assert ended is not None
    assert not ended.problems
    there = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.jpg")}
    kept = {f"in/{name}": name for name in names if taken_back or kind is Copy}
    assert there == kept | ({} if taken_back else {f"out/{name}": name for name in names})
    assert not list(tmp_path.rglob(".keepers-*"))
