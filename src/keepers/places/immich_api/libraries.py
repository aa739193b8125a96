"""The external libraries of a server: folders that it looks through for new files when it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass

from keepers.errors import UsageError
from keepers.places.immich_api import records
from keepers.places.immich_api.client import Client
from keepers.places.immich_api.wire import Ask


@dataclass(frozen=True, slots=True)
class Library:
    """An external library, and the folders of the server that it reads."""

    id: str
    name: str
    folders: tuple[str, ...]


def libraries(client: Client) -> list[Library]:
    """All external libraries; the key must be an administrator's and have library.read."""
    told = client.wire.ask(Ask("GET", "libraries")).value
    return [_library(row) for row in records.objects(told, "libraries")]


def scan(client: Client, paths: Sequence[str] = (), library: str = "") -> list[Library]:
    """Tell the server to look through a library, or those that hold one of these paths of its own, or all; which those are.

    It answers at once and looks later. The key must have library.read and library.update.
    """
    known = libraries(client)
    wanted = (
        [one for one in known if library in {one.id, one.name}]
        if library
        else _holding(known, paths) or known
    )
    if not wanted:
        name = f"no external library {library}" if library else "no external library"
        raise UsageError(f"{client.wire.url} has {name}, so there is nothing that it could scan")
    for one in wanted:
        client.wire.ask(Ask("POST", f"libraries/{records.identifier(one.id)}/scan"))
    return wanted


def _holding(known: Sequence[Library], paths: Sequence[str]) -> list[Library]:
    return [
        one
        for one in known
        if any(path.startswith(folder.rstrip("/") + "/") for folder in one.folders for path in paths)
    ]


def _library(row: records.Json) -> Library:
    folders: object = row.get("importPaths")
    named = [one for one in folders if isinstance(one, str)] if isinstance(folders, list) else []  # pyright: ignore[reportUnknownVariableType]  (JSON)
    return Library(records.identifier(row.get("id")), records.text(row, "name"), tuple(named))
