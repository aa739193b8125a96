"""What the command says when something went wrong that no part of it foresaw."""

import argparse
import errno

import pytest

from keepers.cli import main as command_line
from tests.cli.world import Keepers


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("/photos/caf\udce9", "/photos/caf\\udce9: input/output error"),
        (b"/photos/a", "/photos/a: input/output error"),
        (7, "keepers: input/output error"),
        (None, "keepers: input/output error"),
    ],
)
def test_an_error_of_the_disk_is_told_with_the_name_there_is(
    keepers: Keepers, monkeypatch: pytest.MonkeyPatch, named: str | bytes | int | None, said: str
) -> None:
    """A folder that is listed by its open handle has a number for its name."""

    def broken(_: argparse.Namespace) -> int:
        raise OSError(errno.EIO, "Input/output error", named)

    monkeypatch.setattr(command_line, "_command", lambda _: broken)
    told = keepers("history")
    assert told.code == 1
    assert said in told.err
