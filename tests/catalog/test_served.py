"""What is known of servers beside what is known of this machine."""

from datetime import UTC, datetime

import pytest

from keepers.catalog import contents, locations, photos, served, sightings
from keepers.catalog.locations import NewLocation
from keepers.catalog.store import open_catalog
from keepers.model import ContentId, Fate, Kind, PlaceId, Ref, Taken

IMMICH = PlaceId("immich")
PARENTS = PlaceId("immich@parents")
AT = Taken(datetime(2024, 5, 1, 12, tzinfo=UTC), "exif", certain=True)


@pytest.fixture
def catalog(tmp_path):
    opened = open_catalog(tmp_path / "catalog.db", create=True)
    yield opened
    opened.close()


def content(catalog, blob, size=10):
    return contents.add(catalog, contents.NewContent(blob, size, Kind.PHOTO, 1))


def asset(catalog, place, key, blob, **fields):
    with catalog.writing():
        row = content(catalog, blob)
        return served.put(catalog, served.Row(place, key, 10, 5, Fate.PHOTO, content=row, taken=AT, **fields))


def local(catalog, path, blob):
    with catalog.writing():
        row = content(catalog, blob)
        locations.put(catalog, NewLocation(path, 10, 1, hash(path) % 1000, 1, Fate.PHOTO, content=row))


@pytest.mark.parametrize(
    "text",
    [
        "b3:" + "ab" * 32,
        "sha1:" + "cd" * 20,
        "ref:immich/one",
        "ref:immich/" + "x" * 9,
        "ref:immich/" + "x" * 21,
        "ref:immich@parents/00000000-0000-4000-8000-0000000003e8",
    ],
)
def test_every_name_of_a_content_is_kept(text):
    blob = contents.digest(ContentId(text))
    assert contents.content_id(blob) == text
    assert (len(blob) == 32) == text.startswith("b3:")
    assert (len(blob) == 20) == text.startswith("sha1:")


@pytest.mark.parametrize(
    ("roots", "paths"),
    [
        ([], ["/a/1.jpg", "/b/2.jpg"]),
        (["/a"], ["/a/1.jpg"]),
        (["/"], ["/a/1.jpg", "/b/2.jpg"]),
        (["immich:"], ["immich:k1", "immich:k2"]),
        (["immich@parents:"], ["immich@parents:k1"]),
        (["immich:album/Rome"], ["immich:k2"]),
        (["/b", "immich:album/Rome"], ["/b/2.jpg", "immich:k2"]),
    ],
)
def test_roots_mean_their_own_place(catalog, roots, paths):
    local(catalog, "/a/1.jpg", b"a" * 32)
    local(catalog, "/b/2.jpg", b"b" * 32)
    asset(catalog, IMMICH, "k1", b"c" * 20)
    asset(catalog, IMMICH, "k2", b"d" * 20)
    asset(catalog, PARENTS, "k1", b"c" * 20)
    sightings.begin_meeting(catalog, "immich:album/Rome")
    sightings.meet(catalog, "immich:album/Rome", ["k2"])
    assert sorted(path for path, _ in sightings.reasons(catalog, roots, Fate.PHOTO)) == paths
    assert sightings.counts(catalog, roots).photos == len(paths)


def test_everywhere_names_servers_only_where_there_are_some(catalog):
    locations.touch_root(catalog, "/a", "x", 1, "now")
    assert sightings.everywhere(catalog) == []
    locations.touch_root(catalog, "immich:", "me", 1, "now")
    assert sightings.everywhere(catalog) == ["/", "immich:"]
    assert [path for path, _, _ in locations.roots(catalog)] == ["/a"]


def test_equal_bytes_here_and_on_a_server_are_no_copies_of_each_other(catalog):
    local(catalog, "/a/1.jpg", b"a" * 32)
    asset(catalog, IMMICH, "k1", b"a" * 32)
    assert photos.repeated(catalog, ["/", "immich:"]) == []
    found = photos.bundles(catalog, ["/", "immich:"], [contents.content_id(b"a" * 32)])
    refs = [bundle.main.ref for bundles in found.values() for bundle in bundles]
    assert refs == [Ref(PlaceId("local"), "/a/1.jpg"), Ref(IMMICH, "k1")]
    local(catalog, "/b/2.jpg", b"a" * 32)
    assert photos.repeated(catalog, ["/", "immich:"]) == [contents.content_id(b"a" * 32)]


def test_an_asset_joins_the_content_that_has_its_checksum(catalog):
    local(catalog, "/a/1.jpg", b"a" * 32)
    asset(catalog, IMMICH, "k1", b"s" * 20)
    assert served.sizes_of(catalog, IMMICH) == [10]
    work = list(served.unhashed(catalog, [10]))
    assert [path for _, path, _ in work] == ["/a/1.jpg"]
    served.add_aliases(catalog, {work[0][0]: b"s" * 20})
    assert list(served.unhashed(catalog, [10])) == []
    served.join(catalog, IMMICH, 1)
    bundle = photos.bundle_at(catalog, "immich:k1")
    assert bundle is not None
    assert bundle.main.content == contents.content_id(b"a" * 32)
    assert served.sizes_of(catalog, IMMICH) == []


def test_what_was_not_met_is_forgotten_with_its_film(catalog):
    main = asset(catalog, IMMICH, "k1", b"c" * 20)
    asset(catalog, IMMICH, "film", b"f" * 20, main=main, role="motion-video")
    asset(catalog, IMMICH, "k2", b"d" * 20)
    asset(catalog, PARENTS, "k1", b"c" * 20)
    sightings.begin_meeting(catalog, "immich:")
    sightings.meet(catalog, "immich:", ["k2"])
    assert served.gone(catalog, IMMICH, "immich:") == 1
    served.forget(catalog, IMMICH, "immich:")
    assert [path for path, _ in sightings.reasons(catalog, ["immich:"], Fate.PHOTO)] == ["immich:k2"]
    assert sightings.counts(catalog, ["immich@parents:"]).photos == 1
