"""What the files beside a photo say of it."""

import json
import plistlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim, Facts
from keepers.read import merging, sidecars

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
    ' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"'
    ' xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    ' xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
    ' xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


def xmp(attributes="", body="", name="a.xmp"):
    return sidecars.facts((HEAD + attributes + ">" + body + TAIL).encode(), name)


def bag(name, *items, kind="Bag"):
    return (
        f"<{name}><rdf:{kind}>" + "".join(f"<rdf:li>{i}</rdf:li>" for i in items) + f"</rdf:{kind}></{name}>"
    )


REGIONS = (
    "<mwg-rs:Regions><rdf:Description><mwg-rs:RegionList><rdf:Bag>"
    '<rdf:li><rdf:Description mwg-rs:Name="Anna" mwg-rs:Type="Face"/></rdf:li>'
    '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ben</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>'
    '<rdf:li><rdf:Description mwg-rs:Name="Rex" mwg-rs:Type="Pet"/></rdf:li>'
    "</rdf:Bag></mwg-rs:RegionList></rdf:Description></mwg-rs:Regions>"
)
MICROSOFT = (
    '<MP:RegionInfo><rdf:li><rdf:Description MPReg:PersonDisplayName="Carl"/></rdf:li></MP:RegionInfo>'
)


@pytest.mark.parametrize(
    ("attributes", "body", "expected"),
    [
        ('xmp:Rating="4"', "", {"rating": 4}),
        ('xmp:Rating="-1"', "", {"rating": -1}),
        ('xmp:Label="Red"', "", {"exif": {"Label": "Red"}}),
        (
            'exif:DateTimeOriginal="2011-09-10T08:00:00+02:00"',
            "",
            {"dates": (DateClaim("xmp:original", "2011-09-10T08:00:00", 120),)},
        ),
        ("", bag("dc:subject", "beach", "sun", "beach"), {"keywords": ("beach", "sun")}),
        ("", bag("lr:hierarchicalSubject", "Places|Italy"), {"keywords": ("Places/Italy",)}),
        ("", bag("digiKam:TagsList", "Places/Italy", kind="Seq"), {"keywords": ("Places/Italy",)}),
        (
            "",
            '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">By the sea</rdf:li></rdf:Alt></dc:description>',
            {"description": "By the sea"},
        ),
        ('dc:description="plain"', "", {"description": "plain"}),
        ("", bag("dc:title", "Sunset", kind="Alt"), {"description": "Sunset"}),
        (
            'exif:GPSLatitude="34,47.847000N" exif:GPSLongitude="134,45.878000W"',
            "",
            {"position": (34.79745, -134.7646333)},
        ),
        ('exif:GPSLatitude="0,0.0N" exif:GPSLongitude="0,0.0E" xmp:Rating="1"', "", {"position": None}),
        ("", REGIONS, {"people": ("Anna", "Ben")}),
        ("", MICROSOFT, {"people": ("Carl",)}),
        ("", bag("ext:PersonInImage", "Dora"), {"people": ("Dora",)}),
        ('crs:RawFileName="IMG_1.CR2"', "", {"title": "IMG_1.CR2"}),
        ('photoshop:SidecarForExtension="NEF"', "", {"title": "a.NEF"}),
    ],
)
def test_what_an_xmp_sidecar_says(attributes, body, expected):
    found = xmp(attributes, body)
    assert found is not None
    assert found.format == "xmp"
    assert {name: getattr(found, name) for name in expected} == expected


def test_an_xmp_sidecar_of_settings_alone_says_nothing():
    assert xmp('crs:Exposure2012="0.00"') is None


TAKEOUT = {
    "title": "Anna &amp; Ben.jpg",
    "description": "At the sea",
    "photoTakenTime": {"timestamp": "1315728000"},
    "geoData": {"latitude": 0.0, "longitude": 0.0},
    "geoDataExif": {"latitude": 48.5, "longitude": 2.25},
    "people": [{"name": "Anna"}, {"name": ""}, {"name": "Ben"}],
    "favorited": True,
}


def test_what_a_takeout_json_says():
    assert sidecars.facts(json.dumps(TAKEOUT).encode(), "a.jpg.json") == Facts(
        "json", 0, 0, dates=(DateClaim("takeout", "2011-09-11T08:00:00", 0),), position=(48.5, 2.25),
        title="Anna & Ben.jpg", description="At the sea", people=("Anna", "Ben"), favourite=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stamp", "walls"),
    [
        ("-86400", ["1969-12-31T00:00:00"]),
        (1315728000, ["2011-09-11T08:00:00"]),
        ("99999999999999", []),
        ("soon", []),
        ("-99999999999", []),
        (None, []),
        ("9" * 5000, []),
    ],
)
def test_the_moment_of_a_takeout_json(stamp, walls):
    text = json.dumps({"title": "a.jpg", "photoTakenTime": {"timestamp": stamp}})
    found = sidecars.facts(text.encode(), "a.json")
    assert found is not None
    assert [claim.wall for claim in found.dates] == walls


ALBUM = {"title": "Sea", "access": "protected", "date": {"timestamp": "1697872351"}}


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (ALBUM, "Sea"),
        ({"albumData": ALBUM}, "Sea"),
        ({**ALBUM, "title": ""}, ""),
        (TAKEOUT, None),
        ([], None),
    ],
)
def test_an_album_is_no_photo(values, title):
    data = json.dumps(values).encode()
    assert sidecars.album(data) == title
    assert (sidecars.facts(data, "metadata.json") is None) == (values is not TAKEOUT)


def test_what_an_aae_says():
    values = {
        "adjustmentEditorBundleID": "com.apple.camera",
        "adjustmentTimestamp": datetime(2020, 1, 2, 3, 4, 5),  # noqa: DTZ001  # a property list has no zones
    }
    assert sidecars.facts(plistlib.dumps(values), "IMG_1.AAE") == Facts(
        "aae", 0, 0, software="com.apple.camera", exif={"AdjustmentTimestamp": "2020-01-02T03:04:05"}
    )
    assert sidecars.facts(plistlib.dumps(values, fmt=plistlib.FMT_BINARY), "IMG_1.AAE") is not None


@pytest.mark.parametrize(
    ("name", "data", "rating"),
    [
        ("a.nef.pp3", b"[General]\nRank=4\nColorLabel=0\n", 4),
        ("a.nef.dop", b"Sidecar = {\nRating = 3,\n}", 3),
        ("a.nef.pp3", b"[General]\nRank=0\n", None),
        ("a.nef.vrd", b"Rank=4\n", None),
    ],
)
def test_the_stars_of_editors(name, data, rating):
    found = sidecars.facts(data, name)
    assert (found.rating if found else None) == rating


INI = """[encoding]
utf8=1
[Picasa]
name=Sea
date=40797.5
[Contacts2]
8e62398ebda8c1a5=Anna;;
[.album:0badc0de]
name=Best of
date=2011-09-12T17:13:22+02:00
[IMG_1.JPG]
star=yes
caption=Größe = alles
keywords=beach,sun
faces=rect64(3f845bcb59418507),8e62398ebda8c1a5;rect64(0),ffffffffffffffff
albums=0badc0de,unknown
geotag=48.5,-2.25
[IMG_2.JPG]
rotate=rotate(1)
[IMG_3.JPG]
date=2011-09-11T08:00:00
"""


def test_what_picasa_says():
    assert sidecars.of_folder(INI.encode(), ".picasa.ini") == {
        "": Facts("ini", 0, 0, title="Sea", dates=(DateClaim("picasa:folder", "2011-09-11T12:00:00"),)),
        "IMG_1.JPG": Facts(
            "ini", 0, 0, description="Größe = alles", keywords=("beach", "sun"), people=("Anna",), albums=("Best of",),
            position=(48.5, -2.25), favourite=True,
        ),
        "IMG_3.JPG": Facts("ini", 0, 0, dates=(DateClaim("picasa", "2011-09-11T08:00:00"),)),
    }  # fmt: skip


ICLOUD = """imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate
IMG_1.HEIC,abc,yes,no,no,"Saturday March 27,2021 12:58 AM GMT",3,"Saturday March 27,2021 1:01 PM GMT"
IMG_2.HEIC,abc,no,no,no,"Sunday March 28,2021 12:58 PM GMT",3,
IMG_3.HEIC,abc,no,no,no,"Sunday March 28,2021 1:00 PM GMT",3,
IMG_3.HEIC,abd,no,no,no,"Sunday March 28,2021 2:00 PM GMT",3,
IMG_4.HEIC,abc,no,no,no,gibberish,3,
"""


def test_what_icloud_says():
    assert sidecars.of_folder(ICLOUD.encode(), "Photo Details-1.csv") == {
        "IMG_1.HEIC": Facts(
            "csv", 0, 0, dates=(DateClaim("icloud", "2021-03-27T00:58:00", 0),), favourite=True
        ),
        "IMG_2.HEIC": Facts("csv", 0, 0, dates=(DateClaim("icloud", "2021-03-28T12:58:00", 0),)),
    }


def test_other_lists_speak_of_no_photos():
    assert sidecars.of_folder(b"a,b\n1,2\n", "Photo Details.csv") == {}
    assert sidecars.of_folder(ICLOUD.encode(), "shopping.csv") == {}


def test_a_sidecar_adds_to_its_photo_and_outranks_it():
    main = Facts(
        "jpeg", 4, 3, rating=1, keywords=("sun",), dates=(DateClaim("exif:original", "2011-09-11T08:00:00"),)
    )
    first = Facts("xmp", 0, 0, rating=4, keywords=("sea", "sun"), software="Picasa")
    second = Facts(
        "json", 0, 0, rating=2, favourite=True, position=(1.0, 2.0), dates=(DateClaim("takeout", "2011", 0),)
    )
    found = merging.merged(main, [first, second])
    assert (found.format, found.width, found.rating, found.favourite) == ("jpeg", 4, 4, True)
    assert (found.keywords, found.position, found.software) == (("sun", "sea"), (1.0, 2.0), "")
    assert [claim.source for claim in found.dates] == ["exif:original", "takeout"]
    assert merging.merged(main, []) is main


HOSTILE = [
    b"",
    b"\0" * 1000,
    b"<" * 100_000,
    b"<a>" * 100_000 + b" Rating",
    b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a Rating="1">&c;</a>',
    b"[" * 200_000,
    b'{"photoTakenTime":' * 50_000,
    b'{"photoTakenTime": {"timestamp": 1e400}, "geoData": {"latitude": NaN, "longitude": Infinity}}',
    b'{"photoTakenTime": {"timestamp": [1]}, "people": {"name": 3}, "title": 7, "geoData": []}',
    b"bplist00\xaf\x11\xff\xff" + b"\0" * 40,
    b"bplist00"
    + b"\xa1\x00" * 8
    + b"\x08\0\0\0\0\0\0\x01\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08",
    b"[a.jpg]\ndate=1e308\ngeotag=nan,nan\nfaces=rect64(\xff\xfe),\n",
    b'imgName,originalCreationDate\n"' + b"x" * 200_000,
    b"<a Rating='1'>" + b"<b/>" * 300_000 + b"</a>",
    HEAD.encode() + b">" + b"<dc:subject>" * 20_000 + b"</dc:subject>" * 20_000 + TAIL.encode(),
    b"[" + b"[]," * 500_000 + b"0]",
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_sidecars_are_harmless(data):
    for name in ("a.xmp", "a.aae", "a.json", "a.pp3", "a.dop"):
        assert sidecars.facts(data, name) is None or name == "a.json"
    for name in (".picasa.ini", "Photo Details.csv"):
        assert all(isinstance(found, Facts) for found in sidecars.of_folder(data, name).values())
    assert sidecars.album(data) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".picasa.ini", b"".join(b"[%d]\nstar=yes\n" % number for number in range(150_000))),
        (
            "Photo Details.csv",
            b"imgName,favorite,originalCreationDate\n"
            + b"".join(b"%d,yes,\n" % number for number in range(150_000)),
        ),
    ],
    ids=["ini", "csv"],
)
def test_a_list_of_more_files_than_a_folder_has_is_cut(name, data):
    assert 100_000 <= len(sidecars.of_folder(data, name)) <= 100_001


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.xmp", "a.aae", "a.json", "a.pp3", "a.txt"]))
def test_no_bytes_break_the_reader(data, name):
    found = sidecars.facts(data, name)
    assert found is None or found.format


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["timestamp", "photoTakenTime", "geoData", "latitude", "people", "name", "title"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(values=VALUES, moment=VALUES)
def test_no_json_breaks_the_reader(values, moment):
    data = json.dumps(
        {"photoTakenTime": moment, "geoData": values, "people": values, "title": values}
    ).encode()
    found = sidecars.facts(data, "a.json")
    assert found is None or found.format == "json"
    assert sidecars.album(data) is None
