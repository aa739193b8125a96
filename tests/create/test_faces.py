"""The parts of mending closed eyes: how faces lie over each other, who may help whom, and why a face is left as it is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.create import faces_fit, faces_guards, faces_mending
from keepers.create.faces_fit import Fit
from keepers.create.faces_guards import Refusal, Stage
from tests.create.drawn_faces import HERE, traced
from tests.create.facing import Person, points, shut

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
