"""`keepers immich dedupe`: the best copy stays and takes over what the others had; undo gives all of it back."""

import io

import numpy as np
import pytest
from PIL import Image

from keepers.places.immich_api import wire
from tests.immich.server import KEY, Fault, running
from tests.immich.state import Face, Stack, Tag, an_id
from tests.immich.test_writer import remembered
from tests.immich.uploads import upload

pytestmark = pytest.mark.slow

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


# What goes, and what the kept one gets


@pytest.mark.parametrize("server", list(VERSIONS), indirect=True)
def test_a_copy_goes_and_what_it_had_is_handed_on_and_undo_gives_it_back(server, keepers, add):
    best, copy = pair(server, add, description="the lake")
    lone = add(server, "other.jpg", jpeg(drawn(9)))
    tag(server, "family", copy)
    tag(server, "lakes", copy, best)
    anna = person(server, "Anna", copy)
    earlier = whole(server)
    server.requests.clear()
    dry = keepers("immich", "dedupe", "immich:", "--dry-run", "--json")
    assert dry.code == 0, dry.err
    assert writes(server) == []
    assert {(row["field"], row["from"]) for row in dry.json["actions"]} == {
        ("description", f"immich:{best}"),
        ("tag:family", f"immich:{best}"),
        (f"person:{anna}", f"immich:{best}"),
        ("trashed", f"immich:{copy}"),
    }
    assert keepers("immich", "dedupe").code == 2
    assert whole(server) == earlier
    done = keepers("immich", "dedupe", "--yes", "--json")
    assert (done.code, done.json["done"], done.json["groups"], done.json["problems"]) == (0, 4, 1, [])
    assert trashed(server) == {copy}
    assert server.state.assets[best].description == "the lake"
    assert best in server.state.tagged("family")
    assert [face.box for face in server.state.faces if face.asset == best] == [(100, 100, 200, 220)]
    assert not server.state.assets[lone].trashed
    server.requests.clear()
    again = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert (again.code, again.json["done"], writes(server)) == (0, 0, [])
    back = keepers("undo", "--yes", "--json")
    assert (back.code, back.json["problems"]) == (0, [])
    assert whole(server) == earlier


def test_only_the_files_of_what_looks_identical_are_read(newest, keepers, add):
    keys = {*pair(newest, add)}
    others = [add(newest, f"{seed}.jpg", jpeg(drawn(seed))) for seed in range(20, 25)]
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    read = {request.split("/")[3] for request in newest.asked("GET") if request.endswith("/original")}
    assert read == keys
    assert not read & set(others)


def test_a_picture_saved_anew_goes_only_when_it_is_asked_for(newest, keepers, add):
    picture = drawn(3)
    best = add(newest, "IMG_3.jpg", jpeg(picture, quality=95))
    small = add(newest, "small.jpg", jpeg(picture.resize((420, 300)), exif=False))
    assert keepers("immich", "dedupe", "immich:", "--yes", "--json").json["done"] == 0
    told = keepers("immich", "dedupe", "--kind", "same-picture")
    assert told.code == 2
    assert "Some of these only look alike" in told.err
    assert keepers("immich", "dedupe", "--kind", "same-picture", "--yes").code == 0
    assert trashed(newest) == {small}
    assert not newest.state.assets[best].trashed


def test_faces_are_not_handed_on_to_a_picture_of_another_shape(newest, keepers, add):
    picture = drawn(3)
    add(newest, "IMG_3.jpg", jpeg(picture, quality=95))
    cut = add(newest, "cut.jpg", jpeg(picture.crop((0, 40, 840, 600)).resize((420, 280)), exif=False))
    person(newest, "Anna", cut)
    told = keepers("immich", "dedupe", "immich:", "--kind", "same-picture", "--yes", "--json")
    assert trashed(newest) == set()
    assert set(why(told).values()) <= {"the kept one lacks a person of it"}


# What never loses


LIKED = [({"favourite": True}, "it is a favourite"), ({"rating": 2}, "it was rated")]


@pytest.mark.parametrize(("liked", "word"), LIKED)
def test_what_somebody_liked_is_kept(newest, keepers, add, liked, word):
    picture = drawn(1)
    mine = add(newest, "IMG_1.jpg", jpeg(picture), **liked)
    copy = add(newest, "copy.jpg", jpeg(picture, exif=False), **liked)
    other = add(newest, "other.jpg", commented(jpeg(picture, exif=False), "hello"))
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert (told.code, why(told)) == (0, {copy: word})
    assert trashed(newest) == {other}
    assert not newest.state.assets[mine].trashed


def test_what_was_edited_on_the_server_never_goes(newest, keepers, add):
    _, copy = pair(newest, add, edits=1)
    earlier = whole(newest)
    told = keepers("immich", "dedupe", "immich:", "--merge", "--yes", "--json")
    assert (told.code, why(told)) == (0, {copy: "it was edited on the server"})
    assert whole(newest) == earlier


def test_what_lies_in_an_album_stays_unless_albums_are_merged(server, keepers, add):
    best, copy = pair(server, add)
    server.state.assets[best].rating = 2
    album = server.state.album("Lake", copy)
    earlier = whole(server)
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert (told.json["done"], why(told)) == (0, {copy: "it lies in an album"})
    server.state.assets[copy].favourite = server.state.assets[best].favourite = True
    server.state.assets[copy].rating = 1
    liked = whole(server)
    assert liked != earlier
    done = keepers("immich", "dedupe", "immich:", "--merge", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert trashed(server) == {copy}
    assert server.state.albums[album].assets == [copy, best]
    assert (server.state.assets[best].favourite, server.state.assets[best].rating) == (True, 2)
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == liked


def test_favourite_and_rating_are_handed_on(newest, keepers, add):
    picture = drawn(3)
    best = add(newest, "IMG_3.jpg", jpeg(picture, quality=95))
    small = add(newest, "small.jpg", jpeg(picture.resize((420, 300)), exif=False))
    assert keepers("scan", "immich:").code == 0
    newest.state.assets[small].favourite = True
    newest.state.assets[small].rating = 4
    liked = whole(newest)
    done = keepers("immich", "dedupe", "--kind", "same-picture", "--merge", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert trashed(newest) == {small}
    assert (newest.state.assets[best].favourite, newest.state.assets[best].rating) == (True, 4)
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == liked


def test_an_album_of_somebody_else_protects_even_then(newest, keepers, add):
    _, copy = pair(newest, add)
    newest.state.album("Theirs", copy, owner=an_id(2))
    told = keepers("immich", "dedupe", "immich:", "--merge", "--yes", "--json")
    assert why(told) == {copy: "it lies in an album of somebody else"}
    assert trashed(newest) == set()


def test_a_place_that_the_kept_one_does_not_know_keeps_a_copy(newest, keepers, add):
    _, copy = pair(newest, add)
    newest.state.assets[copy].exif |= {"latitude": 47.5, "longitude": 9.5}
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert "it knows where it was taken" in why(told)[copy]
    assert trashed(newest) == set()


def test_a_copy_on_the_timeline_does_not_go_for_one_in_the_archive(newest, keepers, add):
    best, copy = pair(newest, add)
    newest.state.assets[best].visibility = "archive"
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert why(told) == {copy: "the kept one is not on the timeline"}


def test_a_film_that_only_a_copy_has_keeps_it(newest, keepers, add):
    film = newest.state.add("IMG_1.mov", type="VIDEO", visibility="hidden")
    _, copy = pair(newest, add, motion=film)
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert why(told) == {copy: "the kept one has no film"}


def test_files_of_external_libraries_stay_and_uploads_of_the_same_bytes_go(newest, keepers, add):
    data = jpeg(drawn(4))
    ours, theirs = add(newest, "a.jpg", data), add(newest, "b.jpg", data, library=an_id(50))
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert told.code == 0, told.err
    assert trashed(newest) == {ours}
    assert not newest.state.assets[theirs].trashed


def test_of_many_copies_one_stays_and_each_goes_once(newest, keepers, add):
    picture = jpeg(drawn(5))
    best = add(newest, "IMG_5.jpg", picture)
    rest = [
        add(newest, f"c{n}.jpg", commented(picture, f"copy {n}"), description=f"no. {n}") for n in range(3)
    ]
    earlier = whole(newest)
    done = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert (done.code, done.json["problems"], done.json["groups"]) == (0, [], 1)
    (kept,) = {best, *rest} - trashed(newest)
    lines = set(newest.state.assets[kept].description.split("\n"))
    assert lines == {"no. 0", "no. 1", "no. 2"}
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


# Stacks


@pytest.mark.parametrize("server", ["2.7"], indirect=True)
def test_a_stack_gets_another_cover_before_its_own_goes(server, keepers, add):
    best, copy = pair(server, add)
    other = add(server, "other.jpg", jpeg(drawn(9)))
    stack(server, copy, best, other)
    earlier = whole(server)
    done = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert trashed(server) == {copy}
    (left,) = server.state.stacks.values()
    assert left.assets[0] == best
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == earlier


def test_what_covers_a_stack_of_others_stays(newest, keepers, add):
    _, copy = pair(newest, add)
    stack(newest, copy, add(newest, "other.jpg", jpeg(drawn(9))))
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert why(told) == {copy: "it lies in a stack of which others stay"}
    assert trashed(newest) == set()


# What Keepers itself made


def test_tags_of_ours_are_taken_back_and_not_handed_on(newest, keepers, add):
    best, copy = pair(newest, add)
    assert keepers("immich", "tag", "immich:", "--kind", "same-picture", "--yes").code == 0
    if not newest.state.tagged("photo-organizer/non-best"):
        assert keepers("immich", "tag", "immich:", "--yes", "--use-full-resolution").code == 0
    tagged = whole(newest)
    assert newest.state.tagged("photo-organizer/non-best") == [copy]
    assert keepers("immich", "dedupe", "--yes").code == 0
    assert newest.state.tagged("photo-organizer/non-best") == []
    assert newest.state.tagged("photo-organizer/best") == [best]
    assert trashed(newest) == {copy}
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == tagged


# What goes wrong


def test_a_copy_that_gains_something_on_the_way_does_not_go(newest, keepers, add):
    _, copy = pair(newest, add)
    tag(newest, "family", copy)
    album = newest.state.album("Lake")

    def gain(request):
        if request.startswith("PUT /api/tags/"):
            newest.state.albums[album].assets = [copy]

    newest.after = gain
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert told.code == 3
    assert [row["why"] for row in told.json["problems"]] == ["the kept one lies in fewer albums"]
    assert trashed(newest) == set()


def test_a_copy_whose_tag_could_not_be_handed_on_does_not_go(newest, keepers, add, quick):
    best, copy = pair(newest, add)
    tag(newest, "family", copy)
    newest.faults.append(Fault("status", "PUT /api/tags/", status=400, times=9))
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert told.code == 1
    assert "the kept one lacks a tag of it" in [row["why"] for row in told.json["problems"]]
    assert trashed(newest) == set()
    newest.faults.clear()
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    assert trashed(newest) == {copy}
    assert best in newest.state.tagged("family")


@pytest.mark.parametrize(
    ("permission", "when"),
    [("asset.delete", "first"), ("face.create", "planned")],
)
def test_the_permission_that_is_missing_is_named_before_anything_is_set(
    newest, keepers, add, permission, when
):
    _, copy = pair(newest, add)
    tag(newest, "family", copy)
    person(newest, "Anna", copy)
    names = """asset.read asset.view asset.download asset.update asset.delete asset.statistics album.read tag.read tag.asset
        stack.read stack.update person.read face.read face.create face.delete user.read"""
    newest.keys[KEY] = set(names.split()) - {permission}
    earlier = whole(newest)
    told = keepers("immich", "dedupe", "immich:", "--yes")
    assert told.code == 5, when
    assert f"it lacks {permission}" in told.err
    assert whole(newest) == earlier
    newest.keys[KEY] = set(names.split())
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


def test_nothing_goes_where_the_trash_is_off(newest, keepers, add, monkeypatch):
    pair(newest, add)
    monkeypatch.setattr("tests.immich.answers.ON", {"search"})
    told = keepers("immich", "dedupe", "immich:", "--yes")
    assert told.code == 5
    assert "the trash of immich is off" in told.err
    assert trashed(newest) == set()


def test_a_server_that_dies_on_the_way_is_finished_by_the_same_command(newest, keepers, add, quick):
    best, copy = pair(newest, add, description="the lake")
    tag(newest, "family", copy)
    person(newest, "Anna", copy)
    earlier = whole(newest)
    for at in (1, 3, 4):
        seen: list[str] = []

        def die(request, at=at, seen=seen):
            if request.startswith(WRITES):
                seen.append(request)
            if len(seen) == at:
                newest.faults.append(Fault("cut", "", times=1000))

        assert keepers("scan", "immich:").code == 0
        newest.after = die
        broken = keepers("immich", "dedupe", "--yes", "--json")
        assert broken.code == 6, at
        newest.after = lambda request: None
        newest.faults.clear()
        done = keepers("immich", "dedupe", "--yes", "--json")
        assert (done.code, done.json["problems"]) == (0, []), at
        assert done.json["run"] == broken.json["run"]
        assert trashed(newest) == {copy}
        assert len([face for face in newest.state.faces if face.asset == best]) == 1
        assert keepers("undo", "--yes").code == 0
        assert whole(newest) == earlier


def test_clean_takes_it_back_too(newest, keepers, add):
    pair(newest, add, description="the lake")
    earlier = whole(newest)
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    assert whole(newest) != earlier
    assert keepers("immich", "clean", "--only", "dedupe", "--yes").code == 0
    assert whole(newest) == earlier


def test_what_a_person_changed_since_stays_and_the_copy_comes_back(newest, keepers, add):
    best, copy = pair(newest, add, description="the lake")
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    newest.state.assets[best].description = "our lake, in May"
    back = keepers("undo", "--yes", "--json")
    assert back.code == 3
    assert trashed(newest) == set()
    assert newest.state.assets[best].description == "our lake, in May"
    assert not newest.state.assets[copy].trashed


def test_what_is_gone_for_good_lives_on_in_the_kept_one(newest, keepers, add):
    best, copy = pair(newest, add, description="the lake")
    other, gone = pair(newest, add, 2, description="the sea")
    tag(newest, "family", gone)
    person(newest, "Anna", gone)
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    # The trash was emptied.
    del newest.state.assets[gone]
    for one in newest.state.tags.values():
        one.assets = [key for key in one.assets if key != gone]
    newest.state.faces = [face for face in newest.state.faces if face.asset != gone]
    back = keepers("undo", "--yes", "--json")
    assert back.code == 3
    assert newest.state.assets[other].description == "the sea"
    assert newest.state.tagged("family") == [other]
    assert [face.asset for face in newest.state.faces] == [other]
    assert not newest.state.assets[copy].trashed
    assert newest.state.assets[best].description == ""


def test_a_file_that_nobody_can_decode_is_still_known_by_its_picture(newest, keepers, add):
    _, copy = pair(newest, add)
    newest.state.assets[copy].data = b"a format of tomorrow"
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    assert trashed(newest) == set()
    (group,) = keepers("group", "immich:", "--json").json["groups"]
    assert group["kind"] == "same-picture"


def test_what_went_by_our_own_hand_is_not_lost_to_the_next_command(newest, keepers, add):
    for seed in range(11):
        pair(newest, add, seed)
    assert keepers("immich", "dedupe", "immich:", "--yes").code == 0
    assert len(trashed(newest)) == 11
    assert keepers("scan", "immich:").code == 0
    assert keepers("undo", "--yes").code == 0
    assert trashed(newest) == set()
    assert keepers("scan", "immich:").code == 0
    # What somebody else takes away is lost all the same.
    for one in list(newest.state.assets.values())[:8]:
        one.trashed = True
    told = keepers("scan", "immich:")
    assert told.code == 1
    assert "has lost 8 of its 22 known photos" in told.err
