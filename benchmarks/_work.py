"""What the speed programs share: photos to work on, and the CPU time of a whole tree of processes."""

import argparse
import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

# As the program does: threads of OpenBLAS that wait for work, spinning, would count as work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

#: Width, height, fine noise: a file has 3.3 MB at 12 megapixels and 0.45 MB at 2, as cameras write them.
SHAPES = {12: (4000, 3000, 8.0), 2: (1632, 1224, 5.4)}
QUALITY = 88
PR_SET_CHILD_SUBREAPER = 36
FLOOR = Path(__file__).with_name("floor.c")

#: The floor where no C compiler or libjpeg is at hand: the same work, driven by Python.
PYTHON_FLOOR = """
import sys, simplejpeg
for line in sys.stdin:
    data = open(line[:-1], "rb").read()
    simplejpeg.decode_jpeg(data, "GRAY", fastdct=True, fastupsample=True, min_height=1, min_width=1,
                           min_factor=8)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that something took: of all its processes together, and by the clock."""

    cpu: float
    wall: float


def photos(folder: Path, count: int, megapixels: int) -> list[Path]:
    """Draw JPEGs that are like no other: large shapes of their own, fine grain as a camera's."""
    random = np.random.default_rng(megapixels)
    width, height, noise = SHAPES[megapixels]
    grain = random.normal(0, noise, (height + 64, width + 64, 1)).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for number in range(count):
        small = random.integers(0, 256, (7, 9, 3), dtype=np.uint8)
        shapes = np.asarray(
            Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC), np.float32
        )
        y, x = random.integers(0, 64, 2)
        pixels = np.clip(shapes + grain[y : y + height, x : x + width], 0, 255).astype(np.uint8)
        made.append(folder / f"IMG_{number:05d}.jpg")
        Image.fromarray(pixels).save(made[-1], "JPEG", quality=QUALITY, exif=_exif(number))
    return made


def _exif(number: int) -> Image.Exif:
    """One photo an hour, so that nothing is a burst."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Bench", "Bench 1"
    taken = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    exif.get_ifd(0x8769)[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
    return exif


def adopt_orphans() -> None:
    """Become the parent of every process below, so that none of their CPU time is lost (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cost(commands: Sequence[Sequence[str | Path]], text: Sequence[str] = (), **environment: str) -> Cost:
    """Run commands side by side, each with its text as standard input, until all they started has ended."""
    start = time.perf_counter()
    running: list[subprocess.Popen[bytes]] = []
    for number, command in enumerate(commands):
        with tempfile.TemporaryFile() as given:
            given.write(text[number].encode() if text else b"")
            given.seek(0)
            running.append(
                subprocess.Popen(
                    command, stdin=given, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
                )
            )
    cpu = 0.0
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status, usage = os.wait4(-1, 0)
            cpu += usage.ru_utime + usage.ru_stime
            if status and process in {one.pid for one in running}:
                sys.exit(f"{commands[0]} ended with status {os.waitstatus_to_exitcode(status)}")
    for one in running:
        one.returncode = 0  # already waited for
    return Cost(cpu, time.perf_counter() - start)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of interleaved runs."""
    return Cost(median(one.cpu for one in costs), median(one.wall for one in costs))


def floor_command(folder: Path) -> list[str]:
    """The compiled floor, or the Python one where it cannot be compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    program = folder / "floor"
    if compiler:
        built = subprocess.run(
            [compiler, "-O2", "-o", program, FLOOR, "-ljpeg"], capture_output=True, check=False
        )
        if built.returncode == 0:
            return [str(program)]
    print("(no C compiler or libjpeg headers: the floor is simplejpeg in Python)")
    return [sys.executable, "-c", PYTHON_FLOOR]


def shares(files: Sequence[Path], parts: int) -> list[str]:
    """The names of the files, one a line, dealt out to so many processes."""
    return ["".join(f"{file}\n" for file in files[part::parts]) for part in range(parts)]


@contextlib.contextmanager
def workplace(given: Path | None) -> Iterator[Path]:
    """A folder for photos and catalogs, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="keepers-bench-", dir=given) as folder:
        yield Path(folder)


def arguments(doc: str | None, files: int, large: int = 24) -> argparse.ArgumentParser:
    """The options that the speed programs share."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--files", type=int, default=files, metavar="N", help="2-megapixel photos to draw")
    parser.add_argument("--large", type=int, default=large, metavar="N", help="12-megapixel photos to draw")
    parser.add_argument("--folder", type=Path, help="measure the JPEGs of this folder instead")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="interleaved runs; medians count")
    parser.add_argument("--tmp", type=Path, help="where to draw the photos")
    return parser
