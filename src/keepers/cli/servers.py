"""The grammar of the commands about servers: immich."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Add the commands and their options."""
    immich = command(
        "immich",
        "keepers.cli.immich:check",
        "say what an Immich server can do, what the API key may do there, and what will not work",
    )
    immich.add_argument("what", choices=("check",), help="what to do")
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
        "--read-only", action="store_true", help="the key need not be able to change anything on the server"
    )
