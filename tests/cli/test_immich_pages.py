"""`keepers immich duplicates` and `scores`: our groups on Immich's own page, our scores as data on its photos."""

import json

import pytest

from keepers.plan.immich_pages import group_uuid
from tests.cli.served_copies import add, drawn, jpeg, newest, pair, person, quick, server, whole, why, writes
from tests.immich import resolving
from tests.immich.server import KEY, Fault
from tests.immich.state import an_id

pytestmark = pytest.mark.slow

__all__ = ["add", "newest", "quick", "server"]


def shown(server):
    """What Immich's page shows."""
    return sorted(
        sorted(one.id for one in found) for found in resolving.groups(server.state) if len(found) > 1
    )


# The Duplicates page


@pytest.mark.parametrize("server", ["2.0", "3.1"], indirect=True)
def test_our_groups_stand_on_the_page_and_undo_takes_them_off(server, keepers, add):
    one, two = pair(server, add, 1), pair(server, add, 2)
    add(server, "lone.jpg", jpeg(drawn(9)))
    earlier = whole(server)
    dry = keepers("immich", "duplicates", "immich:", "--dry-run", "--json")
    assert (len(dry.json["actions"]), writes(server)) == (4, [])
    done = keepers("immich", "duplicates", "--yes", "--json")
    assert (done.code, done.json["groups"], done.json["problems"]) == (0, 2, [])
    assert shown(server) == sorted([sorted(one), sorted(two)])
    server.requests.clear()
    again = keepers("immich", "duplicates", "immich:", "--yes", "--json")
    assert (again.code, again.json["done"], writes(server)) == (0, 0, [])
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == earlier


def test_the_id_of_a_group_is_the_same_in_every_run():
    assert group_uuid("same-picture-1") == group_uuid("same-picture-1")
    assert group_uuid("same-picture-1") != group_uuid("same-picture-2")
    assert group_uuid("same-picture-1")[14] == "4"
    assert group_uuid("same-picture-1")[19] in "89ab"


def test_what_immich_found_itself_is_replaced_only_when_asked(newest, keepers, add):
    best, copy = pair(newest, add)
    other = add(newest, "other.jpg", jpeg(drawn(9)), duplicate=an_id(40))
    newest.state.assets[copy].duplicate = an_id(40)
    earlier = whole(newest)
    told = keepers("immich", "duplicates", "immich:", "--yes", "--json")
    assert (told.code, told.json["done"], list(why(told))) == (0, 0, [copy])
    assert whole(newest) == earlier
    done = keepers("immich", "duplicates", "--replace", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert shown(newest) == [sorted([best, copy])]
    assert newest.state.assets[other].duplicate == an_id(40)
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


def test_a_group_that_grew_gets_an_id_of_its_own(newest, keepers, add):
    picture = drawn(3)
    add(newest, "IMG_3.jpg", jpeg(picture, quality=95))
    add(newest, "small.jpg", jpeg(picture.resize((420, 300)), exif=False))
    assert keepers("immich", "duplicates", "immich:", "--yes").code == 0
    add(newest, "tiny.jpg", jpeg(picture.resize((280, 200)), exif=False))
    done = keepers("immich", "duplicates", "immich:", "--yes", "--json")
    assert (done.code, done.json["done"], done.json["stays"]) == (0, 3, [])
    (group,) = shown(newest)
    assert len(group) == 3


def test_groups_settled_by_dedupe_leave_the_page_and_come_back_with_undo(server, keepers, add):
    best, copy = pair(server, add)
    assert keepers("immich", "duplicates", "immich:", "--yes").code == 0
    paged = whole(server)
    done = keepers("immich", "dedupe", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert server.state.assets[copy].trashed
    assert {server.state.assets[key].duplicate for key in (best, copy)} == {None}
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == paged
    assert keepers("immich", "clean", "--yes").code == 0
    assert shown(server) == []


# Data on photos


def notes(server):
    return {key: one.notes for key, one in server.state.assets.items() if one.notes}


@pytest.mark.parametrize("server", ["2.7", "3.1"], indirect=True)
def test_scores_are_noted_brought_up_to_date_and_taken_back(server, keepers, add):
    best, copy = pair(server, add)
    server.state.assets[copy].notes["mobile-app"] = {"iCloudId": "7"}
    earlier = whole(server)
    done = keepers("immich", "scores", "immich:", "--yes", "--json")
    assert (done.code, done.json["done"], done.json["problems"]) == (0, 2, [])
    told = notes(server)[best]["keepers"]
    assert told["version"] == 1
    (group,) = told["groups"]
    assert (group["kind"], group["keep"]) == ("same-picture", True)
    assert 0 < group["score"] <= 1
    assert group["reasons"]
    assert len(json.dumps(told)) < 2000
    assert notes(server)[copy]["mobile-app"] == {"iCloudId": "7"}
    first = whole(server)
    server.requests.clear()
    assert keepers("immich", "scores", "immich:", "--yes", "--json").json["done"] == 0
    assert writes(server) == []
    add(server, "small.jpg", jpeg(drawn(1).resize((420, 300)), exif=False))
    again = keepers("immich", "scores", "immich:", "--yes", "--json")
    assert (again.code, again.json["done"]) == (0, 3)
    assert keepers("undo", "--yes").code == 0
    small = server.state.assets.popitem()
    assert small[1].notes == {}
    assert whole(server) == first
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == earlier


@pytest.mark.parametrize("server", ["2.0"], indirect=True)
def test_a_server_that_takes_no_such_data_is_told(server, keepers, add):
    pair(server, add)
    earlier = whole(server)
    told = keepers("immich", "scores", "immich:", "--yes")
    assert told.code == 5
    assert "keeps no data of other programs" in told.err
    assert whole(server) == earlier


def test_one_photo_that_takes_no_data_loses_no_other(newest, keepers, add, quick):
    best, copy = pair(newest, add)
    newest.faults.append(Fault("status", "PUT /api/assets/metadata", status=400))
    newest.faults.append(Fault("status", f"PUT /api/assets/{copy}/metadata", status=400))
    told = keepers("immich", "scores", "immich:", "--yes", "--json")
    assert told.code == 3
    assert list(notes(newest)) == [best]


def test_a_key_that_may_not_update_is_told(newest, keepers, add):
    pair(newest, add)
    newest.keys[KEY] = {"asset.read", "asset.view", "asset.statistics", "album.read", "tag.read", "user.read"}
    for what in ("duplicates", "scores"):
        told = keepers("immich", what, "immich:", "--yes")
        assert told.code == 5
        assert "it lacks asset.update" in told.err


# People in the names of albums


@pytest.mark.parametrize("server", ["2.7"], indirect=True)
def test_favourite_people_come_first_in_the_names_of_albums(server, keepers, add):
    best, copy = pair(server, add)
    for name in ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Gus"):
        person(server, name, best, copy)
    zoe = person(server, "Zoe", copy)
    server.state.about[zoe].favorite = True
    assert keepers("immich", "albums", "immich:", "--yes").code == 0
    (album,) = server.state.albums.values()
    assert album.name.endswith("-Zoe-Ada-Ben-Cleo-Dora-Emil-0001")


def test_albums_are_named_without_favourites_where_the_key_may_not_ask(newest, keepers, add):
    best, copy = pair(newest, add)
    zoe = person(newest, "Zoe", best)
    person(newest, "Ada", best, copy)
    newest.state.about[zoe].favorite = True
    names = """asset.read asset.view asset.statistics album.read album.create album.delete albumAsset.create
        albumAsset.delete tag.read user.read"""
    newest.keys[KEY] = set(names.split())
    assert keepers("immich", "albums", "immich:", "--yes").code == 0
    (album,) = newest.state.albums.values()
    assert album.name.endswith("-Ada-Zoe-0001")
