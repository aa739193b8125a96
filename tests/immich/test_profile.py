"""Where addresses and keys come from, and which are refused."""

import os
import sys

import pytest

from keepers.config import load
from keepers.errors import SettingsError
from keepers.places.immich_api import profile
from keepers.places.immich_api.profile import checked_url

URL = "https://photos.example.org"
KEY = "a-key-of-some-length"


class Home:
    """A settings file and a key file."""

    def __init__(self, folder):
        self.file, self.key_file = folder / "keepers.toml", folder / "immich.key"
        self.environment = {"KEEPERS_CONFIG": str(self.file)}

    def says(self, text):
        self.file.write_text(text)

    def holds(self, key, mode=0o600):
        self.key_file.write_text(key)
        self.key_file.chmod(mode)
        return str(self.key_file)


@pytest.fixture
def home(tmp_path):
    """An environment with a settings file of its own."""

    return Home(tmp_path)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://photos.example.org/", URL),
        ("https://photos.example.org/api", URL),
        ("https://photos.example.org:2283/api/", URL + ":2283"),
        ("http://10.0.0.2:2283/photos", "http://10.0.0.2:2283/photos"),
        ("http://[fd00::1]:2283", "http://[fd00::1]:2283"),
        ("http://localhost:2283", "http://localhost:2283"),
    ],
)
def test_an_address_is_brought_into_one_form(given, meant):
    assert checked_url(given) == meant


@pytest.mark.parametrize(
    "given",
    [
        "photos.example.org", "ftp://photos.example.org", "file:///etc/passwd", "https://", "http://me:secret@here",
        "http://here/?a=b", "http://here/#a", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://0.0.0.0",
        "http://[::ffff:169.254.169.254]/", "http://here:port", "http://224.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_a_photo_server_is_refused(given):
    with pytest.raises(SettingsError) as caught:
        checked_url(given)
    assert "secret" not in str(caught.value)


def test_the_environment_alone_is_enough(home):
    environment = home.environment | {"KEEPERS_IMMICH_URL": URL, "KEEPERS_IMMICH_API_KEY": f" {KEY}\n"}
    found = profile("default", environment)
    assert (found.url, found.key) == (URL, KEY)


def test_servers_have_names(home):
    home.says(
        f'jobs = 2\n[immich.default]\nurl = "{URL}"\n[immich.my-parents]\nurl = "http://10.0.0.2:2283"\n'
    )
    environment = home.environment | {
        "KEEPERS_IMMICH_API_KEY": KEY,
        "KEEPERS_IMMICH_API_KEY_MY_PARENTS": KEY + "2",
    }
    assert profile("my-parents", environment).key == KEY + "2"
    assert profile("my-parents", environment).url == "http://10.0.0.2:2283"
    assert profile("default", environment).key == KEY
    assert load({}, environment).jobs == 2


def test_a_key_may_lie_in_a_file_that_nobody_else_reads(home):
    path = home.holds(KEY + "\n")
    home.says(f'[immich.default]\nurl = "{URL}"\nkey_file = "{path}"\nca_file = "~/ca.pem"\n')
    found = profile("default", home.environment)
    assert found.key == KEY
    assert found.ca_file == os.path.expanduser("~/ca.pem")
    home.holds(KEY, 0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        profile("default", home.environment)


@pytest.fixture
def keyring(tmp_path, monkeypatch):
    """A package of that name that holds one key, and is locked for one profile."""
    folder = tmp_path / "packages" / "keyring"
    folder.mkdir(parents=True)
    (folder / "errors.py").write_text("class KeyringError(Exception):\n    pass\n")
    (folder / "__init__.py").write_text(
        f"""from keyring.errors import KeyringError
KEYS = {{("keepers-immich", "default"): "{KEY}"}}
def get_password(service, user):
    if user == "locked":
        raise KeyringError("it is locked")
    return KEYS.get((service, user))
"""
    )
    monkeypatch.syspath_prepend(str(folder.parent))
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("keyring")
def test_a_key_may_lie_in_the_keyring(home):
    home.says(
        "".join(
            f'[immich.{name}]\nurl = "{URL}"\nkeyring = true\n' for name in ("default", "other", "locked")
        )
    )
    assert profile("default", home.environment).key == KEY
    with pytest.raises(SettingsError, match="keyring set keepers-immich other"):
        profile("other", home.environment)
    with pytest.raises(SettingsError, match="cannot be asked: it is locked"):
        profile("locked", home.environment)


def test_a_keyring_that_is_not_installed_is_told(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    home.says(f'[immich.default]\nurl = "{URL}"\nkeyring = true\n')
    with pytest.raises(SettingsError, match=r"pip install 'keepers\[keyring\]'"):
        profile("default", home.environment)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no Immich server is set"),
        (f'[immich.default]\nurl = "{URL}"\n', "no API key"),
        (f'[immich.default]\nurl = "{URL}"\nkey_file = "/no/such"\n', "no such file"),
        (f'[immich.default]\nurl = "{URL}"\napi_key = "{KEY}"\n', "a key lies in a file of its own"),
        (f'[immich.default]\nuri = "{URL}"\n', "knows no 'uri'"),
        ('immich = "here"\n', "immich is a table"),
        (f'[immich]\ndefault = "{URL}"\n', "one table for each server"),
    ],
)
def test_what_is_missing_or_wrong_is_told(home, text, word):
    home.says(text)
    with pytest.raises(SettingsError, match=word) as caught:
        profile("default", home.environment)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("name", ["", "Über", "../x", "a b", "x" * 40])
def test_a_name_that_is_none_is_refused(home, name):
    with pytest.raises(SettingsError, match="no name of a server profile"):
        profile(name, home.environment)


def test_a_server_that_nobody_named_is_told(home):
    home.says(f'[immich.home]\nurl = "{URL}"\n')
    with pytest.raises(SettingsError, match=r"no \[immich\.office\] .* known there: home"):
        profile("office", home.environment)


@pytest.mark.parametrize("key", ["with\nnewline", "wíth-accents-in-it", "short", "a space in the key"])
def test_what_is_no_key_is_never_sent_or_shown(home, key):
    environment = home.environment | {"KEEPERS_IMMICH_URL": URL, "KEEPERS_IMMICH_API_KEY": key}
    with pytest.raises(SettingsError, match="KEEPERS_IMMICH_API_KEY holds is no API key") as caught:
        profile("default", environment)
    assert key not in str(caught.value)


def test_a_profile_says_where_the_servers_files_lie_here(home):
    home.says(
        f'[immich.default]\nurl = "{URL}"\nkey_file = "{home.holds(KEY)}"\n'
        'paths = {"/usr/src/app/upload" = "/mnt/photos"}\n'
    )
    assert profile("default", home.environment).paths == {"/usr/src/app/upload": "/mnt/photos"}


@pytest.mark.parametrize("wrong", ['"/mnt/photos"', '{"/usr/src/app/upload" = "photos"}'])
def test_paths_that_are_none_are_told_with_where_they_stand(home, wrong):
    home.says(f'[immich.default]\nurl = "{URL}"\nkey_file = "{home.holds(KEY)}"\npaths = {wrong}\n')
    with pytest.raises(SettingsError, match=r"keepers.toml: \[immich.default\] paths"):
        profile("default", home.environment)
