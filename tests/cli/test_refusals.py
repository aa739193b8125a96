"""What the real command refuses: a sentence, the documented exit code, and nothing half-done."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepers.apply.journal import open_journal
from tests.cli.world import Keepers, Told, jpeg, make_pairs, picture, put, tree

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"]


def _is_a_sentence(told: Told, *words: str) -> None:
    line = told.err.strip().splitlines()[-1]
    assert line.startswith("keepers: ")
    assert len(line.split()) > 3
    for word in words:
        assert word in told.err
    assert told.out == ""


# ---------------------------------------------------------------- sources


@pytest.mark.parametrize("words", [["scan"], ["group"], ["organize", "--to", "OUT"]])
@pytest.mark.parametrize("there", [True, False])
def test_an_empty_or_missing_source(keepers: Keepers, tmp_path: Path, words: list[str], there: bool) -> None:
    source = tmp_path / "source"
    if there:
        source.mkdir()
    out = tmp_path / "out"
    told = keepers(words[0], source, *[str(out) if word == "OUT" else word for word in words[1:]])
    assert told.code == 1
    _is_a_sentence(told, str(source))
    assert not out.exists()


def test_a_source_that_became_empty_or_went_keeps_what_is_known(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    keepers("scan", photos)
    photos.rename(tmp_path / "unplugged")
    assert keepers("scan", photos).code == 1
    photos.mkdir()
    told = keepers("scan", photos)
    assert told.code == 1
    _is_a_sentence(told, "another drive or folder")
    assert keepers("status", "--json").json["photos"] == 11
    assert keepers("scan", photos, "--accept-missing").code == 0
    assert keepers("status", "--json").json["photos"] == 0


@pytest.mark.parametrize(("lost", "code"), [(2, 0), (3, 1)])
def test_more_than_a_tenth_lost_is_a_fault(keepers: Keepers, tmp_path: Path, lost: int, code: int) -> None:
    photos = tmp_path / "photos"
    make_pairs(photos, 10)
    keepers("scan", photos)
    for number in range(lost):
        (photos / f"a/IMG_{number:04d}.jpg").unlink()
    put(photos / "new.jpg", jpeg(picture(9)))
    told = keepers("organize", photos, "--to", tmp_path / "out", "--faces", "none")
    assert told.code == code
    if code:
        _is_a_sentence(told, "3 of its 20", "--accept-missing")
        assert not (tmp_path / "out").exists()
        assert keepers("status", "--json").json["photos"] == 20
        assert keepers("scan", photos, "--accept-missing").code == 0
    assert keepers("status", "--json").json["photos"] == 21 - lost


def test_few_files_may_go(keepers: Keepers, photos: Path) -> None:
    keepers("scan", photos)
    shutil.rmtree(photos / "burst")
    told = keepers("scan", photos, "--json")
    assert (told.code, told.json["photos"]) == (0, 8)


def test_one_folder_under_two_names(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(photos)
    told = keepers("scan", photos, tmp_path / "other")
    assert told.code == 2
    _is_a_sentence(told, "same folder")


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("photos", "photos/out"),
        ("photos", "photos"),
        ("photos/2024", "photos"),
        ("photos", "link/out"),
        ("link", "photos/deep/out"),
        ("photos", "photos/alone.jpg"),
        ("photos", "file"),
        ("photos", "photos/../photos/x"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_target_that_would_be_scanned_or_is_no_folder(
    keepers: Keepers, photos: Path, tmp_path: Path, source: str, target: str, more: list[str]
) -> None:
    (tmp_path / "link").symlink_to(photos)
    put(tmp_path / "file", b"a file")
    before = tree(tmp_path)
    told = keepers("organize", tmp_path / source, "--to", f"{tmp_path}/{target}", *more)
    assert told.code == 2
    _is_a_sentence(told, "target")
    assert tree(tmp_path) == before


def test_only_one_run_changes_things_at_a_time(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    keepers("scan", photos)
    journal = open_journal(f"{keepers.catalog}.journal")
    assert journal is not None
    with journal.lock():
        told = keepers("organize", photos, "--to", tmp_path / "out", "--faces", "none")
    assert told.code == 11
    _is_a_sentence(told, str(os.getpid()))
    assert not (tmp_path / "out").exists()
    with journal.lock():
        assert keepers("scan", photos).code == 0
    journal.close()
    assert keepers("organize", photos, "--to", tmp_path / "out", "--faces", "none").code == 0
    assert (tmp_path / "out" / "reports" / "index.html").exists()


# ---------------------------------------------------------------- no catalog, no consent, no sense


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["group"], 10),
        (["explain", "burst-000000000000"], 10),
        (["report", "unreadable"], 10),
        (["status"], 10),
        (["catalog", "check"], 10),
        (["history"], 0),
        (["undo"], 0),
        (["undo", "--yes"], 0),
        (["plan", "list"], 0),
        (["apply"], 0),
    ],
)
def test_without_a_catalog(keepers: Keepers, words: list[str], code: int) -> None:
    told = keepers(*words)
    assert told.code == code
    assert "keepers scan" in told.err if code else told.out
    assert not keepers.catalog.exists()
    assert not keepers.catalog.parent.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["scan"], 2),
        (["nonsense"], 2),
        (["organize", "PHOTOS"], 2),
        (["group", "PHOTOS", "--kind", "nonsense"], 2),
        (["group", "PHOTOS", "-t", "65"], 5),
        (["group", "PHOTOS", "-t", "-2"], 5),
        (["group", "PHOTOS", "--min-size", "1"], 5),
        (["group", "PHOTOS", "--time-window", "-1"], 5),
        (["group", "PHOTOS", "--time-window", "nan"], 5),
        (["scan", "PHOTOS", "--jobs", "-1"], 5),
        (["scan", "PHOTOS", "--limit", "0"], 2),
        (["scan", "immich:"], 5),
        (["explain", "no such thing"], 10),
        (["plan", "show", "7"], 2),
    ],
)
def test_what_makes_no_sense(keepers: Keepers, photos: Path, words: list[str], code: int) -> None:
    told = keepers(*[str(photos) if word == "PHOTOS" else word for word in words])
    # Whether a wrong option is told by the parser or by the settings, it is one of the two codes.
    assert told.code in {code, 2}
    assert len(told.err.split()) > 3
    assert told.out == ""


def test_an_unknown_run_or_group(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    keepers("organize", photos, "--to", tmp_path / "out", "--faces", "none")
    for words in (["undo", "99", "--yes"], ["explain", "burst-000000000000"], ["plan", "show", "99"]):
        told = keepers(*words)
        assert told.code == 2
        _is_a_sentence(told)


def test_a_catalog_that_is_none(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    put(keepers.catalog, b"this is no database, but it is long enough to be looked at as one" * 20)
    before = keepers.catalog.read_bytes()
    for words in (["scan", photos], ["group"], ["status"], ["organize", photos, "--to", tmp_path / "out"]):
        told = keepers(*words)
        assert told.code == 1
        _is_a_sentence(told, str(keepers.catalog))
    assert keepers.catalog.read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_a_journal_that_is_none(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    journal = put(Path(f"{keepers.catalog}.journal"), b"this is no database, but it is long enough" * 30)
    for words in (["organize", photos, "--to", tmp_path / "out"], ["undo", "--yes"], ["history"]):
        told = keepers(*words)
        assert told.code == 1
        _is_a_sentence(told, str(journal))
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- files that change or cannot be read


def test_an_unreadable_photo_is_told_and_the_others_are_done(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    put(photos / "cut.jpg", (photos / "alone.jpg").read_bytes()[:3000])
    told = keepers("organize", photos, "--to", tmp_path / "out", "--json", "--faces", "none")
    assert told.code == 3
    assert [row["path"] for row in told.json["unreadable"]] == [str(photos / "cut.jpg")]
    assert len(list((tmp_path / "out").glob("group_*"))) == 3
    again = keepers("organize", photos, "--to", tmp_path / "out", "--faces", "none")
    assert again.code == 3
    listed = keepers("report", "unreadable", "--jsonl").out.splitlines()
    assert [json.loads(line)["path"] for line in listed] == [str(photos / "cut.jpg")]
    assert keepers("explain", photos / "cut.jpg").code == 3


def test_a_file_that_is_no_photo_is_told_as_such(keepers: Keepers, tmp_path: Path) -> None:
    letter = put(tmp_path / "letter.txt", b"dear all")
    told = keepers("explain", letter)
    assert told.code == 3
    assert "no photo" in told.out
    said = keepers("scan", letter, "--json").json
    assert (said["files"], [row["path"] for row in said["ignored"]]) == (1, [str(letter)])


def test_a_reader_that_goes_away_is_no_fault_of_ours(keepers: Keepers, photos: Path) -> None:
    keepers("scan", photos)
    command = [*COMMAND, "catalog", "export", "--catalog", str(keepers.catalog)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as told:
        assert told.stdout is not None
        assert told.stderr is not None
        told.stdout.readline()
        told.stdout.close()
        assert told.stderr.read() == ""


def test_a_terminal_that_knows_ascii_only(keepers: Keepers, tmp_path: Path) -> None:
    put(tmp_path / "photos" / "é.jpg", b"no picture")
    told = subprocess.run(
        [*COMMAND, "scan", tmp_path / "photos", "--catalog", keepers.catalog],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (3, "")
    assert "\\xe9.jpg" in told.stdout


def test_a_name_that_is_no_text(keepers: Keepers, tmp_path: Path) -> None:
    photos = os.fsencode(tmp_path / "photos")
    data = jpeg(picture(3))
    for name in (b"caf\xe9.jpg", b"new\nline\x1b[31m.jpg"):
        put(Path(os.fsdecode(photos + b"/" + name)), data)
    told = keepers("group", tmp_path / "photos", "--json", "--faces", "none")
    paths = {member["path"] for group in told.json["groups"] for member in group["members"]}
    assert paths == {f"{tmp_path}/photos/caf\udce9.jpg", f"{tmp_path}/photos/new\nline\x1b[31m.jpg"}
    shown = keepers("group", "--faces", "none").out
    assert "\x1b" not in shown
    assert keepers("organize", tmp_path / "photos", "--to", tmp_path / "out", "--faces", "none").code == 0
    names = {os.fsencode(path.name) for path in (tmp_path / "out").glob("group_*/originals/*")}
    assert b"caf\xe9.jpg" in names
    assert keepers("history", "--json").json["runs"][0]["state"] == "done"
    assert keepers("undo", "--yes").code == 0
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- no rights, no room

#: Root may do anything; without these two rights it is as any other user.
SETPRIV = shutil.which("setpriv")
RIGHTS = "-dac_override,-dac_read_search"
PLAIN = [SETPRIV, f"--bounding-set={RIGHTS}"] if os.geteuid() == 0 and SETPRIV else []


def _plainly(*words: str | Path) -> Told:
    told = subprocess.run(
        [*PLAIN, *COMMAND, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )
    assert "Traceback" not in told.stderr
    return Told(told.returncode, told.stdout, told.stderr)


@pytest.fixture
def commons(photos: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of the photos and the state, where modes hold."""
    secret = put(tmp_path / "secret", b"secret")
    secret.chmod(0)
    if subprocess.run([*PLAIN, "cat", secret], check=False, capture_output=True).returncode == 0:
        pytest.skip("this user may read everything, and setpriv cannot take that away")
    (tmp_path / "state").mkdir()
    yield tmp_path
    for folder in (tmp_path / "state", photos, photos / "burst"):
        folder.chmod(0o755)


def test_a_target_that_may_not_be_written(commons: Path) -> None:
    (commons / "locked").mkdir(mode=0o555)
    before = tree(commons / "locked"), tree(commons / "photos")
    told = _plainly(
        "organize", commons / "photos", "--to", commons / "locked" / "out", "--faces", "none",
        "--catalog", commons / "state/c.db",
    )  # fmt: skip
    assert told.code == 1
    assert "permission denied" in told.err.lower()
    assert (tree(commons / "locked"), tree(commons / "photos")) == before


def test_folders_and_files_that_may_not_be_read(commons: Path) -> None:
    (commons / "photos/burst").chmod(0)
    (commons / "photos/alone.jpg").chmod(0)
    command: list[str | Path] = ["scan", commons / "photos", "--json", "--catalog", commons / "state/c.db"]
    told = _plainly(*command)
    assert told.code == 3
    refused = {row["path"]: row["reason"] for row in told.json["unreadable"]}
    assert set(refused) == {str(commons / "photos/burst"), str(commons / "photos/alone.jpg")}
    assert all("permission" in reason for reason in refused.values())
    # A fault of the environment is no property of the file: it is tried again.
    (commons / "photos/burst").chmod(0o755)
    (commons / "photos/alone.jpg").chmod(0o644)
    told = _plainly(*command)
    assert (told.code, told.json["photos"], told.json["unreadable"]) == (0, 11, [])
    # A folder that cannot be listed is unknown, not gone.
    (commons / "photos/burst").chmod(0)
    assert _plainly(*command).json["photos"] == 11


def test_a_source_or_state_folder_that_may_not_be_used(commons: Path) -> None:
    (commons / "photos").chmod(0)
    told = _plainly("scan", commons / "photos", "--catalog", commons / "state/c.db")
    assert told.code in {1, 3}
    assert "permission denied" in (told.err + told.out).lower()
    (commons / "photos").chmod(0o755)
    (commons / "state").chmod(0o555)
    told = _plainly("scan", commons / "photos", "--catalog", commons / "state/c.db")
    assert told.code == 1
    _is_a_sentence(told, str(commons / "state"))


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    umount = shutil.which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        pytest.skip("only root can mount a disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "little", place], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run([umount, place], check=True)


def test_a_full_disk_is_seen_before_anything_is_written(
    keepers: Keepers, photos: Path, little_disk: Path
) -> None:
    before = tree(little_disk), tree(photos)
    told = keepers("organize", photos, "--to", little_disk / "out", "--faces", "none")
    assert told.code == 1
    _is_a_sentence(told)
    assert "free" in told.err or "space" in told.err or "room" in told.err
    assert (tree(little_disk), tree(photos)) == before


def test_a_disk_too_full_for_the_catalog(
    photos: Path, little_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (little_disk / "ballast").write_bytes(bytes((1 << 20) - 8192))
    told = Keepers(little_disk / "c.db", capsys)("scan", photos)
    assert told.code == 1
    _is_a_sentence(told)
