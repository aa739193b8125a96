"""How fast and in how much memory likenesses are found among many photos, beside brute force with numpy.

    python benchmarks/search.py [--photos 100000] [--million] [--no-brute]

The hashes are synthetic: a third as many scenes as photos, each photo some bits from its scene, 0.5 % flat
frames that are all the same. Each line is one search; brute force is timed on a sample of rows and scaled.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from keepers.fingerprint import neighbours
from keepers.fingerprint.perceptual import BLOCK, PRINT, TURNS
from keepers.fingerprint.table import Photos
from keepers.group import looks
from keepers.group.grouping import clusters
from keepers.group.rule import Rule

Words = npt.NDArray[np.uint64]


def flipped(words: Words, bits: int, rng: np.random.Generator) -> Words:
    """The words with up to so many bits turned over in each."""
    for _ in range(bits):
        turn = np.uint64(1) << rng.integers(0, 64, words.shape, dtype=np.uint64)
        words = words ^ np.where(rng.random(words.shape) < 0.5, turn, np.uint64(0)).astype(np.uint64)
    return words


def prints(count: int, rng: np.random.Generator) -> npt.NDArray[np.void]:
    """Fingerprints of so many photos of a third as many scenes; one in 200 is flat."""
    scenes = max(1, count // 3)
    scene = rng.integers(0, scenes, count)
    table = np.zeros(count, PRINT)
    for turn in range(TURNS):
        table["phash"][:, turn] = flipped(rng.integers(0, 2**64, scenes, dtype=np.uint64)[scene], 6, rng)
        for part in range(2):
            table["dhash"][:, turn, part] = flipped(
                rng.integers(0, 2**64, scenes, dtype=np.uint64)[scene], 8, rng
            )
    table["old"] = table["dhash"][:, 0, 0]
    faces = np.random.default_rng(7).integers(0, 256, (64, BLOCK, BLOCK), dtype=np.uint8)
    for start in range(0, count, 10_000):
        table["block"][start : start + 10_000] = faces[scene[start : start + 10_000] % 64]
    table["deviation"], table["mean"], table["trim_share"] = 50.0, 128.0, 1.0
    flat = rng.random(count) < 0.005
    for name in ("phash", "dhash", "old"):
        table[name][flat] = 0
    table["deviation"][flat] = 0.5
    return table


def photos(count: int, rng: np.random.Generator) -> Photos:
    """A table of photos taken in runs of four seconds by one of eight cameras."""
    taken = 1.5e9 + np.sort(rng.integers(0, count // 4 * 600, count)).astype(np.float64)
    taken[rng.random(count) < 0.2] = np.nan
    return Photos(
        content=np.arange(count, dtype=np.int64),
        prints=prints(count, rng),
        taken=taken,
        certain=~np.isnan(taken),
        camera=rng.integers(1, 9, count).astype(np.int32),
        burst=np.zeros(count, np.int32),
        width=np.full(count, 4000, np.int32),
        height=np.full(count, 3000, np.int32),
        size=rng.integers(1_000_000, 5_000_000, count),
        ev=np.full(count, np.nan, np.float32),
        bias=np.zeros(count, np.float32),
        exposure_mode=np.zeros(count, np.int8),
        pixels=np.zeros((count, 2), np.uint64),
        stem=rng.integers(1, 9999, count),
        folder=(np.arange(count) // 200 + 1).astype(np.int32),
        raw=np.zeros(count, np.bool_),
    )


def pairs(hashes: Words, radius: int, jobs: int = 0) -> int:
    """Count the pairs within a radius."""
    return sum(len(i) for i, _ in neighbours.within(hashes, radius, jobs))


def timed(title: str, work: Callable[[], int], brute: float) -> None:
    """Print one line: seconds by the clock and of the processor, ratio to brute force, what was found."""
    start, spent = time.perf_counter(), time.process_time()
    found = work()
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    ratio = f"{brute / seconds:8.1f} x" if brute else "         "
    print(
        f"{title:46} {seconds:8.2f} s {spent:8.2f} CPU {ratio} {found:>10} found   peak {peak():6.0f} MB",
        flush=True,
    )


def brute_force(hashes: Words, rows: int = 400) -> float:
    """Seconds that comparing every two takes with numpy, from a sample of rows."""
    start = time.perf_counter()
    for row in range(0, len(hashes), max(1, len(hashes) // rows)):
        np.flatnonzero(np.bitwise_count(hashes[row] ^ hashes) <= 8)
    spent = time.perf_counter() - start
    return spent / len(range(0, len(hashes), max(1, len(hashes) // rows))) * len(hashes) / 2


def peak() -> float:
    """The largest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int, *, brute: bool) -> None:
    """All searches among so many photos."""
    print(f"{count:,} photos")
    table = photos(count, np.random.default_rng(1))
    rows = np.flatnonzero(looks.solid(table))
    hashes = np.ascontiguousarray(table.prints["phash"][rows, 0])
    slow = brute_force(hashes) if brute else 0.0
    print(f"{'numpy, every two':46} {slow:8.2f} s" if brute else "", f"table: peak {peak():.0f} MB")
    for radius in (5, 8, 10, 12):
        timed(f"pHash64 within {radius}", partial(pairs, hashes, radius), slow)
    timed("pHash64 within 12, one thread", partial(pairs, hashes, 12, 1), slow)
    timed("default rule, upright", lambda: len(looks.joined(list(looks.upright(table, rows))).left), slow)
    timed(
        "default rule, 7 other turns",
        lambda: len(looks.joined(list(looks.turned(table, rows))).left),
        14 * slow,
    )
    times = np.sort(np.nan_to_num(table.taken[rows], nan=0.0))
    timed(
        "window of 300 s",
        lambda: sum(len(i) for i, _ in neighbours.nearby(times[times > 0], hashes[times > 0], 300, 12)),
        slow,
    )
    timed("all groups", lambda: len(clusters(table, Rule())), 0)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--no-brute", action="store_true")
    args = parser.parse_args()
    measure(1_000_000 if args.million else args.photos, brute=not args.no_brute)
    return 0


if __name__ == "__main__":
    sys.exit(main())
