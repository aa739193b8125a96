"""A home for the tests that run plans in memory."""

import pytest

from tests.apply.homes import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)
