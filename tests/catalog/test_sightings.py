"""What a scan sees is compared with what is known: new, changed, lost, by every root's own border."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.catalog import contents, locations, sightings
from keepers.catalog.contents import NewContent
from keepers.catalog.locations import NewLocation
from keepers.catalog.store import Catalog, open_catalog
from keepers.model import LOCAL, Fate, Found, Kind, Ref

METHOD = 3


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(tmp_path / "catalog.db", create=True)


def _found(path: str, size: int = 10, mtime_ns: int = 5, inode: int = 7) -> Found:
    return Found(Ref(LOCAL, path), size, mtime_ns, inode, 1)


def _known(
    catalog: Catalog, path: str, *, fate: Fate = Fate.PHOTO, lasting: bool = True, method: int = METHOD
) -> None:
    with catalog.writing():
        row = contents.add(catalog, NewContent(path.encode().ljust(32), 10, Kind.PHOTO, method))
        locations.put(
            catalog, NewLocation(path, 10, 5, 7, 1, fate, "" if fate is Fate.PHOTO else "bad", lasting, row)
        )


def _see(catalog: Catalog, found: Sequence[Found]) -> list[str]:
    sightings.begin(catalog)
    sightings.see(catalog, found)
    return [todo.path for todo in sightings.todo(catalog, METHOD)]


@pytest.mark.parametrize(
    ("now", "todo"),
    [
        (_found("/p/a.jpg"), []),
        (_found("/p/a.jpg", size=11), ["/p/a.jpg"]),
        (_found("/p/a.jpg", mtime_ns=6), ["/p/a.jpg"]),
        (_found("/p/a.jpg", inode=8), ["/p/a.jpg"]),
        (_found("/p/b.jpg"), ["/p/b.jpg"]),
    ],
)
def test_only_what_is_new_or_changed_is_work(catalog: Catalog, now: Found, todo: list[str]) -> None:
    _known(catalog, "/p/a.jpg")
    assert _see(catalog, [now]) == todo


def test_an_older_method_and_faults_of_the_environment_are_work(catalog: Catalog) -> None:
    _known(catalog, "/p/old.jpg", method=METHOD - 1)
    _known(catalog, "/p/no rights.jpg", fate=Fate.UNREADABLE, lasting=False)
    _known(catalog, "/p/broken.jpg", fate=Fate.UNREADABLE)
    seen = [_found(f"/p/{name}.jpg") for name in ("old", "no rights", "broken")]
    assert _see(catalog, seen) == ["/p/no rights.jpg", "/p/old.jpg"]


def test_what_an_earlier_scan_saw_is_not_seen_now(catalog: Catalog) -> None:
    _see(catalog, [_found("/p/a.jpg"), _found("/p/b.jpg")])
    _see(catalog, [_found("/p/b.jpg")])
    assert sightings.seen_below(catalog, "/p") == 1


def test_lost_spares_unknown_folders_and_our_own_moves(catalog: Catalog) -> None:
    for name in ("here", "gone", "moved", "locked/a", "locked/b"):
        _known(catalog, f"/p/{name}.jpg")
    _known(catalog, "/p2/other.jpg")
    _see(catalog, [_found("/p/here.jpg")])
    moved = frozenset({"/p/moved.jpg"})
    assert sightings.known_and_lost(catalog, "/p", [], frozenset()) == (5, 4)
    assert sightings.known_and_lost(catalog, "/p", ["/p/locked"], moved) == (5, 1)


def test_forgetting_stays_within_the_roots(catalog: Catalog) -> None:
    for path in ("/p/here.jpg", "/p/gone.jpg", "/p/locked/a.jpg", "/p2/other.jpg", "/p-1/x.jpg", "/p"):
        _known(catalog, path)
    _see(catalog, [_found("/p/here.jpg")])
    assert sightings.forget(catalog, ["/p"], ["/p/locked"]) == ["/", "/p"]
    left = [path for path, _ in sightings.reasons(catalog, [], Fate.PHOTO)]
    assert left == ["/p-1/x.jpg", "/p/here.jpg", "/p/locked/a.jpg", "/p2/other.jpg"]


def test_a_companion_outlives_its_lost_main_file(catalog: Catalog) -> None:
    _known(catalog, "/p/a.jpg")
    _known(catalog, "/p/a.xmp")
    ids = {file.path: file.id for file in locations.folder(catalog, "/p")}
    with catalog.writing():
        catalog.db.execute("UPDATE location SET main = ? WHERE id = ?", (ids["/p/a.jpg"], ids["/p/a.xmp"]))
    _see(catalog, [_found("/p/a.xmp")])
    sightings.forget(catalog, ["/p"], [])
    assert [file.path for file in locations.folder(catalog, "/p")] == ["/p/a.xmp"]
    assert catalog.check() == ()


def test_counts_and_reasons(catalog: Catalog) -> None:
    _known(catalog, "/p/a.jpg")
    _known(catalog, "/p/b.jpg", fate=Fate.UNREADABLE)
    _known(catalog, "/q/c.jpg")
    counts = sightings.counts(catalog, ["/p"])
    assert (counts.photos, counts.unreadable, counts.companions, counts.ignored) == (1, 1, 0, 0)
    assert sightings.counts(catalog, ["/p", "/q"]).photos == 2
    assert list(sightings.reasons(catalog, [], Fate.UNREADABLE)) == [("/p/b.jpg", "bad")]


def test_folder_problems_are_those_of_the_latest_scan(catalog: Catalog) -> None:
    sightings.set_folder_problems(catalog, ["/p"], [("/p/x", "permission denied"), ("/p/y", "I/O error")])
    sightings.set_folder_problems(catalog, ["/q"], [("/q/z", "I/O error")])
    sightings.set_folder_problems(catalog, ["/p"], [("/p/y", "permission denied")])
    assert sightings.folder_problems(catalog, []) == [("/p/y", "permission denied"), ("/q/z", "I/O error")]
    assert sightings.folder_problems(catalog, ["/q"]) == [("/q/z", "I/O error")]


def test_inodes_of_64_bits_fit(catalog: Catalog) -> None:
    found = _found("/p/a.jpg", inode=(1 << 64) - 2)
    assert _see(catalog, [found]) == ["/p/a.jpg"]
    with catalog.writing():
        row = contents.add(catalog, NewContent(bytes(32), 10, Kind.PHOTO, METHOD))
        locations.put(catalog, NewLocation("/p/a.jpg", 10, 5, found.inode, 1, Fate.PHOTO, content=row))
    assert _see(catalog, [found]) == []


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "a-", "a0", "\udce9"]), min_size=1, max_size=3), max_size=6),
    st.lists(st.lists(st.sampled_from(["a", "b", "a-"]), max_size=2), min_size=1, max_size=2),
)
def test_below_is_what_paths_say(files: list[list[str]], roots: list[list[str]]) -> None:
    catalog = open_catalog(Path(":memory:"), create=True)
    paths = {"/" + "/".join(parts) for parts in files}
    tops = ["/" + "/".join(parts) for parts in roots]
    sightings.begin(catalog)
    sightings.see(catalog, [_found(path) for path in paths])
    where, values = sightings.below("key", tops)
    rows = catalog.db.execute(f"SELECT key FROM seen WHERE {where}", values).fetchall()  # noqa: S608 (what is tested)
    catalog.close()
    inside = {p for p in paths if any(p == top or p.startswith(top.rstrip("/") + "/") for top in tops)}
    assert {row[0].decode("utf-8", "surrogateescape") for row in rows} == inside


def test_folders_and_servers_are_told_apart(catalog: Catalog) -> None:
    """Not by LIKE: in many builds of SQLite no BLOB is like anything."""
    for path in ("/photos", "immich:", "/odd\udcff", "immich@parents:album/Rome"):
        locations.touch_root(catalog, path, "id", 1, "2024-01-01")
    assert {path for path, _, _ in locations.roots(catalog)} == {"/photos", "/odd\udcff"}
    assert sightings.everywhere(catalog) == ["/", "immich:", "immich@parents:album/Rome"]


def test_without_a_server_everywhere_is_this_machine(catalog: Catalog) -> None:
    locations.touch_root(catalog, "/photos", "id", 1, "2024-01-01")
    assert sightings.everywhere(catalog) == []
