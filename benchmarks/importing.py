"""The apply stage of an import of a scanned drive, beside `cp -a`, `sync` and one read of the result on the same disk.

Usage: importing.py [FILES] [KILOBYTES] [FOLDER]

Prints, for copying and for moving within the volume, as the middle of the rounds:

- the seconds of `cp -a`, sync and one read of the result, and those of the plan: checked, journalled, applied, read back;
- the *speed of cp*: its seconds by ours. 1.00 is as fast as cp, 2.00 twice as fast, 0.80 takes a quarter longer;
- photos a second, and how long the undo takes by how long it took to make.

Rounds alternate with `cp`: other programs use the same disk and cores, and the load is told.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from keepers.actions import Action, Copy, Move, Plan
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import Asset, Bundle, ContentId, Found, Kind
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from keepers.plan.import_plan import Shelf, Wish, lay_out
from keepers.wiring import COPIES

ROUNDS = 5


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


@dataclass(frozen=True)
class Times:
    """Seconds of one round."""

    done: float
    undone: float
    peer: float = 0.0


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    size = (int(sys.argv[2]) if len(sys.argv) > 2 else 2500) * 1024
    base = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        root = Path(folder)
        known = made(root / "drive", count, size)
        copies = list(copied(root, known))
        moves = [moved(root, known, ROUNDS + number) for number in range(ROUNDS)]
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    print(
        f"{count} photos of {size >> 10} KiB in folders of 200; {ROUNDS} rounds, {COPIES} at once; load {load:.1f} on {cores} cores"
    )
    print(f"cp -a, sync, read {middle(r.peer for r in copies):6.2f} s")
    told("copying", copies, count, f"{middle(r.peer / r.done for r in copies):5.2f} of the speed of cp")
    told("moving", moves, count, "")


def told(name: str, rounds: list[Times], count: int, beside: str) -> None:
    print(f"{name:17} {middle(r.done for r in rounds):6.2f} s {middle(count / r.done for r in rounds):7,.0f} photos/s"
          f"   undo {middle(r.undone / r.done for r in rounds):5.2f} of the time   {beside}")  # fmt: skip


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def made(drive: Path, count: int, size: int) -> list[tuple[Found, ContentId]]:
    chance = random.Random(7)
    for number in range(count):
        path = drive / f"{number // 200:03}DRIVE" / f"IMG_{number:05}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(size))
    os.sync()
    found = (entry for entry in LocalPlace().listing([str(drive)]) if isinstance(entry, Found))
    return [(entry, content_id(Path(entry.ref.key).read_bytes())) for entry in found]


def copied(root: Path, known: list[tuple[Found, ContentId]]) -> Iterator[Times]:
    """Rounds of copying beside cp; nothing is removed before the last one has ended.

    ext4 passes over what was deleted in the last minutes, inode by inode: whoever makes files after something was
    removed pays for that, a quarter of the time where files are small.
    """
    place = LocalPlace([str(root)], threads=COPIES)
    peers, ours = list[float](), list[float]()
    for number in range(ROUNDS):
        plan = planned(known, root / f"library{number}", move=False)
        journal = Journal(str(root / f"journal{number}.db"))
        for is_ours in (False, True) if number % 2 else (True, False):
            # Neither side may find the other's work half on its way to the disk.
            os.sync()
            if is_ours:
                ours.append(timed(partial(applied, plan, journal, place)))
            else:
                peers.append(timed(partial(by_hand, root / "drive", root / f"peer{number}")))
        journal.close()
    for number, (peer, done) in enumerate(zip(peers, ours, strict=True)):
        yield Times(done, undone(root, place, number), peer)


def moved(root: Path, known: list[tuple[Found, ContentId]], number: int) -> Times:
    place = LocalPlace([str(root)], threads=COPIES)
    plan = planned(known, root / f"library{number}", move=True)
    journal = Journal(str(root / f"journal{number}.db"))
    os.sync()
    done = timed(lambda: applied(plan, journal, place))
    journal.close()
    return Times(done, undone(root, place, number))


def undone(root: Path, place: LocalPlace, number: int) -> float:
    journal = Journal(str(root / f"journal{number}.db"))
    os.sync()
    took = timed(lambda: undo(None, journal, place, progress=Silent()))
    journal.close()
    return took


def planned(known: list[tuple[Found, ContentId]], library: Path, *, move: bool) -> Plan:
    wishes = [
        Wish(
            Bundle(Asset(found.ref, Kind.PHOTO, found.size, found.revision, content)),
            ("2024", f"{number % 12 + 1:02}"),
            os.path.basename(found.ref.key),
            None,
        )
        for number, (found, content) in enumerate(known)
    ]
    lines = lay_out(wishes, Shelf(str(library), {}, lambda _: (), lambda _: ""), move=move)
    actions: tuple[Action, ...] = tuple(line.action for line in lines if isinstance(line.action, Copy | Move))
    return Plan("benchmark", actions)


def applied(plan: Plan, journal: Journal, place: LocalPlace) -> None:
    ended = run(check(plan, world(plan, place)), journal, place, progress=Silent())
    if ended.done != len(plan.actions):
        message = f"only {ended.done} of {len(plan.actions)} done"
        raise SystemExit(message)


def by_hand(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    os.sync()
    for file in sorted(path for path in target.rglob("*") if path.is_file()):
        with file.open("rb", buffering=0) as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while opened.read(1 << 20):
                pass


def timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
