"""What Keepers says by codes, the page can say in German: every code, with the same holes."""

import re
import string
from pathlib import Path

import pytest

from keepers.config import Settings, describe
from keepers.reasons import ENGLISH

TEXTS = Path(__file__).parents[2] / "frontend" / "src" / "texts"
_ENTRY = re.compile(r'^  "?([a-z-]+)"?: (".*"|\{ one: ".*", other: ".*" \}),$', re.MULTILINE)


def _german() -> dict[str, str]:
    return {
        code: text
        for name in ("reasons.de.ts", "messages.de.ts", "refusals.de.ts")
        for code, text in _ENTRY.findall((TEXTS / name).read_text("utf-8"))
    }


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_code_lacks_its_german_and_no_german_its_code():
    assert _german().keys() == ENGLISH.keys()


@pytest.mark.parametrize("code", ENGLISH)
def test_both_say_the_same_of_the_same(code: str):
    english, german = ENGLISH[code], _german()[code]
    forms = (english,) if isinstance(english, str) else english
    assert german.startswith("{ one") == (not isinstance(english, str))
    assert set(re.findall(r"\{(\w+)\}", german)) == set().union(*map(_holes, forms))


def test_no_setting_lacks_its_german():
    told = (TEXTS / "settings.de.ts").read_text("utf-8")
    assert set(re.findall(r"^  (\w+): \"", told, re.MULTILINE)) == {one.name for one in describe(Settings())}
