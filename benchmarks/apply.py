"""Carrying a plan out, beside `cp -a`, `sync` and one read of the result: copies, moves, and their undo.

Usage: apply.py [FILES] [KILOBYTES]

One round, as a look; `importing.py` takes the middle of several by turns. The speed of cp is its seconds by ours: 1.00 is as
fast as cp, 0.80 takes a quarter longer.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from keepers.actions import Action, Copy, Move, Plan
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, ContentId, Found, Ref
from keepers.places.local import LocalPlace
from keepers.plan.check import check


class Silent:
    """Nobody watches."""

    def stage(self, name: str, items: int, size: int) -> None:
        """Say nothing."""

    def step(self, items: int, size: int) -> None:
        """Say nothing."""

    def done(self) -> None:
        """Say nothing."""

    def say(self, message: str) -> None:
        """Say nothing."""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    size = (int(sys.argv[2]) if len(sys.argv) > 2 else 100) * 1024
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), count, size)


def measure(root: Path, count: int, size: int) -> None:
    source = root / "src"
    source.mkdir()
    for number in range(count):
        (source / f"{number:06}.jpg").write_bytes(os.urandom(size))
    os.sync()
    known = {found: content_id(Path(found.ref.key).read_bytes()) for found in listed(source)}
    peer = timed(lambda: by_hand(source, root / "cp"))
    place, journal = LocalPlace([str(root)]), Journal(str(root / "journal.db"))
    copied = timed(lambda: go(journal, place, Copy, known, root / "copied"))
    uncopied = timed(lambda: undo(None, journal, place, progress=Silent()))
    moved = timed(lambda: go(journal, place, Move, known, root / "moved"))
    unmoved = timed(lambda: undo(None, journal, place, progress=Silent()))
    print(f"{count} files of {size >> 10} KiB")
    print(f"cp -a, sync, one read   {peer:6.2f} s")
    print(
        f"copy by a plan          {copied:6.2f} s  {peer / copied:5.2f} of the speed of cp  {count / copied:7.0f} files/s"
    )
    print(f"its undo                {uncopied:6.2f} s  {uncopied / copied:5.2f} of the copying")
    print(f"move by a plan          {moved:6.2f} s  {count / moved:16.0f} files/s")
    print(f"its undo                {unmoved:6.2f} s  {unmoved / moved:5.2f} of the moving")


def listed(source: Path) -> list[Found]:
    return [entry for entry in LocalPlace().listing([str(source)]) if isinstance(entry, Found)]


def by_hand(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    os.sync()
    for file in sorted(target.iterdir()):
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            opened.read()


def go(
    journal: Journal, place: LocalPlace, kind: type[Copy | Move], known: dict[Found, ContentId], target: Path
) -> None:
    actions: tuple[Action, ...] = tuple(
        kind(found.ref, Ref(LOCAL, str(target / os.path.basename(found.ref.key))), content, found.size,
             revision=found.revision)
        for found, content in known.items()
    )  # fmt: skip
    plan = Plan("benchmark", actions)
    ended = run(check(plan, world(plan, place)), journal, place, progress=Silent())
    if ended.done != len(known):
        message = f"only {ended.done} of {len(known)} done"
        raise SystemExit(message)


def timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
