"""The real command on Apple Photos libraries: what they tell is taken over, and nothing in them is touched.

The library is made here, its database read by a stand-in for osxphotos; one test reads a real library where
the photo test pack lies beside the repository.
"""

import json
import os
import sqlite3
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from keepers.errors import KeepersError
from keepers.places import apple
from tests.cli.world import Keepers, jpeg, picture, put, tree
from tests.read.making import film

pytestmark = pytest.mark.slow

DAY = datetime(2021, 5, 1, 14, 0, tzinfo=timezone(timedelta(hours=9)))
PACK = Path(__file__).parents[3] / "shared/data/open/apple"


@dataclass
class Shown:
    """A photo as osxphotos shows it."""

    uuid: str
    filename: str
    original_filename: str
    date: datetime = DAY
    path: str | None = None
    path_edited: str | None = None
    path_raw: str | None = None
    path_live_photo: str | None = None
    intrash: bool = False
    favorite: bool = False
    hidden: bool = False
    title: str | None = None
    description: str | None = None
    albums: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    location: tuple[float | None, float | None] = (None, None)
    burst: bool = False
    burst_key: bool = False
    burst_default_pick: bool = False
    burst_selected: bool = False
    burst_photos: list["Shown"] = field(default_factory=list)


class PhotosDB:
    """Reads the copied database; like the real one it shows of a burst only one frame."""

    def __init__(self, dbfile: str, library_path: str, *, _skip_searchinfo: bool) -> None:
        assert not dbfile.startswith(library_path)
        with sqlite3.connect(dbfile) as opened:
            rows = opened.execute("SELECT data FROM photo").fetchall()
        opened.close()
        self._photos = [self._shown(json.loads(text), library_path) for (text,) in rows]

    def photos(self, *, intrash: bool = False) -> list[Shown]:
        """Photos in the trash or not, of a burst one."""
        shown = [photo for photo in self._photos if photo.intrash == intrash]
        bursts = [photo for photo in shown if photo.burst]
        for photo in bursts:
            photo.burst_photos = [other for other in bursts if other is not photo]
        return [photo for photo in shown if photo not in bursts[1:]]

    @staticmethod
    def _shown(values: dict[str, object], library: str) -> Shown:
        photo = Shown(**values)  # type: ignore[arg-type]
        photo.date = datetime.fromisoformat(str(values["date"])) if "date" in values else DAY
        for name in ("path", "path_edited", "path_raw", "path_live_photo"):
            if getattr(photo, name) is not None:
                setattr(photo, name, os.path.join(library, getattr(photo, name)))
        return photo


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in takes the place of osxphotos."""
    module = ModuleType("osxphotos")
    module.PhotosDB = PhotosDB  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "osxphotos", module)


def made(folder: Path, photos: list[dict[str, object]], files: dict[str, bytes]) -> Path:
    """A library whose database has all its rows in the write-ahead log still."""
    library = folder / "My.photoslibrary"
    for name, data in files.items():
        put(library / name, data)
    base = library / "database"
    base.mkdir(parents=True)
    keeper = sqlite3.connect(base / "Photos.sqlite")
    keeper.execute("PRAGMA journal_mode = WAL")
    keeper.execute("CREATE TABLE photo (data TEXT)")
    keeper.executemany("INSERT INTO photo VALUES (?)", [(json.dumps(photo),) for photo in photos])
    keeper.commit()
    wal = (base / "Photos.sqlite-wal").read_bytes()
    main = (base / "Photos.sqlite").read_bytes()
    keeper.close()
    # As it lies there while Photos is open.
    (base / "Photos.sqlite").write_bytes(main)
    (base / "Photos.sqlite-wal").write_bytes(wal)
    return library


@pytest.fixture
def library(tmp_path: Path, reader: None) -> Path:
    """An edited photo, a Live Photo, a burst with a pick, one in iCloud, one hidden, one in the trash, one shared."""
    frame = {"burst": True, "albums": ["Hops"]}
    photos: list[dict[str, object]] = [
        {"uuid": "A1", "filename": "A1.jpeg", "original_filename": "IMG_0001.JPG", "path": "originals/A/A1.jpeg",
         "path_edited": "resources/renders/A/A1_1_201_a.jpeg", "favorite": True, "albums": ["Trip", "Best"],
         "persons": ["Ada", "_UNKNOWN_"], "keywords": ["sea"], "title": "Waves", "location": [48.5, 16.25]},
        {"uuid": "B2", "filename": "B2.jpeg", "original_filename": "IMG_0002.JPG", "path": "originals/B/B2.jpeg",
         "path_live_photo": "originals/B/B2_3.mov"},
        {"uuid": "C3", "filename": "C3.jpeg", "original_filename": "IMG_0003.JPG", "path": None, **frame,
         "burst_key": True, "burst_default_pick": True},
        {"uuid": "C4", "filename": "C4.jpeg", "original_filename": "IMG_0003.JPG", "path": "originals/C/C4.jpeg",
         **frame, "burst_selected": True, "date": "2021-05-01T14:00:01+09:00"},
        {"uuid": "D5", "filename": "D5.heic", "original_filename": "IMG_0005.HEIC"},
        {"uuid": "E6", "filename": "E6.jpeg", "original_filename": "IMG_0006.JPG", "path": "originals/E/E6.jpeg",
         "hidden": True, "date": "1970-01-01T00:00:00+00:00"},
        {"uuid": "F7", "filename": "F7.jpeg", "original_filename": "IMG_0007.JPG", "path": "originals/F/F7.jpeg",
         "intrash": True},
        {"uuid": "G8", "filename": "G8.jpeg", "original_filename": "IMG_0008.JPG", "path": "/elsewhere/IMG_0008.JPG"},
    ]  # fmt: skip
    files = {
        "originals/A/A1.jpeg": jpeg(picture(1)),
        "resources/renders/A/A1_1_201_a.jpeg": jpeg(picture(1), quality=60),
        "resources/derivatives/A/A1_thumb.jpeg": jpeg(picture(1), quality=20),
        "originals/B/B2.jpeg": jpeg(picture(2)),
        "originals/B/B2_3.mov": film(),
        # The database says that it is not here, because the download is younger than its last note.
        "originals/C/C3.jpeg": jpeg(picture(3), DAY),
        "originals/C/C4.jpeg": jpeg(Image.fromarray(np.roll(np.asarray(picture(3)), 3, axis=1)), DAY),
        "originals/E/E6.jpeg": jpeg(picture(6)),
        "originals/F/F7.jpeg": jpeg(picture(7)),
    }
    return made(tmp_path, photos, files)


def test_a_library_is_read_by_its_own_database(keepers: Keepers, library: Path) -> None:
    before = tree(library)
    scanned = keepers("scan", f"apple:{library}", "--json").json
    assert (scanned["files"], scanned["photos"], scanned["companions"]) == (10, 5, 2)
    assert {row["path"].removeprefix(f"{library}/"): row["reason"] for row in scanned["ignored"]} == {
        "originals/D/D5.heic": "its original is only in iCloud",
        "originals/F/F7.jpeg": "is in the library's trash",
        "originals/G/G8.jpeg": "lies outside of the library; scan /elsewhere/IMG_0008.JPG",
    }
    assert tree(library) == before
    again = keepers("scan", f"apple:{library}", "--json").json
    assert (again["files"], again["photos"]) == (10, 5)
    assert tree(library) == before


def test_the_trash_is_read_if_asked(keepers: Keepers, library: Path) -> None:
    scanned = keepers("scan", f"apple:{library}#trash", "--json").json
    assert (scanned["files"], scanned["photos"], len(scanned["ignored"])) == (10, 6, 2)
    told = keepers("explain", library / "originals/F/F7.jpeg", "--json").json["told"]
    assert told["trashed"] == ["yes"]


def test_what_the_library_tells_is_explained(keepers: Keepers, library: Path) -> None:
    keepers("scan", f"apple:{library}")
    edited = library / "resources/renders/A/A1_1_201_a.jpeg"
    told = keepers("explain", library / "originals/A/A1.jpeg", "--json").json
    assert told["bundle"] == [
        {"path": str(edited), "role": "main"},
        {"path": str(library / "originals/A/A1.jpeg"), "role": "original"},
    ]
    assert (told["taken"]["at"], told["taken"]["source"]) == (DAY.isoformat(), "apple")
    assert told["told"] == {
        "album": ["Best", "Trip"], "favourite": ["yes"], "keyword": ["sea"], "person": ["Ada"],
        "position": ["48.500000 16.250000"], "title": ["Waves"],
    }  # fmt: skip
    live = keepers("explain", library / "originals/B/B2.jpeg", "--json").json
    assert [file["role"] for file in live["bundle"]] == ["main", "live-video"]
    picks = {
        name: keepers("explain", library / f"originals/C/{name}.jpeg", "--json").json["told"]
        for name in ("C3", "C4")
    }
    assert picks["C3"] == {"album": ["Hops"], "burst": ["C3"], "pick": ["library"]}
    assert picks["C4"] == {"album": ["Hops"], "burst": ["C3"], "pick": ["user"]}
    undated = keepers("explain", library / "originals/E/E6.jpeg", "--json").json
    assert undated["taken"]["source"] == "mtime"


def test_a_persons_pick_of_a_burst_is_kept(keepers: Keepers, library: Path) -> None:
    groups = keepers("group", f"apple:{library}", "--json").json["groups"]
    (members,) = [group["members"] for group in groups if len(group["members"]) == 2]
    assert {Path(member["path"]).stem: member["keep"] for member in members} == {"C3": False, "C4": True}
    (reasons,) = [member["reasons"] for member in members if member["keep"]]
    assert any("picked from its burst" in reason for reason in reasons)


def test_a_plain_scan_names_the_address_and_forgets_nothing(keepers: Keepers, library: Path) -> None:
    keepers("scan", f"apple:{library}")
    plain = keepers("scan", library.parent, "--json").json
    assert ("apple:" in plain["ignored"][0]["reason"], plain["photos"]) == (True, 5)
    refused = keepers("scan", library)
    assert refused.code == 2
    assert f"apple:{library}" in refused.err
    taken = keepers("explain", library / "originals/A/A1.jpeg", "--json").json["taken"]
    assert taken["source"] == "apple"


def test_organizing_gives_the_original_names_and_undo_takes_all_back(
    keepers: Keepers, library: Path, tmp_path: Path
) -> None:
    before = tree(library)
    copy = put(tmp_path / "more/copy.jpg", jpeg(picture(1), quality=60))
    out = tmp_path / "out"
    keepers("organize", f"apple:{library}", copy.parent, "--to", out)
    groups = [sorted(path.name for path in folder.iterdir()) for folder in out.glob("group_*/originals")]
    assert ["IMG_0001.JPG", "IMG_0001_edited.jpeg", "copy.jpg"] in groups
    assert all(".photoslibrary" not in str(path) for path in out.rglob("*"))
    assert keepers("undo", "--yes").code == 0
    assert not out.exists()
    assert tree(library) == before


@pytest.mark.parametrize("inner", ["", "/new", "/originals/A"])
def test_nothing_is_organized_into_a_library(
    keepers: Keepers, library: Path, tmp_path: Path, inner: str
) -> None:
    put(tmp_path / "more/a.jpg", jpeg(picture(9)))
    refused = keepers("organize", tmp_path / "more", "--to", f"{library}{inner}")
    assert refused.code == 2
    assert "library of Apple Photos" in refused.err


def test_without_osxphotos_the_way_to_it_is_told(
    keepers: Keepers, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "osxphotos", None)
    refused = keepers("scan", f"apple:{library}")
    assert refused.code == 5
    assert "pip install 'keepers[apple]'" in refused.err


def test_what_is_no_library_is_told(keepers: Keepers, tmp_path: Path, reader: None) -> None:
    (tmp_path / "Empty.photoslibrary/database").mkdir(parents=True)
    assert "has no database" in keepers("scan", f"apple:{tmp_path}/Empty.photoslibrary").err
    assert "no library of Apple Photos" in keepers("scan", f"apple:{tmp_path}").err
    assert "no such file" in keepers("scan", f"apple:{tmp_path}/None.photoslibrary").err


def test_a_damaged_database_is_told(library: Path) -> None:
    (library / "database/Photos.sqlite-wal").unlink()
    (library / "database/Photos.sqlite").write_bytes(b"no database, but long enough to be opened as one" * 50)
    with pytest.raises(KeepersError, match="its database cannot be read"):
        apple.read(str(library))


def test_a_real_library_is_read_as_its_truth_says() -> None:
    pytest.importorskip("osxphotos", reason="the extra 'apple' is not installed")
    if not PACK.is_dir():
        pytest.skip("the photo test pack does not lie beside the repository")
    truth = json.loads((PACK / "apple.json").read_text())
    library = PACK / truth["library"]
    before = tree(library)
    contents = apple.read(str(library))
    found = {os.path.relpath(seen.ref.key, library) for seen in contents.found}
    assert found == {asset["file"] for asset in truth["assets"] if asset["present"]}
    gone = {os.path.relpath(problem.ref.key, library): problem.reason for problem in contents.problems}
    assert gone == {asset["file"]: apple.CLOUD for asset in truth["assets"] if not asset["present"]}
    taken = {asset["uuid"]: asset["taken_utc"] for asset in truth["assets"]}
    for told in contents.told:
        assert told.taken is not None
        assert told.taken.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") == taken[told.photo]
    assert tree(library) == before
