"""Photos and people of an Immich server on the page: seen, rejected, sorted; and a page for other machines."""

import io
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from keepers.errors import SettingsError
from keepers.web import passwords
from tests.cli.world import bytes_in, jpeg, picture
from tests.immich.server import KEY, Server, running
from tests.immich.state import About, Face
from tests.immich.uploads import upload_all
from tests.web import pictures
from tests.web.served import BEGIN, Client, serving

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"  # noqa: S105


@pytest.fixture(scope="module")
def immich() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def environment(immich: Server, tmp_path: Path) -> dict[str, str]:
    return {
        "KEEPERS_CONFIG": str(tmp_path / "keepers.toml"),
        "KEEPERS_IMMICH_URL": immich.url,
        "KEEPERS_IMMICH_API_KEY": KEY,
        "KEEPERS_PEOPLE_BASE": str(tmp_path / "people"),
        "KEEPERS_HOME_ZONE": "UTC",
    }


def test_photos_of_a_server_are_seen_and_go_into_its_trash_and_back(
    immich: Server, environment: dict[str, str], tmp_path: Path
):
    pictures.burst(tmp_path / "burst", 80, 1)
    keys = upload_all(immich.state, tmp_path / "burst")
    with serving(tmp_path / "state" / "catalog.db", environment=environment) as client:
        scanned = client.done({"kind": "scan", "sources": ["immich:"]})
        assert scanned["state"] == "done", scanned
        group = client.group(client.first(kind="burst")["id"])
        assert {one["name"] for one in group["members"]} == set(keys)
        assert {one["place"] for one in group["members"]} == {"immich"}
        preview = client.ask("GET", group["members"][0]["preview"])
        assert preview.status == 200, preview.body
        with Image.open(io.BytesIO(preview.body)) as shown:
            assert shown.size[0] > shown.size[1]
        original = client.ask("GET", group["members"][0]["original"])
        assert original.body in bytes_in(tmp_path / "burst").values()
        client.send("POST", f"/groups/{group['row']['id']}/accept", If_Match=str(group["row"]["revision"]))
        plan = client.get("/plan")
        assert (plan["files"], plan["goes_to"][0]["folder"], plan["stays"]) == (2, "immich", [])
        done = client.done({"kind": "apply", "plan": plan["plan"]})
        assert (done["state"], done["error"]) == ("done", ""), done
        trashed = {name for name, key in keys.items() if immich.state.assets[key].trashed}
        assert trashed == {one["name"] for one in group["members"] if not one["keep"]}
        assert client.get("/groups")["groups"] == []
        back = client.done({"kind": "undo", "run": done["run"]})
        assert back["state"] == "done"
        assert not any(immich.state.assets[key].trashed for key in keys.values())
        (server,) = client.get("/status/immich")["servers"]
        assert (server["reachable"], server["url"]) == (True, immich.url)


def test_people_are_listed_and_their_photos_sorted_under_old_and_new_paths(
    immich: Server, environment: dict[str, str], tmp_path: Path
):
    state = immich.state
    anna = state.fresh()
    state.people[anna], state.about[anna] = "Anna", About()
    data = jpeg(picture(700, (96, 64)))
    photo = tmp_path / "photos" / "IMG_1.jpg"
    photo.parent.mkdir()
    photo.write_bytes(data)
    state.faces.append(Face(state.fresh(), state.add("IMG_1.jpg", data), anna, (0, 0, 40, 40), (1000, 1000)))
    with serving(tmp_path / "state" / "catalog.db", environment=environment) as client:
        client.done({"kind": "scan", "sources": [str(photo.parent)], "then_group": False})
        (person,) = client.get("/people-sort/people")["people"]
        assert (person["name"], person["faces"], person["sorted"]) == ("Anna", 1, 0)
        assert client.ask("GET", f"/api/face-sort/people/{anna}").json == person
        assert client.ask("GET", "/api/face-sort/people/nobody").status == 404
        status = client.ask("GET", "/api/face-sort/status").json
        assert (status["enabled"], status["connected"], status["base"]) == (
            True,
            True,
            str(tmp_path / "people"),
        )
        assert client.ask("POST", "/api/face-sort/disable").json["enabled"] is False
        assert client.send("POST", "/people-sort/enable")["enabled"] is True
        asked = client.ask("POST", "/api/face-sort/batch", {})
        assert asked.status == 202
        done = client.ended(asked.json["job"]["id"])
        assert done["state"] == "done", done
        assert client.get("/people-sort/batch/status")["job"]["id"] == done["id"]
        assert list(bytes_in(tmp_path / "people").values()) == [data]
        (row,) = client.ask("GET", "/api/face-sort/history").json["history"]
        assert (row["person_name"], row["action"], row["original_path"]) == ("Anna", "copied", str(photo))
        assert client.get("/people-sort/stats")["total"] == 1
        assert client.get("/people-sort/people")["people"][0]["sorted"] == 1
        client.done({"kind": "undo", "run": done["run"]})
        assert client.get("/people-sort/history")["history"][0]["status"] == "undone"
        assert client.ask("GET", "/api/face-sort/immich/status").json["reachable"]


def test_other_machines_need_the_password_and_cannot_guess_it(tmp_path: Path):
    catalog = tmp_path / "catalog.db"
    environment = {"KEEPERS_WEB_PASSWORD": PASSWORD, "KEEPERS_CONFIG": str(tmp_path / "keepers.toml")}
    with serving(catalog, "--host", "0.0.0.0", "--name", "nas.example", environment=environment) as known:  # noqa: S104
        other = Client(
            known.port,
            "",
            {"Host": f"nas.example:{known.port}", "Origin": f"http://nas.example:{known.port}"},
        )
        assert other.ask("GET", "/").headers["location"] == "/login"
        assert b'name="password"' in other.ask("GET", "/login").body
        assert other.ask("GET", "/api/v1/status").status == 401
        assert (
            Client(known.port, "", {"Host": f"evil.example:{known.port}"}).ask("GET", "/login").status == 421
        )
        assert other.ask("POST", "/api/v1/login", {"password": "wrong"}).status == 401
        right = other.ask("POST", "/api/v1/login", {"password": PASSWORD})
        assert right.status == 200
        cookie = right.headers["set-cookie"].partition(";")[0]
        assert other.ask("GET", "/api/v1/status", Cookie=cookie).status == 200
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        typed = other.ask("POST", "/login", b"password=correct+horse", **form)
        assert (typed.status, typed.headers["location"]) == (303, "/")
        assert (
            other.ask(
                "POST", "/login", b"password=correct+horse", **form, Origin="http://evil.example"
            ).status
            == 403
        )
        codes = [other.ask("POST", "/api/v1/login", {"password": f"wrong{n}"}).status for n in range(8)]
        assert codes == [401] * 5 + [429] * 3
        assert other.ask("POST", "/api/v1/login", {"password": PASSWORD}).status == 429


def test_a_password_may_be_asked_for_on_this_machine_too(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    with serving(tmp_path / "catalog.db", "--password-file", str(file)) as known:
        other = Client(known.port, "", {"Origin": f"http://127.0.0.1:{known.port}"})
        assert other.ask("GET", "/").headers["location"] == "/login"
        assert other.ask("GET", "/login", Host=f"192.168.0.7:{known.port}").status == 421
        assert other.ask("POST", "/api/v1/login", {"password": PASSWORD}).status == 200
        assert known.get("/status")["state"] == "empty"


def test_no_page_for_other_machines_without_a_password(tmp_path: Path):
    words = ["--catalog", str(tmp_path / "c.db"), "serve", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (5, "")
    assert "needs a password" in done.stderr


def test_a_password_is_kept_as_its_digest_and_read_only_from_a_file_of_ones_own(tmp_path: Path):
    environment = {"KEEPERS_CONFIG": str(tmp_path / "own" / "keepers.toml")}
    path = passwords.store(passwords.made(PASSWORD), environment)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert PASSWORD not in Path(path).read_text()
    found = passwords.found("", environment)
    assert found is not None
    assert (found.is_right(PASSWORD), found.is_right("wrong")) == (True, False)
    passwords.store(passwords.made("another one"), environment)
    again = passwords.found("", environment)
    assert again is not None
    assert (again.is_right("another one"), again.is_right(PASSWORD)) == (True, False)
    Path(path).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        passwords.found("", environment)
    with pytest.raises(SettingsError, match="at least 8"):
        passwords.made("short")
    assert passwords.found("", {"KEEPERS_CONFIG": str(tmp_path / "none" / "keepers.toml")}) is None
