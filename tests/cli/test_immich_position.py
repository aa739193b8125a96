"""`keepers immich dedupe --hand-on-position`: the one thing that undo cannot take back, so it is asked for, and told."""

import pytest

from tests.cli.served_copies import (
    add,
    commented,
    drawn,
    jpeg,
    newest,
    pair,
    person,
    quick,
    server,
    tag,
    trashed,
    whole,
    why,
)
from tests.immich import resolving
from tests.immich.server import Fault
from tests.immich.state import an_id

pytestmark = pytest.mark.slow

__all__ = ["add", "newest", "quick", "server"]
LAKE, SEA = {"latitude": 47.5, "longitude": 9.25}, {"latitude": 54.4, "longitude": 10.2}
RESOLVE = "POST /api/duplicates/resolve"


def dedupe(keepers, *words):
    return keepers("immich", "dedupe", "immich:", "--hand-on-position", *words)


def place(server, key):
    exif = server.state.assets[key].exif
    return {name: exif[name] for name in ("latitude", "longitude") if name in exif}


def test_the_kept_one_learns_where_it_was_taken_and_undo_says_that_this_alone_stays(server, keepers, add):
    best, copy = pair(server, add, description="the lake")
    server.state.assets[copy].exif |= LAKE
    tag(server, "family", copy)
    person(server, "Anna", copy)
    earlier = whole(server)
    dry = dedupe(keepers, "--dry-run", "--json")
    assert (dry.code, dry.json["for_good"]) == (0, 1)
    (row,) = (row for row in dry.json["actions"] if row["field"] == "position")
    assert (row["from"], row["before"], row["after"]) == (f"immich:{best}", None, "47.500000 9.250000")
    assert row["because"] == "was so on a copy that goes; undo cannot take it off"
    assert "1 photo gets a position, which undo cannot take off again." in dedupe(keepers, "--dry-run").out
    asked = dedupe(keepers)
    assert asked.code == 2
    assert (
        "1 photo gets a position, which undo cannot take off again. Move 1 photo into the trash" in asked.err
    )
    assert whole(server) == earlier
    done = dedupe(keepers, "--yes")
    assert done.code == 0, done.err
    assert "Take it back: keepers undo 1 (all but the position of 1 photo)" in done.out
    assert trashed(server) == {copy}
    assert place(server, best) == LAKE
    again = dedupe(keepers, "--yes", "--json")
    assert (again.code, again.json["done"], again.json["for_good"]) == (0, 0, 0)
    back = keepers("undo", "--yes", "--json")
    (problem,) = back.json["problems"]
    assert (back.code, problem["action"]["field"]) == (3, "position")
    assert problem["why"].startswith("no version of Immich takes a position off a photo again")
    assert place(server, best) == LAKE
    second = keepers("undo", "--yes")
    assert (second.code, second.out.strip()) == (0, "Nothing to undo.")
    server.state.assets[best].exif = {
        key: value for key, value in server.state.assets[best].exif.items() if key not in LAKE
    }
    assert whole(server) == earlier


def test_clean_says_so_too(newest, keepers, add):
    _, copy = pair(newest, add)
    newest.state.assets[copy].exif |= LAKE
    assert dedupe(keepers, "--yes").code == 0
    told = keepers("immich", "clean", "--yes")
    assert told.code == 3
    assert "no version of Immich takes a position off a photo again" in told.err
    assert trashed(newest) == set()


def test_a_position_of_its_own_is_never_set_to_another(newest, keepers, add):
    best, copy = pair(newest, add)
    newest.state.assets[best].exif |= LAKE
    newest.state.assets[copy].exif |= SEA
    done = dedupe(keepers, "--yes", "--json")
    assert (done.code, done.json["for_good"]) == (0, 0)
    assert trashed(newest) == {copy}
    assert place(newest, best) == LAKE
    assert keepers("undo", "--yes").code == 0


def test_copies_that_know_different_places_stay_and_the_others_go(newest, keepers, add):
    picture = drawn(1)
    best = add(newest, "IMG_1.jpg", jpeg(picture))
    rest = [add(newest, f"c{n}.jpg", commented(jpeg(picture, exif=False), f"no. {n}")) for n in range(3)]
    newest.state.assets[rest[0]].exif |= LAKE
    newest.state.assets[rest[1]].exif |= SEA
    told = dedupe(keepers, "--yes", "--json")
    reason = "the copies know different places where it was taken, and the kept one knows none"
    assert (told.code, why(told)) == (0, dict.fromkeys(rest[:2], reason))
    assert trashed(newest) == {rest[2]}
    assert place(newest, best) == {}


def test_a_copy_whose_position_could_not_be_handed_on_does_not_go(newest, keepers, add, quick):
    best, copy = pair(newest, add)
    newest.state.assets[copy].exif |= LAKE
    newest.faults.append(Fault("status", "PUT /api/assets", status=400, times=9))
    told = dedupe(keepers, "--yes", "--json")
    assert told.code == 1
    assert (trashed(newest), place(newest, best)) == (set(), {})
    newest.faults.clear()
    assert dedupe(keepers, "--yes").code == 0
    assert (trashed(newest), place(newest, best)) == ({copy}, LAKE)


def forgetful(server, monkeypatch):
    """A server that answers well and sets nothing."""
    monkeypatch.setattr("tests.immich.answers._update", lambda world, one, body: None)


def test_a_server_that_only_says_that_it_was_set_is_not_believed(newest, keepers, add, monkeypatch):
    _, copy = pair(newest, add)
    newest.state.assets[copy].exif |= LAKE
    forgetful(newest, monkeypatch)
    told = dedupe(keepers, "--yes", "--json")
    assert told.code == 1
    assert "the server said that it was done, but it is not" in [row["why"] for row in told.json["problems"]]
    assert trashed(newest) == set()


def test_the_last_digits_of_a_position_do_not_matter(newest, keepers, add):
    best, copy = pair(newest, add)
    newest.state.assets[copy].exif |= LAKE

    def written_anew(request):
        if request == "PUT /api/assets":
            newest.state.assets[best].exif |= {"longitude": 9.2499999996}

    newest.after = written_anew
    done = dedupe(keepers, "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert trashed(newest) == {copy}


def test_where_the_server_merges_its_own_group_it_hands_on_the_position_itself(newest, keepers, add):
    best, copy = pair(newest, add)
    for key in (best, copy):
        newest.state.assets[key].duplicate = an_id(41)
    newest.state.assets[copy].exif |= LAKE
    done = dedupe(keepers, "--yes", "--json")
    assert (done.code, done.json["problems"], done.json["for_good"]) == (0, [], 1)
    assert len(newest.asked(RESOLVE)) == 1
    assert (trashed(newest), place(newest, best)) == ({copy}, LAKE)
    back = keepers("undo", "--yes", "--json")
    assert (back.code, [row["action"]["field"] for row in back.json["problems"]]) == (3, ["position"])
    assert trashed(newest) == set()


def test_a_server_that_does_not_merge_positions_is_helped(newest, keepers, add, monkeypatch):
    best, copy = pair(newest, add)
    for key in (best, copy):
        newest.state.assets[key].duplicate = an_id(41)
    newest.state.assets[copy].exif |= LAKE
    monkeypatch.setattr(resolving, "_merge", lambda world, kept, found: None)
    done = dedupe(keepers, "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert len(newest.asked(RESOLVE)) == 1
    assert (trashed(newest), place(newest, best)) == ({copy}, LAKE)


def test_the_closing_words_count_what_went_and_not_what_was_planned(newest, keepers, add):
    _, copy = pair(newest, add)
    pair(newest, add, 2)
    album = newest.state.album("Lake")

    def gain(request):
        if request == "PUT /api/assets":
            newest.state.albums[album].assets = [copy]

    newest.state.assets[copy].exif |= LAKE
    newest.after = gain
    told = dedupe(keepers, "--yes")
    assert told.code == 3
    assert trashed(newest) != {copy}
    assert "1 photo of that into the trash" in told.out
