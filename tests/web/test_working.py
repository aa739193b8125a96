"""Jobs: progress as it happens, stopping and going on; and applying what was said, taken back, checked on disk."""

import contextlib
import http.client
import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import TAKEN, Keepers, bytes_in, jpeg, make_pairs, picture, put
from tests.web import pictures
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow


def _events(client: Client) -> Generator[Any]:
    """Jobs as they are told."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    connection.request("GET", "/api/v1/jobs/events", headers=client.headers)
    with contextlib.closing(connection), connection.getresponse() as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = b""
        for line in answer:
            if line.startswith(b"event: "):
                name = line.strip()
            if line.startswith(b"data: ") and name == b"event: job":
                yield json.loads(line.removeprefix(b"data: "))


def _accepted(client: Client, kind: str) -> None:
    for row in client.get(f"/groups?kind={kind}")["groups"]:
        client.send("POST", f"/groups/{row['id']}/accept", If_Match=str(row["revision"]))


def test_an_empty_catalog_says_so_and_a_scan_is_told_as_it_goes(tmp_path: Path):
    pictures.make(tmp_path / "photos")
    with serving(tmp_path / "state" / "catalog.db") as client:
        assert client.get("/status")["state"] == client.get("/groups/totals")["state"] == "empty"
        assert (
            client.get("/groups")["groups"]
            == client.get("/jobs")["jobs"]
            == client.get("/runs")["runs"]
            == []
        )
        assert (client.get("/plan")["files"], client.get("/decisions")["can_undo"]) == (0, False)
        _fails(client, tmp_path)
        events = _events(client)
        job = client.send("POST", "/jobs", {"kind": "scan", "sources": [str(tmp_path / "photos")]})
        seen = []
        for event in events:
            if event["id"] != job["id"]:
                # The one that failed before may still be told.
                continue
            seen.append(event)
            if event["state"] not in {"queued", "running"}:
                events.close()
        assert {one["state"] for one in seen} <= {"queued", "running", "done"}
        assert seen[-1]["state"] == "done"
        assert "groups" in seen[-1]["result"]
        stages = {one["progress"]["stage"] for one in seen if one["progress"]}
        # Events are sent every so often, so a stage that takes a moment may go unseen.
        assert len(stages) >= 2
        status = client.get("/status")
        assert (status["state"], status["photos"]) == ("ready", 14)
        assert status["roots"][0]["path"] == str(tmp_path / "photos")


def _fails(client: Client, tmp_path: Path) -> None:
    """A job that fails says why and what it was; nonsense is no job."""
    failed = client.done({"kind": "scan", "sources": [str(tmp_path / "nowhere")]})
    assert failed["state"] == "failed"
    assert str(tmp_path / "nowhere") in failed["error"]
    assert client.ask("GET", "/api/v1/jobs/99").status == client.ask("GET", "/api/v1/runs/99").status == 404
    for body in ({"kind": "dance"}, {"kind": "scan", "sources": ["x"] * 101}, {"kind": "apply"}, {}):
        assert client.ask("POST", "/api/v1/jobs", body).status == 422


def test_what_was_rejected_goes_to_the_trash_and_comes_back(tmp_path: Path):
    photos = tmp_path / "photos"
    pictures.make(photos)
    before = bytes_in(photos)
    with serving(tmp_path / "state" / "catalog.db") as client:
        client.done({"kind": "scan", "sources": [str(photos)]})
        for kind in ("same-bytes", "same-pixels", "burst"):
            _accepted(client, kind)
        plan = client.get("/plan")
        assert (plan["files"], plan["stays"], plan["refused"]) == (7, [], [])
        assert client.get("/plan?limit=2")["next"] == 2
        second = client.get("/plan?limit=2&after=2")
        assert (second["plan"], second["actions"]) == (plan["plan"], plan["actions"][2:4])
        assert bytes_in(photos) == before
        outdated = client.done({"kind": "apply", "plan": "0-0"})
        assert (outdated["state"], bytes_in(photos)) == ("failed", before)
        done = client.done({"kind": "apply", "plan": plan["plan"]})
        assert (done["state"], done["error"]) == ("done", "")
        left = {name for name in bytes_in(photos) if not name.startswith(".keepers-trash")}
        assert len(left) == 7
        assert sorted(bytes_in(photos).values()) == sorted(before.values())
        assert client.get("/status")["photos"] == len(left), "the catalog follows what was applied"
        assert client.get("/plan")["files"] == 0
        assert [row["kind"] for row in client.get("/groups")["groups"]] == ["same-picture"]
        run = client.get(f"/runs/{done['run']}")
        assert (run["run"]["done"], run["run"]["can_undo"], len(run["actions"])) == (7, True, 7)
        client.done({"kind": "group"})
        assert len(client.get("/groups")["groups"]) == 1
        back = client.done({"kind": "undo", "run": done["run"]})
        assert back["state"] == "done"
        assert bytes_in(photos) == before
        assert client.get("/status")["photos"] == len(before), "and what was taken back"
        client.done({"kind": "group"})
        assert len(client.get("/groups")["groups"]) == 6
        assert client.get("/groups/totals")["reviewed"] == 5
        assert [run["state"] for run in client.get("/runs")["runs"]] == ["done", "undone"]
        assert client.get("/plan")["files"] == 7
        changed = photos / "burst1" / "DSC_510.jpg"
        put(changed, changed.read_bytes() + b"more")
        plan = client.get("/plan")
        assert (plan["files"], [one["words"] for one in plan["stays"]]) == (6, [str(changed)])


def test_the_command_line_applies_what_the_page_rejected_and_the_page_shows_it(
    tmp_path: Path, keepers: Keepers
):
    photos = tmp_path / "photos"
    pictures.burst(photos, 70, 1)
    before = bytes_in(photos)
    with serving(keepers.catalog) as client:
        client.done({"kind": "scan", "sources": [str(photos)]})
        nothing = keepers("apply", "--yes")
        assert nothing.out == "Nothing to apply.\n", nothing
        _accepted(client, "burst")
        planned = keepers("apply", "--dry-run", "--json").json
        assert [action["verb"] for action in planned["actions"]] == ["trash", "trash"]
        assert keepers("apply").code == 2
        assert bytes_in(photos) == before
        assert keepers("apply", "--yes").code == 0
        assert client.get("/groups")["groups"] == []
        assert keepers("undo", "--yes").code == 0
        assert bytes_in(photos) == before
        assert [row["reviewed"] for row in client.get("/groups")["groups"]] == [True]


def test_a_scan_is_stopped_by_the_end_of_its_server_and_by_a_person_and_goes_on(tmp_path: Path):
    photos = tmp_path / "photos"
    for number in range(90):
        put(photos / f"IMG_{number}.jpg", jpeg(picture(500 + number, (900, 600)), TAKEN))
    catalog = tmp_path / "state" / "catalog.db"
    with serving(catalog) as client:
        job = client.send("POST", "/jobs", {"kind": "scan", "sources": [str(photos)], "then_group": False})
        _begun(client, job["id"])
    with serving(catalog) as client:
        stopped = client.get(f"/jobs/{job['id']}")
        assert (stopped["state"], stopped["can_resume"]) == ("stopped", True)
        again = client.send("POST", f"/jobs/{job['id']}/resume")
        assert again["id"] == job["id"]
        waiting = client.send("POST", "/jobs", {"kind": "group"})
        _begun(client, job["id"])
        client.send("POST", f"/jobs/{waiting['id']}/cancel")
        assert client.ended(waiting["id"])["state"] == "stopped"
        client.send("POST", f"/jobs/{job['id']}/cancel")
        assert client.ended(job["id"])["state"] == "stopped"
        assert client.ask("POST", f"/api/v1/jobs/{job['id']}/cancel").status == 409
        client.send("POST", f"/jobs/{job['id']}/resume")
        assert client.ended(job["id"])["state"] == "done"
        assert client.get("/status")["photos"] == 90
        assert client.ask("POST", f"/api/v1/jobs/{job['id']}/resume").status == 409


def _begun(client: Client, job: int) -> None:
    while (now := client.get(f"/jobs/{job}"))["progress"] is None:
        assert now["state"] in {"queued", "running"}, now
        time.sleep(0.02)


def test_folders_that_hold_the_same_are_told_and_one_of_them_is_kept(tmp_path: Path):
    photos = tmp_path / "photos"
    make_pairs(photos, 3)
    put(photos / "b" / "own.jpg", jpeg(picture(77), TAKEN))
    with serving(tmp_path / "state" / "catalog.db") as client:
        client.done({"kind": "scan", "sources": [str(photos)]})
        (pair,) = client.get("/folders/pairs")["pairs"]
        assert pair["words"] == f"{photos}/b holds all of {photos}/a"
        assert (pair["in_one"], pair["in_other"], pair["in_both"], pair["decided"]) == (3, 4, 3, 0)
        said = client.send("POST", f"/folders/pairs/{pair['id']}/keep", {"keep": "other"})
        assert said["changed"] == 3
        plan = client.get("/plan")
        assert {os.path.dirname(one["source"]) for one in plan["actions"]} == {str(photos / "a")}
        assert client.ask("POST", f"/api/v1/folders/pairs/{pair['id']}/keep", {"keep": "one"}).status == 409
        client.send("POST", "/decisions/undo", {"head": said["head"]})
        assert client.get("/plan")["files"] == 0
