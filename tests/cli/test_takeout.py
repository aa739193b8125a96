"""The real command on Takeouts: folders, ZIPs in parts, albums; nothing is unpacked, nothing in them is changed."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.world import Keepers, jpeg, picture, put, tree

pytestmark = pytest.mark.slow

DAY = datetime(2023, 10, 6, 6, 35, 36, tzinfo=UTC)
ROOT = "Takeout/Google Photos"
NAMES = ("takeout-20231021T071231Z-001.zip", "takeout-20231021T071231Z-002.zip")


def story(title: str, **more: object) -> bytes:
    """The JSON that Google writes beside a photo."""
    taken = {"timestamp": str(int(DAY.timestamp())), "formatted": "…"}
    return json.dumps({"title": title, "photoTakenTime": taken, **more}).encode()


def album(title: str) -> bytes:
    """The JSON that Google writes into an album's folder."""
    return json.dumps({"title": title, "access": "protected", "date": {"timestamp": "1697872351"}}).encode()


def first() -> dict[str, bytes]:
    """Photos of a Takeout: one of the year that is in an album, too; an edit of it; two that are twins."""
    shown = jpeg(picture(1))
    twin = jpeg(picture(2))
    return {
        f"{ROOT}/Photos from 2023/IMG_1.jpg": shown,
        f"{ROOT}/Photos from 2023/IMG_2.jpg": twin,
        f"{ROOT}/Photos from 2023/IMG_3.jpg": twin,
        f"{ROOT}/Été à Zürich/IMG_1.jpg": shown,
        f"{ROOT}/archive_browser.html": b"<html>",
        "Takeout/../../../evil.jpg": shown,
    }


def second() -> dict[str, bytes]:
    """What Google put into another part: the stories."""
    person = {"people": [{"name": "Anna &amp; Ben"}], "favorited": True, "description": "by the lake"}
    return {
        f"{ROOT}/Photos from 2023/IMG_1.jpg.json": story("IMG_1.jpg", **person),
        f"{ROOT}/Photos from 2023/IMG_2.jpg.supplemental-metadata.json": story("IMG_2.jpg"),
        f"{ROOT}/Été à Zürich/métadonnées.json": album("Été à Zürich / 2023"),
        f"{ROOT}/Été à Zürich/IMG_1.jpg.json": story("IMG_1.jpg", **person),
    }


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """A ZIP, as Google makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, (2023, 10, 21, 7, 12, 30)), data, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A folder with a Takeout in two parts."""
    for name, files in zip(NAMES, (first(), second()), strict=True):
        zipped(tmp_path / "down" / name, files)
    return tmp_path / "down"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The same, unpacked by hand."""
    for name, data in (first() | second()).items():
        if ".." not in name:
            put(tmp_path / "down" / name, data)
    return tmp_path / "down"


def key(parts: Path, name: str, part: int = 0) -> str:
    """The path of a file in a part."""
    return f"{parts / NAMES[part]}!/{ROOT}/{name}"


def test_every_file_of_every_part_has_one_fate(keepers: Keepers, parts: Path) -> None:
    before = tree(parts)
    told = keepers("scan", f"takeout:{parts}", "--json")
    assert told.code == 3
    scanned = told.json
    assert (scanned["files"], scanned["photos"], scanned["companions"]) == (10, 4, 4)
    (evil,) = scanned["unreadable"]
    assert evil["path"] == f"{parts / NAMES[0]}!/Takeout/../../../evil.jpg"
    assert evil["reason"] == "has a path that leads out of its archive"
    (page,) = scanned["ignored"]
    assert page["path"] == key(parts, "archive_browser.html")
    assert tree(parts) == before
    assert not (parts.parent / "evil.jpg").exists()
    again = keepers("scan", f"takeout:{parts}", "--json").json
    assert (again["measured"], again["files"]) == (0, 10)


@pytest.mark.parametrize("how", ["folder", "arguments", "star"])
def test_parts_are_one_library(keepers: Keepers, parts: Path, how: str) -> None:
    words = {
        "folder": [f"takeout:{parts}"],
        "arguments": [f"takeout:{parts / name}" for name in NAMES],
        "star": [f"takeout:{parts}/takeout-*.zip"],
    }[how]
    keepers("scan", *words)
    told = keepers("explain", key(parts, "Photos from 2023/IMG_1.jpg"), "--json").json
    assert [file["path"] for file in told["bundle"]] == [
        key(parts, "Photos from 2023/IMG_1.jpg"),
        key(parts, "Photos from 2023/IMG_1.jpg.json", 1),
    ]
    assert (told["taken"]["source"], told["taken"]["certain"]) == ("takeout", True)
    assert datetime.fromisoformat(told["taken"]["at"]) == DAY
    assert told["told"] == {
        "album": ["Été à Zürich / 2023"],
        "description": ["by the lake"],
        "favourite": ["yes"],
        "person": ["Anna & Ben"],
    }


def copies(document: dict[str, list[dict[str, object]]]) -> list[list[str]]:
    """The names of the members of each group of exact copies."""
    groups = [group["members"] for group in document["groups"] if group["kind"] == "same-bytes"]
    return [[str(member["path"]).rpartition("Google Photos/")[2] for member in members] for members in groups]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["parts", "unpacked"])
def test_a_photo_in_an_album_is_one_photo(
    keepers: Keepers, kind: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kind)
    told = keepers("group", f"takeout:{folder}", "--json").json
    assert copies(told) == [["Photos from 2023/IMG_2.jpg", "Photos from 2023/IMG_3.jpg"]]
    assert told["ungrouped"] == 1


@pytest.mark.parametrize(
    ("places", "members"),
    [
        (["Photos from 2023/a.jpg", "Sea/a.jpg", "Sand/a.jpg"], []),
        (["Sea/a.jpg", "Sand/a.jpg"], []),
        (["Photos from 2023/a.jpg", "Untitled(3)/a.jpg"], []),
        (["Photos from 2023/a.jpg", "Bin/a.jpg"], []),
        (
            ["Photos from 2023/a.jpg", "Photos from 2022/a.jpg"],
            ["Photos from 2022/a.jpg", "Photos from 2023/a.jpg"],
        ),
        (["Sea/a.jpg", "Sea/b.jpg"], ["Sea/a.jpg", "Sea/b.jpg"]),
        (["Sea/a.jpg", "Bin/a.jpg"], ["Bin/a.jpg", "Sea/a.jpg"]),
        (["2023/a.jpg", "Bin/a.jpg"], ["2023/a.jpg", "Bin/a.jpg"]),
        (["Photos from 2023/a.jpg", "../../mine/a.jpg"], ["Photos from 2023/a.jpg", "mine/a.jpg"]),
    ],
)
def test_only_albums_views_are_no_copies(
    keepers: Keepers, tmp_path: Path, places: list[str], members: list[str]
) -> None:
    base = tmp_path / "down" / ROOT
    for place in places:
        put(base / place, jpeg(picture(1, (96, 64))))
    for name, title in (("Sea", "Sea"), ("Sand", "Sand"), ("Untitled(3)", "")):
        if any(place.startswith(name) for place in places):
            put(base / name / "metadata.json", album(title))
    told = keepers("group", f"takeout:{tmp_path / 'down'}", "--kind", "same-bytes", "--json").json
    found = [sorted(member["path"] for member in group["members"]) for group in told["groups"]]
    wanted = sorted(
        str((base / name) if "mine" not in name else tmp_path / "down" / name) for name in members
    )
    assert found == ([wanted] if members else [])


def test_an_album_by_itself_still_shows_its_photos(keepers: Keepers, unpacked: Path) -> None:
    keepers("scan", f"takeout:{unpacked}")
    put(unpacked / f"{ROOT}/Été à Zürich/copy.jpg", jpeg(picture(1)))
    told = keepers("group", unpacked / ROOT / "Été à Zürich", "--json").json
    assert copies(told) == [["Été à Zürich/IMG_1.jpg", "Été à Zürich/copy.jpg"]]


def test_a_plain_scan_names_the_address_and_forgets_nothing(keepers: Keepers, parts: Path) -> None:
    put(parts / "own.jpg", jpeg(picture(9)))
    plain = keepers("scan", parts, "--json").json
    assert [row["path"] for row in plain["ignored"]] == [str(parts / name) for name in NAMES]
    assert all("takeout:" in row["reason"] for row in plain["ignored"])
    assert plain["photos"] == 1
    keepers("scan", f"takeout:{parts}")
    keepers("scan", parts)
    assert copies(keepers("group", "--json").json) == [
        ["Photos from 2023/IMG_2.jpg", "Photos from 2023/IMG_3.jpg"]
    ]


def test_an_archive_that_cannot_be_read_forgets_nothing(keepers: Keepers, parts: Path) -> None:
    keepers("scan", f"takeout:{parts}")
    whole = (parts / NAMES[0]).read_bytes()
    (parts / NAMES[0]).write_bytes(whole[: len(whole) // 2])
    told = keepers("scan", f"takeout:{parts}", "--json")
    assert told.code == 3
    assert (
        "not downloaded to its end"
        in {row["path"]: row["reason"] for row in told.json["unreadable"]}[str(parts / NAMES[0])]
    )
    (parts / NAMES[0]).write_bytes(whole)
    again = keepers("scan", f"takeout:{parts}", "--json").json
    assert (again["photos"], again["unreadable"][0]["path"]) == (
        4,
        f"{parts / NAMES[0]}!/Takeout/../../../evil.jpg",
    )


def test_organizing_copies_out_of_archives_and_undo_takes_it_back(
    keepers: Keepers, parts: Path, tmp_path: Path
) -> None:
    before = tree(parts)
    out = tmp_path / "out"
    told = keepers("organize", f"takeout:{parts}", "--to", out, "--json")
    assert told.code == 3
    originals = out / "group_0001/originals"
    names = {path.name: path for path in originals.iterdir()}
    assert set(names) == {"IMG_2.jpg", "IMG_3.jpg", "IMG_2.jpg.supplemental-metadata.json"}
    assert names["IMG_2.jpg"].read_bytes() == jpeg(picture(2))
    assert datetime.fromtimestamp(names["IMG_2.jpg"].stat().st_mtime, UTC) == DAY
    assert tree(parts) == before
    quiet = keepers("organize", f"takeout:{parts}", "--to", out, "--json").json
    assert quiet["run"] is None
    undone = keepers("undo", "--yes", "--json").json
    assert undone["problems"] == []
    assert not out.exists()
    assert tree(parts) == before


def test_undo_leaves_a_copy_whose_archive_is_gone(keepers: Keepers, parts: Path, tmp_path: Path) -> None:
    keepers("organize", f"takeout:{parts}", "--to", tmp_path / "out")
    for name in NAMES:
        (parts / name).unlink()
    told = keepers("undo", "--yes", "--json")
    assert told.code == 3
    assert (tmp_path / "out/group_0001/originals/IMG_2.jpg").read_bytes() == jpeg(picture(2))


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("takeout:{}/none", 1, "no such file"),
        ("takeout:{}/none-*.zip", 1, "no such file"),
        ("takeout:{}/photos.tgz", 2, "neither a folder nor a ZIP archive"),
        ("takeout:{}/empty.zip", 1, "holds no files"),
        ("takeout:{}/refused.zip", 3, ""),
        ("immich:nothing/of the kind", 2, "no address of a server"),
    ],
)
def test_a_wrong_address_is_told(
    keepers: Keepers, tmp_path: Path, address: str, code: int, words: str
) -> None:
    put(tmp_path / "photos.tgz", b"\x1f\x8b")
    zipped(tmp_path / "empty.zip", {})
    zipped(tmp_path / "refused.zip", {"../evil.jpg": b"evil"})
    told = keepers("scan", address.format(tmp_path))
    assert told.code == code
    assert words in told.err


def test_a_photo_that_an_archive_has_not_is_no_photo(keepers: Keepers, parts: Path) -> None:
    keepers("scan", f"takeout:{parts}")
    told = keepers("explain", key(parts, "none.jpg"))
    assert told.code == 2
    assert "neither a file nor the id of a group" in told.err


@pytest.mark.slow
def test_5000_files_are_read_in_place(keepers: Keepers, tmp_path: Path) -> None:
    pictures = [jpeg(picture(seed, (96, 64))) for seed in range(40)]
    files: dict[str, bytes] = {}
    for number in range(2500):
        name = f"{ROOT}/Photos from {2000 + number // 250}/IMG_{number:04d}.jpg"
        # Bytes behind the picture make each file one of its own.
        files[name] = pictures[number % 40] + number.to_bytes(4, "big")
        files[f"{name}.json"] = story(f"IMG_{number:04d}.jpg")
    zipped(tmp_path / "t.zip", files)
    told = keepers("scan", f"takeout:{tmp_path / 't.zip'}", "--json").json
    assert (told["files"], told["photos"], told["companions"]) == (5000, 2500, 2500)
    assert {path.name for path in tmp_path.iterdir()} == {"t.zip", "state"}
