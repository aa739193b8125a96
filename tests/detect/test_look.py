"""One look at one file, as a worker does it."""

import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from PIL import Image

from keepers.detect.look import look
from keepers.errors import UnreadableError
from keepers.model import ContentId
from keepers.ports import LookTask
from tests.detect.drawn import face


def write(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return str(path)


def test_a_photo_with_a_face(faces, tmp_path):
    path = write(tmp_path / "one.jpg", face(), quality=92)
    seen = look(LookTask(path, ContentId("b3:one"), "default"))
    assert seen.content == "b3:one"
    assert seen.method.startswith("default-")
    assert len(seen.faces) == 1
    assert seen.faces[0].eyes_open is not None
    assert seen.sharpness > 0


def test_faces_are_found_whatever_way_the_camera_was_held(faces, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.ascontiguousarray(np.rot90(face(), 1))
    path = write(tmp_path / "turned.jpg", lying, quality=95, exif=exif.tobytes())
    upright = look(LookTask(write(tmp_path / "up.jpg", face(), quality=95), ContentId("b3:u"), "default"))
    turned = look(LookTask(path, ContentId("b3:t"), "default"))
    assert turned.faces[0].box == pytest.approx(upright.faces[0].box, abs=0.03)


def test_without_a_back_end_there_are_no_faces(tmp_path):
    seen = look(LookTask(write(tmp_path / "one.png", face()), ContentId("b3:one")))
    assert (seen.method, seen.faces, seen.composition) == ("none", (), 0.5)


def test_boxes_that_somebody_found_are_taken(faces, tmp_path):
    path = write(tmp_path / "one.png", face())
    boxes = ((0.31, 0.24, 0.38, 0.5), (0.0, 0.0, 0.1, 0.1))
    seen = look(LookTask(path, ContentId("b3:one"), "default", boxes=boxes))
    assert [found.box for found in seen.faces] == list(boxes)


def test_a_damaged_file_is_told_and_nothing_else(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(face()).save(whole, "JPEG")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(whole.getvalue()[:3000])
    with pytest.raises(UnreadableError):
        look(LookTask(str(broken), ContentId("b3:x")))
    broken.write_bytes(b"no picture at all")
    with pytest.raises(UnreadableError):
        look(LookTask(str(broken), ContentId("b3:x")))


def test_a_task_travels_to_a_worker_and_a_look_comes_back(tmp_path):
    task = LookTask(write(tmp_path / "one.png", face(64)), ContentId("b3:one"))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(look, task).result() == look(task)
