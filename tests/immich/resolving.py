"""What the server answers about duplicates, faces that are added, and data of other programs.

What `resolve` merges was read in Immich's own duplicate.service.ts and duplicate.repository.ts, not measured.
"""

import json
from collections.abc import Callable

from tests.immich.answers import ID, Refusal, World, asset_told, iso
from tests.immich.state import Asset, Face, State, an_id

#: The first version with `resolve`; data of other programs is free there, too.
RESOLVES = (2, 7, 0)


def _group(state: State, key: str) -> list[Asset]:
    """What the Duplicates page shows of a group: nothing that is trashed, hidden or in a stack."""
    shown = [
        one
        for one in state.assets.values()
        if one.duplicate == key
        and one.owner == an_id(1)
        and not one.trashed
        and one.visibility in {"timeline", "archive"}
        and state.stack_of(one.id) is None
    ]
    return sorted(shown, key=lambda one: (one.taken, one.id))


def _all(state: State) -> dict[str, list[Asset]]:
    keys = sorted({one.duplicate for one in state.assets.values() if one.duplicate})
    return {key: _group(state, key) for key in keys}


def groups(state: State) -> list[list[Asset]]:
    """The groups of the Duplicates page, those of one photo, too."""
    return list(_all(state).values())


def duplicates(world: World, body, query):
    groups = _all(world.state)
    if world.version >= RESOLVES:
        # Merely looking forgets groups of which one photo is left.
        for one in (found[0] for found in groups.values() if len(found) == 1):
            one.duplicate = None
    told = []
    for key, found in groups.items():
        if len(found) > 1:
            row = {"duplicateId": key, "assets": [asset_told(world, one, listed=True) for one in found]}
            best = max(found, key=lambda one: len(one.data)).id
            told.append(row | ({"suggestedKeepAssetIds": [best]} if world.version >= RESOLVES else {}))
    return told


def resolve(world: World, body, query):
    _new_only(world, "POST /api/duplicates/resolve")
    known = _all(world.state)
    if any(group["duplicateId"] not in known for group in body["groups"]):
        raise Refusal(400, "Not found or no duplicate.delete access")
    return [
        _resolved(world, group, {one.id: one for one in known[group["duplicateId"]]})
        for group in body["groups"]
    ]


def _resolved(world: World, group: dict, held: dict[str, Asset]) -> dict:
    keep = [key for key in group["keepAssetIds"] if key in held]
    gone = [key for key in group["trashAssetIds"] if key in held]
    if set(keep) & set(gone) or set(keep) | set(gone) != set(held):
        return {
            "id": group["duplicateId"],
            "success": False,
            "error": "validation" if world.is_3 else "unknown",
        }
    if len(keep) == 1 and gone:
        _merge(world, held[keep[0]], list(held.values()))
    for key in (*keep, *gone):
        held[key].duplicate = None
        held[key].trashed = key in gone
    world.state.touch(*keep, *gone)
    return {"id": group["duplicateId"], "success": True}


def _merge(world: World, kept: Asset, found: list[Asset]) -> None:
    keys = {one.id for one in found}
    for holders in (world.state.albums, world.state.tags):
        for holder in holders.values():
            if keys & set(holder.assets) and kept.id not in holder.assets:
                holder.assets.append(kept.id)
    kept.favourite = any(one.favourite for one in found)
    kept.visibility = "archive" if any(one.visibility == "archive" for one in found) else kept.visibility
    kept.rating = max((one.rating or 0 for one in found), default=0) or kept.rating
    lines = [line.strip() for one in found for line in one.description.splitlines() if line.strip()]
    kept.description = "\n".join(dict.fromkeys(lines)) or kept.description
    places = {(one.exif["latitude"], one.exif["longitude"]) for one in found if "latitude" in one.exif}
    if len(places) == 1:
        kept.exif |= dict(zip(("latitude", "longitude"), places.pop(), strict=True))


# Faces


def add_face(world: World, body, query):
    world.asset(body["assetId"])
    if body["personId"] not in world.state.people:
        raise Refusal(400, "Not found or no person.read access")
    box = (body["x"], body["y"], body["x"] + body["width"], body["y"] + body["height"])
    image = (body["imageWidth"], body["imageHeight"])
    face = Face(world.state.fresh(), body["assetId"], body["personId"], box, image, source="manual")
    world.state.faces.append(face)
    return 201, None, {}


def drop_face(world: World, body, query, key):
    found = [face for face in world.state.faces if face.id == key]
    if not found:
        raise Refusal(400, "Not found or no face.delete access")
    if body["force"]:
        world.state.faces.remove(found[0])
    else:
        found[0].deleted = True
    return 204, None, {}


# Data of other programs


def data(world: World, body, query, key):
    return [_row(world, name, value) for name, value in sorted(world.asset(key).notes.items())]


def _row(world: World, name: str, value: dict) -> dict:
    return {"key": name, "updatedAt": iso(world.state.now), "value": value}


def set_data(world: World, body, query, key):
    return [_noted(world, key, item) for item in body["items"]]


def _noted(world: World, key: str, item: dict) -> dict:
    if world.version < RESOLVES and item["key"] != "mobile-app":
        raise Refusal(400, ["items.0.key must be one of the following values: mobile-app"])
    # A database of JSON gives fields back in an order of its own.
    value = json.loads(
        json.dumps(item["value"]), object_pairs_hook=lambda pairs: dict(sorted(pairs, reverse=True))
    )
    world.asset(key).notes[item["key"]] = value
    return _row(world, item["key"], value)


def set_many(world: World, body, query):
    _new_only(world, "PUT /api/assets/metadata")
    return [{"assetId": item["assetId"]} | _noted(world, item["assetId"], item) for item in body["items"]]


def drop_data(world: World, body, query, key, name):
    world.asset(key).notes.pop(name, None)
    return 204, None, {}


def drop_many(world: World, body, query):
    _new_only(world, "DELETE /api/assets/metadata")
    for item in body["items"]:
        world.asset(item["assetId"]).notes.pop(item["key"], None)
    return 204, None, {}


def _new_only(world: World, request: str) -> None:
    if world.version < RESOLVES:
        raise Refusal(404, f"Cannot {request}")


ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("GET", "/duplicates", "duplicate.read", duplicates),
    ("POST", "/duplicates/resolve", "duplicate.delete", resolve),
    ("POST", "/faces", "face.create", add_face),
    ("DELETE", f"/faces{ID}", "face.delete", drop_face),
    ("GET", f"/assets{ID}/metadata", "asset.read", data),
    ("PUT", f"/assets{ID}/metadata", "asset.update", set_data),
    ("DELETE", f"/assets{ID}/metadata/([a-z-]+)", "asset.update", drop_data),
    ("PUT", "/assets/metadata", "asset.update", set_many),
    ("DELETE", "/assets/metadata", "asset.update", drop_many),
]
