"""The settings of media-downloader, brought in."""

import json
import stat
import tomllib

import pytest

from keepers.errors import SettingsError
from keepers.places import immich_api
from keepers.workflows.old_settings import translated

OLD = {
    "downloads": {"directory": "/mnt/storage/Downloads"},
    "immich": {
        "enabled": True,
        "url": "http://localhost:2283",
        "api_key": "an-old-key-that-is-secret",
        "db_host": "localhost",
        "db_port": 5432,
        "db_name": "immich",
        "db_user": "photo ro",
        "db_password": "p@ss:word",
    },
    "face_sorting": {
        "enabled": True,
        "base_directory": "/mnt/storage/Downloads/faces",
        "min_faces_to_sort": 2,
        "single_person_only": True,
        "move_or_copy": "copy",
        "process_delay_seconds": 5,
        "sync_with_immich_scan": True,
        "create_person_subdirs": True,
        "handle_multiple_faces": "skip",
    },
}


@pytest.fixture
def toml(tmp_path, monkeypatch):
    file = tmp_path / "config" / "keepers.toml"
    monkeypatch.setenv("KEEPERS_CONFIG", str(file))
    return file


@pytest.fixture
def old(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(OLD))
    return file


def test_every_old_key_is_set_or_said_to_be_left_out(keepers, old, toml):
    toml.parent.mkdir()
    toml.write_text('jobs = 2\n# mine\n[immich.default.paths]\n"/photos" = "/mnt/photos"\n')
    told = keepers("config", "import", old, "--json")
    assert told.code == 0, told.err
    written = tomllib.loads(toml.read_text())
    assert written == {
        "jobs": 2,
        "people_sorting": "on",
        "people_base": "/mnt/storage/Downloads/faces",
        "people_folders": "lower-case",
        "people_min_faces": 2,
        "people_how": "copy",
        "people_several": "skip",
        "immich": {
            "default": {
                "url": "http://localhost:2283",
                "database": "postgresql://photo%20ro@localhost:5432/immich",
                "key_file": str(toml.with_name("immich.key")),
                "database_password_file": str(toml.with_name("immich-database.password")),
                "paths": {"/photos": "/mnt/photos"},
            }
        },
    }
    assert "# mine" in toml.read_text()
    assert {row["key"] for row in told.json["left"]} == {"trigger_scan", "face_sorting.process_delay_seconds"}
    assert "secret" not in told.out + toml.read_text()
    assert "p@ss" not in told.out + toml.read_text()
    # The same once more changes nothing.
    before = toml.read_text()
    assert keepers("config", "import", old).code == 0
    assert tomllib.loads(toml.read_text()) == tomllib.loads(before)


def test_secrets_lie_in_files_that_nobody_else_can_read_and_that_work(keepers, old, toml):
    assert keepers("config", "import", old).code == 0
    for name in ("immich.key", "immich-database.password"):
        assert stat.S_IMODE(toml.with_name(name).stat().st_mode) == 0o600
    environment = {"KEEPERS_CONFIG": str(toml)}
    assert immich_api.profile("default", environment).key == "an-old-key-that-is-secret"
    stored = immich_api.stored("default", environment)
    assert stored is not None
    assert (stored.where, stored.password) == ("postgresql://photo%20ro@localhost:5432/immich", "p@ss:word")


def test_another_server_or_another_secret_is_not_written_over(keepers, old, toml):
    toml.parent.mkdir()
    toml.write_text('[immich.default]\nurl = "https://other.example.org"\n')
    told = keepers("config", "import", old)
    assert (told.code, toml.read_text()) == (5, '[immich.default]\nurl = "https://other.example.org"\n')
    toml.unlink()
    toml.with_name("immich.key").write_text("mine\n")
    assert keepers("config", "import", old).code == 5
    assert not toml.exists()
    assert toml.with_name("immich.key").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 5),
        ("[]", 5),
        ('{"downloads": {}}', 5),
        ('{"immich": 3}', 5),
        ('{"face_sorting": {"min_faces_to_sort": 0}}', 5),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(keepers, old, toml, text, code):
    old.write_text(text)
    told = keepers("config", "import", old)
    assert (told.code, toml.exists()) == (code, False)
    assert str(old) in told.err


@pytest.mark.parametrize(
    ("sorting", "several"),
    [
        ({"single_person_only": True, "handle_multiple_faces": "each"}, "skip"),
        ({"single_person_only": False, "handle_multiple_faces": "all"}, "each"),
        ({"single_person_only": False, "handle_multiple_faces": "skip"}, "skip"),
        ({"single_person_only": False}, "first"),
        ({"handle_multiple_faces": "together"}, "together"),
        ({}, None),
    ],
)
def test_what_becomes_of_photos_of_several_people(sorting, several):
    assert translated({"face_sorting": sorting}).settings.get("people_several") == several


def test_either_switch_switches_it_off_and_odd_values_are_left_out():
    assert (
        translated({"immich": {"enabled": False}, "face_sorting": {"enabled": True}}).settings[
            "people_sorting"
        ]
        == "off"
    )
    found = translated(
        {
            "immich": {"db_host": "x", "colour": 1},
            "face_sorting": {
                "move_or_copy": "burn",
                "handle_multiple_faces": "?",
                "create_person_subdirs": False,
            },
        }
    )
    assert {key for key, _ in found.left} == {
        "immich.colour", "immich.db_host", "face_sorting.move_or_copy", "face_sorting.handle_multiple_faces",
        "face_sorting.create_person_subdirs",
    }  # fmt: skip
    assert "people_how" not in found.settings
    with pytest.raises(SettingsError, match="face_sorting"):
        translated({})
