"""External libraries: folders of the server that it looks through when it is told to."""

from collections.abc import Callable

from tests.immich.answers import ID, iso


def libraries(world, body, query):
    at = iso(world.state.now)
    return [
        {
            "id": key, "name": name, "ownerId": world.state.fresh(), "assetCount": 0, "importPaths": list(folders),
            "exclusionPatterns": [], "createdAt": at, "updatedAt": at, "refreshedAt": None,
        }
        for key, (name, folders) in world.state.libraries.items()
    ]  # fmt: skip


def scan(world, body, query, key):
    world.state.scanned.append(key)
    return 204, None, {}


ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("GET", "/libraries", "library.read", libraries),
    ("POST", f"/libraries{ID}/scan", "library.update", scan),
]
