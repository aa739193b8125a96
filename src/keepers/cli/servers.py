"""The grammar of the commands about servers: immich."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]
Options = Callable[[argparse.ArgumentParser], None]


def add(command: Command, sources: Callable[..., None], grouping: Options, consent: Options) -> None:
    """Add the commands and their options."""
    immich = command(
        "immich",
        "keepers.cli.immich:immich",
        "check what an Immich server and the API key can do; show the groups there as tags, albums, favorites, archive, "
        "stacks; clean takes all of it back",
    )
    immich.add_argument(
        "what",
        choices=("check", "tag", "albums", "favorites", "archive", "stack", "clean"),
        help="what to do; all but check are planned, asked for and taken back by undo",
    )
    sources(immich, needed=False, served=True)
    immich.add_argument(
        "--server",
        default="default",
        metavar="NAME",
        help="which [immich.NAME] of keepers.toml; default: default",
    )
    immich.add_argument(
        "--url", default="", metavar="URL", help="the server's address, instead of what is set"
    )
    immich.add_argument(
        "--key-file", default="", metavar="FILE", help="a file with the API key, which nobody else can read"
    )
    immich.add_argument(
        "--ca-file", default="", metavar="FILE", help="certificates that count instead of this machine's"
    )
    immich.add_argument(
        "--read-only",
        action="store_true",
        help="check: the key need not be able to change anything on the server",
    )
    _showing(immich)
    filters(immich)
    grouping(immich)
    consent(immich)


def _showing(immich: argparse.ArgumentParser) -> None:
    immich.add_argument(
        "--prefix",
        default="photo-organizer",
        metavar="TAG",
        help="tag: the tag above group-0001, best and non-best; default: photo-organizer",
    )
    immich.add_argument(
        "--album-prefix",
        default="Organized-",
        metavar="TEXT",
        help="albums: what their names begin with; default: Organized-",
    )
    immich.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="USER",
        help="albums: share them with this user of the server; may be given again",
    )
    immich.add_argument(
        "--role", choices=("viewer", "editor"), default="viewer", help="albums: what such a user may do"
    )
    immich.add_argument(
        "--rating",
        type=int,
        choices=range(1, 6),
        metavar="1-5",
        help="favorites: rate the best so, where nobody rated it",
    )
    immich.add_argument(
        "--describe",
        action="store_true",
        help="favorites: describe why it is the best, where nobody described it",
    )
    immich.add_argument(
        "--only",
        action="append",
        choices=("tag", "albums", "favorites", "archive", "stack"),
        help="clean: only what these commands set; may be given again",
    )


def filters(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the photos of a server, and how they are looked at."""
    parser.add_argument("--album", default="", metavar="NAME", help="on servers: only this album")
    parser.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="NAME",
        help="on servers: only photos of this person; given again: of all of them together",
    )
    parser.add_argument("--type", choices=("photo", "video"), help="on servers: only these")
    parser.add_argument("--taken-after", default="", metavar="DATE", help="on servers: taken then or later")
    parser.add_argument(
        "--taken-before", default="", metavar="DATE", help="on servers: taken then or earlier"
    )
    parser.add_argument(
        "--visibility",
        choices=("timeline", "archive"),
        default="",
        help="on servers: only one of them; default: both",
    )
    parser.add_argument(
        "--use-full-resolution",
        dest="full_resolution",
        action="store_true",
        help="on servers: load the photos themselves, instead of the server's thumbnails of them",
    )
    pictures(parser)


def pictures(parser: argparse.ArgumentParser) -> None:
    """Add where pictures of servers are kept."""
    parser.add_argument("--immich-cache-dir", metavar="DIR", help="where pictures of servers are kept")
    parser.add_argument(
        "--immich-cache-size", type=int, metavar="MB", help="how much room they may take; default: 5000"
    )
