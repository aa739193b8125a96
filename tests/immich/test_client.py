"""What the client understands of servers, well-behaved and hostile."""

import hashlib
import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.errors import SettingsError
from keepers.places import immich_api
from keepers.places.immich_api import Profile, records
from keepers.places.immich_api import client as client_module
from keepers.places.immich_api.client import Search
from keepers.places.immich_api.records import Given, Known
from keepers.places.immich_api.wire import AnswerError
from keepers.read.told_names import file_name
from tests.immich.server import KEY, Fault, running
from tests.immich.state import Face, an_id


def until(true, seconds=10.0):
    """Wait for what another thread is about to do."""
    last = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last
        time.sleep(0.005)


def test_abilities_are_told(server, client):
    server.keys[KEY] = {"asset.read", "asset.view"}
    found = client.abilities()
    assert found.version == server.version
    assert "trash" in found.features
    assert "smartSearch" not in found.features
    assert found.may("asset.view")
    assert not found.may("asset.update")


def test_a_key_for_all_may_all(server, client):
    assert not client.abilities().missing(immich_api.READING)


def test_a_server_that_is_too_old_is_told_so():
    with (
        running((1, 144, 1)) as server,
        immich_api.opened(Profile("default", server.url, KEY)) as client,
        pytest.raises(SettingsError, match=r"runs Immich 1\.144\.1; Keepers works with 2\.0\.0 and newer"),
    ):
        client.abilities()


def test_assets_come_page_by_page_each_once(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "PAGE", 3)
    keys = [server.state.add(f"{number}.jpg") for number in range(10)]
    assert [one.id for one in client.assets(Search())] == keys
    assert len(server.asked("POST /api/search/metadata")) == 4
    assert client.count(Search()) == 10


def test_the_server_looks_for_what_comes_next_while_a_page_is_read(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "PAGE", 3)
    keys = [server.state.add(f"{number}.jpg") for number in range(7)]
    archived = server.state.add("archived.jpg", visibility="archive")
    listed = client.assets(Search(), Search(visibility="archive"))
    assert next(listed).id == keys[0]
    until(lambda: len(server.asked("POST /api/search/metadata")) == 3)
    assert [one.id for one in listed] == [*keys[1:], archived]
    assert len(server.asked("POST /api/search/metadata")) == 4


def test_who_stops_listing_asks_no_further(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "PAGE", 1)
    keys = [server.state.add(f"{number}.jpg") for number in range(9)]
    listed = client.assets(Search())
    assert next(listed).id == keys[0]
    listed.close()
    assert client.count(Search()) == 9
    assert len(server.asked("POST /api/search/metadata")) <= 2


def test_what_is_trashed_hidden_or_foreign_is_not_listed(server, client):
    here = server.state.add("here.jpg")
    server.state.add("trashed.jpg", trashed=True)
    server.state.add("part.mov", visibility="hidden")
    server.state.add("foreign.jpg", owner=an_id(2))
    archived = server.state.add("archived.jpg", visibility="archive")
    assert [one.id for one in client.assets(Search())] == [here]
    assert [one.id for one in client.assets(Search("archive"))] == [archived]


def test_assets_can_be_chosen(server, client):
    state = server.state
    day = datetime(2020, 1, 1, 10, tzinfo=UTC)
    one, film = state.add("one.jpg", taken=day), state.add("film.mp4", type="VIDEO")
    album, person = state.album("Trip", one), state.fresh()
    state.faces.append(Face(state.fresh(), one, person, (0, 0, 10, 10), (100, 100)))
    searches = [
        Search(album=album), Search(people=(person,)), Search(type="IMAGE"), Search(taken_before="2020-01-02T00:00:00Z"),
    ]  # fmt: skip
    for search in searches:
        assert [found.id for found in client.assets(search)] == [one]
    assert [found.id for found in client.assets(Search(updated_after=state.now.isoformat()))] == [film]


def test_an_asset_is_understood(server, client):
    state = server.state
    key = state.add("IMG_1.jpg", b"bytes", rating=4, description="a day", favourite=True)
    other = state.add("IMG_2.jpg")
    person = state.fresh()
    state.people[person] = "Ada"
    state.faces.append(Face(state.fresh(), key, person, (144, 108, 288, 324), (1440, 1080)))
    client.put_tag(client.make_tags(["a/b"])[0].id, [key])
    stack = client.make_stack([key, other])
    found = client.asset(key)
    assert (found.name, found.size, found.rating, found.description) == ("IMG_1.jpg", 5, 4, "a day")
    assert found.sha1 == hashlib.sha1(b"bytes", usedforsecurity=False).hexdigest()
    assert (found.width, found.height) == (4000, 3000)
    assert found.favourite
    assert found.tags == ("a/b",)
    assert found.people == (Known(person, "Ada"),)
    assert found.stack == stack.id
    (face,) = client.faces(key)
    assert face.box == pytest.approx((0.1, 0.1, 0.1, 0.2))
    assert face.person == Known(person, "Ada")


def test_an_asset_that_is_gone_is_none(server, client):
    assert client.asset(an_id(77)) is None
    assert client.stack(an_id(77)) is None


def test_the_checksum_of_an_external_library_is_none_of_the_bytes(server, client):
    key = server.state.add("a.jpg", library=server.state.fresh())
    assert client.asset(key).sha1 == ""


def test_an_id_that_is_refused_loses_no_other(server, client):
    state = server.state
    one, two, foreign = state.add("1.jpg"), state.add("2.jpg"), state.add("3.jpg", owner=an_id(2))
    album = client.make_album("Trip")
    assert client.put_into_album(album.id, [one, foreign, two]) == (
        Given(one, ""), Given(foreign, "no_permission"), Given(two, ""),
    )  # fmt: skip
    assert client.put_into_album(album.id, [one])[0].error == "duplicate"
    assert [one.id for one in client.albums_of(one)] == [album.id]
    assert client.take_out_of_album(album.id, [one, foreign])[1].error == "not_found"
    assert state.albums[album.id].assets == [two]


def test_albums_of_others_are_listed_but_not_ours(server, client):
    state = server.state
    mine, theirs = state.album("Mine"), state.album("Theirs", owner=an_id(2))
    assert [album.id for album in client.albums()] == [mine, theirs]
    assert [album.id for album in client.own_albums()] == [mine]


def test_many_ids_go_in_batches(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "BATCH", 4)
    keys = [server.state.add(f"{number}.jpg") for number in range(10)]
    tag = client.make_tags(["photo-organizer/best"])[0]
    assert len(client.put_tag(tag.id, keys)) == 10
    assert len(server.asked("PUT /api/tags/")) == 3
    assert sorted(server.state.tagged("photo-organizer/best")) == sorted(keys)


def test_making_a_tag_twice_makes_one(server, client):
    assert client.make_tags(["a/b"])[0] == client.make_tags(["a/b"])[0]
    assert sorted(tag.value for tag in client.tags()) == ["a", "a/b"]


def test_what_is_gone_already_can_be_dropped(server, client):
    for drop in (client.drop_tag, client.drop_album, client.drop_stack):
        drop(an_id(99))


# Hostile servers


def page(items, following=None):
    return json.dumps({"assets": {"items": items, "nextPage": following}}).encode()


def told(server, client, *pages):
    for body in pages:
        server.faults.append(Fault("status", "POST /api/search/metadata", status=200, body=body))
    return list(client.assets(Search()))


def test_rows_that_make_no_sense_are_left_out(newest, lately):
    odd = [None, 3, {}, {"id": 5}, {"id": "../../etc"}, {"id": "a/b"}, {"id": ""}, {"id": "x" * 99}]
    assert [one.id for one in told(newest, lately, page([*odd, {"id": an_id(5)}]))] == [an_id(5)]


@pytest.mark.parametrize("following", ["1", "0001"])
def test_pages_that_go_round_end(newest, lately, following):
    with pytest.raises(AnswerError, match="does not end"):
        told(newest, lately, page([{"id": an_id(5)}], following))


def test_pages_that_say_nothing_new_end(newest, lately):
    same = page([{"id": an_id(5)}], "2"), page([{"id": an_id(5)}], "3")
    with pytest.raises(AnswerError, match="does not end"):
        told(newest, lately, *same)


@pytest.mark.parametrize("following", [None, "", "x", -1, 2.5, True, "99999999999999999999", {}])
def test_a_next_page_that_is_no_number_is_none(newest, lately, following):
    assert len(told(newest, lately, page([{"id": an_id(5)}], following))) == 1


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"assets": 5}', b'{"assets": {"items": "x"}}', b"null"])
def test_a_list_that_is_none_is_told(newest, lately, body):
    with pytest.raises(AnswerError, match="the server told no"):
        told(newest, lately, body)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x1b[31m\u202egpj.exe\x00", "a[31mgpj.exe"),
        ("", "the-id"),
        ("..", "the-id"),
        ("/", "the-id"),
        ("Cafe\u0301.jpg", "Caf\u00e9.jpg"),
        ("x" * 10_000_000 + ".jpg", "x" * 255),
        ("\u00e9" * 300 + ".jpg", "\u00e9" * 125 + ".jpg"),
    ],
)
def test_names_are_made_harmless(raw, name):
    assert file_name(raw, "the-id") == name


@given(st.text())
def test_a_name_is_always_one_part_of_a_path(raw):
    name = file_name(raw, "the-id")
    assert name
    assert name not in {".", ".."}
    assert not {"/", "\\", "\x00", "\n"} & set(name)
    assert len(name.encode()) <= 255


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = (
    "originalFileName", "checksum", "libraryId", "exifInfo", "stack", "localDateTime", "updatedAt", "type", "visibility",
    "tags", "people", "width", "livePhotoVideoId", "duplicateId", "isFavorite", "imageWidth", "boundingBoxX1",
    "boundingBoxX2", "person", "assets", "primaryAssetId",
)  # fmt: skip


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING, max_size=5))
def test_whatever_a_server_tells_of_an_asset_it_is_a_value(row):
    found = records.remote(row | {"id": "an-id"})
    assert found.name
    assert found.updated.tzinfo
    assert len(found.sha1) in {0, 40}


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING, max_size=5))
def test_whatever_a_server_tells_of_a_face_it_lies_in_the_picture(row):
    box = {"id": "f", "imageWidth": 100, "imageHeight": 80, "boundingBoxX2": 200, "boundingBoxY2": 60}
    found = records.face(box | row)
    if found is not None:
        x, y, w, h = found.box
        assert 0 <= x < x + w <= 1.000001
        assert 0 <= y < y + h <= 1.000001
