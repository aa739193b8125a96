"""Facts as the catalog keeps them: a few columns, the rest as JSON. Workers pack, so that their parent only stores."""

import json
import math
import zlib
from typing import Final, NamedTuple

from keepers.model import DateClaim, Facts

_PLAIN: Final = Facts("", 0, 0)
#: Field and its plain value, which is left out; `exif` is kept apart, `dates` need words of their own.
_KEPT: Final = tuple((name, getattr(_PLAIN, name)) for name in Facts._fields if name not in {"exif", "dates"})


_LEAST: Final = {"format": "", "width": 0, "height": 0}
_DECODER: Final = json.JSONDecoder()


class Packed(NamedTuple):
    """The facts of one content, ready to be stored."""

    format: str
    width: int
    height: int
    camera: str
    burst: str
    ev: float | None
    bias: float | None
    exposure_mode: int | None
    pixels: bytes | None
    text: str
    exif: bytes


def exposure_value(facts: Facts) -> float | None:
    """EV at ISO 100: log2(N^2 / t) - log2(ISO / 100); None where a part is unknown (ISO 2720)."""
    if not facts.exposure_seconds or not facts.f_number or facts.exposure_seconds < 0 or facts.f_number < 0:
        return None
    iso = facts.iso if facts.iso and facts.iso > 0 else 100.0
    return math.log2(facts.f_number**2 / facts.exposure_seconds) - math.log2(iso / 100)


def pack(facts: Facts) -> Packed:
    """Pack facts; the text of the EXIF tags is compressed on its own."""
    values = {name: value for name, plain in _KEPT if (value := getattr(facts, name)) != plain}
    if facts.dates:
        values["dates"] = [(claim.source, claim.wall, claim.offset) for claim in facts.dates]
    # What was made of the frames of a series is no frame of it.
    series = (facts.camera, facts.burst, exposure_value(facts), facts.bias_ev, facts.exposure_mode)
    return Packed(
        facts.format, facts.width, facts.height, *(("", "", None, None, None) if facts.composite else series),
        bytes.fromhex(facts.pixels) if facts.pixels else None, json.dumps(values),
        _compressed(json.dumps(dict(facts.exif)).encode()) if facts.exif else b"",
    )  # fmt: skip


def _compressed(data: bytes) -> bytes:
    """A zlib stream (RFC 1950); the usual window of 32 KiB costs more to clear than a text of 1 KB to compress."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, 12, 4)
    return compressor.compress(data) + compressor.flush()


#: What is kept of a content that has no facts.
NOTHING: Final = pack(_PLAIN)


def unpack(text: str) -> Facts:
    """Read facts back, without the EXIF tags."""
    values = _DECODER.decode(text)
    values["dates"] = tuple([DateClaim(*claim) for claim in values.get("dates", ())])
    for name in ("position", "keywords", "people", "albums"):
        if values.get(name):
            values[name] = tuple(values[name])
    return Facts(**_LEAST | values)


def unpack_exif(data: bytes) -> dict[str, str]:
    """Read the text of the EXIF tags back."""
    texts: dict[str, str] = json.loads(zlib.decompress(data))
    return texts
