"""`keepers enhance` where photos lie on a server: originals are loaded for a while, and what is made goes beside its photo."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from keepers.places.immich_api import wire
from keepers.workflows import account
from tests.cli.test_served import cache, set_up  # noqa: F401 (a fixture)
from tests.cli.world import tree
from tests.create.exposing import frame, write
from tests.create.exposing import scene as light
from tests.create.facing import SHAPE, Person, installed, scene, shut
from tests.immich.server import Fault, running
from tests.immich.state import Face, an_id
from tests.immich.uploads import upload

pytestmark = pytest.mark.slow

VERSIONS = {"2.7": (2, 7, 5), "3.1": (3, 1, 0)}
LEFT, RIGHT = Person(150, 170), Person(330, 190, 62)


@pytest.fixture(params=["3.1"])
def server(request, cache, monkeypatch):  # noqa: F811 (the fixture)
    with running(VERSIONS[request.param]) as made:
        set_up(made, monkeypatch)
        yield made


@pytest.fixture
def bracket(server, tmp_path):
    """Three exposures on the server, the middle one in an album; and the same files, which nobody has told Keepers of."""
    folder = tmp_path / "bracket"
    folder.mkdir()
    ids = {}
    for number, ev in enumerate((-4.0, 0.0, 4.0)):
        file = folder / f"DSC_{number}.JPG"
        write(file, frame(light(), ev), ev, second=number)
        ids[file.name] = upload(server.state, file)
        exif = {"exposureTime": str(2.0**ev / 100), "fNumber": 8.0, "iso": 100}
        server.state.assets[ids[file.name]].exif |= exif
    album = server.state.album("Rome", ids["DSC_1.JPG"])
    return SimpleNamespace(folder=folder, ids=ids, album=album)


@pytest.fixture
def burst(server, tmp_path, monkeypatch):
    """Three frames on the server, in each of which somebody blinks, with a face back end that finds drawn faces."""
    monkeypatch.syspath_prepend(str(installed(tmp_path / "site")))
    monkeypatch.setenv("KEEPERS_FACES", "drawn")
    folder = tmp_path / "burst"
    folder.mkdir()
    frames = [scene(LEFT, shut(RIGHT)), scene(shut(LEFT), RIGHT, light=0.97), scene(shut(LEFT), shut(RIGHT))]
    ids = {}
    for number, pixels in enumerate(frames):
        file = folder / f"IMG_{number}.JPG"
        blink(file, pixels, number)
        ids[file.name] = shown(server, file)
    return SimpleNamespace(folder=folder, ids=ids)


def shown(server, file):
    """A small photo on the server, whose preview has all colours of it: the drawn irises are few pixels of blue."""
    key = upload(server.state, file)
    server.state.assets[key].preview = file.read_bytes()
    return key


def blink(file, pixels, second):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D80"
    exif.get_ifd(0x8769)[0x9003] = f"2024:05:01 12:00:{second:02}"
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95, subsampling=0, exif=exif)
    file.write_bytes(out.getvalue())


def group(keepers, kind, *sources):
    (found,) = keepers("group", *sources, "--kind", kind, "--min-size", "2", "--json").json["groups"]
    return found


def state_of(server):
    """What a person sees on the server."""
    return (
        {
            key: (one.name, one.favourite, one.visibility)
            for key, one in server.state.assets.items()
            if not one.trashed
        },
        {key: list(one.assets) for key, one in server.state.albums.items()},
        [sorted(one.assets) for one in server.state.stacks.values()],
    )


def sent(server, name):
    return [one for one in server.state.assets.values() if one.name == name and not one.trashed]


def loaded(server):
    return [one for one in server.requests if one.endswith("/original")]


def left_over(tmp_path):
    return [one for one in (tmp_path / "cache").rglob("*") if "fetched" in one.parts and one.is_file()]


@pytest.mark.parametrize("server", list(VERSIONS), indirect=True)
def test_a_bracket_of_a_server_is_merged_beside_its_photo_once_and_taken_back(
    server, bracket, keepers, tmp_path, monkeypatch
):
    before_group = group(keepers, "bracket", "immich:")
    before = state_of(server)
    dry = keepers("enhance", "hdr", "--dry-run", "--json")
    assert (dry.code, dry.json["actions"]) == (0, [])
    assert dry.json["loads"] == [
        {
            "group": before_group["id"],
            "photos": 3,
            "bytes": sum(one.stat().st_size for one in bracket.folder.iterdir()),
            "to": None,
            "beside": [member["path"] for member in before_group["members"]],
        }
    ]
    assert "would be put beside one of them on immich" in keepers("enhance", "hdr", "--dry-run").out
    assert keepers("enhance", "hdr").code == 2
    assert not loaded(server)
    told = keepers("enhance", "hdr", "--yes", "--stack", "--json")
    assert told.code == 0, told.err
    (made,) = sent(server, "DSC_1_hdr.jpg")
    (picture,) = told.json["pictures"]
    assert picture["path"] == f"immich:{made.id}"
    assert picture["reference"] == f"immich:{bracket.ids['DSC_1.JPG']}"
    assert sorted(picture["used"]) == ["DSC_0.JPG", "DSC_1.JPG", "DSC_2.JPG"]
    assert Image.open(io.BytesIO(made.data)).size[0] > 300
    assert made.taken == server.state.assets[bracket.ids["DSC_1.JPG"]].taken
    assert server.state.albums[bracket.album].assets == [bracket.ids["DSC_1.JPG"], made.id]
    assert server.state.stack_of(made.id).assets == [bracket.ids["DSC_1.JPG"], made.id]
    assert sorted(loaded(server)) == sorted(f"GET /api/assets/{key}/original" for key in bracket.ids.values())
    assert not left_over(tmp_path)
    # The server shows it as a photo now; it is no frame of the bracket.
    made.exif = dict(server.state.assets[bracket.ids["DSC_1.JPG"]].exif)
    assert group(keepers, "bracket", "immich:")["id"] == before_group["id"]
    assert keepers("enhance", "hdr", "--yes", "--stack", "--json").json["runs"] == []
    assert len(sent(server, "DSC_1_hdr.jpg")) == 1
    assert keepers("undo", "--yes").code == 0
    assert state_of(server) == before
    # What we took back is not lost.
    monkeypatch.setattr(account, "SHRINK_FROM", 1)
    assert keepers("scan", "immich:").code == 0


def test_what_lies_in_the_servers_trash_is_not_sent_again(server, bracket, keepers):
    keepers("scan", "immich:")
    assert keepers("enhance", "hdr", "--yes").code == 0
    sent(server, "DSC_1_hdr.jpg")[0].trashed = True
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 3
    assert "could not be put beside its photo" in told.out
    assert "in the server's trash; restore them there" in told.err
    server.state.assets[bracket.ids["DSC_1.JPG"]].trashed = True
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 3
    assert "there is no photo immich:" in told.err


def test_a_catalog_that_knows_nothing_of_it_makes_it_no_second_time(server, bracket, keepers, tmp_path):
    keepers("scan", "immich:")
    assert keepers("enhance", "hdr", "--yes").code == 0
    (made,) = sent(server, "DSC_1_hdr.jpg")
    made.exif = dict(server.state.assets[bracket.ids["DSC_1.JPG"]].exif)
    keepers.catalog = tmp_path / "other" / "catalog.db"
    keepers("scan", "immich:")
    told = keepers("enhance", "hdr", "--yes", "--json")
    assert (told.code, told.json["runs"]) == (0, [])
    assert len(server.state.assets) == 4


def test_a_folder_gets_the_same_picture_as_from_the_same_files_on_disk(server, bracket, keepers, tmp_path):
    keepers("scan", "immich:")
    before = state_of(server)
    assert keepers("enhance", "hdr", "--to", tmp_path / "out").code == 0
    assert state_of(server) == before
    keepers.catalog = tmp_path / "other" / "catalog.db"
    keepers("scan", bracket.folder)
    assert keepers("enhance", "hdr", "--to", tmp_path / "here").code == 0
    data = (tmp_path / "out" / "DSC_1_hdr.jpg").read_bytes()
    assert data == (tmp_path / "here" / "DSC_1_hdr.jpg").read_bytes()


def test_what_lies_on_disk_too_is_read_there_and_the_picture_stays_here(server, bracket, keepers):
    (bracket.folder / "DSC_0.JPG").unlink()
    keepers("scan", bracket.folder, "immich:")
    told = keepers("enhance", "hdr", "--yes", "--json")
    assert told.code == 0, told.err
    assert [one["path"] for one in told.json["pictures"]] == [f"{bracket.folder}/DSC_1_hdr.jpg"]
    assert loaded(server) == [f"GET /api/assets/{bracket.ids['DSC_0.JPG']}/original"]
    assert len(server.state.assets) == 3


def test_what_the_server_keeps_on_a_disk_of_this_machine_is_read_there(server, bracket, keepers, monkeypatch):
    monkeypatch.setenv("KEEPERS_IMMICH_PATHS", f"/photos={bracket.folder}")
    keepers("scan", "immich:")
    before = tree(bracket.folder)
    told = keepers("enhance", "hdr", "--yes", "--json")
    assert told.code == 0, told.err
    (made,) = sent(server, "DSC_1_hdr.jpg")
    assert told.json["pictures"][0]["path"] == f"immich:{made.id}"
    assert not loaded(server)
    assert tree(bracket.folder) == before


def test_a_server_that_goes_away_is_told_and_the_same_command_finishes(
    server, bracket, keepers, monkeypatch, tmp_path
):
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    keepers("scan", "immich:")
    before = state_of(server)
    server.faults.append(Fault("cut", f"GET /api/assets/{bracket.ids['DSC_2.JPG']}/original", times=100))
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 6
    assert "Traceback" not in told.err
    assert "keepers: " in told.err.strip().splitlines()[-1]
    assert state_of(server) == before
    assert not left_over(tmp_path)
    server.faults.clear()
    # It takes the picture, and goes away before that lies in the album.
    server.faults.append(Fault("cut", f"PUT /api/albums/{bracket.album}/assets", times=100))
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 6
    assert "the same command goes on from here" in told.err
    (made,) = sent(server, "DSC_1_hdr.jpg")
    server.faults.clear()
    assert keepers("enhance", "hdr", "--yes").code == 0
    assert server.state.albums[bracket.album].assets == [bracket.ids["DSC_1.JPG"], made.id]
    assert len(sent(server, "DSC_1_hdr.jpg")) == 1
    assert keepers("undo", "--yes").code == 0
    assert state_of(server) == before


def test_what_needs_no_server_is_made_though_it_does_not_answer(
    server, bracket, keepers, monkeypatch, tmp_path
):
    here = tmp_path / "here"
    here.mkdir()
    for number, ev in enumerate((-4.0, 0.0, 4.0)):
        write(here / f"P_{number}.JPG", frame(light(seed=7), ev), ev, second=40 + number)
    keepers("scan", here, "immich:")
    monkeypatch.setattr(wire, "ATTEMPTS", 1)
    monkeypatch.setenv("KEEPERS_IMMICH_URL", "http://127.0.0.1:9")
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 6
    assert "127.0.0.1:9" in told.err
    assert "1 picture of 1 bracket" in told.out
    assert [path.name for path in here.iterdir() if "_hdr" in path.name] == ["P_1_hdr.jpg"]


def test_other_bytes_than_the_checksum_says_are_told_and_nothing_is_made(server, bracket, keepers):
    keepers("scan", "immich:")
    request = f"GET /api/assets/{bracket.ids['DSC_2.JPG']}/original"
    size = len(server.state.assets[bracket.ids["DSC_2.JPG"]].data)
    server.faults.append(Fault("status", request, times=9, status=200, body=b"x" * size))
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 3
    assert "DSC_2.JPG could not be loaded: the server sent other bytes" in told.out
    assert len(server.state.assets) == 3


def test_a_key_that_may_not_send_is_refused_before_anything_is_loaded(server, bracket, keepers):
    keepers("scan", "immich:")
    (key,) = server.keys
    server.keys[key] = {
        "asset.read",
        "asset.view",
        "asset.download",
        "asset.statistics",
        "album.read",
        "user.read",
        "apiKey.read",
    }
    told = keepers("enhance", "hdr", "--yes")
    assert told.code == 5
    assert "asset.upload" in told.err
    assert not loaded(server)


def test_organize_puts_the_picture_into_the_folder_of_its_bracket(server, bracket, keepers, tmp_path):
    command = ("organize", "immich:", "--to", tmp_path / "out", "--enable-hdr")
    dry = keepers(*command, "--dry-run")
    assert (dry.code, loaded(server)) == (0, [])
    assert "which a dry run does not load" in dry.err
    assert keepers(*command).code == 0
    merged = tmp_path / "out" / "group_0001" / "hdr_merged.jpg"
    assert merged.read_bytes()[:2] == b"\xff\xd8"
    once = tree(tmp_path / "out")
    assert "Nothing to do" in keepers(*command).out
    assert tree(tmp_path / "out") == once
    assert keepers("undo", "--yes").code == 0
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("server", list(VERSIONS), indirect=True)
def test_closed_eyes_are_opened_beside_the_photo_once_and_taken_back(server, burst, keepers, tmp_path):
    found = group(keepers, "burst", "immich:")
    (pick,) = (member for member in found["members"] if member["keep"])
    stem = pick["name"].removesuffix(".JPG")
    before = state_of(server)
    dry = keepers("enhance", "faces", "--dry-run", "--json").json
    assert [(one["photos"], one["beside"]) for one in dry["loads"]] == [(3, [pick["path"]])]
    assert not loaded(server)
    page = tmp_path / "look.html"
    told = keepers("enhance", "faces", "--yes", "--report", page, "--json")
    assert told.code == 0, told.err
    (made,) = sent(server, f"{stem}_faces.jpg")
    (picture,) = told.json["pictures"]
    assert picture["path"] == f"immich:{made.id}"
    (face,) = picture["faces"]
    assert face["mended"]
    assert face["from"] in set(burst.ids) - {pick["name"]}
    assert pick["name"] in page.read_text()
    assert not left_over(tmp_path)
    made.exif = dict(server.state.assets[burst.ids[pick["name"]]].exif)
    assert group(keepers, "burst", "immich:")["id"] == found["id"]
    assert keepers("enhance", "faces", "--yes", "--json").json["runs"] == []
    assert keepers("undo", "--yes").code == 0
    assert state_of(server) == before


def test_a_burst_that_lies_here_in_part_gets_each_picture_beside_its_photo(server, burst, keepers, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    (burst.folder / "IMG_0.JPG").rename(here / "IMG_0.JPG")
    server.state.assets.pop(burst.ids["IMG_0.JPG"])
    group(keepers, "burst", here, "immich:")
    before = state_of(server), tree(here)
    told = keepers("enhance", "faces", "--all", "--yes", "--json")
    assert told.code == 0, told.err
    made = {one["reference"]: one["path"] for one in told.json["pictures"]}
    assert made[f"{here}/IMG_0.JPG"] == f"{here}/IMG_0_faces.jpg"
    assert made[f"immich:{burst.ids['IMG_1.JPG']}"] == f"immich:{sent(server, 'IMG_1_faces.jpg')[0].id}"
    faces = {one["reference"]: one["used"] for one in told.json["pictures"]}
    assert faces[f"{here}/IMG_0.JPG"] == ["IMG_1.JPG"]
    assert faces[f"immich:{burst.ids['IMG_1.JPG']}"] == ["IMG_0.JPG"]
    for _ in told.json["runs"]:
        assert keepers("undo", "--yes").code == 0
    assert (state_of(server), tree(here)) == before


def test_organize_opens_eyes_in_the_folder_of_the_burst(server, burst, keepers, tmp_path):
    command = ("organize", "immich:", "--to", tmp_path / "out", "--min-size", "2", "--enable-face-swap")
    assert keepers(*command).code == 0
    assert (tmp_path / "out" / "group_0001" / "face_swapped.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert "Nothing to do" in keepers(*command).out


# ---------------------------------------------------------------- whose face it is


def meet(server, ids, *people):
    """Say whose the faces at these places of a photo are, as the server tells it."""
    height, width = SHAPE
    for asset, person, where in people:
        left, top, wide, high = where.box
        box = (left * width, top * height, (left + wide) * width, (top + high) * height)
        key = an_id(9000 + len(server.state.faces))
        corners = tuple(round(value) for value in box)
        server.state.faces.append(Face(key, ids[asset], person, corners, (width, height)))
        if person is not None:
            server.state.people.setdefault(person, "")


ANNA, BEN = an_id(501), an_id(502)
HERE = Person(200, 170, 40)
#: So far away that by place it is nobody.
AWAY = Person(270, 170, 40)


@pytest.fixture
def two(server, tmp_path, monkeypatch):
    """A photo of somebody blinking, and a frame with her or another at another place, eyes open."""
    monkeypatch.syspath_prepend(str(installed(tmp_path / "site")))
    monkeypatch.setenv("KEEPERS_FACES", "drawn")

    def made(donor):
        ids = {}
        for number, pixels in enumerate((scene(shut(HERE)), scene(donor))):
            file = tmp_path / f"IMG_{number}.JPG"
            blink(file, pixels, number)
            ids[file.name] = shown(server, file)
        return ids

    return made


def mended(keepers):
    keepers("scan", "immich:")
    told = keepers("enhance", "faces", "--all", "--yes", "--json")
    assert told.code == 0, told.err
    (picture,) = told.json["pictures"]
    (face,) = picture["faces"]
    return face["from"], face["why"]


@pytest.mark.parametrize(
    ("people", "donor", "result"),
    [
        ((ANNA, ANNA), AWAY, ("IMG_1.JPG", "")),
        ((None, None), AWAY, (None, "the person cannot be found there for certain")),
        ((ANNA, None), HERE, ("IMG_1.JPG", "")),
    ],
)
def test_the_same_person_by_what_the_server_knows_else_by_place(server, two, keepers, people, donor, result):
    ids = two(donor)
    here, there = people
    meet(server, ids, ("IMG_0.JPG", here, HERE), ("IMG_1.JPG", there, donor))
    wanted, why = result
    found, told = mended(keepers)
    assert found == wanted
    assert why in told


def test_files_of_this_machine_that_the_server_has_too_are_known_there(server, two, keepers, tmp_path):
    ids = two(HERE)
    meet(server, ids, ("IMG_0.JPG", ANNA, HERE), ("IMG_1.JPG", BEN, HERE))
    folder = tmp_path / "here"
    folder.mkdir()
    for name in ids:
        (tmp_path / name).rename(folder / name)
    keepers("scan", folder, "immich:")
    told = keepers("enhance", "faces", "--all", "--json")
    assert "another person is there" in told.json["pictures"][0]["faces"][0]["why"]
    assert not loaded(server)
    # Where the server does not say, place counts; that is told once.
    server.faults.append(Fault("status", "GET /api/faces", times=100, status=403))
    told = keepers("enhance", "faces", "--all", "--json")
    assert told.json["pictures"][0]["faces"][0]["mended"]
    assert told.err.count("people are told apart without immich") == 1
    assert np.asarray(Image.open(folder / "IMG_0_faces.jpg")).shape == (*SHAPE, 3)
