"""One photo mended from frames that are drawn: several faces, what is written, and what is refused."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from keepers.create import faces_shown
from keepers.create.composite import COMPOSITE
from keepers.detect.backend import Box
from keepers.read import formats, metadata
from keepers.score.traced import Traced
from keepers.workflows.mending import Mending, Shot, mend
from tests.create.facing import DrawnFaces, Person, scene, shut

pytestmark = pytest.mark.slow

BACKEND = DrawnFaces()
LEFT, RIGHT = Person(150, 170), Person(330, 190, 62)


def trace(task):
    boxes = tuple(Box(*face.box) for face in task.faces)
    faces = BACKEND.analyse(task.picture, boxes, 0)
    return tuple(
        Traced(face, *found) for face, found in zip(faces, BACKEND.trace(task.picture, boxes), strict=True)
    )


@pytest.fixture
def shots(tmp_path):
    def make(*frames):
        made = []
        for number, pixels in enumerate(frames):
            path = tmp_path / f"{number}.jpg"
            exif = Image.Exif()
            exif[0x0110] = "X100"
            exif.get_ifd(0x8769)[0x829A] = 0.01
            exif.get_ifd(0x8769)[0x927C] = b"offsets"
            Image.fromarray(pixels).save(path, quality=97, subsampling=0, exif=exif)
            made.append(Shot(str(path), path.name, BACKEND.analyse(pixels, BACKEND.detect(pixels), 0)))
        return made

    return make


def mended(shots, closed=(0,), *, shown=False):
    target, *donors = shots
    return mend(Mending("burst-1", target, closed, tuple(donors), 480 * 360, trace, "drawn", shown=shown))


def test_faces_come_from_different_frames(shots):
    made = mended(
        shots(
            scene(shut(LEFT), shut(RIGHT)),
            scene(LEFT, shut(RIGHT), light=0.9),
            scene(shut(LEFT), RIGHT),
        ),
        (0, 1),
        shown=True,
    )
    assert [(face.donor, face.why) for face in made.faces] == [("1.jpg", ""), ("2.jpg", "")]
    assert all((face.before or 0) < 0.1 and (face.after or 0) > 0.6 for face in made.faces)
    assert made.used == ("1.jpg", "2.jpg")
    written = np.asarray(Image.open(io.BytesIO(made.data)))
    eyes = [face.eyes_open or 0.0 for face in BACKEND.analyse(written, BACKEND.detect(written), 0)]
    assert len(eyes) == 2
    assert min(eyes) > 0.6
    assert Image.open(io.BytesIO(made.shown)).format == "JPEG"


def test_what_is_written_tells_all_that_its_photo_told_and_what_it_is(shots):
    data = mended(shots(scene(shut(LEFT)), scene(LEFT))).data
    picture = Image.open(io.BytesIO(data))
    exif = picture.getexif()
    assert exif[0x0110] == "X100"
    # It is one exposure still; the camera's own note has offsets into another file.
    assert float(exif.get_ifd(0x8769)[0x829A]) == 0.01
    assert 0x927C not in exif.get_ifd(0x8769)
    text = picture.info["xmp"].decode()
    assert COMPOSITE in text
    assert 'filePath="0.jpg"' in text
    assert 'filePath="1.jpg"' in text
    form = formats.sniff(data[:4096], "x.jpg")
    assert form is not None
    assert metadata.facts(data, form).composite


def test_a_face_that_cannot_be_mended_is_told_and_left(shots):
    blinking = scene(shut(LEFT), shut(RIGHT))
    made = mended(shots(blinking, scene(LEFT, shut(RIGHT))), (0, 1))
    assert [(face.donor, face.why) for face in made.faces] == [
        ("1.jpg", ""),
        ("", "no other frame has these eyes open"),
    ]
    written = np.asarray(Image.open(io.BytesIO(made.data)))
    assert np.abs(written[:, 270:].astype(int) - blinking[:, 270:]).mean() < 2


def test_nothing_is_written_where_nothing_was_mended(shots):
    made = mended(shots(scene(shut(LEFT)), scene(shut(LEFT), seed=3)))
    assert made.data == b""
    assert [face.why for face in made.faces] == ["no other frame has these eyes open"]


def test_a_frame_of_another_scene_helps_nobody(shots):
    made = mended(
        shots(scene(shut(LEFT), shut(RIGHT)), scene(Person(90, 100, 60), Person(400, 240), seed=11))
    )
    assert made.data == b""
    assert "cannot be found there for certain" in made.faces[0].why


def test_a_frame_that_cannot_be_read_is_told(shots, tmp_path):
    target, donor = shots(scene(shut(LEFT)), scene(LEFT))
    (tmp_path / "1.jpg").write_bytes(b"\xff\xd8\xff nothing")
    made = mended([target, donor])
    assert made.data == b""
    assert "1.jpg cannot be read" in made.faces[0].why


def test_eyes_that_are_no_more_open_in_the_written_picture_are_taken_back(shots):
    target, donor = shots(scene(shut(LEFT)), scene(LEFT))
    calls: list[float | None] = []

    def doubting(task):
        """Sees open eyes in the photo, and closed ones again in what was written of it."""
        (seen,) = trace(task)
        calls.append(seen.face.eyes_open)
        return (seen,) if len(calls) < 4 else (replace(seen, face=replace(seen.face, eyes_open=0.2)),)

    made = mend(Mending("burst-1", target, (0,), (donor,), 480 * 360, doubting, "drawn"))
    assert made.data == b""
    assert made.faces[0].why == "the eyes did not look open in the written picture"
    assert len(calls) == 4


def test_eyes_that_are_unknown_and_as_wide_elsewhere_are_not_spoken_of(shots):
    def sunglasses(task):
        (seen,) = trace(task)
        return (replace(seen, face=replace(seen.face, eyes_open=None)),)

    target, donor = shots(scene(LEFT), scene(LEFT, light=0.95))
    assert mend(Mending("b", target, (0,), (donor,), 1, sunglasses, "drawn")).faces == ()


def test_the_picture_for_people_shows_every_mended_face():
    pixels = scene(LEFT, RIGHT)
    left, right = (LEFT.box, True), (RIGHT.box, True)
    none, one, two, three = (
        Image.open(io.BytesIO(faces_shown.beside(pixels, pixels, faces)))
        for faces in ([(LEFT.box, False)], [left], [left, right], [left, right, left])
    )
    # One is as wide as the photos, two stand side by side, a third begins a row.
    assert none.height < two.height < one.height
    assert two.height < three.height
    assert {none.width, one.width, two.width, three.width} == {one.width}
