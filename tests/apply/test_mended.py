"""A unit that cannot be finished goes without a trace."""

from pathlib import Path

from keepers.actions import Copy, Plan, Write
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.run import run
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
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
