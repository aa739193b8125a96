"""Words of the time before XMP."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim
from keepers.read import formats, iptc, metadata
from tests.read.making import jpeg

UTF8 = b"\x1c\x01\x5a\x00\x03\x1b%G"


def dataset(number, value):
    return struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value


def resources(block, name=b"\0\0"):
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\0\0" + struct.pack(">I", 3) + b"abc\0"
    return other + b"8BIM" + struct.pack(">H", 0x0404) + name + struct.pack(">I", len(block)) + block


WORDS = (
    dataset(25, "Größe".encode()) + dataset(25, b"sea") + dataset(25, b"sea") + dataset(120, b"By the sea")
)
WHEN = dataset(55, b"20040506") + dataset(60, b"070809+0200")


def test_words_and_date_of_a_jpeg():
    block = resources(UTF8 + WORDS + WHEN, name=b"\x03abc")
    payload = b"Photoshop 3.0\0" + block
    still = jpeg()
    data = still[:2] + b"\xff\xed" + struct.pack(">H", len(payload) + 2) + payload + still[2:]
    form = formats.sniff(data[:64], "a.jpg")
    assert form is not None
    found = metadata.facts(data, form)
    assert (found.keywords, found.description) == (("Größe", "sea"), "By the sea")
    assert found.dates == (DateClaim("iptc", "2004-05-06T07:08:09", 120),)


def test_old_programs_wrote_the_code_page_of_windows():
    assert iptc.parsed(resources(dataset(120, "Größe".encode("cp1252")))).description == "Größe"


def test_a_day_without_a_time():
    assert iptc.parsed(resources(dataset(55, b"20040506"))).dates == (DateClaim("iptc", "2004-05-06"),)
    assert iptc.parsed(resources(dataset(55, b"2004-05-"))).dates == ()


@given(block=st.binary(max_size=80))
def test_no_bytes_break_the_reader(block):
    for data in (block, resources(block), resources(WORDS)[: len(block)], b"8BIM\x04\x04" + block):
        assert isinstance(iptc.parsed(data), iptc.Iptc)
