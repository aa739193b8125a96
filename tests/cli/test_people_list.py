"""`keepers people list`: the whole command against the loopback server."""

import pytest

from tests.immich.server import KEY, running
from tests.immich.state import Face, an_id

pytestmark = pytest.mark.slow

ANNA, BEN, STRANGER = an_id(50), an_id(51), an_id(52)


@pytest.fixture(params=[(2, 7, 5), (3, 1, 0)], ids=["2.7", "3.1"])
def server(request, tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
    with running(request.param) as made:
        monkeypatch.setenv("KEEPERS_IMMICH_URL", made.url)
        monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
        state = made.state
        state.people = {ANNA: "Anna", BEN: "Ben\x1b[31m", STRANGER: ""}
        for number in range(3):
            asset = state.add(f"{number}.jpg", b"photo %d" % number)
            for left, person in enumerate((ANNA, STRANGER, None)):
                box = (10 + 20 * left, 10, 20 + 20 * left, 30)
                state.faces.append(Face(state.fresh(), asset, person, box, (100, 100)))
        state.faces.append(Face(state.fresh(), state.add("ben.jpg"), BEN, (1, 1, 50, 50), (100, 100)))
        state.about[ANNA].birth_date = "1990-02-28"
        state.about[BEN].favorite = True
        yield made


def test_everybody_is_listed_favourites_first(server, keepers):
    told = keepers("people", "list", "--json")
    assert told.code == 0, told.err
    assert told.json == {
        "schema_version": 1,
        "people": [
            {
                "id": BEN, "name": "Ben\x1b[31m", "faces": 1, "birth_date": None, "hidden": False, "favorite": True,
                "featured": None, "directory": None, "sorted": 0,
            },
            {
                "id": ANNA, "name": "Anna", "faces": 3, "birth_date": "1990-02-28", "hidden": False, "favorite": False,
                "featured": None, "directory": None, "sorted": 0,
            },
            {
                "id": STRANGER, "name": "", "faces": 3, "birth_date": None, "hidden": False, "favorite": False,
                "featured": None, "directory": None, "sorted": 0,
            },
        ],
    }  # fmt: skip


def test_the_table_is_for_people(server, keepers):
    told = keepers("people", "list")
    lines = told.out.splitlines()
    assert lines[1].split() == ["1", "0", "Ben\\x1b[31m", "favorite", BEN]
    assert lines[2].split() == ["3", "0", "Anna", "1990-02-28", ANNA]
    assert lines[-1] == "3 people, 1 without a name."


def test_the_hidden_are_listed_when_they_are_asked_for(server, keepers):
    server.state.about[ANNA].hidden = True

    def names(*options):
        return {one["id"] for one in keepers("people", "list", "--json", *options).json["people"]}

    assert names() == {BEN, STRANGER}
    assert names("--all") == {ANNA, BEN, STRANGER}
    assert names("--hidden") == {ANNA}
    assert names("--all", "--named") == {ANNA, BEN}


def test_a_key_that_may_not_count_lists_people_all_the_same(server, keepers):
    server.keys[KEY] = {"person.read"}
    told = keepers("people", "list", "--json")
    assert [one["faces"] for one in told.json["people"]] == [None, None, None]
    assert keepers("people", "list").out.splitlines()[1].split()[0] == "?"


def test_a_key_that_may_not_see_people_is_told_what_it_lacks(server, keepers):
    server.keys[KEY] = {"asset.read"}
    told = keepers("people", "list")
    assert told.code == 5
    assert "person.read" in told.err


def test_faces_of_nobody_are_listed_newest_first(server, keepers):
    told = keepers("people", "list", "--unidentified", "--json").json
    assert (told["faces"], [one["name"] for one in told["photos"]]) == (3, ["2.jpg", "1.jpg", "0.jpg"])
    (face,) = told["photos"][0]["faces"]
    assert (face["person"], face["box"]) == (None, [0.5, 0.1, 0.1, 0.2])
    shown = keepers("people", "list", "--unidentified").out
    assert shown.splitlines()[-1] == "3 faces of nobody known, in 3 photos."


def test_the_faces_of_a_file_are_found_by_its_bytes(server, keepers, tmp_path):
    file = tmp_path / "other name.jpg"
    file.write_bytes(b"photo 1")
    told = keepers("people", "list", "--file", str(file), "--json").json
    assert told["known"]
    assert (told["name"], [one["id"] for one in told["people"]]) == ("1.jpg", [ANNA, STRANGER])
    assert (len(told["faces"]), told["unidentified"]) == (3, 1)
    shown = keepers("people", "list", "--file", str(file)).out
    assert f"In it: Anna, somebody without a name ({STRANGER})." in shown


def test_a_file_of_an_external_library_is_found_by_its_path(server, keepers, tmp_path, monkeypatch):
    (tmp_path / "ben.jpg").write_bytes(b"not what the server has a checksum of")
    monkeypatch.setenv("KEEPERS_IMMICH_PATHS", f"/photos={tmp_path}")
    told = keepers("people", "list", "--file", str(tmp_path / "ben.jpg"), "--json").json
    assert [one["id"] for one in told["people"]] == [BEN]


def test_a_file_that_the_server_does_not_know_is_told(server, keepers, tmp_path):
    file = tmp_path / "new.jpg"
    file.write_bytes(b"new")
    told = keepers("people", "list", "--file", str(file), "--json")
    assert (told.code, told.json["known"], told.json["people"]) == (0, False, [])
    assert "does not know" in keepers("people", "list", "--file", str(file)).out
    gone = keepers("people", "list", "--file", str(tmp_path / "gone.jpg"))
    assert gone.code == 2
    assert "there is no such file" in gone.err


def test_a_server_without_people_says_why_that_may_be(server, keepers):
    server.state.people.clear()
    assert "machine learning" in keepers("people", "list").out
    assert keepers("people", "list", "--json").json == {"schema_version": 1, "people": []}
