"""The grammar of `suggest`."""

import argparse
from collections.abc import Callable
from typing import Final

from keepers.cli import servers

Command = Callable[[str, str, str], argparse.ArgumentParser]
#: As `score.suggestions` has them; it is not imported here, because that takes numpy.
KINDS: Final = (
    "blurred", "dark", "overexposed", "blank", "screenshot", "document", "receipt", "meme", "forward",
)  # fmt: skip


def add(
    command: Command, sources: Callable[..., None], consent: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the command and its options."""
    suggest = command(
        "suggest",
        "keepers.cli.suggesting:suggest",
        "list photos that may be in the way (blurred, dark, screenshots, receipts, memes) and why; an action never",
    )
    sources(suggest, needed=False, served=True)
    servers.filters(suggest)
    suggest.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        metavar="KIND",
        help=f"only these: {', '.join(KINDS)}; may be given again",
    )
    suggest.add_argument(
        "--min-certainty",
        type=float,
        metavar="0-1",
        help="only suggestions that are so certain at least; default: 0.6",
    )
    suggest.add_argument(
        "--report", action="append", default=[], metavar="FILE", help="the whole list: .html, .csv or .json"
    )
    say = suggest.add_mutually_exclusive_group()
    say.add_argument(
        "--keep",
        nargs="+",
        default=[],
        metavar="FILE",
        help="these are not in the way (on a server: immich:ID): do not suggest them again",
    )
    say.add_argument("--unkeep", nargs="+", default=[], metavar="FILE", help="take that back")
    say.add_argument(
        "--reviewed",
        metavar="F.csv",
        help="a list from --report F.csv in which you wrote keep or archive under Decision: keep is remembered; "
        "photos of a server to archive leave its timeline, which asks first and can be undone",
    )
    consent(suggest)
