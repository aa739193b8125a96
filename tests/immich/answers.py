"""What the server answers, by the OpenAPI documents of 2.0, 2.7.5 and 3.1.0 and by what both were seen to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.immich.state import Asset, Face, State, Tag, an_id

FEATURES = (
    "configFile", "duplicateDetection", "email", "facialRecognition", "importFaces", "map", "oauth", "oauthAutoLaunch",
    "passwordLogin", "reverseGeocoding", "search", "sidecar", "smartSearch", "trash",
)  # fmt: skip
ON = {"trash", "search", "map", "passwordLogin", "sidecar", "reverseGeocoding"}


class Refusal(Exception):  # noqa: N818 (it is an answer)
    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(str(message))
        self.status = status
        self.message = message


@dataclass
class World:
    state: State
    version: tuple[int, int, int]
    keys: Mapping[str, set[str]]
    headers: Mapping[str, str]

    @property
    def is_3(self) -> bool:
        return self.version[0] >= 3

    def allow(self, permission: str | None) -> None:
        if permission == "nobody":
            return
        granted = self.keys.get(self.headers.get("x-api-key", ""))
        if granted is None:
            raise Refusal(401, "Invalid API key")
        if permission is not None and permission not in granted and "all" not in granted:
            raise Refusal(403, f"Missing required permission: {permission}")

    def refused(self, refusal: Refusal) -> dict:
        if self.is_3:
            message = refusal.message if isinstance(refusal.message, str) else "; ".join(refusal.message)
            return {"message": message}
        names = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        return {
            "message": refusal.message,
            "error": names.get(refusal.status, "Error"),
            "statusCode": refusal.status,
            "correlationId": "abc",
        }

    def asset(self, key: str) -> Asset:
        asset = self.state.assets.get(key)
        if asset is None or asset.owner != an_id(1):
            raise Refusal(400, "Not found or no asset.read access")
        return asset


def version(world, body, query):
    told = dict(zip(("major", "minor", "patch"), world.version, strict=True))
    return told | {"prerelease": None} if world.is_3 else told


def features(world, body, query):
    later = ("ocr",) if world.version >= (2, 7, 0) else ()
    newest = ("realtimeTranscoding",) if world.is_3 else ()
    on = ON | {"smartSearch"} if world.state.smart else ON
    return {name: name in on for name in (*FEATURES, *later, *newest)}


def me(world, body, query):
    at = iso(world.state.now)
    granted = sorted(world.keys[world.headers["x-api-key"]])
    return {"id": an_id(9), "name": "keepers", "createdAt": at, "updatedAt": at, "permissions": granted}


def user(world, body, query):
    at = iso(world.state.now)
    return user_told(an_id(1)) | {
        "isAdmin": False, "license": None, "oauthId": "", "quotaSizeInBytes": None, "quotaUsageInBytes": 0,
        "shouldChangePassword": False, "status": "active", "storageLabel": None, "createdAt": at, "updatedAt": at,
        "deletedAt": None,
    }  # fmt: skip


def search(world, body, query):
    size = body.get("size", 250)
    if size > 1000:
        raise Refusal(400, ["size must not be greater than 1000"])
    found = sorted(found_by(world, body), key=lambda asset: (asset.taken, asset.id))
    page = body.get("page", 1)
    part = found[(page - 1) * size : page * size]
    more = len(found) > page * size
    items = [_asset(world, one, listed=True, people=bool(body.get("withPeople"))) for one in part]
    assets = {
        "total": len(part),
        "count": len(part),
        "items": items,
        "facets": [],
        "nextPage": str(page + 1) if more else None,
    }
    return {"albums": {"total": 0, "count": 0, "items": [], "facets": []}, "assets": assets}


def statistics(world, body, query):
    # No server counts what lies in the trash: `withDeleted` is a word of the search alone.
    return {"total": len(found_by(world, {key: body[key] for key in body if key != "withDeleted"}))}


def found_by(world: World, body: dict) -> list[Asset]:
    """The assets that the words of a search are true of."""
    if body.get("visibility") == "locked":
        raise Refusal(401, "Elevated permission is required")
    default = {"timeline", "archive", "hidden"} if world.is_3 else {"timeline"}
    wanted = {body["visibility"]} if body.get("visibility") else default
    state = world.state
    albums = [set(state.albums[key].assets) for key in body.get("albumIds") or ()]
    tagged = [state.below(key) for key in body.get("tagIds") or ()]
    shown = [
        {face.asset for face in state.faces if face.person == key and face.is_live}
        for key in body.get("personIds") or ()
    ]
    tests = [
        lambda one: one.owner == an_id(1) and one.visibility in wanted,
        lambda one: not one.trashed or body.get("withDeleted"),
        lambda one: not body.get("type") or one.type == body["type"],
        lambda one: all(one.id in held for held in albums),
        lambda one: all(one.id in held for held in tagged),
        lambda one: all(one.id in held for held in shown),
        lambda one: not body.get("checksum") or body["checksum"] == one.checksum,
        # Both are found by a part of theirs, whatever its case.
        lambda one: body.get("originalPath", "").lower() in one.path.lower(),
        lambda one: body.get("originalFileName", "").lower() in one.name.lower(),
        lambda one: _in(one.taken, body.get("takenAfter"), body.get("takenBefore")),
        lambda one: _in(one.updated, body.get("updatedAfter"), body.get("updatedBefore")),
    ]
    return [one for one in state.assets.values() if all(test(one) for test in tests)]


def _in(at: datetime, after: str | None, before: str | None) -> bool:
    return (not after or at >= datetime.fromisoformat(after)) and (
        not before or at <= datetime.fromisoformat(before)
    )


def one_asset(world, body, query, key):
    return _asset(world, world.asset(key), listed=False, people=True)


def asset_told(world: World, one: Asset, *, listed: bool) -> dict:
    """An asset as other pages of answers tell it."""
    return _asset(world, one, listed=listed, people=False)


def _asset(world: World, one: Asset, *, listed: bool, people: bool) -> dict:
    state = world.state
    told: dict[str, object] = {
        "id": one.id, "createdAt": iso(one.updated), "updatedAt": iso(one.updated), "ownerId": one.owner,
        "libraryId": one.library, "type": one.type, "originalPath": one.path, "originalFileName": one.name,
        "originalMimeType": "image/jpeg", "thumbhash": None, "fileCreatedAt": iso(one.taken),
        "fileModifiedAt": iso(one.taken), "localDateTime": iso(one.taken), "isFavorite": one.favourite,
        "isArchived": one.visibility == "archive", "isTrashed": one.trashed, "isOffline": False,
        "visibility": one.visibility, "duration": None if world.is_3 else "0:00:00.00000",
        "livePhotoVideoId": one.motion, "checksum": one.checksum, "hasMetadata": True, "duplicateId": one.duplicate,
        "exifInfo": {
            "fileSizeInByte": len(one.data), "exifImageWidth": one.size[0], "exifImageHeight": one.size[1],
            "rating": one.rating, "description": one.description, **one.exif,
        },
    }  # fmt: skip
    if not world.is_3:
        told |= {"deviceAssetId": "", "deviceId": ""}
    if world.version >= (2, 5, 0):
        told |= {"width": one.size[0], "height": one.size[1], "isEdited": one.edits > 0}
    if people:
        told["people"] = _people(world, one)
        if not world.is_3:
            told["unassignedFaces"] = [_box(face) for face in _faces(world, one) if not face.person]
    if not listed:
        told["tags"] = [tag_told(tag) for tag in state.tags.values() if one.id in tag.assets]
        stack = state.stack_of(one.id)
        told["stack"] = stack and {
            "id": stack.id, "primaryAssetId": stack.assets[0], "assetCount": len(stack.assets),
        }  # fmt: skip
    return told


def _faces(world: World, one: Asset) -> list[Face]:
    return [face for face in world.state.faces if face.asset == one.id and face.is_live]


def _people(world: World, one: Asset) -> list[dict]:
    found = []
    for key in dict.fromkeys(face.person for face in _faces(world, one) if face.person):
        told = person(world, key)
        if not world.is_3:
            told["faces"] = [_box(face) for face in _faces(world, one) if face.person == key]
        found.append(told)
    return found


def person(world: World, key: str) -> dict:
    """A person as every answer tells them; which face is featured no answer tells."""
    about = world.state.about[key]
    return {
        "id": key, "name": world.state.people.get(key, ""), "birthDate": about.birth_date, "thumbnailPath": "",
        "isHidden": about.hidden, "isFavorite": about.favorite, "updatedAt": iso(about.updated),
    }  # fmt: skip


def _box(face: Face) -> dict:
    left, top, right, bottom = face.box
    return {
        "id": face.id, "imageWidth": face.image[0], "imageHeight": face.image[1], "boundingBoxX1": left,
        "boundingBoxY1": top, "boundingBoxX2": right, "boundingBoxY2": bottom, "sourceType": face.source,
    }  # fmt: skip


def people(world, body, query):
    wanted = query["name"].lower()
    return [person(world, key) for key, name in world.state.people.items() if name.lower().startswith(wanted)]


def faces(world, body, query):
    one = world.asset(query["id"])
    found = _faces(world, one)
    return [_box(face) | {"person": person(world, face.person) if face.person else None} for face in found]


def thumbnail(world, body, query, key):
    one = world.asset(key)
    if query.get("size") == "fullsize":
        return 302, b"", {"Location": f"/api/assets/{key}/original"}
    if not one.preview:
        raise Refusal(404, "Asset media not found")
    if world.headers.get("if-none-match") == one.etag:
        return 304, None, {"ETag": one.etag}
    small = one.thumbnail if query.get("size") == "thumbnail" else b""
    return 200, small or one.preview, {"ETag": one.etag, "Content-Type": "image/jpeg"}


def original(world, body, query, key):
    return 200, world.asset(key).data, {"Content-Type": "application/octet-stream"}


def update_assets(world, body, query):
    ours = [world.state.assets.get(key) for key in body["ids"]]
    if any(one is None or one.owner != an_id(1) for one in ours):
        raise Refusal(400, "Not found or no asset.update access")
    for one in ours:
        _update(world, one, body)
    return 204, None, {}


def _update(world: World, one: Asset, body: dict) -> None:
    if "isFavorite" in body:
        one.favourite = body["isFavorite"]
    if "visibility" in body:
        one.visibility = body["visibility"]
    if "rating" in body:
        # Up to 2.5 nothing was 0, and since 3.0 nothing is null alone.
        if body["rating"] is None and world.version < (2, 6, 0):
            raise Refusal(400, ["rating must be an integer number"])
        if body["rating"] == 0 and world.is_3:
            raise Refusal(400, "Validation failed")
        one.rating = body["rating"] or None
    if "description" in body:
        one.description = body["description"]
    if "duplicateId" in body:
        one.duplicate = body["duplicateId"]
    if body.get("latitude", 0) is None or body.get("longitude", 0) is None:
        raise Refusal(400, ["latitude must be a number"])
    one.exif |= {name: body[name] for name in ("latitude", "longitude") if name in body}
    world.state.touch(one.id)


def user_told(key: str) -> dict:
    """A user as every answer tells them."""
    return {
        "id": key, "name": "somebody", "email": "somebody@example.org", "avatarColor": "blue", "profileImagePath": "",
        "profileChangedAt": "2024-05-01T12:00:00.000Z",
    }  # fmt: skip


def users(world, body, query):
    return [user_told(an_id(1)), user_told(an_id(2)) | {"name": "Anna", "email": "anna@example.org"}]


def tag_told(tag: Tag) -> dict:
    """A tag as every answer tells it."""
    at = "2024-05-01T12:00:00.000Z"
    told = {
        "id": tag.id,
        "value": tag.value,
        "name": tag.value.rpartition("/")[2],
        "createdAt": at,
        "updatedAt": at,
    }
    return told | ({"parentId": tag.parent} if tag.parent else {})


def iso(at: datetime) -> str:
    """A time as servers write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


ID = "/([0-9a-f-]+)"
ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("GET", "/server/version", "nobody", version),
    ("GET", "/server/features", "nobody", features),
    ("GET", "/api-keys/me", None, me),
    ("GET", "/users/me", "user.read", user),
    ("POST", "/search/metadata", "asset.read", search),
    ("POST", "/search/statistics", "asset.statistics", statistics),
    ("GET", f"/assets{ID}", "asset.read", one_asset),
    ("GET", f"/assets{ID}/thumbnail", "asset.view", thumbnail),
    ("GET", f"/assets{ID}/original", "asset.download", original),
    ("PUT", "/assets", "asset.update", update_assets),
    ("GET", "/search/person", "person.read", people),
    ("GET", "/faces", "face.read", faces),
    ("GET", "/users", "user.read", users),
]
