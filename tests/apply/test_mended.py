"""A unit that cannot be finished goes without a trace."""

import errno
import itertools
import os
from pathlib import Path

import pytest

from keepers.actions import Copy, Plan, Trash, Write
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places import files
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent


def test_what_was_written_over_our_own_file_and_taken_back_leaves_no_quarantine(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    report, old, new = Ref(LOCAL, str(tmp_path / "report")), b"the first report", b"the second"
    source, target = Ref(LOCAL, str(tmp_path / "a.jpg")), Ref(LOCAL, str(tmp_path / "b.jpg"))
    place, journal = LocalPlace([str(tmp_path)]), Journal(str(tmp_path / "journal"))
    plan = Plan(
        "a unit that breaks",
        (
            Write(report, old, content_id(old)),
            Write(report, new, content_id(new), content_id(old), unit="one"),
            Copy(source, target, content_id(b"a photo"), 7, unit="one"),
        ),
    )
    checked = check(plan, world(plan, place))
    (tmp_path / "b.jpg").write_bytes(b"came meanwhile")
    ended = run(checked, journal, place, progress=Silent())
    assert [problem.action for problem in ended.problems][-1] == plan.actions[-1]
    assert (tmp_path / "report").read_bytes() == old
    assert (tmp_path / "b.jpg").read_bytes() == b"came meanwhile"
    assert not (tmp_path / ".keepers-trash").exists()


@pytest.mark.parametrize("failing", [{1}, {2}, set(range(99))], ids=["the first", "the second", "all"])
def test_a_report_that_was_written_over_though_its_step_failed_is_done_when_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: set[int]
) -> None:
    report = Ref(LOCAL, str(tmp_path / "out" / "report"))
    texts = [f"the report after {number}".encode() for number in range(4)]
    ids = [content_id(text) for text in texts]
    steps = tuple(
        Write(report, text, own, old) for text, own, old in zip(texts, ids, [None, *ids], strict=False)
    )
    place, journal = LocalPlace([str(tmp_path)]), Journal(str(tmp_path / "journal"))
    plan = Plan("reports", steps)
    calls, erase = itertools.count(1), files.erase

    def refused(path: str) -> None:
        if next(calls) in failing:
            raise PermissionError(errno.EACCES, "refused", path)
        erase(path)

    with monkeypatch.context() as patch:
        patch.setattr(files, "erase", refused)
        first = run(check(plan, world(plan, place)), journal, place, progress=Silent())
    assert first.problems
    again = resume(first.run, journal, place, progress=Silent())
    assert (again.state, again.done, again.problems) == (RunState.DONE, 4, ())
    assert os.listdir(tmp_path / "out") == ["report"]
    assert (tmp_path / "out/report").read_bytes() == texts[-1]
    back = undo(first.run, journal, place, progress=Silent())
    assert back is not None
    assert not back.problems
    assert not (tmp_path / "out").exists()


def test_a_disk_that_fails_as_the_empty_trash_is_removed_is_told_and_the_same_undo_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = Ref(LOCAL, str(tmp_path / "a.jpg"))
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    place, journal = LocalPlace([str(tmp_path)]), Journal(str(tmp_path / "journal"))
    plan = Plan("away", (Trash(photo, content_id(b"a photo"), 7, rejected=True),))
    done = run(check(plan, world(plan, place)), journal, place, progress=Silent())

    def broken(path: str) -> bool:
        raise OSError(errno.EIO, "input/output error", path)

    with monkeypatch.context() as patch:
        patch.setattr(files, "remove_folder", broken)
        # A folder that Keepers made is removed at the end as well; nothing here is to get so far.
        patch.setattr(LocalPlace, "tidy", lambda *_: None)
        told = undo(done.run, journal, place, progress=Silent())
    assert told is not None
    assert [problem.why for problem in told.problems] == [
        "removing an empty folder of the trash: input/output error"
    ]
    assert (tmp_path / "a.jpg").read_bytes() == b"a photo"
    back = undo(done.run, journal, place, progress=Silent())
    assert back is None or not back.problems
    assert (tmp_path / "a.jpg").read_bytes() == b"a photo"
    assert not (tmp_path / ".keepers-trash").exists()
