"""Where a server's files lie on this machine, as far as the settings say."""

import os
from collections.abc import Mapping
from typing import Final

from keepers.errors import SettingsError

#: Longer than any path that Linux opens; a server that tells more means no file.
_LONGEST: Final = 4096
_NO_PARTS: Final = frozenset({"", ".", ".."})


def mapped(path: str, paths: Mapping[str, str]) -> str | None:
    """The path here of a file that a server tells its path of; None where no folder is mapped, or it is no plain path.

    `paths` has the folders of the server with those of this machine. The longest that fits wins; what is below it stays
    below it, so that no server can point us anywhere else.
    """
    parts = _parts(path)
    if parts is None:
        return None
    best = max(
        (given for given in paths if _begins(path, parts, given)),
        key=lambda one: len(_named(one)),
        default=None,
    )
    if best is None:
        return None
    below = parts[len(_named(best)) :]
    # The folder itself is no file.
    return os.path.join(paths[best], *below) if below else None


def checked_paths(given: Mapping[str, object], where: str) -> dict[str, str]:
    """Folders of a server with absolute folders of this machine; SettingsError, which begins with `where`, if they are none."""
    found: dict[str, str] = {}
    for server, here in given.items():
        folder = os.path.expanduser(here) if isinstance(here, str) else ""
        if _parts(server.rstrip("/")) is None:
            raise SettingsError(f"{where}: {server!r} is no folder of a server, such as /usr/src/app/upload")
        if not os.path.isabs(folder):
            raise SettingsError(
                f"{where}: {server!r} is to be a folder of this machine, written whole; {here!r} is none"
            )
        found[server.rstrip("/")] = os.path.normpath(folder)
    return found


def _begins(path: str, parts: list[str], given: str) -> bool:
    named = _named(given)
    return path.startswith("/") == given.startswith("/") and parts[: len(named)] == named


def _named(folder: str) -> list[str]:
    return folder.strip("/").split("/")


def _parts(path: str) -> list[str] | None:
    """The names of a path; None where there is anything but names in it. Older servers tell paths without a / at the start."""
    parts = path.removeprefix("/").split("/")
    if len(path) > _LONGEST or not _NO_PARTS.isdisjoint(parts) or not path.isprintable() or "\\" in path:
        return None
    return parts
