"""What is made of photos says so, keeps their colours and dates, and claims no exposure."""

import io

import numpy as np
import pytest
from PIL import Image

from keepers.create import composite, whole
from keepers.errors import UnreadableError
from keepers.read import formats, metadata, xmp
from tests.create.exposing import frame, scene, write

LIGHT = np.linspace(0, 1, 40 * 60 * 3, dtype=np.float32).reshape(40, 60, 3)
RATED = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description
 r:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></r:RDF></x:xmpmeta>"""


@pytest.fixture
def source(tmp_path):
    write(tmp_path / "a.jpg", frame(scene(), 1.0), 1.0, second=7, turned=True)
    return whole.read(str(tmp_path / "a.jpg"))


def test_a_photo_is_read_upright_with_its_colours(source):
    assert source.pixels.shape == (300, 400, 3)
    assert source.profile
    likeness = np.corrcoef(source.pixels.ravel(), frame(scene(), 1.0).ravel())[0, 1]
    assert likeness > 0.99


def test_a_jpeg_keeps_profile_and_date_and_tells_what_it_is(source):
    data = composite.jpeg(LIGHT, source, ["a.jpg", 'b"<&\udcff\x07.jpg'])
    picture = Image.open(io.BytesIO(data))
    assert picture.info["icc_profile"] == source.profile
    inside = picture.getexif().get_ifd(0x8769)
    assert inside[0x9003] == "2024:05:01 12:00:07"
    assert not set(inside) & {0x829A, 0x829D, 0x8827, 0x9204, 0xA402}
    assert picture.getexif()[0x0112] == 1
    form = formats.sniff(data[:4096], "x.jpg")
    assert form is not None
    facts = metadata.facts(data, form)
    assert facts.composite
    assert facts.camera == "NIKON D80"
    assert (facts.width, facts.height, facts.exposure_seconds) == (60, 40, None)
    shown = np.asarray(picture.convert("RGB"))
    assert float(np.abs(shown - LIGHT * 255).mean()) < 4
    assert b'filePath="b&quot;&lt;&amp;.jpg"' in data


def test_a_tiff_has_sixteen_bits(source):
    data = composite.tiff(LIGHT, source, ["a.jpg"])
    picture = Image.open(io.BytesIO(data))
    assert picture.size == (60, 40)
    assert picture.info["icc_profile"] == source.profile
    assert picture.tag_v2[258] == (16, 16, 16)  # type: ignore[attr-defined]
    form = formats.sniff(data[:4096], "x.tif")
    assert form is not None
    assert metadata.facts(data, form).composite


def test_what_the_packet_said_before_stays():
    told = xmp.parsed(composite.packet(RATED, ["a.jpg"]))
    assert told.composite
    assert told.rating == 4


@pytest.mark.parametrize("before", [b"", b"no xml", b"<x", RATED.replace(b"Rating", b"CreatorTool")])
def test_a_packet_that_cannot_be_added_to_is_made_anew(before):
    told = xmp.parsed(composite.packet(before, ["a.jpg"]))
    assert told.composite
    assert told.rating is None


def test_what_other_programs_made_is_no_composite_of_ours():
    text = composite.packet(b"", ["a.jpg"]).replace(b"Keepers ", b"Phone ")
    assert not xmp.parsed(text).composite


@pytest.mark.parametrize("data", [b"no picture", b"\xff\xd8\xff\xe0 and no more"])
def test_what_is_no_picture_is_refused(tmp_path, data):
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(UnreadableError):
        whole.read(str(tmp_path / "a.jpg"))
