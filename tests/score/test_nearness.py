"""How near dates are: calendar arithmetic, leap years, bounds."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.score import nearness
from keepers.score.nearness import Around, around

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def wanted_date(text):
    found = around(text)
    assert found is not None
    return found


def at(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2019-12-25", Around(2019, 12, 25)),
        ("12-25", Around(None, 12, 25)),
        ("2019", Around(2019)),
        ("02-29", Around(None, 2, 29)),
        (" 2020-02-29 ", Around(2020, 2, 29)),
        ("2019-02-29", None),
        ("13-01", None),
        ("04-31", None),
        ("0000", None),
        ("0000-01-01", None),
        ("20191225", None),
        ("2019-12", None),
        ("25.12.", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(text, wanted):
    assert around(text) == wanted
    assert wanted is None or str(wanted) == text.strip()


@pytest.mark.parametrize(
    ("taken", "wanted", "days"),
    [
        (at(2020, 12, 31), "01-01", 1),
        (at(2021, 1, 1), "12-31", 1),
        (at(2019, 12, 25), "12-25", 0),
        # The way round the year end is the shorter one.
        (at(2021, 6, 30), "12-31", 181),
        (at(2021, 7, 3), "12-31", 181),
        # In a leap year a day lies between the 28th of February and the 1st of March.
        (at(2020, 2, 28), "03-01", 2),
        (at(2021, 2, 28), "03-01", 1),
        (at(2020, 2, 29), "02-29", 0),
        (at(2021, 2, 28), "02-29", 0),
        (at(2021, 3, 1), "02-29", 1),
        (at(2020, 2, 28), "02-29", 1),
        (at(2019, 12, 25), "2020-12-25", 366),
        (at(2020, 7, 2), "2020", 0),
        (at(2020, 1, 1), "2020", 183),
        (at(1, 1, 1), "12-31", 364),
        (at(9999, 12, 31), "01-01", 364),
    ],
)
def test_days_between_a_photo_and_a_date(taken, wanted, days):
    assert nearness.days_off(taken, wanted_date(wanted)) == days


moments = st.datetimes(datetime(1900, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds it)
days_of_years = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda d: Around(None, d.month, d.day))


@given(moments, days_of_years)
def test_a_day_of_any_year_is_never_further_than_half_a_year(taken, wanted):
    assert 0 <= nearness.days_off(taken, wanted) <= 183


@given(st.dates(date(1950, 1, 1), date(2040, 12, 31)), days_of_years, st.integers(-3, 3))
def test_it_goes_round_the_year(day, wanted, years):
    """Two days apart by less than one each are apart by one at most: there is no edge at New Year."""
    taken = at(day.year, day.month, day.day)
    here, next_day = (nearness.days_off(one, wanted) for one in (taken, taken + timedelta(days=1)))
    assert abs(here - next_day) <= 1
    other = nearness.in_year(day.year + years, day.month, day.day)
    assert abs(nearness.days_off(at(other.year, other.month, other.day), wanted) - here) <= 1


@given(moments, moments)
def test_newer_is_never_worse_and_all_lies_in_0_to_1(one, other):
    older, newer = sorted([one, other])
    assert -math.inf < nearness.recency(older, NOW) <= nearness.recency(newer, NOW) <= 0
    old, new = (nearness.recency(taken, NOW, reverse=True) for taken in (older, newer))
    assert new <= old <= 0


def test_half_as_much_after_180_days():
    taken = NOW - timedelta(days=180)
    assert math.exp(nearness.recency(taken, NOW)) == pytest.approx(0.5)
    assert math.exp(nearness.recency(taken, NOW, reverse=True)) == pytest.approx(0.5)


def test_twenty_years_do_not_drown_everything():
    """The old code gave 4.8e12 here."""
    assert math.exp(nearness.recency(NOW - timedelta(days=7300), NOW, reverse=True)) <= 1


def test_what_was_taken_now_has_no_age():
    assert nearness.recency(NOW, NOW) == 0
    assert nearness.recency(NOW, NOW, reverse=True) == -math.inf


def test_sigma_is_seven_days_and_183_around_a_year():
    week = nearness.nearness(at(2019, 1, 1), wanted_date("2018-12-25"))
    assert week == pytest.approx(-0.5)
    assert nearness.nearness(at(2019, 1, 1), wanted_date("2018-12-25"), 14) == pytest.approx(-0.125)
    assert nearness.nearness(at(2020, 1, 1), wanted_date("2020"), 7) == pytest.approx(-0.5)


@given(moments, st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.floats(0.1, 1000))
def test_a_bell_is_bounded_and_falls_with_the_days(taken, day, sigma):
    wanted = Around(day.year, day.month, day.day)
    value = nearness.nearness(taken, wanted, sigma)
    assert -math.inf < value <= 0
    assert (value == 0) == (nearness.days_off(taken, wanted) == 0)
    away = taken + timedelta(days=400 if taken.date() >= day else -400)
    assert nearness.nearness(away, wanted, sigma) < value


def test_dates_that_are_still_to_come_are_none():
    assert nearness.believed(NOW + timedelta(hours=14), NOW) is not None
    assert nearness.believed(NOW + timedelta(days=2), NOW) is None
    assert nearness.believed(None, NOW) is None


@pytest.mark.parametrize(
    ("taken", "wanted", "within"),
    [
        (at(2020, 1, 1), "2020", True),
        (at(2020, 12, 31), "2020", True),
        (at(2019, 12, 31), "2020", False),
        (at(2020, 1, 3), "12-27", True),
        (at(2020, 1, 4), "12-27", False),
    ],
)
def test_a_window(taken, wanted, within):
    assert nearness.is_within(taken, wanted_date(wanted), 7) is within
