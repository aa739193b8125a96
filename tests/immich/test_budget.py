"""How many requests large changes cost: counted, since a second depends on the machine."""

import pytest

from keepers.actions import Plan, SetField
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import run
from keepers.apply.undo import undo
from keepers.model import Ref
from keepers.places.immich_api.place import place_id
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent
from tests.immich import openapi

pytestmark = pytest.mark.slow

PLACE = place_id("default")
MANY = 10_000


def field(key, name):
    return SetField(Ref(PLACE, key), name, None, "yes")


@pytest.fixture
def place(lately, monkeypatch):
    # Thousands of assets on a page take long to compare; the same questions are compared elsewhere.
    monkeypatch.setattr(openapi, "document", lambda version: None)
    return ImmichPlace(lately, PLACE)


@pytest.fixture
def journal(tmp_path):
    made = Journal(str(tmp_path / "journal"))
    yield made
    made.close()


def cost(newest, place, journal, actions):
    """Requests of planning and doing, and of taking back."""
    newest.requests.clear()
    plan = Plan("Set", tuple(actions))
    done = run(check(plan, world(plan, place)), journal, place, progress=Silent())
    assert (done.state, done.done, done.problems) == (RunState.DONE, len(actions), ())
    there = len(newest.requests)
    newest.requests.clear()
    back = undo(None, journal, place, progress=Silent())
    assert back is not None
    assert (back.done, back.problems) == (len(actions), ())
    return there, len(newest.requests)


@pytest.mark.parametrize("what", ["tag", "album"])
def test_ten_thousand_memberships_take_few_requests(newest, place, journal, what):
    keys = [newest.state.add(f"{number}.jpg") for number in range(MANY)]
    actions = [field(f"{what}/many", "there"), *(field(key, f"{what}:many") for key in keys)]
    there, back = cost(newest, place, journal, actions)
    assert there <= 30
    assert back <= 45
    assert not newest.state.tags
    assert not newest.state.albums


def test_a_tag_for_each_group_takes_two_requests_a_group(newest, place, journal):
    groups = [[newest.state.add(f"{number}-{photo}.jpg") for photo in range(3)] for number in range(100)]
    actions = [field("tag/p", "there"), *(field(f"tag/p/g{number}", "there") for number in range(100))]
    actions += [field(key, f"tag:p/g{number}") for number, keys in enumerate(groups) for key in keys]
    actions += [field(keys[0], "tag:p/best") for keys in groups]
    actions.insert(1, field("tag/p/best", "there"))
    there, back = cost(newest, place, journal, actions)
    assert there <= 2 * len(groups) + 30
    assert back <= 3 * len(groups) + 60
    assert not newest.state.tags


def test_thousands_of_favourites_are_set_in_batches(newest, place, journal):
    keys = [newest.state.add(f"{number}.jpg") for number in range(1000)]
    there, _ = cost(newest, place, journal, [field(key, "favourite") for key in keys])
    assert there <= 40


def test_several_fields_of_one_photo_need_no_waves_of_their_own(newest, place, journal):
    keys = [newest.state.add(f"{number}.jpg") for number in range(300)]
    actions = [
        SetField(Ref(PLACE, key), name, None, value)
        for key in keys
        for name, value in (("favourite", "yes"), ("rating", "4"), ("description", "sea"))
    ]
    there, back = cost(newest, place, journal, actions)
    assert there <= 60
    assert back <= 60
