"""Where a server's files lie on this machine, as far as the settings say."""

import os
import re
import stat
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


def unmapped(path: str, paths: Mapping[str, str]) -> str | None:
    """What the server calls a file of this machine; None where it lies in no folder that is mapped.

    The longest folder that fits wins. Where two of the server's are one here, it is the first by name.
    """
    fitting = [there for there in sorted(paths) if path.startswith(paths[there].rstrip("/") + "/")]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: len(paths[one]))
    return best + "/" + path[len(paths[best].rstrip("/")) + 1 :]


def lying(path: str, size: int, paths: Mapping[str, str]) -> str:
    """The file of this machine that a server reads as `path`; empty where there is none of that size below its folder."""
    found = mapped(path, paths)
    if found is None:
        return ""
    try:
        status = os.lstat(found)
        real = os.path.realpath(found)
    except OSError:
        return ""
    # A link on the way may lead anywhere; files that were linked into the folder from elsewhere are not the server's.
    folders = [
        os.path.realpath(folder) for folder in paths.values() if found.startswith(folder.rstrip("/") + "/")
    ]
    if not any(real.startswith(folder.rstrip("/") + "/") for folder in folders):
        return ""
    return found if stat.S_ISREG(status.st_mode) and status.st_size == size > 0 else ""


def signature(paths: Mapping[str, str]) -> str:
    """What tells these folders from others; empty where there are none."""
    return "\n".join(f"{there}={here}" for there, here in sorted(paths.items()))


def from_text(text: str, where: str) -> dict[str, str]:
    """Folders as a variable names them: `SERVER=HERE`, with `:` between them; a backslash before a `:` of a name."""
    parts = re.findall(r"(?:\\.|[^:\\])+", text, re.DOTALL)
    pairs = (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).partition("=") for part in parts)
    return checked_paths({there: here for there, _, here in pairs}, where)


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
