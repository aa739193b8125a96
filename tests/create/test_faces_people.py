"""Whose a face is by what a server knows, and which face of another frame may help it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.create.faces_people import OTHER, UNCERTAIN, Told, donor, people
from keepers.model import Face, PlaceId, Ref

ANNA, BEN, CLEO = (Ref(PlaceId("immich"), name) for name in ("a", "b", "c"))
#: Anna on another account, which numbers its people anew.
PARENTS = Ref(PlaceId("immich@parents"), "x")


def face(x, y, side=0.2):
    return Face((x, y, side, side), 0.9)


@pytest.mark.parametrize(
    ("told", "whose"),
    [
        ([Told((0.1, 0.1, 0.2, 0.2), ANNA)], (ANNA, None)),
        # Another detector draws other boxes of one face.
        ([Told((0.13, 0.14, 0.14, 0.16), ANNA), Told((0.58, 0.06, 0.26, 0.28), BEN)], (ANNA, BEN)),
        ([Told((0.25, 0.25, 0.2, 0.2), ANNA)], (None, None)),
        ([Told((0.1, 0.1, 0.2, 0.2), None)], (None, None)),
        # Two boxes on one face: nobody can say which is meant.
        ([Told((0.1, 0.1, 0.2, 0.2), ANNA), Told((0.11, 0.1, 0.2, 0.2), BEN)], (None, None)),
        ([], (None, None)),
    ],
)
def test_a_face_is_whose_box_lies_on_it(told, whose):
    assert people([face(0.1, 0.1), face(0.6, 0.1)], told) == whose


def test_one_box_over_two_faces_is_neither():
    near = [face(0.1, 0.1), face(0.13, 0.1)]
    assert people(near, [Told((0.115, 0.1, 0.2, 0.2), ANNA)]) == (None, None)


@pytest.mark.parametrize(
    ("here", "there", "by_place", "found"),
    [
        # Nobody knows anybody: place alone.
        ((), (), 1, 1),
        ((), (), None, UNCERTAIN),
        ((None, None), (None, None), 0, 0),
        # The same person counts wherever she stands.
        ((ANNA, BEN), (BEN, ANNA), 0, 1),
        ((ANNA, BEN), (BEN, ANNA), None, 1),
        # Somebody else at her place never does.
        ((ANNA, None), (CLEO, None), 0, OTHER),
        ((ANNA, None), (CLEO, None), None, UNCERTAIN),
        # One of both is unknown: place, as before.
        ((ANNA, None), (None, None), 0, 0),
        ((ANNA, None), (), 0, 0),
        ((None, None), (CLEO, None), 0, 0),
        ((), (CLEO, None), 0, 0),
        # But not a person who is somewhere else in the photo.
        ((None, BEN), (BEN, None), 0, OTHER),
        # A server that calls two faces by one name is asked where they are.
        ((ANNA, BEN), (ANNA, ANNA), 1, 1),
        ((ANNA, BEN), (ANNA, ANNA), None, UNCERTAIN),
        ((ANNA, BEN), (ANNA, ANNA, None), 2, UNCERTAIN),
        # People of two accounts cannot be compared.
        ((ANNA, None), (PARENTS, None), 0, 0),
    ],
)
def test_the_same_person_may_help_and_nobody_else(here, there, by_place, found):
    assert donor(0, here, there, lambda: by_place) == found


@given(
    st.lists(st.sampled_from([ANNA, BEN, CLEO, None]), min_size=1, max_size=4),
    st.lists(st.sampled_from([ANNA, BEN, CLEO, None]), min_size=1, max_size=4),
    st.integers(0, 3),
)
def test_a_known_person_is_never_given_the_face_of_another_known_one(here, there, place):
    found = donor(0, here, there, lambda: place if place < len(there) else None)
    if isinstance(found, int) and here[0] is not None:
        assert there[found] in {here[0], None}
    if here[0] is not None and there.count(here[0]) == 1:
        assert found == there.index(here[0])
