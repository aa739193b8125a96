"""Immich's database when things go wrong: it is never written to, and whatever breaks is told in words."""

import contextlib
import functools
import json
import re
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from keepers import servers
from keepers.cli.main import main
from keepers.errors import PlaceUnreachableError, SettingsError
from keepers.places import immich_api, immich_db
from keepers.places.immich_db.database import APPLICATION, Database, SlowError
from keepers.places.immich_db.people import DatabasePeople
from tests.immich.server import KEY, running
from tests.immich.state import Face, State, an_id
from tests.places import postgres
from tests.places.immich_rows import Tables

pytestmark = pytest.mark.slow

ANNA = an_id(50)
DOCS = Path(__file__).parents[2] / "docs" / "people.md"


def filled(where: str, photos: int = 3) -> State:
    state = State()
    state.people[ANNA] = "Anna"
    for number in range(photos):
        asset = state.add(f"{number}.jpg")
        state.faces.append(Face(state.fresh(), asset, ANNA, (10, 10, 20, 20), (100, 100)))
    with psycopg.connect(where, autocommit=True) as connection:
        Tables(connection, "2.5").fill(state)
    return state


def done(where: str, statement: str) -> list[tuple]:
    with psycopg.connect(where, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def somebody_of_another_user(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as connection:
        added = 'INSERT INTO person (id, "ownerId", name) VALUES (%s, %s, %s)'
        connection.execute(added, [an_id(60), an_id(2), "Zoe"])


@pytest.fixture
def opened(broken):
    filled(broken)
    with contextlib.closing(immich_db.opened(broken)) as source:
        yield source


@pytest.mark.parametrize(
    ("generation", "name"), [("1.135", "≤1.135"), ("1.136", "1.136-2.4"), ("2.5", "2.5-3.1"), ("3.2", "≥3.2")]
)
def test_the_generation_is_read_off_the_columns(databases, generation, name):
    with contextlib.closing(immich_db.opened(databases[generation], owner=an_id(1))) as source:
        assert source.generation == name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET name = 'Eve' RETURNING name",
        "DELETE FROM asset_face RETURNING id",
        "INSERT INTO version_history VALUES (gen_random_uuid(), now(), '9') RETURNING id",
        "CREATE TABLE mine AS SELECT 1",
    ],
)
def test_nothing_can_be_written(opened, broken, statement):
    with pytest.raises(SettingsError, match="read-only transaction"):
        opened._database.rows(sql.SQL(statement))
    assert done(broken, "SELECT name FROM person") == [("Anna",)]
    assert done(broken, "SELECT count(*) FROM asset_face") == [(3,)]


def test_the_administrator_sees_who_asks(opened, broken):
    opened.people()
    assert (APPLICATION,) in done(broken, "SELECT application_name FROM pg_stat_activity")


def test_a_connection_that_is_cut_in_the_middle_costs_no_photo_and_none_is_told_twice(broken):
    state = filled(broken, photos=1000)
    with contextlib.closing(DatabasePeople(Database(broken, pause=0.01), page=100)) as source:
        found = []
        for number, seen in enumerate(source.faces()):
            found.append(seen.asset.id)
            if number in {0, 450, 980}:
                cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keepers'"
                assert done(broken, cut)
    assert found == sorted(state.assets)


def test_a_database_that_goes_away_is_told(broken, monkeypatch):
    filled(broken, photos=20)
    monkeypatch.setattr("keepers.places.immich_db.database.CONNECT_SECONDS", 1)
    with contextlib.closing(DatabasePeople(Database(broken, pause=0.01), page=5)) as source:
        seen = source.faces()
        next(seen)
        with psycopg.connect(
            broken.replace("dbname=broken", "dbname=postgres"), autocommit=True
        ) as connection:
            connection.execute("ALTER DATABASE broken WITH ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'broken'"
            )
            with pytest.raises(PlaceUnreachableError, match="use --via rest"):
                list(seen)
            connection.execute("ALTER DATABASE broken WITH ALLOW_CONNECTIONS true")
        # And once it is back, it is asked as before.
        assert len(list(source.faces())) == 20


def test_a_question_that_takes_too_long_is_asked_for_less_then_given_up(broken, monkeypatch):
    filled(broken, photos=10)
    with contextlib.closing(DatabasePeople(Database(broken, seconds=0.25))) as source:
        asked = []
        rows = source._database.rows

        def counted(query, values=()):
            if "page" in values:
                asked.append(dict(values)["page"])
            return rows(query, values)

        monkeypatch.setattr(source._database, "rows", counted)
        with psycopg.connect(broken) as connection:
            connection.execute("LOCK TABLE asset")
            with pytest.raises(SlowError, match=r"no answer within 0\.25 s; or use --via rest"):
                list(source.faces())
            assert asked == [5000, 1250, 312, 100]
            done_soon = threading.Timer(0.35, connection.rollback)
            done_soon.start()
            assert len(list(source.faces())) == 10
            done_soon.join()


def test_a_wrong_password_is_told_and_never_shown(broken):
    wrong = broken.replace(postgres.PASSWORD, "hunter2hunter2")
    with pytest.raises(
        SettingsError, match=r"password authentication failed.*PGPASSWORD.*--via rest"
    ) as caught:
        immich_db.opened(wrong)
    assert "hunter2" not in repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)
    with pytest.raises(SettingsError, match="no password supplied"):
        immich_db.opened(broken.replace(f"password={postgres.PASSWORD}", ""))


@pytest.mark.parametrize(
    "where", ["postgresql://me:hunter2 is it@x/", "postgresql://me:hunter2%zz@x/", "hunter2"]
)
def test_an_address_that_makes_no_sense_is_not_repeated(where):
    with pytest.raises(SettingsError, match="makes no sense") as caught:
        immich_db.opened(where)
    assert "hunter2" not in str(caught.value)


def test_a_password_from_elsewhere_opens_it(broken, monkeypatch, tmp_path):
    filled(broken)
    bare = broken.replace(f" password={postgres.PASSWORD}", "")
    with contextlib.closing(immich_db.opened(bare, postgres.PASSWORD)) as source:
        assert len(source.people()) == 1
    monkeypatch.setenv("PGPASSWORD", postgres.PASSWORD)
    with contextlib.closing(immich_db.opened(bare)) as source:
        assert len(source.people()) == 1
    monkeypatch.delenv("PGPASSWORD")
    secret = tmp_path / "pgpass"
    secret.write_text(f"*:*:*:*:{postgres.PASSWORD}\n")
    secret.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(secret))
    with contextlib.closing(immich_db.opened(bare)) as source:
        assert len(source.people()) == 1


def test_no_server_at_all_is_told(tmp_path):
    with pytest.raises(PlaceUnreachableError, match=r"cannot be reached.*--via rest"):
        immich_db.opened(f"host={tmp_path} dbname=immich user=keepers")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DROP TABLE person", r"person\."),
        ("DROP TABLE asset CASCADE", r"asset\."),
        ('ALTER TABLE asset_face DROP COLUMN "personId"', r"asset_face\.personId is not there"),
        ('ALTER TABLE person RENAME "faceAssetId" TO "faceId"', r"person\.faceAssetId is not there"),
        ("DROP SCHEMA public CASCADE", "no tables of Immich"),
    ],
)
def test_tables_that_nobody_knows_are_refused(broken, damage, words):
    done(broken, damage)
    with pytest.raises(SettingsError, match=words) as caught:
        immich_db.opened(broken)
    assert "--via rest" in str(caught.value)


def test_a_table_that_goes_in_the_middle_is_told(opened, broken):
    done(broken, "DROP TABLE person")
    with pytest.raises(SettingsError, match=r'"person" does not exist'):
        list(opened.faces())


def test_people_of_several_users_are_not_mixed(broken):
    filled(broken)
    somebody_of_another_user(broken)
    with pytest.raises(SettingsError, match=f"several users: {an_id(1)}, {an_id(2)}"):
        immich_db.opened(broken)
    with contextlib.closing(immich_db.opened(broken, owner=an_id(1))) as source:
        assert [one.name for one in source.people()] == ["Anna"]
    with contextlib.closing(immich_db.opened(broken, owner=an_id(2))) as source:
        assert list(source.faces()) == []


def test_days_and_times_that_no_calendar_of_ours_has_are_unknown(opened, broken):
    done(broken, """UPDATE person SET "birthDate" = '0044-03-15 BC'""")
    done(broken, """UPDATE asset SET "localDateTime" = '0044-03-15 BC'""")
    assert [one.birth_date for one in opened.people()] == [None]
    assert {one.asset.taken for one in opened.faces()} == {None}


def test_the_role_that_the_manual_makes_can_read_all_that_is_needed(broken):
    filled(broken)
    (block,) = re.findall(r"^```sql\n(.*?)^```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    done(broken, block.replace("immich", "broken").replace("a-long-password", "read-only-password"))
    try:
        role = broken.replace("user=owner", "user=keepers").replace(postgres.PASSWORD, "read-only-password")
        with contextlib.closing(immich_db.opened(role)) as source:
            assert [one.name for one in source.people()] == ["Anna"]
            assert len(list(source.faces())) == 3
            assert source.of_file(name="0.jpg", size=5) is not None
        done(broken, "REVOKE SELECT ON asset_exif FROM keepers")
        with contextlib.closing(immich_db.opened(role)) as source:
            assert {one.asset.size for one in source.faces()} == {None}
            assert source.of_file(name="0.jpg", size=5) is None
        done(broken, "REVOKE SELECT ON person FROM keepers")
        with pytest.raises(SettingsError, match=r"our role may not read all of it: person\."):
            immich_db.opened(role)
    finally:
        done(broken, "DROP OWNED BY keepers; DROP ROLE keepers")


# As it is set


@pytest.fixture
def environment(tmp_path, broken):
    (tmp_path / "keepers.toml").write_text("")
    return {"KEEPERS_CONFIG": str(tmp_path / "keepers.toml"), "KEEPERS_IMMICH_DATABASE": broken}


def test_the_database_is_asked_where_one_is_set_and_nothing_else_is_said(broken, environment):
    filled(broken)
    with servers.people(environment, "default") as source:
        assert isinstance(source, DatabasePeople)
        assert [one.faces for one in source.people()] == [3]
    with running() as server:
        environment |= {"KEEPERS_IMMICH_URL": server.url, "KEEPERS_IMMICH_API_KEY": KEY}
        with servers.people(environment, "default", "rest") as source:
            assert source.people() == []


def test_of_several_users_it_is_the_one_whose_key_it_is(broken, environment):
    filled(broken)
    somebody_of_another_user(broken)
    with running() as server:
        environment |= {"KEEPERS_IMMICH_URL": server.url, "KEEPERS_IMMICH_API_KEY": KEY}
        with servers.people(environment, "default") as source:
            assert [one.name for one in source.people()] == ["Anna"]


def test_a_server_that_is_down_does_not_matter_where_only_one_user_has_people(
    broken, environment, monkeypatch
):
    filled(broken)
    monkeypatch.setattr(
        "keepers.servers.immich_api.opened", functools.partial(immich_api.opened, pause=0.001)
    )
    with running() as server:
        url = server.url
    environment |= {"KEEPERS_IMMICH_URL": url, "KEEPERS_IMMICH_API_KEY": KEY}
    with servers.people(environment, "default") as source:
        assert [one.name for one in source.people()] == ["Anna"]
    somebody_of_another_user(broken)
    with pytest.raises(SettingsError, match="several users"), servers.people(environment, "default"):
        pass


def test_without_psycopg_the_command_that_brings_it_is_named(environment, monkeypatch):
    monkeypatch.setitem(sys.modules, "keepers.places.immich_db", None)
    with (
        pytest.raises(SettingsError, match=r"pip install 'keepers\[database\]'; or use --via rest"),
        servers.people(environment, "default"),
    ):
        pass


def test_a_database_that_is_not_set_is_told(tmp_path):
    environment = {"KEEPERS_CONFIG": str(tmp_path / "keepers.toml")}
    with (
        pytest.raises(SettingsError, match=r"no database is set .* \[immich\.default\]"),
        servers.people(environment, "default", "database"),
    ):
        pass


def test_people_are_listed_by_the_database_and_which_photo_stands_for_them(
    broken, environment, monkeypatch, capsys
):
    state = filled(broken)
    done(broken, 'UPDATE person SET "faceAssetId" = (SELECT id FROM asset_face ORDER BY id LIMIT 1)')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["people", "list", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["people"]
    assert (told["name"], told["faces"], told["featured"]) == (
        "Anna",
        3,
        min(state.faces, key=lambda one: one.id).asset,
    )
    monkeypatch.setenv("KEEPERS_IMMICH_DATABASE", broken.replace(postgres.PASSWORD, "hunter2hunter2"))
    assert main(["people", "list", "-vv"]) == 5
    assert "hunter2" not in capsys.readouterr().err
