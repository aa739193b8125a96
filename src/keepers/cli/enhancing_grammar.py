"""The grammar of `keepers enhance`."""

import argparse
from collections.abc import Callable

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
    hdr.add_argument(
        "--to", metavar="DIR", help="the folder for the pictures; default: each beside its photo"
    )
    method(hdr, "--method")
    hdr.add_argument("--tiff", action="store_true", help="16-bit TIFFs instead of JPEGs of quality 95")
    hdr.add_argument(
        "--jobs", type=int, metavar="N", help="pictures made at once; default: one a core, as memory allows"
    )
    hdr.add_argument("--dry-run", action="store_true", help="print the plan and write nothing")


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
