"""Whole commands, killed at every so-manieth system call that changes something; needs strace alone."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from keepers.fingerprint.exact import content_id
from tests.apply import struck
from tests.apply.test_faults import KILLED
from tests.apply.test_faults import pytestmark as needs_strace
from tests.apply.worlds import picture
from tests.cli.world import TAKEN, jpeg, put
from tests.cli.world import picture as drawn
from tests.memory import in_memory
from tests.proof.ready import loaded

pytestmark = [needs_strace, pytest.mark.slow]
PROGRAM = Path("keepers")
START = "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"
MOVE = ("import", "{}/src", "--to", "{}/dst", "--move", "--yes", "--jobs", "1")
COPY = ("import", "{}/src", "--to", "{}/dst", "--copy", "--yes", "--jobs", "1")
TRASH = ("duplicates", "{}/src", "--trash", "--yes", "--jobs", "1")
UNDO = ("undo", "--yes")
#: How many places a command is killed at, spread over the whole of it.
PLACES = 5


class Ended(NamedTuple):
    """How a command ended, and what it complained of."""

    code: int
    complaints: str


Run = Callable[[list[str], float, dict[str, str]], Ended]


def started(argv: list[str], timeout: float, env: dict[str, str]) -> Ended:
    """Run a command in a process of its own."""
    ended = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=timeout, env={**os.environ, **env}
    )
    return Ended(ended.returncode, ended.stderr)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs commands: those that are not disturbed are forks of a program that is loaded once."""
    with loaded(PROGRAM, started, _ended) as called:
        yield called


def _ended(code: int, _: str, complaints: str, *__: Any) -> Ended:
    return Ended(code, complaints)


class Drive:
    """Photos with sidecars and a copy, a library, a catalog, each below one folder."""

    def __init__(self, root: Path, run: Run) -> None:
        self.root, self.run = root, run
        for number in range(4):
            photo = put(
                root / f"src/{'deep/' * (number % 2)}{number}.jpg", jpeg(drawn(number, (96, 64)), TAKEN)
            )
            photo.chmod(0o640)
        put(root / "src/1.jpg.xmp", b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
        put(root / "src/copy/0 again.jpg", (root / "src/0.jpg").read_bytes())
        for name in ("dst", "state"):
            (root / name).mkdir()
        self.before = self.now()

    def now(self) -> dict[str, tuple[object, ...]]:
        """All that lies there, but our own temporaries and trash."""
        seen = picture(self.root / "src") | picture(self.root / "dst")
        return {path: entry for path, entry in seen.items() if "/.keepers-" not in path}

    def contents(self) -> Counter[object]:
        """The bytes of all files, the trash's too."""
        seen = picture(self.root / "src") | picture(self.root / "dst")
        return Counter(content_id(entry[0]) for entry in seen.values() if isinstance(entry[0], bytes))

    def keepers(self, words: tuple[str, ...], *striking: str) -> int:
        """Run a command to its end, or behind what strikes it."""
        told = [word.format(self.root) for word in words]
        begin = [*striking, sys.executable, "-c", START] if striking else [str(PROGRAM)]
        env = {"HOME": str(self.root), "TMPDIR": str(self.root.parent)}
        catalog = ["--catalog", str(self.root / "state/c.db"), "--quiet"]
        ended = self.run([*begin, *told, *catalog], 120, env)
        assert "Traceback" not in ended.complaints
        return ended.code


def points(drive: Drive, words: tuple[str, ...]) -> list[tuple[str, int]]:
    """The calls of a run that change something below the drive, as strace counts them: by thread and name."""
    log = drive.root / "trace"
    assert drive.keepers(words, *struck.traced(log)) == 0
    counted: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], None] = {}
    for line in log.read_text("utf-8", "replace").splitlines():
        if call := re.match(r"(\d+) +(\w+)\((.*)", line):
            counted[call[1], call[2]] += 1
            opens = call[2] == "openat" and "O_CREAT" not in call[3]
            if str(drive.root) in call[3] and not opens:
                found[call[2], counted[call[1], call[2]]] = None
    return list(found)


@pytest.mark.parametrize(
    ("first", "words"), [((), MOVE), ((), COPY), ((), TRASH), (MOVE, UNDO), (TRASH, UNDO)]
)
def test_a_killed_command_loses_nothing_goes_on_and_goes_back(
    run: Run, first: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Hazards 34, 42."""
    with in_memory() as folder:
        killed_at_some_places(folder, run, first, words)


def killed_at_some_places(folder: Path, run: Run, first: tuple[str, ...], words: tuple[str, ...]) -> None:
    begun = Drive(folder / "all", run)
    assert not first or begun.keepers(first) == 0
    found = points(begun, words)
    end = {path.removeprefix(str(begun.root)): entry[0] for path, entry in begun.now().items()}
    ends: list[int] = []
    for case, (call, number) in enumerate(found[:: max(1, len(found) // PLACES)]):
        drive = Drive(folder / str(case), run)
        originals = drive.contents()
        assert not first or drive.keepers(first) == 0
        ends.append(drive.keepers(words, *struck.killed(call, number)))
        assert set(originals) <= set(drive.contents()), f"lost at {call} {number}"
        if case % 2 or words is UNDO:
            assert drive.keepers(words) == 0
            now = {path.removeprefix(str(drive.root)): entry[0] for path, entry in drive.now().items()}
            assert now == end, f"another end after {call} {number}"
        assert drive.keepers(UNDO) == 0
        assert drive.now() == drive.before, f"not taken back after {call} {number}"
    # A quicker run writes to its catalog less often than the one that was counted, and may be over before its kill.
    assert 2 * sum(end in KILLED for end in ends) >= len(ends) >= PLACES
