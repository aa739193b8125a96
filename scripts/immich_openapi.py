"""Bring what the tests need of Immich's OpenAPI documents to .cache/immich/: from its repository, or from a folder.

    python scripts/immich_openapi.py            # from github.com, 2 MB
    python scripts/immich_openapi.py FOLDER     # openapi-v3.1.0.json and so on lie there

They stay out of our repository, since Immich is AGPL. What is kept: paths of the parts that Keepers asks, and the
schemas that those name, without any prose.
"""

import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERSIONS = ("2.0.0", "2.7.5", "3.1.0")
WHERE = "https://raw.githubusercontent.com/immich-app/immich/v{}/open-api/immich-openapi-specs.json"
INTO = Path(__file__).parents[1] / ".cache" / "immich"
PARTS = {
    "albums", "api-keys", "assets", "duplicates", "faces", "libraries", "people", "search", "server", "stacks", "tags", "trash",
    "users",
}  # fmt: skip
PROSE = {"description", "example", "summary", "tags", "security", "x-immich-history", "x-immich-state"}


def trimmed(document: dict[str, Any]) -> dict[str, object]:
    """The needed paths of a document, and the schemas that these lead to."""
    paths = {path: bare(one) for path, one in document["paths"].items() if path.split("/")[1] in PARTS}
    schemas = document["components"]["schemas"]
    needed: dict[str, object] = {}
    waiting = sorted(named(paths))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = bare(schemas[name])
            waiting += named(needed[name])
    return {
        "info": {"version": document["info"]["version"]},
        "paths": paths,
        "components": {"schemas": needed},
    }


def bare(value: object, *, names: bool = False) -> object:
    """A part of a document without its prose; the keys of `properties` are names, whatever they are called."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: bare(one, names=key == "properties") for key, one in value.items() if names or key not in PROSE
    }


def named(value: object) -> Iterator[str]:
    """The schemas that a part of a document refers to."""
    if isinstance(value, list):
        for one in value:
            yield from named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "$ref":
                yield str(one).rpartition("/")[2]
            else:
                yield from named(one)


def main(folder: str = "") -> None:
    """Bring them all."""
    INTO.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        name = f"openapi-v{version}.json"
        if folder:
            raw = Path(folder, name).read_bytes()
        else:
            with urllib.request.urlopen(WHERE.format(version), timeout=60) as answer:  # noqa: S310 (https, above)
                raw = answer.read()
        text = json.dumps(trimmed(json.loads(raw)), indent=1, sort_keys=True)
        (INTO / name).write_text(text + "\n", encoding="utf-8")
        print(f"{INTO / name}: {len(text) >> 10} KiB")


if __name__ == "__main__":
    main(*sys.argv[1:2])
