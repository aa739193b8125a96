"""The grammar of the command `people`: what it lists; what sorts and features hangs itself in here."""

import argparse
from collections.abc import Callable
from typing import Final

from keepers.cli import people_feature_grammar, people_sort_grammar

Command = Callable[[str, str, str], argparse.ArgumentParser]
Options = Callable[[argparse.ArgumentParser], None]

#: Where people come from: the server's REST interface, or its database.
VIA: Final = ("rest", "database")


def add(command: Command, common: Options) -> None:
    """Add the commands about the people of an Immich server."""
    people = command("people", "", "the people whom an Immich server knows by their faces")
    subs = people.add_subparsers(dest="what", metavar="WHAT", required=True)

    def plain(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = subs.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.set_defaults(run=run)
        common(made)
        return made

    def sub(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = plain(name, run, text)
        source(made)
        return made

    _list(sub)
    people_sort_grammar.add(sub, plain)
    people_feature_grammar.add(sub)


def source(parser: argparse.ArgumentParser) -> None:
    """Add which server is meant, and by which road its people are asked for."""
    parser.add_argument(
        "--server",
        default="default",
        metavar="NAME",
        help="which [immich.NAME] of keepers.toml; default: default",
    )
    parser.add_argument(
        "--via",
        choices=VIA,
        default="",
        help="ask the server itself, or its database, read-only; default: the database where one is set",
    )


def _list(sub: Command) -> None:
    listing = sub(
        "list", "keepers.cli.people:listing", "list people, faces of nobody, or the faces of a file"
    )
    who = listing.add_mutually_exclusive_group()
    who.add_argument("--all", action="store_true", help="also those who are hidden on the server")
    who.add_argument("--hidden", action="store_true", help="only those who are hidden on the server")
    who.add_argument(
        "--unidentified", action="store_true", help="photos with faces of nobody known, the newest first"
    )
    who.add_argument(
        "--file", metavar="FILE", help="the people in one file, found on the server by its bytes or its path"
    )
    listing.add_argument("--named", action="store_true", help="only those who have a name")
    listing.add_argument("--archived", action="store_true", help="with --unidentified: the archive, too")
