"""What every place promises of files; each is run through the same tests."""

from dataclasses import replace

import pytest

from keepers.actions import Link, Restore, Trace, inverse
from keepers.fingerprint.exact import content_id
from keepers.model import Found
from keepers.ports import End, Folder, Task
from tests.places.worlds import (
    DATA,
    OTHER,
    anywhere,
    changed,
    copy,
    do,
    done,
    home,
    move,
    trash,
    undone,
    write,
)

__all__ = ["anywhere", "home"]


def test_lists_every_file_once_in_an_order_that_stays(anywhere):
    put = [anywhere.put(path, path.encode()) for path in ("b/z", "b/a", "a/c/d", "a/x")]
    first, again = ([entry.ref for entry in anywhere.place.listing([anywhere.whole])] for _ in range(2))
    assert first == again
    assert sorted(first) == sorted(put)


def test_what_is_there_can_be_looked_at_and_read_everywhere(anywhere):
    ref = anywhere.put("a", DATA)
    before = anywhere.files()
    found = anywhere.place.look(ref)
    assert (found.ref, found.size) == (ref, len(DATA))
    assert anywhere.place.look(ref).revision == found.revision
    assert anywhere.place.exists(ref)
    assert anywhere.place.content(ref) == content_id(DATA)
    assert anywhere.place.volume(ref).free > 0
    assert anywhere.place.identity(anywhere.whole) == anywhere.place.identity(anywhere.whole)
    assert anywhere.files() == before


def test_what_is_not_there_is_not_seen_anywhere(anywhere):
    missing = anywhere.ref("nowhere")
    assert anywhere.place.look(missing) is None
    assert not anywhere.place.exists(missing)
    assert not anywhere.place.names(missing)
    with pytest.raises(OSError, match=r"nowhere|no such asset"):
        anywhere.place.content(missing)


def test_looks_without_changing(home):
    ref = home.put("in/a", DATA)
    found = home.place.look(ref)
    assert isinstance(found, Found)
    assert (found.size, found.mtime_ns) == (len(DATA), 10**18 + 5)
    assert home.place.content(ref) == content_id(DATA)
    assert home.place.exists(home.ref("in"))
    assert home.place.look(home.ref("in")) is None
    assert not home.place.exists(home.ref("in/b"))
    assert home.place.names(home.ref("in")) == ["a"]
    assert not home.place.names(home.ref("nowhere"))
    assert home.place.folder(home.ref("in")).there
    assert home.place.folder(ref) is None
    assert home.place.volume(ref).id == home.place.volume(home.ref("not/yet")).id
    assert home.place.volume(ref).free > 0


def test_reading_what_is_not_there_is_an_error(home):
    with pytest.raises(OSError, match=r"a"):
        home.place.content(home.ref("in/a"))


def test_a_copy_keeps_bytes_time_and_mode(home):
    home.put("in/a", DATA)
    _, outcome = done(home, copy(home))
    assert home.files() == {"in/a": DATA, "out/new/a": DATA}
    assert home.looks("out/new/a") == (10**18 + 5, 0o640)
    assert outcome.revision == home.place.look(home.ref("out/new/a")).revision


def test_a_move_leaves_nothing_behind(home):
    home.put("in/a", DATA)
    done(home, move(home))
    assert home.files() == {"out/new/a": DATA}
    assert home.looks("out/new/a") == (10**18 + 5, 0o640)


@pytest.mark.parametrize("action", [copy, move, trash])
def test_every_verb_can_be_taken_back(home, action):
    home.put("in/a", DATA)
    undone(home, action(home))


def test_writing_can_be_taken_back(home):
    undone(home, write(home))


def test_writing_over_something_keeps_it_and_can_be_taken_back(home):
    home.put("out/m.txt", DATA)
    task, outcome = done(home, write(home, replaces=content_id(DATA)))
    assert home.files() == {"out/m.txt": OTHER}
    assert home.trashed() == [DATA]
    done(home, inverse(task.action, Trace(outcome.revision, task.kept)))
    assert home.files() == {"out/m.txt": DATA}
    assert home.looks("out/m.txt") == (10**18 + 5, 0o640)
    assert not home.has_quarantine()


def test_bytes_that_the_journal_remembers_leave_no_quarantine(home):
    home.put("out/m.txt", DATA)
    task = Task(write(home, replaces=content_id(DATA)), "t", remembered=True)
    modified_ns, mode = home.place.before(task)
    done(home, task.action, remembered=True)
    assert home.files() == {"out/m.txt": OTHER}
    assert not home.has_quarantine()
    done(home, inverse(task.action, Trace(data=DATA, modified_ns=modified_ns, mode=mode)), remembered=True)
    assert home.files() == {"out/m.txt": DATA}
    assert home.looks("out/m.txt") == (10**18 + 5, 0o640)


def test_a_link_keeps_the_replaced_file_until_it_is_taken_back(home):
    home.put("in/a", DATA)
    home.put("in/b", DATA)
    link = Link(home.ref("in/a"), home.ref("in/b"), content_id(DATA), len(DATA))
    ((task, outcome),) = do(home, link)
    if outcome.end is End.FAILED:
        # Hazard 14: where there are no links, nothing has changed.
        assert home.files() == {"in/a": DATA, "in/b": DATA}
        assert home.place.look(home.ref("in/a")).links == 1
        return
    assert outcome.end is End.DONE
    assert home.trashed() == [DATA]
    assert home.place.look(home.ref("in/a")).inode == home.place.look(home.ref("in/b")).inode
    done(home, inverse(link, Trace(outcome.revision, task.kept)))
    assert home.place.look(home.ref("in/a")).inode != home.place.look(home.ref("in/b")).inode
    assert not home.has_quarantine()


def test_a_second_name_is_the_same_file_and_goes_when_it_is_taken_back(home):
    home.put("in/a", DATA)
    second = replace(copy(home), linked=True)
    ((task, outcome),) = do(home, second)
    if outcome.end is End.FAILED:
        assert home.files() == {"in/a": DATA}
        return
    assert outcome.end is End.DONE
    assert home.place.look(home.ref("in/a")).inode == home.place.look(home.ref("out/new/a")).inode
    done(home, inverse(second, Trace(outcome.revision, task.kept)))
    assert home.files() == {"in/a": DATA}


def test_a_second_name_takes_the_place_of_nothing(home):
    home.put("in/a", DATA)
    home.put("out/new/a", OTHER)
    changed(home, replace(copy(home), linked=True))
    assert home.files() == {"in/a": DATA, "out/new/a": OTHER}


def test_a_crash_behind_a_second_name_is_settled(home):
    home.put("in/a", DATA)
    second = replace(copy(home), linked=True)
    ((task, outcome),) = do(home, second)
    settled = home.place.settle(task)
    assert settled.end is (End.DONE if outcome.end is End.DONE else End.OPEN)


def test_two_files_of_one_name_and_content_can_both_be_trashed(home):
    """Hazard 13: a second trash of the same name overwrites nothing."""
    for token in ("one", "two"):
        home.put("in/a", DATA)
        (task,) = home.place.prepare([Task(trash(home), token)])
        assert home.place.perform([task], lambda: None)[0].end is End.DONE
    assert home.trashed() == [DATA, DATA]


@pytest.mark.parametrize("action", [copy, move, trash])
def test_what_has_changed_is_not_touched(home, action):
    """Hazards 2 and 39: looked at again just before it is touched."""
    home.put("in/a", OTHER)
    before = home.files()
    assert "changed" in changed(home, action(home))
    assert home.files() == before
    assert not home.trashed()


@pytest.mark.parametrize("action", [copy, move, trash])
def test_a_change_of_the_same_size_is_seen(home, action):
    home.put("in/a", DATA[::-1])
    assert "changed" in changed(home, action(home))


@pytest.mark.parametrize("action", [copy, move, trash])
def test_what_is_gone_is_told(home, action):
    assert changed(home, action(home)) == "it is gone"
    assert home.files() == {}


@pytest.mark.parametrize("action", [copy, move])
def test_a_name_that_is_taken_meanwhile_is_never_overwritten(home, action):
    """Hazards 8 and 40."""
    home.put("in/a", DATA)
    home.put("out/new/a", OTHER)
    assert changed(home, action(home)) == "its new name is taken by now"
    assert home.files() == {"in/a": DATA, "out/new/a": OTHER}


def test_a_write_over_something_else_changes_nothing(home):
    home.put("out/m.txt", b"a person's notes")
    assert "changed" in changed(home, write(home, replaces=content_id(DATA)))
    assert changed(home, write(home)) == "its new name is taken by now"
    assert home.files() == {"out/m.txt": b"a person's notes"}


def test_an_own_copy_goes_only_while_its_source_is_whole(home):
    home.put("in/a", DATA)
    added = copy(home)
    _, outcome = done(home, added)
    back = inverse(added, Trace(outcome.revision))
    home.put("in/a", OTHER)
    changed(home, back)
    assert home.files()["out/new/a"] == DATA
    home.put("in/a", DATA)
    done(home, back)
    assert home.files() == {"in/a": DATA}


def test_an_own_file_that_a_person_changed_stays(home):
    home.put("in/a", DATA)
    added = copy(home)
    done(home, added)
    home.put("out/new/a", b"edited...")
    changed(home, inverse(added, Trace()))
    assert home.files()["out/new/a"] == b"edited..."


def test_restoring_to_a_name_that_is_taken_changes_nothing(home):
    home.put("in/a", DATA)
    task, _ = done(home, trash(home))
    home.put("in/a", OTHER)
    changed(home, Restore(home.ref("in/a"), content_id(DATA), len(DATA), task.kept))
    assert home.files() == {"in/a": OTHER}
    assert home.trashed() == [DATA]


def test_many_tasks_end_each_for_itself(home):
    home.put("in/a", DATA)
    home.put("in/b", OTHER)
    ends = [o.end for _, o in do(home, copy(home), copy(home, "in/b", "out/b"), trash(home, "in/b", OTHER))]
    assert ends == [End.DONE, End.CHANGED, End.DONE]
    assert home.files() == {"in/a": DATA, "out/new/a": DATA}


@pytest.mark.parametrize("action", [copy, move, trash, write])
def test_settling_tells_what_is_done_from_what_is_not(home, action):
    home.put("in/a", DATA)
    (task,) = home.place.prepare([Task(action(home), "token")])
    before = home.files()
    assert home.place.settle(task).end is End.OPEN
    assert home.files() == before
    home.place.perform([task], lambda: None)
    after = home.files()
    settled = home.place.settle(task)
    assert settled.end is End.DONE
    assert home.files() == after
    assert home.place.settle(task) == settled


def test_folders_are_told_before_they_are_made_and_tidied_when_empty(home):
    home.put("in/a", DATA)
    (task,) = home.place.prepare([Task(copy(home), "token")])
    folders = home.place.folders([task])
    missing = [folder.ref for folder in folders if not folder.there]
    assert missing == [home.ref("out"), home.ref("out/new")]
    home.place.perform([task], lambda: None)
    home.place.tidy(folders)
    assert home.place.exists(home.ref("out/new"))
    done(home, inverse(task.action, Trace()))
    home.place.tidy(folders)
    assert not home.place.exists(home.ref("out"))
    for folder in folders:
        if folder.there:
            assert home.place.folder(folder.ref) == folder


def test_the_time_of_a_folder_can_be_set_back(home):
    home.put("in/a", DATA)
    home.place.tidy([Folder(home.ref("in"), there=True, modified_ns=10**18)])
    assert home.place.folder(home.ref("in")).modified_ns == 10**18


def test_the_planned_revision_saves_the_reading_but_not_the_safety(home):
    ref = home.put("in/a", DATA)
    right = replace(move(home), revision=home.place.look(ref).revision)
    stale = replace(right, revision="1:2:3")
    done(home, stale)
    done(home, inverse(stale, Trace()))
    done(home, right)
    assert home.files() == {"out/new/a": DATA}
