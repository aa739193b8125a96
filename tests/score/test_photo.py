"""Scores of series: relative to the group, to the person, and never to the order of arrival."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import LOCAL, Asset, Bundle, ContentId, Face, Facts, Kind, Look, Ref, Taken
from keepers.score.composition import composition
from keepers.score.faces import face_scores, main_people, people
from keepers.score.photo import Member, scores
from keepers.score.weights import Weights

START = datetime(2024, 5, 1, 12, tzinfo=UTC)


CALM = Face(
    (0.4, 0.3, 0.2, 0.2), 0.9, eyes_open=0.95, eye_min=0.95, smile=0.5, sharpness=0.7, yaw=0.0, light=1.0
)


def a_face(x=0.4, y=0.3, side=0.2, **parts) -> Face:
    return replace(CALM, box=(x, y, side, side), **parts)


def member(
    number: int, *faces: Face, sharpness=1.0, clipped=0.0, facts=None, look=True, contrast=0.2
) -> Member:
    content = ContentId(f"b3:{number}")
    taken = Taken(START + timedelta(seconds=number), "exif", certain=True)
    asset = Asset(Ref(LOCAL, f"/p/{number}.jpg"), Kind.PHOTO, 1000, "1:1:1", content, taken, 4000, 3000)
    seen = Look(content, "m", sharpness, clipped, contrast, 0.9, faces) if look else None
    return Member(Bundle(asset), seen, facts)


def values(*members: Member) -> list[float]:
    return [score.value for score in scores(members, Weights())]


SHUT = {"eyes_open": 0.1, "eye_min": 0.1}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (a_face(), a_face(**SHUT)),
        (a_face(), a_face(eyes_open=None, eye_min=None)),
        (a_face(eyes_open=None, eye_min=None), a_face(**SHUT)),
        (a_face(), a_face(eyes_open=0.6, eye_min=0.2)),
        (a_face(smile=0.9), a_face(smile=0.1)),
        (a_face(grimace=0.0), a_face(grimace=0.8)),
        (a_face(sharpness=0.7), a_face(sharpness=0.5)),
        (a_face(yaw=0.0), a_face(yaw=0.7)),
        (a_face(light=1.0), a_face(light=0.2)),
    ],
)
def test_the_better_face_makes_the_better_photo(better, worse):
    first, second = values(member(1, better), member(2, worse))
    assert first > second


def test_sharpness_that_differs_little_is_texture_not_blur():
    first, second = values(member(1, sharpness=1.0), member(2, sharpness=0.9))
    assert first == second


def test_a_frame_that_is_two_stops_too_dark_is_behind_however_early():
    """It has half the contrast, and has lost no pixels, as those of a flash that did not fire."""
    dark, well = values(member(1, contrast=0.11), member(2, contrast=0.21))
    assert well == 1.0
    assert dark < 0.95
    (score, _) = scores((member(1, contrast=0.11), member(2, contrast=0.21)), Weights())
    assert score.parts["exposure"] == pytest.approx(0.11 / (0.21 * 0.85), abs=1e-4)
    assert any(reason.startswith("exposed less well") for reason in score.reasons)


def test_contrast_that_lost_pixels_is_no_merit():
    well, burnt = values(member(1, contrast=0.15), member(2, contrast=0.3, clipped=0.2))
    assert well == 1.0
    assert burnt < 1.0


def test_frames_that_differ_a_little_in_contrast_are_exposed_alike():
    assert values(member(1, contrast=0.18), member(2, contrast=0.2)) == [1.0, 1.0]


def test_eyes_narrow_in_every_frame_are_not_held_against_a_person():
    narrow = values(member(1, a_face(eyes_open=0.45, eye_min=0.45)), member(2, a_face(**SHUT)))
    assert narrow[0] > 0.85
    assert narrow[1] < narrow[0] - 0.2


def test_a_person_who_is_missing_counts_as_nothing():
    pair = (a_face(0.2), a_face(0.6))
    whole, lacking, _ = values(member(1, *pair), member(2, pair[0]), member(3, *pair))
    assert whole > lacking + 0.2


def test_a_passer_by_changes_nothing():
    frames = [member(n, a_face()) for n in (1, 2, 3)]
    crowded = [member(1, a_face(), a_face(0.05, 0.05, 0.12, **SHUT)), *frames[1:]]
    assert values(*crowded) == values(*frames)


def test_people_are_followed_as_they_move_and_not_mixed_up():
    frames = [(a_face(0.20 + 0.05 * n), a_face(0.70 - 0.02 * n)) for n in range(4)]
    found = people([frames[0], frames[1][::-1], frames[2], frames[3][::-1]])
    assert [len(person.seen) for person in found] == [4, 4]
    assert [[face.box[0] for face in person.seen] for person in found] == [
        [frame[0].box[0] for frame in frames],
        [frame[1].box[0] for frame in frames],
    ]


def test_small_faces_are_not_the_main_people():
    found = people([(a_face(side=0.3), a_face(0.8, 0.1, 0.05))])
    assert [person.area for person in main_people(found)] == [pytest.approx(0.09)]


def test_an_unknown_face_is_in_the_middle():
    person = people([[Face((0.4, 0.4, 0.1, 0.1), 0.9)]])[0]
    assert 0.3 < face_scores(person, Weights())[0].value < 0.7


def test_what_could_not_be_looked_at_has_no_score():
    good, bad = scores((member(1), member(2, look=False)), Weights())
    assert good.value > 0
    assert bad.value == 0
    assert "could not be judged" in bad.reasons[0]


def test_stars_lift_and_rejection_lowers():
    plain, liked, rejected = values(
        member(1, sharpness=0.6),
        member(2, sharpness=0.6, facts=Facts("jpeg", 1, 1, rating=5)),
        member(3, sharpness=0.6, facts=Facts("jpeg", 1, 1, rating=-1)),
        member(4, sharpness=1.0),
    )[:3]
    assert liked > plain > rejected


parts = st.floats(0, 1)
maybe = st.none() | parts
drawn = st.builds(
    lambda x, y, side, eyes, smile, sharp: a_face(
        x, y, side, eyes_open=eyes, eye_min=eyes, smile=smile, sharpness=sharp
    ),
    st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.01, 0.2), maybe, maybe, maybe,
)  # fmt: skip
groups = st.lists(
    st.tuples(st.lists(drawn, max_size=3), st.floats(0, 100), parts, st.booleans()), min_size=1, max_size=5
)


@given(groups, st.randoms())
def test_scores_lie_in_0_1_and_do_not_depend_on_the_order(frames, random):
    members = [
        member(n, *faces, sharpness=sharp, clipped=clipped, look=look)
        for n, (faces, sharp, clipped, look) in enumerate(frames)
    ]
    found = scores(members, Weights())
    assert all(0 <= score.value <= 1 for score in found)
    assert all(0 <= part <= 1.0001 for score in found for part in score.parts.values())
    assert all(1 <= len(score.reasons) <= 3 for score in found)
    shuffled = list(members)
    random.shuffle(shuffled)
    assert {s.ref: s for s in scores(shuffled, Weights())} == {s.ref: s for s in found}


@pytest.mark.parametrize(
    ("boxes", "least", "most"),
    [
        ([], 0.5, 0.5),
        ([(0.4, 0.3, 0.2, 0.2)], 1.0, 1.0),
        ([(0.0, 0.3, 0.2, 0.2)], 0.0, 0.1),
        ([(0.78, 0.3, 0.15, 0.2)], 0.6, 0.95),
        ([(0.3, 0.3, 0.0, 0.0)], 0.5, 0.5),
    ],
)
def test_composition_is_about_faces_at_the_edge(boxes, least, most):
    assert least <= composition(boxes) <= most
