"""The command line's grammar: every command and option, with the words that `--help` shows."""

import argparse
from collections.abc import Callable
from typing import Final

from keepers import __version__
from keepers.cli import (
    copies_grammar,
    enhancing_grammar,
    faces_grammar,
    people_grammar,
    reviewing,
    servers,
    suggesting_grammar,
    watching,
)

EPILOG: Final = """exit codes: 0 done - 1 failed - 2 usage, or consent missing - 3 done, but some files could not be
read - 4 found something (--fail-on-found) - 5 settings - 6 server not reachable - 10 no catalog - 11 catalog in use - 130 interrupted"""

KINDS: Final = ("same-bytes", "same-pixels", "same-picture", "same-clip", "burst", "bracket")


def build() -> argparse.ArgumentParser:
    """The parser; each command's namespace carries `run`, the "module:function" that does it."""
    parser = argparse.ArgumentParser(
        prog="keepers",
        description="Finds the copies and the series in a photo library, keeps the best, undoes anything.",
        epilog=EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"keepers {__version__}")
    _common(parser, first=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.set_defaults(run=run)
        _common(made)
        return made

    _learning(command)
    _dating(command)
    _judging(command)
    _organizing(command)
    _missing(command)
    _importing(command)
    copies_grammar.add(command, _sources, _consent)
    enhancing_grammar.add(command, _common)
    suggesting_grammar.add(command, _sources, _consent)
    _looking_back(command)
    _keeping_house(command)
    return parser


Command = Callable[[str, str, str], argparse.ArgumentParser]


def _common(parser: argparse.ArgumentParser, *, first: bool = False) -> None:
    def add(*names: str, **options: object) -> None:
        plain = options.pop("first", None)
        default = {"default": plain if first else argparse.SUPPRESS}
        parser.add_argument(*names, **default, **options)  # type: ignore[arg-type]  # argparse takes what its actions take

    add("--catalog", metavar="FILE", help="the catalog file")
    add("--json", action="store_true", first=False, help="print one JSON document")
    add("-q", "--quiet", action="store_true", first=False, help="no progress and no messages")
    add("-v", "--verbose", action="count", first=0, help="say more; -vv shows tracebacks")


SOURCE: Final = "a folder or a file, takeout:PATH (a folder or ZIPs) or apple:PATH.photoslibrary"
SERVER: Final = ", or immich:, immich:album/NAME, immich@PROFILE: for a server"


def _sources(parser: argparse.ArgumentParser, *, needed: bool, served: bool = False) -> None:
    parser.add_argument(
        "sources", nargs="+" if needed else "*", metavar="SOURCE", help=SOURCE + (SERVER if served else "")
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a core")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler whose workers are to read the files"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="measure at most N new files this time")
    parser.add_argument(
        "--accept-missing",
        action="store_true",
        help="go on although a known source lost more than a tenth of its files",
    )


def _grouping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-t",
        "--threshold",
        type=int,
        metavar="BITS",
        help="dHash64 bits that may differ, 0-64; default: the measured rule",
    )
    parser.add_argument(
        "--time-window",
        type=float,
        metavar="SECONDS",
        help="how far apart frames of a burst may be; 0: looks alone decide",
    )
    parser.add_argument("--min-size", type=int, metavar="N", help="photos that make a group, at least 2")
    parser.add_argument(
        "--kind", action="append", choices=KINDS, help="only groups of this kind; may be given again"
    )
    parser.add_argument(
        "--second-pass",
        choices=("auto", "on", "off"),
        help="a closer look for crops, tilts and screenshots of other photos; auto: where few photos need it",
    )
    parser.add_argument(
        "--scene",
        metavar="NAME",
        help="scene back end of the closer look: auto, none, or the name of an installed one",
    )
    faces_grammar.add(parser)


def _learning(command: Command) -> None:
    scan = command(
        "scan",
        "keepers.cli.learning:scan",
        "learn what lies in folders; changes nothing, resumes, skips what is known",
    )
    _sources(scan, needed=True, served=True)
    servers.filters(scan)
    report = command(
        "report",
        "keepers.cli.dating:report",
        "list what could not be read, the dates that nothing proves, and why, or what takes room",
    )
    report.add_argument("what", choices=("unreadable", "dates", "space"), help="what to list")
    report.add_argument("--jsonl", action="store_true", help="one line of JSON a file")


def _dating(command: Command) -> None:
    dates = command(
        "dates",
        "keepers.cli.dating:dates",
        "compare the clocks of cameras and propose corrections; set the date of a photo by hand",
    )
    answer = dates.add_mutually_exclusive_group()
    answer.add_argument("--accept", metavar="CAMERA", help="correct the dates of this camera as proposed")
    answer.add_argument(
        "--refuse", metavar="CAMERA", help="leave the clock of this camera, and do not ask again"
    )
    answer.add_argument(
        "--set",
        nargs=2,
        metavar=("FILE", "DATE"),
        help="give a photo its date, such as 2019-07-04, '2019-07-04 15:30' or '2019-07-04 15:30+02:00'",
    )
    answer.add_argument("--unset", metavar="FILE", help="forget the date that was set")
    dates.add_argument(
        "--sidecar", action="store_true", help="with --set: write the date into an XMP file beside the photo"
    )
    _consent(dates)


def _judging(command: Command) -> None:
    group = command(
        "group",
        "keepers.cli.judging:group",
        "find copies, versions, bursts and brackets, and pick the keepers; changes nothing",
    )
    _sources(group, needed=False, served=True)
    servers.filters(group)
    _grouping(group)
    group.add_argument("--fail-on-found", action="store_true", help="exit with 4 when there are groups")
    explain = command(
        "explain",
        "keepers.cli.explaining:explain",
        "say why a photo is grouped, kept or not, and what would flip it",
    )
    explain.add_argument(
        "what", metavar="FILE|GROUP-ID", help="a photo (on a server: immich:ID), or the id of a group"
    )
    servers.pictures(explain)
    explain.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a core")
    _grouping(explain)


def _organizing(command: Command) -> None:
    organize = command(
        "organize",
        "keepers.cli.organizing:organize",
        "copy each group into a folder of its own, with the best photo in front",
    )
    _sources(organize, needed=False, served=True)
    servers.filters(organize)
    organize.add_argument(
        "--to", required=True, metavar="DIR", help="where the group folders go; must lie outside the sources"
    )
    organize.add_argument(
        "--enable-hdr",
        action="store_true",
        help="merge each exposure bracket to hdr_merged.jpg in its folder",
    )
    enhancing_grammar.method(organize, "--hdr-method")
    enhancing_grammar.swapping(organize)
    _grouping(organize)
    _consent(organize)


def _importing(command: Command) -> None:
    bring = command(
        "import",
        "keepers.cli.importing:bring",
        "copy or move what is new into a library by date; never overwrites, never deletes",
    )
    _sources(bring, needed=False)
    bring.add_argument(
        "--to",
        required=True,
        metavar="LIBRARY",
        help="the library, outside of the sources; or immich:, immich@PROFILE: to send what a server has not got",
    )
    how = bring.add_mutually_exclusive_group()
    how.add_argument("--copy", action="store_true", help="leave the sources as they are (default)")
    how.add_argument("--move", action="store_true", help="take the photos out of the sources; asks first")
    bring.add_argument(
        "--reference",
        action="append",
        default=[],
        metavar="DIR",
        help="import from here, too, and never change it, whatever else is asked",
    )
    bring.add_argument(
        "--template",
        dest="import_template",
        metavar="PATH",
        help="where a photo goes below the library, such as {taken:%%Y/%%m}/{name}; fields: taken, camera, event, "
        "folder, people, name, stem, ext; {camera|other} says other where there is none",
    )
    bring.add_argument(
        "--report", action="append", default=[], metavar="FILE", help="what was decided: .csv, .json or .html"
    )
    bring.add_argument(
        "--date-order",
        choices=("default", "s3"),
        default="default",
        help="s3: dates as the old importer asked",
    )
    bring.add_argument(
        "--versions",
        choices=("all", "best"),
        default="all",
        help="best: leave a worse version of a picture in the source where the library has a better one",
    )
    bring.add_argument(
        "--contest",
        choices=("default", "s3"),
        default="default",
        help="which version is better; s3: larger, then older, then in place",
    )
    bring.add_argument(
        "--settle",
        dest="settle_seconds",
        type=float,
        metavar="SECONDS",
        help="wait until files have stayed as they are so long; those that change are left for later",
    )
    bring.add_argument(
        "--trust-target", action="store_true", help="fill a library that others may write to, too"
    )
    _consent(bring)


def _missing(command: Command) -> None:
    missing = command(
        "missing",
        "keepers.cli.missing:missing",
        "may I wipe this drive? name every file of it that is nowhere else; changes nothing",
    )
    missing.add_argument("drive", metavar="DRIVE", help="the drive or folder that you want to wipe")
    missing.add_argument(
        "--from",
        dest="libraries",
        nargs="+",
        action="extend",
        required=True,
        metavar="LIBRARY",
        help="where its files ought to be, too; may be several",
    )
    missing.add_argument(
        "--verify", action="store_true", help="read every copy that counts again, now, from its disk"
    )
    missing.add_argument(
        "--by-bytes",
        action="store_true",
        help="let damaged files, documents and archives count where the libraries hold the same bytes",
    )
    missing.add_argument(
        "--report", action="append", default=[], metavar="FILE", help="every file: .csv, .json or .html"
    )
    missing.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a core")
    missing.add_argument(
        "--accept-missing",
        action="store_true",
        help="go on although a known folder lost more than a tenth of its files",
    )
    missing.add_argument("--fail-on-found", action="store_true", help="exit with 4 unless it is safe to wipe")
    verify = command(
        "verify",
        "keepers.cli.verifying:verify",
        "read known files again: whose bytes have changed though size and date have not (bit rot)? changes nothing",
    )
    verify.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="a folder or a file; default: all that is known"
    )
    verify.add_argument(
        "--sample",
        metavar="PERCENT",
        help="read so much of the bytes, those first that were not read for the longest time",
    )
    verify.add_argument(
        "--older-than", type=float, metavar="DAYS", help="leave out what was verified within so many days"
    )


def _consent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="print the plan, write nothing at all")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _looking_back(command: Command) -> None:
    undo = command("undo", "keepers.cli.changing:undo", "take back all that a run did, and nothing else")
    undo.add_argument(
        "number", nargs="?", type=int, metavar="RUN", help="the number of the run; default: the latest"
    )
    _consent(undo)
    history = command("history", "keepers.cli.changing:history", "show the runs that changed something")
    history.add_argument(
        "--originals", action="store_true", help="list every original that a run touched, and where it is now"
    )
    history.add_argument("--jsonl", action="store_true", help="one line of JSON an original")
    plan = command("plan", "keepers.cli.changing:plan", "list, show or carry out stored plans")
    plan.add_argument("what", choices=("list", "show", "apply"), help="what to do")
    plan.add_argument(
        "number", nargs="?", type=int, metavar="PLAN", help="the number of the plan; default: the latest"
    )
    _consent(plan)
    apply = command(
        "apply",
        "keepers.cli.changing:apply",
        "carry out a stored plan, finish a run that was stopped, or trash what the review rejected",
    )
    apply.add_argument(
        "number", nargs="?", type=int, metavar="PLAN", help="the number of the plan; default: the latest"
    )
    _consent(apply)


def _keeping_house(command: Command) -> None:
    command("status", "keepers.cli.house:status", "say what is known and what was done")
    command(
        "doctor",
        "keepers.cli.house:doctor",
        "check this installation: versions, formats, models, disk, catalog",
    )
    taste = command(
        "taste", "keepers.cli.tasting:taste", "what your own picks of series teach, for your catalog alone"
    )
    taste.add_argument(
        "what",
        nargs="?",
        choices=("show", "learn", "forget"),
        default="show",
        help="show it (default), learn it anew from all picks, or forget it and them",
    )
    watching.add(command)
    reviewing.add(command)
    people_grammar.add(command, _common)
    servers.add(command, servers.Shared(_common, _sources, _grouping, _consent))
    config = command(
        "config", "keepers.cli.house:config", "show or set settings, or bring in those of an older tool"
    )
    config.add_argument("what", choices=("show", "set", "import"), help="what to do")
    config.add_argument("name", nargs="?", help="the setting; with import: media-downloader's config.json")
    config.add_argument("value", nargs="?", help="its new value")
    catalog = command("catalog", "keepers.cli.house:catalog", "check, copy or write out the catalog")
    catalog.add_argument("what", choices=("check", "backup", "export"), help="what to do")
    catalog.add_argument("file", nargs="?", metavar="FILE", help="where the copy or the export goes")
