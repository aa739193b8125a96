"""What is printed is harmless and readable."""

import io
import json
import sys
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.cli import show


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("Été à la mer 旅行.jpg", "Été à la mer 旅行.jpg"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("evil\u202egpj.exe", "evil\\u202egpj.exe"),
        ("no\udcffutf8", "no\\udcffutf8"),
        ("two\nlines\x07", "two\\x0alines\\x07"),
        ("c1\x9b31m", "c1\\x9b31m"),
    ],
)
def test_hostile_names_drive_no_terminal(name: str, shown: str) -> None:
    assert show.printable(name) == shown


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 KB"), (212_400_000_000, "212 GB"), (31_200_000, "31.2 MB")],
)
def test_sizes_in_the_unit_that_people_use(number: int, text: str) -> None:
    assert show.size(number) == text


def test_json_is_ascii_and_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    show.document({"path": "é\udcff"})
    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {"schema_version": 1, "path": "é\udcff"}


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_json_is_what_was_given_with_a_line_for_each_row(value: dict[str, object]) -> None:
    written = io.StringIO()
    with redirect_stdout(written):
        show.document(value)
    assert json.loads(written.getvalue()) == {"schema_version": 1, **value}
    rows = sum(len(held) + 1 for held in value.values() if isinstance(held, list) and held)
    assert written.getvalue().count("\n") == len({"schema_version", *value}) + rows + 2


def test_progress_without_a_terminal_is_a_plain_line_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", written := io.StringIO())
    progress = show.Terminal(quiet=False)
    progress.stage("measuring", 100, 1000)
    progress.step(10, 100)
    assert written.getvalue() == ""
    now[0] += 10
    progress.step(10, 100)
    assert written.getvalue() == "measuring  20/100  2/s  20 B/s  20%  0:00:40 left\n"


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = show.Terminal(quiet=True)
    progress.stage("measuring", 100, 1000)
    now[0] += 60
    progress.step(10, 100)
    progress.say("hello")
    progress.done()
    assert capsys.readouterr().err == ""
