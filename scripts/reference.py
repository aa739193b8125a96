"""Writes the generated part of docs/commands.md and docs/settings.md from the program itself.

`make docs` runs it; tests/test_docs.py fails when a page no longer says what the program does.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from keepers.cli import parser as command_line
from keepers.config import Settings, describe

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARK = "<!-- From here on `make docs` writes this page. -->\n"


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and all below it, each once, in the order of the help."""
    yield parser
    seen = set[int]()
    for action in _sub_commands(parser):
        for below in action.choices.values():
            if id(below) not in seen:
                seen.add(id(below))
                yield from commands(below)


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What one command takes: its arguments, then its options, without the hidden ones."""
    taken = [
        action
        for action in parser._actions  # noqa: SLF001 (argparse has no public list)
        if action.help != argparse.SUPPRESS and not isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    ]
    return [a for a in taken if not a.option_strings] + [a for a in taken if a.option_strings]


def command_pages() -> str:
    """The reference of every command."""
    root = command_line.build()
    shared = {_label(action): action for action in options(root)}
    parts = ["## Options of every command\n", _table(shared.values())]
    for parser in list(commands(root))[1:]:
        own = [action for action in options(parser) if _label(action) not in shared]
        taken = "".join(f" {_argument(action)}" for action in own if not action.option_strings)
        text = _one_line(parser.description or "")
        parts.append(f"\n## {parser.prog}\n\n`{parser.prog}{taken}`: {text}.\n")
        if own:
            parts.append(_table(own))
    return "\n".join(parts)


def setting_pages() -> str:
    """The reference of every setting."""
    rows = ["| setting | default | environment | what it does |", "|---|---|---|---|"]
    rows += [
        f"| `{setting.name}` | {_code(setting.default)} | `{setting.variable}` | {_cell(setting.doc)} |"
        for setting in describe(Settings())
    ]
    return "\n".join(rows) + "\n"


def renewed(page: Path, generated: str) -> str:
    """The page with what was written by hand, followed by what is generated."""
    by_hand, mark, _ = page.read_text("utf-8").partition(MARK)
    if not mark:
        message = f"{page} has lost the line {MARK!r}"
        raise ValueError(message)
    return f"{by_hand}{MARK}\n{generated}"


def pages() -> dict[Path, str]:
    """Each generated page and what it should say."""
    return {
        DOCS / "commands.md": renewed(DOCS / "commands.md", command_pages()),
        DOCS / "settings.md": renewed(DOCS / "settings.md", setting_pages()),
    }


def _sub_commands(
    parser: argparse.ArgumentParser,
) -> list["argparse._SubParsersAction[argparse.ArgumentParser]"]:
    return [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]  # noqa: SLF001


def _label(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if isinstance(value, tuple):
        value = " ".join(value)
    if not action.option_strings:
        return str(value) if action.choices or action.metavar else action.dest
    return names if action.nargs == 0 else f"{names} {value}"


def _argument(action: argparse.Action) -> str:
    form = {"?": "[{}]", "*": "[{}…]", "+": "{}…"}.get(str(action.nargs), "{}")
    return form.format(_label(action))


def _table(actions: Iterable[argparse.Action]) -> str:
    rows = ["| | |", "|---|---|"]
    rows += [f"| {_code(_label(action))} | {_cell(_one_line(action.help or ''))} |" for action in actions]
    return "\n".join(rows) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("%%", "%").removesuffix(".")


def _code(value: object) -> str:
    return f"`{_cell(str(value))}`" if value != "" else "(empty)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
