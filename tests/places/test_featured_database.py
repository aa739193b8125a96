"""`keepers people feature` where the server's database tells which photo stands for whom: undo is exact from the first time."""

import contextlib

import psycopg
import pytest

from tests.cli.featured_world import ANNA, BEN, CARA, named, peopled
from tests.cli.world import Keepers
from tests.immich.server import KEY, running
from tests.places.immich_rows import Tables

pytestmark = pytest.mark.slow


@pytest.fixture
def photos(databases, tmp_path, monkeypatch):
    """A server whose database follows whatever is set."""
    where = databases["2.5"]
    with running((3, 1, 0)) as server, psycopg.connect(where, autocommit=True) as connection:
        made = peopled(server)

        def follow(request="PUT"):
            while request.startswith("PUT"):
                # As one change, for others read while it is made; who reads in another order of tables may be in its way.
                with contextlib.suppress(psycopg.errors.DeadlockDetected), connection.transaction():
                    Tables(connection, "2.5").fill(server.state)
                    return

        server.after = follow
        follow()
        for name, value in {
            "CONFIG": str(tmp_path / "keepers.toml"), "IMMICH_CACHE_DIR": str(tmp_path / "cache"), "FACES": "none", "JOBS": "1",
            "IMMICH_URL": server.url, "IMMICH_API_KEY": KEY, "IMMICH_DATABASE": where,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"KEEPERS_{name}", value)
        yield made, server, follow


@pytest.fixture
def keepers(tmp_path, capsys):
    return Keepers(tmp_path / "state" / "catalog.db", capsys)


def test_the_first_undo_is_exact(photos, keepers):
    made, server, follow = photos
    old = made.shown(ANNA)
    made.stand(BEN, old)
    follow()
    dry = keepers("people", "feature", "--dry-run", "--json").json
    assert {one["name"]: named(made, one["before"]) for one in dry["people"]} == {
        "Anna": "old.jpg", "Ben <Öz>": "old.jpg", "Cara": None,
    }  # fmt: skip
    done = keepers("people", "feature", "--yes", "--json")
    assert (done.code, done.json["done"]) == (0, 3), done.err
    assert [named(made, made.shown(one)) for one in (ANNA, BEN, CARA)] == [
        "soft.jpg", "undated.jpg", "alone.jpg",
    ]  # fmt: skip
    assert not server.asked("GET /api/faces")
    back = keepers("undo", "--yes", "--json")
    assert [made.shown(one) for one in (ANNA, BEN)] == [old, old]
    # Nothing stood for Cara, and a server takes that from nobody.
    assert (back.code, back.json["done"]) == (3, 2)
    assert "no photo stood for this person before" in back.json["problems"][0]["why"]


def test_what_somebody_chose_since_stays(photos, keepers):
    made, server, follow = photos
    assert keepers("people", "feature", "--name", "Anna", "--yes").code == 0
    other = next(key for key, one in server.state.assets.items() if one.name == "new.jpg")
    made.stand(ANNA, other)
    follow()
    back = keepers("undo", "--yes", "--json")
    assert (back.code, made.shown(ANNA)) == (3, other)
    # Without the database, the same is told by the server's clock and by sight.
    assert keepers("people", "feature", "--name", "Anna", "--via", "rest", "--dry-run").code == 0


def test_a_server_that_only_says_so_is_not_believed(photos, keepers):
    made, server, _ = photos
    server.after = lambda request: None
    told = keepers("people", "feature", "--name", "Ben <Öz>", "--yes", "--json")
    assert (told.code, told.json["done"]) == (1, 0)
    assert "the server said that it was done, but it is not" in told.json["problems"][0]["why"]
    assert named(made, made.shown(BEN)) == "undated.jpg"
