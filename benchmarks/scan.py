"""Scanning against the floor: what a C program needs that only reads and decodes the same JPEGs.

A ratio of 0.90 means that Keepers needs 1/0.90 of the floor's time. All is run by turns, medians count.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from _work import Cost, adopt_orphans, arguments, cost, floor_command, middle, photos, shares, workplace

from keepers.model import Kind
from keepers.work.local import CHUNK_ITEMS
from keepers.workflows.job import Job
from keepers.workflows.measure import finished, measure

KEEPERS = [str(Path(sys.executable).with_name("keepers"))]
GOALS = {12: 0.90, 2: 0.85}
CORES = min(2, os.cpu_count() or 1)


def main() -> None:
    options = arguments(__doc__, files=600).parse_args()
    adopt_orphans()
    with workplace(options.tmp) as folder:
        floor = floor_command(folder)
        if options.folder:
            given = sorted(p for p in options.folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg"))
            one_file(floor, given, options.rounds, "given files")
            whole(floor, options.folder, given, options, folder)
            return
        large = photos(folder / "large", options.large, 12)
        small = photos(folder / "small", options.files, 2)
        one_file(floor, large, options.rounds, "12 MP", GOALS[12])
        one_file(floor, small[: max(1, len(small) // 4)], options.rounds, "2 MP", GOALS[2])
        whole(floor, folder / "small", small, options, folder)


def one_file(floor: list[str], files: Sequence[Path], rounds: int, name: str, goal: float = 0) -> None:
    """The work on one file, one core, no process or catalog."""
    jobs = [Job(str(file), file.stat().st_size, file.stat().st_dev, Kind.PHOTO) for file in files]
    for job in jobs:
        if (reason := measure(job).reason) != "":
            sys.exit(f"{job.path} {reason}")
    floors: list[Cost] = []
    ours: list[Cost] = []
    for _ in range(rounds):
        floors.append(cost([floor], shares(files, 1)))
        cpu, wall = time.process_time(), time.perf_counter()
        for start in range(0, len(jobs), CHUNK_ITEMS):
            finished([measure(job) for job in jobs[start : start + CHUNK_ITEMS]])
        ours.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    least, most = middle(floors), middle(ours)
    size = sum(job.size for job in jobs) / len(jobs) / 1e6
    each, bottom = most.cpu / len(jobs) * 1e3, least.cpu / len(jobs) * 1e3
    print(
        f"one file, {name} ({size:.2f} MB): {each:.2f} ms, floor {bottom:.2f} ms"
        f" -> {least.cpu / most.cpu:.2f} of the floor (CPU), {least.wall / most.wall:.2f} (clock)"
        + (f"; goal {goal:.2f}" if goal else "")
    )


def whole(
    floor: list[str], source: Path, files: Sequence[Path], options: argparse.Namespace, folder: Path
) -> None:
    """The whole program: start-up, listing, workers, catalog, grouping; then a second scan."""
    floors: list[Cost] = []
    firsts: list[Cost] = []
    seconds: list[Cost] = []
    for turn in range(max(1, options.rounds // 2)):
        floors.append(cost([floor] * CORES, shares(files, CORES)))
        catalog = folder / f"catalog-{turn}" / "catalog.db"
        settled = ["--catalog", str(catalog), "--jobs", str(CORES), "-q"]
        group = cost([[*KEEPERS, "group", str(source), *settled]], KEEPERS_FACES="none")
        firsts.append(group)
        seconds.append(cost([[*KEEPERS, "scan", str(source), *settled]]))
    least, first, second = middle(floors), middle(firsts), middle(seconds)
    print(
        f"scan and group of {len(files)} files on {CORES} cores: {first.cpu:.2f} s CPU, {first.wall:.2f} s; "
        f"floor {least.cpu:.2f} s, {least.wall:.2f} s -> {least.cpu / first.cpu:.2f} of the floor (CPU), "
        f"{least.wall / first.wall:.2f} (clock); goal 0.80"
    )
    print(
        f"second scan, nothing changed: {second.cpu:.2f} s CPU, {second.wall:.2f} s -> "
        f"{second.cpu / first.cpu:.1%} of the first (CPU), {second.wall / first.wall:.1%} (clock); goal 2 %"
    )


if __name__ == "__main__":
    main()
