"""A scene of 12 stops, drawn: its light, frames of it at any exposure, and files as a camera writes them."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

Light = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
SHAPE = (300, 400)


def scene(seed: int = 0, shape: tuple[int, int] = SHAPE) -> Light:
    """Light in three channels: a dark room at the left, daylight at the right, things with edges all over it."""
    random = np.random.default_rng(seed)
    height, width = shape
    coarse = random.uniform(-1, 1, (height // 12, width // 12, 3))
    things = np.stack([np.kron(coarse[:, :, i], np.ones((12, 12))) for i in range(3)], axis=2)[
        :height, :width
    ]
    fine = np.kron(random.uniform(-0.5, 0.5, (height // 3, width // 3, 1)), np.ones((3, 3, 1)))[
        :height, :width
    ]
    padded = np.zeros((height, width, 3))
    padded[: things.shape[0], : things.shape[1]] += things
    padded[: fine.shape[0], : fine.shape[1]] += fine
    daylight = np.linspace(-5, 5, width)[None, :, None]
    return np.exp2(daylight + padded)


def frame(light: Light, ev: float) -> Pixels:
    """What a camera makes of it: exposed by so many stops, burnt out above 1, with the curve of sRGB's gamma."""
    shown: Pixels = (np.clip(light * 2.0**ev * 0.2, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)
    return shown


def write(path: Path, pixels: Pixels, ev: float, *, second: int, turned: bool = False) -> None:
    """A JPEG with the Exif of a bracket: time, camera, exposure, bias, mode, and a profile."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D80"
    exif[0x0112] = 6 if turned else 1
    inside = exif.get_ifd(0x8769)
    inside[0x9003] = f"2024:05:01 12:00:{second:02}"
    inside[0x829A], inside[0x829D], inside[0x8827] = 2.0**ev / 100, 8.0, 100
    inside[0x9204], inside[0xA402] = ev, 2
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    shown = np.rot90(pixels) if turned else pixels
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(shown)).save(
        out, "JPEG", quality=95, subsampling=0, exif=exif, icc_profile=profile
    )
    path.write_bytes(out.getvalue())
