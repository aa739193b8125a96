"""Films made for a test: small scenes, and what people do to films."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

av: Any = pytest.importorskip("av", reason="PyAV is not installed: films can neither be made nor looked into")

Picture = npt.NDArray[np.uint8]
WIDE, HIGH, RATE = 160, 120, 24


def scene(seed: int, seconds: float = 3.0, first: float = 0.0) -> Iterator[Picture]:
    """A coloured landscape of its own that a camera pans over; from second `first` on."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (9, 24, 3)).astype(np.float64)
    down = np.linspace(0, 8, HIGH + 40)
    along = np.linspace(0, 23, WIDE * 4)
    rows, columns = np.floor(down).astype(int).clip(0, 7), np.floor(along).astype(int).clip(0, 22)
    v, h = (down - rows)[:, None, None], (along - columns)[None, :, None]
    large = (
        small[rows][:, columns] * (1 - v) * (1 - h)
        + small[rows][:, columns + 1] * (1 - v) * h
        + small[rows + 1][:, columns] * v * (1 - h)
        + small[rows + 1][:, columns + 1] * v * h
    )
    for number in range(round(first * RATE), round((first + seconds) * RATE)):
        left = (number * 3) % (WIDE * 3)
        top = round(20 + 20 * np.sin(number / 11))
        yield large[top : top + HIGH, left : left + WIDE].astype(np.uint8)


def tripod(seed: int, seconds: float = 3.0) -> Iterator[Picture]:
    """One still place with grain; a small thing moves through it as `seed` has it."""
    random = np.random.default_rng(seed)
    place = next(scene(0, 1.0)).astype(np.int16)
    x, y, colour = random.integers(0, WIDE), random.integers(10, HIGH - 20), random.integers(0, 256, 3)
    for _ in range(round(seconds * RATE)):
        picture = place + random.normal(0, 3, place.shape).astype(np.int16)
        x = (x + 2) % (WIDE - 12)
        picture[y : y + 12, x : x + 12] = colour
        yield picture.clip(0, 255).astype(np.uint8)


def black(seconds: float) -> Iterator[Picture]:
    """Nothing to see."""
    for _ in range(round(seconds * RATE)):
        yield np.full((HIGH, WIDE, 3), 16, np.uint8)


def still(seed: int, seconds: float = 3.0) -> Iterator[Picture]:
    """One picture for the whole time."""
    picture = next(scene(seed, 1.0))
    for _ in range(round(seconds * RATE)):
        yield picture


def film(
    path: Path,
    pictures: Iterable[Picture],
    codec: str = "mpeg4",
    *,
    bits: int = 1_500_000,
    gop: int = 12,
    size: tuple[int, int] = (WIDE, HIGH),
    rate: int = RATE,
    sound: bool = False,
    turned: int = 0,
    tags: dict[str, str] | None = None,
) -> Path:
    """Write a film; every `rate`-th of the pictures' own rate is taken."""
    with av.open(str(path), "w") as made:
        made.metadata.update(tags or {})
        stream = made.add_stream(codec, rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = gop
        stream.codec_context.bit_rate = bits
        if turned:
            stream.set_display_rotation(turned)
        voice = made.add_stream("aac", rate=8000, layout="mono") if sound else None
        shown = -1
        for number, picture in enumerate(pictures):
            place = number * rate // RATE
            if place == shown:
                continue
            shown = place
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(width=size[0], height=size[1], format=stream.pix_fmt)
            frame.pts, frame.time_base = place, Fraction(1, rate)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
        if voice is not None:
            _speak(made, voice, (shown + 1) / rate)
    return path


def _speak(made: Any, voice: Any, seconds: float) -> None:
    count = 1024
    for start in range(0, round(seconds * 8000) - count, count):
        wave = (8000 * np.sin(np.arange(start, start + count) / 9)).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, start, Fraction(1, 8000)
        made.mux(voice.encode(frame))
    made.mux(voice.encode())


def remuxed(source: Path, path: Path) -> Path:
    """The same packets in another container."""
    with av.open(str(source)) as read, av.open(str(path), "w") as made:
        stream = made.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return path
