"""Where Immich itself shows a group of copies, it merges that group: only as planned, read back, and taken back exactly."""

import pytest

from tests.cli.served_copies import add, newest, pair, person, quick, server, stack, tag, trashed, whole, why
from tests.immich import resolving
from tests.immich.server import KEY, Fault
from tests.immich.state import an_id

pytestmark = pytest.mark.slow

__all__ = ["add", "newest", "quick", "server"]
RESOLVE = "POST /api/duplicates/resolve"


def shown(server, add, seed=1, **fields):
    """A pair that Immich shows on its page."""
    best, copy = pair(server, add, seed, **fields)
    for key in (best, copy):
        server.state.assets[key].duplicate = an_id(40 + seed)
    return best, copy


def dedupe(keepers, *words):
    return keepers("immich", "dedupe", "immich:", "--yes", "--json", *words)


def test_the_server_merges_its_own_group_where_it_can_and_undo_takes_all_of_it_back(server, keepers, add):
    best, copy = shown(server, add, description="the lake")
    tag(server, "family", copy)
    album = server.state.album("Lake", copy)
    person(server, "Anna", copy)
    server.state.assets[copy].rating = 3
    earlier = whole(server)
    assert keepers("scan", "immich:").code == 0
    done = dedupe(keepers, "--merge", "--kind", "same-pixels")
    assert (done.code, done.json["problems"]) == (0, [])
    (kept,) = {best, copy} - trashed(server)
    assert server.state.assets[kept].description == "the lake"
    assert kept in server.state.tagged("family")
    assert kept in server.state.albums[album].assets
    assert server.state.assets[kept].rating == 3
    assert [face.person for face in server.state.faces if face.asset == kept]
    assert {one.duplicate for one in server.state.assets.values()} == {None}
    assert len(server.asked(RESOLVE)) == (server.version >= resolving.RESOLVES)
    assert keepers("undo", "--yes").code == 0
    assert whole(server) == earlier


def test_many_groups_are_merged_by_one_call(newest, keepers, add):
    copies = {shown(newest, add, seed, description=f"no. {seed}")[1] for seed in range(1, 5)}
    earlier = whole(newest)
    assert dedupe(keepers).json["done"] == 4 * 4
    assert trashed(newest) == copies
    assert len(newest.asked(RESOLVE)) == 1
    assert not newest.asked("DELETE /api/assets")
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


ALLOWED = """asset.read asset.view asset.download asset.update asset.delete asset.statistics album.read tag.read stack.read
    stack.update user.read"""
OTHERS = {
    "another photo is in the group": lambda server, best, copy: server.state.add(
        "x.jpg", duplicate=an_id(41)
    ),
    "it would be hidden": lambda server, best, copy: setattr(
        server.state.assets[copy], "visibility", "archive"
    ),
    "its description would be another": lambda server, best, copy: setattr(
        server.state.assets[best], "description", "our lake"
    ),
    "the key may not": lambda server, best, copy: server.keys.update({KEY: {*ALLOWED.split()}}),
    "it lies in a stack": stack,
}


@pytest.mark.parametrize("otherwise", OTHERS)
def test_what_the_server_would_merge_otherwise_is_merged_by_us(newest, keepers, add, otherwise):
    best, copy = shown(newest, add, description="the lake")
    OTHERS[otherwise](newest, best, copy)
    earlier = whole(newest)
    done = dedupe(keepers)
    assert (done.code, done.json["problems"], why(done)) == (0, [], {})
    assert trashed(newest) == {copy}
    assert newest.state.assets[best].visibility == "timeline"
    assert not newest.asked(RESOLVE)
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


def wrong(change):
    """A server that merges otherwise than we have read."""
    merge = resolving._merge

    def merged(world, kept, found):
        before = kept.description, list(found)
        merge(world, kept, found)
        change(world.state, kept, before[0])

    return merged


def too_little(state, kept, description):
    kept.description = description
    for one in state.tags.values():
        one.assets = [key for key in one.assets if key != kept.id]


def too_much(state, kept, description):
    kept.favourite, kept.rating, kept.visibility = True, 5, "archive"
    state.albums[next(iter(state.albums))].assets.append(kept.id)


@pytest.mark.parametrize("change", [too_little, too_much])
def test_what_the_server_merged_otherwise_is_set_right(newest, keepers, add, monkeypatch, change):
    best, copy = shown(newest, add, description="the lake")
    tag(newest, "family", copy)
    newest.state.album("Lake")
    earlier = whole(newest)
    monkeypatch.setattr(resolving, "_merge", wrong(change))
    done = dedupe(keepers)
    assert (done.code, done.json["problems"]) == (0, [])
    assert len(newest.asked(RESOLVE)) == 1
    assert newest.state.assets[best].description == "the lake"
    assert newest.state.tagged("family") == sorted([best, copy])
    kept = newest.state.assets[best]
    assert (kept.favourite, kept.rating, kept.visibility) == (False, None, "timeline")
    assert [album.assets for album in newest.state.albums.values()] == [[]]
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


@pytest.mark.parametrize("what", ["done-but-cut", "status"])
def test_an_answer_that_was_lost_is_looked_for(newest, keepers, add, what):
    best, copy = shown(newest, add, description="the lake")
    earlier = whole(newest)
    newest.faults.append(Fault(what, RESOLVE))
    done = dedupe(keepers)
    assert (done.code, done.json["problems"]) == (0, [])
    assert trashed(newest) == {copy}
    assert newest.state.assets[best].description == "the lake"
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier


def test_a_server_that_dies_after_the_merge_is_finished_and_taken_back(newest, keepers, add, quick):
    _, copy = shown(newest, add, description="the lake")
    earlier = whole(newest)

    def die(request):
        if request == RESOLVE:
            newest.faults.append(Fault("cut", "", times=1000))

    newest.after = die
    assert dedupe(keepers).code == 6
    assert trashed(newest) == {copy}
    newest.after = lambda request: None
    newest.faults.clear()
    done = dedupe(keepers)
    assert (done.code, done.json["problems"]) == (0, [])
    assert keepers("undo", "--yes").code == 0
    assert whole(newest) == earlier
