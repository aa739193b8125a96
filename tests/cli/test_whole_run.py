"""The real command on small libraries: organize, stop, finish, undo."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.world import TAKEN, Keepers, bytes_in, copied, jpeg, make_pairs, picture, put, tree

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"]


def test_organize_writes_the_layout_and_leaves_the_originals(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    before = tree(photos)
    out = tmp_path / "out"

    told = keepers("organize", photos, "--to", out, "--json")

    assert (told.code, told.json["run"], told.json["to"]) == (0, 1, str(out))
    assert tree(photos) == before
    groups = sorted(path.name for path in out.iterdir())
    assert groups == ["group_0001", "group_0002", "group_0003", "reports"]
    originals = {frozenset(p.name for p in (out / g / "originals").iterdir()) for g in groups[:3]}
    assert originals == {
        frozenset({"IMG_1001.jpg", "IMG_1001_1.jpg", "IMG_1001 (1).jpg", "copy of IMG_1001.jpg"}),
        frozenset({"IMG_1002.jpg", "IMG-20240616-WA0004.jpg", "IMG-20240616-WA0009.jpg"}),
        frozenset({"DSC_101.jpg", "DSC_102.jpg", "DSC_103.jpg"}),
    }
    best = {path.name: path.read_bytes() for path in out.glob("group_*/best_*")}
    assert set(best) == {"best_IMG_1001.jpg", "best_IMG_1002.jpg", "best_DSC_102.jpg"}
    assert best["best_DSC_102.jpg"] == (photos / "burst/DSC_102.jpg").read_bytes()
    copy = next(out.glob("group_*/originals/DSC_103.jpg"))
    assert copy.stat().st_mtime_ns == (photos / "burst/DSC_103.jpg").stat().st_mtime_ns

    reports = {path.name for path in (out / "reports").iterdir()}
    assert {"latest.json", "index.html"} < reports
    stamped = next(name for name in reports if name.startswith("report_"))
    latest = json.loads((out / "reports/latest.json").read_bytes())
    assert json.loads((out / "reports" / stamped).read_bytes()) == latest
    assert (latest["groups_total"], latest["groups_done"]) == (3, 3)
    page = (out / "reports/index.html").read_text("utf-8")
    assert "DSC_102.jpg" in page
    assert "http://" not in page
    assert 'src="http' not in page
    assert list(tmp_path.rglob(".keepers-*")) == []


def test_metadata_is_written_as_the_old_tool_did(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    keepers("organize", photos, "--to", tmp_path / "out", "--kind", "burst")
    lines = (tmp_path / "out/group_0001/metadata.txt").read_text("utf-8").splitlines()
    assert lines[:3] == ["Photo Group - 3 images", "=" * 80, ""]
    heads = [number for number, line in enumerate(lines) if line.startswith("Photo ")][1:]
    shown = [lines[number].partition(": ") for number in heads]
    assert [head for head, _, _ in shown] == ["Photo 1", "Photo 2", "Photo 3"]
    assert sorted(name for _, _, name in shown) == ["DSC_101.jpg", "DSC_102.jpg", "DSC_103.jpg"]
    start = heads[[name for _, _, name in shown].index("DSC_101.jpg")]
    told = lines[start + 1 : lines.index("", start)]
    assert told[0] == "-" * 80
    assert [line.partition(":")[0] for line in told[1:9]] == [
        "filename", "filepath", "filesize", "dimensions", "format", "mode", "created", "modified",
    ]  # fmt: skip
    assert f"filepath: {photos}/burst/DSC_101.jpg" in told
    assert "dimensions: 480x320" in told
    assert "exif_DateTimeOriginal: 2024:07:01 12:00:00" in told


def test_a_dry_run_writes_nothing_at_all(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    before = tree(photos), tree(place)
    told = keepers("organize", photos, "--to", place / "deep" / "out", "--dry-run", "--json")
    assert told.code == 0
    said = told.json
    assert set(said) >= {"title", "actions", "bytes", "refused"}
    assert {action["verb"] for action in said["actions"]} == {"copy", "write"}
    fields = {"verb", "from", "to", "content", "field", "before", "after", "because"}
    assert all(set(action) >= fields for action in said["actions"])
    assert all((action["content"] is None) == (action["verb"] == "write") for action in said["actions"])
    written = {action["to"].removeprefix(f"{place}/deep/out/") for action in said["actions"]}
    assert {"group_0001/metadata.txt", "reports/index.html", "reports/latest.json"} < written
    assert (tree(photos), tree(place)) == before
    assert keepers("history", "--json").json["runs"] == []


def test_a_second_run_does_nothing_and_undo_takes_all_back(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    put(place / "mine.txt", b"mine")
    before = tree(place)
    keepers("organize", photos, "--to", place / "out")
    made = tree(place)

    again = keepers("organize", photos, "--to", place / "out", "--json")
    assert (again.code, again.json["actions"]) == (0, 0)
    assert tree(place) == made

    unsaid = keepers("undo", "--json")
    assert (unsaid.code, tree(place)) == (2, made)
    assert "--yes" in unsaid.err
    assert keepers("undo", "--dry-run").code == 0
    assert tree(place) == made

    undone = keepers("undo", "--yes", "--json")
    assert (undone.code, undone.json["undid"], undone.json["problems"]) == (0, 1, [])
    assert tree(place) == before
    second = keepers("undo", "--yes", "--json")
    assert (second.code, second.json["done"]) == (0, 0)
    assert keepers("undo", "1", "--yes").code == 0
    assert tree(place) == before

    runs = keepers("history", "--json").json["runs"]
    first = runs[0]
    assert set(first) >= {"id", "title", "state", "started", "actions"}
    assert (first["id"], first["state"]) == (1, "undone")
    assert {action["state"] for action in first["actions"]} == {"undone"}
    assert all(set(action) >= {"verb", "from", "to", "content", "state", "at"} for action in first["actions"])


def test_numbers_of_groups_stay_when_photos_come(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    keepers("organize", photos, "--to", out, "--faces", "none")
    before = {path.parent.parent.name for path in out.rglob("DSC_101.jpg")}
    data = jpeg(picture(31))
    put(photos / "first/aa.jpg", data)
    put(photos / "first/bb.jpg", data)
    more = keepers("organize", photos, "--to", out, "--json", "--faces", "none")
    assert more.code == 0
    assert {path.parent.parent.name for path in out.rglob("DSC_101.jpg")} == before
    assert {path.parent.parent.name for path in out.rglob("aa.jpg")} == {"group_0004"}


def test_undo_keeps_what_was_changed_since(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    keepers("organize", photos, "--to", out, "--faces", "none")
    changed = next(out.rglob("DSC_103.jpg"))
    changed.write_bytes(b"edited by hand")
    told = keepers("undo", "--yes", "--json")
    assert told.code == 3
    assert len(told.json["problems"]) == 1
    assert str(changed) in told.err
    assert bytes_in(out) == {changed.relative_to(out).as_posix(): b"edited by hand"}


def test_undo_keeps_the_last_copy(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    keepers("organize", photos, "--to", out, "--faces", "none")
    data = (photos / "burst/DSC_103.jpg").read_bytes()
    (photos / "burst/DSC_103.jpg").unlink()
    told = keepers("undo", "--yes", "--json")
    assert told.code == 3
    assert "DSC_103.jpg" in told.json["problems"][0]["why"] + told.err
    assert list(bytes_in(out).values()) == [data]


def test_runs_are_taken_back_one_by_one_or_by_number(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    before = tree(place)
    for kind in ("burst", "same-bytes", "same-picture"):
        keepers("organize", photos, "--to", place / kind, "--kind", kind, "--faces", "none")
    assert keepers("undo", "2", "--yes", "--json").json["undid"] == 2
    assert sorted(path.name for path in place.iterdir()) == ["burst", "same-picture"]
    assert keepers("undo", "--yes", "--json").json["undid"] == 3
    assert keepers("undo", "--yes", "--json").json["undid"] == 1
    assert tree(place)[next(iter(before))][0] == before[next(iter(before))][0]
    assert list(place.iterdir()) == []
    runs = keepers("history", "--json").json["runs"]
    assert {run["id"]: run["state"] for run in runs if not run["undoes"]} == {
        1: "undone",
        2: "undone",
        3: "undone",
    }


def test_a_new_version_of_a_group_keeps_what_a_person_wrote(
    keepers: Keepers, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    organize = ("organize", photos, "--to", out, "--kind", "burst", "--faces", "none")
    keepers(*organize)
    note = put(out / "group_0001/note.txt", b"grandmother's birthday")
    (out / "group_0001/metadata.txt").write_bytes(b"my own words")
    fourth = picture(5).rotate(0.2)
    put(photos / "burst/DSC_104.jpg", jpeg(fourth, TAKEN + timedelta(seconds=3)), TAKEN)
    told = keepers(*organize, "--json")
    assert told.code == 0
    assert note.read_bytes() == b"grandmother's birthday"
    assert b"my own words" in {path.read_bytes() for path in out.glob("group_0001/*") if path.is_file()}
    assert (out / "group_0001/originals/DSC_104.jpg").exists()
    assert keepers("undo", "--yes").code == 0
    assert keepers("undo", "--yes").code in {0, 3}
    left = bytes_in(out)
    assert left == {
        "group_0001/note.txt": b"grandmother's birthday",
        "group_0001/metadata.txt": b"my own words",
    }


def test_what_belongs_to_a_photo_goes_with_it(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
    for number in (101, 102, 103):
        put(
            photos / f"burst/DSC_{number}.xmp",
            f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{number}</x:xmpmeta>".encode(),
        )
    told = keepers("organize", photos, "--to", tmp_path / "out", "--kind", "burst", "--faces", "none")
    assert told.code == 0
    names = sorted(path.name for path in tmp_path.glob("out/group_0001/originals/*"))
    assert names == [f"DSC_{number}.{kind}" for number in (101, 102, 103) for kind in ("jpg", "xmp")]
    said = keepers("group", "--json", "--kind", "burst", "--faces", "none").json
    member = next(m for m in said["groups"][0]["members"] if m["path"].endswith("DSC_101.jpg"))
    assert member["files"] == [str(photos / "burst/DSC_101.jpg"), str(photos / "burst/DSC_101.xmp")]


# ---------------------------------------------------------------- stopped and taken up again


def _stopped(
    arguments: list[str], number: signal.Signals, when: Callable[[], bool]
) -> subprocess.CompletedProcess[str]:
    started = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with started:
        end = time.monotonic() + 60
        while not when() and started.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        started.send_signal(number)
        out, err = started.communicate(timeout=60)
    assert "Traceback" not in err
    return subprocess.CompletedProcess(arguments, started.returncode, out, err)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130), (signal.SIGTERM, 130)]
)
def test_a_stopped_run_is_finished_under_its_number(
    keepers: Keepers, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    photos, place = tmp_path / "photos", tmp_path / "place"
    make_pairs(photos, 60)
    place.mkdir()
    before = tree(place), tree(photos)
    command = ["organize", str(photos), "--to", str(place / "out")]
    # The same target name, so that the trees can be compared; taken back before the real run.
    calm = Keepers(tmp_path / "calm.db", keepers._capsys)
    calm(*command)
    wanted = bytes_in(place / "out")
    assert calm("undo", "--yes").code == 0
    assert tree(place) == before[0]

    stopped = _stopped(
        [*command, "--catalog", str(keepers.catalog)], number, (place / "out" / "group_0003").exists
    )
    assert stopped.returncode == code, stopped.stderr
    # A kill leaves temporaries, under their documented name; finishing the run takes them away.
    present = bytes_in(place / "out")
    half = {name for name in present if name.startswith("group_") and "/.keepers-" not in name}
    assert half < {name for name in wanted if name.startswith("group_")}
    runs = keepers("history", "--json").json["runs"]
    assert [(run["id"], run["state"]) for run in runs] == [(1, "stopped")]

    finished = keepers(*command, "--json")
    assert (finished.code, finished.json["run"]) == (0, 1)
    made = bytes_in(place / "out")
    groups = {name: data for name, data in made.items() if name.startswith("group_")}
    assert groups == {name: data for name, data in wanted.items() if name.startswith("group_")}
    assert json.loads(made["reports/latest.json"])["groups_done"] == 60
    assert list(place.rglob(".keepers-*")) == []
    runs = keepers("history", "--json").json["runs"]
    assert [(run["id"], run["state"]) for run in runs] == [(1, "done")]

    assert keepers("undo", "--yes").code == 0
    assert (tree(place), tree(photos)) == before


@pytest.mark.slow
def test_a_killed_run_can_be_taken_back_at_once(keepers: Keepers, tmp_path: Path) -> None:
    photos, place = tmp_path / "photos", tmp_path / "place"
    make_pairs(photos, 30)
    place.mkdir()
    before = tree(place), tree(photos)
    command = ["organize", str(photos), "--to", str(place / "out"), "--catalog", str(keepers.catalog)]
    _stopped(command, signal.SIGKILL, (place / "out" / "group_0005").exists)
    assert keepers("undo", "--yes").code == 0
    assert (tree(place), tree(photos)) == before


@pytest.mark.slow
def test_a_killed_scan_goes_on_where_it_was(keepers: Keepers, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    make_pairs(photos, 150)
    command = ["scan", str(photos), "--catalog", str(keepers.catalog)]
    _stopped(command, signal.SIGKILL, keepers.catalog.exists)
    assert keepers("catalog", "check").code == 0
    assert keepers("scan", photos, "--json").json["photos"] == 300
    assert keepers("scan", photos, "--json").json["measured"] == 0


@pytest.mark.slow
def test_two_at_once_leave_one_result(keepers: Keepers, tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    make_pairs(photos, 40)
    keepers("group", photos)
    command = [*COMMAND, "organize", str(photos), "--to", str(out), "--catalog", str(keepers.catalog)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [one.communicate(timeout=120) for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes in ([0, 0], [0, 11]), told
    assert all("Traceback" not in err for _, err in told)
    assert keepers("organize", photos, "--to", out, "--json").json["actions"] == 0
    assert len(list(out.glob("group_*/originals/*"))) == 80
    assert list(tmp_path.rglob(".keepers-*")) == []
    while keepers("undo", "--yes", "--json").json["undid"] is not None:
        pass
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.5])
def test_ctrl_c_reaches_every_process_and_is_told_once(
    keepers: Keepers, tmp_path: Path, delay: float
) -> None:
    make_pairs(tmp_path / "photos", 100)
    command = [*COMMAND, "group", str(tmp_path / "photos"), "--catalog", str(keepers.catalog)]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with started:
        while not keepers.catalog.exists() and started.poll() is None:
            time.sleep(0.001)
        time.sleep(delay)
        os.killpg(started.pid, signal.SIGINT)
        out, err = started.communicate(timeout=60)
    # Behind the work, when all is told, an interrupt simply ends the program.
    assert started.returncode in {130, 0} or (started.returncode == -signal.SIGINT and "Next: " in out)
    assert "Traceback" not in err
    assert keepers("scan", tmp_path / "photos", "--json").json["photos"] == 200


def test_the_whole_process_answers_like_the_function(drawn: Path, tmp_path: Path) -> None:
    photos = copied(drawn, tmp_path / "photos")
    told = subprocess.run(
        [*COMMAND, "scan", str(photos), "--json", "--catalog", str(tmp_path / "c.db")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["photos"] == 11
