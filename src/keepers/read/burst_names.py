"""Bursts by name: what phones write into the names of frames of one series."""

import re
from typing import Final

# A number of Takeout or Windows behind the name says nothing of the series.
_END: Final = r"(?: ?\(\d{1,4}\))?$"
#: One row a style; the groups together are what the frames of one series share.
_STYLES: Final = tuple(re.compile(style + _END, re.IGNORECASE) for style in (
    # Google, Nexus, Nothing: 00001IMG_00001_BURST20171111030039_COVER, 00100lPORTRAIT_00100_BURST20200628151448029;
    # Sony Xperia: DSC_0052_BURST20180828114700954_COVER, DSCPDC_0001_BURST20180828114700954.
    r"^.*_(BURST\d{10,17})(?:_COVER\w*)?",
    # Huawei, Honor, Xiaomi, OPPO, Motorola, LG, HTC, Nokia, Chrome OS: IMG_20171014_183246_BURST012_COVER,
    # IMG20171014183246_BURST000_COVER, 20160520_144512_Burst01, IMAG0123_BURST001, WP_20140511_10_05_11_Burst01.
    r"^(.*\d)(?:_?[a-z]+)?_BURST_?\d{1,5}(?:_\w+)?",
    r"^(.*\d)_BURST_COVER\w*",
    # Samsung: 20190704_153000_001; a second file of one second is 20190704_153000(0).
    r"^((?:19|20)\d{6}_\d{6})_\d{3}",
))  # fmt: skip


def burst(name: str) -> str:
    """The series that a file name tells of, equal for its frames within one folder; empty where it tells none."""
    stem, dot, _ = name.rpartition(".")
    stem = stem if dot else name
    if "_" not in stem or len(stem) > 100:
        return ""
    for style in _STYLES:
        match = style.match(stem)
        if match is not None:
            return "name:" + match[1].lower()
    return ""
