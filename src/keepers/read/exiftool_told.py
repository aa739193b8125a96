"""What an answer of ExifTool (`-j -n -G0`) says of a file."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from keepers.model import DateClaim, Facts
from keepers.read.exif import camera
from keepers.read.picasa import degrees
from keepers.read.words import printable
from keepers.read.xmp import iso_claim

#: By descending trust: group and name in ExifTool's words, our word for the source, the offset it implies.
_DATES: Final = (
    ("Composite:SubSecDateTimeOriginal", "exif:original", None),
    ("EXIF:DateTimeOriginal", "exif:original", None),
    ("MakerNotes:DateTimeOriginal", "exif:original", None),
    ("XMP:DateTimeOriginal", "xmp:original", None),
    ("EXIF:CreateDate", "exif:digitized", None),
    ("MakerNotes:CreateDate", "exif:digitized", None),
    ("XMP:CreateDate", "xmp:digitized", None),
    ("QuickTime:CreationDate", "quicktime:creation", None),
    ("QuickTime:CreateDate", "quicktime:header", 0),
    ("RIFF:DateTimeOriginal", "quicktime:creation", None),
)


def facts(answer: bytes) -> Facts | None:
    """Read the JSON of one file; None where it says nothing, or is none."""
    try:
        found: object = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    told = found[0] if isinstance(found, list) and len(found) == 1 else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(told, dict):
        return None
    values = {str(name): str(value) for name, value in told.items() if isinstance(value, str | int | float)}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    plain = {name.partition(":")[2]: value for name, value in reversed(values.items())}
    rating = plain.get("Rating", "")
    read = Facts(
        "", 0, 0, camera=camera(plain.get("Make", ""), plain.get("Model", "")),
        lens=printable(plain.get("LensModel", "")), software=printable(plain.get("Software", "")),
        # The plain tags of Exif have no sign; ExifTool's composite ones do.
        position=degrees(values.get("Composite:GPSLatitude", ""), values.get("Composite:GPSLongitude", "")),
        rating=int(rating) if rating in {"0", "1", "2", "3", "4", "5", "-1"} else None,
        dates=tuple(_claims(values)), live_id=printable(plain.get("ContentIdentifier", "")),
    )  # fmt: skip
    return None if read == Facts("", 0, 0) else read


def _claims(values: Mapping[str, str]) -> Iterator[DateClaim]:
    zone = values.get("EXIF:OffsetTimeOriginal", "")
    for name, source, implied in _DATES:
        claim = iso_claim(source, values.get(name, ""))
        if claim is None:
            continue
        if claim.offset is None and implied is not None:
            claim = claim._replace(offset=implied)
        elif claim.offset is None and name == "EXIF:DateTimeOriginal":
            claim = iso_claim(source, values[name] + zone) or claim
        yield claim
