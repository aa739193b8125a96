"""Files within ZIP archives: read in place, byte for byte, and nothing that the archive says is believed too far."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.errors import UnreadableError
from keepers.model import LOCAL, Ref, split_archive
from keepers.read import archive
from keepers.read.member import DamagedMemberError

pytestmark = pytest.mark.slow

PHOTO = bytes(range(256)) * 40


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> str:
    """A ZIP with these files."""
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name, (2023, 10, 6, 8, 35, 36)), data, method)
    return str(path)


def renamed(path: str, old: bytes, new: bytes) -> str:
    """Change a name in place, as no honest program would write it."""
    assert len(old) == len(new)
    data = Path(path).read_bytes()
    assert data.count(old) == 2
    Path(path).write_bytes(data.replace(old, new))
    return path


def flawed(path: str) -> dict[str, str]:
    """Why members cannot be read, by name."""
    return {member.name: member.fault for member in archive.members(path)}


def read(path: str) -> bytes:
    """All bytes of a member."""
    with archive.opened(path) as opened:
        return opened.file.read()


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("/a/b.zip!/c/d.jpg", ("/a/b.zip", "c/d.jpg")),
        ("/a/B.ZIP!/d.jpg", ("/a/B.ZIP", "d.jpg")),
        ("/a/b.zip!", ("/a/b.zip", "")),
        ("/a/b.zip!/c.zip!/d.jpg", ("/a/b.zip", "c.zip!/d.jpg")),
        ("/a/b.zip", None),
        ("/a/b.zip!x/c.jpg", None),
        ("/a/b.jpg", None),
    ],
)
def test_a_key_names_archive_and_member(key, parts):
    assert split_archive(key) == parts
    assert Ref(LOCAL, key).archive == ("" if parts is None else parts[0])


def test_a_real_folder_that_looks_like_an_archive_is_a_folder(tmp_path):
    photo = tmp_path / "b.zip!" / "c.jpg"
    photo.parent.mkdir()
    photo.write_bytes(PHOTO)
    assert archive.located(str(photo)) is None
    assert read(str(photo)) == PHOTO


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/d/takeout-20231021T071231Z-001.zip!/T/a.jpg", "/d/takeout-20231021T071231Z.zip!/T"),
        ("/d/takeout-20231021T071231Z-2-017.zip!/T/a.jpg", "/d/takeout-20231021T071231Z.zip!/T"),
        ("/d/takeout-20231021T071231Z-001 (1).zip!/T/a.jpg", "/d/takeout-20231021T071231Z-001 (1).zip!/T"),
        ("/d/photos-002.zip!/T/a.jpg", "/d/photos.zip!/T"),
        ("/d-001/photos-12.zip!/T/a.jpg", "/d-001/photos-12.zip!/T"),
        ("/d/photos-002/a.jpg", "/d/photos-002"),
        ("/d/takeout-20231021T071231Z-003/T/a.jpg", "/d/takeout-20231021T071231Z/T"),
        ("/d/takeout-20231021T071231Z-1-003/a.jpg", "/d/takeout-20231021T071231Z"),
        ("/d/takeout-2023-003/a.jpg", "/d/takeout-2023-003"),
    ],
)
def test_parts_of_one_archive_share_their_folders(path, folder):
    assert archive.shared_folder(path) == folder


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@given(
    data=st.binary(max_size=2000),
    steps=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 900)), max_size=8),
)
def test_a_member_reads_like_a_file(tmp_path_factory, method, data, steps):
    path = zipped(tmp_path_factory.mktemp("z") / "t.zip", {"a/b.jpg": data}, method) + "!/a/b.jpg"
    plain = io.BytesIO(data)
    with archive.opened(path) as opened:
        for at, length in steps:
            assert opened.file.seek(at) == plain.seek(at)
            assert opened.file.read(length) == plain.read(length)
    assert read(path) == data


def test_a_long_member_can_be_sought_in_back_and_forth(tmp_path):
    noise = random.Random(3)
    data = b"".join(noise.randbytes(700) + b"-" * 900 for _ in range(4000))
    path = zipped(tmp_path / "t.zip", {"film.mov": data}) + "!/film.mov"
    with archive.opened(path) as opened:
        assert opened.file.read() == data
        for _ in range(40):
            at = noise.randrange(len(data))
            opened.file.seek(at)
            assert opened.file.read(100) == data[at : at + 100]


def test_a_member_is_described_by_what_it_is(tmp_path):
    path = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO, "b.jpg": PHOTO})
    one, other = archive.status(path + "!/a.jpg"), archive.status(path + "!/b.jpg")
    assert one is not None
    assert other is not None
    assert one.size == len(PHOTO)
    assert one.mtime_ns == 1_696_581_336 * 10**9
    assert one.inode != other.inode
    Path(path).touch()
    assert archive.status(path + "!/a.jpg") == one
    zipped(tmp_path / "t.zip", {"a.jpg": PHOTO[::-1], "b.jpg": PHOTO})
    changed = archive.status(path + "!/a.jpg")
    assert changed is not None
    assert changed.revision != one.revision
    assert archive.status(path + "!/c.jpg") is None
    assert archive.status(str(tmp_path / "no.zip!/a.jpg")) is None


def test_an_archive_with_something_in_front_of_it_is_read(tmp_path):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO}))
    path.write_bytes(b"#!/bin/sh\nexit\n" + path.read_bytes())
    assert read(f"{path}!/a.jpg") == PHOTO


def test_an_archive_of_64_bit_numbers_is_read(tmp_path):
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as made, made.open("a.jpg", "w", force_zip64=True) as file:
        file.write(PHOTO)
    data = path.read_bytes()
    # The end record says that its numbers are in the wide one, as an archive of 65,536 files does.
    end = data.rfind(b"PK\5\6")
    size, at = struct.unpack_from("<2L", data, end + 12)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    narrow = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(data[:end] + wide + locator + narrow)
    assert read(f"{path}!/a.jpg") == PHOTO


@pytest.mark.parametrize(
    ("raw", "flag", "name"),
    [
        ("Zürich.jpg".encode(), 0x800, "Zürich.jpg"),
        ("Zürich.jpg".encode(), 0, "Zürich.jpg"),
        ("Zürich.jpg".encode("cp437"), 0, "Zürich.jpg"),
        (b"Z\xffrich.jpg", 0x800, "Z\udcffrich.jpg"),
    ],
)
def test_names_are_read_in_the_encoding_that_they_have(tmp_path, raw, flag, name):
    stand_in = "x" * len(raw)
    path = renamed(zipped(tmp_path / "t.zip", {stand_in: PHOTO}), stand_in.encode(), raw)
    data = bytearray(Path(path).read_bytes())
    at = data.find(b"PK\1\2")
    data[at + 8 : at + 10] = struct.pack("<H", flag)
    Path(path).write_bytes(data)
    assert [member.name for member in archive.members(path)] == [name]
    assert read(f"{path}!/{name}") == PHOTO


# ---------------------------------------------------------------- hostile archives


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../../evil.jpg", "has a path that leads out of its archive"),
        ("a/../evil.jpg", "has a path that leads out of its archive"),
        ("..\\evil.jpg", "has a path that leads out of its archive"),
        ("/etc/evil.jpg", "has an absolute path in its archive"),
        ("\\\\host\\evil.jpg", "has an absolute path in its archive"),
        ("C:evil.jpg", "has an absolute path in its archive"),
        ("a//evil.jpg", "has a path with an empty part in its archive"),
        ("./evil.jpg", "has a path with an empty part in its archive"),
        ("a/" * 2100 + "evil.jpg", "has a name that no file can have"),
    ],
)
def test_names_that_point_elsewhere_are_refused(tmp_path, name, fault):
    path = zipped(tmp_path / "t.zip", {name: PHOTO, "good.jpg": PHOTO})
    assert flawed(path) == {name: fault, "good.jpg": ""}
    with pytest.raises((UnreadableError, FileNotFoundError)):
        read(f"{path}!/{name}")
    assert read(f"{path}!/good.jpg") == PHOTO


def test_a_name_with_a_zero_byte_is_refused(tmp_path):
    path = renamed(zipped(tmp_path / "t.zip", {"eviXl.jpg": PHOTO}), b"eviXl", b"evi\0l")
    assert flawed(path) == {"evi\0l.jpg": "has a name that no file can have"}


def test_one_name_for_two_files_is_refused_and_for_one_file_twice_is_not(tmp_path):
    path = zipped(
        tmp_path / "t.zip", {"aa.jpg": PHOTO, "ab.jpg": PHOTO[::-1], "ba.jpg": PHOTO, "bb.jpg": PHOTO}
    )
    for old, new in ((b"ab.jpg", b"aa.jpg"), (b"bb.jpg", b"ba.jpg")):
        data = Path(path).read_bytes()
        Path(path).write_bytes(data.replace(old, new))
    assert flawed(path) == {"aa.jpg": "two files in the archive have this name", "ba.jpg": ""}


def test_a_link_within_an_archive_is_refused(tmp_path):
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as made:
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    assert flawed(str(path)) == {"link.jpg": "is a link or device within an archive, which is never followed"}


@pytest.mark.parametrize(
    ("at", "value", "fault"),
    [(8, 1, "is encrypted"), (10, 9, "is packed by method 9, which is not supported")],
)
def test_what_cannot_be_unpacked_is_told(tmp_path, at, value, fault):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO}))
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\1\2")
    data[entry + at : entry + at + 2] = struct.pack("<H", value)
    path.write_bytes(data)
    assert flawed(str(path)) == {"a.jpg": fault}


def test_a_bomb_is_refused_unopened(tmp_path):
    path = zipped(tmp_path / "t.zip", {"bomb.jpg": bytes(40 << 20), "wall.bmp": bytes(2 << 20)})
    faults = flawed(path)
    assert faults["bomb.jpg"].endswith("as only traps do")
    assert faults["wall.bmp"] == ""


def test_files_that_share_their_bytes_are_refused(tmp_path):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO, "b.jpg": PHOTO[::-1], "c.jpg": PHOTO}))
    data = bytearray(path.read_bytes())
    second = data.find(b"PK\1\2", data.find(b"PK\1\2") + 1)
    data[second + 42 : second + 46] = bytes(4)
    path.write_bytes(data)
    assert {name for name, fault in flawed(str(path)).items() if "shares its bytes" in fault} == {
        "a.jpg",
        "b.jpg",
    }


@pytest.mark.parametrize("offset", [1 << 20, (1 << 64) - 1])
def test_a_place_outside_of_the_archive_is_told(tmp_path, offset):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO}))
    data = path.read_bytes()
    entry, end = data.find(b"PK\1\2"), data.rfind(b"PK\5\6")
    wide = struct.pack("<2HQ", 1, 8, offset)
    made = bytearray(data[:end] + wide + data[end:])
    made[entry + 30 : entry + 32] = struct.pack("<H", len(wide))
    made[entry + 42 : entry + 46] = b"\xff" * 4
    made[end + len(wide) + 12 : end + len(wide) + 16] = struct.pack("<L", end + len(wide) - entry)
    path.write_bytes(made)
    assert flawed(str(path)) == {"a.jpg": "is damaged: its place is outside of the archive"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_with_a_wrong_byte_is_damaged(tmp_path, method):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": random.Random(1).randbytes(5000)}, method))
    data = bytearray(path.read_bytes())
    data[2000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DamagedMemberError, match="is damaged"):
        read(f"{path}!/a.jpg")


@pytest.mark.parametrize("grown", [True, False])
def test_a_member_is_never_longer_or_shorter_than_it_says(tmp_path, grown):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO}))
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\1\2")
    size = len(PHOTO) + (1000 if not grown else -1000)
    data[entry + 24 : entry + 28] = struct.pack("<L", size)
    path.write_bytes(data)
    with pytest.raises(DamagedMemberError, match="is damaged"):
        read(f"{path}!/a.jpg")


@pytest.mark.parametrize("kept", [0, 21, 90, -1, -30])
def test_an_archive_cut_short_is_told(tmp_path, kept):
    path = Path(zipped(tmp_path / "t.zip", {"a.jpg": PHOTO}))
    path.write_bytes(path.read_bytes()[:kept] if kept else b"")
    with pytest.raises(UnreadableError, match="not downloaded to its end"):
        list(archive.members(str(path)))


@given(st.data())
def test_no_archive_however_broken_raises_anything_else(tmp_path_factory, data):
    path = Path(
        zipped(tmp_path_factory.mktemp("z") / "t.zip", {"a.jpg": PHOTO[:300], "b/c.jpg": PHOTO[:200]})
    )
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        for member in archive.members(str(path)):
            assert archive.status(f"{path}!/{member.name}") is not None or member.fault or "\0" in member.name
            if not member.fault:
                assert len(read(f"{path}!/{member.name}")) == member.status.size
    except (UnreadableError, OSError):
        pass


def test_the_crc_is_that_of_the_archive(tmp_path):
    path = zipped(tmp_path / "t.zip", {"a.jpg": PHOTO})
    with zipfile.ZipFile(path) as made:
        assert zlib.crc32(read(path + "!/a.jpg")) == made.getinfo("a.jpg").CRC
