"""Dates that file and folder names state: one row a style, tried in order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of naming: `certain` where the camera itself wrote the moment of the shot."""

    regex: str
    certain: bool
    utc: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A date from a name; `exact` to the second or only to the day (then at noon)."""

    wall: datetime
    exact: bool
    certain: bool
    utc: bool = False


_YEAR: Final = r"(?P<year>(?:18|19|20)\d\d)"
_MONTH: Final = r"(?P<month>0[1-9]|1[0-2])"
_DATE: Final = r"(?P<day>0[1-9]|[12]\d|3[01])"
_DAY: Final = _YEAR + "{d}" + _MONTH + "{d}" + _DATE
_TIME: Final = r"(?P<hour>[01]\d|2[0-3]){t}(?P<minute>[0-5]\d)(?:{t}(?P<second>[0-5]\d))"
#: Time as the systems of this world write it into names: 3.04.05 PM, 15:04:05, 下午3.04.05, 3 04 05.
_CLOCK: Final = (
    r"(?P<early>上午|下午|午前|午後|오전 |오후 )?(?P<hour>[01]?\d|2[0-3])[.\-_: h](?P<minute>[0-5]\d)"
    r"(?:[.\-_: ](?P<second>[0-5]\d))?(?!\d)(?:[ \u202f\u00a0]?(?P<half>[AP])\.?M\b)?"
)
_COMPACT: Final = _DAY.format(d="") + r"[_\-T ]?" + _TIME.format(t="")
_DASHED: Final = _DAY.format(d="-")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORD: Final = r"(?P<word>" + "|".join(_MONTHS) + r")[a-z]{0,6}\.?"


def _pattern(regex: str, *, certain: bool = False, utc: bool = False) -> Pattern:
    return Pattern(regex, certain, utc)


#: The first row whose pattern is found and whose date exists wins. Digits on either side are no date.
PATTERNS: Final[tuple[Pattern, ...]] = (
    # Pixel: UTC to the millisecond.
    _pattern(r"^PXL_" + _COMPACT + r"(?P<part>\d{3})?(?!\d)", certain=True, utc=True),
    # Android, Samsung, Oppo, Windows phones, DJI, Insta360, dashcams: camera names.
    _pattern(r"^(?:IMG|VID|MVIMG|PANO|BURST|DSC|DJI|P|PHOTO|VIDEO|TRIM|LRM|C360|IMAGE|CAM|PIC|MOV|CIMG|SVID|LRV|PRO|NIGHT|REC)?"
             r"[_\-]?" + _COMPACT + r"(?P<part>\d{3})?(?!\d)", certain=True),
    _pattern(r"^(?:WIN|WP)_" + _DAY.format(d="") + "_" + _TIME.format(t="_"), certain=True),
    # Camera360, BlackVue and Viofo dashcams.
    _pattern(r"^(?:C360|IMG|VID|REC|CAM)[_\-]" + _DAY.format(d="[-_]") + r"[-_]" + _TIME.format(t="[-_]") + r"(?!\d)", certain=True),
    _pattern(r"^" + _YEAR + "_" + _MONTH + _DATE + "_" + _TIME.format(t="") + r"(?!\d)", certain=True),
    # Nextcloud on iPhones: two-digit year, and a number.
    _pattern(r"^(?P<short>[0-4]\d)-" + _MONTH + "-" + _DATE + " " + _TIME.format(t="-") + r" \d{4}(?!\d)", certain=True),
    # Facebook, WeChat, collages save under Unix milliseconds; ten plain digits would be a phone number as well.
    _pattern(r"^(?:FB_IMG_|Snapchat-|mmexport|wx_camera_|microMsg\.|PhotoGrid_|Messenger_|image-|IMG_)(?P<unix>1\d{12})(?!\d)", utc=True),
    # Screen records of iPhones: Unix seconds.
    _pattern(r"^RPReplay[_ ]Final(?P<unix>1\d{9})(?!\d)", utc=True),
    # WhatsApp numbers the pictures of a day.
    _pattern(r"^(?:IMG|VID|PTT|AUD|STK|DOC)-" + _DAY.format(d="") + r"-WA\d+"),
    # Zoom, Skype: UTC.
    _pattern(r"^GMT" + _COMPACT + r"(?!\d)", utc=True),
    _pattern(r"(?<!\d)" + _DAY.format(d="_") + "T" + _TIME.format(t="_") + r"(?:_(?P<part>\d{3}))?Z", utc=True),
    # Nintendo and scanners by Plustek count hundredths.
    _pattern(r"(?<!\d)" + _COMPACT + r"(?P<part>\d\d)(?!\d)"),
    # Screenshots of all systems and languages, Signal, Telegram, Viber, Dropbox, WhatsApp desktop, Photo Booth.
    _pattern(r"(?<!\d)" + _DASHED + r"(?:[ _\-T,]{1,2}|[\s\u00a0](?:[^\W\d_]{1,5}\.?(?: las)?)[\s\u00a0])" + _CLOCK),
    _pattern(r"(?<!\d)" + _DASHED + r"[_\- ]" + _TIME.format(t="") + r"(?P<part>\d{3})?(?!\d)"),
    _pattern(r"(?<!\d)" + _DAY.format(d="[._]") + r"[ _\-]{1,3}" + _CLOCK),
    _pattern(r"(?<!\d)" + _COMPACT + r"(?P<part>\d{3})?(?!\d)"),
    # Telegram's export, games on Windows: the day comes first.
    _pattern(r"@" + _DATE + "-" + _MONTH + "-" + _YEAR + "_" + _TIME.format(t="-")),
    _pattern(r"(?<!\d)" + _DATE + r"\." + _MONTH + r"\." + _YEAR + r"(?:[ _,\-]{1,2}(?:um )?" + _CLOCK + r")?(?!\d)"),
    # CamScanner: the month comes first.
    _pattern(r"CamScanner[ _]" + _MONTH + "-" + _DATE + "-" + _YEAR + r"(?:[ _]" + _CLOCK + r")?"),
    # Where one number is no month, the other is.
    _pattern(r"(?<!\d)(?P<day>1[3-9]|2\d|3[01])-" + _MONTH + "-" + _YEAR + r"(?:[ _,]{1,2}" + _CLOCK + r")?(?!\d)"),
    _pattern(r"(?<!\d)" + _MONTH + r"-(?P<day>1[3-9]|2\d|3[01])-" + _YEAR + r"(?:[ _,]{1,2}" + _CLOCK + r")?(?!\d)"),
    # Adobe Scan, Dropbox: Jan 02, 2020; 2 January 2020.
    _pattern(r"\b" + _WORD + r"[ _](?P<day>\d{1,2}),? " + _YEAR + r"(?:,? (?:at )?" + _CLOCK + r")?(?!\d)"),
    _pattern(r"(?<!\d)(?P<day>\d{1,2})\.?[ _]" + _WORD + r"[ _,]{1,2}" + _YEAR + r"(?:,? (?:at )?" + _CLOCK + r")?(?!\d)"),
    # A day and no more.
    _pattern(r"(?<!\d)" + _DAY.format(d=r"[\-._ ]") + r"(?!\d)"),
    _pattern(r"(?:^|[^\d])" + _DAY.format(d="") + r"(?:$|[^\d])"),
)  # fmt: skip
FOLDERS: Final[tuple[Pattern, ...]] = (
    _pattern(r"(?<!\d)" + _DAY.format(d=r"[\-._ ]") + r"(?!\d)"),
    _pattern(r"(?<!\d)" + _DATE + r"\." + _MONTH + r"\." + _YEAR + r"(?!\d)"),
    _pattern(r"(?:^|[^\d])" + _DAY.format(d="") + r"(?:$|[^\d])"),
    # The folders of Google Takeout and Apple: 4 July 2019; July 4, 2019.
    _pattern(r"\b" + _WORD + r" (?P<day>\d{1,2}),? " + _YEAR + r"(?!\d)"),
    _pattern(r"(?<!\d)(?P<day>\d{1,2})\.? " + _WORD + r",? " + _YEAR + r"(?!\d)"),
)
#: A name without any of these states no date; most names of cameras end here, 20 times as fast.
_WORTH: Final = re.compile(r"(?:18|19|20)\d\d|1\d{9}|^\d\d-\d\d-\d\d ")
#: One short number is a counter (IMG_2019): the day of a date needs eight digits, or a number of its own.
_COUNTER: Final = re.compile(r"\D*\d{1,7}\D*")
_YEAR_MONTH: Final = re.compile(r"(?<!\d)" + _YEAR + r"[\-_. ]" + _MONTH + r"(?!\d|[\-_.]\d)")
_ONLY_YEAR: Final = re.compile(r"(?<!\d)" + _YEAR + r"(?!\d)")
_ONLY_MONTH: Final = re.compile(_MONTH + r"(?!\d)")


@lru_cache(maxsize=64)
def named(text: str, patterns: tuple[Pattern, ...] = PATTERNS) -> Named | None:
    """The date that a name states, or None; a date that does not exist is no date."""
    if not _WORTH.search(text) or _COUNTER.fullmatch(text):
        return None
    for pattern in patterns:
        match = _compiled(pattern.regex).search(text)
        found = _read(match, pattern) if match is not None else None
        if found is not None:
            return found
    return None


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Compile at the first use, for compiling all costs 20 ms."""
    return re.compile(regex, re.IGNORECASE)


def month(folders: Sequence[str]) -> tuple[int, int] | None:
    """The year and month (0 where unknown) that nested folders state, the deepest first: `2011/10`, `2011-10`."""
    for place in range(len(folders) - 1, -1, -1):
        if match := _YEAR_MONTH.search(folders[place]):
            return int(match["year"]), int(match["month"])
        if match := _ONLY_YEAR.search(folders[place]):
            below = _ONLY_MONTH.match(folders[place + 1]) if place + 1 < len(folders) else None
            return int(match["year"]), int(below["month"]) if below else 0
    return None


def _read(match: re.Match[str], pattern: Pattern) -> Named | None:
    parts = match.groupdict()
    if unix := parts.get("unix"):
        seconds = int(unix) / 1000 if len(unix) == 13 else int(unix)
        wall = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
        return Named(wall.replace(tzinfo=None), exact=True, certain=pattern.certain, utc=True)
    exact = parts.get("hour") is not None
    hour = _hour(parts) if exact else 12
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    part = int((parts.get("part") or "0").ljust(6, "0"))
    year = int(parts.get("year") or f"20{parts.get('short')}")
    word = parts.get("word")
    month = _MONTHS.index(word.lower()) + 1 if word else int(parts["month"])
    try:
        day = datetime(year, month, int(parts["day"]), hour, minute, second, part)  # noqa: DTZ001  # wall time
    except ValueError:
        return None
    return Named(day, exact=exact, certain=pattern.certain, utc=pattern.utc)


def _hour(parts: dict[str, str]) -> int:
    """The hour of 24; 12 AM is midnight."""
    hour = int(parts["hour"])
    half = (parts.get("half") or "").upper()
    early = (parts.get("early") or "").strip()
    if not half and early:
        half = "A" if early in {"上午", "午前", "오전"} else "P"
    return hour % 12 + (12 if half == "P" else 0) if half else hour
