"""Kills and failing system calls, from outside; what comes before and after them runs here."""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.apply import driver, struck
from tests.apply.worlds import picture
from tests.memory import in_memory

REPOSITORY = Path(__file__).resolve().parents[2]
ENDINGS = {0, 1, 3}
#: Exit status after a kill, and as strace passes it on.
KILLED = {-9, 137}


def _strace_works() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return tried.returncode == 0


pytestmark = pytest.mark.skipif(
    not _strace_works(), reason="strace is needed to kill at a system call, and the right to trace"
)


class Bench:
    """A small library, and the driver with or without faults."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for number in range(7):
            file = root / "src" / ("deep" if number % 2 else "") / f"{number}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"picture %d " % number * (1 + number * 3000))
            file.chmod(0o640)
            os.utime(file, (10**9 + number, 10**9 + number))
        (root / "src" / "empty.jpg").touch()
        for name in ("dst", "state"):
            (root / name).mkdir()
        self.before = self.now()

    def now(self) -> dict[str, tuple[object, ...]]:
        return picture(self.root / "src") | picture(self.root / "dst")

    def drive(self, verb: str) -> int:
        """Run the driver to its end; only the files tell it what went before."""
        return driver.main(self.root, verb)

    def struck(self, verb: str, *striking: str) -> "subprocess.CompletedProcess[str]":
        """Run the driver in a process of its own, behind what strikes it."""
        return subprocess.run(
            [*striking, sys.executable, "-m", "tests.apply.driver", str(self.root), verb],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def contents(self) -> set[bytes]:
        seen = (picture(self.root / name) for name in ("src", "dst"))
        return {entry[0] for tree in seen for entry in tree.values() if isinstance(entry[0], bytes)}

    def originals(self) -> set[bytes]:
        return {entry[0] for entry in self.before.values() if isinstance(entry[0], bytes)}


@pytest.fixture
def quick_path():
    with in_memory() as folder:
        yield folder


@pytest.fixture(scope="module")
def found():
    """The points of both verbs: what a fault is to hit is the same in every folder."""
    with in_memory() as folder:
        yield {verb: points(folder / verb, verb) for verb in ("run", "undo")}


def points(folder: Path, verb: str) -> list[tuple[str, int]]:
    """Each call that changes something below the library, as (name, number) for strace's `when`."""
    bench = Bench(folder)
    if verb == "undo":
        assert bench.drive("run") == 0
    log = folder / "trace"
    assert bench.struck(verb, *struck.traced(log)).returncode == 0
    counted: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    for line in log.read_text("utf-8", "replace").splitlines():
        if call := re.match(r"\d+ +(\w+)\((.*)", line):
            counted[call[1]] += 1
            opens = call[1] == "openat" and "O_CREAT" not in call[2]
            if str(folder) in call[2] and not opens:
                found.append((call[1], counted[call[1]]))
    return found


def killed(folder: Path, verb: str, call: str, number: int, *, resumed: bool) -> None:
    bench = Bench(folder)
    if verb == "undo":
        assert bench.drive("run") == 0
    assert bench.struck(verb, *struck.killed(call, number)).returncode in KILLED
    assert bench.originals() <= bench.contents()
    if resumed:
        assert bench.drive(verb) == 0
    assert bench.drive("undo") == 0
    assert bench.now() == bench.before


def test_a_kill_at_a_system_call_loses_nothing(quick_path):
    killed(quick_path, "run", "renameat2", 3, resumed=True)


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["run", "undo"])
def test_a_kill_at_any_of_many_system_calls_loses_nothing(quick_path, found, verb):
    """Hazard 34."""
    chosen = random.Random(verb).sample(found[verb], 16)
    for case, (call, number) in enumerate(chosen):
        killed(quick_path / str(case), verb, call, number, resumed=bool(case % 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("write", "error=ENOSPC"),
        ("write", "retval=1"),
        ("fsync", "error=EIO"),
        ("renameat2", "error=EIO"),
        ("renameat2", "error=EINVAL"),
        ("unlinkat", "error=EACCES"),
        ("mkdirat", "error=ENOSPC"),
        ("utimensat", "error=EPERM"),
        ("fchmod", "error=EPERM"),
    ],
)
def test_a_failing_call_changes_nothing_of_its_file_and_the_same_command_heals_it(
    quick_path, found, call, fault
):
    """Hazards 15, 23, 26, 38: every time the call is asked for below the library, once."""
    numbers = [number for name, number in found["run"] if name.startswith(call)]
    assert numbers, "it is not asked for any more"
    for number in random.Random(call).sample(numbers, min(4, len(numbers))):
        bench = Bench(quick_path / str(number))
        ended = bench.struck("run", *struck.failing(call, fault, number))
        assert ended.returncode in ENDINGS, ended.stderr
        assert "Traceback" not in ended.stderr or "KeepersError" in ended.stderr
        assert bench.originals() <= bench.contents()
        assert bench.drive("run") == 0, ended.stderr
        assert not [path for path in bench.now() if "/.keepers-" in path.replace("/.keepers-trash", "")]
        assert bench.drive("undo") == 0
        assert bench.now() == bench.before
