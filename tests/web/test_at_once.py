"""What commands found and said is on the page at once, without a click; what was only learned is grouped by itself."""

import contextlib
import http.client
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from keepers.catalog import reviews
from keepers.catalog.store import open_catalog
from keepers.workflows import reviewing
from tests.cli.world import Keepers, jpeg, picture, put
from tests.web import pictures
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    pictures.burst(folder / "one", 70, 1)
    pictures.burst(folder / "two", 71, 2)
    return folder


def _standing(client: Client) -> Generator[Any]:
    """How the review stands, as it is told."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    connection.request("GET", "/api/v1/jobs/events", headers=client.headers)
    with contextlib.closing(connection), connection.getresponse() as answer:
        name = ""
        for line in answer:
            if line.startswith(b"event: "):
                name = line.removeprefix(b"event: ").decode().strip()
            if line.startswith(b"data: ") and name == "review":
                yield json.loads(line.removeprefix(b"data: "))


def _kept(keepers: Keepers) -> tuple[int, bool]:
    """How many groups the page would show, and whether it would group first."""
    with contextlib.closing(open_catalog(keepers.catalog, create=False)) as catalog:
        return reviews.totals(catalog)[0], reviewing.is_old(catalog)


def test_who_grouped_or_organized_sees_the_groups(keepers: Keepers, photos: Path, tmp_path: Path):
    assert keepers("organize", photos / "one", "--to", tmp_path / "sorted", "--yes").code == 0
    assert _kept(keepers) == (1, False)
    keepers("scan", photos)
    assert _kept(keepers) == (1, True)
    assert keepers("group", photos).code == 0
    assert _kept(keepers) == (2, False)
    keepers("group", photos / "one")
    assert _kept(keepers) == (2, True), "it was scanned once more"
    keepers("group")
    assert _kept(keepers) == (2, False)


@pytest.mark.parametrize("words", [("--kind", "burst"), ("--threshold", "3"), ("--time-window", "0")])
def test_groups_of_one_call_are_not_those_of_the_page(keepers: Keepers, photos: Path, words: tuple[str, ...]):
    keepers("group", photos, *words)
    assert _kept(keepers) == (0, True)


def test_what_was_only_learned_is_grouped_when_the_page_is_opened(keepers: Keepers, photos: Path):
    assert keepers("scan", photos).code == 0
    with serving(keepers.catalog) as client:
        (job,) = client.get("/jobs")["jobs"]
        assert (job["kind"], client.ended(job["id"])["state"]) == ("group", "done")
        assert client.get("/groups/totals")["groups"] == 2
    assert _kept(keepers) == (2, False)


def test_what_a_command_decides_is_shown_at_once_and_taken_back_on_the_page(keepers: Keepers, photos: Path):
    found = keepers("group", photos, "--json").json["groups"][0]
    name, second = found["id"], found["members"][2]["path"]
    with serving(keepers.catalog) as client:
        events = _standing(client)
        before = next(events)["revision"]
        told = keepers("decide", name, "--keep", second, "--json").json
        assert (told["keep"], len(told["drop"])) == ([second], 2)
        assert next(events)["revision"] > before
        events.close()
        totals = client.get("/groups/totals")
        assert totals["reviewed"] == 1
        group = client.group(name)
        assert {one["path"] for one in group["members"] if one["said"]} == {second}
        assert (group["row"]["keep"], group["row"]["reviewed"]) == (1, True)
        history = client.get("/decisions")
        assert [step["groups"] for step in history["steps"]] == [[name]]
        client.send("POST", "/decisions/undo", {"head": history["head"]})
        assert client.get("/groups/totals")["reviewed"] == 0
        keepers("decide", name, "--keep-all")
        assert client.group(name)["row"]["keep"] == 3
        keepers("decide", name, "--forget")
        assert not client.group(name)["row"]["reviewed"]
        assert client.get("/jobs")["jobs"] == []
        third = group["members"][2]["path"]
        keepers("decide", name, "--not-same", third)
        assert client.ask("GET", f"/api/v1/groups/{name}").status == 404
        assert sorted(row["photos"] for row in client.get("/groups")["groups"]) == [2, 3]
        keepers("decide", name, "--forget")
        assert client.get("/groups/totals")["stale"]
        client.done({"kind": "group"})
        assert client.group(name)["row"]["photos"] == 3
        assert not client.get("/groups/totals")["stale"]


def test_equal_files_that_all_stay_are_reviewed_at_once(keepers: Keepers, photos: Path):
    data = jpeg(picture(5))
    for folder in ("one", "two"):
        put(photos / folder / "same.jpg", data)
    groups = keepers("group", photos, "--json").json["groups"]
    name = next(one["id"] for one in groups if one["kind"] == "same-bytes")
    for words, reviewed in (("--keep-all", True), ("--forget", False)):
        keepers("decide", name, words)
        with contextlib.closing(open_catalog(keepers.catalog, create=False)) as catalog:
            row = reviews.one(catalog, name)
            assert row is not None
            assert (row.reviewed, row.keep) == (reviewed, 2 if reviewed else 1)
