"""Fingerprints of what looks the same are near, and of the turned picture the same, turned."""

import numpy as np
import pytest

from keepers.fingerprint.perceptual import BLOCK, FLAT, PRINT, TURNS, Grey, Words, fingerprint, fingerprints
from tests.fingerprint.pictures import framed, resized, scene


def bits(left: Words, right: Words) -> int:
    return int(np.bitwise_count(left ^ right).sum())


def turned(picture: Grey, turn: int) -> Grey:
    picture = picture.T if turn >= 4 else picture
    picture = picture[:, ::-1] if turn & 1 else picture
    return np.ascontiguousarray(picture[::-1] if turn & 2 else picture)


@pytest.mark.parametrize("size", [(90, 120), (64, 85), (67, 90), (240, 320), (375, 500)])
def test_another_scale_comes_out_near(size: tuple[int, int]) -> None:
    whole = scene(1, 480, 640)
    one, other = fingerprint(whole), fingerprint(resized(whole, *size))
    assert bits(one["phash"][0], other["phash"][0]) <= 4
    assert bits(one["dhash"][0], other["dhash"][0]) <= 6
    assert np.abs(one["block"].astype(int) - other["block"]).max() <= 6


def test_other_pictures_are_far() -> None:
    prints = [fingerprint(scene(seed)) for seed in range(12)]
    near = [bits(a["phash"][0], b["phash"][0]) for n, a in enumerate(prints) for b in prints[:n]]
    assert min(near) > 14


@pytest.mark.parametrize("turn", range(TURNS))
def test_the_turns_are_the_fingerprints_of_the_turned_picture(turn: int) -> None:
    picture = scene(5, 128, 192)
    whole, other = fingerprint(picture), fingerprint(turned(picture, turn))
    assert bits(whole["phash"][turn], other["phash"][0]) <= 2
    assert bits(whole["dhash"][turn], other["dhash"][0]) <= 2


def test_the_old_hash_compares_neighbours_row_by_row() -> None:
    # 8 rows of 9 cells, as the old tool had them: a bit is set where the right one is brighter.
    cells = np.tile(np.array([0, 30, 20, 60, 50, 90, 80, 120, 110], np.uint8), (8, 1))
    cells[3] = cells[3][::-1]
    picture = np.repeat(np.repeat(cells, 16, axis=0), 16, axis=1)
    rows = [0b10101010] * 8
    rows[3] = 0b10101010
    expected = int.from_bytes(bytes(rows))
    assert int(fingerprint(picture)["old"]) == expected


def test_equal_neighbours_are_no_bits() -> None:
    assert int(fingerprint(np.full((80, 90), 255, np.uint8))["old"]) == 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_grey_is_flat(level: int) -> None:
    record = fingerprint(np.full((64, 64), level, np.uint8))
    assert record["deviation"] < FLAT
    assert record["mean"] == pytest.approx(level)


def test_deviation_and_mean_are_the_pictures() -> None:
    picture = scene(9)
    record = fingerprint(picture)
    assert record["mean"] == pytest.approx(picture.mean(), abs=0.5)
    assert record["deviation"] == pytest.approx(picture.std(), rel=0.05)


@pytest.mark.parametrize("size", [(8, 8), (8, 300), (300, 8), (9, 31), (63, 65), (1, 1)])
def test_any_size_has_a_fingerprint_of_one_length(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    record = fingerprint(picture)
    assert len(record.tobytes()) == PRINT.itemsize
    assert record["block"].shape == (BLOCK, BLOCK)


@pytest.mark.parametrize("level", [0, 255])
def test_without_its_border_a_picture_is_itself(level: int) -> None:
    picture = scene(4)
    whole, inside = fingerprint(picture), fingerprint(framed(picture, level, 20))
    assert bits(whole["phash"][0], inside["trim_phash"]) <= 4
    assert bits(whole["dhash"][0], inside["trim_dhash"]) <= 8
    assert inside["trim_share"] == pytest.approx(180 * 240 / (220 * 280), rel=0.05)


def test_a_picture_without_a_border_has_no_second_hash() -> None:
    record = fingerprint(scene(2))
    assert (record["trim_phash"], record["trim_share"]) == (0, 1)


def test_fingerprints_do_not_depend_on_who_travels_along() -> None:
    pictures = [scene(seed, 90 + seed, 120) for seed in range(9)]
    pictures[4] = framed(pictures[4], 255, 12)
    together = fingerprints(pictures)
    assert [row.tobytes() for row in together] == [fingerprint(picture).tobytes() for picture in pictures]
    assert [row.tobytes() for row in fingerprints(pictures[3:6])] == [row.tobytes() for row in together[3:6]]
    assert len(fingerprints([])) == 0
