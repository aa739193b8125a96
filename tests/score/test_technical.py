"""The sharp photo wins, however noisy, bright or dark its blurred neighbour is."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from keepers.score.sharpness import of_scale
from keepers.score.technical import face_light, face_sharpness, technical


def scene(seed: int = 1, size: tuple[int, int] = (480, 640)) -> np.ndarray:
    """Random smooth shapes with fine texture: neither flat nor noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    base = np.asarray(
        Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC), np.float64
    )
    lines = 40 * np.sign(np.sin(np.arange(size[1]) / 3.0))[None, :, None]
    return np.asarray(np.clip(base * 0.7 + 30 + lines * (base > 110), 0, 255), np.uint8)


def blurred(picture: np.ndarray, radius: float = 2) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)), np.uint8)


def moved(picture: np.ndarray) -> np.ndarray:
    shifted = [np.roll(picture, shift, axis=1) for shift in range(9)]
    return np.asarray(np.mean(shifted, axis=0), np.uint8)


def noisy(picture: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(5).normal(0, 4, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def scaled(picture: np.ndarray, gain: float) -> np.ndarray:
    return np.asarray(np.clip(picture * gain, 0, 255), np.uint8)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "spoiled",
    [blurred, moved, lambda p: noisy(blurred(p)), lambda p: scaled(blurred(p), 1.3)],
    ids=["defocus", "motion", "blur and noise", "blur and brighter"],
)
def test_the_sharp_one_wins(seed, spoiled):
    sharp = scene(seed)
    assert technical(sharp).sharpness > technical(spoiled(sharp)).sharpness


def test_a_dark_sharp_photo_beats_a_bright_blurred_one():
    assert technical(scaled(scene(), 0.4)).sharpness > technical(blurred(scene())).sharpness


def test_clipping_is_the_share_of_pixels_at_the_ends():
    picture = np.full((100, 100, 3), 128, np.uint8)
    picture[:20] = 255
    picture[20:30] = 0
    assert technical(picture).clipped == pytest.approx(0.3)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (8, 8), (500, 2)])
def test_tiny_and_flat_pictures_have_no_sharpness_and_do_no_harm(size):
    found = technical(np.full((*size, 3), 90, np.uint8))
    assert found.sharpness == 0
    assert found.contrast == 0


def test_face_sharpness_falls_with_blur_and_its_scale_can_be_undone():
    patch = scene(size=(112, 112))
    values = [face_sharpness(p) for p in (patch, blurred(patch, 1), blurred(patch, 3))]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value < 1 for value in values)
    raw = [of_scale(value) for value in values]
    assert raw == sorted(raw, reverse=True)


def test_light_is_best_in_the_middle():
    dark, middle, burnt = (np.full((112, 112, 3), level, np.uint8) for level in (12, 130, 253))
    assert face_light(middle) == 1
    assert face_light(dark) < 0.3
    assert face_light(burnt) < 0.1
