"""Brackets are merged without losing what a frame shows; what is no bracket is refused."""

import numpy as np
import pytest

from keepers.create import alignment, fusion, ghosts, hdr
from keepers.create.hdr import Frame, Method
from keepers.create.vision import CV
from keepers.errors import UnreadableError
from tests.create.exposing import SHAPE, Pixels, frame, scene

pytestmark = pytest.mark.slow
STOPS = (-4.0, 0.0, 4.0)


def bracket(light=None, stops=STOPS, times=True):
    light = scene() if light is None else light
    return [Frame(f"{ev:+}", frame(light, ev), 2.0**ev if times else None) for ev in stops]


def grey(pixels: Pixels):
    return CV.cvtColor(pixels, CV.COLOR_RGB2GRAY)


def detail(pixels: Pixels):
    values = grey(pixels).astype(np.float32)
    mean = CV.blur(values, (7, 7))
    return np.sqrt(np.maximum(CV.blur(values * values, (7, 7)) - mean * mean, 0))


def eight(light) -> Pixels:
    shown: Pixels = (light * 255 + 0.5).astype(np.uint8)
    return shown


def moved(pixels: Pixels, turn: float, x: float, y: float):
    """A frame of a camera that moved, and the matrix that takes the reference's pixels to it."""
    height, width = pixels.shape[:2]
    matrix = np.vstack([CV.getRotationMatrix2D((width / 2, height / 2), turn, 1.0), (0, 0, 1)])
    matrix[:2, 2] += (x, y)
    return CV.warpPerspective(
        pixels, matrix, (width, height), flags=CV.INTER_CUBIC, borderMode=CV.BORDER_REFLECT
    ), matrix


def test_what_any_frame_shows_is_kept_and_nothing_is_burnt_out():
    frames = bracket()
    made = hdr.merged(frames)
    assert made.used == (0, 1, 2)
    assert made.reference == 1
    picture = eight(made.light)
    best = np.max([detail(one.pixels) for one in frames], axis=0)
    telling = best > 3
    kept = float(np.minimum(detail(picture)[telling] / best[telling], 1).mean())
    alone = float(np.minimum(detail(frames[1].pixels)[telling] / best[telling], 1).mean())
    plain = np.clip(CV.createMergeMertens().process([one.pixels for one in frames]), 0, 1)
    theirs = float(np.minimum(detail(eight(plain))[telling] / best[telling], 1).mean())
    assert kept > max(0.85, alone + 0.2, theirs)
    assert ((picture > 1) & (picture < 254)).all()


@pytest.mark.parametrize(("turn", "x", "y"), [(0, 9, -5), (0, -14, 7), (1.2, 4.5, 2.25), (-2, 0, 0)])
def test_a_camera_that_moved_is_found_to_half_a_pixel(turn, x, y):
    light = scene(1)
    wanted = frame(light, 0.0)
    seen, matrix = moved(frame(light, 2.0), turn, x, y)
    found = alignment.fitted(grey(seen), grey(wanted))
    assert found.fits
    height, width = SHAPE
    inner = np.array([[[width * a, height * b] for a, b in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))]])
    missed = CV.perspectiveTransform(inner, found.matrix) - CV.perspectiveTransform(inner, matrix)
    assert float(np.hypot(missed[..., 0], missed[..., 1]).max()) < 0.5


def test_frames_of_a_camera_that_moved_have_no_double_edges_and_no_borders():
    light = scene(2)
    still = hdr.merged(bracket(light)).light
    shaken = bracket(light)
    seen, _ = moved(shaken[2].pixels, 0.6, 6, -4)
    shaken[2] = Frame("shaken", seen, 16.0)
    made = hdr.merged(shaken)
    height, width, _ = made.light.shape
    assert SHAPE[0] - 20 < height < SHAPE[0]
    assert SHAPE[1] - 20 < width < SHAPE[1]
    # Its place in the whole picture: where it is most like the one of frames that lay well.
    likeness = CV.matchTemplate(still, made.light[20:-20, 20:-20], CV.TM_CCOEFF_NORMED)
    assert float(likeness.max()) > 0.98


def test_frames_six_stops_apart_are_laid_by_way_of_the_one_between():
    light = scene(3)
    frames = bracket(light, (-8.0, -4.0, 0.0, 4.0))
    frames = [
        Frame(one.name, moved(one.pixels, 0, 3.0 * n, -2.0 * n)[0], one.exposure)
        for n, one in enumerate(frames)
    ]
    assert hdr.merged(frames).used == (0, 1, 2, 3)


def test_what_moved_is_there_once():
    light = scene(4)
    frames = []
    for number, ev in enumerate(STOPS):
        walked = light.copy()
        left = 60 + 70 * number
        # As bright as the room, so that every frame shows it.
        walked[100:200, left : left + 30] = light[100:200, 180:210].mean() * 0.6
        frames.append(Frame(str(number), frame(walked, ev), 2.0**ev))
    made = hdr.merged(frames)
    wanted = frames[1].pixels
    assert made.reference == 1
    assert 0.01 < made.moved < 0.3
    # Where the walker was in the other frames, the picture shows what the reference shows.
    for left in (60, 200):
        there = np.s_[110:190, left + 5 : left + 25]
        assert alignment.likeness(grey(eight(made.light))[there], grey(wanted)[there]) > 0.8


def test_noise_is_no_movement():
    random = np.random.default_rng(5)
    one, other = frame(scene(5), 0.0), frame(scene(5), 1.5)
    noisy = np.clip(one + random.normal(0, 6, one.shape), 0, 255).astype(np.uint8)
    assert ghosts.still(grey(noisy), grey(other)).mean() > 0.99


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        (bracket()[:1], "one frame is no bracket"),
        ([*bracket()[:2], Frame("small", frame(scene(), 1.0)[:200], 1.0)], "differ in size"),
        ([Frame("a", frame(scene(), 0.0)), Frame("b", frame(scene(), 0.02))], "equally bright"),
        (bracket(np.full((*SHAPE, 3), 1.0), (-1.0, 0.0, 1.0)), "no frame has black or burnt parts"),
        ([Frame(str(n), frame(scene(n), ev)) for n, ev in enumerate(STOPS)], "do not lie over each other"),
    ],
    ids=["one", "sizes", "equal", "nothing to gain", "other scenes"],
)
def test_what_is_no_bracket_is_refused_with_the_reason(frames, why):
    with pytest.raises(UnreadableError, match=why):
        hdr.merged(frames)


def test_a_frame_of_another_view_is_left_out_and_named():
    frames = bracket(scene(6), (-4.0, -2.0, 0.0, 4.0))
    frames[0] = Frame("stranger.jpg", frame(scene(99), -4.0))
    made = hdr.merged(frames)
    assert made.used == (1, 2, 3)
    assert (
        made.left == ((0, "stranger.jpg shows another view than +0.0"),) or "stranger.jpg" in made.left[0][1]
    )


def test_debevec_recovers_the_light_by_the_real_exposures():
    light = scene(7)
    made = hdr.merged(bracket(light), Method.DEBEVEC)
    truth = light.mean(axis=2).ravel()
    order = np.argsort(np.argsort(truth))
    found = np.argsort(np.argsort(made.light.mean(axis=2).ravel()))
    # The old tool called all exposures equal and got one grey level.
    assert float(np.corrcoef(order, found)[0, 1]) > 0.97
    assert float(made.light.std()) > 0.1
    assert 0 <= float(made.light.min()) <= float(made.light.max()) <= 1


def test_debevec_without_exposures_is_refused():
    with pytest.raises(UnreadableError, match="not all frames tell their exposure"):
        hdr.merged(bracket(times=False), Method.DEBEVEC)


def test_the_ends_of_the_scale_are_bent_and_keep_their_order():
    values = np.linspace(-1, 2, 3000, dtype=np.float32).reshape(10, 100, 3)
    bent = fusion.rolled_off(values.copy())
    assert (np.diff(bent.ravel()) > 0).all()
    middle = (values > 0.1) & (values < 0.9)
    assert (bent[middle] == values[middle]).all()
    assert bent.min() > 0
    assert bent.max() < 1
