"""Reasons are English to whoever prints them, and keep their code and values on the way through JSON and processes."""

import copy
import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.reasons import ENGLISH, Reason, packed, unpacked


def test_a_reason_is_its_english_words():
    assert Reason("eyes-open", open=2, all=3) == "eyes open 2/3"
    assert Reason("less-sharp", mine=0.5, best=1.0) == "less sharp (0.50 of 1.00)"
    assert "; ".join((Reason("sharpest"), Reason("tie-earliest"))) == "sharpest; the earliest is taken"


@pytest.mark.parametrize(("n", "words"), [(1, "as good as 1 other; x"), (2, "as good as 2 others; x")])
def test_there_is_a_form_for_one(n: int, words: str):
    assert Reason("level", n=n, tie="x") == words


@pytest.mark.parametrize(("code", "values"), [("no-such-code", {}), ("less-sharp", {"mine": 0.5})])
def test_what_nobody_could_say_in_another_language_is_refused(code: str, values: dict[str, float]):
    with pytest.raises(KeyError):
        Reason(code, **values)


@given(st.text(), st.floats(0, 1), st.integers(0, 9))
def test_reasons_come_back_from_json_and_other_processes(name: str, behind: float, n: int):
    for reason in (
        Reason("flip-part", name=name, part="sharpness", behind=behind),
        Reason("flip-copy", name=name, better=Reason("level", n=n, tie=Reason("tie-path"))),
    ):
        told = unpacked(json.loads(json.dumps(packed(reason))))
        # Copies are made as they are for another process.
        again = copy.deepcopy(reason)
        for one in (told, again):
            assert isinstance(one, Reason)
            assert (str(one), one.code, one.values) == (str(reason), reason.code, reason.values)


def test_words_of_before_stay_and_codes_of_later_are_shown_as_they_are():
    assert unpacked("the original") == packed("the original") == "the original"
    assert unpacked(["not-yet-known", {}]) == "not-yet-known"


def test_no_two_codes_say_the_same_hole_differently():
    for code, text in ENGLISH.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        for form in (text,) if isinstance(text, str) else text:
            assert all(
                name and "." not in name
                for _, name, _, _ in string.Formatter().parse(form)
                if name is not None
            )
