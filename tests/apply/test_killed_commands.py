"""Whole commands, killed at every so-manieth system call that changes something; needs strace alone."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from keepers.fingerprint.exact import content_id
from tests.apply.test_faults import CHANGES
from tests.apply.test_faults import pytestmark as needs_strace
from tests.apply.worlds import picture
from tests.cli.world import TAKEN, jpeg, put
from tests.cli.world import picture as drawn

pytestmark = [needs_strace, pytest.mark.slow]
START = "import sys; from keepers.cli.start import keepers; sys.exit(keepers())"
MOVE = ("import", "src", "--to", "dst", "--move", "--yes", "--jobs", "1")
COPY = ("import", "src", "--to", "dst", "--copy", "--yes", "--jobs", "1")
TRASH = ("duplicates", "src", "--trash", "--yes", "--jobs", "1")
UNDO = ("undo", "--yes")
#: How many places a command is killed at, spread over the whole of it.
PLACES = 5


class Drive:
    """Photos with sidecars and a copy, a library, a catalog, each below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
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

    def keepers(self, words: tuple[str, ...], *strace: str) -> int:
        trace = ["strace", "-f", "-qq", "-y", "-s", "0", "-e", "signal=none", *strace] if strace else []
        catalog = ("--catalog", str(self.root / "state/c.db"), "--quiet")
        ended = subprocess.run(
            [*trace, sys.executable, "-c", START, *words, *catalog],
            cwd=self.root, capture_output=True, check=False, timeout=120,
            env={**os.environ, "HOME": str(self.root), "TMPDIR": str(self.root.parent)},
        )  # fmt: skip
        assert b"Traceback" not in ended.stderr
        return ended.returncode


def points(drive: Drive, words: tuple[str, ...]) -> list[tuple[str, int]]:
    """The calls of a run that change something below the drive, as strace counts them: by thread and name."""
    log = drive.root / "trace"
    assert drive.keepers(words, "-o", str(log), "-e", f"trace={CHANGES}") == 0
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
    tmp_path: Path, first: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Hazards 34, 42."""
    begun = Drive(tmp_path / "all")
    assert not first or begun.keepers(first) == 0
    found = points(begun, words)
    end = {path.removeprefix(str(begun.root)): entry[0] for path, entry in begun.now().items()}
    for case, (call, number) in enumerate(found[:: max(1, len(found) // PLACES)]):
        drive = Drive(tmp_path / str(case))
        originals = drive.contents()
        assert not first or drive.keepers(first) == 0
        drive.keepers(
            words, "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"
        )
        assert set(originals) <= set(drive.contents()), f"lost at {call} {number}"
        if case % 2 or words is UNDO:
            assert drive.keepers(words) == 0
            now = {path.removeprefix(str(drive.root)): entry[0] for path, entry in drive.now().items()}
            assert now == end, f"another end after {call} {number}"
        assert drive.keepers(UNDO) == 0
        assert drive.now() == drive.before, f"not taken back after {call} {number}"
