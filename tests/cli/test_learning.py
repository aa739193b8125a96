"""The real command on small libraries: what scan, group and explain tell, and that they change nothing."""

import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.world import Keepers, jpeg, picture, put, tree

pytestmark = pytest.mark.slow

SCAN_FIELDS = {"schema_version", "files", "photos", "bytes", "companions", "unreadable", "ignored", "seconds"}
MEMBER_FIELDS = {"path", "files", "copies", "keep", "score", "scores", "reasons"}


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
    one = Keepers(tmp_path / "one.db", capsys)(
        "group", photos, "--jobs", "1", "--json", "--faces", "none"
    ).json
    two = Keepers(tmp_path / "two.db", capsys)(
        "group", other, "--jobs", "2", "--json", "--faces", "none"
    ).json
    assert len(one["groups"]) == 3
    assert [g["id"] for g in one["groups"]] == [g["id"] for g in two["groups"]]
    names = [
        [sorted(Path(m["path"]).name for m in g["members"]) for g in said["groups"]] for said in (one, two)
    ]
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
def test_options_choose_groups(keepers: Keepers, photos: Path, options: list[str], kinds: list[str]) -> None:
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
    assert best["taken"] == {
        "at": "2024-07-01T12:00:01+00:00",
        "source": best["taken"]["source"],
        "certain": True,
        "note": "",
    }
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
