"""A server of each version with copies on it, and what of it changed: for the tests of dedupe, its pages and its merges."""

import io

import numpy as np
import pytest
from PIL import Image

from keepers.places.immich_api import wire
from tests.immich.server import KEY, running
from tests.immich.state import Face, Stack, Tag
from tests.immich.test_writer import remembered
from tests.immich.uploads import upload

VERSIONS = {"2.0": (2, 0, 0), "2.7": (2, 7, 5), "3.1": (3, 1, 0)}
WRITES = ("POST /api/faces", "POST /api/trash", "POST /api/duplicates", "PUT", "PATCH", "DELETE")


#: The oldest differs from the next in few things; it is asked where it does.
BOTH = ["2.7", "3.1"]


@pytest.fixture(params=BOTH)
def server(request, tmp_path, monkeypatch):
    yield from served(VERSIONS[request.param], tmp_path, monkeypatch)


@pytest.fixture
def newest(tmp_path, monkeypatch):
    yield from served((3, 1, 0), tmp_path, monkeypatch)


def served(version, tmp_path, monkeypatch):
    with running(version) as made:
        for name, value in {
            "KEEPERS_IMMICH_CACHE_DIR": str(tmp_path / "cache"),
            "KEEPERS_CONFIG": str(tmp_path / "keepers.toml"),
            "KEEPERS_FACES": "none",
            "KEEPERS_JOBS": "1",
            "KEEPERS_HOME_ZONE": "UTC",
            "KEEPERS_IMMICH_URL": made.url,
            "KEEPERS_IMMICH_API_KEY": KEY,
        }.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def quick(monkeypatch):
    """No second attempts, so that nobody waits for them."""
    monkeypatch.setattr(wire, "ATTEMPTS", 1)


def drawn(seed):
    """Large shapes and small ones, as photos have them."""
    random = np.random.default_rng(seed)
    layers = [
        Image.fromarray(random.integers(0, 256, (*size, 3), dtype=np.uint8)).resize(
            (840, 600), Image.Resampling.BICUBIC
        )
        for size in ((7, 10), (60, 84))
    ]
    return Image.blend(layers[0], layers[1], 0.3)


def jpeg(picture, *, exif=True, quality=90):
    made = io.BytesIO()
    tags = Image.Exif()
    if exif:
        tags[0x010F], tags[0x0110] = "Canon", "EOS R5"
        tags.get_ifd(0x8769)[0x9003] = "2024:05:01 12:00:00"
    picture.save(made, "JPEG", quality=quality, exif=tags)
    return made.getvalue()


def commented(data, text):
    """The same pixels in other bytes."""
    words = text.encode()
    return data[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + data[2:]


@pytest.fixture
def add(tmp_path):
    def added(server, name, data, **fields):
        file = tmp_path / name
        file.write_bytes(data)
        return upload(server.state, file, **fields)

    return added


def pair(server, add, seed=1, **fields):
    """An original, and a copy of its pixels without its EXIF."""
    picture = drawn(seed)
    best = add(server, f"IMG_{seed}.jpg", jpeg(picture))
    copy = add(server, f"copy_{seed}.jpg", jpeg(picture, exif=False), **fields)
    return best, copy


def whole(server):
    faces = sorted((face.asset, face.person or "", face.box, face.image) for face in server.state.faces)
    return remembered(server), faces


def writes(server):
    return [request for request in server.requests if request.startswith(WRITES)]


def trashed(server):
    return {one.id for one in server.state.assets.values() if one.trashed}


def why(told):
    return {row["path"].removeprefix("immich:"): row["why"] for row in told.json["stays"]}


def person(server, name, *assets, box=(100, 100, 200, 220), image=(840, 600)):
    key = server.state.fresh()
    server.state.people[key] = name
    for asset in assets:
        server.state.faces.append(Face(server.state.fresh(), asset, key, box, image))
    return key


def tag(server, value, *assets):
    key = server.state.fresh()
    server.state.tags[key] = Tag(key, value, None, list(assets))


def stack(server, *assets):
    key = server.state.fresh()
    server.state.stacks[key] = Stack(key, list(assets))
