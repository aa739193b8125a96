"""Texts that other modules print are found again by their codes; what those modules say anew must have one."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import keepers
from keepers import config
from keepers.errors import SettingsError
from keepers.reasons import ENGLISH, Reason
from keepers.web.heard import heard
from keepers.web.rows import said

SOURCE = Path(keepers.__file__).parent
#: What the jobs and questions of the page come through: all that these say has a code.
HEARD = (
    "apply/carry.py", "apply/journal.py", "apply/lock.py", "apply/run.py", "apply/undo.py", "catalog/store.py",
    "people_work/featuring.py", "people_work/sort.py", "places/local/deeds.py", "places/local/look.py",
    "places/local/swap.py", "plan/check.py", "plan/duplicates_plan.py", "plan/layout.py", "plan/people_feature.py",
    "read/jpeg.py", "read/png.py", "read/member.py", "read/zip_directory.py", "web/deeds.py", "web/files.py",
    "web/gate.py", "web/jobs.py", "web/pages.py", "web/pictures.py", "web/rows.py", "work/local.py",
    "workflows/account.py", "workflows/dating.py", "workflows/people_matching.py", "workflows/review_plan.py",
    "workflows/reviewing.py", "workflows/saying.py", "workflows/scan.py", "workflows/trashing.py",
)  # fmt: skip
#: Calls whose first text somebody reads: errors, and these.
CALLS = frozenset({"stage", "say", "Plan", "missing", "conflict", "Failure"})
#: What only the command line can come to, and texts with a word of ours in a hole, whose forms have codes.
ELSEWHERE = frozenset({
    "nothing is proposed for the clock of 77", "7 7; it was left alone. The catalog keeps the date without --sidecar",
    "7 is larger than any sidecar; it was left alone", "7 is not in the trash; `keepers trash list` shows what is",
    "the workers were closed", "the workers were closed while they worked", "negative seek position", "7 of 7",
    "7; nothing was learned. If they were meant to go, say so with --accept-missing",
    "7 was on another 7 when run 7 was at work there; connect that 7 and try again. Nothing was changed",
})  # fmt: skip


def _sample(name: str, spec: str) -> str | int | float:
    return (
        1234
        if spec == "," or name == "n"
        else 12.5
        if spec.startswith(".") and spec != ".0f"
        else 90
        if spec
        else f"/{name}.mine"
    )


@pytest.mark.parametrize("code", ENGLISH)
def test_a_text_is_found_again_with_what_stands_in_its_holes(code: str):
    forms = ENGLISH[code]
    for number, form in enumerate((forms,) if isinstance(forms, str) else forms):
        parts = [
            (name, spec or "") for _, name, spec, _ in string.Formatter().parse(form) if name is not None
        ]
        if sum(map(str.isalpha, "".join(one[0] for one in string.Formatter().parse(form)))) < 4:
            continue
        values = {name: _sample(name, spec) for name, spec in parts}
        if not isinstance(forms, str):
            values["n"] = 1 if number == 0 else 1234
        text = str(Reason(code, **values))
        found = heard(text)
        assert isinstance(found, Reason), text
        # Two codes may say the same.
        assert str(found) == text
        assert sorted(map(str, found.values.values())) == sorted(map(str, values.values()))


@pytest.mark.parametrize(
    ("text", "code", "parts"),
    [
        ("Undo of Copies to the trash", "run-undo", {"title": "run-copies"}),
        (
            "/a: No such file or directory; nothing was learned or changed",
            "source-closed",
            {"why": "os-missing"},
        ),
        ("best of 12: the largest face, open eyes", "best-of-by", {"why": "listed-short"}),
    ],
)
def test_what_stands_in_a_hole_has_its_own_code(text: str, code: str, parts: dict[str, str]):
    found = said(text)
    assert (found.code, found.words) == (code, text)
    assert {name: part.code for name, part in found.parts.items()} == parts


@pytest.mark.parametrize("name", ["done", "faces", "2019", "looking", "is empty", "1,234"])
def test_a_name_in_a_hole_is_never_read(name: str):
    for code, hole in (("job-scan-of", "sources"), ("run-date", "name"), ("gone", "path")):
        assert said(str(Reason(code, **{hole: name}))).values == {hole: name}


@given(
    st.lists(st.sampled_from(["IMG_1234.jpg", "Müller", "/home/me/2019", "burst", "7", "-", "é: ü"])).map(
        " ".join
    )
)
def test_names_are_no_texts_of_ours(name: str):
    assert heard(name) == name
    assert not isinstance(heard(f"/{name}"), Reason)


@pytest.mark.parametrize("between", [", ", "; ", ": "])
def test_a_text_that_never_ends_is_not_taken_apart(between: str):
    endless = between.join(["sharpest"] * 20_000)
    assert heard(endless) is endless
    assert isinstance(heard(between.join(["sharpest"] * 20)), Reason)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jobs", -1), ("jobs", "many"), ("threshold", 99), ("time_window", -1), ("min_size", 1),
        ("seconds_per_file", 0), ("settle_seconds", 9999), ("faces_", 1), ("home_zone", "Moon"), ("taste", "maybe"),
    ],
)  # fmt: skip
def test_what_a_setting_may_not_be_has_a_code(name: str, value: str | int):
    with pytest.raises(SettingsError) as refused:
        config.checked(name, value, "the page")
    assert said(str(refused.value)).code.startswith("setting-")


@pytest.mark.parametrize("module", HEARD)
def test_nothing_is_said_without_a_code(module: str):
    unheard = {text for text in _said(SOURCE / module) if not isinstance(heard(text), Reason)}
    assert unheard - ELSEWHERE == set()


def _said(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = {
            target.id: text
            for one in ast.walk(scope)
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name) and (text := _text(one.value)) is not None
        }
        for call in (one for one in ast.walk(scope) if isinstance(one, ast.Call)):
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if not call.args or not (called in CALLS or (called.endswith("Error") and called != "OSError")):
                continue
            first = call.args[0]
            text = named.get(first.id) if isinstance(first, ast.Name) else _text(first)
            if text is not None:
                yield text


def _text(node: ast.expr) -> str | None:
    """A text as it may be printed: 7 stands in each hole, and of two words that of many."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and (left := _text(node.left)) and (right := _text(node.right)):
        return left + right
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else _hole(part.value)
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    )


def _hole(value: ast.expr) -> str:
    return (isinstance(value, ast.IfExp) and _text(value.orelse)) or "7"
