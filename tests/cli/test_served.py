"""Servers as sources of scan, group, explain and report: the whole commands against the loopback server."""

import json

import pytest

from tests.immich.server import KEY, Fault, running
from tests.immich.state import Face, Tag, an_id
from tests.immich.uploads import upload, upload_all

pytestmark = pytest.mark.slow

VERSIONS = {"2.0": (2, 0, 0), "2.7": (2, 7, 5), "3.1": (3, 1, 0)}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPERS_IMMICH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
    monkeypatch.setenv("KEEPERS_FACES", "none")
    monkeypatch.setenv("KEEPERS_HOME_ZONE", "UTC")
    return tmp_path / "cache"


def set_up(server, monkeypatch, name=""):
    monkeypatch.setenv("KEEPERS_IMMICH_URL" + name, server.url)
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY" + name, KEY)


@pytest.fixture(params=["2.7", "3.1"])
def server(request, cache, monkeypatch):
    with running(VERSIONS[request.param]) as made:
        set_up(made, monkeypatch)
        yield made


@pytest.fixture
def newest(cache, monkeypatch):
    with running() as made:
        set_up(made, monkeypatch)
        yield made


def groups(told, names=None):
    """Kind, names of all members, names of those that are kept; sorted."""
    assert told.code == 0, told.err
    return sorted(
        (
            group["kind"],
            sorted(member["name"] for member in group["members"]),
            sorted(member["name"] for member in group["members"] if member["keep"]),
        )
        for group in told.json["groups"]
    )


def pictures(server):
    return sum(request.endswith(("/thumbnail", "/original")) for request in server.requests)


@pytest.mark.parametrize("server", list(VERSIONS), indirect=True)
def test_the_groups_of_a_server_are_those_of_the_same_pictures_on_disk(server, keepers, photos, tmp_path):
    # Servers keep equal bytes once.
    seen = set()
    for file in sorted(photos.rglob("*.jpg")):
        if (data := file.read_bytes()) in seen:
            file.unlink()
        seen.add(data)
    ids = upload_all(server.state, photos)
    there = keepers("group", "immich:", "--json")
    assert keepers("scan", photos).code == 0
    here = keepers("group", photos, "--json")
    assert groups(there) == groups(here)
    assert {"burst", "same-picture"} <= {group["kind"] for group in there.json["groups"]}
    shown = {member["path"] for group in there.json["groups"] for member in group["members"]}
    assert shown <= {f"immich:{key}" for key in ids.values()}


def test_a_second_scan_asks_for_nothing_that_is_unchanged(server, keepers, photos):
    ids = upload_all(server.state, photos)
    server.state.album("Summer", *ids.values())
    first = keepers("scan", "immich:", "--json").json
    assert (first["photos"], first["measured"]) == (len(ids), len(ids))
    server.requests.clear()
    second = keepers("scan", "immich:", "--json").json
    assert (second["photos"], second["measured"]) == (len(ids), 0)
    assert pictures(server) == 0
    assert len(server.requests) < 15
    server.state.touch(ids["alone.jpg"])
    server.state.assets[ids["alone.jpg"]].favourite = True
    server.requests.clear()
    assert keepers("scan", "immich:", "--json").json["photos"] == len(ids)
    assert pictures(server) == 1
    assert "favourite" in keepers("explain", f"immich:{ids['alone.jpg']}").out.lower()


def test_what_is_gone_or_hidden_is_forgotten(newest, keepers, photos):
    ids = upload_all(newest.state, photos)
    keepers("scan", "immich:")
    newest.state.assets[ids["alone.jpg"]].trashed = True
    assert keepers("scan", "immich:", "--json").json["photos"] == len(ids) - 1
    newest.state.assets[ids["alone.jpg"]].trashed = False
    newest.state.assets[ids["alone.jpg"]].visibility = "locked"
    assert keepers("scan", "immich:", "--json").json["photos"] == len(ids) - 1
    assert keepers("explain", f"immich:{ids['alone.jpg']}").code == 2
    newest.state.assets.clear()
    told = keepers("scan", "immich:")
    assert told.code == 1
    assert "--accept-missing" in told.err
    assert keepers("scan", "immich:", "--accept-missing", "--json").json["photos"] == 0


def test_a_photo_on_disk_and_on_the_server_is_one_photo_in_two_places(newest, keepers, photos):
    keepers("scan", photos)
    ids = upload_all(newest.state, photos)
    both = keepers("group", photos, "immich:", "--json").json
    assert pictures(newest) == 0
    members = {member["path"]: member for group in both["groups"] for member in group["members"]}
    burst = [m for path, m in members.items() if "/burst/" in path]
    assert [m["copies"] for m in burst] == [[f"immich:{ids[m['name']]}"] for m in burst]
    assert len(burst) == 3
    for group in both["groups"]:
        if group["kind"] == "same-bytes":
            assert not any(member["path"].startswith("immich:") for member in group["members"])
    told = json.loads(keepers("explain", f"immich:{ids['alone.jpg']}", "--json").out)
    assert told["content"].startswith("b3:")
    assert told["place"] == "immich"


def test_it_is_one_photo_whichever_was_learned_first(newest, keepers, photos):
    ids = upload_all(newest.state, photos)
    address = f"immich:{ids['alone.jpg']}"
    keepers("scan", "immich:")
    assert json.loads(keepers("explain", address, "--json").out)["content"].startswith("sha1:")
    keepers("scan", photos, "immich:")
    assert json.loads(keepers("explain", address, "--json").out)["content"].startswith("b3:")


def test_the_checksum_of_a_path_is_not_that_of_a_file(newest, keepers, photos):
    keepers("scan", photos)
    key = upload(newest.state, photos / "alone.jpg", library=an_id(77))
    keepers("scan", "immich:")
    told = json.loads(keepers("explain", f"immich:{key}", "--json").out)
    assert told["content"] == f"ref:immich/{key}"
    assert told["pixels"] == "thumbnail"


def test_what_the_server_tells_is_known(server, keepers, photos):
    state = server.state
    file = photos / "alone.jpg"
    state.people[an_id(50)] = "Anna"
    film = state.add("alone.mp4", b"a film", type="VIDEO", visibility="hidden")
    key = upload(state, file, favourite=True, rating=4, description="By the sea", motion=film)
    state.faces.append(Face(an_id(51), key, an_id(50), (10, 10, 50, 50), (480, 320)))
    state.album("Summer", key)
    tag = state.fresh()
    state.tags[tag] = Tag(tag, "Trips/Sea", assets=[key])
    report = keepers("scan", "immich:", "--json").json
    assert (report["photos"], report["companions"]) == (1, 1)
    told = json.loads(keepers("explain", f"immich:{key}", "--json").out)
    assert told["name"] == "alone.jpg"
    assert told["taken"]["at"] == "2024-07-04T12:00:00+00:00"
    assert told["taken"]["source"] == "exif"
    assert [(part["path"], part["role"]) for part in told["bundle"]] == [
        (f"immich:{key}", "main"),
        (f"immich:{film}", "motion-video"),
    ]
    assert {"Summer", "Anna", "Trips/Sea", "By the sea"} <= set(json.dumps(told["told"]).split('"'))


def test_full_resolution_loads_the_files_and_knows_their_bytes(newest, keepers, photos):
    ids = upload_all(newest.state, photos)
    keepers("scan", "immich:")
    newest.requests.clear()
    report = keepers("scan", "immich:", "--use-full-resolution", "--json").json
    assert report["measured"] > 0
    assert pictures(newest) == len(ids)
    assert not any(request.endswith("/thumbnail") for request in newest.requests)
    told = json.loads(keepers("explain", f"immich:{ids['alone.jpg']}", "--json").out)
    assert told["content"].startswith("b3:")
    assert told["pixels"] == "original"
    newest.requests.clear()
    assert keepers("scan", "immich:", "--use-full-resolution", "--json").json["measured"] == 0
    assert pictures(newest) == 0


def test_albums_people_and_dates_narrow_what_is_looked_at(server, keepers, photos):
    state = server.state
    ids = upload_all(state, photos)
    burst = [ids[name] for name in ids if name.startswith("DSC_")]
    state.album("Burst / of \x1b[31m three", *burst)
    state.people[an_id(50)] = "Anna"
    state.faces.append(Face(an_id(51), burst[0], an_id(50), (10, 10, 50, 50), (480, 320)))
    state.add("film.mp4", type="VIDEO")
    archived = ids["alone.jpg"]
    state.assets[archived].visibility = "archive"

    def photos_of(*words):
        told = keepers("scan", *words, "--json")
        assert told.code == 0, told.err
        return told.json["photos"]

    assert photos_of("immich:album/Burst / of \x1b[31m three") == 3
    assert photos_of("immich:", "--album", "Burst / of \x1b[31m three") == 3
    assert photos_of("immich:", "--person", "Anna") == 1
    assert photos_of("immich:", "--type", "video") == 1
    assert photos_of("immich:", "--visibility", "archive") == 1
    latest = max(one.taken for one in state.assets.values()).isoformat()
    assert photos_of("immich:", "--taken-after", latest) == [
        one.taken.isoformat() for one in state.assets.values()
    ].count(latest)
    assert photos_of("immich:") == len(ids) + 1
    kinds = [
        group["kind"] for group in keepers("group", "immich:", "--person", "Anna", "--json").json["groups"]
    ]
    assert kinds == []
    assert keepers("scan", "immich:album/None").code == 2
    assert keepers("scan", photos, "--person", "Anna").code == 2


def test_a_photo_without_a_picture_is_told_and_tried_again(newest, keepers, photos):
    state = newest.state
    ids = upload_all(state, photos)
    none = state.add("odd.jxl", b"no picture")
    state.assets[none].preview = b""
    bad = state.add("bad.jpg", b"not a picture at all")
    passing = f"/api/assets/{ids['alone.jpg']}/thumbnail"
    newest.faults += [Fault("status", f"GET {passing}", status=500) for _ in range(9)]
    told = keepers("scan", "immich:", "--json")
    assert told.code == 3
    reasons = {row["path"]: row["reason"] for row in told.json["unreadable"]}
    assert set(reasons) == {f"immich:{key}" for key in (none, bad, ids["alone.jpg"])}
    assert reasons[f"immich:{none}"] == "the server made no picture of it"
    listed = keepers("report", "unreadable", "--json").json["unreadable"]
    assert {row["path"] for row in listed} == set(reasons)
    newest.faults.clear()
    newest.requests.clear()
    again = keepers("scan", "immich:", "--json")
    assert {row["path"] for row in again.json["unreadable"]} == {f"immich:{none}", f"immich:{bad}"}
    assert pictures(newest) == 1


def test_a_server_that_goes_away_in_the_middle_costs_only_what_was_not_learned(newest, keepers, photos):
    ids = upload_all(newest.state, photos)
    wanted = sorted(ids.values())[4:]
    newest.faults += [
        Fault("status", f"GET /api/assets/{key}/thumbnail", times=99, status=503) for key in wanted
    ]
    told = keepers("scan", "immich:")
    assert told.code == 6
    assert newest.url in told.err
    newest.faults.clear()
    report = keepers("scan", "immich:", "--json")
    assert report.code == 0
    assert report.json["photos"] == len(ids)
    assert keepers("catalog", "check").code == 0


def test_hostile_names_stay_names(newest, keepers, photos):
    name = "../../\x1b[2J\u202eetc/pass\x00wd" + "x" * 5000 + ".jpg"
    key = upload(newest.state, photos / "alone.jpg", name=name)
    other = upload(newest.state, photos / "burst/DSC_101.jpg", name="..")
    album = newest.state.album("../\x00\ud800x", key, other)
    assert album
    told = keepers("scan", "immich:")
    assert told.code == 0
    explained = keepers("explain", f"immich:{key}")
    assert explained.code == 0
    assert "\x1b" not in explained.out
    assert "/" not in json.loads(keepers("explain", f"immich:{key}", "--json").out)["name"]


def test_several_profiles_are_places_of_their_own(newest, keepers, photos, monkeypatch, tmp_path):
    ids = upload_all(newest.state, photos)
    with running() as other:
        set_up(other, monkeypatch, "_PARENTS")
        (tmp_path / "keepers.toml").write_text(f'[immich.parents]\nurl = "{other.url}"\n')
        theirs = upload_all(other.state, photos)
        told = keepers("scan", "immich:", "immich@parents:", "--json")
        assert told.json["photos"] == len(ids) + len(theirs)
        everywhere = keepers("group", "--json").json["groups"]
        assert any(
            path.startswith("immich@parents:")
            for group in everywhere
            for member in group["members"]
            for path in (member["path"], *member["copies"])
        )
        assert keepers("explain", f"immich@parents:{theirs['alone.jpg']}").code == 0
        monkeypatch.setenv("KEEPERS_IMMICH_URL", other.url)


def test_commands_of_this_machine_do_not_see_servers(newest, keepers, photos):
    upload_all(newest.state, photos)
    keepers("scan", "immich:")
    assert keepers("status").code == 0
    assert "immich" not in keepers("verify", "--json").out
    assert keepers("duplicates", "immich:").code == 2
    assert keepers("report", "dates").code == 0


@pytest.mark.parametrize(("change", "code"), [("key", 5), ("url", 6), ("none", 5)])
def test_what_is_wrong_with_a_server_is_said(newest, keepers, monkeypatch, change, code):
    if change == "key":
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", "another-key-entirely")
    elif change == "url":
        monkeypatch.setenv("KEEPERS_IMMICH_URL", "http://127.0.0.1:9")
    else:
        monkeypatch.delenv("KEEPERS_IMMICH_URL")
    told = keepers("scan", "immich:")
    assert told.code == code
    assert told.err.strip()


def test_a_key_that_may_only_list_and_look_is_enough(newest, keepers, photos):
    ids = upload_all(newest.state, photos)
    newest.state.album("Summer", *ids.values())
    newest.keys[KEY] = {"asset.read", "asset.view"}
    assert keepers("scan", "immich:", "--json").json["photos"] == len(ids)
    newest.state.assets[ids["alone.jpg"]].trashed = True
    assert keepers("scan", "immich:", "--json").json["photos"] == len(ids) - 1
    newest.keys[KEY] = {"asset.read"}
    newest.state.add("new.jpg")
    told = keepers("scan", "immich:")
    assert told.code == 5
    assert "asset.view" in told.err


def test_groups_are_given_where_the_server_is_away(newest, keepers, photos, monkeypatch):
    upload_all(newest.state, photos)
    assert keepers("scan", "immich:").code == 0
    newest.keys.clear()
    told = keepers("group", "--json")
    assert told.code == 0
    assert "burst" in {group["kind"] for group in told.json["groups"]}
    assert "without looking at them" in told.err
