"""`keepers immich dedupe`: the best copy stays and takes over what the others had; undo gives all of it back."""

import pytest

from tests.cli.served_copies import (
    VERSIONS,
    add,
    commented,
    drawn,
    jpeg,
    newest,
    pair,
    person,
    server,
    stack,
    tag,
    trashed,
    whole,
    why,
    writes,
)
from tests.immich.state import an_id

pytestmark = pytest.mark.slow

__all__ = ["add", "newest", "server"]


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
    cut = add(newest, "cut.jpg", jpeg(picture.crop((0, 12, 840, 600)).resize((420, 294)), exif=False))
    person(newest, "Anna", cut)
    told = keepers("immich", "dedupe", "immich:", "--kind", "same-picture", "--yes", "--json")
    assert trashed(newest) == set()
    assert why(told) == {cut: "the kept one lacks a person of it"}


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
    assert (
        "it knows where it was taken and the kept one does not; --hand-on-position gives that on"
        in why(told)[copy]
    )
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
    tagged = whole(newest)
    assert newest.state.tagged("photo-organizer/non-best") == [copy]
    assert keepers("immich", "dedupe", "--yes").code == 0
    assert newest.state.tagged("photo-organizer/non-best") == []
    assert newest.state.tagged("photo-organizer/best") == [best]
    assert trashed(newest) == {copy}
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == tagged
