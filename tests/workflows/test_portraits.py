"""Faces in pictures: how sharp they are, as they are cut out, known again by the server's own cut."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from keepers.errors import UnreadableError
from keepers.workflows.people_recognising import recognised
from keepers.workflows.portrait_tasks import BlurTask, CropTask, SignTask
from keepers.workflows.portraits import alike, crop, laplacian_variance, sharpness, signature
from tests.cli.world import picture
from tests.immich.persons import cut_out
from tests.immich.state import Face

LEFT, RIGHT = (0.05, 0.1, 0.3, 0.4), (0.6, 0.1, 0.3, 0.4)


def jpeg(image):
    made = io.BytesIO()
    image.save(made, "JPEG", quality=90)
    return made.getvalue()


@pytest.fixture
def half_sharp(tmp_path):
    """A picture that is blurred on its right side."""
    whole = picture(1, (800, 600))
    whole.paste(whole.crop((400, 0, 800, 600)).filter(ImageFilter.GaussianBlur(5)), (400, 0))
    file = tmp_path / "photo.jpg"
    file.write_bytes(jpeg(whole))
    return str(file)


def test_the_face_is_measured_and_not_the_photo(half_sharp):
    left, right = sharpness(BlurTask("a", half_sharp, (LEFT, RIGHT)))
    assert left is not None
    assert right is not None
    assert left > 2 * right
    whole = sharpness(BlurTask("a", half_sharp, (LEFT, RIGHT), whole=True))
    assert whole[0] == whole[1]


def test_a_face_of_no_pixels_has_no_sharpness(half_sharp):
    assert sharpness(BlurTask("a", half_sharp, ((0.5, 0.5, 0.001, 0.001), (1.2, 0.5, 0.1, 0.1)))) == (
        None,
        None,
    )


def test_what_is_no_picture_is_no_result(tmp_path):
    file = tmp_path / "x.jpg"
    file.write_bytes(b"no picture at all")
    with pytest.raises(UnreadableError):
        sharpness(BlurTask("a", str(file), (LEFT,)))


def test_the_old_measure_is_that_of_the_old_tool():
    """A single bright point: the Laplacian is -4 at it and 1 beside it; at 300 x 300 pixels nothing is resized."""
    grey = np.zeros((300, 300, 3), np.uint8)
    assert laplacian_variance(grey) == 0
    grey[150, 150] = 100
    values = np.zeros((300, 300))
    values[150, 150], values[[149, 151, 150, 150], [150, 150, 149, 151]] = -400, 100
    assert laplacian_variance(grey) == pytest.approx(values.var())
    # Beyond the edge the picture is mirrored without its outermost row, so that a ramp has no edge there.
    corner = np.zeros((300, 300, 3), np.uint8)
    corner[0, 0] = 100
    expected = np.zeros((300, 300))
    expected[0, 0], expected[0, 1], expected[1, 0] = -400, 100, 100
    assert laplacian_variance(corner) == pytest.approx(expected.var())


@pytest.mark.parametrize("box", [LEFT, (0.0, 0.0, 0.1, 0.1), (0.95, 0.95, 0.05, 0.05), (0.0, 0.0, 1.0, 1.0)])
def test_a_face_is_cut_out_square_within_the_picture(half_sharp, box):
    with Image.open(io.BytesIO(crop(CropTask(("p", "a"), half_sharp, box, 96)))) as shown:
        assert shown.width == shown.height
        assert 64 <= shown.width <= 96


def photo_and_face(seed, box=(90, 60, 250, 260)):
    """A preview, and the face as a server cuts it out of it."""
    drawn = jpeg(picture(seed, (800, 600)))
    face = Face("f", "a", "p", box, (800, 600))
    left, top, right, bottom = box
    fractions = (left / 800, top / 600, (right - left) / 800, (bottom - top) / 600)
    return drawn, fractions, cut_out(drawn, face)


class InPlace:
    """Workers of this process."""

    def map(self, task, items, *, weight=None, heavy=None, together=None):
        return iter([(item, task(item)) for item in items])

    def close(self):
        pass


def known(*people):
    return dict(recognised(InPlace, signature, people))


def test_the_face_that_the_server_cut_out_is_known_again():
    photos = {str(seed): photo_and_face(seed) for seed in range(6)}
    faces = {asset: (drawn, box) for asset, (drawn, box, _) in photos.items()}
    assert known(("anna", photos["4"][2], faces)) == {"anna": "4"}
    near = alike(
        signature(SignTask("", "", photos["4"][2], None)), signature(SignTask("", "", *photos["4"][:2]))
    )
    assert near > 0.99


def test_a_face_at_the_edge_is_known_again():
    drawn, box, portrait = photo_and_face(1, (0, 0, 200, 260))
    assert known(("anna", portrait, {"a": (drawn, box)})) == {"anna": "a"}


def test_of_two_photos_alike_none_is_taken():
    drawn, box, portrait = photo_and_face(1)
    with Image.open(io.BytesIO(drawn)) as image:
        twin = jpeg(image.filter(ImageFilter.GaussianBlur(0.5)))
    assert known(("anna", portrait, {"a": (drawn, box), "b": (twin, box)})) == {}


def test_another_face_is_not_taken():
    drawn, box, _ = photo_and_face(1)
    assert known(("anna", photo_and_face(2)[2], {"a": (drawn, box)})) == {}
    assert known(("anna", photo_and_face(2)[2], {})) == {}


def test_grey_areas_are_alike_to_nothing():
    assert alike(bytes(1024), bytes(1024)) == 0
