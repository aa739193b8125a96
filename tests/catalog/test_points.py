"""Points and closer looks are remembered by content and method."""

import numpy as np

from keepers.catalog import contents, points
from keepers.catalog.contents import NewContent, content_id
from keepers.catalog.points import Seen
from keepers.catalog.store import open_catalog
from keepers.fingerprint.keypoints import POINT
from keepers.fingerprint.relation import Made
from keepers.model import Kind

ONE, OTHER, BROKEN = (content_id(bytes([number]) * 32) for number in (1, 2, 3))


def opened(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", create=True)
    with catalog.writing():
        for number in (1, 2, 3):
            contents.add(catalog, NewContent(bytes([number]) * 32, 10, Kind.PHOTO, 1))
    return catalog


def test_points_are_read_back_as_they_were_and_by_their_method_alone(tmp_path):
    catalog = opened(tmp_path)
    some = np.zeros(3, POINT)
    some["x"] = 7, 8, 9
    points.remember(
        catalog, [(ONE, some.tobytes(), None), (OTHER, b"", some[:2].tobytes()), (BROKEN, b"", b"")]
    )
    assert points.known(catalog) == {1: False, 2: True, 3: True}
    (found,) = points.stored(catalog, [1, 2, 3])
    assert (found.content, found.plain["x"].tolist(), len(found.mirrored)) == (1, [7, 8, 9], 0)
    points.remember(catalog, [(ONE, some.tobytes(), some[:1].tobytes())])
    assert [len(one.mirrored) for one in points.stored(catalog, [1])] == [1]
    with catalog.writing() as db:
        db.execute("UPDATE point SET method = method - 1")
    assert points.known(catalog) == {}
    catalog.close()


def test_what_was_looked_at_is_not_looked_at_again_until_the_method_changes(tmp_path):
    catalog = opened(tmp_path)
    points.remember_seen(catalog, [Seen(1, 2, Made.PART, 0.97), Seen(2, 3, Made.UNLIKE, 0.0)])
    assert points.seen(catalog)[1, 2] == Seen(1, 2, Made.PART, 0.97)
    assert points.seen(catalog)[2, 3].made is Made.UNLIKE
    with catalog.writing() as db:
        db.execute("UPDATE closer SET method = method + 1")
    assert points.seen(catalog) == {}
    catalog.close()
