"""What a picture's file holds beside its picture: whoever keeps another copy must not lose it."""

import io

import pillow_heif
import pytest
from PIL import TiffImagePlugin

from keepers.errors import UnreadableError
from keepers.read import formats
from keepers.read.beside import beside
from tests.read.making import box, encoded, jpeg, picture

FILM = box(b"ftyp", b"mp42\0\0\0\0isom") + box(b"mdat", b"frames")
OTHER = box(b"ftyp", b"mp42\0\0\0\0isom") + box(b"mdat", b"others")


def held(data: bytes, name: str = "a.jpg") -> str:
    form = formats.sniff(data[:4096], name)
    assert form is not None
    return beside(data, form)


def _segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its first marker."""
    return data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture(64, 48)).save(buffer)
    return buffer.getvalue()


def test_a_plain_picture_holds_nothing_besides() -> None:
    for data, name in (
        (jpeg(64, 48), "a.jpg"),
        (jpeg(64, 48, progressive=True), "a.jpg"),
        (jpeg(64, 48) + bytes(100), "a.jpg"),
        (_segment(jpeg(64, 48), 0xFE, b"a comment"), "a.jpg"),
        (_segment(jpeg(64, 48), 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), "a.jpg"),
        (encoded(picture(64, 48), "PNG"), "a.png"),
        (encoded(picture(64, 48), "TIFF"), "a.tif"),
        (encoded(picture(64, 48), "GIF"), "a.gif"),
        (encoded(picture(64, 48), "WEBP"), "a.webp"),
        (encoded(picture(64, 48), "BMP"), "a.bmp"),
        (heic(), "a.heic"),
    ):
        assert held(data, name) == "", name


def test_films_behind_jpegs_are_told_apart_whatever_else_the_files_say() -> None:
    plain, described = jpeg(64, 48), _segment(jpeg(64, 48), 0xFE, b"a comment")
    assert held(plain + FILM) == held(described + FILM) != ""
    assert held(plain + FILM) != held(plain + OTHER)


def test_a_second_picture_behind_a_jpeg_is_seen_though_the_file_ends_as_jpegs_do() -> None:
    """A gain map: the file ends with the end marker of the other picture."""
    plain = jpeg(64, 48)
    assert held(plain + jpeg(32, 24, seed=2)) not in {"", held(plain + jpeg(32, 24, seed=3))}
    progressive = jpeg(64, 48, progressive=True)
    assert held(progressive + jpeg(32, 24, seed=2)) == held(plain + jpeg(32, 24, seed=2))


def test_depth_and_second_views_in_long_xmp_are_seen() -> None:
    name = b"http://ns.adobe.com/xmp/extension/\0"
    plain = jpeg(64, 48)
    one, other = (_segment(plain, 0xE1, name + bytes(40) + text) for text in (b"depth", b"depht"))
    assert len({held(plain), held(one), held(other)}) == 3


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (heic() + box(b"mpvd", FILM), "a.heic"),
        (heic() + box(b"sefd", b"Samsung's"), "a.heic"),
        (heic().replace(b"free", b"auxC") + box(b"auxC", b"depth"), "a.heic"),
        (encoded(picture(64, 48), "PNG") + b"something", "a.png"),
        (encoded(picture(64, 48), "PNG", save_all=True, append_images=[picture(64, 48, 2)]), "a.png"),
        (encoded(picture(64, 48), "GIF", save_all=True, append_images=[picture(64, 48, 2)]), "a.gif"),
        (encoded(picture(64, 48), "WEBP", save_all=True, append_images=[picture(64, 48, 2)]), "a.webp"),
    ],
)
def test_what_cannot_be_taken_out_is_equal_to_no_other_file(data: bytes, name: str) -> None:
    digest = held(data, name)
    assert digest
    changed = bytearray(data)
    changed[-1] ^= 1
    assert held(bytes(changed), name) != digest


def test_the_layers_of_a_tiff_are_seen() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[37724] = b"Adobe Photoshop Document Data Block\0"
    buffer = io.BytesIO()
    picture(64, 48).save(buffer, "TIFF", tiffinfo=tags)
    assert held(buffer.getvalue(), "a.tif")


@pytest.mark.parametrize("cut", [3, 40, 300])
def test_damage_is_told(cut: int) -> None:
    with pytest.raises(UnreadableError):
        held(jpeg(64, 48)[:cut])
