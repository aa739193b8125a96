"""What pixels tell: whether anything is sharp, lit, printed or drawn."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from keepers.score.focus import focus, noise
from keepers.score.inspection import inspected
from keepers.score.papers import box_mean, papers
from keepers.score.screens import screens
from keepers.score.tones import tones
from tests.score import drawn_junk


def grey(image):
    return np.asarray(image.convert("L"))


def colour(image):
    return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def scene():
    return drawn_junk.scene()


def test_the_width_of_edges_grows_with_their_blur(scene):
    widths = [focus(grey(drawn_junk.defocused(scene, sigma))).sharpest for sigma in (0.1, 2.5, 4.0)]
    assert widths[0] < 0.5
    assert 1.0 < widths[1] < widths[2]


def test_the_width_is_told_as_if_the_picture_had_1024_pixels():
    """One step, blurred by 3 pixels: 3 pixels of 512 are 6 of 1024."""
    step = np.zeros((512, 512), np.uint8)
    step[:, 256:] = 200
    blurred = Image.fromarray(step).filter(ImageFilter.GaussianBlur(3))
    assert focus(np.asarray(blurred)).sharpest == pytest.approx(6, rel=0.15)


@pytest.mark.parametrize(
    "change",
    [lambda one: one.point(lambda value: value // 3), lambda one: drawn_junk.grained(one, 8)],
    ids=["dark", "noisy"],
)
def test_neither_darkness_nor_noise_makes_a_sharp_photo_blurred(scene, change):
    assert focus(grey(change(scene))).sharpest < 0.5


def test_noise_does_not_make_a_blurred_photo_sharp(scene):
    assert focus(grey(drawn_junk.grained(drawn_junk.defocused(scene, 5), 5))).sharpest > 1.0


def test_a_sharp_subject_is_enough(scene):
    assert focus(grey(drawn_junk.subject(scene))).sharpest < 0.5


def test_a_photo_that_was_moved_is_soft_one_way(scene):
    seen = focus(grey(drawn_junk.moved(scene, 28)))
    assert seen.across > 1.2
    assert seen.across_tenth > 1.6
    assert focus(grey(scene)).across < 0.8


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (60, 60)])
def test_a_tiny_picture_has_no_edges(shape):
    seen = inspected(np.zeros((*shape, 3), np.uint8))
    assert seen.focus.edged == 0
    assert seen.papers.printed == 0
    assert seen.screens.flat in {0.0, 1.0}


@pytest.mark.parametrize(("row", "column"), [(0, 0), (20, 30), (39, 56), (3, 55)])
def test_the_mean_around_a_pixel_is_of_what_there_is(row, column):
    values = np.random.default_rng(1).random((40, 57)).astype(np.float32)
    around = values[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5]
    assert box_mean(values, 9)[row, column] == pytest.approx(around.mean(), abs=1e-5)


def test_noise_is_told_in_levels():
    flat = np.full((400, 400), 128.0) + np.random.default_rng(3).normal(0, 7, (400, 400))
    assert noise(flat.astype(np.float32)) == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize(
    ("level", "middle", "blown"),
    [(0, 0, 0.0), (128, 128, 0.0), (255, 255, 1.0)],
    ids=["black", "grey", "white"],
)
def test_tones_of_one_colour(level, middle, blown):
    seen = tones(np.full((20, 30, 3), level, np.uint8))
    assert seen.middle == pytest.approx(middle, abs=0.1)
    assert (seen.range, seen.blown) == (0.0, blown)


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0, 7, -20])
def test_print_is_found_at_any_angle(turn):
    assert papers(colour(drawn_junk.printed(turn))).printed > 0.2


@pytest.mark.parametrize(
    "picture",
    [
        drawn_junk.scene,
        lambda: drawn_junk.scene().rotate(90, expand=True),
        lambda: stripes(24),
        lambda: stripes(6),
        lambda: checks(20),
    ],
    ids=["scene", "turned", "broad stripes", "fine stripes", "checks"],
)
def test_patterns_are_no_print(picture):
    assert papers(colour(picture())).printed < 0.09


def stripes(period):
    rows = (np.arange(900) % period < period // 3)[:, None] * np.ones((1, 700))
    return Image.fromarray((240 - 200 * rows).astype(np.uint8))


def checks(side):
    down, right = np.mgrid[0:900, 0:700] // side % 2
    return Image.fromarray((240 - 200 * (down ^ right)).astype(np.uint8))


@pytest.mark.slow
def test_a_receipt_is_a_narrow_strip_of_print():
    page = drawn_junk.printed()
    strip = page.crop((90, 110, 330, 890)).resize((300, 980))
    table = drawn_junk.grained(Image.new("RGB", (768, 1024), (70, 52, 40)), 6)
    table.paste(strip, (230, 20))
    assert papers(colour(table)).narrow > papers(colour(page)).narrow


def test_a_screen_is_drawn_and_a_scene_is_not(scene):
    drawn, taken = screens(colour(drawn_junk.screen())), screens(colour(scene))
    assert drawn.flat > 0.55 > taken.flat
    assert drawn.common > 0.4 > taken.common
    assert drawn.ruled >= 6 > taken.ruled
    assert drawn.plain_rows > 0.1 > taken.plain_rows


def test_captions(scene):
    assert screens(colour(drawn_junk.captioned(scene))).caption == pytest.approx(120 / 760, abs=0.01)
    assert screens(colour(drawn_junk.lettered(scene))).outlined > 0.03
    plain = screens(colour(scene))
    assert (plain.caption, plain.bare) == (0, 0)
    assert plain.outlined < 0.01


def test_a_band_without_lettering_is_no_caption(scene):
    framed = Image.new("RGB", (scene.width, scene.height + 160), "white")
    framed.paste(scene, (0, 80))
    seen = screens(colour(framed))
    assert seen.caption == 0
    assert seen.bare == pytest.approx(0.2, abs=0.01)


def test_what_stands_on_the_picture_below_is_no_lettering(scene):
    """Heads and poles before a white sky reach down to where the picture goes on."""
    made = drawn_junk.captioned(scene)
    for left in range(40, 900, 60):
        made.paste("black", (left, 60, left + 12, 125))
    assert screens(colour(made)).caption == 0
