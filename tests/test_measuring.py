"""What the programs in benchmarks/ say with: intervals, worse versions of photos, fitted shares."""

import numpy as np
import pytest

from benchmarks import _degraded as degraded
from benchmarks._fitting import fitted
from benchmarks._intervals import Gain, gain, paired, share, table, wilson


# The first two are examples of Newcombe's (Statistics in Medicine 17, 1998), who compares such intervals.
@pytest.mark.parametrize(
    ("hits", "of", "wanted"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (8, 8, (0.6756, 1.0)), (0, 0, (0.0, 1.0))],
)
def test_the_interval_of_a_share_is_wilsons(hits, of, wanted):
    assert wilson(hits, of) == pytest.approx(wanted, abs=1e-4)


def test_cases_of_one_cluster_count_as_one_where_all_agree():
    alone = share((number, True) for number in range(12))
    together = share((number % 3, True) for number in range(12))
    assert (alone.low, together.low) == pytest.approx((wilson(12, 12)[0], wilson(3, 3)[0]))
    assert str(together) == "12/12 (.44-1.00)"


def test_clusters_that_differ_widen_an_interval_and_never_narrow_it():
    mixed = [(cluster, number % 2 == 0) for cluster in range(10) for number in range(10)]
    apart = [(cluster, cluster < 5) for cluster in range(10) for _ in range(10)]
    plain = wilson(50, 100)
    same, other = share(mixed), share(apart)
    assert (same.low, same.high) == pytest.approx(plain)
    assert other.low < plain[0] - 0.1
    assert other.high > plain[1] + 0.1


def test_nothing_to_count_is_a_dash():
    assert str(share([])) == "-"


# The first is an example of Newcombe's second paper of that year (table III, method 10).
@pytest.mark.parametrize(
    ("both", "first", "second", "neither", "wanted"),
    [(36, 12, 2, 0, (0.0569, 0.3404)), (8, 0, 0, 0, (-0.3244, 0.3244))],
)
def test_paired_shares(both, first, second, neither, wanted):
    one = [True] * (both + first) + [False] * (second + neither)
    other = [True] * both + [False] * first + [True] * second + [False] * neither
    found, turned = paired(one, other), paired(other, one)
    assert found.value == pytest.approx((first - second) / len(one))
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-4)
    assert (-turned.high, -turned.low) == pytest.approx((found.low, found.high))


def test_a_gain_is_clear_only_when_its_interval_leaves_out_zero():
    steady = gain({number: [0.2, 0.3] for number in range(8)})
    one_alone = gain({0: [1.0], **{number: [0.0] for number in range(1, 8)}})
    assert steady.is_clear
    assert not one_alone.is_clear
    assert not gain({0: [0.5, 0.5]}).is_clear
    assert str(gain({1: [0.0], 2: [0.0]})) == "no change"
    assert str(Gain(-0.125, -0.3, 0.02)) == "-.12 (-.30 to +.02)"


def test_a_table_is_markdown():
    assert table(("a", "b"), (1, 2)) == "| a | b |\n|---|---|\n| 1 | 2 |\n"


def steps() -> np.ndarray:
    squares = np.indices((120, 160)).sum(axis=0) // 20 % 2 * 120 + 60
    return np.repeat(squares[:, :, None], 3, axis=2).astype(np.uint8)


def test_worse_versions_are_what_they_say():
    picture = steps()
    across = picture[60, :, 0].astype(int)
    moved = degraded.moved(7)(picture)[60, :, 0].astype(int)
    assert moved[30] == pytest.approx(across[27:34].mean(), abs=0.5)
    assert degraded.moved(1)(picture).tolist() == picture.tolist()
    assert degraded.exposed(-2)(picture).max() == round(180 * 0.25 ** (1 / 2.2))
    assert degraded.exposed(2)(picture).max() == 255
    assert degraded.lit(0.6)(picture).max() == 108
    assert degraded.defocused(2)(picture).std() < picture.std()
    assert degraded.noisy(picture).std() > picture.std()
    assert {pair.worse(picture).shape for pair in (*degraded.SHARPNESS, *degraded.EXPOSURE)} == {
        picture.shape
    }


def test_a_face_is_cut_by_the_left_edge_and_most_of_it_stays():
    assert degraded.cut_through(steps(), (0.5, 0.2, 0.25, 0.4)).shape == (120, 160 - 90, 3)


HAND = np.array([0.6, 0.3, 0.1])


def test_what_agrees_with_the_hand_changes_little_and_what_does_not_moves_the_shares():
    agreeing = [(1.0, lambda _: np.array([[0.5, 0.0, 0.0]]))] * 40
    against = [(1.0, lambda _: np.array([[-0.1, 0.3, 0.0]]))] * 40
    assert fitted(agreeing, HAND, 0.15) == pytest.approx(HAND, abs=0.03)
    moved = fitted(against, HAND, 0.5)
    assert moved.sum() == pytest.approx(1)
    assert moved[1] > 0.5
    assert fitted(against, HAND, 0.01) == pytest.approx(HAND, abs=0.02)


def test_no_share_falls_below_zero_and_nothing_teaches_nothing():
    hostile = [(1.0, lambda _: np.array([[0.2, 0.2, -0.9]]))] * 200
    assert fitted(hostile, HAND, 5.0)[2] == 0
    assert fitted([], HAND, 0.15) is HAND
    assert fitted([(1.0, lambda _: np.zeros((0, 3)))], HAND, 0.15) is HAND


def test_shares_are_recovered_from_pairs_that_follow_them():
    random = np.random.default_rng(8)
    true = np.array([0.2, 0.3, 0.5])
    rows = random.normal(0, 0.2, (2000, 3))
    signs = np.where(random.random(2000) < 1 / (1 + np.exp(-20 * rows @ true)), 1, -1)
    series = [(1.0, lambda _, row=row: row[None]) for row in rows * signs[:, None]]
    assert fitted(series, HAND, 0.5) == pytest.approx(true, abs=0.05)
