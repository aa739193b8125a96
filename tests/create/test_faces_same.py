"""Who of another frame is the person of this one, by how the frames lie over each other."""

from dataclasses import replace

import numpy as np
import pytest

from keepers.create import faces_same
from keepers.create.vision import CV
from keepers.model import Face
from tests.create.facing import SHAPE, Person, scene

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
