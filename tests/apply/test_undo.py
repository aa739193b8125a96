"""What a run did is taken back, and what anybody else did is not."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.actions import Copy, Move, Plan, SetField, Trash
from keepers.apply.history import originals, placed
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState, StepState
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places.local import LocalPlace
from keepers.places.memory import MEMORY
from keepers.plan.check import check
from tests.apply.homes import SILENT, Home, copy, ref, write
from tests.apply.worlds import libraries, plan_of, steps


def test_undo_takes_back_the_latest_run_first_and_then_does_nothing(home):
    home.put("/in/a", b"a")
    before = home.files()
    home.run(copy("/in/a", "/out/a", b"a"))
    home.run(write("/out/m", b"m"))
    assert home.undo().title == "Undo of a plan"
    assert home.files() == {"/in/a": b"a", "/out/a": b"a"}
    home.undo()
    assert home.files() == before
    assert home.undo() is None
    assert home.undo(1) is None
    assert [r.state for r in home.journal.runs()] == [
        RunState.UNDONE,
        RunState.UNDONE,
        RunState.DONE,
        RunState.DONE,
    ]
    assert {step.state for step in home.journal.steps(1)} == {StepState.UNDONE}


def test_undo_of_a_copy_whose_source_is_gone_is_refused_and_told(home):
    home.put("/in/a", b"a")
    home.run(copy("/in/a", "/out/a", b"a"), write("/out/m", b"m"))
    del home.place.files["/in/a"]
    ended = home.undo()
    assert ended.exit_code == 3
    assert "the copy stays" in ended.problems[0].why
    assert home.files() == {"/out/a": b"a"}


def test_undo_leaves_a_copy_that_was_edited(home):
    home.put("/in/a", b"a")
    home.run(copy("/in/a", "/out/a", b"a"))
    home.put("/out/a", b"b")
    assert home.undo().exit_code == 3
    assert home.files() == {"/in/a": b"a", "/out/a": b"b"}


def test_a_report_that_is_written_again_and_again_leaves_no_quarantine(home):
    home.run(write("/out/r", b"1"), write("/out/r", b"2", b"1"), write("/out/r", b"3", b"2"))
    assert home.files() == {"/out/r": b"3"}
    home.run(write("/out/r", b"4", b"3"))
    home.undo()
    assert home.files() == {"/out/r": b"3"}
    home.undo()
    assert home.files() == {}


def test_fields_are_taken_back_as_they_were(home):
    rated = home.put("/in/a", b"a")
    home.place.fields["/in/a", "rating"] = "3"
    home.run(SetField(rated, "rating", "3", "5"), SetField(rated, "album", None, "Best"))
    assert home.place.fields == {("/in/a", "rating"): "5", ("/in/a", "album"): "Best"}
    home.undo()
    assert home.place.fields == {("/in/a", "rating"): "3"}


def test_tells_where_each_original_is_and_what_keepers_added(home):
    home.put("/in/a", b"a")
    home.put("/in/b", b"b")
    home.put("/in/c", b"c")
    home.run(
        copy("/in/a", "/out/a", b"a"),
        Move(ref("/in/b"), ref("/out/b"), content_id(b"b"), 1),
        Trash(ref("/in/c"), content_id(b"c"), 1, rejected=True),
        write("/out/m", b"m"),
    )
    told = {line["content"]: line["any_of"] for line in originals(home.journal, home.place)}
    bare = {data: content_id(data).removeprefix("b3:") for data in (b"a", b"b", b"c")}
    assert told.keys() == set(bare.values())
    assert told[bare[b"a"]] == ["memory:/in/a", "memory:/out/a"]
    assert told[bare[b"b"]] == ["memory:/out/b"]
    assert [path.startswith("memory:/.keepers-trash/") for path in told[bare[b"c"]]] == [True]
    assert placed(home.journal, "/out") == {"/out/a": content_id(b"a"), "/out/m": content_id(b"m")}
    assert placed(home.journal, "/ou") == {}
    home.undo()
    assert placed(home.journal, "/out") == {}


@given(libraries(), steps(), st.integers(0, 9), st.integers(0, 9))
@settings(max_examples=60)
def test_whatever_a_person_does_meanwhile_no_content_is_lost(
    tmp_path_factory, library, choices, first, second
):
    home = Home(tmp_path_factory.mktemp("home"))
    for known, data in library.refs(MEMORY, "/photos").items():
        home.put(known.key, data)
    plan = plan_of(library, choices, MEMORY, "/photos", fields=False)
    checked = check(plan, world(plan, home.place))
    theirs = set(home.files().values())

    def meddle(which: int) -> None:
        path = sorted(home.files())[which % len(home.files())]
        if ".keepers-trash" not in path:
            gone = home.files()[path]
            home.put(path, b"edited %d" % which)
            theirs.add(b"edited %d" % which)
            if gone not in home.files().values():
                theirs.discard(gone)

    meddle(first)
    run(checked, home.journal, home.place, progress=SILENT)
    assert theirs <= set(home.files().values())
    meddle(second)
    ended = home.undo()
    assert ended is None or ended.state is RunState.DONE
    assert theirs <= set(home.files().values())


def test_folders_that_somebody_touched_since_keep_their_time(tmp_path):
    root = tmp_path / "photos"
    root.mkdir()
    (root / "a").write_bytes(b"a")
    os.utime(root, (10**9, 10**9))
    place = LocalPlace([str(root)])
    journal = Journal(str(tmp_path / "journal.db"))

    def go() -> None:
        action = Copy(Ref(LOCAL, f"{root}/a"), Ref(LOCAL, f"{root}/b"), content_id(b"a"), 1)
        plan = Plan("a plan", (action,))
        run(check(plan, world(plan, place)), journal, place, progress=SILENT)

    def back() -> None:
        ended = undo(None, journal, place, progress=SILENT)
        assert ended is not None
        assert ended.exit_code == 0

    go()
    back()
    assert root.stat().st_mtime == 10**9
    go()
    os.utime(root, (2 * 10**9, 2 * 10**9))
    back()
    assert root.stat().st_mtime > 10**9
