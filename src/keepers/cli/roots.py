"""The folders that are known, and what may be done to the files in them: roots."""

import argparse
import os
from typing import Final

from keepers import config
from keepers.catalog import locations
from keepers.cli import session, show
from keepers.errors import UsageError
from keepers.ports import Rights
from keepers.wiring import Session

_SETTINGS: Final = (
    (Rights.REFERENCE, "reference"),
    (Rights.MAY_MOVE, "may_move"),
    (Rights.MAY_TRASH, "may_trash"),
)


def roots(options: argparse.Namespace) -> int:
    """List the folders and their roles, or give folders a role."""
    opened = session.opened(options)
    if options.role is not None:
        _say(opened, Rights("" if options.role == "none" else options.role), _folders(options.folders))
        opened = session.opened(options)
    elif options.folders:
        raise UsageError("say what may be done to the files in there with --role")
    rows = _known(opened)
    if options.json:
        show.document(
            {
                "roots": [
                    {"path": path, "role": rights.value or None, "photos": photos, "scanned": scanned or None}
                    for path, rights, photos, scanned in rows
                ]
            }
        )
        return 0
    for path, rights, photos, scanned in rows:
        seen = (
            f"{show.count(photos, 'photo')}, last scanned {scanned[:16].replace('T', ' ')}"
            if scanned
            else "not scanned yet"
        )
        show.line(f"{rights.value or '-':<10} {path}: {seen}")
    if not rows:
        show.line("No folder is known yet. Next: keepers scan FOLDER")
    return 0


def _folders(given: list[str]) -> list[str]:
    if not given:
        raise UsageError("name the folders of which that is said: keepers roots --role reference DIR")
    paths = [os.path.realpath(os.path.expanduser(path)) for path in given]
    for path in paths:
        try:
            path.encode()
        except UnicodeEncodeError as error:
            message = f"{path}: a folder whose name is no text cannot be written into the settings; name the one around it"
            raise UsageError(message) from error
        if os.path.lexists(path) and not os.path.isdir(path):
            message = f"{path} is not a folder"
            raise UsageError(message)
    return paths


def _say(opened: Session, said: Rights, folders: list[str]) -> None:
    """Write it into the settings; of one folder only one thing is said."""
    file = config.config_file(os.environ)
    for rights, name in _SETTINGS:
        old = config.folders(getattr(opened.settings, name))
        kept = [path for path in old if path not in folders]
        new = sorted({*kept, *folders}) if rights is said else kept
        if tuple(new) != old:
            config.store(file, name, config.folders_text(new))


def _known(opened: Session) -> list[tuple[str, Rights, int, str]]:
    """Path, role, photos and time of the last scan of every folder that was scanned or has a role."""
    rights = opened.rights
    found: dict[str, tuple[int, str]] = {}
    if opened.catalog_file.exists():
        with opened.catalog(create=False) as catalog:
            found = {path: (photos, scanned) for path, photos, scanned in locations.roots(catalog)}
    place = opened.local()
    return [
        (path, rights.get(path) or place.rights_in(path), *found.get(path, (0, "")))
        for path in sorted({*found, *rights})
    ]
