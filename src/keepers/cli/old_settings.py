"""`keepers config import FILE`: settings of an older tool, written into keepers.toml."""

import argparse
import json
import os
from pathlib import Path

from keepers import config
from keepers.cli import show
from keepers.errors import SettingsError, UsageError
from keepers.workflows.old_settings import Translated, translated

_TABLE = "immich.default"


def bring(options: argparse.Namespace) -> int:
    """Read `config.json` of media-downloader; say what was set, and what was left out and why."""
    if options.name is None or options.value is not None:
        raise UsageError("name the file with the old settings: keepers config import config.json")
    path = Path(options.name).expanduser()
    found = _read(path)
    file = config.config_file(os.environ)
    _refuse_another_server(file, found)
    if found.api_key:
        found.profile["key_file"] = str(file.with_name("immich.key"))
        config.store_secret(Path(str(found.profile["key_file"])), found.api_key)
    if found.password:
        found.profile["database_password_file"] = str(file.with_name("immich-database.password"))
        config.store_secret(Path(str(found.profile["database_password_file"])), found.password)
    for name, value in found.settings.items():
        config.store(file, name, value)
    if found.profile:
        config.store_table(file, _TABLE, found.profile)
    _tell(options, file, found)
    return 0


def _read(path: Path) -> Translated:
    try:
        found = translated(json.loads(path.read_text("utf-8")))
        for name, value in found.settings.items():
            config.checked(name, value, path.name)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no JSON: {error}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error
    return found


def _refuse_another_server(file: Path, found: Translated) -> None:
    """Another server under the same profile would be asked for everything that is known of this one."""
    known = config.table(file, "immich").get("default", {})
    url = known.get("url") if isinstance(known, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  (TOML)
    if url and found.profile.get("url") not in {None, url}:
        raise SettingsError(
            f"[{_TABLE}] of {file} is another server, {url}; nothing was changed. Rename that table first, "
            "or take the url out of the old settings"
        )


def _tell(options: argparse.Namespace, file: Path, found: Translated) -> None:
    if options.json:
        show.document(
            {
                "file": str(file),
                "settings": found.settings,
                "profile": found.profile,
                "left": [{"key": key, "why": why} for key, why in found.left],
            }
        )
        return
    for name, value in found.settings.items():
        show.line(f"{name} = {value!r}")
    for name, value in found.profile.items():
        show.line(f"[{_TABLE}] {name} = {value!r}")
    for key, why in found.left:
        show.line(f"left out: {key}: {why}")
    show.line(f"Written into {file}. Next: keepers people sort --dry-run")
