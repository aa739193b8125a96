"""Whatever the bytes, readers answer or raise UnreadableError, and nothing else."""

import io
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from keepers.errors import UnreadableError
from keepers.model import Kind
from keepers.read import exif, formats, jpeg, metadata, photo, pixels, png, tiff, xmp
from tests.read.making import encoded, film, picture, tags

FULL = tags(
    main={0x010F: "Canon", 0x0110: "Canon EOS 6D", 0x0112: 6, 0x0132: "2020:05:06 01:02:03", 0x4746: 3},
    photo={
        0x9003: "2019:03:04 10:11:12",
        0x829A: 0.005,
        0x927C: b"Apple iOS\0\0\1MM\0\1" + b"\0" * 40,
        0x9286: b"ASCII\0\0\0hi",
    },
    gps={1: "N", 2: (33.0, 52.0, 4.8), 3: "E", 4: (151.0, 12.0, 36.0)},
)
SAMPLES = {
    "jpeg": encoded(picture(), "JPEG", exif=FULL),
    "progressive": encoded(picture(), "JPEG", exif=FULL, progressive=True),
    "cmyk": encoded(picture(mode="CMYK"), "JPEG"),
    "png": encoded(picture(), "PNG", exif=FULL),
    "webp": encoded(picture(), "WEBP", exif=FULL),
    "tiff": encoded(picture(), "TIFF", exif=FULL),
    "gif": encoded(picture(), "GIF"),
    "bmp": encoded(picture(), "BMP"),
}


def mutated(data):
    """The bytes with some of them changed, most often in the header, and perhaps an end cut off."""
    place = st.integers(0, min(len(data), 800) - 1) | st.integers(0, len(data) - 1)
    changes = st.lists(st.tuples(place, st.integers(0, 255)), max_size=8)
    return st.builds(_changed, st.just(data), changes, st.none() | st.integers(0, len(data)))


def _changed(data, changes, end):
    copy = bytearray(data)
    for place, value in changes:
        copy[place] = value
    return bytes(copy[:end])


def read_all(data, name):
    form = formats.sniff(data[:4096], name)
    if form is None or form.kind is not Kind.PHOTO:
        return
    with suppress(UnreadableError):
        learned = photo.learned(data, form, most_pixels=1_000_000)
        if learned.grey is not None:
            assert learned.grey.ndim == 2
            pixels.upright_rgb(data, form, learned.facts, 50)
            pixels.full_pixel_digest(data, form)


@pytest.mark.parametrize("kind", SAMPLES)
def test_mutated_pictures(kind):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.nested_given])
    @given(data=mutated(SAMPLES[kind]))
    def run(data):
        read_all(data, "a.jpg")

    run()


@pytest.mark.parametrize("extension", ["jpg", "heic", "avif", "nef", "cr3", "raf", "x3f"])
def test_random_bytes_behind_a_right_beginning(extension):
    heads = {
        "jpg": b"\xff\xd8\xff",
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
        "avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
        "nef": b"MM\0*\0\0\0\x08",
        "raf": b"FUJIFILMCCD-RAW ",
        "x3f": b"FOVb",
    }

    @settings(max_examples=40)
    @given(tail=st.binary(max_size=400))
    def run(tail):
        read_all(heads[extension] + tail, "a." + extension)

    run()


@given(data=mutated(film(keys={"com.apple.quicktime.make": "Apple"})))
def test_mutated_films(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "mutated.mov"
    path.write_bytes(data)
    with suppress(UnreadableError):
        assert metadata.video_facts(str(path)).width >= 0


@given(data=st.binary(max_size=300) | mutated(FULL.tobytes()[6:]))
def test_exif_parsers_never_raise(data):
    found = exif.parsed(data)
    facts = exif.facts(found, "jpeg", (1, 1), data)
    assert all(text.isprintable() for text in facts.exif.values())
    assert all(len(text) <= 600 for text in facts.exif.values())
    assert tiff.directory(data, 8).following >= 0


@given(
    packet=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<a Rating='{text}'>".encode())
)
def test_xmp_never_raises(packet):
    assert xmp.parsed(packet).rating in {None, -1, 0, 1, 2, 3, 4, 5}


def test_deep_and_swelling_xml_says_nothing():
    assert xmp.parsed(b"<a>" * 200_000 + b"Rating" + b"</a>" * 200_000).rating is None
    swelling = b"<!DOCTYPE l [<!ENTITY a 'Rating'><!ENTITY b '&a;&a;&a;&a;'>]><x>&b;</x>"
    outside = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x Rating='1'>&e;</x>"
    assert xmp.parsed(swelling) == xmp.NOTHING
    assert xmp.parsed(outside) == xmp.NOTHING


@given(tail=st.binary(max_size=200))
def test_png_chunks_never_raise_anything_else(tail):
    with suppress(UnreadableError):
        assert png.parsed(b"\x89PNG\r\n\x1a\n" + tail).software is not None


@given(tail=st.binary(max_size=200))
def test_jpeg_structure_never_raises_anything_else(tail):
    with suppress(UnreadableError):
        found = jpeg.structure(b"\xff\xd8\xff" + tail)
        assert jpeg.coded(b"\xff\xd8\xff" + tail, found).end >= -1


def test_an_animation_costs_no_more_than_its_first_frame():
    frames = [Image.new("RGB", (8, 8), (number % 256, number // 256, 0)) for number in range(600)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=10)
    form = formats.by_name("a.gif")
    assert form is not None
    learned = photo.learned(file.getvalue(), form)
    assert learned.facts.frames == 600
    assert learned.grey is not None
    assert learned.grey.shape == (8, 8)
