"""Pictures in versions whose kinship is known, and the real question about drives of them."""

import io
import struct
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from tests.cli.world import TAKEN, jpeg, picture, put

#: A film as small as a film can be: brand, then a box of pictures that holds none (ISO 14496-12).
FILM = struct.pack(">I4s4sI4s", 20, b"ftyp", b"mp42", 0, b"isom") + struct.pack(
    ">I4s16s", 24, b"mdat", b"film" * 4
)
OTHER_FILM = FILM[:-4] + b"othr"


@cache
def original(seed: int) -> bytes:
    """The camera's file."""
    return jpeg(picture(seed, (360, 240)), TAKEN)


def described(seed: int) -> bytes:
    """The same pixels with a comment: other bytes."""
    data = original(seed)
    return data[:2] + b"\xff\xfe\x00\x0ca comment.." + data[2:]


@cache
def as_png(seed: int) -> bytes:
    """The decoded pixels in another format."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(original(seed))).save(buffer, "PNG")
    return buffer.getvalue()


@cache
def smaller(seed: int) -> bytes:
    """A smaller copy."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(original(seed))).resize((180, 120), Image.Resampling.LANCZOS).save(
        buffer, "JPEG", quality=80
    )
    return buffer.getvalue()


@cache
def brighter(seed: int) -> bytes:
    """An edit."""
    buffer = io.BytesIO()
    lighter = ImageEnhance.Brightness(Image.open(io.BytesIO(original(seed)))).enhance(1.1)
    ImageOps.autocontrast(lighter, cutoff=0).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def with_film(seed: int, film: bytes = FILM) -> bytes:
    """A Motion Photo: the film follows the picture."""
    return original(seed) + film


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        put(folder / name, data)
    return folder


def raw(seed: int, software: bytes = b"one") -> bytes:
    """A camera's RAW: a DNG with the tags that it must have (Adobe DNG 1.4) and 16 bits a sensor cell."""
    wide, high = 256, 192
    cells = np.random.default_rng(seed).integers(2000, 60000, (high // 16, wide // 16), dtype=np.uint16)
    data = np.kron(cells, np.ones((16, 16), np.uint16)).astype("<u2").tobytes()
    colour = b"".join(struct.pack("<ii", value, 1) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    tags: dict[int, tuple[int, int, bytes]] = {
        271: (2, 8, b"Keepers\0"), 272: (2, 5, b"Test\0"), 305: (2, len(software) + 1, software + b"\0"),
        33421: (3, 2, struct.pack("<HH", 2, 2)), 33422: (1, 4, bytes((0, 1, 1, 2))),
        50706: (1, 4, bytes((1, 4, 0, 0))), 50707: (1, 4, bytes((1, 1, 0, 0))),
        50708: (2, 13, b"Keepers Test\0"), 50721: (10, 9, colour),
    }  # fmt: skip
    numbers = {
        254: 0, 256: wide, 257: high, 258: 16, 259: 1, 262: 32803, 273: 0, 274: 1, 277: 1, 278: high,
        279: len(data), 50717: 65535, 50778: 21,
    }  # fmt: skip
    tags |= {tag: (4, 1, struct.pack("<I", value)) for tag, value in numbers.items()}
    head, rest, rows = 14 + 12 * len(tags), b"", b""
    for _, _, body in tags.values():
        rest += body if len(body) > 4 else b""
    tags[273] = (4, 1, struct.pack("<I", head + len(rest)))
    at = head
    for tag, (kind, count, body) in sorted(tags.items()):
        rows += struct.pack("<HHI", tag, kind, count)
        rows += struct.pack("<I", at) if len(body) > 4 else body.ljust(4, b"\0")
        at += len(body) if len(body) > 4 else 0
    longer = b"".join(body for _, (_, _, body) in sorted(tags.items()) if len(body) > 4)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(4) + longer + data
