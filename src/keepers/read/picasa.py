"""What one file says of many photos of its folder: Picasa's `.picasa.ini` and iCloud's CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from keepers.model import DateClaim, Facts
from keepers.read.words import printable
from keepers.read.xmp import iso_claim

#: More files than anybody keeps in one folder.
_MOST_FILES: Final = 100_000
_MOST_LINES: Final = 1_000_000
_MOST_WORDS: Final = 500
_MOST_CAPTION: Final = 4000
#: Picasa counts days as OLE automation does: from 1899-12-30, the time as a fraction.
_OLE: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # wall time
_FACE: Final = re.compile(r"rect64\([0-9a-fA-F]{1,16}\),([0-9a-fA-F]{1,16})")
# Saturday March 27,2021 12:58 PM GMT
_ICLOUD: Final = re.compile(r"\w+,? (\w+) (\d{1,2}), ?(\d{4}) (\d{1,2}):(\d\d) ?([AP]M) (?:GMT|UTC)$")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
Section = dict[str, str]


def of_ini(data: bytes) -> dict[str, Facts]:
    """The facts of each file that a `.picasa.ini` names; the empty name stands for the folder itself."""
    sections = _sections(data)
    people = {
        number.lower(): name.partition(";")[0]
        for section in ("Contacts", "Contacts2")
        for number, name in sections.get(section, {}).items()
    }
    albums = {
        name.partition(":")[2].lower(): values.get("name", "")
        for name, values in sections.items()
        if name.startswith(".album:")
    }
    found: dict[str, Facts] = {}
    for name, values in sections.items():
        if name in {"Contacts", "Contacts2", "encoding"} or name.startswith("."):
            continue
        facts = _folder(values) if name == "Picasa" else _photo(values, people, albums)
        if facts != Facts("ini", 0, 0):
            found["" if name == "Picasa" else name] = facts
    return found


def _sections(data: bytes) -> dict[str, Section]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Picasa 2 wrote the code page of Windows.
        text = data.decode("cp1252", "replace")
    found: dict[str, Section] = {}
    section: Section = {}
    for line in islice(io.StringIO(text), _MOST_LINES):
        body = line.strip()
        if len(found) > _MOST_FILES:
            break
        if body.startswith("[") and body.endswith("]"):
            section = found.setdefault(body[1:-1], {})
        elif "=" in body:
            key, _, value = body.partition("=")
            section[key.strip()] = value.strip()
    return found


def _photo(values: Section, people: dict[str, str], albums: dict[str, str]) -> Facts:
    faces = (people.get(number.lower(), "") for number in _FACE.findall(values.get("faces", "")))
    inside = (albums.get(part.strip().lower(), "") for part in values.get("albums", "").split(","))
    return Facts(
        "ini", 0, 0,
        dates=tuple(_day("picasa", values.get("date", ""))),
        position=_place(values.get("geotag", "")),
        description=printable(values.get("caption", ""), _MOST_CAPTION),
        keywords=_words(values.get("keywords", "").split(",")), people=_words(faces), albums=_words(inside),
        favourite=values.get("star", "").lower() == "yes",
    )  # fmt: skip


def _folder(values: Section) -> Facts:
    return Facts(
        "ini", 0, 0, dates=tuple(_day("picasa:folder", values.get("date", ""))),
        title=printable(values.get("name", "")), description=printable(values.get("description", ""), _MOST_CAPTION),
    )  # fmt: skip


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for word in words if (text := printable(word))))[:_MOST_WORDS]


def _day(source: str, text: str) -> Iterator[DateClaim]:
    claim = iso_claim(source, text)
    if claim is not None:
        yield claim
        return
    try:
        at = _OLE + timedelta(days=float(text))
    except (ValueError, OverflowError):
        return
    yield DateClaim(source, at.strftime("%Y-%m-%dT%H:%M:%S") if at.year >= 1000 else "")


def _place(text: str) -> tuple[float, float] | None:
    latitude, _, longitude = text.partition(",")
    return degrees(latitude, longitude)


def degrees(latitude: object, longitude: object) -> tuple[float, float] | None:
    """A position from numbers or texts of numbers; None where it is nonsense or the 0, 0 of no fix."""
    if not isinstance(latitude, str | float | int) or not isinstance(longitude, str | float | int):
        return None
    try:
        north, east = float(latitude), float(longitude)
    except (ValueError, OverflowError):
        return None
    if not (abs(north) <= 90 and abs(east) <= 180) or north == east == 0:
        return None
    return round(north, 7), round(east, 7)


def of_icloud(data: bytes) -> dict[str, Facts]:
    """The facts of each photo that `Photo Details.csv` lists; a name listed with two stories is left out."""
    text = data.decode("utf-8-sig", "replace")
    found: dict[str, Facts] = {}
    doubtful: set[str] = set()
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""))
        if not {"imgName", "originalCreationDate"} <= set(rows.fieldnames or ()):
            return {}
        for row in islice(rows, _MOST_FILES):
            name = row.get("imgName") or ""
            facts = _listed(row)
            if not name or facts is None:
                continue
            if found.setdefault(name, facts) != facts:
                doubtful.add(name)
    except csv.Error:
        return {}
    return {name: facts for name, facts in found.items() if name not in doubtful}


def _listed(row: dict[str, str | None]) -> Facts | None:
    wall = _icloud_wall(row.get("originalCreationDate") or "")
    favourite = (row.get("favorite") or "").strip().lower() in {"yes", "true", "1"}
    if not wall and not favourite:
        return None
    return Facts("csv", 0, 0, dates=(DateClaim("icloud", wall, 0),) if wall else (), favourite=favourite)


def _icloud_wall(text: str) -> str:
    match = _ICLOUD.match(text.strip())
    month = match[1].lower() if match else ""
    if match is None or month not in _MONTHS or not 1 <= int(match[4]) <= 12:
        return ""
    hour = int(match[4]) % 12 + (12 if match[6] == "PM" else 0)
    return f"{match[3]}-{_MONTHS.index(month) + 1:02}-{int(match[2]):02}T{hour:02}:{match[5]}:00"
