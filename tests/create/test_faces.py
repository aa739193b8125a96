"""The parts of mending closed eyes: how faces lie over each other, who may help whom, and what is seen of a border."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.create import faces_blend, faces_fit, faces_guards, faces_mending, faces_same, faces_swap
from keepers.create.faces_fit import Fit
from keepers.create.faces_guards import Refusal, Stage
from keepers.create.faces_swap import Cut
from keepers.create.vision import CV
from keepers.model import Face
from keepers.score.traced import Traced
from tests.create.facing import SHAPE, Person, points, scene, shut

HERE = Person(240, 180)


def traced(person=HERE, **given):
    presence, sign = given.pop("presence", 0.99), given.pop("sign", None)
    eyes = given.pop("eyes_open", 1.0 if person.eyes_open else 0.1)
    face = Face(
        person.box,
        0.9,
        eyes_open=eyes,
        smile=0.5,
        sharpness=given.pop("sharpness", 0.5),
        yaw=given.pop("yaw", 0.0),
    )
    return Traced(face, points(person), presence, sign)


def cut(pixels, person):
    return Cut(pixels, 0, 0, traced(person))


# ---------------------------------------------------------------- geometry


@given(
    st.floats(-0.5, 0.5), st.floats(0.6, 1.6), st.floats(-40, 40), st.floats(-40, 40)
)  # fmt: skip
def test_a_turned_scaled_shifted_face_is_laid_over_exactly(turn, scale, right, down):
    donor = Person(200 + right, 170 + down, 70 * scale, turn)
    fit = faces_fit.fitted(points(donor), points(HERE))
    assert fit is not None
    assert fit.residual < 1e-6
    assert fit.scale == pytest.approx(1 / scale, rel=1e-6)
    assert np.allclose(faces_fit.carried(points(donor), fit.matrix), points(HERE), atol=1e-6)


def test_points_that_a_hand_has_moved_do_not_bend_the_fit():
    moved = points(HERE)
    moved[[234, 127, 98]] += (18, 9)
    fit = faces_fit.fitted(moved, points(HERE))
    assert fit is not None
    assert np.allclose(fit.matrix, [[1, 0, 0], [0, 1, 0]], atol=1e-6)
    # They count in what it misses by.
    assert fit.residual > 0.04


def test_a_head_that_is_turned_otherwise_misses():
    profile = points(HERE)
    profile[:, 0] = 240 + (profile[:, 0] - 240) * 0.8
    fit = faces_fit.fitted(profile, points(HERE))
    assert fit is not None
    assert faces_guards.refusal(traced(), traced(shut(HERE)), fit) == Refusal(
        Stage.UNFIT, "the head is turned or tilted otherwise"
    )


def test_lids_are_apart_where_eyes_are_open():
    open_, closed = (faces_fit.aspect(points(HERE, eyes_open=one)) for one in (True, False))
    assert closed < 0.2 * open_


def test_no_face_without_a_distance_between_its_eyes():
    assert faces_fit.fitted(points(HERE), np.zeros((478, 2))) is None


# ---------------------------------------------------------------- guards

SAME = Fit(np.eye(3)[:2], 0.0, 1.0)


@pytest.mark.parametrize(
    ("donor", "fit", "stage", "why"),
    [
        ({}, SAME, None, ""),
        ({"eyes_open": None}, SAME, Stage.SHUT, "the eyes cannot be judged"),
        ({"eyes_open": 0.6}, SAME, Stage.SHUT, "the eyes are not open"),
        ({"presence": 0.8}, SAME, Stage.UNFIT, "something covers a part of the face"),
        ({"yaw": 0.16}, SAME, Stage.UNFIT, "the head is turned"),
        ({"yaw": None}, SAME, Stage.UNFIT, "the head is turned"),
        ({}, None, Stage.UNFIT, "the face has another size"),
        ({}, replace(SAME, scale=1.45), Stage.UNFIT, "the face has another size"),
        ({}, replace(SAME, scale=0.69), Stage.UNFIT, "the face has another size"),
        ({}, replace(SAME, residual=0.041), Stage.UNFIT, "the head is turned or tilted otherwise"),
        ({"sharpness": 0.4}, SAME, Stage.UNFIT, "the face is blurred"),
        ({"sharpness": None}, SAME, Stage.UNFIT, "the face is blurred"),
        ({"sign": np.array([0.0, 1.0])}, SAME, Stage.UNSEEN, "another person is there"),
        ({"sign": np.array([1.0, 0.0])}, SAME, None, ""),
    ],
)
def test_who_may_help(donor, fit, stage, why):
    target = traced(shut(HERE), sign=np.array([1.0, 0.0]))
    refused = faces_guards.refusal(traced(**donor), target, fit)
    assert refused == (None if stage is None else Refusal(stage, why))


@pytest.mark.parametrize(
    ("face", "fault"),
    [
        ({}, ""),
        ({"eyes_open": None}, ""),
        ({"eyes_open": 0.7}, "its eyes are not closed, on a closer look"),
        ({"presence": 0.5}, "something covers a part of the face"),
    ],
)
def test_which_face_can_be_mended_at_all(face, fault):
    assert faces_guards.fault_of_target(traced(shut(HERE), **face)) == fault


def test_eyes_that_cannot_be_judged_are_closed_where_the_same_eyes_are_wider_elsewhere():
    unknown = traced(shut(HERE), eyes_open=None)
    assert not faces_guards.is_closed(unknown)
    assert faces_guards.is_closed(unknown, traced())
    # Sunglasses: lids as wide as elsewhere.
    assert not faces_guards.is_closed(traced(eyes_open=None), traced())
    assert not faces_guards.is_closed(unknown, traced(eyes_open=0.3))


@pytest.mark.parametrize(
    ("before", "after", "presence", "opened"),
    [
        (0.2, 0.9, 0.99, True),
        (0.2, 0.5, 0.99, False),
        (0.45, 0.65, 0.99, False),
        (None, 0.6, 0.99, False),
        (None, 0.7, 0.99, True),
        (0.2, None, 0.99, False),
        (0.2, 0.9, 0.5, False),
    ],
)
def test_eyes_have_opened_when_they_rose_far_enough(before, after, presence, opened):
    now = traced(eyes_open=after, presence=presence)
    assert faces_guards.has_opened(traced(eyes_open=before), now) is opened


def test_the_likest_donor_is_tried_first():
    target = traced(shut(HERE))
    turned = faces_guards.rank(traced(yaw=0.1), target, SAME)
    tilted = faces_guards.rank(traced(), target, replace(SAME, residual=0.03))
    assert faces_guards.rank(traced(), target, SAME) < min(turned, tilted)


# ---------------------------------------------------------------- the same person

PAIR = (Person(150, 170), Person(330, 190))


def faces(*people):
    return [Face(one.box, 0.9) for one in people]


def same(wanted, people, others, matrix):
    return faces_same.same(wanted, faces(*people), faces(*others), (SHAPE, SHAPE), matrix)


def test_a_person_is_found_where_the_frame_lies_now():
    moved = [replace(one, x=one.x + 120) for one in PAIR]
    there = np.array([[1.0, 0, -120], [0, 1, 0], [0, 0, 1]])
    assert [same(one, PAIR, moved, there) for one in (0, 1)] == [0, 1]
    # By place alone the one would be taken for the other.
    assert same(1, PAIR, moved, np.eye(3)) != 1


@pytest.mark.parametrize(
    "others",
    [
        (),
        (Person(400, 60),),
        (Person(150, 170, 25),),
        # Two are as near: nobody can say who of them it is.
        (Person(140, 170), Person(161, 170)),
    ],
)
def test_nobody_is_found_on_a_guess(others):
    assert same(0, PAIR, others, np.eye(3)) is None


def test_frames_that_do_not_lie_over_each_other_tell_of_single_faces_only():
    assert same(0, PAIR[:1], [Person(300, 200)], None) == 0
    assert same(0, PAIR, PAIR, None) is None


@pytest.mark.slow
def test_frames_are_aligned_by_what_stands_still():
    first = CV.cvtColor(scene(*PAIR), CV.COLOR_RGB2GRAY)
    matrix = faces_same.aligned(np.roll(first, (4, 7), (0, 1)), first)
    assert matrix is not None
    assert np.allclose(matrix, [[1, 0, -7], [0, 1, -4], [0, 0, 1]], atol=0.2)
    assert faces_same.aligned(CV.cvtColor(scene(seed=9), CV.COLOR_RGB2GRAY), first) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "move", [(15.0, 1.0, 0, 0), (8.0, 0.8, -190, 40)], ids=["turned", "shifted far, smaller"]
)
def test_frames_are_aligned_however_far_the_camera_moved(move):
    degrees, scale, right, down = move
    # A wall with corners of all kinds, as rooms have; drawn once, seen from two sides.
    size = (720, 540)
    wall = CV.cvtColor(CV.resize(scene(*PAIR, seed=5), size, interpolation=CV.INTER_CUBIC), CV.COLOR_RGB2GRAY)
    noise = np.random.default_rng(2).uniform(0, 255, (135, 180)).astype(np.uint8)
    first = CV.addWeighted(wall, 0.6, CV.resize(noise, size), 0.4, 0)
    matrix = CV.getRotationMatrix2D((360, 270), degrees, scale)
    matrix[:, 2] += (right, down)
    found = faces_same.aligned(CV.warpAffine(first, matrix, size), first)
    assert found is not None
    back = np.vstack([matrix, (0, 0, 1)]) @ found
    corners = np.array([[[100.0, 100], [620, 100], [620, 440], [100, 440]]])
    assert np.abs(CV.perspectiveTransform(corners, back) - corners).max() < 4


@pytest.mark.slow
def test_frames_of_another_size_are_aligned_too():
    first = CV.cvtColor(scene(*PAIR), CV.COLOR_RGB2GRAY)
    matrix = faces_same.aligned(first[:-12, :-9], first)
    assert matrix is not None
    assert np.allclose(matrix, np.eye(3), atol=0.2)


# ---------------------------------------------------------------- blending


def laid_in(donor_scene, donor, target_scene, target):
    fit = faces_fit.fitted(points(donor), points(target))
    assert fit is not None
    return faces_swap.swapped(cut(donor_scene, donor), cut(target_scene, target), fit)


def test_a_picture_laid_into_itself_is_itself():
    picture = scene(HERE)
    mask = faces_fit.hull((points(HERE)[list(faces_fit.OVAL)],), 0.93, SHAPE)
    made = faces_blend.blended(picture, picture, mask)
    assert np.abs(made.astype(int) - picture).max() <= 1


@pytest.mark.parametrize(
    ("person", "light"),
    [
        (HERE, 1.0),
        (replace(HERE, turn=np.radians(12)), 1.0),
        (replace(HERE, size=56), 1.0),
        (HERE, 0.65),
    ],
    ids=["as it is", "turned", "smaller", "darker"],
)
def test_open_eyes_come_in_and_nothing_else_changes(person, light):
    target = scene(shut(HERE))
    patch = laid_in(scene(person, seed=8, light=light), person, target, shut(HERE))
    assert not isinstance(patch, str)
    made = target.copy()
    faces_swap.put(made, cut(target, HERE), patch)
    wanted = scene(HERE).astype(int)
    inside = faces_fit.hull((points(HERE)[list(faces_fit.OVAL)],), 0.8, SHAPE) > 0
    outside = faces_fit.hull((points(HERE)[list(faces_fit.OVAL)],), 1.05, SHAPE) == 0
    assert np.array_equal(made[outside], target[outside])
    assert np.abs(made.astype(int) - wanted)[inside].mean() < 8
    eye = faces_fit.filled(points(HERE)[list(faces_fit.EYES[0])], SHAPE) > 0
    assert (
        np.abs(made.astype(int) - wanted)[eye].mean() < 0.5 * np.abs(target.astype(int) - wanted)[eye].mean()
    )


def test_a_patch_can_be_taken_back():
    target = scene(shut(HERE))
    photo = target.copy()
    patch = laid_in(scene(HERE), HERE, target, shut(HERE))
    assert not isinstance(patch, str)
    faces_swap.put(photo, cut(target, HERE), patch)
    assert not np.array_equal(photo, target)
    faces_swap.take_back(photo, cut(target, HERE), patch)
    assert np.array_equal(photo, target)


def test_people_cheek_by_cheek_do_not_undo_each_other():
    near = replace(HERE, x=HERE.x + 118)
    blinking = scene(shut(HERE), shut(near))
    photo = blinking.copy()
    one, other = (laid_in(scene(HERE, near), person, blinking, shut(person)) for person in (HERE, near))
    assert not isinstance(one, str)
    assert not isinstance(other, str)
    faces_swap.put(photo, cut(blinking, HERE), one)
    faces_swap.put(photo, cut(blinking, near), other)
    wanted = scene(HERE, near).astype(int)
    for person in (HERE, near):
        eyes = [points(person)[list(outline)] for outline in faces_fit.EYES]
        for eye in (faces_fit.filled(outline, SHAPE) > 0 for outline in eyes):
            assert np.abs(photo.astype(int) - wanted)[eye].mean() < 8
    # Where the one is taken back, the other stays.
    alone = photo.copy()
    faces_swap.take_back(alone, cut(blinking, near), other)
    assert np.array_equal(alone[:, : int(HERE.x)], photo[:, : int(HERE.x)])
    assert np.array_equal(alone[:, int(near.x) :], blinking[:, int(near.x) :])


def test_a_blurred_donor_is_refused():
    donor = CV.GaussianBlur(scene(HERE), (0, 0), 4)
    assert laid_in(donor, HERE, scene(shut(HERE)), shut(HERE)) == "the face is blurred"


def test_a_face_with_a_hand_before_it_is_refused():
    donor = scene(HERE)
    CV.line(donor, (196, 150), (284, 212), (60, 40, 30), 22)
    target = cut(scene(shut(HERE)), shut(HERE))
    fit = faces_fit.fitted(points(HERE), points(HERE))
    assert fit is not None
    assert isinstance(faces_swap.swapped(cut(donor, HERE), target, fit), str)
    pair = faces_swap.pair(cut(donor, HERE), target, fit)
    assert pair is not None
    trials = list(faces_swap.trials(pair))
    assert len(trials) == 3
    assert not any(one.is_unseen for one in trials)


def test_a_face_that_is_cut_off_is_refused():
    donor = scene(HERE)[:, :250]
    fit = faces_fit.fitted(points(HERE), points(HERE))
    assert fit is not None
    target = cut(scene(shut(HERE)), shut(HERE))
    assert faces_swap.swapped(cut(np.ascontiguousarray(donor), HERE), target, fit) == (
        "the border of the new face would show"
    )


def test_somebody_else_with_such_a_face_is_refused():
    other = replace(HERE, hair=(150, 120, 70))
    donor, target = cut(scene(other, seed=8), other), cut(scene(shut(HERE)), shut(HERE))
    fit = faces_fit.fitted(donor.points, target.points)
    assert fit is not None
    assert faces_swap.swapped(donor, target, fit) == "hair and shoulders look otherwise"
    # Who is known by the back end may have dyed her hair.
    sign = np.array([0.6, 0.8])
    known = [replace(one, traced=replace(one.traced, sign=sign)) for one in (donor, target)]
    assert faces_swap.swapped(known[0], known[1], fit) != "hair and shoulders look otherwise"


def test_a_face_of_a_few_pixels_is_refused():
    small = Person(240, 180, 5)
    assert laid_in(scene(small), small, scene(shut(small)), shut(small)) == "the face is too small"


def test_an_edge_along_the_border_is_seen():
    picture = scene(HERE)
    mask = faces_fit.hull((points(HERE)[list(faces_fit.OVAL)],), 0.8, SHAPE)
    clean = faces_blend.seam(picture, picture, picture, mask)
    pasted = picture.copy()
    pasted[mask > 0] = np.minimum(pasted[mask > 0].astype(int) + 25, 255)
    seen = faces_blend.seam(pasted, picture, picture, mask)
    assert clean.edge <= 0 < faces_swap.MOST_EDGE < seen.edge
    assert clean.mismatch == 0


def test_light_that_changes_slowly_is_no_mismatch():
    picture = scene(HERE)
    mask = faces_fit.hull((points(HERE)[list(faces_fit.OVAL)],), 0.93, SHAPE)
    slope = np.linspace(0.8, 1.1, SHAPE[1])[None, :, None]
    lit = np.clip(picture * slope, 0, 255).astype(np.uint8)
    assert faces_blend.seam(picture, picture, lit, mask).mismatch < faces_swap.MOST_MISMATCH


def test_a_donor_takes_the_colour_of_the_target_skin():
    target = scene(HERE)
    cool = np.clip(target * np.array([0.7, 0.8, 1.05]), 0, 255).astype(np.uint8)
    skin = faces_fit.skin(points(HERE), SHAPE)
    made = faces_blend.coloured(cool, target, skin)
    off = [np.abs(one.astype(int) - target)[skin > 0].mean() for one in (cool, made)]
    assert off[1] < 0.2 * off[0]
    nothing = np.zeros_like(skin)
    assert np.array_equal(faces_blend.coloured(cool, target, nothing), cool)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("refusals", "word"),
    [
        ([], "there is no other frame"),
        ([(Stage.SHUT, "the eyes are not open")], "no other frame has these eyes open"),
        (
            [(Stage.SHUT, "x"), (Stage.UNFIT, "the head is turned")],
            "the head is turned in the only frame that has these eyes open",
        ),
        (
            [(Stage.UNFIT, "the face is blurred"), (Stage.UNFIT, "the head is turned"), (Stage.UNFIT, "the head is turned")],
            "the head is turned, or the face is blurred in the frames that have these eyes open",
        ),
        (
            [(Stage.UNSEEN, "the person cannot be found there for certain")],
            "no other frame shows this face: the person cannot be found there for certain",
        ),
        (
            [(Stage.UNFIT, "x"), (Stage.SEAM, "the border of the new face would show")],
            "the border of the new face would show in the only frame that has these eyes open",
        ),
    ],
)  # fmt: skip
def test_why_a_face_was_left_as_it_is(refusals, word):
    assert faces_mending.told([Refusal(*one) for one in refusals]) == word
