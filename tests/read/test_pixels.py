"""Upright pixels and their digests, format by format; and that damage never passes for a photo."""

import io
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from keepers.errors import NeedsMemoryError, UnreadableError
from keepers.read import damage, formats, metadata, photo, pixels
from tests.read.making import encoded, jpeg, picture, tags

SIZE = (800, 600)


def opened(data, name="a.jpg"):
    form = formats.sniff(data[:4096], name)
    assert form is not None
    return form, metadata.facts(data, form)


def grey(data, name="a.jpg"):
    form, facts = opened(data, name)
    return pixels.scaled_grey(data, form, facts)


def rgb(data, long_side, name="a.jpg"):
    form, facts = opened(data, name)
    return pixels.upright_rgb(data, form, facts, long_side)


def full(data, name="a.jpg"):
    form = formats.sniff(data[:4096], name)
    assert form is not None
    return pixels.full_pixel_digest(data, form)


def coded(data):
    return pixels.pixel_digest(data, next(form for form in formats.FORMATS if form.name == "jpeg"))


def heic(image, **options):
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=90, **options)
    return file.getvalue()


def turned(image, orientation):
    """Store a picture so that this orientation turns it upright again."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    return image if orientation == 1 else image.transpose(Image.Transpose(undo[orientation]))


def apart(one, other):
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_every_orientation_comes_out_upright(form, orientation):
    image = picture(*SIZE)
    stored = encoded(turned(image, orientation), form, exif=tags(main={0x0112: orientation}))
    expected = grey(encoded(image, "PNG"))
    assert opened(stored)[1].width == 800
    assert grey(stored).shape == expected.shape
    assert apart(grey(stored), expected) < 3
    assert apart(rgb(stored, 400), np.asarray(image.resize((400, 300)))) < 4


@pytest.mark.parametrize(
    "data",
    [
        jpeg(*SIZE, quality=92),
        jpeg(*SIZE, quality=92, progressive=True),
        jpeg(*SIZE, quality=92, subsampling=0),
        encoded(picture(*SIZE, mode="L"), "JPEG"),
        encoded(picture(*SIZE, mode="CMYK"), "JPEG"),
        encoded(picture(*SIZE), "PNG"),
        encoded(picture(*SIZE).convert("RGBA"), "PNG"),
        encoded(picture(*SIZE).quantize(256), "PNG"),
        encoded(picture(*SIZE), "WEBP", lossless=True),
        encoded(picture(*SIZE), "AVIF"),
        encoded(picture(*SIZE), "BMP"),
        encoded(picture(*SIZE), "TIFF", compression="tiff_lzw"),
        encoded(picture(*SIZE), "GIF"),
        encoded(Image.fromarray(np.asarray(picture(*SIZE, mode="L")).astype(np.uint16) * 257), "PNG"),
        encoded(Image.fromarray(np.asarray(picture(*SIZE, mode="L")).astype(np.float32) / 255), "TIFF"),
        heic(picture(*SIZE)),
    ],
    ids=[
        "jpeg",
        "progressive",
        "444",
        "grey",
        "cmyk",
        "png",
        "rgba",
        "palette",
        "webp",
        "avif",
        "bmp",
        "tiff",
        "gif",
        "png16",
        "float",
        "heic",
    ],
)
def test_every_format_gives_the_same_grey_picture(data):
    found = grey(data)
    assert found.dtype == np.uint8
    assert found.shape == (75, 100)
    assert apart(found, grey(encoded(picture(*SIZE, mode="L"), "PNG"))) < 8


@pytest.mark.parametrize(("width", "height"), [(1, 1), (20, 3000), (64, 64), (300, 100), (5000, 90)])
def test_small_and_narrow_pictures_keep_their_short_side(width, height):
    for data in (jpeg(width, height), encoded(picture(width, height), "PNG")):
        assert min(grey(data).shape) >= min(64, width, height)


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert grey(encoded(clear, "PNG")).min() == 255
    assert rgb(encoded(clear, "PNG"), 50).min() == 255


def test_a_colour_profile_is_applied():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    broken = jpeg(icc_profile=b"\xff" * 300)
    foreign = jpeg(icc_profile=profile.tobytes())
    assert np.array_equal(rgb(broken, 90), rgb(jpeg(), 90))
    assert np.array_equal(rgb(foreign, 90), rgb(jpeg(), 90))


def test_a_heic_thumbnail_serves_only_where_it_suffices():
    with_thumbnail = heic(picture(*SIZE), thumbnails=[128])
    assert grey(with_thumbnail).shape == (96, 128)
    assert rgb(with_thumbnail, 400).shape == (300, 400, 3)


def test_large_pictures_are_read_in_bands(monkeypatch):
    whole = grey(encoded(picture(*SIZE), "PNG"))
    monkeypatch.setattr("keepers.read.colour._BAND_PIXELS", 10_000)
    assert np.array_equal(grey(encoded(picture(*SIZE), "PNG")), whole)


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize("percent", [1, 10, 50, 95, 99])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_a_picture_that_was_cut_short_is_unreadable(form, percent):
    data = encoded(picture(240, 180), form)
    cut = data[: max(3, len(data) * percent // 100)]
    with pytest.raises(UnreadableError):
        grey(cut)


@pytest.mark.parametrize("percent", [20, 60, 90, 99])
def test_a_progressive_picture_that_was_cut_short_is_unreadable(percent):
    data = jpeg(*SIZE, progressive=True)
    with pytest.raises(UnreadableError, match="cut short"):
        grey(data[: len(data) * percent // 100])


def test_a_heic_that_was_cut_short_is_unreadable_though_its_thumbnail_is_there():
    data = heic(picture(240, 180), thumbnails=[128])
    with pytest.raises(UnreadableError, match="cut short"):
        grey(data[:-20])


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_only_the_end_marker_missing_costs_no_pixel(options):
    data = jpeg(*SIZE, **options)
    assert apart(grey(data[:-2]), grey(data)) < 3
    assert coded(data[:-2]) == ""


def test_a_changed_byte_of_a_png_is_damage():
    data = bytearray(encoded(picture(*SIZE), "PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(UnreadableError):
        grey(bytes(data))


def test_what_follows_a_jpeg_does_no_harm():
    data = jpeg(*SIZE)
    assert np.array_equal(grey(data + b"PK\5\6" + b"\0" * 18), grey(data))


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (20_000, 20_000)])
def test_no_pixels_and_too_many_are_refused(width, height):
    with pytest.raises(UnreadableError):
        damage.fitting(width, height)


@pytest.mark.parametrize("error", [MemoryError(), OSError("could not create decoder object")])
def test_want_of_memory_is_told_from_damage(error):
    with pytest.raises(NeedsMemoryError), damage.told_as("is damaged"):
        raise error


# ---------------------------------------------------------------- digests


def rewritten(data, exif):
    """The same coded data behind other metadata."""
    block = exif.tobytes()
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    return data[:2] + segment + b"\xff\xfe\0\7hello" + data[2:]


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_the_digest_of_a_jpeg_sees_only_what_decides_its_pixels(options):
    data = jpeg(*SIZE, **options)
    assert coded(data)
    assert coded(rewritten(data, tags(main={0x010E: "words"}))) == coded(data)
    assert coded(data + b"a film behind it") == coded(data)
    assert coded(rewritten(data, tags(main={0x0112: 6}))) != coded(data)
    assert coded(jpeg(*SIZE, icc_profile=b"profile" * 30, **options)) != coded(data)
    assert coded(jpeg(*SIZE, seed=2, **options)) != coded(data)
    assert coded(jpeg(*SIZE, quality=74, **options)) != coded(data)


def test_a_changed_pixel_changes_the_digest():
    image = picture(*SIZE)
    data = encoded(image, "JPEG", quality=95)
    image.putpixel((799, 599), (255, 0, 0))
    assert coded(encoded(image, "JPEG", quality=95)) != coded(data)


def test_the_same_decoded_pixels_are_proven_across_formats():
    data = jpeg(*SIZE)
    decoded = Image.open(io.BytesIO(data)).convert("RGB")
    copies = [
        encoded(decoded, "PNG"),
        encoded(decoded, "BMP"),
        encoded(decoded, "TIFF"),
        encoded(decoded, "WEBP", lossless=True),
        encoded(decoded.convert("RGBA"), "PNG"),
    ]
    assert {full(copy) for copy in copies} == {full(data)}


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_full_digest_is_of_the_upright_picture(form):
    image = picture(*SIZE)
    stored = encoded(turned(image, 6), form, exif=tags(main={0x0112: 6}))
    assert full(stored) == full(encoded(image, "PNG"))


def test_a_full_digest_tells_depth_profile_frames_and_pixels_apart():
    image = picture()
    first, second = image, picture(seed=2)
    deep = Image.fromarray(np.asarray(picture(mode="L")).astype(np.uint16) * 257)
    found = [
        full(encoded(image, "PNG")),
        full(encoded(picture(mode="L"), "PNG")),
        full(encoded(deep, "PNG")),
        full(encoded(image, "PNG", icc_profile=b"p" * 200)),
        full(encoded(image.resize((64, 96)), "PNG")),
        full(encoded(first, "WEBP", save_all=True, append_images=[second], lossless=True)),
        full(encoded(second, "PNG")),
    ]
    assert len(set(found)) == len(found)


def test_raw_is_never_proven_by_pixels():
    form = next(form for form in formats.FORMATS if form.raw)
    assert pixels.pixel_digest(b"II*\0", form) == ""
    assert pixels.full_pixel_digest(b"II*\0", form) == ""


@pytest.mark.parametrize("data", [jpeg(*SIZE, exif=tags(main={0x0112: 8})), encoded(picture(*SIZE), "PNG")])
def test_learning_at_once_is_the_same_as_asking_for_each(data):
    form, facts = opened(data)
    learned = photo.learned(data, form)
    assert learned.facts.pixels == pixels.pixel_digest(data, form)
    assert learned.facts.exif == facts.exif
    assert learned.grey is not None
    assert np.array_equal(learned.grey, pixels.scaled_grey(data, form, facts))
    assert photo.learned(data, form, most_pixels=1000).grey is None


def _deep_png(seed: int) -> bytes:
    """A PNG of 16 bits a colour, which Pillow reads but cannot write (PNG specification, 11.2)."""
    pixels = np.random.default_rng(seed).integers(0, 1 << 16, (8, 8, 3)).astype(">u2")
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = (8).to_bytes(4, "big") * 2 + bytes((16, 2, 0, 0, 0))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_copy_of_eight_bits_is_not_the_same_as_sixteen() -> None:
    deep = _deep_png(1)
    shallow = io.BytesIO()
    Image.open(io.BytesIO(deep)).save(shallow, "PNG")
    form = next(form for form in formats.FORMATS if form.name == "png")
    assert pixels.full_pixel_digest(deep, form) == ""
    assert pixels.full_pixel_digest(shallow.getvalue(), form)
