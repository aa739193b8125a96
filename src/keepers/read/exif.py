"""What an Exif block says (CIPA DC-008): every tag as printable text, and the facts that judging needs."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from PIL.ExifTags import GPSTAGS, TAGS

from keepers.model import DateClaim, Facts
from keepers.read import makernotes, tiff
from keepers.read.words import printable

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
#: The camera may name its tags as it likes; one value in a report is a line, not a page.
_MOST_VALUES: Final = 32
_STAMP: Final = re.compile(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d)[:.](\d\d)[:.](\d\d)")
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)$")
#: Source, date tag, sub-second tag, offset tag, by descending trust.
_DATES: Final = (
    ("exif:original", 0x9003, 0x9291, 0x9011),
    ("exif:digitized", 0x9004, 0x9292, 0x9012),
    ("exif:modified", 0x0132, 0x9290, 0x9010),
)

Tags = dict[int, tiff.Value | tiff.Blob]


class Coded(NamedTuple):
    """How a picture is coded: its colours, the digest of its pixels, its quality."""

    mode: str = ""
    pixels: str = ""
    quality: int | None = None


_UNTOLD: Final = Coded()


class Exif(NamedTuple):
    """The three directories of an Exif block."""

    main: Tags
    photo: Tags
    gps: Tags

    @property
    def orientation(self) -> int:
        """How to turn the picture upright (Exif 1-8); 1 where the tag is missing or nonsense."""
        value = tiff.integer(self.main.get(0x0112)) or 1
        return value if 1 <= value <= 8 else 1


NOTHING: Final = Exif({}, {}, {})


def parsed(block: tiff.Bytes | None) -> Exif:
    """Read the main, Exif and GPS directories of a TIFF structure; what is broken is simply absent."""
    if not block:
        return NOTHING
    main = tiff.directory(block, tiff.first(block)).tags
    photo, gps = (
        tiff.directory(block, tiff.integer(main.get(pointer)) or 0).tags if pointer in main else {}
        for pointer in (_EXIF_IFD, _GPS_IFD)
    )
    return Exif(main, photo, gps)


def orientation(block: tiff.Bytes | None) -> int:
    """How to turn the picture upright (Exif 1-8), from the first directory alone; 4 us."""
    if not block:
        return 1
    return Exif(tiff.directory(block, tiff.first(block)).tags, {}, {}).orientation


def texts(exif: Exif) -> dict[str, str]:
    """Every tag by its name, as one printable line of bounded length."""
    found: dict[str, str] = {}
    for tags, names in ((exif.main, TAGS), (exif.photo, TAGS), (exif.gps, GPSTAGS)):
        for tag, value in tags.items():
            if tag in {_EXIF_IFD, _GPS_IFD}:
                continue
            name = names.get(tag)
            found.setdefault(name or f"0x{tag:04x}", _text(tag, value))
    return found


def _text(tag: int, value: tiff.Value | tiff.Blob) -> str:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, tuple):
        if len(value) > _MOST_VALUES:
            return f"<{len(value)} values>"
        return ", ".join([_number(item) for item in value])
    return _raw(tag, value) if isinstance(value, bytes) else f"<{value.size} bytes>"


def _number(item: float | tuple[int, int]) -> str:
    if isinstance(item, tuple):
        above, below = item
        if not below:
            return f"{above}/0"
        return str(above) if below == 1 else f"{above / below:.6g}"
    return f"{item:.10g}"


def _raw(tag: int, raw: bytes) -> str:
    if 0x9C9B <= tag <= 0x9C9F:  # the Windows XP tags are UTF-16
        return printable(raw.decode("utf-16-le", "replace"))
    if tag in {0x9286, 0x001B, 0x001C}:  # comments begin with eight bytes that name their code
        body, code = raw[8:], raw[:8].rstrip(b"\0 ")
        return printable(body.decode("utf-16", "replace") if code == b"UNICODE" else tiff.text(body))
    if len(raw) <= 8 and raw.isascii() and raw.rstrip(b"\0").decode().isprintable() and raw[0]:
        return raw.rstrip(b"\0").decode()
    return " ".join(map(str, raw)) if len(raw) <= 8 else f"<{len(raw)} bytes>"


def camera(make: str, model: str) -> str:
    """`Make Model` without the make said twice: Canon + Canon EOS 6D -> Canon EOS 6D."""
    make, model = printable(make), printable(model)
    if not make or not model:
        return make or model
    first = make.split()[0].casefold()
    return model if model.casefold().startswith(first) else f"{make} {model}"


def claims(exif: Exif) -> Iterator[DateClaim]:
    """The dates that the tags state, best first; judged later."""
    for source, tag, subsecond, offset in _DATES:
        stamp = exif.main.get(tag) if tag == 0x0132 else exif.photo.get(tag) or exif.main.get(tag)
        wall = stamp_wall(stamp, exif.photo.get(subsecond))
        if wall:
            yield DateClaim(source, wall, minutes(exif.photo.get(offset)))
    gps = _gps_wall(exif.gps)
    if gps:
        yield DateClaim("gps", gps, 0)


def stamp_wall(stamp: object, subsecond: object = None) -> str:
    """The ISO form of an Exif date and time; empty where it is none."""
    match = _STAMP.match(stamp.strip()) if isinstance(stamp, str) else None
    if match is None:
        return ""
    wall = "{}-{}-{}T{}:{}:{}".format(*match.groups())
    digits = subsecond.strip() if isinstance(subsecond, str) else ""
    return f"{wall}.{digits[:6].ljust(3, '0')}" if digits.isdecimal() and digits.isascii() else wall


def minutes(offset: object) -> int | None:
    """Minutes east of UTC from `+09:00`; None where nothing of the kind is said."""
    if not isinstance(offset, str):
        return None
    if offset.strip() == "Z":
        return 0
    match = _OFFSET.match(offset.strip())
    if match is None:
        return None
    value = int(match[2]) * 60 + int(match[3])
    return (value if match[1] == "+" else -value) if value <= 14 * 60 else None


def _gps_wall(gps: Tags) -> str:
    day, parts = gps.get(0x001D), _rationals(gps.get(0x0007))
    match = re.match(r"(\d{4})[:\-](\d\d)[:\-](\d\d)", day) if isinstance(day, str) else None
    if match is None or parts is None:
        return ""
    hour, minute, second = (int(part) for part in parts)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61):
        return ""
    return f"{match[1]}-{match[2]}-{match[3]}T{hour:02}:{minute:02}:{min(second, 59):02}"


def _rationals(value: tiff.Value | tiff.Blob | None) -> tuple[float, float, float] | None:
    if not isinstance(value, tuple) or len(value) < 3:
        return None
    first, second, third = (tiff.quotient(item) for item in value[:3])
    return None if first is None or second is None or third is None else (first, second, third)


def position(exif: Exif) -> tuple[float, float] | None:
    """Latitude and longitude in decimal degrees; None where absent, nonsense, or the 0, 0 of a lost fix."""
    found: list[float] = []
    for reference, tag, negative, most in ((1, 2, "S", 90), (3, 4, "W", 180)):
        parts, side = _rationals(exif.gps.get(tag)), exif.gps.get(reference)
        if parts is None:
            return None
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
        if not 0 <= degrees <= most:
            return None
        found.append(-degrees if isinstance(side, str) and side[:1].upper() == negative else degrees)
    return None if found == [0, 0] else (round(found[0], 7), round(found[1], 7))


def facts(
    exif: Exif, form: str, size: tuple[int, int], block: tiff.Bytes = b"", coded: Coded = _UNTOLD
) -> Facts:
    """Put together what the tags say of a picture whose upright size (width, height) is known."""
    photo = exif.photo
    note = makernotes.note(
        _str(exif.main, 0x010F), photo.get(0x927C), block, tiff.integer(exif.main.get(_EXIF_IFD)) or 0
    )
    rating = tiff.integer(exif.main.get(0x4746))
    return Facts(
        format=form, width=size[0], height=size[1],
        camera=camera(_str(exif.main, 0x010F), _str(exif.main, 0x0110)), lens=_str(photo, 0xA434),
        software=_str(exif.main, 0x0131), exif=texts(exif), position=position(exif) if exif.gps else None,
        exposure_seconds=_positive(photo.get(0x829A)), f_number=_positive(photo.get(0x829D)),
        iso=_positive(photo.get(0x8827)) or _positive(photo.get(0x8833)),
        bias_ev=tiff.number(photo.get(0x9204)), exposure_mode=tiff.integer(photo.get(0xA402)),
        burst=_series(note.burst, exif), live_id=note.live_id,
        rating=rating if rating is not None and 0 <= rating <= 5 else None, dates=tuple(claims(exif)), mode=coded.mode,
        pixels=coded.pixels, quality=coded.quality,
    )  # fmt: skip


def _series(burst: str, exif: Exif) -> str:
    """The id of a burst; one that is a mere count is the camera's own, by its number or else its model."""
    if ":" not in burst:
        return burst
    return f"{burst}:{_str(exif.photo, 0xA431) or _str(exif.main, 0x0110)}"


def _str(tags: Mapping[int, tiff.Value | tiff.Blob], tag: int) -> str:
    value = tags.get(tag)
    return printable(value) if isinstance(value, str) else ""


def _positive(value: tiff.Value | tiff.Blob | None) -> float | None:
    found = tiff.number(value)
    return found if found is not None and 0 < found < 1e9 else None
