"""What the server answers about people: who is there, in how many photos, which face stands for them."""

import io
from collections.abc import Callable

from PIL import Image, UnidentifiedImageError

from tests.immich.answers import ID, Refusal, World, person
from tests.immich.state import Face

#: A group of faces is somebody from so many on, as long as nobody gave it a name.
FEWEST = 3


def people(world: World, body, query):
    """Those with a face on the timeline, page by page; `total` and `hidden` count all of them."""
    state = world.state
    shown = [
        key
        for key in sorted(state.people)
        if (count := len({face.asset for face in state.faces_of(key)}))
        and (state.people[key] or count >= FEWEST)
    ]
    wanted = [key for key in shown if query.get("withHidden") == "true" or not state.about[key].hidden]
    page, size = int(query.get("page", 1)), int(query.get("size", 500))
    return {
        "total": len(shown),
        "hidden": sum(state.about[key].hidden for key in shown),
        "people": [person(world, key) for key in wanted[(page - 1) * size : page * size]],
        "hasNextPage": len(wanted) > page * size,
    }


def known(world: World, key: str) -> str:
    if key not in world.state.people:
        raise Refusal(400, "Not found or no person.read access")
    return key


def one(world: World, body, query, key):
    return person(world, known(world, key))


def statistics(world: World, body, query, key):
    return {"assets": len({face.asset for face in world.state.faces_of(known(world, key))})}


def update(world: World, body, query, key):
    """Change what is said of somebody; a photo that shows them chooses the face that stands for them."""
    state = world.state
    about = state.about[known(world, key)]
    if "featureFaceAssetId" in body:
        found = [face for face in state.faces if face.asset == body["featureFaceAssetId"] and face.is_live]
        mine = [face.id for face in found if face.person == key]
        if not mine:
            raise Refusal(400, "Invalid assetId for feature face or asset is offline")
        about.featured = mine[0]
    if "name" in body:
        state.people[key] = body["name"]
    about.updated = state.tick()
    about.birth_date = body.get("birthDate", about.birth_date)
    about.hidden = body.get("isHidden", about.hidden)
    about.favorite = body.get("isFavorite", about.favorite)
    return person(world, key)


def thumbnail(world: World, body, query, key):
    """The face that stands for somebody, cut out; 2.x makes none where machine learning is off."""
    featured = world.state.about[known(world, key)].featured
    face = next((face for face in world.state.faces if face.id == featured), None)
    if face is None or not world.is_3:
        raise Refusal(404, "Person media not found")
    return 200, cut_out(world.state.assets[face.asset].preview, face), {"Content-Type": "image/jpeg"}


def cut_out(preview: bytes, face: Face) -> bytes:
    """A square of 250 pixels with a tenth more than the box around it, as `getCrop` of the server takes it."""
    try:
        picture = Image.open(io.BytesIO(preview)).convert("RGB")
    except UnidentifiedImageError:
        return preview
    across, down = picture.width / face.image[0], picture.height / face.image[1]
    left, top, right, bottom = face.box
    half_wide, half_high = (right - left) * across / 2, (bottom - top) * down / 2
    x, y = round(left * across + half_wide), round(top * down + half_high)
    wanted = int(max(half_wide, half_high) * 1.1)
    half = min(x - max(0, x - wanted), y - max(0, y - wanted),
               min(picture.width - 1, x + wanted) - x, min(picture.height - 1, y + wanted) - y)  # fmt: skip
    made = io.BytesIO()
    picture.crop((x - half, y - half, x + half, y + half)).resize((250, 250)).save(made, "JPEG", quality=80)
    return made.getvalue()


ROUTES: list[tuple[str, str, str | None, Callable]] = [
    ("GET", "/people", "person.read", people),
    ("GET", f"/people{ID}", "person.read", one),
    ("PUT", f"/people{ID}", "person.update", update),
    ("GET", f"/people{ID}/statistics", "person.statistics", statistics),
    ("GET", f"/people{ID}/thumbnail", "person.read", thumbnail),
]
