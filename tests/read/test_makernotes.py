"""What the makers' own notes tell of Live Photos and bursts."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read import exif, makernotes, metadata, tiff
from keepers.read.formats import sniff
from tests.read import making


def directory(entries, start):
    """A little-endian directory at an offset: tag -> (type, count, bytes)."""
    head, extra = struct.pack("<H", len(entries)), b""
    behind = start + 2 + 12 * len(entries) + 4
    for tag, (kind, count, raw) in sorted(entries.items()):
        value = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", behind + len(extra))
        extra += raw if len(raw) > 4 else b""
        head += struct.pack("<HHI", tag, kind, count) + value
    return head + b"\0\0\0\0" + extra


def block(make, note):
    """An Exif block with a maker note that `note` builds from the offset where it lies."""
    maker = make.encode() + b"\0"
    photo = 8 + len(directory({0x010F: (2, len(maker), maker), 0x8769: (4, 1, bytes(4))}, 8))
    body = note(photo + 2 + 12 + 4)
    main = directory({0x010F: (2, len(maker), maker), 0x8769: (4, 1, struct.pack("<I", photo))}, 8)
    return b"II*\0" + struct.pack("<I", 8) + main + directory({0x927C: (7, len(body), body)}, photo)


def facts(data):
    return exif.facts(exif.parsed(data), "jpeg", (1, 1), data)


def words(*values):
    return struct.pack(f"<{len(values)}H", *values)


def canon(number, frame, drive=1):
    settings, shot = [0] * 10, [0] * 12
    settings[5], shot[9] = drive, frame
    entries = {
        0x0001: (3, 10, words(*settings)),
        0x0004: (3, 12, words(*shot)),
        0x0008: (4, 1, struct.pack("<I", number)),
    }
    return block("Canon", lambda start: directory(entries, start))


def sony(first, shots, frame, mode=1, *, signed=True, places=(0x09, 0x0A, 0x12)):
    plain = bytearray(0x60)
    plain[places[0]] = mode
    plain[places[1] : places[1] + 4] = struct.pack("<I", shots)
    plain[places[2] : places[2] + 4] = struct.pack("<I", frame)
    enciphered = bytearray(b**3 % 249 if b < 249 else b for b in plain)
    enciphered[0] = first
    head = b"SONY DSC \0\0\0" if signed else b""
    entries = {0x9400: (7, len(enciphered), bytes(enciphered))}
    return block("SONY", lambda start: head + directory(entries, start + len(head)))


def test_the_frames_of_a_canon_series_share_an_id():
    series = [facts(canon(1000120 + frame, frame)).burst for frame in (1, 2, 3)]
    assert series == ["canon:1000120:"] * 3
    assert facts(canon(1000130, 1)).burst != series[0]


def test_two_bodies_never_share_a_series():
    tags = exif.parsed(canon(1000121, 1))
    bodies = [
        exif.facts(tags._replace(**body), "jpeg", (1, 1), canon(1000121, 1)).burst
        for body in (
            {"main": {**tags.main, 0x0110: "Canon EOS 70D"}},
            {"main": {**tags.main, 0x0110: "Canon EOS R6"}},
            {"photo": {**tags.photo, 0xA431: "4711"}},
        )
    ]
    assert bodies == ["canon:1000120:Canon EOS 70D", "canon:1000120:Canon EOS R6", "canon:1000120:4711"]


@pytest.mark.parametrize("data", [canon(1000120, 1, drive=0), canon(1000120, 0), canon(0, 1)])
def test_a_canon_frame_alone_has_no_series(data):
    assert facts(data).burst == ""


@pytest.mark.parametrize(
    ("first", "places"), [(0x07, (0x10, 0x1A, 0x08)), (0x0C, (0x10, 0x16, 0x08)), (0x26, (0x09, 0x0A, 0x12))]
)
@pytest.mark.parametrize("signed", [True, False])
def test_the_frames_of_a_sony_series_share_an_id(first, places, signed):
    series = [facts(sony(first, 41 + frame, frame, signed=signed, places=places)).burst for frame in range(3)]
    assert series == ["sony:41:"] * 3


@pytest.mark.parametrize("data", [sony(0x26, 41, 0, mode=0), sony(0x26, 0, 0), sony(0x99, 41, 0)])
def test_a_sony_frame_alone_has_no_series(data):
    assert facts(data).burst == ""


def nikon(count, release=1):
    entries = {0x0089: (3, 1, words(release)), 0x00A7: (4, 1, struct.pack("<I", count))}
    own = b"II*\0" + struct.pack("<I", 8) + directory(entries, 8)
    return block("NIKON CORPORATION", lambda start: b"Nikon\0\2\x11\0\0" + own)


def test_a_nikon_counts_its_frames_in_continuous_drive():
    assert [facts(nikon(4711 + frame)).burst for frame in range(2)] == ["nikon:4711:", "nikon:4712:"]
    assert makernotes.counted("nikon:4711:2001234") == ("2001234", 4711)
    assert makernotes.counted("nikon:4711:") == ("", 4711)


@pytest.mark.parametrize("data", [nikon(4711, release=0), nikon(4711, release=17), nikon(0)])
def test_a_nikon_frame_alone_or_of_a_bracket_is_not_counted(data):
    assert facts(data).burst == ""


@pytest.mark.parametrize("burst", ["", "canon:1000120:", "nikon:", "nikon:x:1", "AAAA-1111"])
def test_what_names_a_series_counts_no_frame(burst):
    assert makernotes.counted(burst) is None


def apple(**tags):
    places = {"burst": 0x000B, "live": 0x0011}
    entries = {places[name]: (2, len(text) + 1, text.encode() + b"\0") for name, text in tags.items()}
    # Offsets count from the start of the note, whose directory lies at byte 14.
    return b"Apple iOS\0\0\1II" + directory(entries, 14)


def _format(data):
    form = sniff(data[:64], "a.jpg")
    assert form is not None
    return form


def test_apple_names_live_photo_and_burst():
    data = making.jpeg(exif=making.tags(photo={0x927C: apple(burst="AAAA-1111", live="BBBB-2222")}))
    found = metadata.facts(data, _format(data))
    assert (found.burst, found.live_id) == ("AAAA-1111", "BBBB-2222")


def test_a_name_that_cannot_be_printed_is_none():
    data = making.jpeg(exif=making.tags(photo={0x927C: apple(live="A\x1b[31m")}))
    assert metadata.facts(data, _format(data)).live_id == ""


@given(
    make=st.sampled_from(["Apple", "Canon", "SONY"]), data=st.binary(max_size=200), photo=st.integers(0, 220)
)
def test_no_note_breaks_the_reader(make, data, photo):
    for head in (b"II*\0", b"MM\0*", b""):
        whole = head + data
        for value in (data, tiff.Blob(0, len(whole)), b"Apple iOS\0\0\1II" + data):
            assert isinstance(makernotes.note(make, value, whole, photo), makernotes.Note)
