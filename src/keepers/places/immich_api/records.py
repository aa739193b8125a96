"""What a server tells, as values: every field checked, hostile text made harmless, unknown fields let be."""

import base64
import binascii
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from keepers.places.immich_api.wire import AnswerError
from keepers.plan.immich_twins import LONGEST
from keepers.read.told_names import file_name

_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
_PERMISSION: Final = re.compile(r"[A-Za-z.]{1,60}")
_LONGEST_WORD: Final = 200
_EXPOSURE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(?:/(\d{1,9}(?:\.\d{1,9})?))?")
_WAY_BACK: Final = datetime(1970, 1, 1, tzinfo=UTC)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A person whom the server knows; the name is empty where nobody gave one."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Remote:
    """One asset of a server.

    `sha1` is of the bytes, in hex; empty where the server's checksum is of something else. `taken` is the
    local wall time, `updated` moves when anything but an album membership changes. `size` is 0 where not told.
    """

    id: str
    name: str
    film: bool
    visibility: str
    size: int
    sha1: str
    path: str
    library: str
    taken: datetime | None
    updated: datetime
    width: int
    height: int
    favourite: bool
    rating: int | None
    description: str
    trashed: bool
    offline: bool
    edited: bool
    motion: str
    duplicate: str
    stack: str
    tags: tuple[str, ...] = ()
    people: tuple[Known, ...] = ()
    exif: "Exif | None" = None
    #: When the file was made or changed last, whatever the picture in it says.
    created: datetime | None = None
    owner: str = ""
    #: Whether width and height were told as people see it; up to 2.4 they are as the file stores them.
    upright: bool = False
    #: None where the server does not tell faces together with their assets, as from 3.0 on.
    faces: "tuple[FaceBox, ...] | None" = None


@dataclass(frozen=True, slots=True)
class Exif:
    """What a server has read of a photo's EXIF; `taken` is a moment, `zone` says whether its zone was told."""

    make: str
    model: str
    lens: str
    exposure_seconds: float | None
    f_number: float | None
    iso: float | None
    position: tuple[float, float] | None
    taken: datetime | None
    zone: str
    turned: bool


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A face that the server found: its person, and its box as fractions of the upright picture (x, y, w, h)."""

    id: str
    box: tuple[float, float, float, float]
    person: Known | None
    source: str


@dataclass(frozen=True, slots=True)
class Album:
    """An album and how many assets it has."""

    id: str
    name: str
    count: int
    updated: str = field(default="", compare=False)
    users: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the server."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by its whole name: `photo-organizer/best`."""

    id: str
    value: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack: its assets, the one that covers it first."""

    id: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one id of a call about many; `error` is empty where all went well."""

    id: str
    error: str


def objects(value: object, what: str) -> Iterator[Json]:
    """The objects of a JSON list; AnswerError where it is no list. What is no object in it is left out."""
    if not isinstance(value, list):
        raise AnswerError(f"the server told no list of {what}")
    for one in value:  # pyright: ignore[reportUnknownVariableType]  (JSON)
        if isinstance(one, dict):
            yield one


def mapping(value: object, what: str) -> Json:
    """A JSON object; AnswerError where it is none."""
    if not isinstance(value, dict):
        raise AnswerError(f"the server told nothing that makes sense of {what}")
    return value  # pyright: ignore[reportUnknownVariableType]  (JSON)


def identifier(value: object) -> str:
    """An id that may stand in an address; AnswerError for anything else."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise AnswerError("the server told an id that is none")


def text(row: Json, key: str) -> str:
    """A text of bounded length that can be written anywhere; empty where there is none."""
    value = row.get(key)
    if not isinstance(value, str):
        return ""
    # JSON can name half a character, which no file and no database takes.
    return value[:LONGEST].encode(errors="replace").decode()


def number(row: Json, key: str) -> int:
    """A whole number from 0 up; 0 where there is none."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value < 1 << 53 else 0


def moment(row: Json, key: str) -> datetime | None:
    """A time, aware; None where there is none."""
    try:
        at = datetime.fromisoformat(text(row, key))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def permissions(row: Json) -> frozenset[str]:
    """The names of the permissions of a key."""
    found = row.get("permissions")
    names: list[object] = found if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]  (JSON)
    return frozenset(name for name in names if isinstance(name, str) and _PERMISSION.fullmatch(name))


def remote(row: Json) -> Remote:
    """An asset as any server from 2.0 on tells it; AnswerError where it has no id."""
    key = identifier(row.get("id"))
    exif = _inner(row, "exifInfo")
    library = text(row, "libraryId")
    stack = _inner(row, "stack")
    rating = exif.get("rating")
    return Remote(
        id=key,
        name=file_name(text(row, "originalFileName"), key),
        film=row.get("type") == "VIDEO",
        visibility=text(row, "visibility") or "timeline",
        size=number(exif, "fileSizeInByte"),
        # In an external library the checksum is that of the path.
        sha1="" if library else _sha1(row.get("checksum")),
        path=text(row, "originalPath"),
        library=library,
        taken=moment(row, "localDateTime"),
        updated=moment(row, "updatedAt") or _WAY_BACK,
        width=number(row, "width") or number(exif, "exifImageWidth"),
        height=number(row, "height") or number(exif, "exifImageHeight"),
        favourite=row.get("isFavorite") is True,
        rating=rating if isinstance(rating, int) and 1 <= rating <= 5 else None,
        description=text(exif, "description"),
        trashed=row.get("isTrashed") is True,
        offline=row.get("isOffline") is True,
        edited=row.get("isEdited") is True,
        motion=_optional_id(row, "livePhotoVideoId"),
        duplicate=_optional_id(row, "duplicateId"),
        stack=_optional_id(stack, "id"),
        tags=tuple(sorted(text(tag, "value") for tag in _rows(row, "tags"))),
        people=tuple(known for person in _rows(row, "people") if (known := _known(person)) is not None),
        exif=_exif(exif),
        created=moment(row, "fileCreatedAt"),
        owner=_optional_id(row, "ownerId"),
        upright=number(row, "width") > 0,
        faces=_faces(row) if "unassignedFaces" in row else None,
    )


def _faces(row: Json) -> tuple[FaceBox, ...]:
    """The faces as servers up to 2.x tell them: below their people, and those of nobody."""
    told = [(one, _known(person)) for person in _rows(row, "people") for one in _rows(person, "faces")]
    told += [(one, None) for one in _rows(row, "unassignedFaces")]
    boxes = ((face(one), whose) for one, whose in told)
    return tuple(replace(box, person=whose) for box, whose in boxes if box is not None)


def _exif(row: Json) -> Exif:
    return Exif(
        make=text(row, "make")[:_LONGEST_WORD],
        model=text(row, "model")[:_LONGEST_WORD],
        lens=text(row, "lensModel")[:_LONGEST_WORD],
        exposure_seconds=_seconds(text(row, "exposureTime")),
        f_number=_real(row, "fNumber"),
        iso=_real(row, "iso"),
        position=_position(row),
        taken=moment(row, "dateTimeOriginal"),
        zone=text(row, "timeZone")[:_LONGEST_WORD],
        # The EXIF orientations in which width and height change places.
        turned=text(row, "orientation") in {"5", "6", "7", "8"},
    )


def _real(row: Json, key: str) -> float | None:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if value > 0 else None


def _seconds(value: str) -> float | None:
    """An exposure as servers write it: 1/250, or 2.5."""
    found = _EXPOSURE.fullmatch(value)
    if found is None:
        return None
    seconds = float(found[1]) / float(found[2] or 1) if float(found[2] or 1) else 0.0
    return seconds or None


def _position(row: Json) -> tuple[float, float] | None:
    along, across = row.get("latitude"), row.get("longitude")
    if isinstance(along, bool) or isinstance(across, bool):
        return None
    if not isinstance(along, int | float) or not isinstance(across, int | float):
        return None
    return (float(along), float(across)) if abs(along) <= 90 and abs(across) <= 180 else None


def face(row: Json) -> FaceBox | None:
    """A face with its box as fractions; None where the box makes no sense."""
    wide, high = number(row, "imageWidth"), number(row, "imageHeight")
    left, top = number(row, "boundingBoxX1"), number(row, "boundingBoxY1")
    right, bottom = min(number(row, "boundingBoxX2"), wide), min(number(row, "boundingBoxY2"), high)
    if not (left < right and top < bottom):
        return None
    box = (left / wide, top / high, (right - left) / wide, (bottom - top) / high)
    return FaceBox(identifier(row.get("id")), box, _known(_inner(row, "person")), text(row, "sourceType"))


def album(row: Json) -> Album:
    """An album."""
    return Album(
        identifier(row.get("id")),
        text(row, "albumName"),
        number(row, "assetCount"),
        text(row, "updatedAt")[:_LONGEST_WORD],
        tuple(
            (_optional_id(_inner(one, "user"), "id"), text(one, "role")) for one in _rows(row, "albumUsers")
        ),
    )


def person(row: Json) -> Person:
    """A user."""
    return Person(identifier(row.get("id")), text(row, "name"), text(row, "email"))


def tag(row: Json) -> Tag:
    """A tag."""
    return Tag(identifier(row.get("id")), text(row, "value"))


def stack(row: Json) -> Stack:
    """A stack, its cover first."""
    members = [identifier(one.get("id")) for one in _rows(row, "assets")]
    cover = identifier(row.get("primaryAssetId"))
    return Stack(identifier(row.get("id")), (cover, *(one for one in members if one != cover)))


def given(row: Json) -> Given:
    """What became of one id of a call about many."""
    went_well = row.get("success") is True
    return Given(identifier(row.get("id")), "" if went_well else text(row, "error")[:60] or "unknown")


def _inner(row: Json, key: str) -> Json:
    value = row.get(key)
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]  (JSON)


def _rows(row: Json, key: str) -> Iterator[Json]:
    value = row.get(key)
    return objects(cast("object", value) if isinstance(value, list) else [], key)


def _optional_id(row: Json, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _known(row: Json) -> Known | None:
    key = _optional_id(row, "id")
    return Known(key, text(row, "name")) if key else None


def _sha1(value: object) -> str:
    """Servers tell checksums as base64 of 20 bytes; anything else is no checksum of bytes."""
    if not isinstance(value, str) or len(value) > 40:
        return ""
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 20 else ""
