"""Uploads as servers of 2.7 and 3.1 take them, those of 2.0 by their document, and the trash: what was measured is in the
answers' messages.
"""

import base64
import functools
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from email.parser import BytesParser
from typing import Any

from tests.immich.answers import Refusal, World
from tests.immich.state import an_id


def read(kind: str, raw: bytes) -> dict:
    """The body of a question: JSON, or the fields and files of a form, the names of files beside them."""
    if not kind.startswith("multipart/form-data"):
        return json.loads(raw) if raw else {}
    message: Any = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    found: dict[str, object] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        found[name] = data if part.get_filename() else data.decode()
        if name == "metadata":
            found[name] = json.loads(data)
    return found


def check(world: World, body, query):
    return {"results": [_checked(world, one) for one in body["assets"]]}


def _checked(world: World, one: dict) -> dict:
    if not one["checksum"]:
        raise Refusal(400, ["assets.0.checksum should not be empty"])
    known = _of(world, _sha1(one["checksum"]))
    if known is None:
        return {"id": one["id"], "action": "accept"}
    return {
        "id": one["id"], "action": "reject", "reason": "duplicate", "assetId": known.id, "isTrashed": known.trashed,
    }  # fmt: skip


def _sha1(text: str) -> str:
    return text if len(text) == 40 else base64.b64decode(text).hex()


@functools.lru_cache(10_000)
def _digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324 (as the server)


def _of(world: World, sha1: str):
    found = (one for one in world.state.assets.values() if one.owner == an_id(1) and not one.library)
    return next((one for one in found if _digest(one.data) == sha1), None)


def upload(world: World, body, query):
    needed = ["fileCreatedAt", "fileModifiedAt", "assetData"] + (
        [] if world.is_3 else ["deviceAssetId", "deviceId"]
    )
    missing = [f"{name} should not be empty" for name in needed if not body.get(name)]
    if world.version < (2, 7, 0) and not isinstance(body.get("metadata"), list):
        missing.append("metadata must be valid JSON")
    if missing:
        raise Refusal(400, missing)
    data = body["assetData"]
    known = _of(world, _digest(data))
    if known is not None:
        return 200, {"id": known.id, "status": "duplicate"}, {}
    film = body.get("livePhotoVideoId")
    key = world.state.add(
        body["filename"],
        data,
        taken=datetime.fromisoformat(body["fileCreatedAt"]),
        motion=film,
        sidecar=body.get("sidecarData", b""),
    )
    if film:
        world.state.assets[film].visibility = "hidden"
    return 201, {"id": key, "status": "created"}, {}


def trash(world: World, body, query):
    ours = [
        one for one in map(world.state.assets.get, body["ids"]) if one is not None and one.owner == an_id(1)
    ]
    if len(ours) < len(body["ids"]):
        raise Refusal(400, "Not found or no asset.delete access")
    for one in ours:
        if body.get("force"):
            del world.state.assets[one.id]
        else:
            one.trashed = True
            world.state.touch(one.id)
    return 204, None, {}


def restore(world: World, body, query):
    for key in body["ids"]:
        world.state.assets[key].trashed = False
    return {"count": len(body["ids"])}


ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("POST", "/assets/bulk-upload-check", "asset.upload", check),
    ("POST", "/assets", "asset.upload", upload),
    ("DELETE", "/assets", "asset.delete", trash),
    ("POST", "/trash/restore/assets", "asset.delete", restore),
]
