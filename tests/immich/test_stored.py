"""Where a server's database is set, and its password; and what a file of this machine is called on the server."""

import pytest

from keepers.errors import SettingsError
from keepers.places.immich_api import folders, stored, unmapped

WHERE = "postgresql://keepers@10.0.0.2:5432/immich"


@pytest.fixture
def home(tmp_path):
    file = tmp_path / "keepers.toml"
    file.write_text("")
    return file


def environment(home, **more):
    return {"KEEPERS_CONFIG": str(home), **more}


def test_nothing_is_set(home):
    assert stored("default", environment(home)) is None
    assert stored("no name!", environment(home)) is None


def test_a_database_comes_with_a_password_from_its_file_and_a_user(home, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    home.write_text(
        f'[immich.default]\ndatabase = "{WHERE}"\ndatabase_password_file = "{secret}"\ndatabase_user = "some-id"\n'
    )
    found = stored("default", environment(home))
    assert found is not None
    assert (found.where, found.password, found.user) == (WHERE, "hunter2", "some-id")
    assert "hunter2" not in repr(found)


def test_a_password_file_that_others_can_read_is_refused(home, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hunter2")
    secret.chmod(0o644)
    home.write_text(f'[immich.default]\ndatabase = "{WHERE}"\ndatabase_password_file = "{secret}"\n')
    with pytest.raises(SettingsError, match="others can read the password file"):
        stored("default", environment(home))


@pytest.mark.parametrize(
    "where", ["postgresql://me:hunter2@host/immich", "postgres://:hunter2@host/", "host=h password = hunter2"]
)
def test_a_password_in_the_settings_is_refused_and_not_shown(home, where):
    home.write_text(f'[immich.default]\ndatabase = "{where}"\n')
    with pytest.raises(SettingsError, match=r"holds a password.*\.pgpass") as caught:
        stored("default", environment(home))
    assert "hunter2" not in str(caught.value)
    # In the environment there is no copy that stays.
    found = stored("default", environment(home, KEEPERS_IMMICH_DATABASE=where))
    assert found is not None
    assert found.where == where
    assert "hunter2" not in repr(found)


def test_the_variable_counts_before_the_file_and_each_profile_has_its_own(home):
    home.write_text(f'[immich.default]\ndatabase = "{WHERE}"\n')
    given = environment(home, KEEPERS_IMMICH_DATABASE="host=a", KEEPERS_IMMICH_DATABASE_PARENTS="host=b")
    first, second = stored("default", given), stored("parents", given)
    assert first is not None
    assert second is not None
    assert (first.where, second.where) == ("host=a", "host=b")
    with pytest.raises(SettingsError, match=r"there is no \[immich\.office\]"):
        stored("office", given)


def test_folders_are_known_without_a_key(home):
    home.write_text('[immich.default]\npaths = {"/data" = "/mnt/photos"}\n')
    assert folders("default", environment(home)) == {"/data": "/mnt/photos"}
    given = environment(home, KEEPERS_IMMICH_PATHS="/library=/mnt/other")
    assert folders("default", given) == {"/library": "/mnt/other"}


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/mnt/photos/a/b.jpg", "/data/a/b.jpg"),
        ("/mnt/photos/2024/b.jpg", "/library/b.jpg"),
        ("/mnt/photos2/b.jpg", None),
        ("/mnt/photos", None),
        ("/elsewhere/b.jpg", None),
    ],
)
def test_a_file_here_has_a_path_there(path, there):
    assert unmapped(path, {"/data": "/mnt/photos", "/library": "/mnt/photos/2024"}) == there
