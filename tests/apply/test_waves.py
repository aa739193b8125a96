"""Waves: how much is committed at once follows the disk."""

from keepers.apply.waves import FIRST_ACTIONS, MOST_ACTIONS, Budget


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
