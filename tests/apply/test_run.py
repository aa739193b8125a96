"""Running, stopping, resuming and undoing, where something is not as it was planned."""

import errno
import fcntl
import os
from dataclasses import replace

import pytest

from keepers.actions import Action, Move, Trash, target
from keepers.apply.history import history, originals, placed
from keepers.apply.journal import Journal, open_journal
from keepers.apply.record import RunState, StepState
from keepers.apply.run import resume, run
from keepers.errors import CatalogBusyError, CatalogDamagedError, KeepersError, UsageError
from keepers.fingerprint.exact import content_id
from keepers.places.memory import MemoryPlace
from keepers.ports import End, Outcome, Rights
from tests.apply.homes import SILENT, Home, copy, ref, write


def test_a_run_is_done_and_told(home):
    home.put("/in/a", b"a")
    ended = home.run(copy("/in/a", "/out/a", b"a"), write("/out/m", b"m"), key="organize")
    assert (ended.state, ended.done, ended.problems, ended.exit_code) == (RunState.DONE, 2, (), 0)
    assert home.files() == {"/in/a": b"a", "/out/a": b"a", "/out/m": b"m"}
    assert home.journal.unfinished("organize") is None
    (told,) = history(home.journal)["runs"]
    assert (told["id"], told["title"], told["state"]) == (1, "a plan", "done")
    assert [(a["verb"], a["state"]) for a in told["actions"]] == [("copy", "done"), ("write", "done")]
    assert all(action["at"] for action in told["actions"])


def test_a_file_that_changed_since_it_was_planned_is_skipped_and_the_others_go_on(home):
    home.put("/in/a", b"a")
    home.put("/in/b", b"b")
    plan = home.checked(copy("/in/a", "/out/a", b"a"), copy("/in/b", "/out/b", b"b"))
    home.put("/in/a", b"edited")
    ended = run(plan, home.journal, home.place, progress=SILENT)
    assert (ended.state, ended.done, ended.exit_code) == (RunState.DONE, 1, 3)
    assert [(p.action, p.why) for p in ended.problems] == [
        (plan.actions[0], "it has changed since the plan was made")
    ]
    assert home.files() == {"/in/a": b"edited", "/in/b": b"b", "/out/b": b"b"}


def test_of_a_unit_that_cannot_be_done_nothing_stays(home):
    """Hazards 5 and 6."""
    home.put("/in/a", b"a")
    home.put("/in/b", b"b")
    plan = home.checked(
        copy("/in/a", "/out/a", b"a", "one"),
        copy("/in/b", "/out/b", b"b", "one"),
        copy("/in/a", "/out/c", b"a"),
    )
    home.put("/in/b", b"edited")
    ended = run(plan, home.journal, home.place, progress=SILENT)
    assert home.files() == {"/in/a": b"a", "/in/b": b"edited", "/out/c": b"a"}
    assert ended.done == 1
    assert {p.why for p in ended.problems} == {
        "it has changed since the plan was made",
        "it belongs to a file that could not be done",
    }
    home.undo()
    assert home.files() == {"/in/a": b"a", "/in/b": b"edited"}


def test_the_same_command_finishes_its_run_under_the_same_number(home):
    for number in range(200):
        home.put(f"/in/{number}", b"%d" % number)
    actions = [copy(f"/in/{n}", f"/out/{n}", b"%d" % n) for n in range(200)]
    asked = iter((False, True))
    ended = home.run(*actions, key="organize", stop=lambda: next(asked))
    assert (ended.state, ended.done, ended.exit_code) == (RunState.STOPPED, 64, 130)
    open_run = home.journal.unfinished("organize")
    assert open_run is not None
    assert home.journal.unfinished("import") is None
    ended = resume(open_run.id, home.journal, home.place, progress=SILENT)
    assert (ended.run, ended.state, ended.done) == (open_run.id, RunState.DONE, 200)
    assert len(home.files()) == 400


def test_a_stop_never_cuts_a_unit(home):
    for number in range(100):
        home.put(f"/in/{number}", b"%d" % number)
    actions = [copy(f"/in/{n}", f"/out/{n}", b"%d" % n, f"unit {n // 90}") for n in range(100)]
    asked = iter((False, True))
    assert home.run(*actions, stop=lambda: next(asked)).done == 90


def test_a_stored_plan_waits_until_it_is_begun(home):
    home.put("/in/a", b"a")
    plan = home.checked(copy("/in/a", "/out/a", b"a"))
    number = home.journal.add(plan.title, plan.actions)
    assert home.journal.run(number).state is RunState.PLANNED
    assert history(home.journal)["runs"] == []
    assert home.undo() is None
    assert resume(number, home.journal, home.place, progress=SILENT).done == 1


def test_what_was_forbidden_since_a_plan_was_made_is_not_done(home):
    """A folder that became a reference, or from which nothing may be trashed, after the plan was stored."""
    for name in ("a", "b", "c", "d"):
        home.put(f"/in/{name}", name.encode())
    home.put("/keep/e", b"a")
    checked = home.checked(
        Move(ref("/in/a"), ref("/out/a"), content_id(b"a"), 1),
        Move(ref("/in/b"), ref("/out/b"), content_id(b"b"), 1, unit="one"),
        Move(ref("/keep/e"), ref("/out/e"), content_id(b"a"), 1, unit="one"),
        Trash(ref("/in/c"), content_id(b"c"), 1, rejected=True),
    )
    number = home.journal.add(checked.title, checked.actions)
    home.place.said = {"/keep": Rights.REFERENCE, "/in": Rights.MAY_MOVE}
    before = home.files()
    ended = resume(number, home.journal, home.place, progress=SILENT)
    assert (ended.state, ended.done, ended.exit_code) == (RunState.DONE, 1, 3)
    assert home.files() == {**{k: v for k, v in before.items() if k != "/in/a"}, "/out/a": b"a"}
    whys = " ".join(problem.why for problem in ended.problems)
    assert "/keep/e lies in a reference folder" in whys
    assert "/in/c lies where files may be moved, but not trashed" in whys


def test_a_unit_that_was_begun_is_finished_whatever_was_said_since(home):
    """Hazard 5: half a photo in a reference folder would be worse."""
    home.put("/in/a", b"a")
    home.put("/in/b", b"b")
    home.place = Failing(files=home.place.files, folders_there=home.place.folders_there)
    moves = [copy("/in/a", "/out/a", b"a", "one"), copy("/in/b", "/out/b", b"b", "one")]
    checked = home.checked(*moves)
    number = home.journal.add(checked.title, checked.actions)
    first = next(iter(home.journal.steps(number)))
    home.put("/out/a", b"a")
    home.journal.record(
        number, [replace(first, state=StepState.DONE, revision=home.place.files["/out/a"].revision)]
    )
    home.place.said = {"/out": Rights.REFERENCE}
    assert resume(number, home.journal, home.place, progress=SILENT).exit_code == 0
    assert home.files()["/out/b"] == b"b"


def named(action: Action) -> str:
    new = target(action)
    return "" if new is None else new.key


class Failing(MemoryPlace):
    """A place whose disk is full, or failing, for some names."""

    def perform(self, tasks, placed):
        outcomes = []
        for task in tasks:
            if named(task.action).endswith("bad"):
                outcomes.append(Outcome(End.FAILED, "copying: input/output error"))
            elif named(task.action).endswith("full"):
                outcomes.append(Outcome(End.FAILED, "copying: no space left on device", hopeless=True))
            else:
                outcomes.extend(super().perform([task], placed))
        return outcomes


def test_what_failed_is_tried_again_by_the_same_command(home):
    home.place = Failing()
    home.put("/in/a", b"a")
    ended = home.run(copy("/in/a", "/out/bad", b"a"), copy("/in/a", "/out/good", b"a"), key="organize")
    assert (ended.state, ended.done, ended.exit_code) == (RunState.FAILED, 1, 3)
    healed = MemoryPlace(files=home.place.files, folders_there=home.place.folders_there)
    number = home.journal.unfinished("organize").id
    assert resume(number, home.journal, healed, progress=SILENT).exit_code == 0
    assert set(home.files()) == {"/in/a", "/out/good", "/out/bad"}


class Stuck(Failing):
    """A place that also takes nothing back."""

    def perform(self, tasks, placed):
        if any(isinstance(task.action, Trash) for task in tasks):
            return [Outcome(End.FAILED, "cleaning up: permission denied")] * len(tasks)
        return super().perform(tasks, placed)


def test_what_could_not_be_taken_back_is_well_once_its_unit_is_whole(home):
    """Hazard 15; found by breaking whole runs: nothing could be removed any more, then all could."""
    home.place = Stuck()
    home.put("/in/a", b"a")
    home.put("/in/b", b"b")
    ended = home.run(
        copy("/in/a", "/out/a", b"a", "one"), copy("/in/b", "/out/bad", b"b", "one"), key="import"
    )
    assert (ended.exit_code, len(ended.problems)) == (1, 2)
    assert "could not be taken back" in ended.problems[0].why
    healed = MemoryPlace(files=home.place.files, folders_there=home.place.folders_there)
    number = home.journal.unfinished("import").id
    again = resume(number, home.journal, healed, progress=SILENT)
    assert (again.state, again.problems, again.exit_code) == (RunState.DONE, (), 0)
    assert set(home.files()) == {"/in/a", "/in/b", "/out/a", "/out/bad"}
    assert [step.why for step in home.journal.steps(number)] == ["", ""]


def test_a_full_disk_ends_the_run_and_the_rest_stays_planned(home):
    home.place = Failing()
    home.put("/in/a", b"a")
    actions = [copy("/in/a", "/out/full", b"a")] + [copy("/in/a", f"/out/{n}", b"a") for n in range(100)]
    ended = home.run(*actions)
    assert ended.state is RunState.FAILED
    assert sum(step.state is StepState.PLANNED for step in home.journal.steps(ended.run)) == 37


def test_a_second_run_is_told_who_holds_the_lock(home):
    """Hazard 32."""
    with home.journal.lock(), pytest.raises(CatalogBusyError, match=str(os.getpid())):
        Home.run(home)
    assert home.run().state is RunState.DONE


def test_the_lock_of_a_dead_process_holds_nobody(home):
    child = os.fork()
    if not child:
        handle = os.open(home.path + ".lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(handle, fcntl.LOCK_EX)
        os._exit(0)
    os.waitpid(child, 0)
    assert home.run().state is RunState.DONE


def test_a_number_that_is_no_run_is_told(home):
    with pytest.raises(UsageError, match="no run 7"):
        home.undo(7)
    with pytest.raises(UsageError, match="no run 7"):
        resume(7, home.journal, home.place, progress=SILENT)
    home.run(write("/out/m", b"m"))
    home.undo()
    with pytest.raises(UsageError, match="took back run 1"):
        home.undo(2)


def test_a_run_that_is_done_or_undone_is_not_run_again(home):
    home.run(write("/out/m", b"m"))
    assert resume(1, home.journal, home.place, progress=SILENT).done == 1
    home.undo()
    assert resume(1, home.journal, home.place, progress=SILENT).state is RunState.UNDONE
    assert home.files() == {}


def test_without_a_journal_there_is_no_history(tmp_path):
    assert open_journal(str(tmp_path / "none.db"), create=False) is None
    assert history(None)["runs"] == []
    assert list(originals(None, MemoryPlace())) == []
    assert placed(None, "/out") == {}
    assert os.listdir(tmp_path) == []


def test_a_damaged_journal_is_told(tmp_path):
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all, but long enough to look like one" * 40)
    with pytest.raises(CatalogDamagedError, match=r"journal\.db"):
        Journal(str(path))


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path):
    path = str(tmp_path / "journal.db")
    journal = Journal(path)
    journal._db.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(KeepersError, match="newer"):
        Journal(path)


def test_names_that_are_no_text_survive_the_journal(home):
    name = os.fsdecode(b"/in/caf\xe9")
    home.put(name, b"a")
    home.run(Move(ref(name), ref("/out/a"), content_id(b"a"), 1, because=name))
    home.undo()
    assert list(home.files()) == [name]


def test_a_place_that_cannot_be_looked_at_fails_that_file_alone(home):
    class Shut(MemoryPlace):
        def folders(self, tasks):
            tasks = list(tasks)
            if any(named(task.action).endswith("bad") for task in tasks):
                raise OSError(errno.EIO, "Input/output error")
            return super().folders(tasks)

    home.place = Shut()
    home.put("/in/a", b"a")
    ended = home.run(copy("/in/a", "/out/bad", b"a"), copy("/in/a", "/out/good", b"a"))
    assert [(p.why, named(p.action)) for p in ended.problems] == [
        ("looking at it: input/output error", "/out/bad")
    ]
    assert "/out/good" in home.files()
