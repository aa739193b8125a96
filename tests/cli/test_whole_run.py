"""The real command on small libraries: scan, group, explain, organize, undo."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import Keepers, bytes_in, copied, jpeg, make_pairs, picture, put, tree

SCAN_FIELDS = {"schema_version", "files", "photos", "bytes", "companions", "unreadable", "ignored", "seconds"}
MEMBER_FIELDS = {"path", "files", "copies", "keep", "score", "scores", "reasons"}
COMMAND = [sys.executable, "-c", "import sys; from keepers.cli.main import main; sys.exit(main())"]


def _paths(rows: list[dict[str, str]]) -> list[str]:
    return [row["path"] for row in rows]


def _by_kind(document: Any, kind: str) -> list[set[str]]:
    return [
        {Path(member["path"]).name for member in group["members"]}
        for group in document["groups"]
        if group["kind"] == kind
    ]


# ---------------------------------------------------------------- scan


def test_every_file_has_one_fate(keepers: Keepers, photos: Path) -> None:
    good = (photos / "alone.jpg").read_bytes()
    put(photos / "cut.jpg", good[: len(good) // 3])
    put(photos / "alone.xmp", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    put(photos / "@eaDir/alone.jpg/thumb.jpg", good)
    put(photos / "._alone.jpg", b"\0\5\26\7")
    put(photos / ".DS_Store", b"\0\0\0\1Bud1")
    put(photos / "letter.txt", b"dear all")
    (photos / "link.jpg").symlink_to(photos / "alone.jpg")
    os.mkfifo(photos / "pipe.jpg")
    before = tree(photos)

    told = keepers("scan", photos, "--json")

    said = told.json
    assert told.code == 3
    assert set(said) >= SCAN_FIELDS
    assert (said["photos"], said["companions"]) == (11, 1)
    assert _paths(said["unreadable"]) == [str(photos / "cut.jpg")]
    ignored = [".DS_Store", "._alone.jpg", "@eaDir", "letter.txt", "link.jpg", "pipe.jpg"]
    assert _paths(said["ignored"]) == [str(photos / name) for name in ignored]
    assert all(row["reason"] for row in said["unreadable"] + said["ignored"])
    assert said["files"] == 11 + 1 + 1 + len(ignored)
    assert tree(photos) == before

    listed = keepers("report", "unreadable", "--jsonl")
    assert listed.code == 0
    assert [json.loads(line)["path"] for line in listed.out.splitlines()] == [str(photos / "cut.jpg")]


def _marked(catalog: Path) -> list[str]:
    with sqlite3.connect(catalog) as db:
        rows = db.execute("SELECT camera FROM content ORDER BY id").fetchall()
    db.close()
    return [camera for (camera,) in rows]


def test_known_contents_are_not_measured_again(keepers: Keepers, photos: Path) -> None:
    assert keepers("scan", photos, "--json").json["measured"] == 11
    assert keepers("scan", photos, "--json").json["measured"] == 0
    # A mark in the facts tells whether they were computed anew.
    with sqlite3.connect(keepers.catalog) as db:
        db.execute("UPDATE content SET camera = 'marked'")
    db.close()
    number = len(_marked(keepers.catalog))
    (photos / "alone.jpg").rename(photos / "burst" / "moved.jpg")
    shutil.copy2(photos / "burst/DSC_101.jpg", photos / "copy.jpg")

    said = keepers("scan", photos, "--json").json

    assert said["photos"] == 12
    assert said["measured"] <= 2
    assert _marked(keepers.catalog) == ["marked"] * number


def test_a_changed_file_is_measured_and_a_deleted_one_forgotten(keepers: Keepers, photos: Path) -> None:
    keepers("scan", photos)
    put(photos / "alone.jpg", jpeg(picture(77)))
    (photos / "burst/DSC_103.jpg").unlink()
    said = keepers("scan", photos, "--json").json
    assert (said["measured"], said["photos"], said["files"]) == (1, 10, 10)
    changed = keepers("explain", photos / "alone.jpg", "--json", "--faces", "none").json
    assert changed["taken"]["source"] == "mtime"


def test_a_limit_learns_in_slices(keepers: Keepers, photos: Path) -> None:
    first = keepers("scan", photos, "--limit", "5", "--json").json
    assert (first["measured"], first["photos"]) == (5, 5)
    assert keepers("scan", photos, "--limit", "4", "--json").json["photos"] == 9
    last = keepers("scan", photos, "--limit", "4", "--json").json
    assert (last["measured"], last["photos"]) == (2, 11)


# ---------------------------------------------------------------- group, explain


def test_groups_name_every_kind_once_with_copies_apart(keepers: Keepers, photos: Path) -> None:
    shutil.copy2(photos / "burst/DSC_102.jpg", photos / "DSC_102 (1).jpg")
    shutil.copy2(photos / "2024/IMG_1002.jpg", photos / "again.jpg")

    told = keepers("group", photos, "--json")

    said = told.json
    assert told.code == 0
    assert _by_kind(said, "burst") == [{"DSC_101.jpg", "DSC_102.jpg", "DSC_103.jpg"}]
    assert len(_by_kind(said, "same-bytes")) == 3
    assert len(_by_kind(said, "same-picture")) == 1
    assert said["ungrouped"] == 1
    for group in said["groups"]:
        assert set(group) >= {"id", "kind", "members", "evidence"}
        assert all(set(member) >= MEMBER_FIELDS for member in group["members"])
        assert all(0 <= member["score"] <= 1 for member in group["members"])
        assert all(len(member["reasons"]) <= 3 for member in group["members"])
        assert any(member["keep"] for member in group["members"])
    for kind in {group["kind"] for group in said["groups"]}:
        groups = [group for group in said["groups"] if group["kind"] == kind]
        places = [p for g in groups for m in g["members"] for p in (*m["files"], *m["copies"])]
        assert len(places) == len(set(places)), f"a path is twice in {kind}"
    burst = next(group for group in said["groups"] if group["kind"] == "burst")
    assert [m["copies"] for m in burst["members"] if m["copies"]] == [[str(photos / "DSC_102 (1).jpg")]]
    assert [Path(m["path"]).name for m in burst["members"] if m["keep"]] == ["DSC_102.jpg"]
    versions = next(group for group in said["groups"] if group["kind"] == "same-picture")
    assert [m["copies"] for m in versions["members"] if m["copies"]] == [[str(photos / "again.jpg")]]


def test_order_and_workers_change_nothing(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "turned round"
    for number, path in enumerate(sorted((p for p in photos.rglob("*") if p.is_file()), reverse=True)):
        shelf = other / f"{'zyx'[number % 3]}" / path.parent.relative_to(photos)
        shelf.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, shelf / path.name)
    one = Keepers(tmp_path / "one.db", capsys)("group", photos, "--jobs", "1", "--json", "--faces", "none").json
    two = Keepers(tmp_path / "two.db", capsys)("group", other, "--jobs", "2", "--json", "--faces", "none").json
    assert len(one["groups"]) == 3
    assert [g["id"] for g in one["groups"]] == [g["id"] for g in two["groups"]]
    names = [[sorted(Path(m["path"]).name for m in g["members"]) for g in said["groups"]] for said in (one, two)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--kind", "burst"], ["burst"]),
        (["--kind", "same-bytes", "--kind", "burst"], ["burst", "same-bytes"]),
        (["--min-size", "4"], ["same-bytes"]),
        (["--time-window", "0", "--kind", "burst"], ["burst"]),
        (["--time-window", "0.5", "--kind", "burst"], []),
        (["-t", "0", "--kind", "bracket"], []),
    ],
)
def test_options_choose_groups(
    keepers: Keepers, photos: Path, options: list[str], kinds: list[str]
) -> None:
    told = keepers("group", photos, "--json", "--fail-on-found", "--faces", "none", *options)
    assert sorted({group["kind"] for group in told.json["groups"]}) == kinds
    assert told.code == (4 if kinds else 0)


def test_the_threshold_widens_a_group(keepers: Keepers, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 2), ("c", 3)):
        put(tmp_path / "three" / f"{name}.jpg", jpeg(picture(seed)))
    found = [
        keepers("group", tmp_path / "three", "--json", "--faces", "none", "-t", bits).json["groups"]
        for bits in ("0", "64")
    ]
    assert found[0] == []
    assert found[1] != []


def test_explain_a_photo_and_a_group(keepers: Keepers, photos: Path) -> None:
    keepers("scan", photos)
    best = keepers("explain", photos / "burst/DSC_102.jpg", "--json").json
    assert set(best) >= {"path", "taken", "place", "content", "bundle", "faces", "groups", "reasons"}
    assert best["path"] == str(photos / "burst/DSC_102.jpg")
    assert best["taken"] == {"at": "2024-07-01T12:00:01+00:00", "source": best["taken"]["source"], "certain": True}
    assert best["taken"]["source"] != "mtime"
    assert best["bundle"] == [{"path": best["path"], "role": "main"}]
    assert [group["kind"] for group in best["groups"]] == ["burst"]
    assert best["reasons"]

    group = keepers("explain", best["groups"][0]["id"], "--json")
    assert group.code == 0
    assert group.json["members"] == best["groups"][0]["members"]
    assert keepers("explain", best["groups"][0]["id"]).out.count("/DSC_10") == 3

    alone = keepers("explain", photos / "alone.jpg", "--json")
    assert (alone.code, alone.json["groups"]) == (0, [])
    assert alone.json["reasons"]


# ---------------------------------------------------------------- organize, undo


def test_organize_writes_the_layout_and_leaves_the_originals(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
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


def test_a_second_run_does_nothing_and_undo_takes_all_back(keepers: Keepers, photos: Path, tmp_path: Path) -> None:
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


# ---------------------------------------------------------------- stopped and taken up again


def _stopped(
    arguments: list[str], number: signal.Signals, when: Callable[[], bool]
) -> subprocess.CompletedProcess[str]:
    started = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
    half = {name for name in bytes_in(place / "out") if name.startswith("group_")}
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


def test_the_whole_process_answers_like_the_function(drawn: Path, tmp_path: Path) -> None:
    photos = copied(drawn, tmp_path / "photos")
    told = subprocess.run(
        [*COMMAND, "scan", str(photos), "--json", "--catalog", str(tmp_path / "c.db")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["photos"] == 11
