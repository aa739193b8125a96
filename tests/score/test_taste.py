"""A simulated person with a known taste: their picks are learned, and never believed without cause."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.score.photo import EXPOSED, LARGE, MEAN, SHARP, TECH_SHARP, WORST
from keepers.score.taste import LEAST, PARTS, Pick, Taste, learned
from keepers.score.weights import Weights

HAND = Weights()


def by_hand(parts):
    if "faces" not in parts:
        return SHARP * parts["sharpness"] + EXPOSED * parts["exposure"] + LARGE * parts["resolution"]
    tech = TECH_SHARP * parts["sharpness"] + (1 - TECH_SHARP) * parts["exposure"]
    faces = MEAN * parts["faces"] + WORST * parts["worst face"]
    return HAND.faces * faces + HAND.technical * tech + HAND.composition * parts["composition"]


def series(random, faces=True):
    """Some photos of a series, by their parts."""
    for _ in range(random.integers(3, 8)):
        parts: dict[str, float] = dict(
            zip(PARTS, random.uniform(0.4, 1.0, len(PARTS)).round(4).tolist(), strict=True)
        )
        parts["faces"] = (
            0.45 * parts["eyes"]
            + 0.2 * parts["expression"]
            + 0.2 * parts["face sharpness"]
            + 0.15 * parts["faces"]
        )
        yield parts if faces else {name: parts[name] for name in ("sharpness", "exposure", "resolution")}


def picks(count, taste, seed=0, noise=0.02, faces=True):
    """Picks of a person who keeps the photo that they like best."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        frames = list(series(random, faces))
        liked = [
            by_hand(one) + sum(taste.get(name, 0) * value for name, value in one.items()) for one in frames
        ]
        best = int(np.argmax(np.array(liked) + random.normal(0, noise, len(frames))))
        others = [one for place, one in enumerate(frames) if place != best]
        yield Pick(
            (frames[best],), tuple(others), (by_hand(frames[best]),), tuple(by_hand(one) for one in others)
        )


def guessed(held, taste: Taste | None):
    """The share of series of which the pick is guessed."""
    right = 0
    for pick in held:
        frames = [*pick.kept, *pick.dropped]
        values = [by_hand(one) + (taste.shift(one) if taste else 0) for one in frames]
        right += values.index(max(values)) == 0
    return right / len(held)


@pytest.mark.parametrize(
    ("taste", "word"),
    [
        ({"expression": 0.5}, "expressions count more for you"),
        ({"sharpness": 0.4, "face sharpness": 0.3}, "count more for you"),
        ({"composition": 0.5}, "composition counts more for you"),
        ({"eyes": 0.6}, "open eyes count more for you"),
    ],
)
def test_fifty_picks_guess_others_better(taste, word):
    found = learned(list(picks(50, taste)), HAND)
    assert found is not None
    held = list(picks(400, taste, seed=1))
    assert guessed(held, found) > guessed(held, None) + 0.05
    assert found.right > found.right_before
    assert any(word in said for said in found.words)


@pytest.mark.parametrize("seed", range(6))
def test_who_picks_as_we_do_is_not_told_otherwise(seed):
    found = learned(list(picks(50, {}, seed=seed)), HAND)
    held = list(picks(400, {}, seed=100 + seed))
    assert guessed(held, found) > guessed(held, None) - 0.04


def test_who_picks_at_random_teaches_hardly_ever():
    believed = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        chance = []
        for pick in picks(50, {}, seed=seed):
            frames = [*pick.kept, *pick.dropped]
            best = int(random.integers(len(frames)))
            others = [one for place, one in enumerate(frames) if place != best]
            chance.append(
                Pick((frames[best],), tuple(others), (by_hand(frames[best]),), tuple(map(by_hand, others)))
            )
        believed += learned(chance, HAND) is not None
    assert believed <= 6


def test_few_picks_teach_nothing():
    assert learned(list(picks(LEAST - 1, {"expression": 2.0})), HAND) is None
    assert learned([], HAND) is None


def test_a_taste_of_landscapes_is_learned_without_faces():
    found = learned(list(picks(60, {"exposure": 0.8}, faces=False)), HAND)
    assert found is not None
    assert set(found.weights) <= {"sharpness", "exposure", "resolution"}
    held = list(picks(300, {"exposure": 0.8}, seed=1, faces=False))
    assert guessed(held, found) > guessed(held, None)


@given(seed=st.integers(0, 1000), part=st.sampled_from(PARTS), weight=st.floats(-1, 1))
def test_no_part_ever_counts_against_a_photo(seed, part, weight):
    found = learned(list(picks(25, {part: weight}, seed=seed)), HAND)
    if found is None:
        return
    better: dict[str, float] = dict.fromkeys(PARTS, 0.5)
    for name in PARTS:
        raised = {**better, name: 0.9}
        assert by_hand(raised) + found.shift(raised) >= by_hand(better) + found.shift(better) - 1e-3
