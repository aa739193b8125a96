"""Frames are found, and skies are not."""

import numpy as np
import pytest

from keepers.fingerprint.borders import Grey, trimmed
from tests.fingerprint.pictures import framed, scene


def screenshot() -> Grey:
    """A picture between the black bars of a phone, a clock and some icons in the upper one."""
    screen = np.zeros((480, 240), np.uint8)
    screen[150:330] = scene(3)
    screen[4:12, 10:40] = 220
    return screen


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_frame_is_taken_off(level: int) -> None:
    picture = scene(1)
    found = trimmed(framed(picture, level, 15))
    assert found is not None
    assert abs(found.shape[0] - 180) <= 2
    assert abs(found.shape[1] - 240) <= 2


def test_letterbox_bars_are_taken_off() -> None:
    picture = np.pad(scene(1), ((40, 40), (0, 0)))
    found = trimmed(picture)
    assert found is not None
    assert found.shape == (180, 240)


def test_a_screenshot_with_a_status_bar_is_taken_off() -> None:
    found = trimmed(screenshot())
    assert found is not None
    assert abs(found.shape[0] - 180) <= 2


def test_noise_in_the_border_does_no_harm() -> None:
    noise = np.random.default_rng(1).integers(-6, 7, (220, 280))
    frame = np.clip(framed(scene(1), 245, 20).astype(int) + noise, 0, 255).astype(np.uint8)
    found = trimmed(frame)
    assert found is not None
    assert abs(found.shape[0] - 180) <= 2


def test_a_sky_is_no_border() -> None:
    gradient = np.linspace(250, 60, 200)[:, None] * np.ones((1, 150))
    assert trimmed(gradient.astype(np.uint8)) is None


@pytest.mark.parametrize("picture", [scene(1), np.zeros((50, 60), np.uint8), np.full((9, 9), 7, np.uint8)])
def test_nothing_to_take_off(picture: Grey) -> None:
    assert trimmed(picture) is None


def test_a_speck_on_a_page_is_no_picture() -> None:
    page = np.full((300, 300), 250, np.uint8)
    page[140:150, 140:150] = 0
    assert trimmed(page) is None
