"""From options to a session: settings of all sources, and progress on the terminal."""

import argparse
import os
from datetime import datetime
from typing import Final

from keepers import config, wiring
from keepers.cli.show import Terminal
from keepers.errors import UsageError
from keepers.wiring import Filter, Session, Sources

_TYPES: Final = {"photo": "IMAGE", "video": "VIDEO"}
_SETTINGS = (
    "catalog", "jobs", "scheduler", "threshold", "time_window", "min_size", "faces", "device", "model_dir", "import_template",
    "second_pass", "scene",
    "undated_template", "settle_seconds", "immich_cache_dir", "immich_cache_size", "people_base", "people_how",
    "people_several", "people_min_faces", "people_folders",
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
        getattr(options, "full_resolution", False),
    )


def sources(options: argparse.Namespace) -> Sources:
    """What a command is to look at, servers among them; UsageError where a filter makes no sense."""
    wanted = Filter(
        options.album,
        tuple(options.person),
        _TYPES.get(options.type, ""),
        _moment(options.taken_after, "--taken-after"),
        _moment(options.taken_before, "--taken-before"),
        options.visibility,
    )
    return wiring.sources(options.sources, wanted)


def _moment(text: str, option: str) -> datetime | None:
    """A date as people write it, at its beginning; without a zone in that of this machine."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} {text}: write it like 2019-07-04 or 2019-07-04T15:30") from error
