"""A face is opened from the same person's, by what a server knows of people, else by where the faces are."""

import pytest
from PIL import Image

from keepers.model import PlaceId, Ref
from keepers.workflows.mending import Mending, Shot, mend
from tests.create.facing import DrawnFaces, Person, scene, shut
from tests.workflows.test_mending import trace

pytestmark = pytest.mark.slow

BACKEND = DrawnFaces()
LEFT, RIGHT = Person(150, 170), Person(330, 190, 62)
#: The same two people, who have changed places: by place, each is the other.
SWAPPED = Person(150, 170, 62), Person(330, 190, 70)
ANNA, BEN, CLEO = (Ref(PlaceId("immich"), name) for name in ("a", "b", "c"))
UNCERTAIN = "no other frame shows this face: the person cannot be found there for certain"
OTHER = "no other frame shows this face: another person is there"


def shot(tmp_path, name, pixels, people):
    path = tmp_path / name
    Image.fromarray(pixels).save(path, quality=97, subsampling=0)
    return Shot(str(path), name, BACKEND.analyse(pixels, BACKEND.detect(pixels), 0), people)


@pytest.mark.parametrize(
    ("here", "there", "donor", "why"),
    [
        ((ANNA, BEN), (ANNA, BEN), "1.jpg", ""),
        # Only a face of the same person: never one of another.
        ((ANNA, BEN), (CLEO, BEN), "", OTHER),
        ((None, BEN), (BEN, None), "", OTHER),
        # One is unknown: place.
        ((ANNA, BEN), (None, None), "1.jpg", ""),
        ((None, None), (CLEO, None), "1.jpg", ""),
        ((), (), "1.jpg", ""),
    ],
)
def test_where_both_are_known_they_are_the_same_person(tmp_path, here, there, donor, why):
    target = shot(tmp_path, "0.jpg", scene(shut(LEFT), RIGHT), here)
    frame = shot(tmp_path, "1.jpg", scene(LEFT, RIGHT, light=0.95), there)
    (fate,) = mend(Mending("burst-1", target, (0,), (frame,), 480 * 360, trace, "drawn")).faces
    assert (fate.donor, fate.why) == (donor, why)


@pytest.mark.parametrize(
    ("people", "donor", "why"), [((BEN, ANNA), "1.jpg", ""), ((BEN, CLEO), "", OTHER), ((), "", "")]
)
def test_who_stands_elsewhere_helps_as_far_as_the_other_guards_let_her(tmp_path, people, donor, why):
    target = shot(tmp_path, "0.jpg", scene(shut(LEFT), RIGHT), (ANNA, BEN))
    frame = shot(tmp_path, "1.jpg", scene(*SWAPPED), people)
    made = mend(Mending("burst-1", target, (0,), (frame,), 480 * 360, trace, "drawn"))
    (fate,) = made.faces
    if people:
        assert (fate.donor, fate.why) == (donor, why)
    else:
        # By place it is taken for the face that is there: drawn people look all alike.
        assert fate.donor == "1.jpg"


def test_the_same_person_turned_away_is_refused_as_ever(tmp_path):
    target = shot(tmp_path, "0.jpg", scene(shut(LEFT)), (ANNA,))
    frame = shot(tmp_path, "1.jpg", scene(Person(330, 190, 30)), (ANNA,))
    (fate,) = mend(Mending("burst-1", target, (0,), (frame,), 480 * 360, trace, "drawn")).faces
    assert fate.donor == ""
    assert "the face has another size" in fate.why
