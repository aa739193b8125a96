"""Zones of positions, and between two clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read import zones

NOON = datetime(2019, 7, 4, 12, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("position", "zone"),
    [
        ((48.2, 16.37), "Europe/Vienna"),
        ((-33.87, 151.2), "Australia/Sydney"),
        ((27.7, 85.3), "Asia/Kathmandu"),
        ((0.0, -150.0), "Etc/GMT+10"),
        ((90.0, 180.0), "Etc/GMT-12"),
        ((91.0, 0.0), "None"),
        ((0.0, 181.0), "None"),
        ((float("nan"), 0.0), "None"),
        ((0.0, float("inf")), "None"),
    ],
)
def test_each_place_keeps_a_time(position: tuple[float, float], zone: str) -> None:
    assert str(zones.of_position(position)) == zone


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_all_of_the_earth_has_a_zone(latitude: float, longitude: float) -> None:
    zone = zones.of_position((latitude, longitude))
    assert zone is not None
    assert zone.utcoffset(NOON) is not None


@pytest.mark.parametrize(
    ("minutes", "offset"),
    [
        (0, 0), (120, 120), (121, 120), (118.1, 120), (123, None), (345, 345), (-570, -570), (765, 765), (840, 840),
        (-720, -720), (15, None), (105, None), (900, None), (-780, None), (-660, -660),
    ],
)  # fmt: skip
def test_two_clocks_agree_on_a_zone_that_somebody_keeps(minutes: float, offset: int | None) -> None:
    found = zones.between(NOON + timedelta(minutes=minutes), NOON)
    assert found == (None if offset is None else timedelta(minutes=offset))
