"""How long a clip takes to look into, beside plainly decoding the same pictures with PyAV.

    python benchmarks/clips.py [FILM…]

Without films, four are made: 20 s in 1080p as a phone writes it (a key frame each second), the same as programs
convert it (one in eight seconds) and in 480p, and 5 s in 4K HEVC. `scan` is what a scan adds for a clip: opening, facts, key
frames, fingerprint. `plain` opens the file by its name with PyAV's own settings (all cores) and decodes key frames
at the same moments to RGB arrays. `exact` is what comparing a clip with others costs, once, where key frames do
not refute it. Seconds are those of the processor; the first round, which imports, is left out.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from keepers.fingerprint import clips
from keepers.model import ContentId
from keepers.read import film
from keepers.workflows import footage
from keepers.workflows.job import Footage

ROUNDS = 5
MADE: tuple[tuple[str, tuple[int, int], str, int, int], ...] = (
    ("1080p-phone.mp4", (1920, 1080), "libx264", 30, 20),
    ("1080p-converted.mp4", (1920, 1080), "libx264", 250, 20),
    ("480p.mp4", (854, 480), "libx264", 250, 20),
    ("2160p-hevc.mp4", (3840, 2160), "libx265", 30, 5),
)


def pictures(wide: int, high: int, seconds: int) -> Iterator[npt.NDArray[np.uint8]]:
    """A pan over grain and shapes, 30 pictures a second."""
    random = np.random.default_rng(1)
    coarse = np.kron(random.integers(0, 256, (12, 20, 3)), np.ones((high // 8, wide // 12, 1)))
    large = np.clip(coarse + random.normal(0, 6, coarse.shape), 0, 255).astype(np.uint8)
    for number in range(seconds * 30):
        left, top = (number * 4) % (large.shape[1] - wide), number % (large.shape[0] - high)
        yield large[top : top + high, left : left + wide]


def make(path: Path, size: tuple[int, int], codec: str, gop: int, seconds: int) -> Path:
    """Write one film."""
    with av.open(str(path), "w") as made:
        stream: Any = made.add_stream(codec, rate=30)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        stream.options = {"preset": "ultrafast", "crf": "24", "x265-params": "log-level=none"}
        for picture in pictures(*size, seconds):
            made.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        made.mux(stream.encode())
    return path


def scan(path: str) -> bytes:
    """What a scan adds for a clip."""
    return footage.learned(path, film.video_facts(path))[1]


def plain(path: str, moments: list[float]) -> int:
    """The pictures at the same moments, by PyAV alone."""
    found = 0
    with av.open(path) as container:
        stream = container.streams.video[0]
        base = float(stream.time_base or 1)
        for moment in moments:
            container.seek(int(moment / base), stream=stream)
            picture = next(container.decode(video=0), None)
            found += picture is not None and picture.to_ndarray(format="rgb24").size > 0
    return found


def cost(work: Callable[[], object]) -> float:
    """Milliseconds of the processor, the median of some rounds."""
    taken: list[float] = []
    for _ in range(ROUNDS + 1):
        before = time.process_time()
        work()
        taken.append((time.process_time() - before) * 1000)
    return median(taken[1:])


def main() -> None:
    """Print one line a film."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("films", nargs="*", type=Path)
    films: list[Path] = parser.parse_args().films
    with tempfile.TemporaryDirectory() as folder:
        films = films or [
            make(Path(folder) / name, size, codec, gop, long) for name, size, codec, gop, long in MADE
        ]
        print(f"{'film':<22} {'scan ms':>8} {'plain ms':>9} {'ratio':>6} {'exact ms':>9} {'pictures':>9}")
        for path in films:
            data = scan(str(path))
            known = clips.unpacked(data)
            ours = cost(partial(scan, str(path)))
            moments = [] if known is None else known.samples["moment"].tolist()
            theirs = cost(partial(plain, str(path), moments))
            exact = cost(partial(footage.compared, Footage(str(path), ContentId("b3:"), data, 0)))
            print(
                f"{path.name:<22} {ours:8.0f} {theirs:9.0f} {ours / theirs:6.2f} {exact:9.0f} {len(moments):9}"
            )


if __name__ == "__main__":
    main()
