"""Exact copies among 3,000 files, beside jdupes: on a fresh catalog, and on a known one.

Usage: duplicates.py [FILES] [KILOBYTES]

Half of the files are copies of others, and the sizes of some that differ are equal. Where there is no jdupes, a
floor stands for it: a program that stats, groups by size and hashes. All files are in the system's cache. Ratios are of
one round, in which each takes its turn, and their median is told; those of the processor's time depend less on the load.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROUNDS = 7
HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
FLOOR = """
import os, sys
from blake3 import blake3
sizes = {}
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        sizes.setdefault(os.lstat(path).st_size, []).append(path)
found = {}
for same in sizes.values():
    for path in same if len(same) > 1 else ():
        with open(path, "rb") as file:
            found.setdefault(blake3(file.read()).digest(), []).append(path)
print(sum(len(paths) - 1 for paths in found.values()))
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    kilobytes = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        draw(root / "photos", count, kilobytes << 10)
        measure(root, count)


def draw(root: Path, count: int, size: int) -> None:
    for number in range(count // 2):
        data = HEAD + os.urandom(size + 512 * (number % 200))
        for place in ("phone", "backup/phone"):
            target = root / place / f"{number % 20:02}" / f"IMG_{number:05}.jpg"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def measure(root: Path, count: int) -> None:
    photos, catalog = str(root / "photos"), root / "catalog.db"
    ours = [str(Path(sys.executable).with_name("keepers")), "--catalog", str(catalog)]
    ours += ["duplicates", photos, "--kind", "same-bytes", "-q"]
    jdupes = shutil.which("jdupes")
    peer = [jdupes, "-r", "-q", photos] if jdupes else [sys.executable, "-c", FLOOR, photos]
    fresh: list[tuple[float, float]] = []
    known: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    timed(peer)
    for _ in range(ROUNDS):
        other.append(timed(peer))
        for file in root.glob("catalog.db*"):
            file.unlink()
        fresh.append(timed(ours))
        known.append(timed(ours))
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    print(f"{count} files, median of {ROUNDS}; start-up included; load {load:.1f} on {cores} cores")
    print(
        f"{'jdupes' if jdupes else 'floor'}                 {middle(seconds for seconds, _ in other):6.2f} s"
    )
    for name, values in (("fresh catalog", fresh), ("known catalog", known)):
        wall, processor = (
            middle(mine[n] / theirs[n] for mine, theirs in zip(values, other, strict=True)) for n in (0, 1)
        )
        print(
            f"keepers, {name} {middle(seconds for seconds, _ in values):6.2f} s  {wall:5.2f} of it,"
            f" {processor:5.2f} of its processor time"
        )


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def timed(words: Sequence[str]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    took, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
