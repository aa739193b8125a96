"""Tags of RAW files that are no TIFF."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim
from keepers.read import exif, old_raw


def x3f(**told):
    """A Sigma file that is all properties."""
    letters, places = "", []
    for name, value in told.items():
        places += [(len(letters), len(letters) + len(name) + 1)]
        letters += f"{name}\0{value}\0"
    body = b"SECp" + struct.pack("<IIIII", 0x20000, len(told), 0, 0, len(letters))
    body += b"".join(struct.pack("<II", *place) for place in places) + letters.encode("utf-16-le")
    head = b"FOVb" + bytes(36)
    directory = b"SECd" + struct.pack("<II", 0x20000, 1) + struct.pack("<II4s", len(head), len(body), b"PROP")
    return head + body + directory + struct.pack("<I", len(head) + len(body))


def heap(*entries):
    """A heap of CIFF: values, then the directory, then where it lies."""
    values, rows = b"", []
    for tag, value in entries:
        rows.append(struct.pack("<HII", tag, len(value), len(values)))
        values += value
    return values + struct.pack("<H", len(rows)) + b"".join(rows) + struct.pack("<I", len(values))


def crw(seconds=1114278876):
    """A Canon file with its names two directories deep."""
    camera = heap((0x080A, b"Canon\0Canon PowerShot S40\0"))
    body = heap((0x300A, heap((0x2807, camera), (0x180E, struct.pack("<iII", seconds, 0, 0)))))
    return b"II" + struct.pack("<I", 26) + b"HEAPCCDR" + bytes(12) + body


def facts(data):
    return exif.facts(old_raw.tags(data), "raw", (1, 1))


def test_what_a_sigma_file_tells():
    found = facts(
        x3f(
            CAMMANUF="SIGMA",
            CAMMODEL="SIGMA SD10",
            TIME="978309395",
            ISO="100",
            SHUTTER="0.01",
            APERTURE="8.0",
        )
    )
    assert (found.camera, found.iso, found.exposure_seconds, found.f_number) == ("SIGMA SD10", 100, 0.01, 8)
    assert found.dates == (DateClaim("exif:original", "2001-01-01T00:36:35"),)


def test_what_an_old_canon_file_tells():
    found = facts(crw())
    assert found.camera == "Canon PowerShot S40"
    assert found.dates == (DateClaim("exif:original", "2005-04-23T17:54:36"),)


@pytest.mark.parametrize("data", [x3f(TIME="soon"), x3f(TIME="9" * 30), crw(0), b"FOVb", b"", b"II"])
def test_nonsense_is_no_date(data):
    assert facts(data).dates == ()


@given(data=st.data(), whole=st.sampled_from([x3f(CAMMANUF="SIGMA", TIME="978309395"), crw()]))
def test_no_damage_breaks_the_reader(data, whole):
    at = data.draw(st.integers(0, len(whole) - 4))
    broken = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 12)) :]
    assert isinstance(old_raw.tags(broken), exif.Exif)
    assert isinstance(old_raw.tags(whole[:at]), exif.Exif)


def test_a_heap_within_itself_ends():
    loop = b"II" + struct.pack("<I", 14) + b"HEAPCCDR"
    rows = struct.pack("<HII", 0x300A, 26, 0) * 2
    assert old_raw.tags(loop + struct.pack("<H", 2) + rows + struct.pack("<I", 0)).main == {}
