"""Small files made for the tests: pictures of any format, JPEG with any Exif, films without frames."""

import io
import struct

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 96, 64


def picture(width=WIDTH, height=HEIGHT, seed=1, mode="RGB"):
    """A smooth picture that no flip or turn leaves the same."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(image, form="JPEG", **options):
    """The bytes of a picture in a format."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def tags(main=(), photo=(), gps=()):
    """An Exif block from tag -> value."""
    block = Image.Exif()
    block.update(dict(main))
    block.get_ifd(0x8769).update(dict(photo))
    block.get_ifd(0x8825).update(dict(gps))
    return block


def jpeg(width=WIDTH, height=HEIGHT, seed=1, **options):
    """The bytes of a JPEG."""
    return encoded(picture(width, height, seed), "JPEG", **options)


def box(kind, body=b""):
    """A box of MP4 or QuickTime."""
    return struct.pack(">I4s", len(body) + 8, kind) + body


def film(created=3_600_000_000, width=1920, height=1080, brand=b"qt  ", turned=False, keys=None):
    """A film that is all header: creation in seconds since 1904, one track, QuickTime keys."""
    matrix = (
        (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 1 << 30)
        if turned
        else (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 1 << 30)
    )
    header = box(b"mvhd", struct.pack(">4sII", b"\0" * 4, created, created) + b"\0" * 88)
    track = box(
        b"tkhd", b"\0" * 40 + struct.pack(">9i", *matrix) + struct.pack(">II", width << 16, height << 16)
    )
    body = header + box(b"trak", track)
    if keys:
        names = b"".join(box(b"mdta", name.encode()) for name in keys)
        values = b"".join(
            box(struct.pack(">I", index), box(b"data", struct.pack(">II", 1, 0) + text.encode()))
            for index, text in enumerate(keys.values(), 1)
        )
        handler = box(b"hdlr", b"\0" * 24)
        body += box(
            b"meta", handler + box(b"keys", struct.pack(">II", 0, len(keys)) + names) + box(b"ilst", values)
        )
    return box(b"ftyp", brand + b"\0" * 4) + box(b"moov", body) + box(b"mdat", b"\0" * 64)
