"""A face laid into another frame: what comes in, what stays, what is seen of the border, and which are refused."""

from dataclasses import replace

import numpy as np
import pytest

from keepers.create import faces_blend, faces_fit, faces_swap
from keepers.create.vision import CV
from tests.create.drawn_faces import HERE, cut
from tests.create.facing import SHAPE, Person, points, scene, shut


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
