"""Clips as arrays: who is compared, what is doubtful, what refutes, whatever the order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.fingerprint.clips import (
    MOST,
    SAMPLE,
    Clip,
    Clips,
    moments,
    packed,
    row,
    sampled,
    settled,
    step,
    unpacked,
)
from keepers.group import clips

SECONDS = 8.0


def pictures(seed: int, count: int = MOST, size: tuple[int, int] = (60, 80)) -> list[np.ndarray]:
    """Grey pictures that follow one another in a film."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 5, 6))
    return [
        np.kron(one, np.ones((size[0] // 5 + 1, size[1] // 6 + 1)))[: size[0], : size[1]].astype(np.uint8)
        for one in coarse
    ]


def clip(
    seed: int,
    seconds: float = SECONDS,
    *,
    complete: bool = True,
    audio: bool = False,
    shown: list[np.ndarray] | None = None,
) -> Clip:
    at = moments(seconds)
    greys = shown or pictures(seed)
    taken = [(moment, moment, grey) for moment, grey in zip(at, greys, strict=False)]
    return Clip(seconds, audio, complete, sampled(taken, exact=complete))


def table(*known: Clip, taken: tuple[float, ...] | None = None) -> Clips:
    count = len(known)
    return Clips(
        content=np.arange(count),
        seconds=np.array([one.seconds for one in known]),
        step=np.array([step(one.seconds) for one in known]),
        audio=np.array([one.audio for one in known], np.bool_),
        complete=np.array([one.complete for one in known], np.bool_),
        width=np.full(count, 640, np.int32),
        height=np.full(count, 480, np.int32),
        size=1000 - np.arange(count),
        taken=np.array(taken or [np.nan] * count),
        samples=np.stack([row(one) for one in known]) if known else np.zeros((0, MOST), SAMPLE),
    )


def groups(found: Clips) -> list[tuple[int, ...]]:
    return [cluster.rows for cluster in clips.same_clip(found)]


@pytest.mark.parametrize(
    ("seconds", "first", "count"),
    [
        (0.0, 0.0, 1),
        (0.5, 0.0625, 8),
        (3.0, 0.5, 6),
        (5.0, 1.0, 5),
        (9.99, 1.0, 10),
        (20.0, 4.0, 5),
        (7200.0, 1024.0, 8),
    ],
)
def test_a_clip_is_looked_at_five_to_ten_times(seconds, first, count):
    found = moments(seconds)

    assert len(found) == count
    assert found[0] == 0.0
    assert count == 1 or found[1] == first


@given(st.floats(0.1, 20_000), st.floats(0.99, 1.01))
def test_clips_of_nearly_one_length_share_moments(seconds, factor):
    one, other = moments(seconds), moments(seconds * factor)

    assert 5 <= len(one) <= MOST
    assert len(set(one) & set(other)) >= 5


def test_a_clip_survives_the_catalog():
    known = clip(1, audio=True, complete=False)

    found = unpacked(packed(known))

    assert found is not None
    assert (found.seconds, found.audio, found.complete) == (SECONDS, True, False)
    assert (found.samples == known.samples).all()


@pytest.mark.parametrize("data", [b"", b"\0" * 10, b"\7" + b"\0" * 9, packed(clip(1))[:-1]])
def test_a_fingerprint_of_another_version_is_none(data):
    assert unpacked(data) is None


def test_what_cannot_be_looked_at_is_settled_with_what_is_known():
    known, nothing = unpacked(settled(packed(clip(1, complete=False)))), unpacked(settled(b""))

    assert known is not None
    assert nothing is not None
    assert (known.complete, len(known.samples)) == (True, len(moments(SECONDS)))
    assert (nothing.complete, len(nothing.samples), nothing.seconds) == (True, 0, 0.0)
    assert groups(table(nothing, nothing)) == []


def test_nothing_comes_of_nothing():
    assert clips.same_clip(table()) == ()
    assert clips.doubtful(table()) == ()


def test_equal_clips_match_and_others_do_not():
    assert groups(table(clip(1), clip(2), clip(1, 8.3), clip(3))) == [(0, 2)]


@pytest.mark.parametrize(("seconds", "found"), [(8.4, [(0, 1)]), (8.6, []), (7.6, [(0, 1)]), (4.0, [])])
def test_lengths_must_agree(seconds, found):
    assert groups(table(clip(1), clip(1, seconds))) == found


@pytest.mark.parametrize(("seconds", "found"), [(1.45, [(0, 1)]), (1.2, [])])
def test_a_third_of_a_second_counts_in_a_short_clip(seconds, found):
    assert groups(table(clip(1, 1.5), clip(1, seconds))) == found


@pytest.mark.parametrize(
    ("seconds", "other", "found"), [(60.0, 60.9, [(0, 1)]), (60.0, 61.2, []), (3600.0, 3630.0, [(0, 1)])]
)
def test_long_clips_may_differ_by_more(seconds, other, found):
    assert groups(table(clip(1, seconds), clip(1, other))) == found


def test_where_one_has_twice_as_many_moments_every_second_is_compared():
    short, long = clip(1, 9.9), clip(0, 10.1, shown=pictures(1)[::2])

    assert (len(short.samples), len(long.samples)) == (10, 5)
    assert groups(table(short, long)) == [(0, 1)]


@pytest.mark.parametrize("place", range(8))
def test_one_other_picture_anywhere_refutes(place):
    shown = pictures(1)
    shown[place] = pictures(2)[place]

    assert groups(table(clip(1), clip(0, shown=shown))) == []


def test_a_blank_picture_where_the_other_shows_something_refutes():
    shown = pictures(1)
    shown[4] = np.full_like(shown[4], 16)

    assert groups(table(clip(1), clip(0, shown=shown))) == []


@pytest.mark.parametrize(("shown", "found"), [(2, []), (3, []), (6, [(0, 1)])])
def test_blank_pictures_prove_nothing(shown, found):
    black = [np.full((60, 80), 16, np.uint8)] * (8 - shown)
    greys = [*black, *pictures(1)[:shown]]
    if shown == 3:
        # Three that are all alike are one.
        greys[-3:] = [pictures(1)[0]] * 3

    assert groups(table(clip(0, shown=greys, audio=True), clip(0, shown=greys, audio=True))) == found


def test_key_frames_alone_leave_doubt_that_more_pictures_settle():
    rough = table(clip(1, complete=False), clip(1), clip(2, complete=False))

    assert groups(rough) == []
    assert clips.doubtful(rough) == (0,)


def test_key_frames_of_other_times_leave_doubt_and_do_not_refute():
    known = clip(1, complete=False)
    late = known.samples.copy()
    late["at"][1:] -= 0.3
    late["exact"][1:] = False
    late["block"][1:] = 255 - late["block"][1:]
    late["phash"][1:] = ~late["phash"][1:]

    assert clips.doubtful(table(clip(1), replace(known, samples=late))) == (1,)


def test_what_begins_differently_is_not_looked_at_again():
    assert clips.doubtful(table(clip(1, complete=False), clip(2, complete=False))) == ()


@pytest.mark.parametrize(
    ("audio", "seconds", "taken", "found"),
    [
        (False, SECONDS, (np.nan, np.nan), [(0, 1)]), (True, SECONDS, (np.nan, np.nan), []),
        (False, SECONDS + 0.3, (np.nan, np.nan), []), (False, SECONDS, (50.0, 51.0), [(0, 1)]),
        (False, SECONDS, (50.0, 90.0), []),
    ],
)  # fmt: skip
def test_films_that_stand_still_need_more(audio, seconds, taken, found):
    shown = [pictures(1)[0]] * MOST
    one, other = clip(0, shown=shown, audio=audio), clip(0, seconds, shown=shown, audio=audio)

    assert groups(table(one, other, taken=taken)) == found


def test_the_best_copy_is_the_centre():
    found = table(clip(1), clip(1), clip(1))
    wide = np.array([640, 1920, 640], np.int32)

    [cluster] = clips.same_clip(replace(found, width=wide))

    assert (cluster.rows, cluster.centre) == ((0, 1, 2), 1)


@given(st.permutations(range(7)))
def test_the_order_of_rows_changes_nothing(order):
    known = [clip(1), clip(1, 8.2), clip(2), clip(2, complete=True), clip(3), clip(1, 8.4), clip(4)]

    found = groups(table(*(known[number] for number in order)))

    assert sorted(sorted(order[at] for at in rows) for rows in found) == [[0, 1, 5], [2, 3]]
