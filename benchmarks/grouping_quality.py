"""What grouping finds and what it joins wrongly, on folders of photos with known answers.

    python benchmarks/grouping_quality.py DATA [LIBRARY…]

DATA holds the slices exact, near, bursts and brackets with their JSON; a LIBRARY holds truth.json and
library/.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from _intervals import share
from blake3 import blake3

from keepers.errors import UnreadableError
from keepers.fingerprint.perceptual import PRINT, fingerprint
from keepers.fingerprint.table import Photos
from keepers.group import duplicates
from keepers.group.grouping import clusters
from keepers.group.rule import Rule
from keepers.model import Facts, GroupKind, Kind, Taken
from keepers.read import dates, digests, formats, metadata, pixels
from keepers.read.packed import exposure_value

COPIES = {GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS, GroupKind.SAME_PICTURE}
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One file: its content, its facts, its fingerprint."""

    path: str
    content: str
    size: int
    facts: Facts
    taken: Taken
    prints: bytes
    raw: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Groups of paths, by kind."""

    groups: tuple[tuple[GroupKind, tuple[str, ...]], ...]

    def pairs(self, kinds: Iterable[GroupKind]) -> set[Pair]:
        """Every two paths that share a group of these kinds."""
        wanted = set(kinds)
        return {
            frozenset(pair)
            for kind, paths in self.groups
            if kind in wanted
            for pair in combinations(paths, 2)
        }


def look(job: tuple[Path, str]) -> Seen | None:
    """Measure one file as a scan does; None where it is no photo that can be read."""
    root, key = job
    path = root / key
    data = path.read_bytes()
    form = formats.sniff(data[:4096], path.name)
    if form is None or form.kind is not Kind.PHOTO:
        return None
    try:
        facts = metadata.facts(data, form)
        grey = pixels.scaled_grey(data, form, facts)
        facts = facts._replace(pixels=digests.pixel_digest(data, form))
    except UnreadableError:
        return None
    when = dates.taken(
        facts.dates, path.name, str(path.parent), path.stat().st_mtime_ns, datetime.now(UTC), UTC
    )
    prints = fingerprint(grey).tobytes()
    return Seen(key, blake3(data).hexdigest(), len(data), facts, when, prints, form.raw)


def table(seen: Sequence[Seen]) -> Photos:
    """The table that the catalog would make of these files, one row a content."""
    codes: dict[str, int] = {"": 0}

    def coded(words: Iterable[str]) -> list[int]:
        return [codes.setdefault(word, len(codes)) for word in words]

    def real(values: Iterable[float | None]) -> list[float]:
        return [float("nan") if value is None else value for value in values]

    digits = ["".join(c if c.isdigit() else " " for c in Path(s.path).stem).split() for s in seen]
    return Photos(
        content=np.arange(len(seen), dtype=np.int64),
        prints=np.frombuffer(b"".join(s.prints for s in seen), PRINT),
        taken=np.array(real(None if s.taken.source == "mtime" else s.taken.at.timestamp() for s in seen)),
        certain=np.array([s.taken.certain for s in seen], np.bool_),
        camera=np.array(coded(s.facts.camera for s in seen), np.int32),
        burst=np.array(coded(s.facts.burst for s in seen), np.int32),
        width=np.array([s.facts.width for s in seen], np.int32),
        height=np.array([s.facts.height for s in seen], np.int32),
        size=np.array([s.size for s in seen], np.int64),
        ev=np.array(real(exposure_value(s.facts) for s in seen), np.float32),
        bias=np.array(real(s.facts.bias_ev for s in seen), np.float32),
        exposure_mode=np.array(
            [-1 if s.facts.exposure_mode is None else s.facts.exposure_mode for s in seen], np.int8
        ),
        pixels=np.frombuffer(
            b"".join(bytes.fromhex(s.facts.pixels)[:16].ljust(16, b"\0") for s in seen), np.uint64
        ).reshape(-1, 2),
        stem=np.array([int(d[-1][:15]) if d else -1 for d in digits], np.int64),
        folder=np.array(coded(str(Path(s.path).parent) for s in seen), np.int32),
        raw=np.array([s.raw for s in seen], np.bool_),
    )


def grouped(root: Path, keys: Iterable[str], rule: Rule, jobs: int) -> Found:
    """Group these files of a folder, full decodes for equal pixels included."""
    with ProcessPoolExecutor(jobs, get_context("forkserver")) as pool:
        files = [seen for seen in pool.map(look, [(root, key) for key in sorted(keys)], chunksize=16) if seen]
    paths: dict[str, list[str]] = {}
    first: dict[str, Seen] = {}
    for seen in files:
        paths.setdefault(seen.content, []).append(seen.path)
        first.setdefault(seen.content, seen)
    rows = [first[content] for content in sorted(first)]
    photos = table(rows)
    wanted = {row for pair in duplicates.pixel_candidates(photos) for row in pair}
    full = {row: full_digest(root / rows[row].path) for row in sorted(wanted)}
    groups = [(GroupKind.SAME_BYTES, tuple(same)) for same in paths.values() if len(same) > 1]
    groups += [
        (c.kind, tuple(path for row in c.rows for path in paths[rows[row].content]))
        for c in clusters(photos, rule, full)
    ]
    return Found(tuple(groups))


def full_digest(path: Path) -> str:
    """The digest of the decoded pixels; empty where there is none."""
    data = path.read_bytes()
    form = formats.sniff(data[:4096], path.name)
    return digests.full_pixel_digest(data, form) if form else ""


def files(root: Path, below: str) -> list[str]:
    """All photos of a slice."""
    return [
        str(p.relative_to(root))
        for p in (root / below).rglob("*")
        if p.is_file() and p.suffix not in {".json", ".xmp", ".md"}
    ]


def show(title: str, cases: Iterable[tuple[Hashable, bool]], wrong: Iterable[Pair] = ()) -> None:
    """One line of the table with its interval, cases of one cluster counted as such, and what was joined wrongly."""
    bad = [sorted(pair) for pair in wrong]
    print(f"{title:44} {share(cases)!s:24}   false {len(bad)}")
    for pair in sorted(bad)[:12]:
        print("    false:", *pair)


def none_of(title: str, found: Collection[object]) -> None:
    """One line: how many there are of what should not be."""
    print(f"{title:44} {len(found)} (wanted 0)")


def exact(root: Path, rule: Rule, jobs: int) -> None:
    """Whole groups of copies with equal pixels, and traps."""
    truth = json.loads((root / "exact/exact.json").read_text())
    found = grouped(root, files(root, "exact"), rule, jobs)
    of = {m["path"]: n for n, g in enumerate(truth["groups"]) for m in g["members"]}
    pairs = found.pairs({GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS})
    whole = [
        all(frozenset(p) in pairs for p in combinations([m["path"] for m in g["members"]], 2))
        for g in truth["groups"]
    ]
    show("exact: whole groups of equal pixels", enumerate(whole), (p for p in pairs if unlike(p, of)))


def unlike(pair: Pair, of: Mapping[str, Any]) -> bool:
    """Whether the two belong to different groups, or to none."""
    return len({of.get(path, path) for path in pair}) > 1


def near(root: Path, rule: Rule, jobs: int) -> None:
    """Easy pairs, hard edits with their original, different photos joined."""
    truth = json.loads((root / "near/groups.json").read_text())
    found = grouped(root, files(root, "near"), rule, jobs)
    pairs = found.pairs(COPIES)
    of: dict[str, str] = {m["path"]: g["id"] for g in truth["groups"] for m in g["members"]}
    of |= {
        m: s["id"]
        for s in truth["hard_sets"]
        if s["relation"] in {"duplicate", "near_identical_view"}
        for m in s["members"]
    }
    # Known flaws of the data: these are the very pictures that the groups were made of.
    of |= {"near/hard_00/04.jpg": "near-02", "near/hard_07/01.jpg": "near-10"}
    easy = [
        (g["id"], frozenset(p))
        for g in truth["groups"]
        for p in combinations([m["path"] for m in g["members"] if not m.get("hard")], 2)
    ]
    hard = [
        (g["id"], m["edit"], frozenset((g["members"][0]["path"], m["path"])))
        for g in truth["groups"]
        for m in g["members"]
        if m.get("hard")
    ]
    show("near: easy pairs", ((group, p in pairs) for group, p in easy), (p for p in pairs if unlike(p, of)))
    for _, p in easy:
        if p not in pairs:
            print("    lost:", *sorted(p))
    show("near: hard edits with their original", ((group, p in pairs) for group, _, p in hard))
    for _, edit, p in hard:
        if p not in pairs:
            print("    lost:", edit, *sorted(p))
    hit, all_of = Counter(e for _, e, p in hard if p in pairs), Counter(e for _, e, _ in hard)
    print("   ", ", ".join(f"{edit} {hit[edit]}/{number}" for edit, number in sorted(all_of.items())))
    series = found.pairs({GroupKind.BURST, GroupKind.BRACKET})
    none_of("near: bursts or brackets seen among them", series)


def bursts(root: Path, rule: Rule, jobs: int) -> None:
    """Pairs of frames in one burst; pairs across series."""
    truth = json.loads((root / "bursts/best.json").read_text())
    found = grouped(root, files(root, "bursts"), rule, jobs)
    pairs = found.pairs({GroupKind.BURST})
    of = {f["path"]: b["id"] for b in truth["bursts"] for f in b["frames"]}
    real = [b for b in truth["bursts"] if "not_a_burst" not in b["title"]]
    every = {
        b["title"]: [frozenset(p) for p in combinations([f["path"] for f in b["frames"]], 2)] for b in real
    }
    wanted = [(title, p in pairs) for title, all_pairs in every.items() for p in all_pairs]
    show("bursts: pairs of frames", wanted, (p for p in pairs if unlike(p, of)))
    print(
        "   ",
        ", ".join(f"{title} {sum(p in pairs for p in some)}/{len(some)}" for title, some in every.items()),
    )
    copies = found.pairs({GroupKind.SAME_PICTURE, GroupKind.SAME_PIXELS})
    none_of("bursts: frames taken for copies", copies)


def brackets(root: Path, rule: Rule, jobs: int) -> None:
    """Whole exposure stacks, and look-alikes."""
    truth = json.loads((root / "brackets/brackets.json").read_text())
    found = grouped(root, files(root, "brackets"), rule, jobs)
    sets = {frozenset(paths) for kind, paths in found.groups if kind is GroupKind.BRACKET}
    wanted = {frozenset(f["path"] for f in s["frames"]) for s in truth["sets"] if s["is_bracket"]}
    show("brackets: whole stacks", ((stack, stack in sets) for stack in wanted), sets - wanted)


def library(root: Path, rule: Rule, jobs: int) -> None:
    """The same questions of a synthetic library."""
    truth = json.loads((root / "truth.json").read_text())
    scene = {f["path"]: f["scene"] for f in truth["files"]}
    found = grouped(root / "library", [f["path"] for f in truth["files"]], rule, jobs)
    exact_pairs = pairs_of(g["members"] for g in truth["exact_groups"])
    near_pairs = {frozenset((g["members"][0], m)) for g in truth["near_groups"] for m in g["members"][1:]}
    burst_pairs = pairs_of(b["frames"] for b in truth["bursts"])
    stacks = {frozenset(b["frames"]) for b in truth["brackets"]}
    copies, series = found.pairs(COPIES), found.pairs({GroupKind.BURST})
    print(root.name)
    exact_found = found.pairs({GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS})

    def cases(wanted: Iterable[Pair], there: Collection[Pair]) -> list[tuple[Hashable, bool]]:
        return [(scene[min(pair)], pair in there) for pair in wanted]

    show("library: exact pairs", cases(exact_pairs, exact_found))
    show(
        "library: edits with their original",
        cases(near_pairs, copies),
        (p for p in copies if unlike(p, scene)),
    )
    edits = {f["path"]: f.get("edit") for f in truth["files"]}
    print(
        "    lost:",
        Counter(next(filter(None, (edits[m] for m in sorted(p))), "?") for p in near_pairs - copies),
    )
    show("library: burst pairs", cases(burst_pairs, series), (p for p in series if unlike(p, scene)))
    none_of("library: burst pairs taken for copies", burst_pairs & copies)
    sets = {frozenset(paths) for kind, paths in found.groups if kind is GroupKind.BRACKET}
    show("library: brackets", cases(stacks, sets), sets - stacks)


def pairs_of(groups: Iterable[Sequence[str]]) -> set[Pair]:
    """Every two members of each group."""
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("libraries", type=Path, nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--threshold", type=int)
    args = parser.parse_args()
    rule = Rule(threshold=args.threshold)
    for part in (exact, near, bursts, brackets):
        part(args.data, rule, args.jobs)
    for root in args.libraries:
        library(root, rule, args.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
