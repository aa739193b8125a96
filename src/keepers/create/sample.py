"""A small photo library, drawn: copies, versions, two bursts, a bracket, and photos of their own.

`make run` shows the job on it, and tests use it as a library whose truth is known.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from keepers.create.scenes import Moment, draw
from keepers.errors import UsageError

START: Final = datetime(2024, 6, 15, 9, 30, tzinfo=UTC)

_EXIF: Final = 0x8769
_MAKE, _MODEL, _ORIENTATION, _TITLE = 0x010F, 0x0110, 0x0112, 0x010E
_TIME, _F_NUMBER, _ISO, _TAKEN, _ZONE, _FRACTION = 0x829A, 0x829D, 0x8827, 0x9003, 0x9011, 0x9291
_BIAS, _MODE = 0x9204, 0xA402
_AUTO_BRACKET: Final = 2


@dataclass(frozen=True, slots=True)
class Shot:
    """The settings that the drawn camera notes in a file."""

    at: datetime
    seconds: float = 1 / 250
    bias_ev: float = 0.0
    bracketed: bool = False
    orientation: int = 1
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One file of the library; pictures with one `scene` and `kind` belong together."""

    name: str
    data: bytes
    at: datetime
    scene: str
    kind: str = field(default="single")


def library() -> Iterator[Picture]:
    """The files of the library, always the same."""
    for number, scene in enumerate(
        ("desert", "flowers", "forest", "huts", "snow", "city", "lighthouse", "beach")
    ):
        at = START + timedelta(days=number, hours=number % 5)
        picture = _photo(f"2024/IMG_{1001 + number}.jpg", draw(scene), Shot(at), scene)
        yield picture
        yield from _versions(picture, number)
    yield from _burst("lake", 2001, START + timedelta(days=9), best=3, frames=7)
    yield from _burst("balloon", 2051, START + timedelta(days=10), best=1, frames=5)
    yield from _bracket("bridge", 3001, START + timedelta(days=11))


def write(folder: Path, pictures: Iterable[Picture]) -> int:
    """Write the pictures into a new or empty folder; how many there were."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; the sample library wants a folder of its own")
    count = 0
    for picture in pictures:
        path = folder / picture.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture.data)
        os.utime(path, (picture.at.timestamp(), picture.at.timestamp()))
        count += 1
    return count


def main() -> int:
    """Write the sample library into the folder that is named."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "sample")
    sys.stderr.write(f"{write(folder, library())} drawn pictures are in {folder}\n")
    return 0


def _versions(picture: Picture, number: int) -> Iterator[Picture]:
    """What becomes of a photo in a family: copied, sent, edited, turned."""
    image = Image.open(io.BytesIO(picture.data))
    later = picture.at + timedelta(days=40)
    made = replace(picture, at=later, kind="same-picture")
    stem = Path(picture.name).stem
    match number:
        case 0:
            yield replace(made, name=f"old phone/{stem}.jpg", kind="same-bytes", at=picture.at)
            yield replace(made, name=f"backup/2024/{stem} (1).jpg", kind="same-bytes", at=picture.at)
            yield replace(made, name=f"to sort/copy of {stem}.jpg", kind="same-bytes", at=later)
        case 1:
            small = image.resize((1024, 683), Image.Resampling.LANCZOS)
            yield replace(made, name="WhatsApp/IMG-20240616-WA0004.jpg", data=_jpeg(small, None, quality=62))
            yield replace(made, name="WhatsApp/IMG-20240616-WA0009.jpg", data=_jpeg(small, None, quality=40))
        case 2:
            warm = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(1.12)).enhance(1.25)
            yield replace(
                made, name=f"edited/{stem}-edited.jpg", data=_jpeg(warm, Shot(picture.at), quality=88)
            )
            mono = ImageOps.grayscale(image)
            yield replace(
                made, name=f"edited/{stem}-mono.jpg", data=_jpeg(mono, Shot(picture.at), quality=90)
            )
        case 3:
            turned = image.transpose(Image.Transpose.ROTATE_90)
            yield replace(made, name=f"scans/{stem} turned.jpg", data=_jpeg(turned, None, quality=85))
        case 4:
            yield replace(
                made, name=f"scans/{stem} mirrored.jpg", data=_jpeg(ImageOps.mirror(image), None, quality=85)
            )
        case 5:
            # The camera was held upright: stored lying, with the turn noted beside the pixels.
            data = _jpeg(
                image.transpose(Image.Transpose.ROTATE_90), Shot(picture.at, orientation=6), quality=92
            )
            yield replace(made, name=f"old phone/{stem}.jpg", data=data)
        case 6:
            titled = _retitled(picture, "The old lighthouse")
            yield replace(made, name=f"album/{stem}.jpg", data=titled, kind="same-pixels")
            yield replace(
                made, name=f"mail/{stem} small.jpg", data=_jpeg(image.resize((768, 512)), None, quality=75)
            )
        case _:
            framed = ImageOps.expand(image.resize((1200, 800)), border=24, fill=(255, 255, 255))
            yield replace(made, name="Screenshots/Screenshot_20240725.png", data=_png(framed))


def _burst(scene: str, number: int, at: datetime, *, best: int, frames: int) -> Iterator[Picture]:
    """Frames 0.4 s apart; all but the best are shaken or out of focus."""
    for frame in range(frames):
        moment = Moment(moved=frame / frames, shake=(frame % 3 - 1, (frame * 2) % 5 - 2))
        image = draw(scene, moment)
        if frame != best:
            image = _spoiled(image, frame)
        shot = Shot(at + timedelta(seconds=0.4 * frame), seconds=1 / 500)
        yield _photo(f"2024/IMG_{number + frame}.jpg", image, shot, scene, "burst")


def _spoiled(image: Image.Image, frame: int) -> Image.Image:
    if frame % 2:
        return image.filter(ImageFilter.GaussianBlur(1.6 + 0.5 * frame))
    pixels = np.asarray(image, dtype=np.float32)
    length = 11 + 2 * frame
    return Image.fromarray(
        np.mean([np.roll(pixels, step, axis=1) for step in range(length)], axis=0).astype(np.uint8)
    )


def _bracket(scene: str, number: int, at: datetime) -> Iterator[Picture]:
    """One view at -2, 0 and +2 EV, as a camera's exposure bracketing takes it."""
    light = (np.asarray(draw(scene, Moment(moved=0.6)), dtype=np.float32) / 255) ** 2.2
    for step, ev in enumerate((-2.0, 0.0, 2.0)):
        seen = np.clip(light * 2.0**ev, 0, 1) ** (1 / 2.2)
        shot = Shot(at + timedelta(seconds=0.5 * step), seconds=2.0**ev / 125, bias_ev=ev, bracketed=True)
        image = Image.fromarray((seen * 255).astype(np.uint8))
        yield _photo(f"2024/IMG_{number + step}.jpg", image, shot, scene, "bracket")


def _photo(name: str, image: Image.Image, shot: Shot, scene: str, kind: str = "single") -> Picture:
    return Picture(name, _jpeg(image, shot, quality=92), shot.at, scene, kind)


def _jpeg(image: Image.Image, shot: Shot | None, *, quality: int) -> bytes:
    buffer = io.BytesIO()
    exif = _exif(shot) if shot else b""
    image.convert("RGB").save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _retitled(picture: Picture, title: str) -> bytes:
    """The same coded picture with another EXIF segment: same pixels, other bytes."""
    old = _exif(Shot(picture.at))
    new = _exif(Shot(picture.at, title=title))
    size = len(old) + 2
    head = picture.data.index(b"\xff\xe1" + size.to_bytes(2, "big") + old)
    segment = b"\xff\xe1" + (len(new) + 2).to_bytes(2, "big") + new
    return picture.data[:head] + segment + picture.data[head + size + 2 :]


def _exif(shot: Shot) -> bytes:
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL], exif[_ORIENTATION] = "Keepers", "Drawn Camera", shot.orientation
    if shot.title:
        exif[_TITLE] = shot.title
    notes = exif.get_ifd(_EXIF)
    notes[_TAKEN] = shot.at.strftime("%Y:%m:%d %H:%M:%S")
    notes[_FRACTION] = f"{shot.at.microsecond // 1000:03d}"
    notes[_ZONE] = "+00:00"
    notes[_TIME], notes[_F_NUMBER], notes[_ISO] = shot.seconds, 5.6, 200
    notes[_BIAS], notes[_MODE] = shot.bias_ev, _AUTO_BRACKET if shot.bracketed else 0
    return exif.tobytes()


if __name__ == "__main__":
    sys.exit(main())
