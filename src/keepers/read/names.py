"""Dates that file and folder names state: one row a pattern, tried in order."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of naming: `certain` where the camera itself wrote the moment of the shot."""

    regex: re.Pattern[str]
    certain: bool
    utc: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A date from a name; `exact` to the second or only to the day (then at noon)."""

    wall: datetime
    exact: bool
    certain: bool
    utc: bool = False


_DAY: Final = r"(?P<year>(?:18|19|20)\d\d){d}(?P<month>0[1-9]|1[0-2]){d}(?P<day>0[1-9]|[12]\d|3[01])"
_TIME: Final = r"(?P<hour>[01]\d|2[0-3]){t}(?P<minute>[0-5]\d)(?:{t}(?P<second>[0-5]\d))"
_COMPACT: Final = _DAY.format(d="") + r"[_\-T ]?" + _TIME.format(t="")
_DASHED: Final = _DAY.format(d="-")


def _pattern(regex: str, *, certain: bool = False, utc: bool = False) -> Pattern:
    return Pattern(re.compile(regex, re.IGNORECASE), certain, utc)


#: The first row whose pattern is found and whose date exists wins. Digits on either side are no date.
PATTERNS: Final[tuple[Pattern, ...]] = (
    # Pixel: UTC to the millisecond.
    _pattern(r"^PXL_" + _COMPACT + r"(?P<part>\d{3})?(?!\d)", certain=True, utc=True),
    # Android, Samsung, Windows phones, DJI, GoPro-like: camera names.
    _pattern(r"^(?:IMG|VID|MVIMG|PANO|BURST|DSC|DJI|P|PHOTO|VIDEO|TRIM|LRM|C360|IMAGE)?[_\-]?" + _COMPACT
             + r"(?P<part>\d{3})?(?!\d)", certain=True),
    _pattern(r"^WIN_" + _DAY.format(d="") + "_" + _TIME.format(t="_"), certain=True),
    # Facebook saves under Unix milliseconds; ten plain digits would be a phone number as well.
    _pattern(r"^FB_IMG_(?P<unix>1\d{12})(?!\d)", utc=True),
    _pattern(r"^(?:Snapchat-|mmexport|wx_camera_)(?P<unix>1\d{12})(?!\d)", utc=True),
    # WhatsApp numbers the pictures of a day.
    _pattern(r"^(?:IMG|VID|PTT|AUD|STK)-" + _DAY.format(d="") + r"-WA\d+"),
    # Screenshots, Signal, Telegram, Dropbox, WhatsApp desktop, Photo Booth: day, some word, time.
    _pattern(r"(?<!\d)" + _DASHED + r"(?:[ _\-T]|\s(?:at|um|à|a las|alle|om|kl\.)\s)"
             + _TIME.format(t=r"[.\-_:h]") + r"(?:[ \u202f]?(?P<half>[AP]M)\b)?(?!\d)"),
    _pattern(r"(?<!\d)" + _DASHED + r"\s(?:at|um)\s(?P<hour>\d)[.\-:](?P<minute>[0-5]\d)"
             r"(?:[.\-:](?P<second>[0-5]\d))?(?:[ \u202f]?(?P<half>[AP]M)\b)?(?!\d)"),
    _pattern(r"(?<!\d)" + _DASHED + r"\s(?:at|um)\s(?P<hour>[01]\d|2[0-3])[.\-:](?P<minute>[0-5]\d)(?!\d)"),
    _pattern(r"(?<!\d)" + _DASHED + r"[_\- ]" + _TIME.format(t="") + r"(?!\d)"),
    _pattern(r"(?<!\d)" + _COMPACT + r"(?P<part>\d{3})?(?!\d)"),
    # A day and no more.
    _pattern(r"(?<!\d)" + _DAY.format(d=r"[\-._ ]") + r"(?!\d)"),
    _pattern(r"(?:^|[^\d])" + _DAY.format(d="") + r"(?:$|[^\d])"),
)  # fmt: skip
FOLDERS: Final[tuple[Pattern, ...]] = (
    _pattern(r"(?<!\d)" + _DAY.format(d=r"[\-._ ]") + r"(?!\d)"),
    _pattern(r"(?:^|[^\d])" + _DAY.format(d="") + r"(?:$|[^\d])"),
)


def named(text: str, patterns: tuple[Pattern, ...] = PATTERNS) -> Named | None:
    """The date that a name states, or None; a date that does not exist is no date."""
    for pattern in patterns:
        match = pattern.regex.search(text)
        found = _read(match, pattern) if match is not None else None
        if found is not None:
            return found
    return None


def _read(match: re.Match[str], pattern: Pattern) -> Named | None:
    parts = match.groupdict()
    if unix := parts.get("unix"):
        wall = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(unix))
        return Named(wall.replace(tzinfo=None), exact=True, certain=pattern.certain, utc=True)
    exact = parts.get("hour") is not None
    hour = int(parts["hour"]) if exact else 12
    half = (parts.get("half") or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    part = int((parts.get("part") or "0").ljust(6, "0"))
    try:
        day = datetime(int(parts["year"]), int(parts["month"]), int(parts["day"]), hour, minute, second, part)  # noqa: DTZ001  # wall time
    except ValueError:
        return None
    return Named(day, exact=exact, certain=pattern.certain, utc=pattern.utc)
