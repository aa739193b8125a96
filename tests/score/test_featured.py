"""The photo that stands for a person: factors against her other photos, what is unknown neither helps nor harms."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import Face
from keepers.score.featured import Bias, Lean, Portrait, in_window, marks, rank, targets
from keepers.score.nearness import Around, around

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BORN = date(1990, 6, 15)


def on(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


def order(portraits, born=None, **bias):
    return [one.portrait.asset for one in rank(marks(portraits, Bias(**bias), NOW, born))]


def parts(portraits, born=None, **bias):
    return {one.portrait.asset: one.parts for one in marks(portraits, Bias(**bias), NOW, born)}


SMALL, LARGE = Portrait("small", 10_000), Portrait("large", 40_000)


def test_the_largest_face_wins_and_the_smallest_by_low_pixel():
    assert order([SMALL, LARGE]) == ["large", "small"]
    assert order([SMALL, LARGE], low_pixel=True) == ["small", "large"]
    assert parts([SMALL, LARGE])["small"]["face size"] == pytest.approx(0.25)
    assert parts([SMALL, LARGE], low_pixel=True)["large"]["face size"] == pytest.approx(0.25)


def test_sharpness_counts_only_where_it_is_asked_for():
    sharp, dull = replace(SMALL, sharpness=0.9), replace(LARGE, sharpness=0.1)
    assert order([sharp, dull]) == ["large", "small"]
    assert order([sharp, dull], blur=Lean.FORWARD) == ["small", "large"]
    same = [replace(one, pixels=100.0) for one in (sharp, dull)]
    assert order(same, blur=Lean.REVERSE) == ["large", "small"]
    assert parts(same, blur=Lean.REVERSE)["small"]["sharpness"] == pytest.approx(1 / 9)


def test_a_grey_picture_is_no_division_by_zero():
    assert order([replace(SMALL, sharpness=0.0), replace(LARGE, sharpness=0.0)], blur=Lean.REVERSE) == [
        "large",
        "small",
    ]


def test_all_factors_multiply():
    one = Portrait("a", 100, on(2026, 5, 25), 0.5)
    other = Portrait("b", 200, on(2026, 11, 21), 1.0)
    found = marks([one, other], Bias(blur=Lean.FORWARD, recency=Lean.FORWARD, date=around("05-25")), NOW)
    for mark in found:
        assert mark.value == pytest.approx(math.prod(mark.parts.values()))
    assert set(found[0].parts) == {"face size", "sharpness", "recency", "date"}
    assert found[0].value == pytest.approx(0.5 * 0.5 * 0.5 * 1.0)


def test_far_from_the_date_the_nearer_one_still_wins():
    """Both bells are smaller than any number that a computer knows."""
    near, far = Portrait("near", 100, on(2010, 1, 1)), Portrait("far", 100, on(2000, 1, 1))
    assert order([far, near], date=around("2024-01-01")) == ["near", "far"]


@pytest.mark.parametrize(
    "bias",
    [
        {"recency": Lean.FORWARD},
        {"recency": Lean.REVERSE},
        {"date": around("12-25")},
        {"birthday": True},
        {"birthday": True, "recency": Lean.FORWARD},
        {"birthday": True, "recency": Lean.REVERSE},
        {"birthday": True, "date": around("2019")},
    ],
)
def test_a_photo_without_a_date_is_neither_first_nor_last(bias):
    dated = [Portrait(f"{day}", 100, on(2018, 3, day)) for day in (1, 9, 28)]
    found = order([*dated, Portrait("?", 100)], BORN, **bias)
    assert found.index("?") in {1, 2}


@pytest.mark.parametrize("bias", [{"recency": Lean.FORWARD}, {"birthday": True, "recency": Lean.REVERSE}])
def test_where_no_photo_has_a_date_the_size_decides(bias):
    assert order([SMALL, LARGE], BORN, **bias) == ["large", "small"]


def test_a_date_in_the_future_is_none():
    wrong = Portrait("wrong", 100, on(2036, 1, 1))
    assert order([wrong, Portrait("new", 100, on(2026, 11, 1)), Portrait("old", 90, on(2001, 1, 1))],
                 recency=Lean.FORWARD) == ["new", "wrong", "old"]  # fmt: skip


BIRTHDAYS = [
    Portrait("first snow", 100, on(2005, 1, 10)),
    Portrait("15th", 100, on(2005, 6, 16)),
    Portrait("20th", 100, on(2010, 6, 14)),
    Portrait("29th", 100, on(2019, 6, 15)),
    Portrait("30th", 100, on(2020, 6, 12)),
    Portrait("last week", 100, on(2026, 11, 14)),
]


@pytest.mark.parametrize(
    ("bias", "best"),
    [
        ({}, "29th"),
        ({"recency": Lean.FORWARD}, "30th"),
        ({"recency": Lean.REVERSE}, "15th"),
        ({"date": around("2010")}, "20th"),
        ({"date": around("2020")}, "30th"),
    ],
)
def test_birthdays_of_any_year_the_latest_the_first_one_year(bias, best):
    assert order(BIRTHDAYS, BORN, birthday=True, **bias)[0] == best


def test_the_last_and_the_first_birthday():
    def wanted(portraits, recency):
        return targets(portraits, Bias(birthday=True, recency=recency), NOW, BORN)

    new = Portrait("new", 1, on(2026, 6, 20))
    assert wanted([new, *BIRTHDAYS], Lean.FORWARD) == (Around(2026, 6, 15),)
    # Nobody took a photo on any birthday: the last one, the first after the oldest photo.
    others = [Portrait("a", 1, on(2005, 7, 10)), Portrait("b", 1, on(2026, 9, 1))]
    assert wanted(others, Lean.FORWARD) == (Around(2026, 6, 15),)
    assert wanted(others, Lean.REVERSE) == (Around(2006, 6, 15),)


def test_who_was_born_on_the_29th_of_february_has_a_birthday_each_year():
    born = date(2000, 2, 29)
    portraits = [Portrait("leap", 1, on(2020, 2, 29)), Portrait("plain", 2, on(2021, 2, 28))]
    found = parts(portraits, born, birthday=True)
    assert found["leap"]["birthday"] == found["plain"]["birthday"] == 1
    assert targets(portraits, Bias(birthday=True, recency=Lean.FORWARD), NOW, born) == (Around(2021, 2, 28),)


def face(**known):
    names = {"eyes": "eyes_open", "smile": "smile", "yaw": "yaw"}
    given = {names[name]: value for name, value in known.items()}
    if "eyes" in known:
        given["eye_min"] = known["eyes"]
    return Face((0.4, 0.4, 0.2, 0.2), 0.9, **given, known=frozenset(known))


def test_open_eyes_a_smile_and_a_turned_head_where_faces_were_judged():
    good, shut = Portrait("good", 100, face=face(eyes=0.8)), Portrait("shut", 100, face=face(eyes=0.1))
    assert order([shut, good]) == ["good", "shut"]
    glad, calm = Portrait("glad", 100, face=face(smile=0.9)), Portrait("calm", 100, face=face(smile=0.0))
    assert order([calm, glad]) == ["glad", "calm"]
    front, side = Portrait("front", 100, face=face(yaw=0.0)), Portrait("side", 100, face=face(yaw=1.2))
    assert order([side, front]) == ["front", "side"]
    # A face of which nothing could be told is in the middle.
    unknown = Portrait("unknown", 100, face=face())
    assert order([shut, good, unknown])[0] == "good"
    assert parts([shut, good, unknown])["unknown"]["smile"] == 1


def test_expressions_are_no_part_where_nobody_judged():
    assert set(parts([SMALL, LARGE])["small"]) == {"face size"}


moments = st.datetimes(datetime(1900, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds it)
portraits = st.lists(
    st.builds(
        Portrait,
        st.integers(0, 10**9).map(str),
        st.none() | st.floats(1, 1e9),
        st.none() | moments,
        st.none() | st.floats(0, 1e6),
        st.none() | st.builds(face, eyes=st.floats(0, 1), smile=st.floats(0, 1), yaw=st.floats(-2, 2)),
    ),
    max_size=8,
    unique_by=lambda one: one.asset,
)
biases = st.builds(
    Bias,
    st.booleans(),
    st.sampled_from(Lean),
    st.sampled_from(Lean),
    st.none() | st.sampled_from([around("2019"), around("02-29"), around("2024-12-24")]),
    st.booleans(),
    st.floats(0.01, 400),
)


@given(portraits, biases, st.none() | st.dates())
def test_every_factor_and_every_score_lies_in_0_to_1(given_portraits, bias, born):
    for mark in marks(given_portraits, bias, NOW, born):
        assert 0 <= mark.value <= 1
        assert all(0 <= value <= 1 for value in mark.parts.values())


@given(portraits, biases, st.none() | st.dates(), st.randoms())
def test_the_order_in_which_photos_come_does_not_matter(given_portraits, bias, born, chance):
    shuffled = list(given_portraits)
    chance.shuffle(shuffled)
    ranked = [rank(marks(several, bias, NOW, born)) for several in (given_portraits, shuffled)]
    assert [one.portrait for one in ranked[0]] == [one.portrait for one in ranked[1]]


@given(portraits, st.floats(1, 1e9), st.floats(1.001, 100))
def test_a_larger_face_is_never_worse(others, pixels, times):
    pair = [Portrait("less", pixels), Portrait("more", pixels * times)]
    found = order([*others, *pair])
    assert found.index("more") < found.index("less")
    found = order([*others, *pair], low_pixel=True)
    assert found.index("less") < found.index("more")


@given(portraits, biases)
def test_what_is_unknown_of_one_photo_does_not_change_the_order_of_the_others(given_portraits, bias):
    """Neutral: a photo of which nothing is known leaves the scores of all others as they are."""
    alone = marks(given_portraits, bias, NOW, BORN)
    more = marks([*given_portraits, Portrait("unknown")], bias, NOW, BORN)[:-1]
    if given_portraits:
        assert [one.log for one in alone] == [one.log for one in more]


def test_a_random_pick_falls_into_the_window():
    window = in_window(BIRTHDAYS, Bias(birthday=True, random=True), NOW, BORN)
    assert [one.asset for one in window] == ["15th", "20th", "29th", "30th"]
    both = Bias(birthday=True, date=around("2019"), random=True)
    assert [one.asset for one in in_window(BIRTHDAYS, both, NOW, BORN)] == ["29th"]
    undated = [*BIRTHDAYS, Portrait("undated", 1)]
    assert len(in_window(undated, Bias(random=True), NOW)) == 7
    assert len(in_window(undated, Bias(random=True, date=around("06-15")), NOW)) == 4


def test_equal_photos_are_told_apart_by_date_then_by_id():
    taken = NOW - timedelta(days=3)
    assert order([Portrait("b", 1, taken), Portrait("a", 1, taken), Portrait("c", 1, NOW)]) == ["c", "a", "b"]
