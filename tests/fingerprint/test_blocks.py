"""Small pictures are compared whatever their light, place and scale."""

import numpy as np
import pytest

from keepers.fingerprint import blocks, registration
from keepers.fingerprint.blocks import Blocks
from keepers.fingerprint.perceptual import TURNS, Grey, fingerprint
from tests.fingerprint.pictures import resized, scene


def block(picture: Grey) -> Blocks:
    return np.asarray(fingerprint(picture)["block"])[None]


def crop(picture: Grey, top: float, left: float, share: float) -> Grey:
    height, width = picture.shape
    rows = slice(round(top * height), round((top + share) * height))
    return picture[rows, round(left * width) : round((left + share) * width)]


def fit_of(query: Grey, original: Grey, starts: registration.Real) -> registration.Fit:
    count = len(starts)
    return registration.registered(block(query).repeat(count, 0), block(original).repeat(count, 0), starts)


def aspects(picture: Grey) -> registration.Real:
    return np.array([picture.shape[1] / picture.shape[0]], np.float32)


def test_likeness_is_blind_to_gain_and_bias() -> None:
    one = block(scene(1))
    other = (one * 0.6 + 40).astype(np.uint8)
    assert blocks.likeness(one, other)[0] > 0.999
    assert blocks.likeness(one, block(scene(2)))[0] < 0.6


def test_likeness_of_flat_blocks_is_none() -> None:
    flat = np.full((1, 24, 24), 9, np.uint8)
    assert blocks.likeness(flat, flat)[0] == 0


def test_a_sticker_hides_nothing_but_what_is_below_it() -> None:
    picture = scene(1)
    covered = picture.copy()
    covered[140:160, 120:230] = 255
    one, other = block(picture), block(covered)
    assert blocks.covered_likeness(one, other)[0] > 0.998 > blocks.likeness(one, other)[0]
    assert blocks.covered_likeness(one, block(scene(2)))[0] < 0.9
    assert len(blocks.covered_likeness(one[:0], other[:0])) == 0


def test_ranks_survive_what_exposure_does() -> None:
    one = block(scene(1))
    dark = (255 * (one / 255.0) ** 3).astype(np.uint8)
    assert blocks.ranked_likeness(one, dark)[0] > 0.97
    assert blocks.likeness(one, dark)[0] < 0.95


def test_a_moved_hand_is_forgiven() -> None:
    picture = scene(1, 240, 320)
    one, other = block(picture[:200, :280]), block(picture[24:224, 30:310])
    assert blocks.shifted_likeness(one, other)[0] > 0.8 > blocks.likeness(one, other)[0] + 0.2
    assert len(blocks.shifted_likeness(one[:0], other[:0])) == 0


@pytest.mark.parametrize("turn", range(TURNS))
def test_blocks_turn_as_pictures_do(turn: int) -> None:
    picture = scene(6, 160, 160)
    turned = picture.T if turn >= 4 else picture
    turned = turned[:, ::-1] if turn & 1 else turned
    turned = np.ascontiguousarray(turned[::-1] if turn & 2 else turned)
    steps = blocks.turned(block(picture), turn).astype(int) - block(turned)
    assert np.abs(steps).max() <= 1


@pytest.mark.parametrize(("top", "left", "share"), [(0.12, 0.12, 0.76), (0.0, 0.2, 0.75), (0.3, 0.05, 0.65)])
def test_a_crop_is_found_in_its_original(top: float, left: float, share: float) -> None:
    whole = scene(8, 300, 400)
    part = crop(whole, top, left, share)
    fit = fit_of(part, whole, registration.windows())
    best = int(fit.likeness.argmax())
    assert fit.likeness[best] > 0.96
    assert registration.share(fit)[best] == pytest.approx(share**2, rel=0.06)
    of = np.repeat(aspects(part), len(fit.maps)), np.repeat(aspects(whole), len(fit.maps))
    assert registration.is_view(fit, *of)[best]


def test_no_crop_of_another_picture_is_found() -> None:
    for seed in range(20, 30):
        fit = fit_of(scene(seed), scene(seed + 100), registration.windows())
        good = registration.is_view(fit, aspects(scene(1)), aspects(scene(1)))
        assert not (fit.likeness[good] > 0.92).any()


def test_a_view_beyond_the_edge_is_no_crop() -> None:
    wide = scene(8, 300, 400)
    left, right = np.ascontiguousarray(wide[:, :360]), np.ascontiguousarray(wide[:, 40:])
    fit = fit_of(left, right, registration.identity(1))
    assert fit.likeness[0] > 0.95
    assert not registration.is_view(fit, aspects(left), aspects(right))[0]


def test_a_stretched_picture_is_no_view() -> None:
    whole = scene(8, 300, 400)
    part = crop(whole, 0.1, 0.1, 0.8)
    squeezed = resized(part, part.shape[0], part.shape[1] // 2)
    fit = fit_of(squeezed, whole, registration.windows()[:1])
    assert not registration.is_view(fit, aspects(squeezed), aspects(whole))[0]


def test_windows_look_like_the_crops_they_stand_for() -> None:
    whole = scene(8, 240, 240)
    maps = registration.windows()
    views = registration.window_views(block(whole), maps)[0]
    at = int(np.flatnonzero((maps[:, 0] == np.float32(0.76)) & (maps[:, 2] == 0) & (maps[:, 5] == 0))[0])
    part = registration.window_views(block(crop(whole, 0.12, 0.12, 0.76)), registration.identity(1))[0, 0]
    assert float(views[at] @ part) > 0.97
