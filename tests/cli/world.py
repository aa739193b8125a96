"""A small library, the real command in this process, and whole trees to compare."""

import hashlib
import io
import json
import os
import shutil
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from keepers.cli.main import main
from keepers.create.sample import library, write

TAKEN = datetime(2024, 7, 1, 12, tzinfo=UTC)
Tree = dict[str, tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        document = json.loads(self.out)
        assert document["schema_version"] == 1
        assert self.out.isascii()
        return document


class Keepers:
    """Runs commands on one catalog, and refuses every traceback."""

    def __init__(self, catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.catalog = catalog
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> Told:
        self._capsys.readouterr()
        try:
            code = main([*map(str, words), "--catalog", str(self.catalog)])
        except SystemExit as left:
            code = int(str(left.code))
        captured = self._capsys.readouterr()
        told = Told(code, captured.out, captured.err)
        assert "Traceback" not in told.err
        return told


def picture(seed: int, size: tuple[int, int] = (480, 320)) -> Image.Image:
    """A picture with structure of its own; the same seed gives the same picture."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    grain = rng.normal(0, 6, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(coarse, dtype=np.float64) + grain, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, at: datetime | None = None, quality: int = 90) -> bytes:
    """A JPEG, with the time it was taken at."""
    exif = Image.Exif()
    if at is not None:
        exif[0x010F], exif[0x0110] = "Keepers", "Test Camera"
        notes = exif.get_ifd(0x8769)
        notes[0x9003] = at.strftime("%Y:%m:%d %H:%M:%S")
        notes[0x9011] = "+00:00"
        notes[0x9291] = f"{at.microsecond // 1000:03d}"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def put(path: Path, data: bytes, at: datetime = TAKEN) -> Path:
    """Write a file with an old date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def make_library(folder: Path) -> None:
    """Eleven files: a photo four times, a photo with two messenger copies, a burst of three, one alone."""
    write(folder, islice(library(), 7))
    pixels = np.asarray(picture(5))
    for frame in range(3):
        moved = Image.fromarray(np.roll(pixels, 2 * frame, axis=1))
        image = moved if frame == 1 else moved.filter(ImageFilter.GaussianBlur(1.5 + frame / 2))
        at = TAKEN + timedelta(seconds=frame)
        put(folder / f"burst/DSC_{101 + frame}.jpg", jpeg(image, at), at)
    put(folder / "alone.jpg", jpeg(picture(6), TAKEN + timedelta(days=3)))


def make_pairs(folder: Path, number: int) -> None:
    """Small photos, each in two places."""
    for seed in range(number):
        data = jpeg(picture(1000 + seed, (160, 120)), TAKEN + timedelta(days=seed))
        put(folder / f"a/IMG_{seed:04d}.jpg", data)
        put(folder / f"b/IMG_{seed:04d}.jpg", data)


def copied(library_folder: Path, target: Path) -> Path:
    """A copy of a library, times and all."""
    shutil.copytree(library_folder, target)
    return target


def tree(folder: Path) -> Tree:
    """Every file and folder at or below a folder, with mode, time and content."""
    found: Tree = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(status.st_mode) else ""
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_mtime_ns, content)
    return found


def bytes_in(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by relative name."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def names(folder: Path) -> set[str]:
    """The files below a folder, by relative name."""
    return set(bytes_in(folder))
