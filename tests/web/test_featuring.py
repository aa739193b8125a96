"""The best photo of each person on the page: looked for, shown, set, and taken back; nothing else than was shown is set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.featured_world import ANNA, BEN, Photos, named, peopled
from tests.immich.server import KEY, Server, running
from tests.web.served import Client, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def immich() -> Iterator[Server]:
    with running() as server:
        yield server


def _run(client: Client, plan: str) -> Any:
    return client.ended(client.send("POST", "/people-feature/run", {"plan": plan})["id"])


def test_the_best_photos_are_shown_then_set_then_taken_back(immich: Server, tmp_path: Path):
    photos: Photos = peopled(immich)
    environment = {
        "KEEPERS_CONFIG": str(tmp_path / "keepers.toml"),
        "KEEPERS_IMMICH_URL": immich.url,
        "KEEPERS_IMMICH_API_KEY": KEY,
    }
    with serving(tmp_path / "state" / "catalog.db", environment=environment) as client:
        empty = client.get("/people-feature/plan")
        assert (empty["plan"], empty["people"], empty["job"]) == ("", [], None)
        looked = _run(client, "")
        assert (looked["state"], looked["run"]) == ("done", None), looked
        plan = client.get("/people-feature/plan")
        chosen = {one["name"]: one["file"] for one in plan["people"]}
        assert chosen == {"Anna": "soft.jpg", "Ben <Öz>": "undated.jpg", "Cara": "alone.jpg"}
        assert named(photos, photos.shown(ANNA)) == "old.jpg"
        assert client.get("/people-feature/plan?limit=2")["next"] == 2
        assert [one["name"] for one in client.get("/people-feature/plan?after=2")["people"]] == ["Cara"]

        outdated = _run(client, "9-nothing")
        assert outdated["state"] == "failed"
        assert "look at it again" in outdated["error"]
        assert client.get("/people-feature/plan")["plan"] == plan["plan"]

        done = _run(client, plan["plan"])
        assert (done["state"], done["error"]) == ("done", ""), done
        assert (named(photos, photos.shown(ANNA)), named(photos, photos.shown(BEN))) == (
            "soft.jpg",
            "undated.jpg",
        )
        assert client.get("/people-feature/plan")["plan"] == ""
        runs = client.get("/runs")["runs"]
        assert [(run["id"], run["can_undo"]) for run in runs] == [(done["run"], True)]

        again = _run(client, "")
        assert again["result"].startswith("0 people")
        assert not any(one["asset"] != one["before"] for one in client.get("/people-feature/plan")["people"])

        photos.add("closer.jpg", None, (ANNA, 500))
        _run(client, "")
        closer = client.get("/people-feature/plan")
        assert closer["changes"] == 1
        second = _run(client, closer["plan"])
        assert named(photos, photos.shown(ANNA)) == "closer.jpg"
        back = client.done({"kind": "undo", "run": second["run"]})
        assert (back["state"], back["error"]) == ("done", ""), back
        assert named(photos, photos.shown(ANNA)) == "soft.jpg"
