"""Which files of one folder are one photo."""

import pytest

from keepers.model import Role
from keepers.read.bundles import bundled, bundles
from tests.read.entries import LONG, entry, named


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
        # Of names that differ in case or in the form of an accent only, the one that is written alike.
        (
            [entry("IMG_1.jpg"), entry("img_1.JPG"), entry("img_1.JPG.xmp")],
            {"IMG_1.jpg": {}, "img_1.JPG": {"img_1.JPG.xmp": Role.SIDECAR}},
        ),
        (
            [entry("e\u0301.jpg"), entry("\u00e9.jpg"), entry("\u00e9.xmp")],
            {"e\u0301.jpg": {}, "\u00e9.jpg": {"\u00e9.xmp": Role.SIDECAR}},
        ),
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


MAIN, RAW, LIVE, MOTION = Role.MAIN, Role.RAW, Role.LIVE_VIDEO, Role.MOTION_VIDEO
SIDE, ORIGINAL = Role.SIDECAR, Role.ORIGINAL


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Apple's identifier outranks names; without one of the two, name and time must do.
        (
            [entry("IMG_1.HEIC", 5.0, live_id="A"), entry("clip.MOV", 99.0, live_id="A")],
            {"IMG_1.HEIC": {"clip.MOV": LIVE}},
        ),
        (
            [entry("IMG_1.HEIC", 5.0, live_id="A"), entry("IMG_1.MOV", 5.0, live_id="B")],
            {"IMG_1.HEIC": {}, "IMG_1.MOV": {}},
        ),
        ([entry("IMG_1.HEIC", 5.0, live_id="A"), entry("IMG_1.MOV", 6.0)], {"IMG_1.HEIC": {"IMG_1.MOV": LIVE}}),
        (
            [
                entry("IMG_1.HEIC", 5.0, live_id="A"), entry("IMG_1 (1).HEIC", 5.0, live_id="A"),
                entry("IMG_1.MOV", 5.0, live_id="A"), entry("IMG_1 (1).MOV", 5.0, live_id="A"),
            ],
            {"IMG_1.HEIC": {"IMG_1.MOV": LIVE}, "IMG_1 (1).HEIC": {"IMG_1 (1).MOV": LIVE}},
        ),
        (
            [
                entry("IMG_1.HEIC", 5.0, live_id="A"), entry("IMG_2.HEIC", 5.0, live_id="A"),
                entry("clip.MOV", 5.0, live_id="A"),
            ],
            {"IMG_1.HEIC": {}, "IMG_2.HEIC": {}, "clip.MOV": {}},
        ),
        (
            [entry("a.heic", 5.0), entry("a.jpg", 5.0), entry("a.mov", 5.0)],
            {"a.heic": {"a.mov": LIVE}, "a.jpg": {}},
        ),
        ([entry("a.heic", 5.0), entry("a.mov", 5.0), entry("a.mp4", 5.0)], {"a.heic": {}, "a.mov": {}, "a.mp4": {}}),
        ([entry("a.heic", 5.0), entry("a.mov", 5.0, seconds=60.0)], {"a.heic": {}, "a.mov": {}}),
        # What Google took out of a Motion Photo goes back to it.
        ([entry("PXL_1.MP.jpg", film=True), entry("PXL_1.MP")], {"PXL_1.MP.jpg": {"PXL_1.MP": MOTION}}),
        ([entry("PXL_1.MP.jpg", film=True), entry("PXL_1.mp4")], {"PXL_1.MP.jpg": {"PXL_1.mp4": MOTION}}),
        ([entry("MVIMG_1.jpg", film=True), entry("MVIMG_1.MP4")], {"MVIMG_1.jpg": {"MVIMG_1.MP4": MOTION}}),
        ([entry("PXL_1.MP.jpg", 5.0, film=True), entry("PXL_1.MP", 90.0)], {"PXL_1.MP.jpg": {}, "PXL_1.MP": {}}),
        # RAW: what only one of the two tells is no evidence.
        ([entry("a.nef", 5.0), entry("a.jpg")], {"a.nef": {}, "a.jpg": {}}),
        ([entry("a.nef", 5.0), entry("a.dng", 5.0), entry("a.jpg", 5.0)], {"a.jpg": {"a.nef": RAW, "a.dng": RAW}}),
        # A RAW file without a zone is dated by the home zone; both clocks showed the same.
        ([entry("a.nef", 3605.0, local=5.0), entry("a.jpg", 5.0, local=5.0)], {"a.jpg": {"a.nef": RAW}}),
        ([entry("a.nef", 3605.0, local=5.0), entry("a.jpg", 5.0, local=9.0)], {"a.nef": {}, "a.jpg": {}}),
        # Pixel.
        (
            [entry("PXL_1.RAW-01.COVER.jpg", 5.0), entry("PXL_1.RAW-02.ORIGINAL.dng", 5.0)],
            {"PXL_1.RAW-01.COVER.jpg": {"PXL_1.RAW-02.ORIGINAL.dng": RAW}},
        ),
        (
            [entry("PXL_1.RAW-01.MP.COVER.jpg", film=True), entry("PXL_1.RAW-02.ORIGINAL.dng")],
            {"PXL_1.RAW-01.MP.COVER.jpg": {"PXL_1.RAW-02.ORIGINAL.dng": RAW}},
        ),
        (
            [entry("PXL_1.PORTRAIT-01.COVER.jpg"), entry("PXL_1.PORTRAIT-02.ORIGINAL.jpg")],
            {"PXL_1.PORTRAIT-01.COVER.jpg": {"PXL_1.PORTRAIT-02.ORIGINAL.jpg": ORIGINAL}},
        ),
        (
            [entry("PXL_1.NIGHT.RAW-01.COVER.jpg"), entry("PXL_2.NIGHT.RAW-02.ORIGINAL.dng")],
            {"PXL_1.NIGHT.RAW-01.COVER.jpg": {}, "PXL_2.NIGHT.RAW-02.ORIGINAL.dng": {}},
        ),
        (
            [entry("PXL_1.RAW-01.COVER.jpg", 5.0), entry("PXL_1.RAW-02.ORIGINAL.dng", 9.0)],
            {"PXL_1.RAW-01.COVER.jpg": {}, "PXL_1.RAW-02.ORIGINAL.dng": {}},
        ),
        # Apple's edits: people see the edited picture.
        (
            [entry("IMG_1234.HEIC", 5.0), entry("IMG_E1234.HEIC", 5.0), entry("IMG_1234.AAE"), entry("IMG_O1234.AAE")],
            {"IMG_E1234.HEIC": {"IMG_1234.AAE": SIDE, "IMG_1234.HEIC": ORIGINAL, "IMG_O1234.AAE": SIDE}},
        ),
        (
            [
                entry("IMG_1234.HEIC", 5.0), entry("IMG_1234.MOV", 5.0), entry("IMG_E1234.JPG", 5.0),
                entry("IMG_E1234.MOV", 5.0),
            ],
            {"IMG_E1234.JPG": {"IMG_1234.HEIC": ORIGINAL, "IMG_1234.MOV": LIVE, "IMG_E1234.MOV": LIVE}},
        ),
        (
            [entry("IMG_1234.DNG", 5.0), entry("IMG_E1234.JPG", 5.0)],
            {"IMG_E1234.JPG": {"IMG_1234.DNG": RAW}},
        ),
        ([entry("IMG_1234.MOV", 5.0), entry("IMG_E1234.MOV", 5.0)], {"IMG_E1234.MOV": {"IMG_1234.MOV": ORIGINAL}}),
        ([entry("IMG_1234.JPG", 5.0), entry("IMG_E1234.JPG", 9.0)], {"IMG_1234.JPG": {}, "IMG_E1234.JPG": {}}),
        ([entry("IMG_1234.JPG", 5.0), entry("IMG_E1234.JPG")], {"IMG_1234.JPG": {}, "IMG_E1234.JPG": {}}),
        ([entry("IMG_1234.MOV", 5.0), entry("IMG_E1234.JPG", 5.0)], {"IMG_1234.MOV": {}, "IMG_E1234.JPG": {}}),
        # Google's edits share the story of the original.
        (
            [entry("a.jpg", 5.0), entry("a-edited.jpg"), entry("a.jpg.json")],
            {"a-edited.jpg": {"a.jpg": ORIGINAL, "a.jpg.json": SIDE}},
        ),
        ([entry("a.jpg", 5.0), entry("a-edited.jpg")], {"a.jpg": {}, "a-edited.jpg": {}}),
        (
            [entry("a.jpg", 5.0), entry("a-edited.jpg"), entry("a.jpg.json"), entry("a-edited.jpg.json")],
            {"a.jpg": {"a.jpg.json": SIDE}, "a-edited.jpg": {"a-edited.jpg.json": SIDE}},
        ),
        (
            [entry("a.jpg", 5.0), entry("a-bearbeitet.jpg", 9.0), entry("a.jpg.json")],
            {"a.jpg": {"a.jpg.json": SIDE}, "a-bearbeitet.jpg": {}},
        ),
        (
            [entry("a(1).jpg"), entry("a-edited(1).jpg"), entry("a.jpg"), entry("a.jpg(1).json")],
            {"a.jpg": {}, "a-edited(1).jpg": {"a(1).jpg": ORIGINAL, "a.jpg(1).json": SIDE}},
        ),
        (
            [entry("a.jpg"), entry("a-edited.jpg"), entry("a-modifié.jpg")],
            {"a-edited.jpg": {"a.jpg": ORIGINAL}, "a-modifié.jpg": {}},
        ),
        (
            [entry("a.nef", 1.0), entry("a.jpg", 1.0), entry("a-edited.jpg", 1.0)],
            {"a-edited.jpg": {"a.jpg": ORIGINAL, "a.nef": RAW}},
        ),
        # Takeout's numbers stand in either place.
        ([entry("a(1).jpg"), entry("a(1).jpg.json")], {"a(1).jpg": {"a(1).jpg.json": SIDE}}),
        (
            [entry("a.jpg"), entry("a(1).jpg"), entry("a.jpg.supplemental-metadata(1).json"), entry("a.jpg.suppl.json")],
            {"a.jpg": {"a.jpg.suppl.json": SIDE}, "a(1).jpg": {"a.jpg.supplemental-metadata(1).json": SIDE}},
        ),
        ([entry("a.jpg"), entry("a.jpg(1).json")], {"a.jpg": {}, "a.jpg(1).json": {}}),
        ([entry("a.jpg"), entry("a.jpg.other.json")], {"a.jpg": {}, "a.jpg.other.json": {}}),
        ([entry("a.jpg"), entry("metadata.json")], {"a.jpg": {}, "metadata.json": {}}),
        # Names cut to 51 characters.
        ([entry(LONG[:47] + ".jpg"), entry(LONG[:46] + ".json")], {LONG[:47] + ".jpg": {LONG[:46] + ".json": SIDE}}),
        (
            [
                entry(LONG[:47] + "(1).jpg"), entry(LONG[:46] + "(1).json"), entry(LONG[:47] + ".jpg"),
                entry(LONG[:46] + ".json"),
            ],
            {LONG[:47] + ".jpg": {LONG[:46] + ".json": SIDE}, LONG[:47] + "(1).jpg": {LONG[:46] + "(1).json": SIDE}},
        ),
        # One of the two stories is missing: it may have been of another photo, and the numbers mean nothing.
        (
            [entry(LONG[:47] + "(1).jpg"), entry(LONG[:46] + "(1).json"), entry(LONG[:47] + ".jpg")],
            {LONG[:47] + ".jpg": {}, LONG[:47] + "(1).jpg": {}, LONG[:46] + "(1).json": {}},
        ),
        # Cut to one name, the stories of two titles were numbered; their photos were not.
        (
            [
                entry(LONG[:46] + "b.jpg"), entry(LONG[:46] + "c.jpg"),
                entry(LONG[:46] + ".json", title=LONG[:46] + "cde.jpg"),
                entry(LONG[:46] + "(1).json", title=LONG[:46] + "b.jpg"),
            ],
            {LONG[:46] + "b.jpg": {LONG[:46] + "(1).json": SIDE}, LONG[:46] + "c.jpg": {LONG[:46] + ".json": SIDE}},
        ),
        (
            [entry(LONG[:44] + ".jpg"), entry(LONG[:44] + ".j.json")],
            {LONG[:44] + ".jpg": {LONG[:44] + ".j.json": SIDE}},
        ),
        (
            [entry(LONG[:40] + ".jpg"), entry(LONG[:40] + ".jpg.s.json")],
            {LONG[:40] + ".jpg": {LONG[:40] + ".jpg.s.json": SIDE}},
        ),
        (
            [entry(LONG[:46] + "b.jpg"), entry(LONG[:46] + "c.jpg"), entry(LONG[:46] + ".json")],
            {LONG[:46] + "b.jpg": {}, LONG[:46] + "c.jpg": {}, LONG[:46] + ".json": {}},
        ),
        (
            [
                entry(LONG[:46] + "b.jpg"), entry(LONG[:46] + "c.jpg"),
                entry(LONG[:46] + ".json", title=LONG[:46] + "cde.jpg"),
            ],
            {LONG[:46] + "b.jpg": {}, LONG[:46] + "c.jpg": {LONG[:46] + ".json": SIDE}},
        ),
        (
            [entry(LONG[:42] + ".jpg"), entry(LONG[:42] + "-edit.jpg"), entry(LONG[:42] + ".jpg.json")],
            {LONG[:42] + "-edit.jpg": {LONG[:42] + ".jpg": ORIGINAL, LONG[:42] + ".jpg.json": SIDE}},
        ),
        ([entry("a.jpg"), entry("a-edit.jpg")], {"a.jpg": {}, "a-edit.jpg": {}}),
        # The title within tells what signs Google replaced.
        (
            [entry("Anna _ Ben.jpg"), entry("Anna & Ben.json", title="Anna & Ben.jpg")],
            {"Anna _ Ben.jpg": {"Anna & Ben.json": SIDE}},
        ),
        (
            [entry("a.jpg"), entry("a.jpg.json"), entry("b.json", title="a.jpg")],
            {"a.jpg": {"a.jpg.json": SIDE}, "b.json": {}},
        ),
        # Sidecars that name the file they were written for.
        (
            [entry("a.nef", 1.0), entry("a.jpg", 9.0), entry("a.xmp", title="a.NEF")],
            {"a.nef": {"a.xmp": SIDE}, "a.jpg": {}},
        ),
        ([entry("a.jpg"), entry("a.xmp", title="a.CR2")], {"a.jpg": {}, "a.xmp": {}}),
        ([entry("a.dng"), entry("a.xmp", title="a.CR2")], {"a.dng": {"a.xmp": SIDE}}),
        ([entry("a.nef"), entry("a_01.nef.xmp")], {"a.nef": {"a_01.nef.xmp": SIDE}}),
        (
            [entry("a.nef"), entry("a_01.nef"), entry("a_01.nef.xmp")],
            {"a.nef": {}, "a_01.nef": {"a_01.nef.xmp": SIDE}},
        ),
        ([entry("a.jpg", 1.0), entry("a.mp4", 99.0), entry("a.thm")], {"a.jpg": {}, "a.mp4": {"a.thm": SIDE}}),
        ([entry("GX010123.MP4"), entry("GL010123.LRV")], {"GX010123.MP4": {"GL010123.LRV": SIDE}}),
        ([entry("DJI_1.MP4"), entry("DJI_1.LRF"), entry("DJI_1.SRT")], {"DJI_1.MP4": {"DJI_1.LRF": SIDE, "DJI_1.SRT": SIDE}}),
        ([entry("Снимок экрана 1.jpg", 5.0), entry("Снимок экрана 1.mov", 5.0)],
         {"Снимок экрана 1.jpg": {}, "Снимок экрана 1.mov": {}}),
        ([entry("a.jpg"), entry("a.m4a")], {"a.jpg": {"a.m4a": SIDE}}),
        ([entry("a.jpg"), entry(".picasa.ini")], {"a.jpg": {}, ".picasa.ini": {}}),
    ],
)  # fmt: skip
def test_styles_of_makers_and_services(files, expected):
    assert named(*files) == expected
    assert named(*reversed(files)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            [entry("a.nef", 1.0, "Nikon"), entry("a.jpg", 1.0, "Canon")],
            {
                "a.nef": "not joined with a.jpg: another camera (Nikon, Canon)",
                "a.jpg": "not joined with a.nef: another camera (Nikon, Canon)",
            },
        ),
        (
            [entry("a.nef", 0.0), entry("a.jpg", 7200.0)],
            {"a.nef": "not joined with a.jpg: taken 2 hours apart", "a.jpg": "not joined with a.nef: taken 2 hours apart"},
        ),
        (
            [entry("a.nef", 0.0), entry("a.jpg")],
            {
                "a.nef": "not joined with a.jpg: only one of the two tells when it was taken",
                "a.jpg": "not joined with a.nef: only one of the two tells when it was taken",
            },
        ),
        (
            [entry("a.png", 5.0), entry("a.mov", 5.0)],
            {
                "a.png": "not joined with a.mov: a PNG with an MOV is no Live Photo",
                "a.mov": "not joined with a.png: a PNG with an MOV is no Live Photo",
            },
        ),
        ([entry("a.jpg"), entry("a.png"), entry("a.xmp")], {"a.xmp": "not joined: more than one file could belong to it"}),
        ([entry("b.xmp")], {"b.xmp": "no photo of its name that could be read lies beside it"}),
        ([entry("a.jpg"), entry("a.xmp", title="a.CR2")], {"a.xmp": "it was written for a.CR2, which is not beside it"}),
        ([entry("a.nef", 1.0), entry("a.jpg", 1.0)], {}),
        ([entry("a.jpg"), entry("b.jpg"), entry(".picasa.ini")], {}),
        (
            [entry("a\udcff.nef", 1.0), entry("a\udcff.jpg", 9.0)],
            {"a\udcff.nef": "not joined with a?.jpg: taken 8 s apart", "a\udcff.jpg": "not joined with a?.nef: taken 8 s apart"},
        ),
    ],
)  # fmt: skip
def test_what_stays_apart_is_told(files, expected):
    assert {files[index].name: why for index, why in bundled(files).apart.items()} == expected


def test_a_large_folder_takes_no_longer_for_each_file():
    """Every name begins alike and every film claims a still: still one look-up a file."""
    files = [
        entry(f"{LONG[:44]}{number:05}{end}", float(number))
        for number in range(1500)
        for end in (".jpg", ".nef", ".mov", ".jpg.json", "-edited.jpg")
    ]
    found = bundles(files)
    assert len(found) == 1500
    assert all(len(others) == 4 for _, others in found)
