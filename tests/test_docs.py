"""Every command, option and setting is in docs/, every link leads somewhere, every example parses."""

import argparse
import json
import re
import shlex
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from keepers.cli import parser as command_line
from keepers.cli.main import INTERRUPTED
from keepers.config import Settings, describe
from keepers.errors import KeepersError
from scripts import reference

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Pages a reader may copy commands from.
TAUGHT = [page for page in PAGES if "decisions" not in page.parts and page.name != "CHANGELOG.md"]


@pytest.mark.parametrize("page", ["commands.md", "settings.md"])
def test_the_reference_says_what_the_program_does(page: str) -> None:
    path = ROOT / "docs" / page
    assert path.read_text("utf-8") == reference.pages()[path], "run `make docs` and look at the change"


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for parser in reference.commands(command_line.build()):
        assert parser.prog in text
        for action in reference.options(parser):
            for name in action.option_strings:
                assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), (parser.prog, name)


def test_every_command_and_option_says_what_it_does() -> None:
    silent = [
        f"{parser.prog} {action.option_strings or action.dest}"
        for parser in reference.commands(command_line.build())
        for action in reference.options(parser)
        if not action.help
    ]
    silent += [
        parser.prog
        for parser in reference.commands(command_line.build())
        if not (parser.description or "").strip()
    ]
    assert silent == []


def test_every_setting_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for setting in describe(Settings()):
        assert f"`{setting.name}`" in text
        assert f"`{setting.variable}`" in text
        assert setting.doc


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        file, _, anchor = unquote(target).partition("#")
        if re.match(r"[a-z]+:", file):
            continue
        there = page.parent / file if file else page
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in _anchors(there), target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _examples(page: Path) -> list[str]:
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [
        line.removeprefix("$ ").split("  #")[0].strip() for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if re.match(r"(\.venv/bin/)?keepers\b", line)]


def test_the_pages_have_examples_to_check() -> None:
    assert sum(len(_examples(page)) for page in TAUGHT) > 10


@pytest.mark.parametrize("page", TAUGHT, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_is_a_command_that_exists(page: Path) -> None:
    for example in _examples(page):
        words = shlex.split(example)[1:]
        if {"--help", "-h", "--version"} & set(words):
            continue
        parser = command_line.build()
        parser.exit_on_error = False
        try:
            parser.parse_args(words)
        except (SystemExit, argparse.ArgumentError) as error:
            pytest.fail(f"{example}: {error}")


def test_the_architecture_is_that_of_the_code() -> None:
    """Every package and module has its row, and the layers are those that the linter holds."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in told if one["id"] == "layers")
    kept = [re.sub(r"[()]", "", layer) for layer in layers if "__main__" not in layer]
    assert "```\n" + "\n".join(kept) + "\n```" in text
    there = {
        path.stem for path in (ROOT / "src" / "keepers").iterdir() if not path.name.startswith(("_", "py."))
    }
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, re.MULTILINE)
    assert there - set(re.findall(r"`([a-z_]+)`", " ".join(rows))) == set()


def test_make_help_names_every_target_of_the_contributor_page() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", "".join(page.read_text("utf-8") for page in TAUGHT)))
    assert named - targets == set()


def test_every_exit_code_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    errors: list[type[KeepersError]] = [KeepersError, *KeepersError.__subclasses__()]
    codes = {error.exit_code for error in errors} | {0, INTERRUPTED}
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert codes <= told


def test_the_json_examples_are_json_with_a_version() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    examples = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(examples) > 4
    for example in examples:
        assert json.loads(example)["schema_version"] == 1
