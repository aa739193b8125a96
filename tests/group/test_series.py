"""Bursts are complete: every two frames match. Brackets are told by their exposures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.fingerprint.perceptual import Grey
from keepers.group import series
from keepers.group.rule import Rule
from tests.fingerprint.pictures import scene
from tests.group.world import Photo, exposed, world

WIDE = scene(1, 300, 400)


def moved(by: int, of: Grey = WIDE) -> Grey:
    """The same scene through a camera that moved by so many pixels."""
    return np.ascontiguousarray(of[20:220, by : by + 300])


def changed(share: float, seed: int = 50) -> Grey:
    """The scene with a part of its light from another."""
    other = scene(seed, 200, 300).astype(float)
    return np.asarray(moved(0) * (1 - share) + other * share, np.uint8)


def bursts(*photos: Photo, rule: Rule | None = None) -> list[str]:
    found = world(*photos)
    return found.names(series.bursts(found.table, rule or Rule()))


def brackets(*photos: Photo) -> list[str]:
    found = world(*photos)
    return found.names(series.brackets(found.table, Rule()))


def test_frames_of_one_moment_are_a_burst() -> None:
    assert bursts(*(Photo(n, moved(3 * k), at=k * 0.4) for k, n in enumerate("abcd"))) == ["abcd"]


def test_other_scenes_are_not_whatever_the_clock_says() -> None:
    assert bursts(*(Photo(n, scene(k + 10, 200, 300), at=k * 0.4) for k, n in enumerate("abcd"))) == []


@pytest.mark.parametrize(
    ("gap", "share", "expected"),
    [
        (0.5, 0.6, ["ab"]),
        (9.0, 0.6, []),
        (9.0, 0.1, ["ab"]),
        (200, 0.1, ["ab"]),
        (200, 0.6, []),
        (301, 0.0, []),
    ],
)
def test_the_nearer_in_time_the_less_alike_they_need_be(
    gap: float, share: float, expected: list[str]
) -> None:
    assert bursts(Photo("a", moved(0), at=0), Photo("b", changed(share), at=gap)) == expected


def test_within_seconds_another_camera_must_look_the_same() -> None:
    one = Photo("a", moved(0), at=0)
    assert bursts(one, Photo("b", changed(0.6), at=0.5, camera=2)) == []
    assert bursts(one, Photo("b", moved(0), at=3, camera=2)) == ["ab"]


def test_the_window_is_obeyed_and_zero_switches_it_off() -> None:
    far = Photo("a", moved(0), at=0), Photo("b", moved(1), at=5000)
    assert bursts(*far) == []
    assert bursts(*far, rule=Rule(time_window=6000)) == ["ab"]
    assert bursts(*far, rule=Rule(time_window=0)) == ["ab"]
    near = Photo("a", moved(0), at=0), Photo("b", moved(1), at=20)
    assert bursts(*near, rule=Rule(time_window=10)) == []


def test_without_times_there_is_no_burst() -> None:
    assert bursts(Photo("a", moved(0)), Photo("b", moved(1))) == []
    assert bursts(Photo("a", moved(0), at=0, certain=False), Photo("b", moved(1), at=1, certain=False)) == []


def test_the_cameras_own_series_needs_no_likeness() -> None:
    frames = [Photo(n, scene(k + 10, 200, 300), at=k * 0.2, burst=3) for k, n in enumerate("abc")]
    assert bursts(*frames, Photo("d", scene(40), at=1, burst=4)) == ["abc"]


def test_one_series_number_on_two_days_is_two_series() -> None:
    frames = [Photo(n, moved(k), at=k * 40000.0, burst=3) for k, n in enumerate("ab")]
    assert bursts(*frames) == []


def test_flat_frames_never_match_by_hash_alone() -> None:
    black = np.zeros((100, 100), np.uint8)
    assert bursts(Photo("a", black, at=0), Photo("b", black, at=100)) == []


def test_copies_of_one_shot_are_no_burst() -> None:
    assert bursts(Photo("a", moved(0), at=0.25), Photo("b", moved(0), at=0.25)) == []


def test_every_two_frames_match_and_no_chain_forms() -> None:
    frames = [Photo(chr(97 + k), changed(k / 12), at=k * 20.0) for k in range(13)]
    found = world(*frames)
    clusters = series.bursts(found.table, Rule())
    assert clusters
    for cluster in clusters:
        for one in cluster.rows:
            for other in cluster.rows:
                if one < other:
                    assert bursts(frames[one], frames[other]), (one, other)
    assert max(len(c.rows) for c in clusters) < 13


@settings(max_examples=25)
@given(st.permutations(range(9)))
def test_the_order_of_contents_changes_nothing(order: list[int]) -> None:
    frames = [Photo(chr(97 + k), moved(2 * k), at=k * 0.3) for k in range(5)]
    frames += [Photo(chr(102 + k), scene(77 + k // 2, 200, 300), at=100 + k * 0.5) for k in range(4)]
    assert bursts(*(frames[n] for n in order)) == ["abcde", "fg", "hi"]


def test_a_clock_that_stands_still_is_not_trusted() -> None:
    crowd = [Photo("a", changed(0.0), at=0)] * 250 + [Photo("b", changed(0.6), at=1)] * 250
    found = world(*crowd)
    assert all(
        len({found.photos[row].name for row in c.rows}) == 1 for c in series.bursts(found.table, Rule())
    )


@pytest.mark.parametrize("threshold", [0, 5, 16, 17, 40, 64])
def test_the_threshold_replaces_likeness(threshold: int) -> None:
    frames = [Photo(chr(97 + k), changed(k / 8, seed=50 + k), at=k * 2.0) for k in range(8)]
    found = world(*frames, Photo("z", moved(0), at=9000))
    old = found.table.prints["old"]
    clusters = series.bursts(found.table, Rule(threshold=threshold))
    for cluster in clusters:
        assert 8 not in cluster.rows
        for one in cluster.rows:
            for other in cluster.rows:
                assert int(np.bitwise_count(old[one] ^ old[other])) <= threshold
    if threshold == 64:
        assert found.names(clusters) == ["abcdefgh"]


def test_evidence_is_in_words() -> None:
    found = world(*(Photo(n, moved(k), at=k * 0.5) for k, n in enumerate("abc")))
    (cluster,) = series.bursts(found.table, Rule())
    assert cluster.evidence == ("3 frames, every two alike", "within 1.0 s", "one camera")


def stack(names: str, stops: list[float], **more: float) -> list[Photo]:
    return [
        Photo(n, exposed(moved(k), s), at=float(k), bias=s, **more)  # type: ignore[arg-type]  # a table of keywords
        for k, (n, s) in enumerate(zip(names, stops, strict=True))
    ]


def test_a_bracket_is_told_by_its_bias() -> None:
    assert brackets(*stack("abc", [-2, 0, 2])) == ["abc"]
    assert brackets(*stack("ab", [0, -1.5])) == ["ab"]


def test_a_bracket_is_told_by_its_exposures() -> None:
    photos = [
        Photo(n, exposed(moved(k), -s), at=float(k), ev=10 + s, bias=0)
        for k, (n, s) in enumerate(zip("abc", (0, 2, -2), strict=True))
    ]
    assert brackets(*photos) == ["abc"]


def test_without_exif_the_brightness_tells() -> None:
    photos = [
        Photo(n, exposed(moved(k), s), at=float(k))
        for k, (n, s) in enumerate(zip("abc", (-2, 0, 2), strict=True))
    ]
    assert brackets(*photos) == ["abc"]
    assert brackets(*photos[:2]) == []


def test_two_brackets_one_after_another_are_two() -> None:
    photos = [
        Photo(n, exposed(moved(0), s), at=float(k), bias=s)
        for k, (n, s) in enumerate(zip("abcdef", (0, -2, 2, 0, -2, 2), strict=True))
    ]
    assert brackets(*photos) == ["abc", "def"]


def flutter() -> list[Photo]:
    """The automatic follows the light: settings change, the picture stays as bright."""
    return [Photo(n, moved(k), at=float(k), ev=10 + 2 * k, bias=0) for k, n in enumerate("abc")]


NO_BRACKETS = {
    "a burst": [Photo(n, moved(k), at=float(k), ev=10, bias=0) for k, n in enumerate("abc")],
    "the automatic at work": flutter(),
    "other scenes": [
        Photo(n, scene(k + 30, 200, 300), at=float(k), bias=2.0 * k - 2) for k, n in enumerate("abc")
    ],
    "too long between": [
        Photo(n, exposed(moved(0), 2.0 * k - 2), at=4.0 * k, bias=2.0 * k - 2) for k, n in enumerate("abc")
    ],
    "too small a spread": stack("abc", [-0.6, 0, 0.6]),
    "two cameras": [
        Photo(n, exposed(moved(0), 2.0 * k - 2), at=float(k), bias=2.0 * k - 2, camera=k + 1)
        for k, n in enumerate("ab")
    ],
    "no times": [Photo(n, exposed(moved(0), 2.0 * k - 2), bias=2.0 * k - 2) for k, n in enumerate("abc")],
}


@pytest.mark.parametrize("case", NO_BRACKETS)
def test_what_is_no_bracket(case: str) -> None:
    assert brackets(*NO_BRACKETS[case]) == []


def test_the_cameras_mark_makes_a_small_spread_a_bracket() -> None:
    assert brackets(*stack("abc", [-0.7, 0, 0.7], mode=2)) == ["abc"]
