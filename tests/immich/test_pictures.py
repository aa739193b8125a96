"""Pictures of a server: loaded once, asked about when the asset changed, bounded in number."""

from pathlib import Path

import pytest

from keepers.places.immich_api.client import Search
from keepers.places.immich_api.loading import Loading
from keepers.places.immich_api.pictures import INDEX, Pictures
from keepers.ports import Failure
from tests.immich.server import Fault

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "cache")


def loaded(client, folder, *, most=1 << 20, kind="thumbnail", owner="me"):
    with Pictures(folder, most) as pictures:
        found = list(Loading(client, owner, pictures, kind).each(client.assets(Search())))
        return {
            one.name: picture if isinstance(picture, Failure) else read(picture.path)
            for one, picture in found
        }


def read(path):
    return Path(path).read_bytes() if Path(path).exists() else b""


def asked(server):
    return len([request for request in server.requests if request.endswith("/thumbnail")])


def test_a_picture_is_loaded_once(server, client, folder):
    for number in range(20):
        server.state.add(f"{number}.jpg")
    first = loaded(client, folder)
    assert first == {f"{number}.jpg": f"{number}.jpg".encode() for number in range(20)}
    assert asked(server) == 20
    assert loaded(client, folder) == first
    assert asked(server) == 20


def test_an_asset_that_changed_is_asked_about_but_its_picture_not_sent_again(server, client, folder):
    key = server.state.add("a.jpg")
    loaded(client, folder)
    server.state.touch(key)
    assert loaded(client, folder) == {"a.jpg": b"a.jpg"}
    assert asked(server) == 2
    assert server.headers[-1]["if-none-match"] == server.state.assets[key].etag
    loaded(client, folder)
    assert asked(server) == 2


def test_an_edited_photo_has_a_new_picture(server, client, folder):
    key = server.state.add("a.jpg")
    loaded(client, folder)
    server.state.assets[key].preview = b"edited"
    server.state.assets[key].edits = 1
    server.state.touch(key)
    assert loaded(client, folder) == {"a.jpg": b"edited"}


def test_kinds_and_people_are_told_apart(newest, lately, folder):
    newest.state.add("a.jpg")
    for kind, owner in (("thumbnail", "me"), ("preview", "me"), ("thumbnail", "you")):
        loaded(lately, folder, kind=kind, owner=owner)
    assert asked(newest) == 3


def test_what_the_server_has_no_picture_of_is_told(newest, lately, folder):
    newest.state.add("a.jpg")
    newest.state.add("raw.jxl", preview=b"")
    newest.state.assets[list(newest.state.assets)[-1]].preview = b""
    found = loaded(lately, folder)
    assert found["a.jpg"] == b"a.jpg"
    assert found["raw.jxl"] == Failure("the server made no picture of it")


def test_one_picture_that_fails_loses_no_other(newest, lately, folder):
    keys = [newest.state.add(f"{number}.jpg") for number in range(5)]
    newest.faults.append(Fault("status", f"GET /api/assets/{keys[2]}", status=500, times=4))
    found = loaded(lately, folder)
    failed = found.pop("2.jpg")
    assert isinstance(failed, Failure)
    assert not failed.lasting
    assert len([data for data in found.values() if data]) == 4
    assert loaded(lately, folder)["2.jpg"] == b"2.jpg"


def test_the_folder_has_a_size_and_the_longest_unused_go_first(newest, lately, folder):
    one, two, three = (newest.state.add(f"{n}.jpg", preview=bytes([n]) * 400) for n in range(3))
    with Pictures(folder, 1000) as pictures:
        for key in (one, two):
            pictures.keep("me", key, "thumbnail", b"x" * 400, etag="", stamp="")
        assert pictures.find("me", one, "thumbnail")
        pictures.keep("me", three, "thumbnail", b"x" * 400, etag="", stamp="")
        assert pictures.size == 800
        assert pictures.find("me", two, "thumbnail") is None
        assert pictures.find("me", one, "thumbnail")
        assert pictures.find("me", three, "thumbnail")


def test_one_picture_that_is_larger_than_all_is_still_kept(folder):
    with Pictures(folder, 10) as pictures:
        assert read(pictures.keep("me", "a", "preview", b"x" * 99, etag="", stamp="").path) == b"x" * 99
        pictures.keep("me", "b", "preview", b"y" * 99, etag="", stamp="")
        assert pictures.size == 99


@pytest.mark.parametrize("damage", ["cut", "gone", "no row"])
def test_what_a_crash_or_a_person_spoilt_is_loaded_again(newest, lately, folder, tmp_path, damage):
    newest.state.add("a.jpg")
    loaded(lately, folder)
    (kept,) = [path for path in (tmp_path / "cache").glob("??/*") if path.name != INDEX]
    if damage == "cut":
        kept.write_bytes(b"a")
    elif damage == "gone":
        kept.unlink()
    else:
        (tmp_path / "cache" / INDEX).unlink()
    assert loaded(lately, folder) == {"a.jpg": b"a.jpg"}
    assert asked(newest) == 2
