"""The grammar of the commands about copies: duplicates, trash, decide."""

from argparse import ArgumentParser
from typing import Final, Protocol

KINDS: Final = ("same-bytes", "same-pixels", "same-picture", "same-clip")


class Command(Protocol):
    """Adds a command: its name, the function that does it, what it does in words."""

    def __call__(self, name: str, run: str, text: str, /) -> ArgumentParser:
        """The parser of the new command."""
        ...


class Sources(Protocol):
    """Adds the options of a command that takes sources."""

    def __call__(self, parser: ArgumentParser, /, *, needed: bool) -> None:
        """Add them."""
        ...


class Consent(Protocol):
    """Adds the options of a command that asks before it changes something."""

    def __call__(self, parser: ArgumentParser, /) -> None:
        """Add them."""
        ...


def add(command: Command, sources: Sources, consent: Consent) -> None:
    """Add the three commands."""
    _duplicates(command, sources, consent)
    _trash(command, consent)
    _deciding(command)


def _duplicates(command: Command, sources: Sources, consent: Consent) -> None:
    duplicates = command(
        "duplicates",
        "keepers.cli.duplicates:duplicates",
        "name copies that may go; with an action, trash or link those that are certain",
    )
    sources(duplicates, needed=False)
    duplicates.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        help="only duplicates of this kind; may be given again; default: same-bytes and same-pixels",
    )
    duplicates.add_argument(
        "--report", action="append", default=[], metavar="FILE", help="all groups: .csv, .json, .html or .log"
    )
    deed = duplicates.add_mutually_exclusive_group()
    deed.add_argument("--trash", action="store_true", help="move what may go into the trash of its drive")
    deed.add_argument("--hardlink", action="store_true", help="make equal files names of one file")
    deed.add_argument(
        "--reflink", action="store_true", help="let equal files share their blocks (btrfs, xfs and the like)"
    )
    duplicates.add_argument(
        "--keep",
        nargs="+",
        action="extend",
        metavar="RULE",
        help="which copy stays: oldest, newest, largest, smallest, shortest-path, longest-path, in DIR; several decide one after another",
    )
    duplicates.add_argument(
        "--reference",
        nargs="+",
        action="extend",
        default=[],
        metavar="DIR",
        help="look here, too, keep what is here, and never change it",
    )
    duplicates.add_argument(
        "--fail-on-found", action="store_true", help="exit with 4 when there are duplicates"
    )
    consent(duplicates)


def _trash(command: Command, consent: Consent) -> None:
    trash = command(
        "trash", "keepers.cli.trash:trash", "list what was taken away, take it back, or remove it for good"
    )
    trash.add_argument(
        "what",
        choices=("list", "empty", "restore"),
        help="empty removes only what another file holds, too: that file is read again and named",
    )
    trash.add_argument(
        "items",
        nargs="*",
        metavar="FILE",
        help="where it lay, a folder around that, or its name in the trash",
    )
    trash.add_argument("--run", dest="run_number", type=int, metavar="RUN", help="what this run took away")
    trash.add_argument("--all", action="store_true", help="restore: everything")
    consent(trash)


def _deciding(command: Command) -> None:
    decide = command(
        "decide",
        "keepers.cli.deciding:decide",
        "say which photos of a group stay, or that some are not the same; it is never asked again",
    )
    decide.add_argument("group", metavar="GROUP-ID", help="the id of a group, as `keepers group` shows it")
    decide.add_argument(
        "--in",
        dest="among",
        nargs="+",
        action="extend",
        default=[],
        metavar="FOLDER",
        help="the folders that were grouped; default: all that is known",
    )
    answer = decide.add_mutually_exclusive_group(required=True)
    answer.add_argument("--keep", nargs="+", metavar="FILE", help="these stay, the others may go")
    answer.add_argument("--keep-all", action="store_true", help="all of them stay")
    answer.add_argument("--not-same", nargs="+", metavar="FILE", help="these do not belong to the others")
    answer.add_argument("--forget", action="store_true", help="forget what was decided")
