"""What the files beside a photo say of it: XMP, Apple's AAE, Google Takeout's JSON, editors' own files."""

import html
import json
import os
import plistlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from xml.parsers.expat import ExpatError

from keepers.model import DateClaim, Facts
from keepers.read import picasa, xmp
from keepers.read.formats import by_name
from keepers.read.words import printable

#: Longer sidecars are of a program that stores pictures in them; what they say of the photo comes first.
MOST_BYTES: Final = 10 << 20
_MOST_JSON: Final = 1 << 20
_MOST_FOLDER: Final = 16 << 20
_MOST_WORDS: Final = 500
_MOST_DESCRIPTION: Final = 4000
_NOTHING: Final = Facts("", 0, 0)
_RANK: Final = re.compile(rb"^\s*(?:Rank|Rating) ?= ?([0-5])\s*,?\s*$", re.MULTILINE)


def facts(data: bytes, name: str) -> Facts | None:
    """What a sidecar says of its photo; None where it says nothing, is damaged, hostile or too long."""
    read = _READERS.get(os.path.splitext(name)[1].lower())
    if read is None or not 0 < len(data) <= MOST_BYTES:
        return None
    found = read(data, name)
    return None if found is None or found._replace(format="") == _NOTHING else found


def of_folder(data: bytes, name: str) -> Mapping[str, Facts]:
    """What one file says of the files of its folder, by file name: `.picasa.ini`, iCloud's `Photo Details.csv`.

    The empty name stands for the folder itself.
    """
    form = by_name(name)
    if form is None or not 0 < len(data) <= _MOST_FOLDER:
        return {}
    match form.name:
        case "ini":
            return picasa.of_ini(data)
        case "csv":
            return picasa.of_icloud(data)
        case _:
            return {}


def speaks_of_folder(name: str) -> bool:
    """Whether a file of this name may speak of many files of its folder."""
    form = by_name(name)
    return form is not None and form.name in {"ini", "csv"}


def _xmp(data: bytes, name: str) -> Facts | None:
    packet = xmp.parsed(data)
    if packet is xmp.NOTHING:
        return None
    title = packet.raw_name
    if not title and packet.extension:
        title = os.path.splitext(name)[0] + "." + packet.extension
    return Facts(
        "xmp", 0, 0, dates=packet.dates, rating=packet.rating, burst=packet.burst, position=packet.position,
        title=title, description=packet.description or packet.title, keywords=packet.keywords, people=packet.people,
        exif={"Label": packet.label} if packet.label else {},
    )  # fmt: skip


def _aae(data: bytes, _: str) -> Facts | None:
    """Apple's recipe of an edit: a property list that names the editor and the moment of the edit."""
    if data.count(b"<") > xmp.MOST_TAGS:
        return None
    try:
        found: object = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, LookupError, TypeError, AttributeError,
            OverflowError, RecursionError, MemoryError):  # fmt: skip
        return None
    values = _mapping(found)
    editor = values.get("adjustmentEditorBundleID") or values.get("adjustmentFormatIdentifier")
    at = values.get("adjustmentTimestamp")
    return Facts(
        "aae", 0, 0, software=printable(editor) if isinstance(editor, str) else "",
        exif={"AdjustmentTimestamp": at.isoformat()} if isinstance(at, datetime) else {},
    )  # fmt: skip


def _mapping(value: object) -> dict[str, object]:
    """A JSON object or property list; empty where it is anything else."""
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in cast("dict[object, object]", value).items() if isinstance(key, str)}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _json(data: bytes) -> dict[str, object]:
    if len(data) > _MOST_JSON:
        return {}
    try:
        return _mapping(json.loads(data))
    except (ValueError, RecursionError, MemoryError):
        return {}


def _takeout(data: bytes, _: str) -> Facts | None:
    """Google Takeout's story of one photo; an album's has no photoTakenTime."""
    values = _json(data)
    taken = _mapping(values.get("photoTakenTime"))
    if not taken:
        return None
    wall = _utc(taken.get("timestamp"))
    people = [_mapping(one).get("name") for one in _list(values.get("people"))[:_MOST_WORDS]]
    return Facts(
        "json", 0, 0,
        dates=(DateClaim("takeout", wall, 0),) if wall else (),
        position=_geo(values.get("geoData")) or _geo(values.get("geoDataExif")),
        title=_text(values.get("title")), description=_text(values.get("description"), _MOST_DESCRIPTION),
        people=tuple(dict.fromkeys(text for name in people if (text := _text(name)))),
        favourite=values.get("favorited") is True,
    )  # fmt: skip


def album(data: bytes) -> str | None:
    """The title of the album that a Takeout JSON (`metadata.json` in any language) describes.

    None for a photo's, empty for an album without a title.
    """
    values = _json(data)
    inner = _mapping(values.get("albumData")) or values
    if "photoTakenTime" in values or not ({"date", "access"} & set(inner)):
        return None
    return _text(inner.get("title"))


def _text(value: object, most: int = 500) -> str:
    """Google writes some signs as HTML does: Anna &amp; Ben."""
    return printable(html.unescape(value[: 4 * most]), most) if isinstance(value, str) else ""


def _geo(value: object) -> tuple[float, float] | None:
    place = _mapping(value)
    return picasa.degrees(place.get("latitude"), place.get("longitude"))


def _utc(stamp: object) -> str:
    """The ISO form of a count of seconds since 1970; empty where it is none."""
    try:
        at = (
            datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(stamp))
            if isinstance(stamp, str | int)
            else None
        )
    except (ValueError, OverflowError):
        return ""
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at is not None and at.year >= 1000 else ""


def _rank(data: bytes, _: str) -> Facts | None:
    """The stars in the files of RawTherapee (`Rank=3`) and DxO PhotoLab (`Rating = 3,`); 0 is none."""
    match = _RANK.search(data)
    return Facts("edit", 0, 0, rating=int(match[1])) if match and match[1] != b"0" else None


_READERS: Final[Mapping[str, Callable[[bytes, str], Facts | None]]] = {
    ".xmp": _xmp, ".aae": _aae, ".json": _takeout, ".pp3": _rank, ".dop": _rank,
}  # fmt: skip
