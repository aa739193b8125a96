"""What the server answers to a smart search: what a photo shows is told by its colours, and those of a part are like those of the whole."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from tests.immich.answers import Refusal, World, asset_told, found_by
from tests.immich.state import Asset


def smart_search(world: World, body: dict, query: dict) -> dict:
    """A page of the assets that are most like one, itself among them, as the real one answers."""
    if not world.state.smart:
        raise Refusal(400, "Smart search is not enabled")
    if body["queryAssetId"] in world.state.puzzling:
        raise Refusal(500, "Internal server error")
    mine = _seen(world.asset(body["queryAssetId"]))
    if mine is None:
        raise Refusal(400, f"Asset {body['queryAssetId']} has no embedding")
    near = [(float(mine @ other), one) for one in found_by(world, body) if (other := _seen(one)) is not None]
    ordered = [one for _, one in sorted(near, key=lambda pair: (-pair[0], pair[1].id))]
    size, page = body.get("size", 100), body.get("page", 1)
    part = ordered[(page - 1) * size : page * size]
    assets = {
        "total": len(part), "count": len(part), "items": [asset_told(world, one, listed=True) for one in part], "facets": [],
        "nextPage": str(page + 1) if len(ordered) > page * size else None,
    }  # fmt: skip
    return {"albums": {"total": 0, "count": 0, "items": [], "facets": []}, "assets": assets}


def _seen(one: Asset) -> np.ndarray | None:
    """How often each of 64 colours occurs in its picture, as a row of unit length; None where there is no picture."""
    try:
        with Image.open(io.BytesIO(one.preview)) as picture:
            pixels = np.asarray(picture.convert("RGB").resize((32, 32))) // 64
    except OSError:
        return None
    counts: np.ndarray = np.bincount((pixels @ np.array([16, 4, 1])).ravel(), minlength=64).astype(float)
    counts /= np.linalg.norm(counts)
    return counts


ROUTES: list[tuple[str, str, str | None, Callable]] = [("POST", "/search/smart", "asset.read", smart_search)]
