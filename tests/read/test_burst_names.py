"""Bursts by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read.burst_names import burst


@pytest.mark.parametrize(
    "frames",
    [
        ("00000IMG_00000_BURST20171111030039_COVER.jpg", "00001IMG_00001_BURST20171111030039.jpg"),
        (
            "00100lPORTRAIT_00100_BURST20200628151448029_COVER.jpg",
            "00000PORTRAIT_00000_BURST20200628151448029.jpg",
        ),
        ("00001IMG_00001_BURST1723801037429_COVER.jpg", "00002IMG_00002_BURST1723801037429.jpg"),
        ("DSC_0051_BURST20180828114700954_COVER.JPG", "DSC_0052_BURST20180828114700954.JPG"),
        ("IMG_20171014_183246_BURST001_COVER.jpg", "IMG_20171014_183246_BURST012.jpg"),
        ("IMG20200301101010_BURST000_COVER.jpg", "IMG20200301101010_BURST001.jpg"),
        ("IMG_20190704_153000123_BURST000_COVER_TOP.jpg", "IMG_20190704_153000123_BURST001.jpg"),
        ("20160520_144512_Burst01.jpg", "20160520_144512_Burst12(1).jpg"),
        ("WP_20140511_10_05_11_Burst01.jpg", "WP_20140511_10_05_11_Burst02.jpg"),
        ("IMAG0123_BURST001_COVER.jpg", "IMAG0123_BURST002.jpg"),
        ("20190704_153000_001.jpg", "20190704_153000_020.JPG"),
    ],
)
def test_frames_of_one_series_share_a_name(frames):
    assert len({burst(name) for name in frames}) == 1
    assert burst(frames[0])


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.JPG", "20190704_153000.jpg", "20190704_153000(0).jpg", "20190704_153000_1.jpg", "DSC_0001.JPG",
        "PXL_20230330_184138390.jpg", "IMG_20171014_183246.jpg", "burst.jpg", "sunburst_001.jpg", "", "_BURST", "a_b",
        "IMG-20190704-WA0001.jpg", "starburst_20.jpg",
    ],
)  # fmt: skip
def test_other_names_tell_of_no_series(name):
    assert burst(name) == ""


def test_two_series_have_two_names():
    assert burst("00001IMG_00001_BURST20171111030039.jpg") != burst("00001IMG_00001_BURST20171111030040.jpg")
    assert burst("20190704_153000_001.jpg") != burst("20190704_153001_001.jpg")


@given(name=st.text(max_size=120))
def test_any_name_is_harmless(name):
    assert isinstance(burst(name), str)
