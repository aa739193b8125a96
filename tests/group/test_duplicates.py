"""Copies are found in every disguise; different photos and two shots of one thing are not joined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.fingerprint.perceptual import Grey
from keepers.group import duplicates, looks
from keepers.group.rule import Rule
from keepers.model import GroupKind
from tests.fingerprint.pictures import framed, resized, scene
from tests.group.world import Photo, World, world

WHOLE = scene(1, 240, 320)
LONELY = Photo("z", scene(99, 240, 320))


def same(*photos: Photo, rule: Rule | None = None) -> list[str]:
    found = world(*photos)
    return found.names(duplicates.same_picture(found.table, rule or Rule()))


def cut(grey: Grey, top: float, left: float, share: float) -> Grey:
    height, width = grey.shape
    rows = slice(round(top * height), round((top + share) * height))
    return np.ascontiguousarray(grey[rows, round(left * width) : round((left + share) * width)])


EDITS = {
    "smaller": resized(WHOLE, 120, 160),
    "darker": (WHOLE * 0.6).astype(np.uint8),
    "brighter": np.minimum(255, WHOLE * 1.2 + 10).astype(np.uint8),
    "contrast": np.clip((WHOLE.astype(int) - 128) * 1.3 + 128, 0, 255).astype(np.uint8),
    "noisy": np.clip(WHOLE + np.random.default_rng(1).integers(-12, 13, WHOLE.shape), 0, 255).astype(
        np.uint8
    ),
    "cropped a little": cut(WHOLE, 0.02, 0.03, 0.95),
    "mirrored": np.ascontiguousarray(WHOLE[:, ::-1]),
    "upside down": np.ascontiguousarray(WHOLE[::-1, ::-1]),
    "turned left": np.ascontiguousarray(np.rot90(WHOLE)),
    "turned right": np.ascontiguousarray(np.rot90(WHOLE, 3)),
    "in a white border": framed(WHOLE, 255, 22),
    "in black bars": np.pad(WHOLE, ((150, 150), (0, 0))),
    "cut to 56 % in the middle": cut(WHOLE, 0.12, 0.13, 0.75),
    "cut to 56 % at a corner": cut(WHOLE, 0.0, 0.25, 0.75),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_belongs_to_its_original(edit: str) -> None:
    assert same(Photo("a", WHOLE, at=0), Photo("b", EDITS[edit]), LONELY) == ["ab"]


def test_the_original_is_the_one_with_most_pixels_and_a_camera() -> None:
    small = Photo("a", EDITS["smaller"], at=0)
    found = world(
        small, Photo("b", WHOLE), Photo("c", WHOLE, at=0, size=5), Photo("d", EDITS["in a white border"])
    )
    (cluster,) = duplicates.same_picture(found.table, Rule())
    assert (cluster.rows, cluster.centre) == ((0, 1, 2, 3), 2)
    assert "1 in a frame" in cluster.evidence


@pytest.mark.parametrize(
    ("inside", "shown", "joined"),
    [(0.6, 2, True), (0.93, 2, False), (0.93, 1, True)],
    ids=["a wide frame", "another view", "a narrow frame"],
)
def test_where_hardly_any_border_is_left_out_the_picture_itself_must_agree(
    inside: float, shown: int, joined: bool
) -> None:
    other = framed(scene(shown, 240, 320), 255, 5)
    found = world(Photo("a", WHOLE, at=0), Photo("b", other)).table
    prints = found.prints.copy()
    # As near as a caption makes two views of one building.
    prints["trim_phash"][1] = prints["phash"][0, 0] ^ np.uint64(0b11)
    prints["trim_dhash"][1] = prints["dhash"][0, 0]
    prints["trim_deviation"][1] = prints["deviation"][1]
    prints["trim_share"][1] = inside
    links = looks.same_picture(replace(found, prints=prints), np.arange(2))
    assert (looks.FRAMED in links.how) == joined


def test_other_pictures_stay_alone() -> None:
    assert same(*(Photo(chr(97 + n), scene(n, 240, 320)) for n in range(20))) == []


def on_a_screen(grey: Grey, ground: int, *, marks: int = 3) -> Grey:
    """A photo as a phone shows it: plain above and below, with a clock and buttons."""
    screen = np.full((700, 320), ground, np.uint8)
    screen[230:470] = resized(grey, 240, 320)
    for at in range(marks):
        screen[12:22, 20 + 90 * at : 60 + 90 * at] = 255 - ground
        screen[660:680, 50 + 70 * at : 70 + 70 * at] = 255 - ground
    return screen


@pytest.mark.parametrize("ground", [0, 255])
def test_what_a_phone_shows_around_photos_makes_them_no_copies(ground: int) -> None:
    # As of houses below a sky, each photo is dark where the others are.
    sky = np.repeat(np.linspace(0.9, 0.3, 240), 320).reshape(240, 320)
    shown = [(scene(n, 240, 320) * (0.5 * sky) + 100 * sky).astype(np.uint8) for n in range(24)]
    photos = [Photo(chr(97 + n), on_a_screen(grey, ground, marks=2 + n % 3)) for n, grey in enumerate(shown)]
    assert same(*photos) == []


@pytest.mark.parametrize("ground", [0, 255])
def test_a_screenshot_that_was_sent_on_is_a_copy(ground: int) -> None:
    shot = on_a_screen(WHOLE, ground)
    noise = np.random.default_rng(2).integers(-6, 7, shot.shape)
    sent = resized(np.clip(shot + noise, 0, 255).astype(np.uint8), 350, 160)
    assert same(Photo("a", shot), Photo("b", sent), LONELY) == ["ab"]


def test_two_shots_of_one_thing_are_no_copies() -> None:
    assert same(Photo("a", WHOLE, at=0), Photo("b", EDITS["noisy"], at=2)) == []


def test_a_copy_without_a_time_goes_to_the_nearest_shot() -> None:
    other = np.clip(np.roll(WHOLE, 6, axis=1).astype(int) + 3, 0, 255).astype(np.uint8)
    assert same(Photo("a", WHOLE, at=0), Photo("b", other, at=2), Photo("c", resized(other, 120, 160))) == [
        "bc"
    ]


def test_a_part_of_another_size_elsewhere_is_not_looked_for() -> None:
    part = EDITS["cut to 56 % in the middle"]
    assert same(Photo("a", WHOLE, at=0), Photo("b", part, folder=2)) == []
    assert same(Photo("a", WHOLE, at=0), Photo("b", part, at=0, folder=2)) == ["ab"]
    assert same(Photo("a", WHOLE, stem=4711), Photo("b", part, stem=4711, folder=2)) == ["ab"]


def test_flat_frames_never_match_by_hash() -> None:
    black = np.zeros((100, 100), np.uint8)
    sky = np.full((100, 100), 200, np.uint8)
    assert same(Photo("a", black), Photo("b", black), Photo("c", sky), Photo("d", sky)) == []
    assert same(Photo("a", black), Photo("b", black), rule=Rule(threshold=64)) == []


@pytest.mark.parametrize("threshold", [0, 1, 5, 12, 16, 17, 24, 40, 64])
def test_the_threshold_counts_bits_of_the_old_hash(threshold: int) -> None:
    photos = [Photo(chr(97 + n), scene(n, 80, 90)) for n in range(8)]
    found = world(*photos)
    old = found.table.prints["old"]
    for cluster in duplicates.same_picture(found.table, Rule(threshold=threshold)):
        for row in cluster.rows:
            assert int(np.bitwise_count(old[row] ^ old[cluster.centre])) <= threshold
    centres = set(range(8)) - {
        row
        for c in duplicates.same_picture(found.table, Rule(threshold=threshold))
        for row in c.rows
        if row != c.centre
    }
    for one in centres:
        for other in centres - {one}:
            assert int(np.bitwise_count(old[one] ^ old[other])) > threshold


def test_every_photo_matches_at_64() -> None:
    assert same(*(Photo(chr(97 + n), scene(n)) for n in range(6)), rule=Rule(threshold=64)) == ["abcdef"]


def test_min_size_leaves_pairs_out() -> None:
    photos = (Photo("a", WHOLE, at=0), Photo("b", EDITS["smaller"]))
    assert same(*photos, rule=Rule(min_size=3)) == []
    assert same(*photos, Photo("c", EDITS["mirrored"]), rule=Rule(min_size=3)) == ["abc"]


@settings(max_examples=25)
@given(st.permutations(range(10)))
def test_the_order_of_contents_changes_nothing(order: list[int]) -> None:
    photos = [Photo("a", WHOLE, at=0, size=9), Photo("b", scene(2, 240, 320), at=50, size=8)]
    photos += [Photo(chr(99 + n), EDITS[edit], size=n) for n, edit in enumerate([*EDITS][:6])]
    photos += [Photo("i", resized(photos[1].grey, 120, 160)), Photo("j", scene(3))]
    assert same(*(photos[n] for n in order)) == ["acdefgh", "bi"]


def test_no_chain_is_longer_than_its_link() -> None:
    # Each is near the one before; the star reaches only what matches the original itself.
    start, end = scene(1, 120, 160).astype(float), scene(2, 120, 160).astype(float)
    steps = [
        Photo(chr(97 + n), (start + (end - start) * n / 12).astype(np.uint8), scale=30 - n) for n in range(13)
    ]
    found = world(*steps)
    clusters = duplicates.same_picture(found.table, Rule())
    assert clusters
    for cluster in clusters:
        for row in cluster.rows:
            pair = world(steps[cluster.centre], steps[row]) if row != cluster.centre else None
            assert pair is None or pair.names(duplicates.same_picture(pair.table, Rule()))
    assert max(len(c.rows) for c in clusters) < 13


def pixels(*photos: Photo, full: dict[int, str] | None = None) -> list[str]:
    found = world(*photos)
    return found.names(duplicates.same_pixels(found.table, full or {}))


def test_equal_digests_prove_equal_pixels() -> None:
    photos = (
        Photo("a", WHOLE, pixels=7),
        Photo("b", WHOLE, pixels=7),
        Photo("c", WHOLE, pixels=8),
        Photo("d", WHOLE),
    )
    assert pixels(*photos) == ["ab"]


def test_full_decodes_join_what_digests_of_one_format_cannot() -> None:
    photos = Photo("a", WHOLE, pixels=7), Photo("b", WHOLE, pixels=7), Photo("c", WHOLE), Photo("d", WHOLE)
    found = world(*photos)
    asked = duplicates.pixel_candidates(found.table)
    assert {row for pair in asked for row in pair} == {0, 2, 3}
    assert pixels(*photos, full={0: "p", 2: "p", 3: "q"}) == ["abc"]
    assert pixels(*photos, full={0: "", 2: "", 3: ""}) == ["ab"]


@pytest.mark.parametrize(
    "other",
    [
        Photo("b", scene(2, 240, 320)),
        Photo("b", WHOLE, scale=5.0),
        Photo("b", WHOLE, raw=True),
        Photo("b", EDITS["darker"]),
        Photo("b", WHOLE, at=5),
    ],
    ids=["another picture", "another size", "raw", "darker", "another shot"],
)
def test_only_what_may_be_equal_is_decoded(other: Photo) -> None:
    found: World = world(Photo("a", WHOLE, at=0), other)
    assert duplicates.pixel_candidates(found.table) == []


def test_what_is_proven_is_not_decoded_again() -> None:
    found = world(Photo("a", WHOLE, pixels=7), Photo("b", WHOLE, pixels=7))
    assert duplicates.pixel_candidates(found.table) == []


def test_clusters_say_what_they_are() -> None:
    found = world(Photo("a", WHOLE, at=0), Photo("b", EDITS["mirrored"]))
    (cluster,) = duplicates.same_picture(found.table, Rule())
    assert cluster.kind is GroupKind.SAME_PICTURE
    assert cluster.evidence == ("each looks like the original", "1 turned or mirrored")
