"""What was made of a picture is known by the picture, however little of it is left; another shot of the scene is not."""

import cv2
import numpy as np
import pytest

from keepers.fingerprint import fitting, overlay, relation, voting
from keepers.fingerprint.keypoints import MOST, keypoints, places
from keepers.fingerprint.relation import Made, Sizes


def scene(seed, size=(512, 384)):
    """Shapes of all sizes with fine texture."""
    rng = np.random.default_rng(seed)
    drawn = np.full((size[1], size[0]), 120, np.uint8)
    for _ in range(220):
        centre = (int(rng.integers(0, size[0])), int(rng.integers(0, size[1])))
        axes = (int(rng.integers(4, 50)), int(rng.integers(4, 50)))
        cv2.ellipse(
            drawn,
            centre,
            axes,
            float(rng.uniform(0, 180)),
            0,
            360,
            int(rng.integers(10, 245)),
            -1,
            cv2.LINE_AA,
        )
    return noisy(drawn, seed)


def noisy(picture, seed, deviation=3):
    grain = np.random.default_rng(seed).normal(0, deviation, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def crop(picture):
    return np.ascontiguousarray(picture[60:300, 100:430])


def screen(picture):
    """In the middle of a dark screen, smaller, with a clock."""
    shown = cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    made = np.zeros((760, shown.shape[1]), np.uint8)
    made[240 : 240 + shown.shape[0]] = shown
    cv2.putText(made, "12:30", (20, 30), 0, 0.8, 220, 2)
    return cv2.resize(made, None, fx=512 / 760, fy=512 / 760, interpolation=cv2.INTER_AREA)


def tilted(picture):
    high, wide = picture.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), 8, 1)
    return cv2.warpAffine(picture, turn, (wide, high))[70:-70, 80:-80].astype(np.uint8)


def related(query, original, *, mirrored=False):
    fit = fitting.fitted(keypoints(query), keypoints(original))
    assert fit is not None
    sizes = Sizes((query.shape[1], query.shape[0]), (original.shape[1], original.shape[0]))
    return relation.related(query, original, fit.map, sizes, mirrored=mirrored)


@pytest.mark.parametrize(
    ("edit", "made"),
    [
        (crop, Made.PART),
        (tilted, Made.PART),
        (screen, Made.AROUND),
        (lambda picture: np.ascontiguousarray(np.rot90(picture)), Made.WHOLE),
        (lambda picture: np.pad(picture, 60, constant_values=255), Made.AROUND),
        (lambda picture: cv2.resize(crop(picture), None, fx=0.6, fy=0.6), Made.PART),
    ],
)
def test_what_was_made_of_a_picture_is_known_whichever_of_the_two_is_asked(edit, made):
    picture = scene(1)
    edited = noisy(edit(picture), 9, 2)
    assert related(edited, picture)[0] is made
    other = relation.TURNED_ROUND.get(made, made)
    assert related(picture, edited)[0] is other


def test_a_frame_of_a_series_is_no_edit():
    """The hand moved a little, and so did what stands in front."""
    first, thing = scene(2), scene(3, (120, 160))
    second = np.roll(first, (9, 14), axis=(0, 1))
    first[150:310, 200:320] = thing
    second[165:325, 260:380] = thing
    made, likeness = related(noisy(first, 5), noisy(second, 6))
    assert made is Made.UNLIKE
    assert likeness < 1


def test_what_is_of_one_colour_is_like_nothing():
    """The bars of a screenshot, laid over a photo by a map that the clock told: OpenCV calls them the same."""
    photo = scene(1)
    bars = np.zeros((512, 240), np.uint8)
    bars[230:290] = scene(2)[100:160, 100:340]
    # The part with bars above and below the shown picture falls onto the photo whole.
    map_ = np.array([[0.8, 0, 100], [0, 0.6, 40.0]])
    found = overlay.overlaid(np.ascontiguousarray(bars[120:400]), photo, map_)
    assert found is None or not (found.likeness > 0.5).any()
    sizes = Sizes((540, 1152), (1024, 768))
    assert relation.related(bars, photo, map_, sizes, mirrored=False)[0] is Made.UNLIKE


def test_cells_without_anything_in_them_agree_with_none_that_have():
    plain = np.full((240, 320), 200, np.uint8)
    plain[:, :160] = scene(1, (160, 240))
    other = plain.copy()
    other[:, 160:] = scene(2, (160, 240))
    found = overlay.overlaid(plain, other, np.array([[1.0, 0, 0], [0, 1, 0]]))
    assert found is not None
    same = found.likeness[:, :8]
    assert (same[same > overlay.FLAT] > 0.9).all()
    assert (found.likeness[:, 8:] <= 0).all()


def test_two_frames_that_show_the_same_view_are_left_to_the_first_pass():
    """Of one shape and nearly one view: nothing tells a small crop from a step forward."""
    first = scene(4)
    nearer = cv2.resize(np.ascontiguousarray(first[12:-12, 16:-16]), (512, 384), interpolation=cv2.INTER_AREA)
    assert related(noisy(nearer, 1), noisy(first, 2))[0] is Made.UNLIKE


def test_different_pictures_have_no_map_that_eight_points_agree_with():
    for seed in range(20, 26):
        fit = fitting.fitted(keypoints(scene(seed)), keypoints(scene(seed + 100)))
        assert fit is None or fit.agreed < 8


def test_points_are_spread_and_always_the_same():
    picture = scene(7)
    found = keypoints(picture)
    assert len(found) == MOST
    assert found.tobytes() == keypoints(picture.copy()).tobytes()
    quarters = places(found) // (256, 192)
    assert min(np.unique(quarters, axis=0, return_counts=True)[1]) >= MOST / 8
    assert len(keypoints(np.full((300, 400), 90, np.uint8))) == 0


def test_the_map_of_a_crop_is_found_to_a_pixel():
    picture = scene(8)
    fit = fitting.fitted(keypoints(crop(picture)), keypoints(picture))
    assert fit is not None
    np.testing.assert_allclose(fit.map, [[1, 0, 100], [0, 1, 60]], atol=1.0)
    assert fitting.fitted(keypoints(picture)[:2], keypoints(picture)) is None


def test_those_that_share_points_are_proposed_whatever_the_order_and_the_parts():
    pictures = [scene(seed) for seed in range(30, 40)]
    found = {row: keypoints(picture) for row, picture in enumerate(pictures)}
    asked = voting.filed([(100, keypoints(crop(pictures[3]))), (101, keypoints(tilted(pictures[6])))])
    number = sum(map(len, found.values()))
    together = voting.candidates(asked, [voting.filed(found.items())], number)
    assert {(100, 3), (101, 6)} <= set(together)
    apart = [voting.filed([one]) for one in reversed(found.items())]
    assert voting.candidates(asked, apart, number) == together
    assert voting.candidates(voting.filed([]), [asked], number) == []
