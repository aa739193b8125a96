"""Golden values of the networks on a drawn face, and what the back end makes of it."""

import numpy as np
import pytest

from keepers.detect import landmarks as at
from keepers.detect import mesh
from keepers.detect.backend import Box
from keepers.detect.crops import Square, cut
from keepers.detect.nets import OnnxNet
from tests.detect.drawn import face

HEAD = Box(0.31, 0.24, 0.38, 0.5)

# x, y, z in pixels of the crop.
GOLDEN_POINTS = {
    1: (128.5, 150.7, -29.4),
    33: (87.0, 116.2, 7.4),
    263: (168.3, 116.4, 9.1),
    61: (105.3, 179.1, 2.1),
    291: (150.6, 179.5, 3.1),
    152: (127.5, 221.5, 6.9),
    468: (100.3, 116.3, 2.5),
    473: (155.7, 116.5, 3.7),
}
GOLDEN_SHAPES = {1: 0.018, 4: 0.081, 9: 0.001, 10: 0.0, 19: 0.006, 25: 0.004, 44: 0.001, 45: 0.001}


def test_mesh_and_blendshapes_are_those_of_the_tflite_graphs(faces):
    """When these were written down, .tflite and .onnx agreed within 0.0006 pixels on noise."""
    _, mesh_file, shapes_file = mesh.model_files("")
    crop = cut(face(), Square(256, 250, 390), mesh.SIZE)
    points, presence, _ = OnnxNet(str(mesh_file)).run(crop[None].astype(np.float32) / np.float32(255))
    found = points.reshape(478, 3)
    for number, wanted in GOLDEN_POINTS.items():
        assert found[number] == pytest.approx(wanted, abs=0.6), number
    assert float(presence.ravel()[0]) == pytest.approx(16.65, abs=0.3)
    shapes = OnnxNet(str(shapes_file)).run(found[at.SUBSET, :2][None])[0].ravel()
    assert {n: float(shapes[n]) for n in GOLDEN_SHAPES} == pytest.approx(GOLDEN_SHAPES, abs=0.02)


def test_detector_says_the_same_after_a_picture_of_another_size(faces):
    small = face()
    wide = np.full((512, 576, 3), 120, np.uint8)
    wide[:, 32:544] = small
    first, other, again = faces.detect(small), faces.detect(wide), faces.detect(small)
    assert first == again
    assert [len(boxes) for boxes in (first, other)] == [1, 1]
    assert first[0].x * 512 + 32 == pytest.approx(other[0].x * 576, abs=6)
    assert first[0].width * 512 == pytest.approx(other[0].width * 576, abs=10)


def test_no_face_is_found_where_there_is_none(faces):
    gradient = np.linspace(0, 255, 480, dtype=np.uint8)[:, None, None] * np.ones((1, 640, 3), np.uint8)
    assert faces.detect(np.ascontiguousarray(gradient)) == ()


@pytest.mark.parametrize(("eyes", "least", "most"), [(1.0, 0.8, 1.01), (0.0, 0.0, 0.5)])
def test_eyes_of_a_drawn_face(faces, eyes, least, most):
    (found,) = faces.analyse(face(eyes=eyes), (HEAD,), 512)
    assert found.eyes_open is not None
    assert found.eye_min is not None
    assert least <= found.eye_min <= found.eyes_open < most
    assert found.yaw == pytest.approx(0, abs=0.15)
    assert found.roll == pytest.approx(0, abs=0.1)


def test_covered_eyes_are_unknown_never_open_nor_closed(faces):
    (found,) = faces.analyse(face(glasses=True), (HEAD,), 512)
    assert found.eyes_open is None
    assert found.eye_min is None
    assert "eyes" not in found.known
    assert found.smile is not None


def test_a_face_that_is_small_in_the_photo_is_unknown_however_large_it_is_shown(faces):
    (found,) = faces.analyse(face(), (HEAD,), 512)
    tiny = np.ascontiguousarray(face()[::8, ::8])
    (small,) = faces.analyse(tiny, (HEAD,), 64)
    assert found.known >= {"eyes", "smile"}
    assert (small.eyes_open, small.smile) == (None, None)


def test_a_turned_face_is_judged_as_if_it_stood(faces):
    turned = np.ascontiguousarray(np.rot90(face(), 1))
    points = ((0.455, 0.58), (0.455, 0.42), (0.55, 0.5), (0.64, 0.56), (0.64, 0.44))
    (found,) = faces.analyse(turned, (Box(0.24, 0.31, 0.5, 0.38, 1.0, points),), 512)
    assert found.eyes_open is not None
    assert found.eyes_open > 0.8
    assert found.roll == pytest.approx(-np.pi / 2, abs=0.15)


def test_boxes_at_and_beyond_the_edge_do_no_harm(faces):
    boxes = (Box(0, 0, 0, 0), Box(0.9, 0.9, 0.1, 0.1), Box(0.0, 0.0, 1.0, 1.0), Box(0.5, 0.5, 0.001, 0.001))
    found = faces.analyse(face(256), boxes, 256)
    assert len(found) == len(boxes)
    assert found[0].known == frozenset()


def test_models_of_ones_own_are_another_method(faces, tmp_path):
    assert mesh.build("").method == mesh.build(str(tmp_path)).method
    own = tmp_path / mesh.DETECTOR
    own.write_bytes(b"another network")
    assert mesh.build(str(tmp_path)).method != mesh.build("").method
