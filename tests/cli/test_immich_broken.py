"""`keepers immich …` where the key may not, the server goes away, or what is said makes no sense: told, and finished later."""

import pytest

from keepers.places.immich_api import CHANGING, READING
from keepers.places.immich_api.client import Client
from tests.cli.served_groups import decided, kill_after, newest, promised, quick, server
from tests.immich.server import KEY, Fault
from tests.immich.state import an_id
from tests.immich.test_writer import remembered

pytestmark = pytest.mark.slow

__all__ = ["newest", "quick", "server"]


PERMISSIONS = {
    "tag": "tag.create",
    "albums": "albumAsset.create",
    "favorites": "asset.update",
    "archive": "asset.update",
    "stack": "stack.create",
}


def test_a_key_that_lacks_a_permission_is_told_before_anything_is_set(newest, keepers):
    granted = {need.permission for need in (*READING, *CHANGING)}
    newest.keys[KEY] = granted
    assert keepers("scan", "immich:").code == 0
    for what, permission in PERMISSIONS.items():
        newest.keys[KEY] = granted - {permission}
        earlier = remembered(newest)
        told = keepers("immich", what, "--yes")
        assert told.code == 5
        assert f"it lacks {permission}" in told.err
        assert remembered(newest) == earlier
        newest.keys[KEY] = granted
        assert keepers("immich", what, "--yes").code == 0


@pytest.mark.parametrize(("what", "spare"), [("tag", "album.read"), ("favorites", "tag.read")])
def test_a_permission_that_a_command_does_not_need_is_not_asked_for(newest, keepers, what, spare):
    names = {need.permission for need in (*READING, *CHANGING)}
    newest.keys[KEY] = names - {spare}
    told = keepers("immich", what, "immich:", "--yes")
    assert told.code == 0, told.err
    assert "Take it back" in told.out


def test_what_is_lacking_when_it_is_taken_back_is_told_with_where_to_add_it(newest, keepers):
    earlier = remembered(newest)
    assert keepers("immich", "favorites", "immich:", "--yes").code == 0
    newest.keys[KEY] = {need.permission for need in READING}
    back = keepers("undo", "--yes")
    assert back.code == 5
    assert "it lacks the permission asset.update. Add it in Immich: Account Settings, API Keys" in back.err
    newest.keys[KEY] = {"all"}
    assert keepers("undo", "--yes").code == 0
    assert remembered(newest) == earlier


def test_why_there_is_nothing_to_do(newest, keepers):
    for one in list(newest.state.assets)[1:]:
        del newest.state.assets[one]
    for what, words in (
        ("tag", "no groups are known on immich"),
        ("dedupe", "there are no copies that may go"),
    ):
        told = keepers("immich", what, "immich:", "--yes")
        assert (told.code, told.out.strip()) == (0, f"Nothing to do: {words}.")


def test_where_all_is_stacked_it_is_not_said_that_all_is_shown(newest, keepers):
    assert keepers("immich", "stack", "immich:", "--yes").code == 0
    told = keepers("immich", "stack", "--yes")
    assert (told.code, told.out.splitlines()[0]) == (0, "Nothing to do: nothing is left to stack on immich.")


def test_a_permission_that_goes_on_the_way_is_told_and_the_rest_done_later(newest, keepers):
    groups = decided(keepers)

    def forbid(request):
        if request == "PUT /api/tags":
            newest.keys[KEY] = {"asset.read", "tag.read", "tag.create", "user.read"}

    newest.after = forbid
    told = keepers("immich", "tag", "--yes")
    assert told.code == 5
    assert "lacks the permission tag.asset" in told.err
    newest.after = lambda request: None
    newest.keys[KEY] = {"all"}
    assert keepers("immich", "tag", "--yes").code == 0
    promised("tag", newest.state, groups)


def test_a_server_that_is_not_there_is_told(newest, keepers, quick):
    assert keepers("scan", "immich:").code == 0
    newest.faults.append(Fault("cut", "", times=1000))
    told = keepers("immich", "tag", "--yes")
    assert told.code == 6
    assert "broke off" in told.err


@pytest.mark.parametrize(
    "words", [["tag", "/"], ["tag", "immich:", "immich@other:"], ["clean", "immich:"], ["check", "immich:"]]
)
def test_what_makes_no_sense_is_told(newest, keepers, words):
    assert keepers("immich", *words).code == 2


def test_an_undo_without_the_profile_of_its_run_is_told(newest, keepers, monkeypatch):
    assert keepers("immich", "favorites", "immich:", "--yes").code == 0
    monkeypatch.delenv("KEEPERS_IMMICH_URL")
    told = keepers("undo", "--yes")
    assert told.code == 5
    assert "no Immich server is set" in told.err


def test_a_run_that_was_taken_back_is_not_looked_for_on_this_machine(newest, keepers):
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    assert keepers("undo", "1", "--yes").code == 0
    again = keepers("undo", "1", "--yes")
    assert (again.code, again.out.strip()) == (0, "Nothing to undo.")


def test_a_run_is_not_taken_back_on_another_account(newest, keepers, monkeypatch):
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    earlier = remembered(newest)
    monkeypatch.setattr(Client, "user", lambda _: an_id(7))
    told = keepers("undo", "--yes")
    assert told.code == 1
    assert "another account" in told.err
    assert remembered(newest) == earlier


# What goes wrong on the way


def test_a_server_that_dies_on_the_way_is_finished_by_the_same_command(newest, keepers, quick):
    groups = decided(keepers)
    earlier = remembered(newest)
    for what, at in (("tag", 1), ("tag", 4), ("albums", 2), ("albums", 4), ("stack", 1)):
        kill_after(newest, at)
        broken = keepers("immich", what, "--yes", "--json")
        assert broken.code == 6
        assert broken.err.count("broke off") == 1
        newest.after = lambda request: None
        newest.faults.clear()
        done = keepers("immich", what, "--yes", "--json")
        assert done.code == 0, done.err
        assert done.json["run"] == broken.json["run"]
        if what != "albums":
            promised(what, newest.state, groups)
        if at == 4:
            kill_after(newest, 2)
            gone = keepers("undo", "--yes")
            assert gone.code == 6
            assert gone.err.count("broke off") == 1
            newest.after = lambda request: None
            newest.faults.clear()
        assert len({album.name for album in newest.state.albums.values()}) == len(newest.state.albums)
        assert keepers("undo", "--yes").code == 0
        assert remembered(newest) == earlier


def test_a_command_that_is_killed_on_the_way_is_finished_by_the_same_command(newest, keepers, monkeypatch):
    groups = decided(keepers)
    earlier = remembered(newest)
    put = Client.put_tag

    def killed(self, key, assets):
        put(self, key, assets)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Client, "put_tag", killed)
        assert keepers("immich", "tag", "--yes").code == 130
    assert keepers("immich", "tag", "--yes").code == 0
    promised("tag", newest.state, groups)
    assert keepers("undo", "--yes").code == 0
    assert remembered(newest) == earlier


def test_one_photo_that_is_refused_loses_no_other(newest, keepers):
    groups = decided(keepers)
    lost = groups[0][1][0]

    def lose(request):
        # Gone between the look and the call.
        if request == "PUT /api/tags":
            newest.state.assets[lost].owner = an_id(2)

    newest.after = lose
    told = keepers("immich", "tag", "--yes", "--json")
    assert told.code == 3
    assert {problem["action"]["from"] for problem in told.json["problems"]} == {f"immich:{lost}"}
    tagged = {key for tag in newest.state.tags.values() for key in tag.assets}
    assert tagged == {key for _, keys, _ in groups for key in keys} - {lost}


# What is there is respected
