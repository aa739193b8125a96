"""Which files of one folder are one photo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import Kind, Role
from keepers.read import formats
from keepers.read.bundles import Entry, bundles


def entry(name, wall=None, camera=""):
    form = formats.by_name(name)
    assert form is not None
    return Entry(name, form.kind, form.name, camera, wall)


def named(*files):
    """The bundles as {main: {other: role}} by name."""
    return {
        files[main].name: {files[other].name: role for other, role in others}
        for main, others in bundles(files)
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([entry("a.jpg"), entry("b.jpg")], {"a.jpg": {}, "b.jpg": {}}),
        ([entry("IMG_1.CR2", 10.0), entry("img_1.jpg", 11.0)], {"img_1.jpg": {"IMG_1.CR2": Role.RAW}}),
        ([entry("a.nef"), entry("a.heic")], {"a.heic": {"a.nef": Role.RAW}}),
        ([entry("a.nef", 10.0), entry("a.jpg", 13.0)], {"a.nef": {}, "a.jpg": {}}),
        ([entry("a.nef", 1.0, "Nikon"), entry("a.jpg", 1.0, "Canon")], {"a.nef": {}, "a.jpg": {}}),
        ([entry("a.nef"), entry("a.png")], {"a.nef": {}, "a.png": {}}),
        ([entry("a.nef"), entry("a.jpg"), entry("a.jpeg")], {"a.nef": {}, "a.jpg": {}, "a.jpeg": {}}),
        ([entry("a.nef"), entry("a.jpg"), entry("a.heic")], {"a.jpg": {"a.nef": Role.RAW}, "a.heic": {}}),
        ([entry("a.heic", 5.0), entry("a.MOV", 7.0)], {"a.heic": {"a.MOV": Role.LIVE_VIDEO}}),
        ([entry("a.jpg", 5.0), entry("a.mp4", 9.0)], {"a.jpg": {}, "a.mp4": {}}),
        ([entry("a.jpg"), entry("a.mp4", 9.0)], {"a.jpg": {}, "a.mp4": {}}),
        ([entry("a.png", 5.0), entry("a.mov", 5.0)], {"a.png": {}, "a.mov": {}}),
        (
            [entry("Screenshot 1.jpg", 5.0), entry("Screenshot 1.mov", 5.0)],
            {"Screenshot 1.jpg": {}, "Screenshot 1.mov": {}},
        ),
        ([entry("a.jpg"), entry("a.xmp")], {"a.jpg": {"a.xmp": Role.SIDECAR}}),
        ([entry("a.jpg"), entry("A.JPG.XMP")], {"a.jpg": {"A.JPG.XMP": Role.SIDECAR}}),
        (
            [entry("a.jpg"), entry("a.nef"), entry("a.nef.xmp")],
            {"a.jpg": {"a.nef": Role.RAW, "a.nef.xmp": Role.SIDECAR}},
        ),
        ([entry("a.jpg"), entry("a.png"), entry("a.xmp")], {"a.jpg": {}, "a.png": {}, "a.xmp": {}}),
        (
            [entry("a.jpg"), entry("a.png"), entry("a.png.xmp")],
            {"a.jpg": {}, "a.png": {"a.png.xmp": Role.SIDECAR}},
        ),
        ([entry("a.jpg"), entry("a.jpg.json")], {"a.jpg": {"a.jpg.json": Role.SIDECAR}}),
        (
            [entry("a.jpg"), entry("a.jpg.supplemental-meta.json")],
            {"a.jpg": {"a.jpg.supplemental-meta.json": Role.SIDECAR}},
        ),
        (
            [entry("a.jpg"), entry("a(1).jpg"), entry("a.jpg(1).json")],
            {"a.jpg": {}, "a(1).jpg": {"a.jpg(1).json": Role.SIDECAR}},
        ),
        ([entry("IMG_1.AAE"), entry("IMG_1.HEIC")], {"IMG_1.HEIC": {"IMG_1.AAE": Role.SIDECAR}}),
        (
            [entry("a.mp4"), entry("a.THM"), entry("a.lrv")],
            {"a.mp4": {"a.lrv": Role.SIDECAR, "a.THM": Role.SIDECAR}},
        ),
        ([entry("a.jpg"), entry("a.wav")], {"a.jpg": {"a.wav": Role.SIDECAR}}),
        ([entry("orphan.xmp")], {"orphan.xmp": {}}),
        ([entry("e\u0301.jpg"), entry("\u00e9.xmp")], {"e\u0301.jpg": {"\u00e9.xmp": Role.SIDECAR}}),
    ],
)
def test_what_belongs_together(files, expected):
    assert named(*files) == expected


NAMES = st.builds(
    "{}{}".format,
    st.sampled_from(["a", "A", "b", "a.jpg", "b.nef", "c(1)"]),
    st.sampled_from([".jpg", ".JPG", ".heic", ".nef", ".mov", ".png", ".xmp", ".json", ".aae"]),
)
FILES = st.lists(
    st.builds(
        entry, NAMES, st.none() | st.sampled_from([0.0, 1.0, 100.0]), st.sampled_from(["", "Canon", "Nikon"])
    ),
    max_size=10,
    unique_by=lambda file: file.name,
)


@given(files=FILES)
def test_every_file_is_in_exactly_one_bundle(files):
    found = bundles(files)
    assert sorted(
        index for main, others in found for index in (main, *(other for other, _ in others))
    ) == list(range(len(files)))
    assert all(files[main].kind is not Kind.COMPANION for main, others in found if others)


@given(files=FILES, data=st.data())
def test_the_order_of_the_files_means_nothing(files, data):
    assert named(*data.draw(st.permutations(files))) == named(*files)
