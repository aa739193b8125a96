"""The long proof as a program: `python -m tests.proof move undo --points 150`, `python -m tests.proof --table`.

A line that takes longer than a machine is free is run in pieces: `--part 1/8`, then `--part 2/8`; the table joins them.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.proof.blackbox import ALL_MODES, Trial, broken, scenarios, without
from tests.proof.corpus import lay_out
from tests.proof.table import publish

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
RESULTS = ROOT / ".cache" / "proof"

#: More than any run has.
EVERY = 1 << 20


def main() -> int:
    """Disturb the named scenarios, or all; 1 when something did not hold."""
    asked = _asked()
    if asked.table:
        publish(RESULTS, PAGE)
        return 0
    if why := without():
        sys.exit(why)
    RESULTS.mkdir(parents=True, exist_ok=True)
    bad = sum(_disturbed(asked, jobs) for jobs in asked.jobs)
    publish(RESULTS, PAGE)
    return 1 if bad else 0


def _disturbed(asked: argparse.Namespace, jobs: int) -> int:
    """How many faults broke a promise."""
    broke = 0
    for scenario in scenarios(jobs):
        if asked.scenarios and scenario.name not in asked.scenarios:
            continue
        for mode in scenario.modes:
            if mode not in asked.modes:
                continue
            with tempfile.TemporaryDirectory(prefix="keepers-proof-", dir=asked.on) as folder:
                trial = Trial(
                    _points(asked, scenario.name, mode), asked.seed, asked.fs, asked.undo_now, (mode,),
                    part=asked.part,
                )  # fmt: skip
                photos = lay_out(Path(folder, "photos"))
                ended = broken(scenario, photos, Path(folder, "work"), trial)
            told = f"{scenario.name}-{mode}-{asked.fs if mode == 'powercut' else ''}-{jobs}-{asked.seed}"
            if asked.part[1] > 1:
                told += "-{}of{}".format(*asked.part)
            row = {"scenario": scenario.name, "mode": mode, "jobs": jobs, "seed": asked.seed,
                   "writes": ended.writes, "reads": ended.reads, "rows": ended.rows}  # fmt: skip
            (RESULTS / f"{told}.json").write_text(json.dumps(row, indent=1), "utf-8")
            bad = [each for each in ended.rows if each["broke"]]
            broke += len(bad)
            sys.stdout.write(f"{told}: {len(ended.rows)} tried, {len(bad)} broke, {ended.writes} points\n")
            sys.stdout.flush()
    return broke


def _points(asked: argparse.Namespace, scenario: str, mode: str) -> int:
    if asked.points is not None:
        return int(asked.points)
    return EVERY if (scenario, mode) == ("move", "kill") else 150


def part(text: str) -> tuple[int, int]:
    """Which piece of how many: `1/8`."""
    first, parts = map(int, text.split("/"))
    if not 1 <= first <= parts:
        message = f"{text} is no part of a whole"
        raise argparse.ArgumentTypeError(message)
    return first, parts


def _asked() -> argparse.Namespace:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("scenarios", nargs="*", help="default: all")
    told.add_argument("--modes", type=lambda text: text.split(","), default=ALL_MODES)
    told.add_argument("--points", type=int, help="faults of a kind; default: 150, and all kills of a move")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--jobs", type=lambda text: [int(word) for word in text.split(",")], default=(1, 3))
    told.add_argument("--part", type=part, default=(1, 1), help="1/8 is the first of eight pieces")
    told.add_argument("--fs", default="ext4,xfs,btrfs")
    told.add_argument("--undo-now", action="store_true")
    told.add_argument("--on", help="a folder for the trials; its disk is used")
    told.add_argument(
        "--table", action="store_true", help="write what earlier runs found into docs/reliability.md"
    )
    return told.parse_args()


if __name__ == "__main__":
    sys.exit(main())
