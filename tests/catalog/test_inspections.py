"""Inspections are remembered by content and method; what people said not to be in the way is kept."""

from keepers.catalog import contents, inspections
from keepers.catalog.contents import NewContent, content_id
from keepers.catalog.store import open_catalog
from keepers.model import Face, Kind, Look
from keepers.score.focus import Focus
from keepers.score.inspection import Inspection
from keepers.score.papers import Papers
from keepers.score.screens import Screens
from keepers.score.tones import Tones

ONE, OTHER = content_id(b"\1" * 32), content_id(b"\2" * 32)
SEEN = Inspection(
    1024, 683, Focus(0.1, 0.2, 0.3, 0.4, 200, 90), Tones(110, 250, 200, 0.01), Papers(0.1, 2.0),
    Screens(0.1, 0.2, 0.0, 3, 0.0, 0.1, -0.01),
)  # fmt: skip


def opened(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", create=True)
    with catalog.writing():
        for number in (1, 2):
            contents.add(catalog, NewContent(bytes([number]) * 32, 10, Kind.PHOTO, 1))
    return catalog


def test_an_inspection_is_read_back_as_it_was_and_by_its_method_alone(tmp_path):
    catalog = opened(tmp_path)
    inspections.add(catalog, {ONE: SEEN, OTHER: None}, 1)
    assert inspections.known(catalog, [ONE, OTHER], 1) == {ONE: SEEN, OTHER: None}
    assert inspections.known(catalog, [ONE, OTHER], 2) == {}
    inspections.add(catalog, {ONE: SEEN}, 2)
    assert inspections.known(catalog, [ONE, OTHER], 1) == {OTHER: None}
    catalog.close()


def test_what_is_kept_is_kept_until_it_is_forgotten(tmp_path):
    catalog = opened(tmp_path)
    unknown = content_id(b"\7" * 32)
    inspections.keep(catalog, [ONE, unknown], "2024-01-01")
    inspections.keep(catalog, [ONE], "2024-01-02")
    assert inspections.not_junk(catalog) == {ONE, unknown}
    assert inspections.forget(catalog, [ONE, OTHER]) == 1
    assert inspections.not_junk(catalog) == {unknown}
    catalog.close()


def test_only_faces_that_a_detector_is_sure_of_count(tmp_path):
    catalog = opened(tmp_path)
    box = (0.1, 0.1, 0.2, 0.2)
    sure, unsure = Face(box, 0.9, sharpness=0.6), Face(box, 0.3, sharpness=0.9)
    contents.add_looks(
        catalog, [Look(ONE, "a", 1, 0, 0, 0, (sure, unsure)), Look(OTHER, "a", 1, 0, 0, 0, (unsure,))]
    )
    assert inspections.faces(catalog, [ONE, OTHER]) == {ONE: inspections.Faces(1, 0.6)}
    catalog.close()


def test_keepers_of_groups_and_what_a_person_kept_are_picks(tmp_path):
    catalog = opened(tmp_path)
    assert inspections.picks(catalog, [ONE, OTHER]) == set()
    with catalog.writing() as db:
        db.execute(
            "INSERT INTO decided VALUES ('burst', ?, 1, ''), ('burst', ?, 0, '')", (b"\1" * 32, b"\2" * 32)
        )
    assert inspections.picks(catalog, [ONE, OTHER]) == {ONE}
    catalog.close()
