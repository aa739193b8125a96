"""The grammar of the commands about servers: immich."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Command = Callable[[str, str, str], argparse.ArgumentParser]
Options = Callable[[argparse.ArgumentParser], None]
_IMMICH: Final = "keepers.cli.immich_setting:"


@dataclass(frozen=True, slots=True)
class Shared:
    """Options that commands of other pages have, too."""

    common: Options
    sources: Callable[..., None]
    grouping: Options
    consent: Options


def add(command: Command, shared: Shared) -> None:
    """Add the commands and their options."""
    immich = command("immich", "", "what an Immich server can do, and what it is to show of the groups")
    subs = immich.add_subparsers(dest="what", metavar="WHAT", required=True)

    def sub(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = subs.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.set_defaults(run=run)
        shared.common(made)
        _server(made)
        return made

    _check(
        sub(
            "check",
            "keepers.cli.immich:check",
            "say what the server can do, what the API key may do there, and what will not work",
        )
    )
    _setting(sub, shared)
    _upload(
        sub(
            "upload",
            "keepers.cli.beside:upload",
            "send files that were made of a photo of the server, beside it",
        ),
        shared,
    )
    clean = sub("clean", f"{_IMMICH}clean", "take back what Keepers set on the server, by its journal")
    clean.add_argument(
        "--only",
        action="append",
        choices=(
            "tag",
            "albums",
            "favorites",
            "archive",
            "stack",
            "dedupe",
            "duplicates",
            "scores",
            "feature",
            "upload",
        ),
        help="only what these commands set; may be given again",
    )
    clean.add_argument(
        "--album-prefix",
        default="",
        metavar="TEXT",
        help="only runs that made albums, all of them with names that begin so",
    )
    shared.consent(clean)


def _server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server",
        default="default",
        metavar="NAME",
        help="which [immich.NAME] of keepers.toml; default: default",
    )


def _check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "--url", default="", metavar="URL", help="the server's address, instead of what is set"
    )
    check.add_argument(
        "--key-file", default="", metavar="FILE", help="a file with the API key, which nobody else can read"
    )
    check.add_argument(
        "--ca-file", default="", metavar="FILE", help="certificates that count instead of this machine's"
    )
    check.add_argument(
        "--read-only", action="store_true", help="the key need not be able to change anything on the server"
    )


def _upload(upload: argparse.ArgumentParser, shared: Shared) -> None:
    upload.add_argument("files", nargs="+", metavar="FILE", help="what was made, such as hdr_merged.jpg")
    upload.add_argument(
        "--beside",
        required=True,
        metavar="ID",
        help="the photo that it was made of, as immich:ID; its albums are given to the files, too",
    )
    upload.add_argument(
        "--stack",
        action="store_true",
        help="stack the files below that photo, unless it lies in a stack already",
    )
    shared.consent(upload)


def _setting(sub: Command, shared: Shared) -> None:
    def setting(name: str, text: str) -> argparse.ArgumentParser:
        made = sub(name, f"{_IMMICH}setting", text)
        shared.sources(made, needed=False, served=True)
        filters(made)
        shared.grouping(made)
        shared.consent(made)
        return made

    tag = setting("tag", "tag the photos of each group: group-0001, best, non-best")
    tag.add_argument(
        "--prefix",
        default="photo-organizer",
        metavar="TAG",
        help="the tag above them; default: photo-organizer",
    )
    albums = setting("albums", "put each group into an album, named by date and people")
    albums.add_argument(
        "--album-prefix",
        default="Organized-",
        metavar="TEXT",
        help="what their names begin with; default: Organized-",
    )
    albums.add_argument(
        "--share",
        action="append",
        default=[],
        metavar="USER",
        help="share them with this user of the server; may be given again",
    )
    albums.add_argument(
        "--role", choices=("viewer", "editor"), default="viewer", help="what such a user may do"
    )
    favorites = setting("favorites", "make the best of each group a favourite")
    favorites.add_argument(
        "--rating",
        type=int,
        choices=range(1, 6),
        metavar="1-5",
        help="rate it so, too, where nobody rated it",
    )
    favorites.add_argument(
        "--describe", action="store_true", help="describe why it is the best, where nobody described it"
    )
    setting(
        "archive",
        "take what is not kept off the timeline; never what is a favourite, rated, edited or in an album",
    )
    setting("stack", "stack bursts and brackets under their best, RAWs under their picture")
    dedupe = setting(
        "dedupe",
        "keep the best of copies with the same bytes or pixels, give it what the others have, and put those into the trash",
    )
    dedupe.add_argument(
        "--merge",
        action="store_true",
        help="favourites, rated photos and those in albums may go, too, once the kept one has all of that",
    )
    dedupe.add_argument(
        "--hand-on-position",
        action="store_true",
        help="copies that alone know where they were taken may go, too, once the kept one knows it; undo cannot take that off it",
    )
    pages = setting("duplicates", "show copies on Immich's own Duplicates page")
    pages.add_argument(
        "--replace",
        dest="replacing",
        action="store_true",
        help="in place of what Immich itself has found, too",
    )
    setting("scores", "note scores, reasons and groups on the photos, for other programs to read")


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
