"""What every place promises of fields, such as tags and favourites; each is run through the same tests."""

import pytest

from keepers.actions import SetField, Trace, inverse
from keepers.ports import End, Task
from tests.places.worlds import (
    DATA,
    OTHER,
    OnDisk,
    account,
    changed,
    copy,
    do,
    done,
    fielded,
    move,
    trash,
    write,
)

__all__ = ["account", "fielded"]


def test_fields_are_set_where_a_place_has_them(fielded):
    ref = fielded.put("a", DATA)
    rate = SetField(ref, "rating", None, "5")
    assert fielded.place.settle(Task(rate, "t")).end is End.OPEN
    _, outcome = done(fielded, rate)
    assert fielded.place.field(ref, "rating") == "5"
    assert "meanwhile" in changed(fielded, rate)
    assert fielded.place.settle(Task(rate, "t")).end is End.DONE
    done(fielded, inverse(rate, Trace(outcome.revision)))
    assert fielded.place.field(ref, "rating") is None
    assert fielded.files() == {"a": DATA}


def test_many_fields_end_each_for_itself(fielded):
    one, two = fielded.put("a", DATA), fielded.put("b", OTHER)
    done(fielded, SetField(two, "rating", None, "3"))
    rated = [SetField(ref, "rating", None, "5") for ref in (one, two)]
    ends = [outcome.end for _, outcome in do(fielded, *rated)]
    assert ends == [End.DONE, End.CHANGED]
    assert [fielded.place.field(ref, "rating") for ref in (one, two)] == ["5", "3"]


def test_a_field_of_what_is_gone_is_not_set(fielded):
    ((_, outcome),) = do(fielded, SetField(fielded.ref("a"), "rating", "4", "5"))
    assert outcome.end is End.CHANGED


@pytest.mark.parametrize("action", [copy, move, trash, write])
def test_a_server_refuses_what_is_done_to_files(account, action):
    account.put("in/a", DATA)
    ((task, outcome),) = do(account, action(account))
    assert outcome.end is End.FAILED
    assert account.place.settle(task).end is End.OPEN
    assert account.files() == {"in/a": DATA}


def test_a_disk_has_no_fields(tmp_path):
    home = OnDisk(tmp_path)
    ((_, outcome),) = do(home, SetField(home.put("a", DATA), "rating", None, "5"))
    assert outcome.end is End.FAILED
    assert home.place.field(home.ref("a"), "rating") is None
