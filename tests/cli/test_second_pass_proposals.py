"""Pairs that a scene back end or a server proposes: linked where the pictures agree, and only there."""

import pytest
from PIL import Image

from keepers.fingerprint import voting
from tests.cli.world import TAKEN, jpeg, put
from tests.detect import colours
from tests.immich.server import KEY, Fault, running
from tests.immich.uploads import upload_all
from tests.score import drawn_junk

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """Three photos of a camera, a tilted crop of the first, and one of other things in the same colours."""
    photos = [drawn_junk.scene(seed, (720, 480)) for seed in (1, 2, 3)]
    for number, photo in enumerate(photos):
        put(tmp_path / f"in/camera/IMG_{number}.jpg", jpeg(photo, TAKEN.replace(day=number + 1)))
    tilted = photos[0].rotate(9, Image.Resampling.BICUBIC).crop((170, 110, 590, 390))
    put(tmp_path / "in/sent/crop.jpg", jpeg(tilted, quality=75))
    put(tmp_path / "in/sent/turned.jpg", jpeg(shuffled(photos[1]), quality=75))
    return tmp_path / "in"


def shuffled(photo):
    """The same colours in other places: tiles of a photo, each turned, in another order."""
    made = Image.new("RGB", photo.size)
    tiles = [(x, y) for y in range(0, photo.height, 24) for x in range(0, photo.width, 24)]
    for number, (x, y) in enumerate(tiles):
        left, top = tiles[number * 7 % len(tiles)]
        made.paste(photo.crop((left, top, left + 24, top + 24)).transpose(Image.Transpose.ROTATE_90), (x, y))
    return made


@pytest.fixture
def _no_votes(monkeypatch):
    """Points propose nothing, so that what is found was proposed otherwise."""
    monkeypatch.setattr(voting, "candidates", lambda *_: [])


def pictures(keepers, *words):
    told = keepers("group", *words, "--faces", "none", "--kind", "same-picture", "--jobs", "1", "--json")
    assert told.code == 0, told.err
    return [sorted(m["path"].rsplit("/", 1)[1] for m in group["members"]) for group in told.json["groups"]]


@pytest.mark.usefixtures("_no_votes")
def test_scenes_propose_and_the_pictures_decide(keepers, folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(colours.installed(tmp_path / "site")))
    asked = ("--second-pass", "on", "--scene", "colours")
    assert pictures(keepers, folder, "--second-pass", "on", "--scene", "none") == []
    assert pictures(keepers, folder, *asked) == [["IMG_0.jpg", "crop.jpg"]]
    # What was embedded is remembered: the pictures are read no more.
    monkeypatch.setattr("keepers.workflows.closer_scenes.SceneTask", None)
    assert pictures(keepers, folder, *asked) == [["IMG_0.jpg", "crop.jpg"]]


def test_unasked_many_pictures_are_not_embedded(keepers, folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(colours.installed(tmp_path / "site")))
    assert pictures(keepers, folder, "--second-pass", "on", "--scene", "none") == [["IMG_0.jpg", "crop.jpg"]]
    monkeypatch.setattr("keepers.workflows.closer.FEW", 2)
    told = keepers(
        "group", folder, "--second-pass", "auto", "--scene", "colours", "--faces", "none", "--jobs", "1"
    )
    assert "5 photos were not compared by their scenes" in told.err


def test_a_back_end_that_there_is_not_is_refused_with_those_there_are(keepers, folder):
    told = keepers("group", folder, "--second-pass", "on", "--scene", "clairvoyant", "--faces", "none")
    assert told.code == 2
    assert "there is no scene back end called 'clairvoyant'" in told.err


@pytest.fixture(params=[(2, 0, 0), (3, 1, 0)], ids=["2.0", "3.1"])
def server(request, tmp_path, monkeypatch, folder):
    with running(request.param) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
        monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
        monkeypatch.setenv("KEEPERS_IMMICH_URL", made.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        upload_all(made.state, folder)
        made.state.smart = True
        yield made


def on_server(keepers, server, *words):
    """Groups by the names of the files, and what was said."""
    told = keepers(
        "group", "immich:", *words, "--faces", "none", "--kind", "same-picture", "--jobs", "1", "--json"
    )
    assert told.code == 0, told.err
    found = [
        sorted(server.state.assets[m["path"].removeprefix("immich:")].name for m in group["members"])
        for group in told.json["groups"]
    ]
    return found, told.err


@pytest.mark.usefixtures("_no_votes")
def test_a_server_proposes_and_is_asked_once(keepers, server):
    assert on_server(keepers, server, "--second-pass", "off")[0] == []
    server.requests.clear()
    found, _ = on_server(keepers, server, "--second-pass", "on", "--scene", "none")
    assert found == [["IMG_0.jpg", "crop.jpg"]]
    # Two photos ask, each in two visibilities; no faces are asked for, since none are looked at.
    assert len(server.asked("POST /api/search/smart")) == 4
    assert server.asked("GET /api/faces") == []
    server.requests.clear()
    assert on_server(keepers, server, "--second-pass", "on", "--scene", "none")[0] == found
    assert server.asked("POST /api/search/smart") == []


@pytest.mark.parametrize("server", [(3, 1, 0)], indirect=True)
def test_unasked_a_server_is_not_asked(keepers, server):
    on_server(keepers, server, "--second-pass", "auto")
    assert server.asked("POST /api/search/smart") == []


@pytest.mark.parametrize("server", [(3, 1, 0)], indirect=True)
@pytest.mark.parametrize("trouble", ["off", "unseen"])
def test_without_smart_search_points_propose_alone_and_that_is_said_once(keepers, server, trouble):
    server.state.smart = trouble != "off"
    if trouble == "unseen":
        server.faults.append(Fault("status", "POST /api/search/smart", times=10_000, status=400, body=b"{}"))
    found, said = on_server(keepers, server, "--second-pass", "on", "--scene", "none")
    assert found == [["IMG_0.jpg", "crop.jpg"]]
    assert said.count("does not propose all photos for a closer look") == (trouble == "off")
