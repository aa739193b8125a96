"""The command of the old importer, `photo-import`: its flags, our engine; what loses is not deleted."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Final

from keepers.cli import main as keepers

#: `c:/some/input` as Linux under Windows sees it.
_DRIVE: Final = re.compile(r"^([A-Za-z]):[/\\](.*)$")
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off", ""})


def photo_import(arguments: Sequence[str] | None = None) -> int:
    """Run `keepers import` as the old importer was called; the exit code."""
    options = parser().parse_args(arguments)
    sys.stderr.write(
        "photo-import: photos are moved as before, but none is deleted: of two with one name both are kept, "
        "and equal ones stay where they are\n"
    )
    return keepers.main(translated(options))


def translated(options: argparse.Namespace) -> list[str]:
    """The new command line that does what the old one asked for."""
    library = path(options.output)
    words = ["import", path(options.input), "--to", library, "--move", "--yes"]
    words += ["--template", "{taken:%Y/%m}/{name}", "--date-order", "s3", "--contest", "s3"]
    for ending in ("log", "html"):
        words += ["--report", f"{library.rstrip('/')}/photo_organiser.{ending}"]
    return words + ["--dry-run"] * options.dryrun + ["-v"] * options.debug


def parser() -> argparse.ArgumentParser:
    """The grammar of the old command line."""
    made = argparse.ArgumentParser(
        prog="photo-import", description="The old importer's command line; keepers import does the work."
    )
    made.add_argument("--input", required=True, metavar="DIR", help="the folder with photos")
    made.add_argument(
        "--output", required=True, metavar="DIR", help="the library; photos go to YEAR/MONTH below it"
    )
    made.add_argument("--debug", type=truth, default=False, metavar="true", help="say more")
    made.add_argument(
        "--dryrun", type=truth, default=False, metavar="true", help="print the plan, write nothing"
    )
    return made


def truth(text: str) -> bool:
    """What a flag of the old tools means: they have a word behind them."""
    word = text.strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    message = f"{text!r} is neither true nor false"
    raise argparse.ArgumentTypeError(message)


def path(text: str) -> str:
    """Paths of Windows, too: a drive is below /mnt where Linux runs under Windows."""
    found = _DRIVE.match(text)
    return f"/mnt/{found[1].lower()}/{found[2]}".replace("\\", "/") if found else text
