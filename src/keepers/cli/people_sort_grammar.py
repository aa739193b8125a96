"""The grammar of `people sort`, and of what tells of it: `people history`, `people stats`."""

import argparse
from collections.abc import Callable
from typing import Final

Command = Callable[[str, str, str], argparse.ArgumentParser]
#: What `--wait` is without a number.
AS_SET: Final = -1.0
_SORT: Final = "keepers.cli.people_sort:"
_TOLD: Final = "keepers.cli.people_told:"


def add(sub: Command, plain: Command) -> None:
    """Add the commands; `plain` makes one that asks no server."""
    _sort(sub("sort", f"{_SORT}sort", "sort photos into a folder for each person whom Immich knows in them"))
    history = plain(
        "history", f"{_TOLD}history", "list the photos that were sorted by people, the latest first"
    )
    history.add_argument(
        "--person", default="", metavar="NAME", help="only those of this person, by name or id"
    )
    history.add_argument(
        "--limit", type=int, default=50, metavar="N", help="so many at most; 0: all; default: 50"
    )
    plain("stats", f"{_TOLD}stats", "count the photos that were sorted by people: by person, by day")


def _sort(sort: argparse.ArgumentParser) -> None:
    what = sort.add_mutually_exclusive_group()
    what.add_argument(
        "--file",
        metavar="FILE",
        help="one file that was just downloaded, with what belongs to it; waits until Immich knows it",
    )
    what.add_argument(
        "sources",
        nargs="*",
        default=[],
        metavar="SOURCE",
        help="a folder or a file; default: all that Immich's people are in and that lies on this machine",
    )
    sort.add_argument(
        "--to",
        dest="people_base",
        metavar="BASE",
        help="the folder that holds a folder for each person; default: the setting people_base",
    )
    _how(sort)
    _whom(sort)
    _server(sort)
    sort.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a core")
    sort.add_argument(
        "--accept-missing",
        action="store_true",
        help="go on although a known folder lost more than a tenth of its files",
    )
    sort.add_argument("--dry-run", action="store_true", help="print the plan, write nothing at all")
    sort.add_argument("--yes", action="store_true", help="do not ask")


def _how(sort: argparse.ArgumentParser) -> None:
    how = sort.add_mutually_exclusive_group()
    for word, text in (
        ("copy", "leave the photos where they are (default)"),
        ("move", "take the photos away from where they are; asks first"),
        ("link", "give each photo a second name instead of a copy: takes no room, on one drive only"),
    ):
        how.add_argument(f"--{word}", dest="people_how", action="store_const", const=word, help=text)
    several = sort.add_mutually_exclusive_group()
    several.add_argument(
        "--several",
        dest="people_several",
        choices=("skip", "first", "each", "together"),
        help="photos of several people: skip them (default), to the one with the largest face, to each of them, or "
        "together into a folder of their own",
    )
    several.add_argument(
        "--single-person-only",
        dest="people_several",
        action="store_const",
        const="skip",
        help="the same as --several skip",
    )
    sort.add_argument(
        "--lower-case",
        dest="people_folders",
        action="store_const",
        const="lower-case",
        help="call folders anna_smith instead of Anna Smith",
    )
    sort.add_argument(
        "--again",
        action="store_true",
        help="also what was sorted before and was taken away from its folder since",
    )
    sort.add_argument(
        "--trust-target", action="store_true", help="fill a folder that others may write to, too"
    )


def _whom(sort: argparse.ArgumentParser) -> None:
    sort.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="NAME",
        help="only photos of this person, by name or id; may be given again",
    )
    sort.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="NAME",
        help="somebody who counts as unknown, by name or id; may be given again",
    )
    sort.add_argument(
        "--min-faces",
        dest="people_min_faces",
        type=int,
        metavar="N",
        help="faces of known people that a photo must show; default: 1",
    )
    sort.add_argument("--videos", action="store_true", help="sort films, too; default: photos only")
    sort.add_argument("--archived", action="store_true", help="sort what is in Immich's archive, too")


def _server(sort: argparse.ArgumentParser) -> None:
    sort.add_argument(
        "--wait",
        nargs="?",
        type=float,
        const=AS_SET,
        metavar="SECONDS",
        help="how long Immich has to learn of new photos and to find their faces; without a number as the setting "
        "people_wait says; default: not at all, but with --file, --scan-library or in a watch as that says",
    )
    sort.add_argument(
        "--scan-library",
        action="store_true",
        help="tell Immich first to look for new files in its external libraries; needs an administrator's key",
    )
    sort.add_argument(
        "--download-id",
        default="",
        metavar="ID",
        help="a word of your own that the history keeps with the file",
    )
