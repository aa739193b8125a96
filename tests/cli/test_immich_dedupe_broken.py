"""`keepers immich dedupe` where something goes wrong on the way: nothing is lost, and the same command goes on."""

import pytest

from tests.cli.served_copies import (
    WRITES,
    add,
    newest,
    pair,
    person,
    quick,
    server,
    tag,
    trashed,
    whole,
)
from tests.immich.server import KEY, Fault

pytestmark = pytest.mark.slow

__all__ = ["add", "newest", "quick", "server"]


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
