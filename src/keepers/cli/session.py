"""From options to a session: settings of all sources, and progress on the terminal."""

import argparse
import os

from keepers import config
from keepers.cli.show import Terminal
from keepers.errors import UsageError
from keepers.wiring import Session

_SETTINGS = (
    "catalog", "jobs", "threshold", "time_window", "min_size", "faces", "model_dir", "import_template",
    "undated_template", "settle_seconds",
)  # fmt: skip


def opened(options: argparse.Namespace) -> Session:
    """A session with the settings of flags, environment and keepers.toml."""
    flags = {name: getattr(options, name, None) for name in _SETTINGS}
    limit = getattr(options, "limit", None)
    if limit is not None and limit < 1:
        message = "--limit must be 1 or more"
        raise UsageError(message)
    return Session(
        config.load(flags, os.environ),
        os.environ,
        Terminal(quiet=options.quiet),
        limit,
        getattr(options, "accept_missing", False),
    )
