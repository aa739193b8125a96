"""Headers of films are read without any library: length, sound, date, size; hostile ones are refused in words."""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.errors import UnreadableError
from keepers.read.film import video_facts


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + kind + body


def movie_header(ticks: int, length: int, *, version: int = 0) -> bytes:
    times = struct.pack(">QQIQ" if version else ">IIII", 3_600_000_000, 0, ticks, length)
    return box(b"mvhd", bytes([version, 0, 0, 0]), times, bytes(80))


def track(kind: bytes) -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(12))))


def keys(name: str, value: str) -> bytes:
    hdlr = box(b"hdlr", bytes(8), b"mdta", bytes(12))
    names = box(b"keys", bytes(4), struct.pack(">I", 1), box(b"mdta", name.encode()))
    data = box(b"data", struct.pack(">II", 1, 0), value.encode())
    return box(b"meta", hdlr, names, box(b"ilst", box(struct.pack(">I", 1), data)))


def element(name: str, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return bytes.fromhex(name) + (0x01 << 56 | len(body)).to_bytes(8, "big") + body


def matroska(*info: bytes) -> bytes:
    video = element("e0", element("b0", b"\x05\0"), element("ba", b"\x02\xd0"))
    tracks = element(
        "1654ae6b", element("ae", element("83", b"\x01"), video), element("ae", element("83", b"\x02"))
    )
    return element("1a45dfa3") + element("18538067", element("1549a966", *info), tracks)


def facts(tmp_path: Path, name: str, data: bytes):
    path = tmp_path / name
    path.write_bytes(data)
    return video_facts(str(path))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (movie_header(600, 1500), 2.5), (movie_header(1000, 61_000, version=1), 61.0), (movie_header(0, 1500), None),
        (movie_header(600, 0), None), (movie_header(600, 0xFFFFFFFF), None),
    ],
)  # fmt: skip
def test_the_length_stands_in_the_movie_header(tmp_path, header, seconds):
    found = facts(tmp_path, "a.mov", box(b"ftyp", b"qt  ", bytes(4)) + box(b"moov", header))

    assert found.seconds == seconds
    assert (found.bits_per_second is None) == (seconds is None)


def test_sound_and_the_live_photo_identifier_are_known(tmp_path):
    inside = (
        movie_header(600, 600),
        track(b"vide"),
        track(b"soun"),
        keys("com.apple.quicktime.content.identifier", "ED2A2552"),
    )
    found = facts(tmp_path, "a.mov", box(b"ftyp", b"qt  ", bytes(4)) + box(b"moov", *inside))

    assert (found.audio, found.live_id) == (True, "ED2A2552")


def test_a_film_without_a_track_of_sound_is_silent(tmp_path):
    header = movie_header(600, 600)
    found = facts(tmp_path, "a.mov", box(b"ftyp", b"qt  ", bytes(4)) + box(b"moov", header, track(b"vide")))

    assert found.audio is False


def test_matroska_tells_size_length_date_and_sound(tmp_path):
    info = (
        element("2ad7b1", (1_000_000).to_bytes(3, "big")),
        element("4489", struct.pack(">d", 12_500.0)),
        element("4461", struct.pack(">q", 573_023_167_000_000_000)),
    )
    found = facts(tmp_path, "a.mkv", matroska(*info))

    assert (found.width, found.height, found.seconds, found.audio) == (1280, 720, 12.5, True)
    assert [(claim.wall, claim.offset) for claim in found.dates] == [("2019-02-28T05:06:07", 0)]


def test_matroska_without_length_and_date_has_none(tmp_path):
    found = facts(tmp_path, "a.webm", matroska())

    assert (found.seconds, found.dates, found.bits_per_second) == (None, (), None)


def test_avi_tells_length_and_the_day_it_was_digitized(tmp_path):
    main = struct.pack("<10I", 40_000, 0, 0, 0, 250, 0, 1, 0, 640, 480) + bytes(16)
    date = b"IDIT" + struct.pack("<I", 26) + b"Sat Mar 08 14:23:11 2003\n\0"
    lists = (
        b"avih"
        + struct.pack("<I", len(main))
        + main
        + b"strh"
        + struct.pack("<I", 56)
        + b"auds"
        + bytes(52)
        + date
    )
    data = b"RIFF" + struct.pack("<I", len(lists) + 4) + b"AVI " + lists
    found = facts(tmp_path, "a.avi", data)

    assert (found.width, found.height, found.seconds, found.audio) == (640, 480, 10.0, True)
    assert [(claim.wall, claim.offset) for claim in found.dates] == [("2003-03-08T14:23:11", None)]


@pytest.mark.parametrize("data", [b"\x1aE\xdf\xa3", b"\x1aE\xdf\xa3" + bytes(200), matroska()[:60]])
def test_matroska_without_tracks_is_damaged(tmp_path, data):
    with pytest.raises(UnreadableError, match=r"damaged|cut short"):
        facts(tmp_path, "a.mkv", data)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_whatever_stands_in_a_header_it_is_read_or_refused(tmp_path_factory, noise, at):
    whole = matroska(element("4489", struct.pack(">d", 1.0)))
    data = whole[:at] + noise + whole[at + len(noise) :]
    path = tmp_path_factory.getbasetemp() / "noise.mkv"
    path.write_bytes(b"\x1aE\xdf\xa3" + data[4:])
    with contextlib.suppress(UnreadableError):
        found = video_facts(str(path))
        assert 0 <= found.width <= 1 << 16
