"""What is known of the files of a folder, for those who date them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from keepers.model import DateClaim, Taken
from keepers.read import dates
from keepers.read.dates import Evidence

HOME = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MTIME = int(datetime(2024, 1, 2, 3, 4, 5, tzinfo=HOME).timestamp()) * 10**9
WALL = "2019-07-04T15:30:00"
TOKYO = (35.68, 139.77)
PHONE, REFLEX = "Apple iPhone 12", "Canon EOS 6D"


def photo(
    *claims: DateClaim,
    name: str = "IMG_1234.JPG",
    camera: str = "",
    position: tuple[float, float] | None = None,
    folder: str = "/photos",
) -> Evidence:
    return Evidence(claims, name, folder, MTIME, camera, position)


def exif(wall: str = WALL, offset: int | None = None) -> DateClaim:
    return DateClaim("exif:original", wall, offset)


def taken(*files: Evidence, shifts: Mapping[str, timedelta] | None = None) -> list[Taken]:
    return dates.taken_all(files, NOW, HOME, shifts or {})
