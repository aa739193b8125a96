"""Hazards of SAFETY.md that no other test names; docs/reliability.md says where each of them is tested."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from keepers.actions import Copy, Move, Plan, Trash
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.catalog import locations, sightings
from keepers.catalog.store import open_catalog
from keepers.cli.changing import stopping
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Fate, Ref
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from keepers.ports import End, Outcome, Task
from tests.apply.worlds import Silent

DATA = b"a picture"
HOUR = 3600 * 10**9


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "a.jpg"
    file.write_bytes(DATA)
    os.utime(file, ns=(10**18, 10**18))
    return file


def ref(path: Path) -> Ref:
    return Ref(LOCAL, str(path))


def perform(*actions: Trash) -> list[Outcome]:
    place = LocalPlace([os.path.dirname(action.ref.key) for action in actions])
    tasks = place.prepare([Task(action, f"token-{number}") for number, action in enumerate(actions)])
    return list(place.perform(tasks, lambda: None))


def test_what_the_catalog_forgets_stays_on_disk(photo, tmp_path):
    """Hazard 1."""
    catalog = open_catalog(tmp_path / "catalog.db", create=True)
    seen = LocalPlace().look(ref(photo))
    assert seen is not None
    with catalog.writing():
        locations.put(
            catalog,
            locations.NewLocation(
                str(photo), seen.size, seen.mtime_ns, seen.inode, seen.device, Fate.UNREADABLE
            ),
        )
    sightings.begin(catalog)
    sightings.forget(catalog, [str(tmp_path)], [])
    assert sightings.counts(catalog, []).unreadable == 0
    assert photo.read_bytes() == DATA
    catalog.close()


def test_what_cannot_be_looked_at_is_not_lost(photo, tmp_path):
    """Hazards 4, 36: neither a folder that cannot be listed nor what we moved away counts as gone."""
    catalog = open_catalog(tmp_path / "catalog.db", create=True)
    with catalog.writing():
        for path in (photo, tmp_path / "closed" / "b.jpg", tmp_path / "moved.jpg"):
            locations.put(catalog, locations.NewLocation(str(path), 1, 1, 1, 1, Fate.UNREADABLE))
    sightings.begin(catalog)
    moved = frozenset({str(tmp_path / "moved.jpg")})
    unknown = [str(tmp_path / "closed")]
    assert sightings.known_and_lost(catalog, str(tmp_path), unknown, moved) == (3, 1)
    sightings.forget(catalog, [str(tmp_path)], unknown)
    assert [path for path, _ in sightings.reasons(catalog, [], Fate.UNREADABLE)] == [
        str(tmp_path / "closed" / "b.jpg")
    ]
    catalog.close()


def test_two_of_one_name_in_one_plan(tmp_path):
    """Hazard 9: the plan is checked against itself, too, whatever the case of the names."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    plan = Plan(
        "a test",
        tuple(
            Copy(ref(tmp_path / name), ref(tmp_path / "out" / target), content_id(name.encode()), 1)
            for name, target in (("a", "IMG_1.JPG"), ("b", "img_1.jpg"))
        ),
    )
    checked = check(plan, world(plan, LocalPlace()))
    assert len(checked.actions) == 1
    assert "is taken" in checked.refused[0].why


@pytest.mark.parametrize("shift", [0, 1, 2 * 10**9, -2 * 10**9, HOUR, -HOUR, 17 * HOUR])
def test_a_clock_that_is_off_takes_nothing_and_gives_nothing_away(photo, tmp_path, shift):
    """Hazard 28: FAT keeps two seconds, and local time; the bytes decide, never the time."""
    seen = LocalPlace().look(ref(photo))
    assert seen is not None
    planned = replace(seen, mtime_ns=seen.mtime_ns + shift).revision
    for data, end in ((b"b picture", End.CHANGED if shift else End.DONE), (DATA, End.DONE)):
        trash = Trash(ref(photo), content_id(DATA), len(DATA), rejected=True, revision=planned)
        if shift or data == DATA:
            photo.write_bytes(data)
            os.utime(photo, ns=(10**18, 10**18))
            assert perform(trash)[0].end is end
            assert photo.exists() == (end is End.CHANGED)


def test_the_second_ctrl_c_stops_at_once():
    """Hazard 35: the first lets the photo under way come to an end."""
    with stopping(Silent()) as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_what_a_person_changed_after_us_is_not_taken_back(photo, tmp_path):
    """Hazards 2, 42, 43: only our own copies go, and only while they are what we made."""
    journal = Journal(str(tmp_path / "journal"))
    place = LocalPlace()
    plan = Plan(
        "a test",
        tuple(
            Copy(ref(photo), ref(tmp_path / "out" / name), content_id(DATA), len(DATA))
            for name in ("kept", "edited")
        ),
    )
    run(check(plan, world(plan, place)), journal, place, progress=Silent())
    (tmp_path / "out" / "edited").write_bytes(b"much better")
    finished = undo(None, journal, place, progress=Silent())
    assert finished is not None
    assert len(finished.problems) == 1
    assert os.listdir(tmp_path / "out") == ["edited"]
    assert photo.read_bytes() == DATA


def test_the_journal_knows_of_a_change_before_the_disk(photo, tmp_path):
    """Hazard 47: nothing is done of which nobody could tell later."""
    journal = Journal(str(tmp_path / "journal"))
    target = tmp_path / "out" / "a.jpg"
    states: list[str] = []

    class Watched(LocalPlace):
        def perform(self, tasks, placed):
            assert not target.exists()
            states.extend(step.state.value for step in journal.steps(1))
            return super().perform(tasks, placed)

    plan = Plan("a test", (Move(ref(photo), ref(target), content_id(DATA), len(DATA)),))
    run(check(plan, world(plan, LocalPlace())), journal, Watched(), progress=Silent())
    assert states == ["doing"]


def test_undo_needs_no_room(tmp_path, monkeypatch):
    """Hazard 24: on one volume files only change their names."""
    journal = Journal(str(tmp_path / "journal"))
    (tmp_path / "a.jpg").write_bytes(DATA)
    place = LocalPlace([str(tmp_path)])
    plan = Plan("a test", (Trash(ref(tmp_path / "a.jpg"), content_id(DATA), len(DATA), rejected=True),))
    run(check(plan, world(plan, place)), journal, place, progress=Silent())
    assert not (tmp_path / "a.jpg").exists()
    true = os.statvfs

    monkeypatch.setattr(os, "fstatvfs", lambda path: _full(true(path)))
    finished = undo(None, journal, place, progress=Silent())
    assert finished is not None
    assert not finished.problems
    assert (tmp_path / "a.jpg").read_bytes() == DATA


def _full(seen: os.statvfs_result) -> os.statvfs_result:
    values = list(seen)
    values[4] = 0
    return os.statvfs_result(values)
