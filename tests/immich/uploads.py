"""Photos on a loopback server as a phone would have uploaded them: small pictures made, EXIF read."""

import io
from datetime import UTC, datetime
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from tests.immich.state import State

THUMBNAIL, PREVIEW = 250, 1440


def upload(state: State, file: Path, **fields) -> str:
    """Add one file; the id."""
    data = file.read_bytes()
    with Image.open(io.BytesIO(data)) as opened:
        tags = opened.getexif()
        notes = tags.get_ifd(ExifTags.IFD.Exif)
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    exif = {"make": tags.get(0x010F), "model": tags.get(0x0110), "orientation": str(tags.get(0x0112, 1))}
    if 0x9003 in notes:
        wall = datetime.strptime(notes[0x9003], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        modified = wall.replace(microsecond=int(notes.get(0x9291, 0)) * 1000)
        exif |= {"dateTimeOriginal": modified.isoformat(timespec="milliseconds"), "timeZone": "UTC"}
    return state.add(
        fields.pop("name", file.name),
        data,
        size=upright.size,
        taken=modified,
        exif=exif,
        thumbnail=_shrunk(upright, THUMBNAIL, "WEBP"),
        preview=_shrunk(upright, PREVIEW, "JPEG"),
        **fields,
    )


def upload_all(state: State, folder: Path) -> dict[str, str]:
    """Add every picture below a folder, equal bytes once, as servers do; ids by name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix == ".jpg")
    once = {file.read_bytes(): file for file in reversed(files)}
    return {file.name: upload(state, file) for file in sorted(once.values())}


def _shrunk(picture: Image.Image, side: int, form: str) -> bytes:
    scale = min(1.0, side / min(picture.size))
    small = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    made = io.BytesIO()
    small.save(made, form, quality=80)
    return made.getvalue()
