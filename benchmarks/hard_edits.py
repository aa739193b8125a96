"""How many hard edits of photos grouping links to their original, and which different photos it joins.

    python benchmarks/hard_edits.py FOLDER… [--half held|open|all] [--option=--second-pass=on] [--every N] [--keep DIR]

Takes one photo of each picture and series of the folders, and makes the edits itself: crops, tilts, mirrors, turns,
borders, screenshots, photos of screens and paper, stickers, captions and collages, small versions, and
combinations. They lie in other folders than the originals, under other names, without any metadata. Every pair
of two different sources in one group is false. `held` are the photos of which half the hashes of the names begin with
an even number: nothing was tuned on them. With `--every 5` five or six edits of each photo are made, as people have them,
not all 27. With `--option=--scene=none` or `--option=--scene=sscd` beside the second pass it tells what a scene back end adds.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from _edits import COLLAGE, EDITS, Rgb, collage, small
from blake3 import blake3
from PIL import Image, ImageOps

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
COPIES = {"same-bytes", "same-pixels", "same-picture"}
#: Longest side that an edit is made from, and that it has at most: what phones share.
LARGEST = 2048
SMALLEST = 240


@dataclass(frozen=True, slots=True)
class Making:
    """One source with its edits: where it lies, where they go, and a photo that stands beside it in a collage.

    Only each `every`-th kind is made, another one first for each source.
    """

    source: Path
    beside: Path
    number: int
    into: Path
    every: int = 1


def opened(path: Path) -> Rgb:
    """The upright picture in RGB, of at most `LARGEST` a side."""
    with Image.open(path) as picture:
        picture.draft("RGB", (LARGEST, LARGEST))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return np.asarray(upright)


def made(job: Making) -> list[tuple[str, str]]:
    """Write the edits of one source; the kind of each, and its name."""
    picture = opened(job.source)
    found: list[tuple[str, str]] = []
    for number, kind in enumerate((*EDITS, COLLAGE)):
        if (number - job.number) % job.every:
            continue
        random = np.random.default_rng([number, *blake3(job.source.name.encode()).digest()[:4]])
        edited = (
            collage(picture, random, opened(job.beside)) if kind == COLLAGE else EDITS[kind](picture, random)
        )
        name = f"{number:02}/{job.number:04}-{blake3(f'{kind}{job.number}'.encode()).hexdigest()[:6]}.jpg"
        (job.into / name).parent.mkdir(parents=True, exist_ok=True)
        # Messengers: 1,600 pixels and a quality of 60 to 90.
        Image.fromarray(small(edited, 1600)).save(job.into / name, quality=int(random.integers(60, 91)))
        found.append((kind, name))
    return found


def is_held(name: str) -> bool:
    """Whether a photo belongs to the half that nothing is tuned on."""
    return blake3(name.encode()).digest()[0] % 2 == 0


def sources(folders: Sequence[Path], half: str, most: int, jobs: int) -> list[Path]:
    """One readable photo of each group of the first pass, large enough to be edited."""
    spare: set[Path] = set()
    for _, members in grouped(folders, jobs, ()):
        spare |= set(sorted(members)[1:])
    paths = {p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in ENDINGS}
    by_name = {path.name: path for path in sorted(paths - spare) if fits(path)}
    wanted = [p for n, p in sorted(by_name.items()) if half == "all" or is_held(n) == (half == "held")]
    return wanted[:most]


def grouped(folders: Sequence[Path], jobs: int, options: Sequence[str]) -> list[tuple[str, tuple[Path, ...]]]:
    """What `keepers group` finds, from nothing: kinds, and the paths of the members with their copies."""
    with tempfile.TemporaryDirectory(prefix="keepers-bench-") as scratch:
        command = [
            str(Path(sys.executable).with_name("keepers")),
            "group",
            *map(str, folders),
            "--json",
            "--faces",
            "none",
            "-q",
        ]
        command += ["--catalog", f"{scratch}/catalog.db", "--jobs", str(jobs), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in {0, 3}:
            raise SystemExit(done.stderr)
        document = json.loads(done.stdout)
    return [
        (group["kind"], tuple(Path(path) for m in group["members"] for path in (m["path"], *m["copies"])))
        for group in document["groups"]
    ]


def fits(path: Path) -> bool:
    """Whether Pillow opens it and its short side has `SMALLEST` pixels."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            picture.load()
            return min(picture.size) >= SMALLEST
    except (OSError, ValueError, SyntaxError):
        return False


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    z = 1.96
    share = found / max(1, of)
    middle = share + z * z / (2 * max(1, of))
    half = z * math.sqrt(share * (1 - share) / max(1, of) + z * z / (4 * max(1, of) ** 2))
    scale = 1 + z * z / max(1, of)
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def shown(title: str, found: int, of: int) -> None:
    low, high = wilson(found, of)
    print(f"{title:28} {found:5}/{of:<5} {found / max(1, of):5.2f}   ({low:.2f}-{high:.2f})")


def library(folder: Path, picked: Sequence[Path], jobs: int, every: int) -> None:
    """Write originals and edits, and the kind, name and source of each edit."""
    (folder / "originals").mkdir(parents=True)
    work: list[Making] = []
    for number, source in enumerate(picked):
        (folder / "originals" / f"{number:04}{source.suffix}").write_bytes(source.read_bytes())
        work.append(Making(source, picked[number - 1], number, folder / "edits", every))
    with ProcessPoolExecutor(jobs, get_context("forkserver")) as pool:
        lists = list(pool.map(made, work))
    edits = [(kind, name, job.number) for job, some in zip(work, lists, strict=True) for kind, name in some]
    names = [f"{number:04}{source.suffix}" for number, source in enumerate(picked)]
    truth = {"originals": names, "edits": edits, "sources": [p.name for p in picked]}
    (folder / "truth.json").write_text(json.dumps(truth))


def report(
    groups: Iterable[tuple[str, ...]], edits: Sequence[tuple[str, str, int]], names: Sequence[str]
) -> None:
    """Print the recall of each kind, and the false pairs."""
    of = {f"originals/{name}": {number} for number, name in enumerate(names)}
    of |= {f"edits/{name}": {source} for _, name, source in edits}
    count = len(names)
    of |= {f"edits/{name}": {source, (source - 1) % count} for kind, name, source in edits if kind == COLLAGE}
    linked: set[str] = set()
    false: list[tuple[str, str]] = []
    for paths in groups:
        known = [path for path in paths if path in of]
        for one, other in combinations(sorted(known), 2):
            if not of[one] & of[other]:
                false.append((one, other))
        with_original = {number for path in known if path.startswith("originals/") for number in of[path]}
        linked |= {path for path in known if path.startswith("edits/") and of[path] & with_original}
    for kind in (*EDITS, COLLAGE):
        some = [name for k, name, _ in edits if k == kind]
        if some:
            shown(kind, sum(f"edits/{name}" in linked for name in some), len(some))
    shown("all hard edits", len(linked), len(edits))
    print(f"false pairs {len(false)} among {len(names)} different photos and their edits")
    for one, other in sorted(false):
        print("    false:", one, other)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--half", choices=("held", "open", "all"), default="all")
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument(
        "--every", type=int, default=1, help="make only each so-manieth kind of edit of a photo"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--option", action="append", default=[], help="an option for `keepers group`")
    parser.add_argument("--keep", type=Path, help="a library that is made here if there is none, and left")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="keepers-bench-") as scratch:
        folder = args.keep or Path(scratch) / "library"
        if not (folder / "truth.json").exists():
            library(folder, sources(args.folders, args.half, args.most, args.jobs), args.jobs, args.every)
        truth = json.loads((folder / "truth.json").read_text())
        names: list[str] = truth["originals"]
        edits = [(str(kind), str(name), int(number)) for kind, name, number in truth["edits"]]
        print(f"{len(names)} photos, {len(edits)} edits", flush=True)
        found = grouped([folder], args.jobs, args.option)
        groups = (tuple(str(p.relative_to(folder)) for p in paths) for kind, paths in found if kind in COPIES)
        report(groups, edits, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
