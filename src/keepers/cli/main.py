"""The `keepers` command: parse, run one command, turn what went wrong into a sentence and a code."""

import argparse
import importlib
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Final

from keepers.cli import parser, show
from keepers.errors import KeepersError

INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        # A terminal that knows no é or → is shown an escape instead of a crash.
        reconfigure(errors="backslashreplace")
    options = parser.build().parse_args(arguments)
    try:
        command = _command(options.run)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            # `start` let it end the process; from here on there is work to bring to a good end.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return command(options)
    except KeyboardInterrupt:
        _tell("interrupted; nothing is lost, the same command continues")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; a second write at exit would only complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeepersError as error:
        return _failed(options, str(error), error.exit_code)
    except sqlite3.Error as error:
        return _failed(
            options, f"the catalog cannot be used: {error}; `keepers catalog check` looks for damage", 1
        )
    except OSError as error:
        # A folder that is listed by its open handle has a number for its name.
        named = isinstance(error.filename, str | bytes) and error.filename
        name = f"{os.fsdecode(error.filename)}: " if named else ""
        return _failed(options, f"{name}{(error.strerror or str(error)).lower()}", 1)


def _command(where: str) -> Callable[[argparse.Namespace], int]:
    module, _, name = where.partition(":")
    found: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), name)
    return found


def _failed(options: argparse.Namespace, message: str, code: int) -> int:
    if options.verbose >= 2:
        traceback.print_exc()
    _tell(message)
    return code


def _tell(message: str) -> None:
    sys.stderr.write(f"keepers: {show.printable(message)}\n")
