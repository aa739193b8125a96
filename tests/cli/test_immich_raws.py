"""A RAW on a server and the picture that its camera took with it are one photo."""

from datetime import timedelta

import pytest

from tests.cli.served_copies import add, drawn, jpeg, newest, pair, whole
from tests.immich.state import START

pytestmark = pytest.mark.slow

__all__ = ["add", "newest"]


def raw(server, jpeg_key, name="IMG_1.CR3", **fields):
    """The RAW of a picture: other bytes, the same look, name, camera and moment."""
    one = server.state.assets[jpeg_key]
    told = {"taken": one.taken, "exif": dict(one.exif), "thumbnail": one.thumbnail, "preview": one.preview}
    return server.state.add(name, name.encode() * 50, size=one.size, **(told | fields))


def members(keepers):
    document = keepers("group", "immich:", "--json").json
    return [[member["files"] for member in group["members"]] for group in document["groups"]]


def path(key):
    return f"immich:{key}"


def test_a_raw_and_its_picture_are_one_photo_of_a_group(newest, keepers, add):
    best, copy = pair(newest, add)
    own = raw(newest, best)
    scanned = keepers("scan", "immich:", "--json").json
    assert (scanned["photos"], scanned["companions"]) == (2, 1)
    (group,) = members(keepers)
    assert sorted(map(sorted, group)) == sorted([[path(copy)], sorted([path(best), path(own)])])
    again = keepers("scan", "immich:", "--json").json
    assert (again["photos"], again["companions"]) == (2, 1)


def test_both_are_tagged_and_the_copy_without_a_raw_goes(newest, keepers, add):
    best, copy = pair(newest, add)
    own = raw(newest, best)
    earlier = whole(newest)
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    assert newest.state.tagged("photo-organizer/best") == sorted([best, own])
    done = keepers("immich", "dedupe", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert {one.id for one in newest.state.assets.values() if one.trashed} == {copy}
    assert keepers("immich", "clean", "--yes").code == 0
    assert whole(newest) == earlier


def test_a_copy_with_a_raw_that_the_kept_one_has_not_stays(newest, keepers, add):
    _, copy = pair(newest, add)
    raw(newest, copy, "copy_1.CR3", exif=dict(newest.state.assets[copy].exif))
    newest.state.assets[copy].exif["dateTimeOriginal"] = "2024-05-01T12:00:00.000Z"
    for one in newest.state.assets.values():
        one.exif |= {"dateTimeOriginal": "2024-05-01T12:00:00.000Z", "timeZone": "UTC"}
    told = keepers("immich", "dedupe", "immich:", "--yes", "--json")
    assert told.code == 0
    assert not any(one.trashed for one in newest.state.assets.values())
    assert [row["why"] for row in told.json["stays"]] == ["copy_1.CR3 beside it is not beside the kept one"]


@pytest.mark.parametrize(
    "other",
    [
        {"exif": {"make": "Nikon", "model": "Z 9", "dateTimeOriginal": START.isoformat(), "timeZone": "UTC"}},
        {"taken": START + timedelta(seconds=3)},
        {"name": "IMG_2.CR3"},
        {"exif": {}},
    ],
)
def test_what_may_be_another_shot_stays_apart(newest, keepers, add, other):
    best, _ = pair(newest, add)
    raw(newest, best, **other)
    scanned = keepers("scan", "immich:", "--json").json
    assert (scanned["photos"], scanned["companions"]) == (3, 0)


def test_two_pictures_of_one_raw_leave_it_apart(newest, keepers, add):
    best, _ = pair(newest, add)
    raw(newest, best)
    add(newest, "IMG_1.JPEG", jpeg(drawn(1), quality=70))
    scanned = keepers("scan", "immich:", "--json").json
    assert scanned["companions"] == 0


def test_a_raw_whose_picture_is_gone_is_a_photo_of_its_own_again(newest, keepers, add):
    best, copy = pair(newest, add)
    own = raw(newest, best)
    assert keepers("scan", "immich:", "--json").json["companions"] == 1
    newest.state.assets[best].trashed = True
    assert keepers("scan", "immich:", "--json").json["companions"] == 0
    told = keepers("explain", f"immich:{own}", "--json").json
    assert [row["path"] for row in told["bundle"]] == [path(own)]
    newest.state.assets[best].trashed = False
    newest.state.touch(best, copy)
    assert keepers("scan", "immich:", "--json").json["companions"] == 1
