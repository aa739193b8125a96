"""The promise: any checked plan can be stopped anywhere, resumed, and undone to the exact start."""

import contextlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.actions import Action, Copy, Link
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.model import LOCAL
from keepers.places.local import LocalPlace
from keepers.places.memory import MEMORY, MemoryPlace
from keepers.plan.check import check
from tests.apply.worlds import (
    EndOfTheWorldError,
    FragileJournal,
    Fuse,
    Silent,
    lay_out,
    libraries,
    picture,
    plan_of,
    steps,
)
from tests.memory import in_memory
from tests.places.disks import KINDS, disk

SILENT = Silent()
ROOT = "/photos"
#: Exit status of a process that was ended at a step, as after a kill.
KILLED = 137


def memory_of(library) -> MemoryPlace:
    place = MemoryPlace()
    for ref, data in library.refs(MEMORY, ROOT).items():
        place.put(ref.key, data, modified_ns=len(data) + 7, mode=0o640)
    return place


def whole(place: MemoryPlace) -> tuple[object, ...]:
    files = {path: (item.data, item.modified_ns, item.mode) for path, item in place.files.items()}
    return files, dict(place.folders_there), dict(place.fields)


def contents(place: MemoryPlace) -> dict[str, bytes]:
    return {path: item.data for path, item in place.files.items()}


@given(libraries(), steps(), st.integers(0, 60), st.integers(0, 60), st.booleans())
@settings(max_examples=60)
def test_a_stop_anywhere_in_memory_can_be_resumed_and_undone(library, choices, first, second, resumed):
    with in_memory() as folder:
        place = memory_of(library)
        before = whole(place)
        plan = plan_of(library, choices, MEMORY, ROOT, fields=True)
        checked = check(plan, world(plan, place))

        undisturbed = memory_of(library)
        journal = FragileJournal(f"{folder}/undisturbed.db", Fuse())
        assert run(checked, journal, undisturbed, progress=SILENT).exit_code == 0

        path = f"{folder}/journal.db"
        fuse = Fuse(first)
        place.before_each = fuse
        _until_it_ends(lambda: run(checked, FragileJournal(path, fuse), place, progress=SILENT))
        place.before_each = Fuse()
        number = next((r.id for r in Journal(path).runs()), None)
        if number is None:
            assert whole(place) == before
            return
        if resumed:
            assert resume(number, FragileJournal(path, Fuse()), place, progress=SILENT).state is RunState.DONE
            assert contents(place) == _same_names(contents(undisturbed), contents(place))

        fuse = Fuse(second)
        place.before_each = fuse
        _until_it_ends(lambda: undo(number, FragileJournal(path, fuse), place, progress=SILENT))
        place.before_each = Fuse()
        ended = undo(number, FragileJournal(path, Fuse()), place, progress=SILENT)
        assert ended is None or ended.exit_code == 0
        assert whole(place) == before
        assert undo(number, FragileJournal(path, Fuse()), place, progress=SILENT) is None


def _until_it_ends(work) -> None:
    with contextlib.suppress(EndOfTheWorldError):
        work()


def _same_names(expected: dict[str, bytes], found: dict[str, bytes]) -> dict[str, bytes]:
    """What is in quarantine bears the tag of its run; compare its bytes and its number alone."""
    kept = {path: data for path, data in found.items() if "/.keepers-trash/" in path}
    visible = {path: data for path, data in expected.items() if "/.keepers-trash/" not in path}
    others = sorted(data for path, data in expected.items() if "/.keepers-trash/" in path)
    assert sorted(kept.values()) == others
    return visible | kept


def in_a_child(work, kill_at: int) -> int:
    """Do the work in a child that ends, as by kill -9, at the given change of the disk."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = kill_at

    def watch(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in {
            "open",
            "os.mkdir",
            "os.link",
            "os.remove",
            "os.rename",
            "os.rmdir",
            "os.utime",
            "os.chmod",
        }:
            left -= 1
            if left < 0:
                os._exit(KILLED)

    sys.addaudithook(watch)
    try:
        work()
    except BaseException:  # noqa: BLE001
        os._exit(99)
    os._exit(0)


def _links(action: Action) -> bool:
    return isinstance(action, Link) or (isinstance(action, Copy) and action.linked)


def killed_and_healed(root: Path, library, choices, first: int, second: int, *, resumed: bool) -> None:
    lay_out(root / "photos", library)
    before = picture(root / "photos")
    place = LocalPlace([str(root / "photos")])
    plan = plan_of(library, choices, LOCAL, str(root / "photos"), fields=False)
    checked = check(plan, world(plan, place))
    path = str(root / "journal.db")

    def fresh() -> Journal:
        return FragileJournal(path, Fuse())

    assert in_a_child(lambda: run(checked, fresh(), place, progress=SILENT), first) in {0, KILLED}
    number = next((r.id for r in fresh().runs()), None)
    if number is None:
        assert picture(root / "photos") == before
        return
    if resumed:
        resumed_run = resume(number, fresh(), place, progress=SILENT)
        # FAT knows no links; all that does not depend on one must succeed.
        assert resumed_run.problems == () or any(_links(p.action) for p in resumed_run.problems)
        visible = {
            name for name in picture(root / "photos") if "/.keepers-" in name.replace("/.keepers-trash", "")
        }
        assert visible == set()
    assert in_a_child(lambda: undo(number, fresh(), place, progress=SILENT), second) in {0, KILLED}
    ended = undo(number, fresh(), place, progress=SILENT)
    assert ended is None or ended.problems == ()
    assert picture(root / "photos") == before
    assert undo(number, fresh(), place, progress=SILENT) is None


@given(libraries(), steps(5), st.integers(0, 120), st.integers(0, 120), st.booleans(), st.sampled_from(KINDS))
@settings(max_examples=25)
def test_a_kill_anywhere_on_a_disk_can_be_resumed_and_undone(library, choices, first, second, resumed, kind):
    with in_memory() as folder, disk(kind):
        killed_and_healed(folder, library, choices, first, second, resumed=resumed)


@pytest.mark.slow
@given(libraries(), steps(), st.integers(0, 300), st.integers(0, 300), st.booleans(), st.sampled_from(KINDS))
@settings(max_examples=80)
def test_many_kills_on_a_disk_can_be_resumed_and_undone(library, choices, first, second, resumed, kind):
    with in_memory() as folder, disk(kind):
        killed_and_healed(folder, library, choices, first, second, resumed=resumed)
