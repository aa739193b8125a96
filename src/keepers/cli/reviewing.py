"""The grammar of the commands that open the page: review, serve."""

import argparse
from collections.abc import Callable

Command = Callable[[str, str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Add the commands and their options."""
    review = command(
        "review", "keepers.web.command:review", "look at the groups on a page in the browser, and decide"
    )
    _port(review)
    review.add_argument("--no-open", action="store_true", help="print the address and open no browser")
    serve = command(
        "serve", "keepers.web.command:serve", "run that page and the HTTP API, for this machine or for others"
    )
    _port(serve)
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen; beyond this machine it needs a password; default: 127.0.0.1",
    )
    serve.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that this machine is called by in the browser's address; may be given again",
    )
    serve.add_argument(
        "--password-file",
        default="",
        metavar="FILE",
        help="a file with the password, which nobody else can read",
    )
    serve.add_argument(
        "--set-password", action="store_true", help="ask for a password, keep its digest, and end"
    )


def _port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, metavar="N", help="the port; default: 8177, or a free one")
