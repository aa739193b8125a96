"""Settings come from four sources, each with its rank, and wrong ones are named."""

from pathlib import Path

import pytest

from keepers import config
from keepers.errors import SettingsError, UsageError


def test_flags_outrank_environment_file_and_defaults(tmp_path: Path) -> None:
    file = tmp_path / "keepers.toml"
    file.write_text("jobs = 3\ntime_window = 60\nmin_size = 4\n", "utf-8")
    environment = {
        "KEEPERS_CONFIG": str(file),
        "KEEPERS_TIME_WINDOW": "90",
        "KEEPERS_MIN_SIZE": "5",
        "HOME": "/nowhere",
    }
    settings = config.load({"min_size": 6, "threshold": None}, environment)
    assert (settings.jobs, settings.time_window, settings.min_size, settings.threshold) == (3, 90.0, 6, -1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("jbos = 1", "no setting called 'jbos'"),
        ("jobs = 'many'", "'many' is no int"),
        ("jobs = true", "True is no int"),
        ("threshold = 65", "threshold must lie in 0-64"),
        ("min_size = 1", "min_size must be 2 or more"),
        ("home_zone = 'Mars/Base'", "no time zone called 'Mars/Base'"),
        ("jobs = ", "cannot read the settings"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "keepers.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=word):
        config.load({}, {"KEEPERS_CONFIG": str(file), "HOME": str(tmp_path)})


def test_the_catalog_lies_in_the_platforms_data_folder_unless_told() -> None:
    plain = config.Settings()
    assert config.catalog_file(plain, {"HOME": "/h"}) == Path("/h/.local/share/keepers/catalog.db")
    assert config.catalog_file(plain, {"HOME": "/h", "XDG_DATA_HOME": "/d"}) == Path("/d/keepers/catalog.db")
    assert config.catalog_file(config.Settings(catalog="/c/k.db"), {"HOME": "/h"}) == Path("/c/k.db")


def test_every_setting_is_described_with_its_variable() -> None:
    table = {setting.name: setting for setting in config.describe(config.Settings(jobs=2))}
    assert table["jobs"].variable == "KEEPERS_JOBS"
    assert (table["jobs"].default, table["jobs"].value) == (0, 2)
    assert all(setting.doc.endswith(".") for setting in table.values())


def test_what_the_command_line_says_wrong_is_a_wrong_use() -> None:
    nowhere = {"KEEPERS_CONFIG": "/no/such/file.toml"}
    with pytest.raises(UsageError, match="threshold must lie in 0-64"):
        config.load({"threshold": 65}, nowhere)
    with pytest.raises(SettingsError, match="threshold must lie in 0-64"):
        config.load({"min_size": 3}, {**nowhere, "KEEPERS_THRESHOLD": "99"})
    assert config.load({"threshold": 5}, {**nowhere, "KEEPERS_THRESHOLD": "99"}).threshold == 5
