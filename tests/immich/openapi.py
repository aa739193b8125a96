"""Immich's own OpenAPI documents, against which everything that our client and our server say is held.

They are not in this repository (Immich is AGPL). `python scripts/immich_openapi.py` brings a trimmed copy; without any,
the tests run all the same, and nothing is compared.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parents[2]
PLACES = (ROOT.parent / "shared" / "facts" / "immich", ROOT / ".cache" / "immich")
ABSENT = "Immich's OpenAPI documents are not here; python scripts/immich_openapi.py brings them"
#: Asked of both generations though one does not know it: it is ignored there, or refused and the client goes on.
FOREIGN = {
    (2, "GET", "/albums"): {"isOwned"},
    (3, "GET", "/albums"): {"shared"},
    (3, "POST", "/assets"): {"deviceAssetId", "deviceId"},
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str, bytes), "boolean": (bool,), "integer": (int,), "number": (int, float),
}  # fmt: skip


class Document:
    """What servers of one version take and answer."""

    def __init__(self, version: str, spec: Mapping[str, Any]) -> None:
        self.version = version
        self._major = int(version.split(".", maxsplit=1)[0])
        self._schemas = spec["components"]["schemas"]
        self.paths = spec["paths"]
        parts = {path: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) for path in self.paths}
        # `/people/random` before `/people/{id}`.
        self._patterns = [
            (re.compile(parts[path]), path) for path in sorted(parts, key=lambda one: "{" in one)
        ]

    def operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """The pattern of a path, and what the document says of asking it so."""
        for pattern, name in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self.paths[name]:
                return name, self.paths[name][method.lower()]
        return None

    def asked(self, method: str, path: str, query: Mapping[str, str], body: object) -> Iterator[str]:
        """What is wrong with a question."""
        found = self.operation(method, path)
        if found is None:
            yield "there is no such question"
            return
        name, operation = found
        told = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
        foreign = FOREIGN.get((self._major, method, name), set())
        known = set(told) | foreign
        if isinstance(body, dict):
            body = {key: value for key, value in body.items() if key not in foreign}
        yield from (f"?{key} is unknown" for key in query if key not in known)
        yield from (
            f"?{key} is missing" for key, one in told.items() if one.get("required") and key not in query
        )
        for key in query.keys() & told.keys():
            yield from self._wrong(told[key]["schema"], _read(query[key]), f"?{key}")
        content = operation.get("requestBody", {}).get("content", {})
        for schema in (kind["schema"] for kind in content.values()):
            yield from self._wrong(schema, body, "body")
        if body and not content:
            yield "a body where there is none"

    def answered(self, method: str, path: str, status: int, answer: object) -> Iterator[str]:
        """What is wrong with an answer that says all went well."""
        found = self.operation(method, path)
        if found is None:
            return
        told = found[1]["responses"].get(str(status))
        if told is None:
            yield f"{status} is no answer; known: {', '.join(found[1]['responses'])}"
            return
        for kind, content in told.get("content", {}).items():
            if kind == "application/json":
                yield from self._wrong(content["schema"], answer, "answer")

    def permission(self, method: str, path: str) -> str | None:
        """The permission that a key needs to ask so; None where it needs none."""
        found = self.operation(method, path)
        return found[1].get("x-immich-permission") if found else None

    def _wrong(self, schema: Mapping[str, Any], value: object, where: str) -> Iterator[str]:
        whole = self._whole(schema)
        if value is None and whole.get("nullable"):
            return
        if "anyOf" in whole:
            tries = [list(self._wrong(one, value, where)) for one in whole["anyOf"]]
            yield from min(tries, key=len)
            return
        kind = whole.get("type")
        if kind and (not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield f"{where} is no {kind}: {value!r:.60}"
            return
        if "enum" in whole and value not in whole["enum"]:
            yield f"{where} is none of {whole['enum']}: {value!r:.60}"
        match value:
            case dict():
                yield from self._object(whole, value, where)
            case list():
                yield from self._list(whole, value, where)
            case str():
                yield from _text(whole, value, where)
            case int() | float():
                if not whole.get("minimum", value) <= value <= whole.get("maximum", value):
                    yield f"{where} is out of bounds: {value}"
            case _:
                pass

    def _object(self, schema: Mapping[str, Any], value: Mapping[str, object], where: str) -> Iterator[str]:
        told, others = schema.get("properties", {}), schema.get("additionalProperties")
        yield from (f"{where}.{key} is missing" for key in schema.get("required", ()) if key not in value)
        for key, one in value.items():
            if key in told:
                yield from self._wrong(told[key], one, f"{where}.{key}")
            elif isinstance(others, dict):
                yield from self._wrong(others, one, f"{where}.{key}")
            elif told and not others:
                # The servers let such fields be; a name that we mistyped would do nothing, and nobody would know.
                yield f"{where}.{key} is unknown"

    def _list(self, schema: Mapping[str, Any], value: list[object], where: str) -> Iterator[str]:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where} holds {len(value)} items"
        # A list of a thousand is made by one hand: the first and the last speak for it.
        for number in sorted({*range(min(3, len(value))), max(len(value) - 1, 0)} if value else ()):
            yield from self._wrong(schema.get("items", {}), value[number], f"{where}[{number}]")

    def _whole(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A schema with what it refers to and all that it is made of."""
        made: dict[str, Any] = {}
        parts = [*schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append(self._schemas[schema["$ref"].rpartition("/")[2]])
        for part in (
            *map(self._whole, parts),
            {k: v for k, v in schema.items() if k not in {"allOf", "$ref"}},
        ):
            joined = {**made.get("properties", {}), **part.get("properties", {})}
            needed = [*made.get("required", ()), *part.get("required", ())]
            made |= part
            made |= ({"properties": joined} if joined else {}) | ({"required": needed} if needed else {})
        return made


def _text(schema: Mapping[str, Any], value: str, where: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} does not look like {schema['pattern']:.40}: {value!r:.60}"
    if len(value) < schema.get("minLength", 0):
        yield f"{where} is too short: {value!r:.60}"
    try:
        if schema.get("format") == "uuid":
            UUID(value)
        if schema.get("format") == "date-time":
            datetime.fromisoformat(value)
    except ValueError:
        yield f"{where} is no {schema['format']}: {value!r:.60}"


def _read(text: str) -> object:
    """A value of an address as it is meant: `true` and `5` are no words there."""
    try:
        found: object = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int) else text


@functools.cache
def document(version: tuple[int, int, int]) -> Document | None:
    """The document of a version; None where there is none, or it is not here."""
    name = ".".join(map(str, version))
    for place in PLACES:
        file = place / f"openapi-v{name}.json"
        if file.exists():
            return Document(name, json.loads(file.read_text(encoding="utf-8")))
    return None
