"""The grammar of `people feature`: whose photo, what makes one good, what is shown and asked."""

import argparse
from collections.abc import Callable
from typing import Final

from keepers.cli import faces_grammar
from keepers.score.nearness import SIGMA

Command = Callable[[str, str, str], argparse.ArgumentParser]

#: Candidates of each person that a sheet shows and JSON names.
TOP: Final = 4
#: How blur is measured: on the face, or as the old tool did on the whole photo.
MEASURES: Final = ("face", "laplacian")


def add(sub: Command) -> None:
    """Add the command and its options."""
    feature = sub(
        "feature",
        "keepers.cli.people_feature:feature",
        "let each person's best photo stand for them: the size of the face, and what you ask for besides, multiplied",
    )
    _who(feature)
    _pixels(feature)
    _dates(feature)
    _deeds(feature)


def _who(feature: argparse.ArgumentParser) -> None:
    feature.add_argument(
        "--id", dest="ids", nargs="+", action="extend", default=[], metavar="ID", help="people by their ids"
    )
    feature.add_argument(
        "--name",
        dest="names",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="people by their whole names",
    )
    feature.add_argument("--favorites", action="store_true", help="your favourite people, with those named")
    named = feature.add_mutually_exclusive_group()
    named.add_argument(
        "--named", action="store_true", help="only people who have a name (default, unless you say whose)"
    )
    named.add_argument("--unnamed", action="store_true", help="only people who have no name")
    named.add_argument("--all", action="store_true", help="people with and without a name")


def _pixels(feature: argparse.ArgumentParser) -> None:
    feature.add_argument("--low-pixel", action="store_true", help="small faces rather than large ones")
    blur = feature.add_mutually_exclusive_group()
    blur.add_argument(
        "--sharp",
        action="store_true",
        help="sharp faces, open eyes, a smile, a face towards the camera; loads the preview of every photo",
    )
    blur.add_argument("--blurry", action="store_true", help="blurred faces rather than sharp ones")
    feature.add_argument(
        "--blur-by",
        choices=MEASURES,
        default=MEASURES[0],
        help="where blur is measured: on the face (default), or on the whole photo as the old tool did",
    )
    faces_grammar.add(feature)
    feature.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: one a core")


def _dates(feature: argparse.ArgumentParser) -> None:
    age = feature.add_mutually_exclusive_group()
    age.add_argument("--newest", action="store_true", help="new photos: half as much after 180 days")
    age.add_argument("--oldest", action="store_true", help="old photos")
    feature.add_argument(
        "--date",
        metavar="DATE",
        help="photos around a date: 2019-12-24, 12-24 of any year, or the year 2019",
    )
    feature.add_argument(
        "--birthday",
        action="store_true",
        help="photos around the person's birthday; with --newest the last one, with --oldest the first, with a year in "
        "--date the one of it; people without a birthday are left out",
    )
    feature.add_argument(
        "--sigma",
        type=float,
        default=SIGMA,
        metavar="DAYS",
        help="how wide around a date or birthday; default: 7",
    )
    feature.add_argument(
        "--random", action="store_true", help="any photo, or any within --sigma days of the date or birthday"
    )
    feature.add_argument("--seed", type=int, metavar="N", help="with --random: the same picks for the same N")


def _deeds(feature: argparse.ArgumentParser) -> None:
    feature.add_argument(
        "--photo", default="", metavar="ASSET-ID", help="this photo, for the one person who is named"
    )
    feature.add_argument(
        "--find-present",
        action=argparse.BooleanOptionalAction,
        help="find out by its picture which photo stands for a person now, so that undo can bring it back: loads the "
        "previews of all photos of those who get another; default: for up to 2,000 photos, and where they are loaded anyway",
    )
    feature.add_argument("--confirm", action="store_true", help="ask for each person")
    feature.add_argument(
        "--report", metavar="FILE", help="a sheet of the best candidates with their pictures and why: .html"
    )
    feature.add_argument(
        "--top", type=int, default=TOP, metavar="N", help=f"candidates of each person there; default: {TOP}"
    )
    feature.add_argument("--dry-run", action="store_true", help="print the plan, write nothing at all")
    feature.add_argument("--yes", action="store_true", help="do not ask")
