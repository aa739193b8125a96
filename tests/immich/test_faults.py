"""Whole runs over a bad connection: what ends ends soon and in words, is finished later, and can be taken back."""

import logging
import time

import pytest

from keepers.actions import Plan, SetField
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.errors import PlaceUnreachableError
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.fields import stack_value
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.check import check
from tests.apply.worlds import Silent
from tests.immich.proxy import Trouble, between
from tests.immich.server import KEY
from tests.immich.test_writer import PLACE, albums, ref, remembered, tagging

pytestmark = pytest.mark.slow

#: The answers that are left alone are there at once, so that this is much.
LONGEST = 0.5


@pytest.fixture
def proxy(newest):
    with between(newest.http.server_port) as made:
        yield made


@pytest.fixture
def far(proxy):
    """A client that has the proxy before its server."""
    with immich_api.opened(Profile("default", proxy.url, KEY), pause=0.01, longest=LONGEST) as made:
        yield made


def troubled(proxy, trouble, at, times):
    proxy.trouble, proxy.at, proxy.times, proxy.questions = trouble, at, times, 0


@pytest.mark.parametrize("trouble", list(Trouble))
def test_trouble_that_passes_is_not_noticed(newest, proxy, far, trouble):
    newest.state.album("a name that is long enough to trickle for seconds " * 9)
    troubled(proxy, trouble, 1, 2)
    assert len(far.own_albums()) == 1
    assert proxy.questions >= 3


@pytest.mark.parametrize("trouble", list(Trouble))
def test_trouble_that_stays_is_told_soon_without_the_key(newest, proxy, far, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    newest.state.album("a name that is long enough to trickle for seconds " * 9)
    troubled(proxy, trouble, 1, 1000)
    begun = time.monotonic()
    with pytest.raises(
        PlaceUnreachableError, match=r"the Immich server at http://127\.0\.0\.1:\d+ "
    ) as caught:
        far.own_albums()
    assert time.monotonic() - begun < 10
    assert caught.value.exit_code == 6
    assert KEY not in str(caught.value) + caplog.text


def started(place, journal, keys, arm):
    """Tag, gather, favour and stack; trouble begins when all has been looked at."""
    plan = Plan("Organize", tuple(sorting(keys)))
    checked = check(plan, world(plan, place))
    arm()
    return run(checked, journal, place, progress=Silent())


def sorting(keys):
    return [
        *tagging(*keys),
        *albums(*keys),
        *(SetField(ref(key), "favourite", None, "yes") for key in keys[:2]),
        SetField(ref(keys[0]), "stack", None, stack_value(keys[0], keys)),
    ]


@pytest.mark.parametrize(
    ("trouble", "at"),
    [*((trouble, 5) for trouble in Trouble), (Trouble.CUT, 10), (Trouble.RESET, 8), (Trouble.AWAY, 10)],
)
def test_a_run_goes_on_where_trouble_passes(newest, proxy, far, tmp_path, trouble, at):
    """Making an album and stacking are not asked twice: whoever finishes the run finds what was done."""
    keys = [newest.state.add(f"{number}.jpg") for number in range(3)]
    earlier = remembered(newest)
    journal = Journal(str(tmp_path / "journal"))
    place = ImmichPlace(far, PLACE)
    finished = started(place, journal, keys, lambda: troubled(proxy, trouble, at, 1))
    assert proxy.questions > at
    if finished.state is not RunState.DONE:
        finished = resume(finished.run, journal, ImmichPlace(far, PLACE), progress=Silent())
    assert (finished.state, finished.problems) == (RunState.DONE, ())
    assert [len(album.assets) for album in newest.state.albums.values()] == [3]
    assert len(newest.state.stacks) == 1
    back = undo(None, journal, ImmichPlace(far, PLACE), progress=Silent())
    assert back is not None
    assert back.problems == ()
    assert remembered(newest) == earlier
    journal.close()


@pytest.mark.parametrize(
    ("trouble", "at"),
    [
        *((Trouble.RESET, at) for at in (1, 3, 5, 8, 11)),
        (Trouble.AWAY, 5),
        (Trouble.AWAY, 9),
    ],
)
def test_a_run_without_its_server_ends_soon_and_is_taken_back_later(
    newest, proxy, far, tmp_path, trouble, at
):
    keys = [newest.state.add(f"{number}.jpg") for number in range(3)]
    earlier = remembered(newest)
    journal = Journal(str(tmp_path / "journal"))
    begun = time.monotonic()
    broken = started(ImmichPlace(far, PLACE), journal, keys, lambda: troubled(proxy, trouble, at, 1000))
    assert time.monotonic() - begun < 15
    assert broken.state is not RunState.DONE
    assert not [problem for problem in broken.problems if KEY in str(problem)]
    proxy.heal()
    back = undo(broken.run, journal, ImmichPlace(far, PLACE), progress=Silent())
    assert back is None or back.problems == ()
    assert remembered(newest) == earlier
    journal.close()
