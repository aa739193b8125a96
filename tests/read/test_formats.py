"""Formats by bytes and by name, and junk by name."""

import os
from itertools import product

import pytest

from keepers.model import Kind
from keepers.read import formats
from tests.read.making import encoded, film, jpeg, picture

TIFF = b"II*\0\x08\0\0\0"


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (jpeg(), "a.png", "jpeg"),
        (jpeg(), "no extension", "jpeg"),
        (encoded(picture(), "PNG"), "a.jpg", "png"),
        (encoded(picture(), "WEBP"), "a.jpg", "webp"),
        (encoded(picture(), "GIF"), "a.jpg", "gif"),
        (encoded(picture(), "BMP"), "a.jpg", "bmp"),
        (encoded(picture(), "TIFF"), "a.tif", "tiff"),
        (TIFF, "a.NEF", "nef"),
        (TIFF, "a.arw", "arw"),
        (TIFF + b"CR\2\0", "renamed.tif", "cr2"),
        (TIFF + b"\1\0\x12\xc6\1\0\4\0\0\0\1\4\0\0", "renamed.tif", "dng"),
        (b"IIU\0", "a.tif", "rw2"),
        (b"FUJIFILMCCD-RAW 0201", "a.jpg", "raf"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "a.mov", "cr3"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", "heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "a.heic", "avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "a.jpg", "mp4"),
        (film(), "a.mov", "mov"),
        (b"RIFF\0\0\0\0AVI LIST", "a.avi", "avi"),
    ],
)
def test_bytes_decide_before_the_name(head, name, expected):
    found = formats.sniff(head[:4096], name)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize(
    "head", [b"", b"\0" * 4096, b"<html>", b"%PDF-1.4", b"PK\3\4", b"%!PS-Adobe", b"\xff"]
)
def test_other_bytes_are_no_picture_whatever_the_name(head):
    assert formats.sniff(head, "a.jpg") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("IMG_1.JPG", Kind.PHOTO),
        (".hidden.jpg", Kind.PHOTO),
        ("a\nb.jpg", Kind.PHOTO),
        ("dots...jpg", Kind.PHOTO),
        ("a.CR3", Kind.PHOTO),
        ("a.MOV", Kind.VIDEO),
        ("a.jpg.xmp", Kind.COMPANION),
        ("a.AAE", Kind.COMPANION),
    ],
)
def test_kind_by_name(name, kind):
    found = formats.by_name(name)
    assert found is not None
    assert found.kind is kind
    assert formats.unsupported(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.psd", "PSD files are not supported"),
        ("a.txt", "no photo (.txt)"),
        (".jpg", "no photo (no extension)"),
        ("README", "no photo (no extension)"),
    ],
)
def test_other_files_are_told_why(name, words):
    assert formats.unsupported(name) == words


@pytest.mark.parametrize(
    ("name", "is_dir"),
    [
        ("@eaDir", True),
        (".Trash-1000", True),
        ("$RECYCLE.BIN", True),
        (".thumbnails", True),
        ("__MACOSX", True),
        ("lost+found", True),
        (".DS_Store.d", True),
        ("Thumbs.db", False),
        (".DS_Store", False),
        ("desktop.ini", False),
        ("._IMG_0001.jpg", False),
        (".keepers-trash", True),
        (".keepers-1234", False),
        ("#recycle", True),
        ("@Recycle", True),
        (".git", True),
        ("a.jpg.part", False),
        ("a.CRDOWNLOAD", False),
        ("a.jpg.tmp", False),
        (".pending-1700000000-IMG_1.jpg", False),
        ("gallery.photoslibrary", True),
    ],
)
def test_junk_is_named_with_its_reason(name, is_dir):
    assert formats.fate_by_name(name, is_dir)


@pytest.mark.parametrize(
    ("name", "is_dir"),
    [
        ("IMG_1.jpg", False),
        ("folder.jpg", True),
        (".hidden.jpg", False),
        ("Holidays", True),
        ("tmp", True),
        ("a.part", True),
    ],
)
def test_all_else_is_looked_at(name, is_dir):
    assert formats.fate_by_name(name, is_dir) is None


def test_each_extension_has_one_format():
    extensions = [extension for form in formats.FORMATS for extension in form.extensions]
    assert len(extensions) == len(set(extensions))


def test_an_extension_is_what_the_system_calls_one():
    known = ["jpg", "JPG", "zip", "x"]
    names = [
        "".join(parts)
        for parts in product(["", "a", ".", "/", "..", "a/"], ["", "b", ".", "/"], [".", ""], known)
    ]
    for name in names:
        wanted = os.path.splitext(os.path.basename(name))[1][1:].lower()
        found = formats.by_name(name)
        assert (found.name if found else "") == {"jpg": "jpeg"}.get(wanted, ""), name
        assert (formats.unsupported(name) is None) == (wanted == "jpg"), name
        assert formats.stem(name) == os.path.splitext(name)[0], name
