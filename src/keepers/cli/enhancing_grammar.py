"""The grammar of `keepers enhance`."""

import argparse
from collections.abc import Callable

from keepers.cli import faces_grammar

_MENDING = "open closed eyes of the picks of bursts, from other frames of the same burst"
Command = Callable[[str, str, str], argparse.ArgumentParser]
Options = Callable[[argparse.ArgumentParser], None]


def add(command: Command, common: Options) -> None:
    """Add the command and its options."""
    enhance = command("enhance", "", "make better pictures of groups; no photo is changed")
    subs = enhance.add_subparsers(dest="what", metavar="WHAT", required=True)
    text = "merge exposure brackets to one picture each that shows all of them"
    hdr = subs.add_parser("hdr", help=text, description=text, allow_abbrev=False)
    hdr.set_defaults(run="keepers.cli.enhancing:hdr")
    common(hdr)
    hdr.add_argument(
        "groups", nargs="*", metavar="GROUP-ID", help="brackets, as `keepers group` names them; default: all"
    )
    method(hdr, "--method")
    hdr.add_argument("--tiff", action="store_true", help="16-bit TIFFs instead of JPEGs of quality 95")
    _making(hdr)
    _faces(subs.add_parser("faces", help=_MENDING, description=_MENDING, allow_abbrev=False), common)


def swapping(parser: argparse.ArgumentParser) -> None:
    """Add that closed eyes are mended while groups are copied."""
    parser.add_argument(
        "--enable-face-swap",
        action="store_true",
        help="open closed eyes of the pick of a burst from its other frames, as face_swapped.jpg in its folder",
    )
    parser.add_argument(
        "--swap-closed-eyes",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="with --enable-face-swap: swap faces whose eyes are closed; default: on, and nothing else is ever swapped",
    )


def _faces(parser: argparse.ArgumentParser, common: Options) -> None:
    parser.set_defaults(run="keepers.cli.enhancing:faces")
    common(parser)
    parser.add_argument(
        "groups", nargs="*", metavar="GROUP-ID", help="bursts, as `keepers group` names them; default: all"
    )
    parser.add_argument(
        "--all", action="store_true", help="mend every photo of a burst with closed eyes, not its pick alone"
    )
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FILE",
        help="a page (.html) that shows each photo before and after, its faces marked",
    )
    faces_grammar.add(parser)
    _making(parser)


def _making(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        metavar="DIR",
        help="the folder for the pictures; default: each beside its photo, on a server where that lies there",
    )
    parser.add_argument(
        "--stack", action="store_true", help="on a server: put each picture into a stack below its photo"
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="pictures made at once; default: one a core, as memory allows"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the plan; load, write and send nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask before pictures are sent to a server")


def method(parser: argparse.ArgumentParser, name: str) -> None:
    """Add how frames become one picture."""
    parser.add_argument(
        name,
        choices=("fusion", "debevec"),
        default="fusion",
        help="how: fusion (default) blends what each frame shows best; debevec recovers the light, and maps it to the screen",
    )
    parser.add_argument(
        "--hdr-gamma",
        type=float,
        default=2.2,
        metavar="G",
        help="gamma of debevec's tone mapping; default: 2.2",
    )
