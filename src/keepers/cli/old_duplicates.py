"""The command of the old duplicate finder, `photo-find-duplicates`: its flags, our engine; it only reports."""

import argparse
import os
import sys
from collections.abc import Sequence

from keepers.cli import main as keepers
from keepers.cli import old_import
from keepers.workflows.overlap import within

#: The old tool's report: one row a file, its SHA-256 and its path.
LOG = "duplicates.log"


def photo_find_duplicates(arguments: Sequence[str] | None = None) -> int:
    """Run `keepers duplicates` as the old finder was called; the exit code."""
    options = parser().parse_args(arguments)
    words = translated(options)
    if "--report" in words:
        sys.stderr.write(f"photo-find-duplicates: the report is {words[words.index('--report') + 1]}\n")
    return keepers.main(words)


def translated(options: argparse.Namespace) -> list[str]:
    """The new command line that does what the old one asked for."""
    source = old_import.path(options.input)
    words = ["duplicates", source, "--kind", "same-bytes"]
    if not options.dryrun:
        words += ["--report", os.path.join(_folder(source, options.output), LOG)]
    return words + ["-v"] * options.debug


def _folder(source: str, output: str | None) -> str:
    """Where the report goes: the old tool asked for --output and did nothing with it, so anything may stand there."""
    wanted = old_import.path(output) if output else ""
    return wanted if os.path.isdir(wanted) and not within(wanted, source) else os.curdir


def parser() -> argparse.ArgumentParser:
    """The grammar of the old command line."""
    made = argparse.ArgumentParser(
        prog="photo-find-duplicates",
        description="The old duplicate finder's command line; keepers duplicates does the work, and changes nothing.",
    )
    made.add_argument("--input", required=True, metavar="DIR", help="the folder with photos")
    made.add_argument(
        "--output", metavar="DIR", help=f"where {LOG} goes; default: the folder that you are in"
    )
    made.add_argument("--debug", type=old_import.truth, default=False, metavar="true", help="say more")
    made.add_argument(
        "--dryrun", type=old_import.truth, default=False, metavar="true", help="print only, write no report"
    )
    return made
