"""The short way to exact copies: what changes while it is read, and which copy it puts first."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from keepers.catalog.store import Catalog, open_catalog
from keepers.decide.originality import criteria, ordered
from keepers.decide.originality import seen as copy_of
from keepers.model import LOCAL, Asset, Bundle, ContentId, Facts, Found, GroupKind, Kind, Ref
from keepers.workflows import equal_bytes
from tests.apply.worlds import Silent

HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
CONTENT = ContentId("b3:" + "5a" * 32)
FOLDERS = ("/p/2024", "/p/backup/2024", "/p/Downloads", "/q/WhatsApp", "/p/old/copy")
NAMES = ("IMG_1.jpg", "IMG_1 (2).jpg", "IMG_1 copy.jpg", "IMG-20240101-WA0001.jpg")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(tmp_path / "catalog.db", create=True)
    yield opened
    opened.close()


def files(*places: tuple[str, int]) -> list[Found]:
    return [Found(Ref(LOCAL, key), 9, mtime, inode, 1) for inode, (key, mtime) in enumerate(places, 1)]


def sought(catalog: Catalog, there: Sequence[Found], changes: str = "") -> equal_bytes.Sought:
    """Seek among files of one content, of which one `changes` while it is read."""
    revisions = {found.ref: found.revision for found in there}

    def read(ref: Ref, most: int, room: bytearray) -> tuple[ContentId, bytes, str]:
        assert room
        revision = revisions[ref]
        return CONTENT, HEAD[:most], f"{revision}0" if ref.key == changes else revision

    seeking = equal_bytes.Seeking(catalog, lambda _: there, read, Silent(), 2, ["/p", "/q"])
    found = equal_bytes.seek(seeking, ())
    assert found is not None
    return found


def test_hazard_39_a_file_that_changes_while_it_is_read_is_no_copy(catalog: Catalog) -> None:
    there = files(("/p/a.jpg", 1), ("/p/b.jpg", 2), ("/p/c.jpg", 3))
    found = sought(catalog, there, changes="/p/b.jpg")
    assert found.unreadable == (("/p/b.jpg", "changed while it was read"),)
    (group,) = found.groups
    assert [group.keep.ref.key, *(item.ref.key for item in group.drop)] == ["/p/a.jpg", "/p/c.jpg"]
    # Nor are its bytes remembered: the next run reads it again.
    assert not sought(catalog, there).unreadable


def test_the_order_of_copies_is_that_of_the_whole_scan(catalog: Catalog) -> None:
    drawn = random.Random(4)
    rules = criteria((), GroupKind.SAME_BYTES)
    names = [f"{folder}/{name}" for folder in FOLDERS for name in NAMES]
    for number in range(60):
        some = drawn.sample(names, drawn.randint(2, 5))
        there = files(*((key, drawn.choice((1, 1, 2, 3))) for key in some))
        (group,) = sought(catalog, there).groups
        copies = [
            copy_of(
                Bundle(Asset(one.ref, Kind.PHOTO, one.size, one.revision, CONTENT)),
                {CONTENT: Facts("", 1, 1)},
            )
            for one in there
        ]
        expected = ordered(copies, rules)
        assert [item.ref for item in (group.keep, *group.drop)] == [
            copy.bundle.main.ref for copy in expected
        ], number
        values = [[rule.value(copy) for copy in expected] for rule in rules]
        apart = next((rule for rule, of in zip(rules, values, strict=True) if len(set(of)) > 1), None)
        words = apart.better(expected[0]) if apart else "as good as the others; the path decides"
        assert group.reason == words, number
