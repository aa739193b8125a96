"""`keepers immich tag`, `albums`, `favorites`, `archive`, `stack`, `clean`: whole commands against the loopback server."""

from datetime import timedelta

import pytest

from tests.cli.served_groups import (
    COMMANDS,
    VERSIONS,
    decided,
    kill_after,
    newest,
    promised,
    quick,
    server,
    writes,
)
from tests.immich.state import START, Stack, Tag, an_id
from tests.immich.test_writer import remembered

pytestmark = pytest.mark.slow

__all__ = ["newest", "quick", "server"]


@pytest.mark.parametrize("server", list(VERSIONS), indirect=True)
def test_each_command_is_shown_done_and_taken_back(server, keepers):
    earlier = remembered(server)
    groups = decided(keepers)
    for words in COMMANDS:
        server.requests.clear()
        dry = keepers("immich", *words, "--dry-run", "--json")
        assert dry.code == 0, dry.err
        assert dry.json["actions"]
        assert writes(server) == []
        assert keepers("immich", *words).code == 2
        assert remembered(server) == earlier
        done = keepers("immich", *words, "--yes", "--json")
        assert done.code == 0, done.err
        assert done.json["done"] == len(dry.json["actions"])
        promised(words[0], server.state, groups)
        server.requests.clear()
        again = keepers("immich", *words, "--yes", "--json")
        assert (again.code, again.json["done"], writes(server)) == (0, 0, [])
        back = keepers("undo", "--yes", "--json")
        assert (back.code, back.json["problems"]) == (0, [])
        assert remembered(server) == earlier


# Who may what


def test_what_somebody_liked_rated_edited_or_put_into_an_album_is_not_archived(newest, keepers):
    dropped = sorted({key for _, keys, kept in decided(keepers) for key in keys if key not in kept})
    assert len(dropped) >= 4
    newest.state.assets[dropped[0]].favourite = True
    newest.state.assets[dropped[1]].rating = 3
    newest.state.assets[dropped[2]].edits = 1
    newest.state.album("Trip", dropped[3])
    # The albums that Keepers makes protect nothing.
    assert keepers("immich", "albums", "--yes").code == 0
    told = keepers("immich", "archive", "--yes", "--json")
    assert told.code == 0
    assert {row["path"].removeprefix("immich:") for row in told.json["stays"]} >= set(dropped[:4])
    newest.state.assets[dropped[0]].favourite = False
    assert keepers("immich", "archive", "--yes").code == 0
    gone = {one.id for one in newest.state.assets.values() if one.visibility == "archive"}
    assert gone == {dropped[0], *dropped[4:]}


def test_a_stack_and_an_album_that_are_there_are_respected(newest, keepers):
    series = next(keys for kind, keys, _ in decided(keepers) if kind == "burst")
    newest.state.stacks["s"] = Stack(an_id(77), series[:2])
    newest.state.stacks = {an_id(77): newest.state.stacks["s"]}
    name = keepers("immich", "albums", "--dry-run", "--json").json["actions"][0]["from"]
    name = name.removeprefix("immich:album/")
    newest.state.album(name)
    earlier = remembered(newest)
    stacked = keepers("immich", "stack", "--yes", "--json")
    assert [row["why"] for row in stacked.json["stays"]] == ["photos of its group lie in a stack already"]
    assert newest.state.stacks[an_id(77)].assets == series[:2]
    assert keepers("immich", "albums", "--yes").code == 0
    assert [album.name for album in newest.state.albums.values()].count(name) == 1
    assert keepers("immich", "clean", "--yes").code == 0
    assert remembered(newest) == earlier


def test_tags_of_the_old_tool_keep_their_numbers_to_themselves(newest, keepers):
    key = next(iter(newest.state.assets))
    newest.state.tags[an_id(70)] = Tag(an_id(70), "photo-organizer")
    newest.state.tags[an_id(71)] = Tag(an_id(71), "photo-organizer/group-0004", an_id(70), [key])
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    assert newest.state.tagged("photo-organizer/group-0004") == [key]
    assert newest.state.tagged("photo-organizer/group-0005")


def test_numbers_stay_when_the_files_themselves_have_been_read(newest, keepers, tmp_path):
    def numbered():
        tags = [one for one in newest.state.tags.values() if "/group-" in one.value]
        return {one.value: sorted(one.assets) for one in tags if one.assets}

    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    before = numbered()
    assert keepers("organize", "immich:", "--to", str(tmp_path / "out")).code == 0
    again = keepers("immich", "tag", "immich:", "--yes", "--json")
    assert (again.code, again.json["run"], numbered()) == (0, None, before)


def test_a_tag_that_does_not_hold_any_more_goes_and_undo_brings_it_back(newest, keepers):
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    before = remembered(newest)
    kept = newest.state.tagged("photo-organizer/best")
    for key in newest.state.tagged("photo-organizer/non-best"):
        newest.state.assets[key].rating = 5
        newest.state.touch(key)
    newest_kept = remembered(newest)
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    assert len(newest.state.tagged("photo-organizer/best")) > len(kept)
    both = set(newest.state.tagged("photo-organizer/best")) & set(
        newest.state.tagged("photo-organizer/non-best")
    )
    assert both == set()
    assert keepers("undo", "--yes").code == 0
    assert remembered(newest) == newest_kept
    assert before[3] == remembered(newest)[3]


# Clean


def test_clean_takes_back_what_keepers_made_and_nothing_else(newest, keepers, quick):
    key = next(iter(newest.state.assets))
    newest.state.album("Organized-mine", key)
    newest.state.tags[an_id(69)] = Tag(an_id(69), "photo-organizer")
    newest.state.tags[an_id(70)] = Tag(an_id(70), "photo-organizer/best-of-mine", an_id(69), [key])
    earlier = remembered(newest)
    for words in COMMANDS:
        assert keepers("immich", *words, "immich:", "--yes").code == 0
    full = remembered(newest)
    newest.requests.clear()
    dry = keepers("immich", "clean", "--dry-run", "--json")
    assert (dry.code, len(dry.json["runs"]), newest.requests) == (0, 5, [])
    assert keepers("immich", "clean").code == 2
    assert keepers("immich", "clean", "--only", "tag", "--yes").code == 0
    assert remembered(newest)[:3] == full[:3]
    assert newest.state.tagged("photo-organizer/best") == []
    kill_after(newest, 3)
    assert keepers("immich", "clean", "--yes").code == 6
    newest.after = lambda request: None
    newest.faults.clear()
    done = keepers("immich", "clean", "--yes", "--json")
    assert (done.code, done.json["problems"]) == (0, [])
    assert remembered(newest) == earlier
    assert keepers("immich", "clean", "--yes", "--json").json["actions"] == []
    assert keepers("undo", "--yes", "--json").json["done"] == 0


def test_raws_are_stacked_under_their_picture(newest, keepers):
    taken = START + timedelta(days=900)
    picture = newest.state.add("DSC_1.JPG", b"j", taken=taken)
    raw = newest.state.add("dsc_1.NEF", b"r", taken=taken)
    newest.state.add("DSC_1.ARW", b"x", taken=taken + timedelta(days=1))
    assert keepers("immich", "stack", "immich:", "--yes").code in {0, 3}
    assert [picture, raw] in [stack.assets for stack in newest.state.stacks.values()]
