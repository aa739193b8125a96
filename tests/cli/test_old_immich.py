"""The old organizer's flags about servers, and the modes of its script, become commands of today."""

import os

import pytest

from keepers.cli import old, old_immich, old_script
from keepers.errors import SettingsError
from tests.cli.test_served import cache, newest  # noqa: F401 (fixtures)
from tests.immich.server import KEY
from tests.immich.uploads import upload_all

GROUPING = [
    "-t", "5", "--time-window", "300", "--min-size", "3", "--jobs", "2", "--faces", "auto",
]  # fmt: skip


def lines(*words):
    options = old.parser().parse_args(["--source-type", "immich", *words])
    return old_immich.translated(options, old.grouping(options))


@pytest.mark.parametrize(
    ("words", "commands"),
    [
        (["--tag-only"], [["immich", "tag", "immich:", *GROUPING, "--yes"]]),
        (["--tag-only", "--dry-run"], [["immich", "tag", "immich:", *GROUPING, "--dry-run"]]),
        (["--mark-best-favorite"], [["immich", "favorites", "immich:", *GROUPING, "--yes"]]),
        (
            ["--create-albums", "--album-prefix", "Best of ", "--mark-best-favorite"],
            [
                ["immich", "tag", "immich:", *GROUPING, "--yes"],
                ["immich", "albums", "immich:", "--album-prefix", "Best of ", *GROUPING, "--yes"],
                ["immich", "favorites", "immich:", *GROUPING, "--yes"],
            ],
        ),
        (
            ["--output", "out", "--immich-album", "Rome 2024", "--archive-non-best"],
            [
                ["immich", "archive", "immich:album/Rome 2024", *GROUPING, "--yes"],
                ["organize", "immich:album/Rome 2024", "--to", "out", *GROUPING],
            ],
        ),
        (
            ["--tag-only", "--immich-person", "Anna", "--media-type", "image", "--use-full-resolution",
             "--immich-cache-dir", "c", "--immich-cache-size", "9"],
            [
                ["immich", "tag", "immich:", "--person", "Anna", "--type", "photo", "--immich-cache-dir", "c",
                 "--immich-cache-size", "9", "--use-full-resolution", *GROUPING, "--yes"],
            ],
        ),
    ],
)  # fmt: skip
def test_old_flags_become_new_commands(words, commands):
    assert lines(*words) == commands


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--no-verify-ssl", "--tag-only"], "ca_file"),
        (["--cleanup"], "keepers immich clean"),
        (["--daemon", "--tag-only"], "keepers watch"),
        (["--web-viewer"], "keepers review"),
        (["-i"], "keepers config show"),
        (["--poll-interval", "5"], "keepers watch"),
        (["--surprise"], "--surprise is no option"),
        ([], "--tag-only, --create-albums or --output DIR"),
    ],
)
def test_what_is_done_elsewhere_now_is_refused_with_its_name(words, said, capsys):
    assert old.photo_organizer(["--source-type", "immich", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.fixture
def called(monkeypatch):
    """Our commands as they were called, with the server that the environment then named."""
    found = []

    def main(words):
        names = ("URL", "API_KEY", "PATHS")
        found.append((words, {name: os.environ.get(f"KEEPERS_IMMICH_{name}") for name in names}))
        return 0

    monkeypatch.setattr("keepers.cli.main.main", main)
    for name in (
        "KEEPERS_IMMICH_URL",
        "KEEPERS_IMMICH_API_KEY",
        "KEEPERS_IMMICH_PATHS",
        "IMMICH_URL",
        "IMMICH_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    return found


def test_one_thing_alone_may_be_asked_for(called):
    assert old.photo_organizer(["--source-type", "immich", "--archive-non-best"]) == 0
    assert [line[:3] for line, _ in called] == [["immich", "archive", "immich:"]]


def test_a_key_on_the_command_line_is_taken_warned_of_and_forgotten(called, capsys):
    words = ["--source-type", "immich", "--immich-url", "http://here:2283", "--immich-api-key", "secret-key"]
    assert old.photo_organizer([*words, "--tag-only"]) == 0
    told = capsys.readouterr().err
    assert "every user of this machine can read an API key" in told
    assert "secret-key" not in told
    ((line, server),) = called
    assert "secret-key" not in line
    assert (server["URL"], server["API_KEY"]) == ("http://here:2283", "secret-key")
    assert "KEEPERS_IMMICH_API_KEY" not in os.environ


def test_hybrid_says_where_the_servers_files_lie(called, monkeypatch, tmp_path):
    monkeypatch.setenv("KEEPERS_CONFIG", str(tmp_path / "keepers.toml"))
    library = ["--source-type", "hybrid", "--immich-library-path", "/mnt/a:b", "--tag-only"]
    assert old.photo_organizer(library) == 0
    there = "/mnt/a\\:b"
    said = f"/data/library={there}:/usr/src/app/upload/library={there}:upload/library={there}"
    assert called[-1][1]["PATHS"] == said
    # What is set already counts more than the old tool's default.
    (tmp_path / "keepers.toml").write_text('[immich.default]\npaths = {"/data" = "/photos"}\n')
    assert old.photo_organizer(["--source-type", "hybrid", "--tag-only"]) == 0
    assert called[-1][1]["PATHS"] is None


# ---------------------------------------------------------------- the script


@pytest.mark.parametrize(
    ("words", "commands"),
    [
        ([], [["immich", "tag"]]),
        (["tag-only"], [["immich", "tag"]]),
        (["--limit", "5", "tag"], [["immich", "tag"]]),
        (["create-albums"], [["immich", "tag"], ["immich", "albums"], ["immich", "favorites"]]),
        (["download", "out"], [["organize", "immich:"]]),
        (["album", "Rome", "tag"], [["immich", "tag"]]),
        (["album", "Rome", "download"], [["organize", "immich:album/Rome"]]),
        (["test"], [["immich", "check"]]),
        (["cleanup"], [["immich", "clean"]]),
    ],
)
def test_the_modes_of_the_script(called, words, commands):
    assert old_script.photo_organizer_immich(words) == 0
    assert [line[:2] for line, _ in called] == commands


def test_an_albums_folder_is_one_part_of_a_path(called, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert old_script.photo_organizer_immich(["album", "../../etc", "download"]) == 0
    ((line, _),) = called
    target = line[line.index("--to") + 1]
    assert os.path.dirname(os.path.normpath(target)) == str(tmp_path / "Organized" / "Immich")


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["cleanup"], ["--album-prefix", "Organized-", "--dry-run"]),
        (["cleanup", "Mine-", "no"], ["--album-prefix", "Mine-", "--yes"]),
        (["--dry-run", "cleanup", "Mine-", "no"], ["--album-prefix", "Mine-", "--dry-run"]),
    ],
)
def test_cleanup_only_shows_unless_it_is_told_no(called, words, last):
    assert old_script.photo_organizer_immich(words) == 0
    assert called[0][0] == ["immich", "clean", "--only", "albums", *last]


@pytest.mark.parametrize(
    "words",
    [
        ["surprise"],
        ["--surprise"],
        ["album"],
        ["album", "Rome", "surprise"],
        ["cleanup", "A", "maybe"],
        ["--limit"],
    ],
)
def test_what_the_script_does_not_know_is_refused(called, words, capsys):
    assert old_script.photo_organizer_immich(words) == 2
    assert capsys.readouterr().err.startswith("photo-organizer-immich: ")
    assert not called


@pytest.fixture
def conf(tmp_path, monkeypatch):
    """The old script's file, which nobody else can read."""
    file = tmp_path / ".config" / "photo-organizer" / "immich.conf"
    file.parent.mkdir(parents=True)
    file.touch(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    return file


def test_the_file_is_read_as_text(called, conf):
    conf.write_text(
        "# mine\nexport IMMICH_URL='http://here:2283'\nIMMICH_API_KEY=\"a-key\" # so\nOTHER=$(touch /tmp/x)\n"
    )
    assert old_script.photo_organizer_immich(["test"]) == 0
    assert called[0][1] == {"URL": "http://here:2283", "API_KEY": "a-key", "PATHS": None}


def test_the_environment_counts_more_than_the_file(conf):
    conf.write_text("IMMICH_API_KEY=of-the-file\nIMMICH_URL=http://file\n")
    told = old_script.server({"HOME": os.environ["HOME"], "IMMICH_URL": "http://env"})
    assert told == {"KEEPERS_IMMICH_URL": "http://env", "KEEPERS_IMMICH_API_KEY": "of-the-file"}


def test_a_file_that_others_can_read_is_refused(called, conf, capsys):
    conf.write_text("IMMICH_API_KEY=secret\n")
    conf.chmod(0o640)
    assert old_script.photo_organizer_immich(["test"]) == 5
    told = capsys.readouterr().err
    assert f"chmod 600 {conf}" in told
    assert "secret" not in told
    assert not called


@pytest.mark.parametrize(
    "line", ["IMMICH_API_KEY=$(cat key)", "IMMICH_API_KEY=`cat key`", "IMMICH_API_KEY='open"]
)
def test_what_only_a_shell_understands_is_refused(conf, line):
    conf.write_text(line + "\n")
    with pytest.raises(SettingsError, match="line 1"):
        old_script.server({"HOME": os.environ["HOME"]})


@pytest.mark.slow
def test_albums_of_the_script_are_taken_back_by_the_journal(newest, photos, tmp_path, monkeypatch, capsys):  # noqa: F811 (the fixture)
    upload_all(newest.state, photos)
    mine = newest.state.album("Organized-mine", *list(newest.state.assets)[:2])
    monkeypatch.setenv("KEEPERS_CATALOG", str(tmp_path / "state" / "catalog.db"))
    monkeypatch.setenv("IMMICH_URL", newest.url)
    monkeypatch.setenv("IMMICH_API_KEY", KEY)
    assert old_script.photo_organizer_immich(["create-albums"]) == 0
    made = {album.name for album in newest.state.albums.values()}
    assert len(made) > 1
    assert newest.state.tagged("photo-organizer/best")
    assert old_script.photo_organizer_immich(["cleanup", "Organized-", "yes"]) == 0
    assert {album.name for album in newest.state.albums.values()} == made
    assert old_script.photo_organizer_immich(["cleanup", "Other-", "no"]) == 0
    assert {album.name for album in newest.state.albums.values()} == made
    assert old_script.photo_organizer_immich(["cleanup", "Organized-", "no"]) == 0
    assert list(newest.state.albums) == [mine]
    assert newest.state.tagged("photo-organizer/best")
    assert KEY not in capsys.readouterr().err
