"""The film within a Motion Photo."""

import io
import struct

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read import formats, metadata, motion
from tests.read.making import box, film, jpeg, picture

CLIP = film(brand=b"mp42")


def facts(data, name):
    form = formats.sniff(data[:4096], name)
    assert form is not None
    return metadata.facts(data, form)


def samsung(clip=CLIP):
    """A trailer of one part: type, name, data; then the directory SEFH, its length and SEFT."""
    part = struct.pack("<HHI", 0, 0x0A30, 16) + b"MotionPhoto_Data" + clip
    directory = b"SEFH" + struct.pack("<II", 101, 1) + struct.pack("<HHII", 0, 0x0A30, len(part), len(part))
    return part + directory + struct.pack("<I", len(directory)) + b"SEFT"


def google(clip=CLIP):
    packet = (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description xmlns:Container='http://ns.google.com/photos/1.0/container/'"
        " xmlns:Item='http://ns.google.com/photos/1.0/container/item/'"
        " xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' GCamera:MotionPhoto='1'>"
        "<Container:Directory><rdf:Seq>"
        "<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='image/jpeg' Item:Semantic='Primary'/></rdf:li>"
        "<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='video/mp4' Item:Semantic='MotionPhoto'"
        f" Item:Length='{len(clip)}'/></rdf:li></rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
    payload = b"http://ns.adobe.com/xap/1.0/\0" + packet
    still = jpeg()
    return still[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + still[2:] + clip


@pytest.mark.parametrize(
    "data",
    [
        google(),
        jpeg() + samsung(),
        jpeg() + CLIP,
        jpeg() + CLIP + b"LIVE_1234567",
        jpeg() + b"\0\0\0\0" + CLIP,
    ],
)
def test_the_film_in_a_jpeg_is_known_and_can_be_taken_out(data):
    found = facts(data, "a.jpg").film_offset
    assert found == data.rindex(b"ftyp") - 4
    assert found is not None
    assert motion.film(data, found) == CLIP


@pytest.mark.parametrize("tail", [box(b"mpvd", CLIP), box(b"sefd", samsung())])
def test_the_film_in_a_heic_is_known(tail):
    file = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(file)
    data = file.getvalue() + tail
    found = facts(data, "a.heic").film_offset
    assert found == data.rindex(CLIP)
    assert found is not None
    assert motion.film(data, found) == CLIP


@pytest.mark.parametrize(
    "data",
    [
        jpeg(), jpeg() + b"\0" * 40, jpeg() + jpeg(), jpeg() + b"...ftyp", jpeg() + b"\xff\xff\xff\xffftypmp42",
        jpeg() + b"MotionPhoto_Data" + b"SEFT", jpeg() + samsung(b"no film at all"), jpeg() + box(b"ftyp", b"mp42"),
    ],
)  # fmt: skip
def test_what_is_no_film_is_none(data):
    assert facts(data, "a.jpg").film_offset is None


@given(data=st.binary(max_size=60), offset=st.integers(-5, 70))
def test_no_bytes_break_the_search(data, offset):
    for whole in (data, b"\xff\xd8" + data + b"ftyp" + data, data + b"SEFT"):
        motion.in_jpeg(whole)
        motion.in_heif(whole)
        assert len(motion.film(whole, offset)) <= len(whole)
