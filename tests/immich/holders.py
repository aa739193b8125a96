"""What the server answers about what holds photos: albums, tags and stacks."""

from collections.abc import Callable

from tests.immich.answers import ID, Refusal, World, asset_told, iso, tag_told, user_told
from tests.immich.state import Album, Stack, Tag, an_id


def albums(world, body, query):
    found = list(world.state.albums.values())
    if "assetId" in query:
        found = [album for album in found if query["assetId"] in album.assets]
    elif world.is_3:
        found = [a for a in found if query.get("isOwned") != "true" or a.owner == an_id(1)]
    else:
        shared = query.get("shared") == "true"
        found = [album for album in found if (album.owner != an_id(1)) == shared]
    return [_album(world, album) for album in found]


def _album(world: World, album: Album) -> dict:
    at = iso(world.state.now)
    told = {
        "id": album.id, "albumName": album.name, "assetCount": len(album.assets), "createdAt": at, "updatedAt": at,
        "description": "", "albumThumbnailAssetId": None, "hasSharedLink": False,
        "albumUsers": [
            *([{"user": user_told(album.owner), "role": "owner"}] if world.is_3 else []),
            *({"user": user_told(key), "role": role} for key, role in sorted(album.users.items())),
        ],
        "isActivityEnabled": True, "shared": album.owner != an_id(1),
    }  # fmt: skip
    return (
        told if world.is_3 else told | {"assets": [], "ownerId": album.owner, "owner": user_told(album.owner)}
    )


def make_album(world, body, query):
    key = world.state.album(body["albumName"])
    return 201, _album(world, world.state.albums[key]), {}


def drop_album(world, body, query, key):
    if key not in world.state.albums:
        raise Refusal(400, "Not found or no album.delete access")
    del world.state.albums[key]
    return 204, None, {}


def share_album(world, body, query, key):
    album = world.state.albums[key]
    for one in body["albumUsers"]:
        if one["userId"] in album.users and not world.is_3:
            raise Refusal(400, "User already added")
        album.users.setdefault(one["userId"], one["role"])
    return _album(world, album)


def unshare_album(world, body, query, key, user):
    if world.state.albums[key].users.pop(user, None) is None:
        raise Refusal(400, "Album not shared with user")
    return 204, None, {}


def into_album(world, body, query, key):
    return _into(world, world.state.albums[key].assets, body["ids"])


def out_of_album(world, body, query, key):
    return _out_of(world.state.albums[key].assets, body["ids"])


def _into(world: World, held: list[str], keys: list[str]) -> list[dict]:
    found = []
    known = set(held)
    for key in keys:
        one = world.state.assets.get(key)
        if key in known:
            found.append({"id": key, "success": False, "error": "duplicate"})
        elif one is None or one.owner != an_id(1):
            found.append({"id": key, "success": False, "error": "no_permission"})
        else:
            held.append(key)
            known.add(key)
            found.append({"id": key, "success": True})
    return found


def _out_of(held: list[str], keys: list[str]) -> list[dict]:
    known = set(held)
    gone = set(keys)
    held[:] = [key for key in held if key not in gone]
    return [
        {"id": key, "success": True} if key in known else {"id": key, "success": False, "error": "not_found"}
        for key in keys
    ]


def tags(world, body, query):
    return [tag_told(tag) for tag in world.state.tags.values()]


def make_tags(world, body, query):
    made = []
    for value in body["tags"]:
        parent = None
        parts = value.split("/")
        for depth in range(len(parts)):
            name = "/".join(parts[: depth + 1])
            known = next((tag for tag in world.state.tags.values() if tag.value == name), None)
            if known is None:
                known = Tag(world.state.fresh(), name, parent)
                world.state.tags[known.id] = known
            parent = known.id
        made.append(tag_told(world.state.tags[parent]))
    return made


def drop_tag(world, body, query, key):
    if key not in world.state.tags:
        raise Refusal(400, "Not found or no tag.delete access")
    gone = {key}
    while more := {tag.id for tag in world.state.tags.values() if tag.parent in gone} - gone:
        gone |= more
    for one in gone:
        del world.state.tags[one]
    return 204, None, {}


def into_tag(world, body, query, key):
    if key not in world.state.tags:
        raise Refusal(400, "Not found or no tag.asset access")
    held = world.state.tags[key].assets
    found = _into(world, held, body["ids"])
    world.state.touch(*(one["id"] for one in found if one["success"]))
    return found


def out_of_tag(world, body, query, key):
    if key not in world.state.tags:
        raise Refusal(400, "Not found or no tag.asset access")
    found = _out_of(world.state.tags[key].assets, body["ids"])
    world.state.touch(*(one["id"] for one in found if one["success"]))
    return found


def stacks(world, body, query):
    return [_stack(world, stack) for stack in world.state.stacks.values()]


def one_stack(world, body, query, key):
    if key not in world.state.stacks:
        raise Refusal(400, "Not found or no stack.read access")
    return _stack(world, world.state.stacks[key])


def _stack(world: World, stack: Stack) -> dict:
    shown = [one for key in stack.assets if not (one := world.state.assets[key]).trashed]
    members = [asset_told(world, one, listed=True) for one in shown]
    return {"id": stack.id, "primaryAssetId": stack.assets[0], "assets": members}


def make_stack(world, body, query):
    keys = body["assetIds"]
    if len(keys) < 2:
        raise Refusal(400, ["assetIds must contain at least 2 elements"])
    for key in keys:
        world.asset(key)
    members = list(keys)
    for old in list(world.state.stacks.values()):
        if old.assets[0] in keys:
            members += [key for key in old.assets if key not in members]
            del world.state.stacks[old.id]
        else:
            old.assets = [key for key in old.assets if key not in keys]
    stack = Stack(world.state.fresh(), members)
    world.state.stacks[stack.id] = stack
    world.state.touch(*members)
    return 201, _stack(world, stack), {}


def cover_stack(world, body, query, key):
    stack = world.state.stacks[key]
    cover = body["primaryAssetId"]
    stack.assets = [cover, *(one for one in stack.assets if one != cover)]
    return _stack(world, stack)


def drop_stack(world, body, query, key):
    if key not in world.state.stacks:
        raise Refusal(400, "Not found or no stack.delete access")
    world.state.touch(*world.state.stacks.pop(key).assets)
    return 204, None, {}


ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("GET", "/albums", "album.read", albums),
    ("POST", "/albums", "album.create", make_album),
    ("DELETE", f"/albums{ID}", "album.delete", drop_album),
    ("PUT", f"/albums{ID}/users", "albumUser.create", share_album),
    ("DELETE", f"/albums{ID}/user{ID}", "albumUser.delete", unshare_album),
    ("PUT", f"/albums{ID}/assets", "albumAsset.create", into_album),
    ("DELETE", f"/albums{ID}/assets", "albumAsset.delete", out_of_album),
    ("GET", "/tags", "tag.read", tags),
    ("PUT", "/tags", "tag.create", make_tags),
    ("DELETE", f"/tags{ID}", "tag.delete", drop_tag),
    ("PUT", f"/tags{ID}/assets", "tag.asset", into_tag),
    ("DELETE", f"/tags{ID}/assets", "tag.asset", out_of_tag),
    ("GET", "/stacks", "stack.read", stacks),
    ("POST", "/stacks", "stack.create", make_stack),
    ("GET", f"/stacks{ID}", "stack.read", one_stack),
    ("PUT", f"/stacks{ID}", "stack.update", cover_stack),
    ("DELETE", f"/stacks{ID}", "stack.delete", drop_stack),
]
