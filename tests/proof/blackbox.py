"""Drives the crash harness of the neighbouring checkout against whole commands.

The harness knows nothing of this product. What is added here: one path for every trial (which file of two equal ones is
kept may depend on the path), times in reports that do not count, images that are copied with their holes, and a start of
the program for the run that is disturbed only.
"""

import importlib
import json
import re
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from tests.proof.ready import loaded

HARNESS = Path(__file__).resolve().parents[3] / "shared" / "tools" / "blackbox"
KILLER = Path(__file__).with_name("kill_at.py")
KILL = re.compile(r"(\w+):signal=KILL:when=(\d+)")
KEEPERS = Path(sys.executable).with_name("keepers")
ALL_MODES = ("kill", "error", "read", "short", "nospc", "powercut")
#: The time of a run in the names of its reports; the second report of one second has a number too.
STAMP = re.compile(rb"report_\d{8}_\d{6}(_\d+)?(?=\.)")
#: How Python tells of a module that could not be read.
IMPORTING = re.compile(
    r"<frozen importlib\._bootstrap|^(ImportError|ModuleNotFoundError): |site-packages/\S+, line \d+, in <module>",
    re.MULTILINE,
)
#: What a system call refuses that no copy can do without: the fault, what it broke, and how that is.
LIMITS = (
    (
        r"fchmod#.*=EPERM",
        "I5",
        "permission bits changed",
        "the disk refused the mode, which the journal tells",
    ),
    (r"unlinkat#.*=EACCES", "I5", "folders differ", "the disk refused to remove an empty folder"),
    (r"openat#.*=ENOENT", "I4", "contents differ", "the disk said that a folder was gone that was there"),
)
FULL = (20, 250, 550, 850, 100, 400, 700, 950)


def without() -> str:
    """Why the harness cannot be used here; empty where it can."""
    if not (HARNESS / "crash_harness.py").is_file():
        return (
            f"{HARNESS} is not there: the long proof needs the black-box harness of the neighbouring checkout"
        )
    if shutil.which("strace") is None:
        return "strace is needed to break system calls"
    return ""


@dataclass(frozen=True)
class Scenario:
    """One command that is disturbed, and where its files lie."""

    name: str
    says: str
    run: str
    undo: bool = True
    setup: str = ""
    target: str = "dir"
    only: str = ""
    modes: tuple[str, ...] = ALL_MODES


IMPORT = "import {{src}} --to {{dst}} {how} --yes --jobs {jobs}"
ACROSS = "tmpfs:64m"


def scenarios(jobs: int) -> tuple[Scenario, ...]:
    """What is disturbed; `jobs` worker processes read."""
    move, copy = (IMPORT.format(how=how, jobs=jobs) for how in ("--move", "--copy"))
    duplicates = f"duplicates {{src}} --trash --yes --jobs {jobs}"
    organize = f"organize {{src}} --to {{dst}} --yes --faces none --jobs {jobs}"
    slice_of = "^fsync .*keepers-"
    told = (
        Scenario("move", "import --move within a volume", move),
        Scenario("move-across", "import --move to another volume", move, target=ACROSS),
        Scenario("copy", "import --copy", copy),
        Scenario("copy-across", "import --copy to another volume", copy, target=ACROSS),
        Scenario("duplicates", "duplicates --trash", duplicates),
        Scenario("organize", "organize", organize),
        Scenario("undo", "undo of import --move", "undo --yes", undo=False, setup=move),
        Scenario("undo-across", "undo of import --move to another volume", "undo --yes",
                 undo=False, setup=move, target=ACROSS),
        Scenario("undo-copy", "undo of import --copy", "undo --yes", undo=False, setup=copy),
        Scenario("undo-duplicates", "undo of duplicates --trash", "undo --yes", undo=False, setup=duplicates),
        Scenario("fsync-across", "import --move to another volume: each fsync of a copy fails", move,
                 target=ACROSS, only=slice_of, modes=("error",)),
        Scenario("fsync-copy", "import --copy: each fsync of a copy fails", copy, only=slice_of, modes=("error",)),
    )  # fmt: skip
    return tuple(_in_its_modes(scenario, jobs) for scenario in told)


def _in_its_modes(scenario: Scenario, jobs: int) -> Scenario:
    # A full disk is made of a small target that is empty at the start.
    fills = not scenario.setup and "{dst}" in scenario.run
    modes = tuple(mode for mode in scenario.modes if fills or mode != "nospc")
    # Images of their own are other volumes anyway.
    modes = tuple(mode for mode in modes if scenario.target == "dir" or mode != "powercut")
    # With more processes the writes that are counted are those of their pipes, and no kernel lies there.
    modes = tuple(mode for mode in modes if jobs == 1 or mode != "short")
    return replace(scenario, modes=modes)


@dataclass
class Trial:
    """How many faults, which, and where."""

    points: int
    seed: int = 1
    fs: str = "ext4"
    undo_now: bool = False
    modes: tuple[str, ...] = ()
    timeout: float = 90
    part: tuple[int, int] = (1, 1)


@dataclass
class Outcome:
    """What became of one scenario."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    writes: int = 0
    reads: int = 0


def broken(scenario: Scenario, photos: Path, work: Path, trial: Trial) -> Outcome:
    """Disturb a scenario, and say what held."""
    with _harness() as crash:
        bench = type("OnePath", (crash.Bench,), {**CHANGED, "part": trial.part})(
            _arguments(scenario, photos, work, trial)
        )
        outcome = Outcome(bench.rows)
        bench.baseline()
        outcome.writes, outcome.reads = len(bench.kill_points), len(bench.read_points)
        for mode in trial.modes or scenario.modes:
            if mode in scenario.modes:
                getattr(bench, mode)()
        shutil.rmtree(work, ignore_errors=True)
        return outcome


def _arguments(scenario: Scenario, photos: Path, work: Path, trial: Trial) -> Namespace:
    keepers = f"{KEEPERS} --catalog {{state}}/c.db "
    return Namespace(
        photos=str(photos), work=str(work), ignore=r"\.keepers-", seed=trial.seed, fs=trial.fs, only=scenario.only,
        run=keepers + scenario.run, setup=scenario.setup and keepers + scenario.setup, resume=None,
        # After an undo that was disturbed and finished, the tree has to be the first one: nothing more to call.
        undo=keepers + ("undo --yes" if scenario.undo else "history"),
        journal=keepers + "history --originals --jsonl", points=trial.points, src_vol="dir",
        dst_vol=scenario.target, undo_now=trial.undo_now and scenario.undo, timeout=trial.timeout,
        verbose=False, show=False,
    )  # fmt: skip


@contextmanager
def _harness() -> Iterator[Any]:
    sys.path.insert(0, str(HARNESS))
    try:
        lib: Any = importlib.import_module("faultlib")
        crash: Any = importlib.import_module("crash_harness")
    finally:
        sys.path.remove(str(HARNESS))
    kept = lib.snapshot, lib.digest_of, lib.shutil, lib.Volume, lib.strace_argv, lib.run
    lib.Volume = type("Owned", (lib.Volume,), {"__init__": _owned})
    lib.strace_argv = _stopped_at_few_calls(lib.strace_argv)
    lib.snapshot = _timeless_names(lib.snapshot)
    lib.digest_of = _timeless_digest(lib.digest_of)
    lib.shutil = SimpleNamespace(rmtree=shutil.rmtree, copyfile=_copy_with_holes)
    try:
        with loaded(KEEPERS, lib.run, lib.Result) as lib.run:
            yield crash
    finally:
        lib.snapshot, lib.digest_of, lib.shutil, lib.Volume, lib.strace_argv, lib.run = kept


def timeless(name: bytes) -> bytes:
    """The name of a report without the time of its run, which no two runs share."""
    return STAMP.sub(b"report_WHEN", name)


def _stopped_at_few_calls(strace: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """The kernel passes on only the calls that are asked for: a run takes 0.7 s in place of 2 s."""

    def argv(inject: Sequence[str], *told: Any) -> list[str]:
        killed = [KILL.fullmatch(one) for one in inject]
        if len(killed) == 1 and killed[0]:
            return [sys.executable, str(KILLER), *killed[0].groups()]
        program, *rest = strace(inject, *told)
        return [program, "--seccomp-bpf", *rest]

    return argv


def _timeless_names(snapshot: Callable[..., dict[bytes, Any]]) -> Callable[..., dict[bytes, Any]]:
    def taken(*told: Any) -> dict[bytes, Any]:
        return {timeless(name): entry for name, entry in snapshot(*told).items()}

    return taken


def _timeless_digest(digest: Callable[[Any], str]) -> Callable[[Any], str]:
    def taken(path: Any) -> str:
        file = Path(path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else path)
        if file.parent.name == "reports" and file.suffix in {".json", ".html"}:
            # A report tells what was done so far and what could not be read: it has to be whole, no more.
            return (
                f"a whole {file.suffix}" if file.read_bytes().rstrip().endswith((b"}", b"</html>")) else "cut"
            )
        return digest(path)

    return taken


def _copy_with_holes(source: Path, target: Path) -> None:
    subprocess.run(["cp", "--sparse=always", source, target], check=True)


def _above(one: Any) -> Any:
    return super(type(one), one)


def _owned(self: Any, kind: str, at: Path) -> None:
    if kind.startswith("btrfs:"):
        # Of one size they would be copies of one template, and Linux lends a copy an id for each mount.
        size = int(kind.partition(":")[2]) + ("src", "dst", "state").index(at.name)
        kind = f"btrfs:{size}"
    _above(self).__init__(kind, at)
    # The root of a tmpfs is everybody's; an import refuses such a library.
    self.at.chmod(0o755)


def _opened(self: Any, *told: Any, **named: Any) -> None:
    self.n = 0
    _above(self).open(*told, **named)


def _env(self: Any) -> dict[str, str]:
    # The pipes of the worker processes are no part of what is disturbed.
    return {**_above(self).env(), "TMPDIR": str(self.work)}


def _called(self: Any, *told: Any, **named: Any) -> Any:
    result = _above(self).call(*told, **named)
    # A fault is counted by thread, so that it also hits the same call of an interpreter that starts, or imports.
    if result.traceback and ("/keepers/" not in result.err or IMPORTING.search(result.err)):
        result.err = result.err.replace("Traceback", "A trace back to Python itself")
    return result


def _undone(self: Any) -> tuple[bool, str]:
    held: tuple[bool, str] = _above(self).check_undo()
    # What one run could not read is done by a second run, which is one more to take back.
    return _above(self).check_undo() if self.misread and not held[0] else held


def _tried(self: Any, mode: str, *told: Any, **named: Any) -> None:
    self.misread = mode == "bad source"
    _above(self).trial(mode, *told, **named)


def _recorded(self: Any, *told: Any) -> None:
    _above(self).record(*told)
    row = self.rows[-1]
    for fault, invariant, detail, words in LIMITS:
        known = row["broke"] == [invariant] and row.get(invariant) == detail
        if known and re.fullmatch(fault, row["fault"]):
            row["broke"], row["limit"] = [], words
    if row["broke"]:
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _picked(self: Any, *told: Any) -> list[Any]:
    first, parts = self.part
    found: list[Any] = _above(self).pick(*told)
    # By name, not by turns: runs differ in how often they write to their catalog, and pieces of two lists would overlap.
    return [one for one in found if crc32(_named(one).encode()) % parts == first - 1]


def _named(one: Any) -> str:
    point, *how = one if isinstance(one, tuple) else (one,)
    return f"{point.syscall}#{point.k}{how}"


def _filled(self: Any) -> None:
    need = sum(entry.size for entry in self.before.values())

    def grown(_: Any) -> None:
        size = f"remount,size={need * 4 + (8 << 20)}"
        subprocess.run(["mount", "-o", size, str(self.vol["dst"].at)], check=True)

    first, parts = self.part
    for share in rooms(self.a.points)[first - 1 :: parts]:
        volumes = {"src": "dir", "dst": f"tmpfs:{max(need * share // 1000, 8192)}"}
        self.trial("disk full", f"{share / 10:g}% of need", vols=volumes, after=grown, expect_error=True)


def rooms(points: int) -> list[int]:
    """How full a disk is made, in thousandths of what is needed: so many steps from 2 to 95 %, the widest first."""
    step = (max(FULL) - min(FULL)) / max(1, points - 1)
    even = [round(min(FULL) + step * number) for number in range(points)]
    return list(dict.fromkeys([*FULL, *even]))[:points]


CHANGED = {
    "open": _opened,
    "env": _env,
    "call": _called,
    "check_undo": _undone,
    "trial": _tried,
    "record": _recorded,
    "pick": _picked,
    "nospc": _filled,
    "misread": False,
}
