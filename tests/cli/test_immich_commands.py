"""`keepers immich tag`, `albums`, `favorites`, `archive`, `stack`, `clean`: whole commands against the loopback server."""

from datetime import timedelta

import pytest

from keepers.places.immich_api import CHANGING, READING, wire
from keepers.places.immich_api.client import Client
from tests.immich.server import KEY, Fault, running
from tests.immich.state import START, Stack, Tag, an_id
from tests.immich.test_writer import remembered
from tests.immich.uploads import upload_all

pytestmark = pytest.mark.slow

VERSIONS = {"2.0": (2, 0, 0), "2.7": (2, 7, 5), "3.1": (3, 1, 0)}
WRITES = ("POST /api/albums", "POST /api/stacks", "PUT", "PATCH", "DELETE")


@pytest.fixture(params=["2.7", "3.1"])
def server(request, tmp_path, monkeypatch, photos):
    yield from served(VERSIONS[request.param], tmp_path, monkeypatch, photos)


@pytest.fixture
def newest(tmp_path, monkeypatch, photos):
    yield from served((3, 1, 0), tmp_path, monkeypatch, photos)


def served(version, tmp_path, monkeypatch, photos):
    with running(version) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
        monkeypatch.setenv("KEEPERS_FACES", "none")
        monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
        monkeypatch.setenv("KEEPERS_IMMICH_URL", made.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        unique = {file.read_bytes(): file for file in sorted(photos.rglob("*.jpg"))}
        for file in photos.rglob("*.jpg"):
            if file not in unique.values():
                file.unlink()
        upload_all(made.state, photos)
        yield made


def writes(server):
    return [request for request in server.requests if request.startswith(WRITES)]


def decided(keepers):
    """Members and keepers of each group that the server has."""
    document = keepers("group", "immich:", "--json").json
    return [
        (
            group["kind"],
            [member["path"].removeprefix("immich:") for member in group["members"]],
            [member["path"].removeprefix("immich:") for member in group["members"] if member["keep"]],
        )
        for group in document["groups"]
    ]


COMMANDS = [
    ("tag",),
    ("albums", "--share", "Anna"),
    ("favorites", "--rating", "5", "--describe"),
    ("archive",),
    ("stack",),
]


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


def promised(what, state, groups):
    kept = {key for _, _, keys in groups for key in keys}
    members = {key for _, keys, _ in groups for key in keys}
    match what:
        case "tag":
            assert kept <= set(state.tagged("photo-organizer/best")) <= members
            assert set(state.tagged("photo-organizer/non-best")) == members - set(
                state.tagged("photo-organizer/best")
            )
            assert state.tagged("photo-organizer/group-0001")
        case "albums":
            assert state.albums
            assert all(album.name.startswith("Organized-2") for album in state.albums.values())
            assert {key for album in state.albums.values() for key in album.assets} == members
            assert all(album.users == {an_id(2): "viewer"} for album in state.albums.values())
        case "favorites":
            liked = [one for one in state.assets.values() if one.favourite]
            assert liked
            assert {one.id for one in liked} <= kept
            assert {one.rating for one in liked} == {5}
        case "archive":
            gone = {one.id for one in state.assets.values() if one.visibility == "archive"}
            assert gone
            assert gone <= members - kept
        case _:
            series = [(keys, best) for kind, keys, best in groups if kind in {"burst", "bracket"}]
            stacks = [stack.assets for stack in state.stacks.values()]
            assert sorted(sorted(stack) for stack in stacks) == sorted(sorted(keys) for keys, _ in series)
            assert all(any(stack[0] in best for _, best in series) for stack in stacks)


# Who may what


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


def test_a_run_is_not_taken_back_on_another_account(newest, keepers, monkeypatch):
    assert keepers("immich", "tag", "immich:", "--yes").code == 0
    earlier = remembered(newest)
    monkeypatch.setattr(Client, "user", lambda _: an_id(7))
    told = keepers("undo", "--yes")
    assert told.code == 1
    assert "another account" in told.err
    assert remembered(newest) == earlier


# What goes wrong on the way


@pytest.fixture
def quick(monkeypatch):
    """No second attempts, so that nobody waits for them."""
    monkeypatch.setattr(wire, "ATTEMPTS", 1)


def test_a_server_that_dies_on_the_way_is_finished_by_the_same_command(newest, keepers, quick):
    groups = decided(keepers)
    earlier = remembered(newest)
    for what, at in (("tag", 1), ("tag", 4), ("albums", 2), ("albums", 4), ("stack", 1)):
        _kill_after(newest, at)
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
            _kill_after(newest, 2)
            gone = keepers("undo", "--yes")
            assert gone.code == 6
            assert gone.err.count("broke off") == 1
            newest.after = lambda request: None
            newest.faults.clear()
        assert len({album.name for album in newest.state.albums.values()}) == len(newest.state.albums)
        assert keepers("undo", "--yes").code == 0
        assert remembered(newest) == earlier


def _kill_after(server, at):
    seen = []

    def die(request):
        if request.startswith(WRITES):
            seen.append(request)
        if len(seen) == at:
            server.faults.append(Fault("cut", "", times=1000))

    server.after = die


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
    _kill_after(newest, 3)
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
