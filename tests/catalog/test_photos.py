"""Photos come out of the catalog as arrays and as bundles, each content and each file once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from keepers.catalog import contents, locations, photos
from keepers.catalog.contents import NewContent, content_id
from keepers.catalog.locations import NewLocation
from keepers.catalog.store import Catalog, open_catalog
from keepers.fingerprint.perceptual import PRINT
from keepers.model import ContentId, Facts, Fate, Kind, Role, Taken
from keepers.read.packed import pack

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(tmp_path / "catalog.db", create=True)


def _b3(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _id(number: int) -> ContentId:
    return content_id(_b3(number))


def _put(
    catalog: Catalog,
    path: str,
    number: int,
    *,
    inode: int = 0,
    taken: Taken | None = None,
    facts: Facts | None = None,
    fate: Fate = Fate.PHOTO,
) -> int:
    """One file with the content of that number; its row."""
    with catalog.writing():
        prints = np.zeros(1, PRINT).tobytes()
        known = facts or Facts("jpeg", 40, 30, camera="One")
        row = contents.add(
            catalog, NewContent(_b3(number), 9, Kind.PHOTO, 1, packed=pack(known), prints=prints)
        )
        locations.put(catalog, NewLocation(path, 9, 5, inode or hash(path) % 10**9, 1, fate, content=row))
        rows = catalog.db.execute("SELECT id FROM location WHERE key = ?", (path.encode(),)).fetchone()
        if taken is not None:
            locations.set_taken(catalog, [(rows[0], taken)])
    return int(rows[0])


def test_the_table_has_one_row_a_content_in_content_order(catalog: Catalog) -> None:
    _put(
        catalog,
        "/p/b/IMG_0012.jpg",
        2,
        facts=Facts("dng", 400, 300, camera="Two", bias_ev=-1.0, exposure_mode=2),
    )
    _put(catalog, "/p/a/IMG_0007 copy.jpg", 1)
    _put(catalog, "/p/z/again.jpg", 1)
    _put(catalog, "/p/broken.jpg", 3, fate=Fate.UNREADABLE)
    table = photos.table(catalog, [], frozenset({"dng"}))
    named = photos.content_ids(catalog)
    assert [named(int(row)) for row in table.content] == [_id(1), _id(2)]
    assert table.stem.tolist() == [7, 12]
    assert (table.width.tolist(), table.height.tolist()) == ([40, 400], [30, 300])
    assert table.raw.tolist() == [False, True]
    assert table.exposure_mode.tolist() == [-1, 2]
    assert np.isnan(table.bias[0])
    assert table.bias[1] == -1.0
    assert table.camera[0] != table.camera[1]
    assert table.folder[0] != table.folder[1]


def test_frames_that_one_body_counts_on_without_a_pause_are_a_series(catalog: Catalog) -> None:
    # Body, count and second of each frame; a copy has the count of its original.
    frames = [("a", 10, 0.0), ("a", 11, 0.3), ("a", 11, 0.3), ("a", 12, 0.6), ("a", 13, 5.0), ("a", 14, 5.2),
              ("b", 15, 5.3), ("a", 17, 5.4)]  # fmt: skip
    for number, (body, count, second) in enumerate(frames, 1):
        at = datetime(2020, 5, 1, 12, tzinfo=UTC) + timedelta(seconds=second)
        facts = Facts("jpeg", 40, 30, camera="One", burst=f"nikon:{count}:{body}")
        _put(catalog, f"/p/{number}.jpg", number, taken=Taken(at, "exif", certain=True), facts=facts)
    # A copy of a frame within the first series that has no time of its own.
    timeless = Facts("jpeg", 40, 30, camera="One", burst="nikon:11:a")
    _put(catalog, "/p/9.jpg", 9, taken=Taken(NOON, "mtime", certain=False), facts=timeless)
    codes = photos.table(catalog, [], frozenset()).burst.tolist()
    assert codes.pop() == 0
    assert codes[0] > 0
    assert codes[4] not in {0, codes[0]}
    assert codes == [codes[0]] * 4 + [codes[4]] * 2 + [0, 0]


def test_the_most_certain_time_stands_and_a_file_date_is_none(catalog: Catalog) -> None:
    later = NOON + timedelta(hours=5)
    _put(catalog, "/p/a.jpg", 1, taken=Taken(NOON - timedelta(days=900), "mtime", certain=False))
    _put(catalog, "/p/b.jpg", 1, taken=Taken(later, "exif", certain=True))
    _put(catalog, "/p/c.jpg", 2, taken=Taken(NOON, "mtime", certain=False))
    table = photos.table(catalog, [], frozenset())
    assert table.taken[0] == later.timestamp()
    assert table.certain.tolist() == [True, False]
    assert np.isnan(table.taken[1])


def test_roots_bound_what_is_read(catalog: Catalog) -> None:
    _put(catalog, "/p/a.jpg", 1)
    _put(catalog, "/p2/b.jpg", 2)
    _put(catalog, "/p/c/d.jpg", 2)
    assert len(photos.table(catalog, ["/p2"], frozenset())) == 1
    assert photos.contents(catalog, ["/p2"]) == 1
    assert photos.contents(catalog, []) == 2
    assert photos.repeated(catalog, []) == [_id(2)]
    assert photos.repeated(catalog, ["/p"]) == []


def test_an_empty_catalog_is_an_empty_table(catalog: Catalog) -> None:
    assert len(photos.table(catalog, [], frozenset())) == 0
    assert photos.contents(catalog, []) == 0


def test_hard_links_are_one_file(catalog: Catalog) -> None:
    _put(catalog, "/p/a.jpg", 1, inode=70)
    _put(catalog, "/p/link.jpg", 1, inode=70)
    assert photos.repeated(catalog, []) == []
    found = photos.bundles(catalog, [], [_id(1)])
    assert [bundle.main.ref.key for bundle in found[_id(1)]] == ["/p/a.jpg"]
    _put(catalog, "/p/copy.jpg", 1, inode=71)
    assert photos.repeated(catalog, []) == [_id(1)]
    found = photos.bundles(catalog, [], [_id(1)])
    assert [bundle.main.ref.key for bundle in found[_id(1)]] == ["/p/a.jpg", "/p/copy.jpg"]


def test_a_bundle_is_reached_from_each_of_its_files(catalog: Catalog) -> None:
    main = _put(catalog, "/p/a.dng", 1, taken=Taken(NOON, "exif", certain=True))
    other = _put(catalog, "/p/a.jpg", 2)
    with catalog.writing():
        locations.set_bundles(
            catalog,
            [(main, None, Role.RAW, Fate.PHOTO, "no film"), (other, main, Role.JPEG, Fate.COMPANION, "")],
        )
    for path in ("/p/a.dng", "/p/a.jpg"):
        bundle = photos.bundle_at(catalog, path)
        assert bundle is not None
        assert [(a.ref.key, a.role) for a in bundle.assets] == [
            ("/p/a.dng", Role.RAW),
            ("/p/a.jpg", Role.JPEG),
        ]
        assert bundle.main.taken == Taken(NOON, "exif", certain=True)
    assert photos.contents(catalog, []) == 1
    assert photos.bundles(catalog, [], [_id(2)]) == {}
    assert photos.bundle_at(catalog, "/p/nothing.jpg") is None


def test_what_cannot_be_read_is_no_bundle(catalog: Catalog) -> None:
    _put(catalog, "/p/cut.jpg", 1, fate=Fate.UNREADABLE)
    assert photos.bundle_at(catalog, "/p/cut.jpg") is None
    assert photos.bundles(catalog, [], [_id(1)]) == {}


def test_more_contents_than_one_statement_takes(catalog: Catalog) -> None:
    number = contents.BATCH + 5
    with catalog.writing():
        for item in range(number):
            row = contents.add(catalog, NewContent(_b3(item), 9, Kind.PHOTO, 1))
            locations.put(catalog, NewLocation(f"/p/{item}.jpg", 9, 5, item + 1, 1, Fate.PHOTO, content=row))
    wanted = [_id(item) for item in range(number)]
    assert len(photos.bundles(catalog, [], wanted)) == number
    assert len(contents.facts_of(catalog, wanted)) == number
