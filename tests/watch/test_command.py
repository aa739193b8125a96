"""The command `watch`, its words and what it hears from the disk; the unit of the service."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from keepers.errors import KeepersError, UsageError
from keepers.watch import service
from keepers.watch.changes import Disk, presence
from keepers.watch.command import arguments, command_words, folders

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scan", ["scan", "/a", "/b"]),
        ("keepers import --to '/my library' --move --yes", ["import", "/a", "/b", "--to", "/my library", "--move", "--yes"]),
        ("missing {} --from /l", ["missing", "/a", "/b", "--from", "/l"]),
        ("people sort --to /p", ["people", "sort", "/a", "/b", "--to", "/p", "--wait"]),
        ("people sort --wait=5 --to /p", ["people", "sort", "/a", "/b", "--wait=5", "--to", "/p"]),
        ("people sort --to /p {}", ["people", "sort", "--to", "/p", "/a", "/b"]),
    ],
)  # fmt: skip
def test_the_sources_stand_behind_the_command(text, said):
    assert arguments(command_words(text), ["/a", "/b"]) == said


@pytest.mark.parametrize("text", ["", "undo", "rm -rf /", "scan 'x"])
def test_only_what_can_be_done_again_and_again_is_done(text):
    with pytest.raises(UsageError, match="--do"):
        command_words(text)


def test_only_folders_are_watched(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is no folder"):
        folders([str(tmp_path / "file")])
    with pytest.raises(UsageError, match="only folders"):
        folders(["takeout:x"])
    assert folders([str(tmp_path / "later"), str(tmp_path / "later")]) == (str(tmp_path / "later"),)


@pytest.fixture
def disk(tmp_path):
    said: list[str] = []
    source = tmp_path / "source"
    source.mkdir()
    made = Disk([str(source)], threading.Event(), said.append, presence([str(source)]))
    made.restart()
    yield made, source
    made.close()
    assert said == []


def test_a_new_file_is_noticed_and_our_temporaries_are_not(disk):
    changes, source = disk
    (source / ".keepers-1").touch()
    assert not changes.wait(0.7)
    (source / "a.jpg").touch()
    assert changes.wait(30)


def test_a_drive_that_comes_back_is_noticed(disk):
    changes, source = disk
    source.rename(source.parent / "away")
    while changes.wait(0.2):
        pass
    assert changes.there == {}
    (source.parent / "away").rename(source)
    assert changes.wait(30)


@pytest.mark.slow
def test_it_looks_logs_and_stops_at_a_wish(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "notes.txt").write_text("no photo")
    environment = os.environ | {
        "KEEPERS_CATALOG": str(tmp_path / "c.db"),
        "KEEPERS_CONFIG": str(tmp_path / "k.toml"),
    }
    words = [
        sys.executable,
        "-c",
        "import sys; from keepers.cli.start import keepers; sys.exit(keepers())",
        "--json",
    ]
    with subprocess.Popen(
        [*words, "watch", str(source), "--do", "scan", "--settle", "0.5"], env=environment, stdout=subprocess.PIPE, text=True
    ) as watch:  # fmt: skip
        assert watch.stdout is not None
        first = watch.stdout.readline()
        assert '"why": "the watch began"' in first
        (source / "more.txt").write_text("no photo either")
        # What changes while it runs, or just after, is not lost.
        second = watch.stdout.readline()
        assert '"why": "something changed"' in second
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(60) == 0


def test_a_unit_is_written_started_and_taken_away_again(tmp_path):
    told: list[tuple[str, ...]] = []

    def ask(words):
        told.append(tuple(words))
        return 0, ""

    unit = service.found("watch", {"XDG_CONFIG_HOME": str(tmp_path)})
    written = service.text(["/bin/keepers", "watch", '/a "b" 50%$x\\'], "/home/me", "/k.toml")
    assert service.install(unit, written, ask) == 0
    assert Path(unit.file).read_text() == written
    assert '"/a \\"b\\" 50%%$$x\\\\"' in written
    assert "Nice=10" in written
    assert told[1] == ("enable", "--now", "keepers-watch.service")
    assert service.install(unit, written, ask) == 0
    assert service.remove(unit, ask) == 0
    assert not Path(unit.file).exists()
    assert service.remove(unit, ask) == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path):
    words = [
        sys.executable,
        "-m",
        "keepers",
        "watch",
        '/é "b" 50%$HOME\\',
        "--do",
        "import --to '/my library'",
    ]
    file = tmp_path / "keepers-photos.service"
    file.write_text(service.text(words, "/home/100% me", "/my settings.toml"))
    (tmp_path / "run").mkdir(mode=0o700)
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(file)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_a_unit_of_somebody_else_stays(tmp_path):
    unit = service.found("watch", {"XDG_CONFIG_HOME": str(tmp_path)})
    file = Path(unit.file)
    file.parent.mkdir(parents=True)
    file.write_text("[Unit]\n")
    for deed in (
        lambda: service.install(unit, "", lambda _: (0, "")),
        lambda: service.remove(unit, lambda _: (0, "")),
    ):
        with pytest.raises(UsageError, match="was not written by Keepers"):
            deed()
    assert file.read_text() == "[Unit]\n"


def test_without_systemd_the_next_step_is_named(tmp_path):
    unit = service.found("watch", {"HOME": str(tmp_path)})
    with pytest.raises(KeepersError, match=r"systemctl --user enable --now keepers-watch\.service"):
        service.install(unit, service.MARK, lambda _: (1, "no bus"))
