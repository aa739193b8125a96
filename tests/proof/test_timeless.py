"""What two runs of one command may differ in is no fault: the time in the names of their reports."""

import pytest

from tests.proof.blackbox import timeless


@pytest.mark.parametrize(
    ("name", "same"),
    [
        (b"reports/report_20261121_134949.json", b"reports/report_WHEN.json"),
        (b"reports/report_20261121_134949_1.json", b"reports/report_WHEN.json"),  # the second of that second
        (b"reports/latest.json", b"reports/latest.json"),
        (b"group_0001/report_20261121.jpg", b"group_0001/report_20261121.jpg"),
    ],
)
def test_a_report_is_named_without_its_time(name: bytes, same: bytes) -> None:
    assert timeless(name) == same
