"""Facts from bytes: camera, dates, place, burst, film, and what hostile metadata do."""

import io
import struct

import pytest
from PIL import Image, PngImagePlugin

from keepers.errors import UnreadableError
from keepers.model import DateClaim
from keepers.read import formats, metadata
from keepers.read.formats import Format
from tests.read.making import encoded, film, jpeg, picture, tags


def facts(data, name="a.jpg"):
    form = formats.sniff(data[:4096], name)
    assert isinstance(form, Format)
    return metadata.facts(data, form)


def with_segment(segment, data=None):
    data = data or jpeg()
    return data[:2] + segment + data[2:]


def app1(payload):
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def xmp(attributes):
    packet = (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:exif='http://ns.adobe.com/exif/1.0/'"
        f" xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' {attributes}/></rdf:RDF></x:xmpmeta>"
    )
    return app1(b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


FULL = tags(
    main={
        0x010F: "NIKON CORPORATION",
        0x0110: "NIKON D80",
        0x0112: 6,
        0x0131: "Ver.1",
        0x0132: "2020:05:06 01:02:03",
    },
    photo={
        0x9003: "2019:03:04 10:11:12",
        0x9011: "+09:00",
        0x9291: "45",
        0x829A: 0.005,
        0x829D: 2.8,
        0x8827: 400,
        0x9204: -1.0,
        0xA402: 2,
        0xA434: "50mm f/1.4",
        0x927C: b"x" * 9000,
    },
    gps={
        1: "S",
        2: (33.0, 52.0, 4.8),
        3: "E",
        4: (151.0, 12.0, 36.0),
        7: (1.0, 11.0, 12.0),
        0x1D: "2019:03:04",
    },
)


def test_everything_that_exif_says_is_learned():
    found = facts(jpeg(exif=FULL))
    assert (found.width, found.height) == (64, 96)
    assert found.camera == "NIKON D80"
    assert found.lens == "50mm f/1.4"
    assert found.position == (-33.868, 151.21)
    assert found.dates == (
        DateClaim("exif:original", "2019-03-04T10:11:12.450", 540),
        DateClaim("exif:modified", "2020-05-06T01:02:03", None),
        DateClaim("gps", "2019-03-04T01:11:12", 0),
    )
    assert (found.exposure_seconds, found.f_number, found.iso) == (0.005, 2.8, 400)
    assert (found.bias_ev, found.exposure_mode) == (-1.0, 2)
    assert found.exif["MakerNote"] == "<9000 bytes>"
    assert found.exif["Model"] == "NIKON D80"
    assert found.exif["ExposureTime"] == "0.005"
    assert found.exif["GPSLatitude"] == "33, 52, 4.8"


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {})],
)
def test_the_same_tags_are_found_in_other_formats(form, options):
    block = tags(
        main={0x010F: "Canon", 0x0110: "Canon EOS 6D", 0x0112: 6}, photo={0x9003: "2019:03:04 10:11:12"}
    )
    found = facts(encoded(picture(), form, exif=block, **options), "a." + form.lower())
    assert found.camera == "Canon EOS 6D"
    assert found.dates[0] == DateClaim("exif:original", "2019-03-04T10:11:12", None)
    assert (found.width, found.height) == (64, 96)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 6D", "Canon EOS 6D"),
        ("Google", "Pixel 6", "Google Pixel 6"),
        ("", "Pixel 6", "Pixel 6"),
        ("SONY", "", "SONY"),
        ("A\0B\0C", "x\x1b[2Jy", "A x [2Jy"),
    ],
)
def test_camera_is_said_once_and_printable(make, model, camera):
    assert facts(jpeg(exif=tags(main={0x010F: make, 0x0110: model}))).camera == camera


def test_a_tiff_file_is_its_own_block():
    found = facts(
        encoded(
            picture(), "TIFF", exif=tags(main={0x0110: "Scanner", 0x0112: 8, 0x0132: "1999:01:02 03:04:05"})
        )
    )
    assert (found.camera, found.width, found.height) == ("Scanner", 64, 96)
    assert found.dates == (DateClaim("exif:modified", "1999-01-02T03:04:05"),)


def test_xmp_adds_rating_label_burst_and_dates():
    date = "exif:DateTimeOriginal='2011-09-10T08:00:00+02:00'"
    found = facts(with_segment(xmp(f"xmp:Rating='4' xmp:Label='Red' {date} GCamera:BurstID='b7'")))
    assert (found.rating, found.burst, found.exif["Label"]) == (4, "b7", "Red")
    assert found.dates == (DateClaim("xmp:original", "2011-09-10T08:00:00", 120),)


def test_the_film_of_a_motion_photo_is_found_by_its_offset():
    clip = film()
    data = with_segment(xmp(f"GCamera:MicroVideoOffset='{len(clip)}'")) + clip
    assert facts(data).film_offset == len(data) - len(clip)
    assert facts(with_segment(xmp("GCamera:MicroVideoOffset='99999999'"))).film_offset is None
    assert facts(with_segment(xmp("GCamera:MicroVideoOffset='-5'"))).film_offset is None


def test_apple_burst_id():
    uuid = b"0BB2B67C-0000-0000-0000-000000000000\0"
    entry = struct.pack(">HHHII", 1, 0x000B, 2, len(uuid), 14 + 2 + 12 + 4)
    note = b"Apple iOS\0\0\1MM" + entry + b"\0" * 4 + uuid
    assert facts(jpeg(exif=tags(photo={0x927C: note}))).burst == uuid[:-1].decode()


def test_png_text_and_time():
    info = PngImagePlugin.PngInfo()
    info.add_text("Creation Time", "2015-11-20T05:20:30")
    info.add_text("Software", "Scanner")
    found = facts(encoded(picture(), "PNG", pnginfo=info))
    assert found.dates == (DateClaim("png:text", "2015-11-20T05:20:30"),)
    assert found.software == "Scanner"


ODD = {
    "empty": app1(b"Exif\0\0"),
    "short": app1(b"Exif\0\0II*\0"),
    "order": app1(b"Exif\0\0XX*\0\x08\0\0\0"),
    "far": app1(b"Exif\0\0II*\0" + struct.pack("<I", 0xFFFFFFF0)),
    "many": app1(b"Exif\0\0II*\0\x08\0\0\0\xff\xff"),
    "huge": app1(b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 271, 2, 0xFFFFFFFF, 26)),
    "type": app1(b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 271, 99, 1, 0)),
    "self": app1(b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 34665, 4, 1, 8)),
    "xml": app1(b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta Rating<rdf:RDF"),
    "laughs": app1(b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE a [<!ENTITY b 'Rating'>]><a>&b;</a>"),
    "icc": b"\xff\xe2" + struct.pack(">H", 56) + b"ICC_PROFILE\0\2\5" + b"\0" * 40,
    "comment": b"\xff\xfe\xff\xff" + b"A" * 65533,
}


@pytest.mark.parametrize("segment", ODD.values(), ids=ODD)
def test_odd_metadata_in_a_good_picture_are_simply_absent(segment):
    assert facts(with_segment(segment)) == facts(jpeg())._replace(exif=facts(with_segment(segment)).exif)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [((999.0, 0.0, 0.0), (1.0, 0.0, 0.0)), ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), ((1.0, 0.0), (1.0, 0.0, 0.0))],
)
def test_a_nonsense_position_is_none(latitude, longitude):
    assert facts(jpeg(exif=tags(gps={1: "N", 2: latitude, 3: "E", 4: longitude}))).position is None


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_nonsense_orientation_turns_nothing(orientation):
    found = facts(jpeg(exif=tags(main={0x0112: orientation})))
    assert (found.width, found.height) == (96, 64)


def test_a_block_longer_than_the_file_is_damage():
    with pytest.raises(UnreadableError, match="longer than the file"):
        facts(with_segment(b"\xff\xe1\xff\xffExif\0\0"))


@pytest.mark.parametrize(("width", "height"), [(65500, 65500), (0, 120)])
def test_a_header_that_lies_about_size_is_refused_before_decoding(width, height):
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    with pytest.raises(UnreadableError, match="pixels"):
        facts(bytes(data))


def test_a_png_whose_last_pixel_bytes_are_damaged_is_told():
    # What decodes it has all pixels before it comes to the checksums.
    data = bytearray(encoded(picture(8, 8), "PNG"))
    data[data.index(b"IEND") - 9] ^= 1
    with pytest.raises(UnreadableError, match="does not match its checksum"):
        facts(bytes(data), "a.png")


def test_a_text_that_swells_is_refused():
    info = PngImagePlugin.PngInfo()
    info.add_text("k", "A" * (20 << 20), zip=True)
    with pytest.raises(UnreadableError, match="swells"):
        facts(encoded(picture(8, 8), "PNG", pnginfo=info))


def test_frames_are_counted():
    frames = [Image.new("RGB", (8, 8), (number * 30, 0, 0)) for number in range(7)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=10)
    assert facts(data).frames == 7


# ---------------------------------------------------------------- films


def written(tmp_path, data, name="a.mov"):
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def test_a_film_tells_size_and_both_dates(tmp_path):
    keys = {
        "com.apple.quicktime.creationdate": "2025-08-06T17:14:21-0500",
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 15 Pro",
        "com.apple.quicktime.location.ISO6709": "+34.7309-086.5870+200.000/",
    }
    found = metadata.video_facts(written(tmp_path, film(keys=keys, turned=True)))
    assert (found.width, found.height) == (1080, 1920)
    assert found.camera == "Apple iPhone 15 Pro"
    assert found.position == (34.7309, -86.587)
    assert found.dates == (
        DateClaim("quicktime:creation", "2025-08-06T17:14:21", -300),
        DateClaim("quicktime:header", "2018-01-28T16:00:00", 0),
    )


def test_a_film_without_a_clock_has_no_date(tmp_path):
    assert metadata.video_facts(written(tmp_path, film(created=0))).dates == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 8192,
        film()[:-10],
        film()[:100],
        b"\0\0\0\x18ftypqt  \0\0\0\0qt  \0\0\0\0" + struct.pack(">I4s", 0xFFFFFFFF, b"moov"),
        b"\0\0\0\x18ftypisom\0\0\0\0isom\0\0\0\0" + b"\0" * 200,
        b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I4sQ", 1, b"moov", 2**63 + 5),
        b"#EXTM3U\nfile:///etc/passwd\n",
    ],
)
def test_a_broken_film_is_unreadable(tmp_path, data):
    with pytest.raises(UnreadableError):
        metadata.video_facts(written(tmp_path, data, "a.mp4"))


def test_a_missing_film_is_a_fault_of_the_place(tmp_path):
    with pytest.raises(FileNotFoundError):
        metadata.video_facts(str(tmp_path / "gone.mov"))


@pytest.mark.parametrize("quality", [20, 30, 60, 75, 90, 97, 100])
def test_the_quality_of_a_jpeg_is_that_of_its_tables(quality):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", quality=quality)
    found = facts(file.getvalue()).quality
    assert found is not None
    assert abs(found - quality) <= 2
