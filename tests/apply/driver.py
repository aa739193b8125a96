"""A program that copies and moves, for tests that kill it: `driver.py ROOT run|undo|originals`."""

import json
import sys
from pathlib import Path

from keepers.actions import Action, Copy, Move, Plan, Trash, Write
from keepers.apply.history import originals
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent

KEY = "the driver"


def plan_for(source: Path, target: Path) -> Plan:
    """Copy a third of the files, move a third, trash a third, and write two reports, one over the other."""
    actions: list[Action] = []
    for number, file in enumerate(sorted(source.rglob("*.jpg"))):
        data = file.read_bytes()
        ref, named, size = Ref(LOCAL, str(file)), content_id(data), len(data)
        new = Ref(LOCAL, str(target / f"group_{number % 2}" / file.name))
        unit = f"unit {number // 2}"
        actions.append(
            (Copy(ref, new, named, size, unit=unit), Move(ref, new, named, size, unit=unit),
             Trash(ref, named, size, rejected=True, unit=unit))[number % 3]
        )  # fmt: skip
    report = Ref(LOCAL, str(target / "report.json"))
    first, second = b"one", b"two " * 5000
    actions += [
        Write(report, first, content_id(first)),
        Write(report, second, content_id(second), content_id(first)),
    ]
    return Plan("drive", tuple(actions))


def main(root: Path, verb: str) -> int:
    source, target = root / "src", root / "dst"
    place = LocalPlace([str(source), str(target)])
    journal = Journal(str(root / "state" / "journal.db"))
    if verb == "undo":
        ended = undo(None, journal, place, progress=Silent())
        return 0 if ended is None else ended.exit_code
    if verb == "originals":
        for line in originals(journal, place):
            sys.stdout.write(json.dumps(line) + "\n")
        return 0
    known = journal.unfinished(KEY)
    if known is not None:
        return resume(known.id, journal, place, progress=Silent()).exit_code
    plan = plan_for(source, target)
    if any(run.key == KEY for run in journal.runs()):
        return 0
    return run(check(plan, world(plan, place)), journal, place, progress=Silent(), key=KEY).exit_code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
