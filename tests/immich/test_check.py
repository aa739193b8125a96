"""`keepers immich check`: version, permissions one by one, words, exit codes."""

import json

import pytest

from keepers.cli.main import main
from keepers.places import immich_api
from keepers.places.immich_api import CHANGING, FOR_SOME, READING, Abilities
from tests.immich.server import KEY, Fault

EVERY = {need.permission for need in READING + CHANGING}
SOME = {need.permission for _, needs in FOR_SOME for need in needs}


@pytest.fixture
def here(server, monkeypatch):
    monkeypatch.setenv("KEEPERS_IMMICH_URL", server.url)
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
    return server


def told(capsys, *words):
    code = main(["immich", "check", "--json", *words])
    return code, json.loads(capsys.readouterr().out)


def test_a_key_with_every_permission_that_is_needed_is_enough(here, capsys):
    here.keys[KEY] = EVERY
    code, document = told(capsys)
    assert code == 0
    assert document["schema_version"] == 1
    assert document["version"] == ".".join(map(str, here.version))
    assert document["missing"] == []
    assert {row["permission"] for row in document["permissions"] if row["granted"]} == EVERY
    assert {row["permission"] for row in document["permissions"] if row["only_for"]} == SOME


@pytest.mark.parametrize("permission", sorted(EVERY))
def test_each_permission_that_is_missing_is_told(newest, monkeypatch, capsys, permission):
    monkeypatch.setenv("KEEPERS_IMMICH_URL", newest.url)
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
    newest.keys[KEY] = EVERY - {permission}
    code, document = told(capsys)
    assert code == 5
    assert document["missing"] == [permission]
    assert next(row for row in document["permissions"] if not row["granted"])["without"]


def test_a_key_that_only_reads_is_enough_where_nothing_is_to_be_changed(here, capsys):
    here.keys[KEY] = {need.permission for need in READING}
    assert told(capsys)[0] == 5
    assert told(capsys, "--read-only")[0] == 0


def test_people_are_told_in_words(here, capsys):
    here.keys[KEY] = EVERY - {"tag.create"}
    assert main(["immich", "check"]) == 5
    words = capsys.readouterr().out
    assert f"runs Immich {'.'.join(map(str, here.version))}" in words
    assert " no   tag.create: without it, tags cannot be made\n" in words
    assert " ok   asset.read\n" in words
    assert "lacks 1 permission." in words
    here.keys[KEY] = {"all"}
    assert main(["immich", "check"]) == 0
    assert "Everything will work." in capsys.readouterr().out


@pytest.mark.parametrize("permission", sorted(SOME))
def test_what_only_some_commands_need_is_listed_and_no_fault_where_it_is_missing(here, capsys, permission):
    here.keys[KEY] = (EVERY | SOME) - {permission}
    assert main(["immich", "check"]) == 0
    words = capsys.readouterr().out
    assert f" --   {permission}: without it, " in words
    assert words.count(" --   ") == 1
    assert "Everything will work but what is marked with --" in words
    code, document = told(capsys)
    assert (code, document["missing"]) == (0, [])
    row = next(row for row in document["permissions"] if row["permission"] == permission)
    assert not row["granted"]
    assert row["only_for"]
    told(capsys, "--read-only")


def test_who_only_reads_is_not_told_of_what_others_need(here, capsys):
    here.keys[KEY] = {need.permission for need in READING}
    assert main(["immich", "check", "--read-only"]) == 0
    words = capsys.readouterr().out
    assert "asset.delete" not in words
    assert "Everything will work." in words


def test_no_server_is_told_with_its_own_code(newest, capsys, monkeypatch):
    monkeypatch.setenv("KEEPERS_IMMICH_URL", newest.url)
    monkeypatch.setenv("KEEPERS_IMMICH_API_KEY", KEY)
    opened = immich_api.opened
    monkeypatch.setattr(immich_api, "opened", lambda profile: opened(profile, pause=0.01))
    newest.faults.append(Fault("cut", "GET /api/server/version", times=9))
    assert main(["immich", "check"]) == 6
    assert "broke off" in capsys.readouterr().err


def test_a_key_that_is_unknown_is_told(here, capsys):
    here.keys.clear()
    assert main(["immich", "check"]) == 5
    words = capsys.readouterr()
    assert "does not know the API key" in words.err
    assert KEY not in words.err + words.out


def test_address_and_key_can_be_given_for_once(server, capsys, tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o600)
    assert told(capsys, "--url", server.url, "--key-file", str(file))[0] == 0


def test_nothing_set_is_told(capsys):
    assert main(["immich", "check"]) == 5
    assert "KEEPERS_IMMICH_URL" in capsys.readouterr().err


def test_what_a_server_lacks_is_told():
    assert Abilities((9, 1, 0), frozenset(), "k", frozenset()).notes()[0].startswith("Keepers was tried")
    full = frozenset({"trash", "facialRecognition"})
    assert Abilities((3, 1, 7), full, "k", frozenset()).notes() == ()
    assert (
        "trashes nothing"
        in Abilities((2, 0, 0), frozenset({"facialRecognition"}), "k", frozenset()).notes()[0]
    )
