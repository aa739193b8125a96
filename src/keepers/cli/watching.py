"""The grammar of the commands about folders that are kept under watch: roots, watch, service."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Add the commands and their options."""
    _roots(command)
    watch = command(
        "watch",
        "keepers.watch.command:watch",
        "do something with folders now, whenever something changes in them, and every hour",
    )
    _what(watch)
    service = command(
        "service",
        "keepers.watch.service:service",
        "let systemd watch folders for you, from when you log in; needs no root",
    )
    service.add_argument("what", choices=("install", "remove", "status"), help="what to do")
    _what(service, needed=False)
    service.add_argument(
        "--name", default="watch", metavar="NAME", help="tells several services apart; default: watch"
    )


def _what(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    parser.add_argument(
        "sources", nargs="+" if needed else "*", metavar="SOURCE", help="a folder that is watched"
    )
    parser.add_argument(
        "--do",
        required=needed,
        metavar="COMMAND",
        help="what to do with the sources, such as 'import --to LIBRARY' or scan; they are put behind its first word, "
        "or where {} stands; a command that moves or trashes needs its --yes",
    )
    parser.add_argument(
        "--every", type=float, default=60.0, metavar="MINUTES",
        help="do it so often even when nothing seems to have changed: network drives do not tell; default: 60",
    )  # fmt: skip
    parser.add_argument(
        "--settle", type=float, default=10.0, metavar="SECONDS",
        help="wait until nothing has changed for so long; default: 10",
    )  # fmt: skip


def _roots(command: Command) -> None:
    roots = command(
        "roots",
        "keepers.cli.roots:roots",
        "list the folders that are known, or say what may be done to the files in one",
    )
    roots.add_argument(
        "folders", nargs="*", metavar="DIR", help="with --role: the folders that it is said of"
    )
    roots.add_argument(
        "--role",
        choices=("reference", "may-move", "may-trash", "none"),
        help="reference: nothing in it is ever changed; may-move: files may be moved, but neither trashed, linked nor "
        "replaced; may-trash: both, within a folder of which less was said; none: forget what was said",
    )
