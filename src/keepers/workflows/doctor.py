"""Check that this installation can do its work: each check says what it saw and what would help."""

import io
import platform
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib import metadata as packages
from pathlib import Path
from typing import Final

import numpy as np
import pillow_heif
from PIL import Image

from keepers import __version__
from keepers.errors import UnreadableError
from keepers.read import extras, formats, metadata, pixels

INSTALL_SCENE: Final = "with Python 3.12 or newer: pip install 'keepers[scene]'"
ENOUGH_BYTES: Final = 1 << 30
_SAMPLES: Final = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "HEIF")


@dataclass(frozen=True, slots=True)
class Check:
    """What one check saw: `state` is ok, warn, fail or off."""

    name: str
    state: str
    detail: str
    fix: str = ""


def installation() -> Check:
    """Name the versions."""
    return Check(
        "installation",
        "ok",
        f"keepers {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )


def decoders() -> tuple[Check, ...]:
    """Decode a small picture of each format, made here, and name the RAW library."""
    pillow_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType]  # untyped keywords
    checks = [_decoder(name) for name in _SAMPLES]
    checks.append(
        Check(
            "RAW",
            "ok",
            f"rawpy {packages.version('rawpy')}: {sum(f.raw for f in formats.FORMATS)} formats by their embedded preview",
        )
    )
    return tuple(checks)


def faces(word: str, *, working: bool) -> Check:
    """Say which face models judge; without them photos are judged by sharpness and exposure."""
    return Check(
        "faces", "ok" if working else "warn", word, "" if working else "install Keepers with its models"
    )


def scenes(word: str, *, working: bool) -> Check:
    """Say which back end embeds scenes for a closer look; nobody needs one."""
    return Check("scenes", "ok" if working else "off", word, "" if working else INSTALL_SCENE)


def video() -> Check:
    """Say whether films can be looked into."""
    if not extras.video():
        return Check(
            "video",
            "off",
            "PyAV is not installed: of clips, only exact copies are found",
            extras.INSTALL_VIDEO,
        )
    return Check("video", "ok", f"PyAV {packages.version('av')}: copies of clips are found by their pictures")


def space(folder: Path) -> Check:
    """Say how much room the catalog has."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    detail = f"{free / 1e9:.1f} GB free at {existing}"
    return Check(
        "disk space",
        "ok" if free > ENOUGH_BYTES else "warn",
        detail,
        "" if free > ENOUGH_BYTES else "make room",
    )


def clock(now: datetime, home: tzinfo) -> Check:
    """Say which time zone photos without one get, and whether this machine's clock can be right."""
    made = datetime(2026, 11, 1, tzinfo=now.tzinfo)
    state = "ok" if now > made else "warn"
    return Check(
        "clock",
        state,
        f"{now.astimezone(home):%Y-%m-%d %H:%M %Z}",
        "" if state == "ok" else "set the clock: future dates are refused",
    )


def _decoder(name: str) -> Check:
    buffer = io.BytesIO()
    grey = np.linspace(0, 255, 96 * 64, dtype=np.uint8).reshape(64, 96)
    try:
        Image.fromarray(grey).convert("RGB").save(buffer, name)
        data = buffer.getvalue()
        form = formats.sniff(data[:4096], f"sample.{name.lower()}")
        if form is None:
            return Check(name, "fail", "its own sample is not recognised", "install Keepers again")
        pixels.scaled_grey(data, form, metadata.facts(data, form))
    except (UnreadableError, OSError, KeyError) as error:
        return Check(name, "fail", str(error), f"install Keepers again with {sys.executable} -m pip")
    return Check(name, "ok", "decodes")
