"""Fields of a server: set with what was before, read back, taken back exactly; nothing else is touched."""

import copy

import pytest

from keepers.actions import Copy, Plan, SetField, Trace, Trash, inverse
from keepers.apply.journal import Journal
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.model import ContentId, Ref
from keepers.places.immich_api.fields import stack_value
from keepers.places.immich_api.place import place_id
from keepers.places.immich_api.writer import ImmichPlace
from keepers.plan.check import check
from keepers.ports import End, Task
from tests.apply.worlds import Silent
from tests.immich.server import KEY, Fault
from tests.immich.state import State, an_id

pytestmark = pytest.mark.slow

PLACE = place_id("default")
TAG, ALBUM = "tag:photo-organizer/best", "album:Organized-2024"


@pytest.fixture
def place(client):
    return ImmichPlace(client, PLACE)


@pytest.fixture
def quick(lately):
    return ImmichPlace(lately, PLACE)


def ref(key):
    return Ref(PLACE, key)


def tagging(*keys):
    """Make the tags, then give one to assets."""
    made = [
        SetField(ref(f"tag/{name}"), "there", None, "yes")
        for name in ("photo-organizer", "photo-organizer/best")
    ]
    return [*made, *(SetField(ref(key), TAG, None, "yes") for key in keys)]


def albums(*keys):
    made = SetField(ref("album/Organized-2024"), "there", None, "yes")
    return [made, *(SetField(ref(key), ALBUM, None, "yes") for key in keys)]


def do(place, *actions):
    tasks = place.prepare([Task(action, f"token-{number}") for number, action in enumerate(actions)])
    return place.perform(tasks, lambda: None)


def ends(place, *actions):
    return [outcome.end for outcome in do(place, *actions)]


def remembered(server):
    """All that people would miss, without the times and the numbers that a server gives by itself."""
    state = copy.deepcopy(server.state)
    stacks = sorted((stack.assets[0], sorted(stack.assets)) for stack in state.stacks.values())
    held = sorted((one.name, sorted(one.assets), sorted(one.users.items())) for one in state.albums.values())
    tags = sorted((tag.value, sorted(tag.assets)) for tag in state.tags.values())
    return [vars(asset) | {"updated": None} for asset in state.assets.values()], stacks, held, tags


SETTINGS = [
    ("favourite", None, "yes"),
    ("visibility", "timeline", "archive"),
    ("rating", None, "4"),
    ("description", None, "a day at the sea"),
]


@pytest.mark.parametrize(("name", "before", "after"), SETTINGS)
def test_a_field_is_set_and_taken_back(server, place, name, before, after):
    key, other = server.state.add("a.jpg"), server.state.add("b.jpg")
    earlier = remembered(server)
    assert place.field(ref(key), name) == before
    action = SetField(ref(key), name, before, after)
    assert ends(place, action) == [End.DONE]
    assert place.field(ref(key), name) == after
    assert place.field(ref(other), name) == before
    assert place.settle(Task(action, "t")).end is End.DONE
    assert ends(place, inverse(action, Trace())) == [End.DONE]
    assert place.settle(Task(action, "t")).end is End.OPEN
    assert remembered(server) == earlier


@pytest.mark.parametrize(("name", "before", "after"), SETTINGS)
def test_what_a_person_set_meanwhile_stays(server, place, name, before, after):
    key = server.state.add("a.jpg", favourite=True, visibility="hidden", rating=2, description="mine")
    earlier = remembered(server)
    (outcome,) = do(place, SetField(ref(key), name, before, after))
    assert (outcome.end, outcome.why) == (End.CHANGED, "it has been set to something else meanwhile")
    assert remembered(server) == earlier
    assert not [request for request in server.requests if request.startswith("PUT")]


@pytest.mark.parametrize("build", [tagging, albums])
def test_tags_and_albums_are_made_filled_and_taken_back(server, place, build):
    keys = [server.state.add(f"{number}.jpg") for number in range(5)]
    earlier = remembered(server)
    actions = build(*keys)
    assert set(ends(place, *actions)) == {End.DONE}
    assert remembered(server) != earlier
    assert {place.field(ref(key), actions[-1].name) for key in keys} == {"yes"}
    assert len([r for r in server.requests if r.startswith("PUT") and r.endswith("/assets")]) == 1
    assert set(ends(place, *(inverse(action, Trace()) for action in actions[::-1]))) == {End.DONE}
    assert remembered(server) == earlier


def test_an_album_that_others_filled_meanwhile_stays(server, place):
    key, other = server.state.add("a.jpg"), server.state.add("b.jpg")
    actions = albums(key)
    do(place, *actions)
    (album,) = server.state.albums.values()
    album.assets.append(other)
    *_, last = do(place, *(inverse(action, Trace()) for action in actions[::-1]))
    assert (last.end, last.why) == (End.CHANGED, "the album holds photos that others put there")
    assert album.assets == [other]


def test_a_tag_that_others_use_meanwhile_stays(server, place, client):
    key = server.state.add("a.jpg")
    trashed = server.state.add("b.jpg", trashed=True)
    actions = tagging(key)
    do(place, *actions)
    client.put_tag(client.make_tags(["photo-organizer/best"])[0].id, [trashed])
    outcomes = do(place, *(inverse(action, Trace()) for action in actions[::-1]))
    assert [outcome.end for outcome in outcomes] == [End.DONE, End.CHANGED, End.CHANGED]
    assert server.state.tagged("photo-organizer/best") == [trashed]


def test_of_many_tags_those_that_others_use_meanwhile_stay(server, place, client):
    keys = [server.state.add(f"{number}.jpg") for number in range(12)]
    names = ["p", *(f"p/g{number}" for number in range(12))]
    actions = [SetField(ref(f"tag/{name}"), "there", None, "yes") for name in names]
    actions += [SetField(ref(key), f"tag:p/g{number}", None, "yes") for number, key in enumerate(keys)]
    do(place, *actions)
    mine = server.state.add("mine.jpg", visibility="hidden")
    client.put_tag(client.make_tags(["p/g3"])[0].id, [mine])
    client.put_tag(client.make_tags(["p/mine"])[0].id, [keys[5]])
    # Somebody has taken one off already.
    client.take_tag(client.make_tags(["p/g7"])[0].id, [keys[7]])
    server.requests.clear()
    outcomes = do(place, *(inverse(action, Trace()) for action in actions[::-1]))
    ended = {names[-1 - number]: outcome.end for number, outcome in enumerate(outcomes[12:])}
    assert ended == {name: End.CHANGED if name in {"p", "p/g3"} else End.DONE for name in names}
    assert [outcome.end for outcome in outcomes[:12]] == [
        End.CHANGED if number == 7 else End.DONE for number in range(11, -1, -1)
    ]
    left = {tag.value: tag.assets for tag in server.state.tags.values()}
    assert left == {"p": [], "p/g3": [mine], "p/mine": [keys[5]]}
    assert len(server.asked("POST /api/search")) <= 12


def test_a_server_whose_search_knows_nothing_of_tags_below_is_asked_tag_by_tag(server, place, monkeypatch):
    keys = [server.state.add(f"{number}.jpg") for number in range(9)]
    names = ["p", *(f"p/g{number}" for number in range(9))]
    actions = [SetField(ref(f"tag/{name}"), "there", None, "yes") for name in names]
    actions += [SetField(ref(key), f"tag:p/g{number}", None, "yes") for number, key in enumerate(keys)]
    do(place, *actions)
    monkeypatch.setattr(State, "below", lambda self, key: set(self.tags[key].assets))
    assert set(ends(place, *(inverse(action, Trace()) for action in actions[::-1]))) == {End.DONE}
    assert not server.state.tags


def test_an_album_of_that_name_of_somebody_else_is_let_be(server, place):
    theirs = server.state.album("Organized-2024", owner=an_id(2))
    key = server.state.add("a.jpg")
    assert set(ends(place, *albums(key))) == {End.DONE}
    assert server.state.albums[theirs].assets == []


def test_an_album_that_is_gone_is_told(server, place):
    key = server.state.add("a.jpg")
    (outcome,) = do(place, SetField(ref(key), ALBUM, None, "yes"))
    assert (outcome.end, outcome.why) == (End.CHANGED, "there is no album Organized-2024 any more")


def test_photos_are_stacked_under_their_best_and_taken_apart(server, place):
    one, two, three = (server.state.add(f"{number}.jpg") for number in range(3))
    earlier = remembered(server)
    action = SetField(ref(two), "stack", None, stack_value(two, [one, two, three]))
    assert ends(place, action) == [End.DONE]
    assert place.field(ref(two), "stack") == f"{two} {one} {three}"
    assert ends(place, inverse(action, Trace())) == [End.DONE]
    assert remembered(server) == earlier


def test_a_stack_that_is_there_is_respected(server, place, client):
    one, two, three = (server.state.add(f"{number}.jpg") for number in range(3))
    client.make_stack([one, two])
    earlier = remembered(server)
    (outcome,) = do(place, SetField(ref(three), "stack", None, stack_value(three, [two, three])))
    assert (outcome.end, outcome.why) == (End.CHANGED, "a photo of the stack lies in another stack")
    assert remembered(server) == earlier


def test_a_stack_that_grew_meanwhile_is_not_taken_apart(server, place):
    one, two, three = (server.state.add(f"{number}.jpg") for number in range(3))
    action = SetField(ref(one), "stack", None, stack_value(one, [one, two]))
    do(place, action)
    server.state.stack_of(one).assets.append(three)
    assert ends(place, inverse(action, Trace())) == [End.CHANGED]
    assert len(server.state.stack_of(one).assets) == 3


def test_one_asset_that_is_refused_loses_no_other(server, place):
    keys = [server.state.add(f"{number}.jpg") for number in range(4)]
    lost = [False]

    def lose(request):
        # Gone between our look and our call.
        if not lost[0] and request == f"GET /api/assets/{keys[3]}":
            lost[0] = True
            server.state.assets[keys[3]].owner = an_id(2)

    server.after = lose
    outcomes = do(place, *(SetField(ref(key), "favourite", None, "yes") for key in keys))
    assert [outcome.end for outcome in outcomes[:3]] == [End.DONE] * 3
    assert outcomes[3].end is End.FAILED
    assert not server.state.assets[keys[3]].favourite


def test_a_tag_refused_for_one_is_given_to_the_others(server, place, client):
    keys = [server.state.add(f"{number}.jpg") for number in range(3)]
    do(place, *tagging())
    lost = [False]

    def lose(request):
        if not lost[0] and request == "GET /api/tags":
            lost[0] = True
            server.state.assets[keys[1]].owner = an_id(2)

    server.after = lose
    outcomes = do(place, *(SetField(ref(key), TAG, None, "yes") for key in keys))
    assert [outcome.end for outcome in outcomes] == [End.DONE, End.CHANGED, End.DONE]
    assert outcomes[1].why == "the server refuses: no_permission"


@pytest.mark.parametrize("action", ["trash", "copy"])
def test_files_of_a_server_are_not_touched(server, place, action):
    key = server.state.add("a.jpg")
    content = ContentId("b3:00")
    asked = Trash(ref(key), content, 5) if action == "trash" else Copy(ref(key), ref("b"), content, 5)
    assert ends(place, asked) == [End.FAILED]
    assert place.settle(Task(asked, "t")).end is End.OPEN
    assert server.requests == []


@pytest.mark.parametrize(("name", "after"), [("rating", "9"), ("visibility", "locked"), ("nonsense", "x")])
def test_what_cannot_be_set_is_told(newest, quick, name, after):
    key = newest.state.add("a.jpg")
    before = quick.field(ref(key), name)
    (outcome,) = do(quick, SetField(ref(key), name, before, after))
    assert (outcome.end, outcome.why) == (End.FAILED, f"{name} cannot be set to {after}")


# Answers that are lost


@pytest.mark.parametrize("build", [tagging, albums])
def test_a_call_whose_answer_was_lost_is_found_done(newest, quick, build):
    keys = [newest.state.add(f"{number}.jpg") for number in range(3)]
    for request in ("POST /api/albums", "PUT /api/albums/", "PUT /api/tags"):
        newest.faults.append(Fault("done-but-cut", request))
    assert set(ends(quick, *build(*keys))) == {End.DONE}
    assert len(newest.state.albums) == (1 if build is albums else 0)


def test_a_stack_whose_answer_was_lost_is_found_done(newest, quick):
    one, two = newest.state.add("1.jpg"), newest.state.add("2.jpg")
    newest.faults.append(Fault("done-but-cut", "POST /api/stacks"))
    assert ends(quick, SetField(ref(one), "stack", None, stack_value(one, [one, two]))) == [End.DONE]
    assert len(newest.state.stacks) == 1


def test_a_server_that_is_gone_ends_the_run(newest, quick):
    key = newest.state.add("a.jpg")
    newest.faults.append(Fault("cut", "PUT /api/assets", times=9))
    (outcome,) = do(quick, SetField(ref(key), "favourite", None, "yes"))
    assert (outcome.end, outcome.hopeless) == (End.FAILED, True)
    assert not newest.state.assets[key].favourite


@pytest.mark.parametrize(
    ("permission", "action"),
    [
        ("asset.update", SetField(ref(an_id(1000)), "favourite", None, "yes")),
        ("tag.create", SetField(ref("tag/best"), "there", None, "yes")),
        ("album.create", SetField(ref("album/best"), "there", None, "yes")),
        ("stack.create", SetField(ref(an_id(1000)), "stack", None, f"{an_id(1000)} {an_id(1001)}")),
        ("asset.read", SetField(ref(an_id(1000)), "favourite", None, "yes")),
    ],
)
def test_a_permission_that_is_missing_is_told_and_nothing_done(server, place, permission, action):
    server.state.add("a.jpg")
    server.state.add("b.jpg")
    granted = "asset.read asset.update tag.read tag.create album.read album.create stack.read stack.create"
    server.keys[KEY] = set(granted.split()) - {permission}
    earlier = remembered(server)
    (outcome,) = do(place, action)
    assert (outcome.end, outcome.hopeless) == (End.FAILED, True)
    assert f"lacks the permission {permission}" in outcome.why
    assert remembered(server) == earlier


# Whole runs


def carried_out(place, journal, actions):
    checked = check(Plan("Organize", tuple(actions)), world(Plan("Organize", tuple(actions)), place))
    return run(checked, journal, place, progress=Silent())


def test_a_run_and_its_undo_leave_the_server_as_it_was(server, place, client, tmp_path):
    state = server.state
    keys = [state.add(f"{number}.jpg", rating=number % 3 or None) for number in range(12)]
    client.put_tag(client.make_tags(["family"])[0].id, keys[:3])
    state.album("Trip", *keys[:4])
    client.make_stack(keys[10:])
    earlier = remembered(server)
    actions = [
        *tagging(*keys[:6]),
        *albums(*keys[2:8]),
        *(SetField(ref(key), "favourite", None, "yes") for key in keys[:2]),
        *(SetField(ref(key), "visibility", "timeline", "archive") for key in keys[4:6]),
        SetField(ref(keys[0]), "stack", None, stack_value(keys[0], keys[:3])),
    ]
    journal = Journal(str(tmp_path / "journal"))
    finished = carried_out(place, journal, actions)
    assert (finished.state, finished.done, finished.problems) == (RunState.DONE, len(actions), ())
    assert remembered(server) != earlier
    # A person goes on living with the server; that stays.
    state.assets[keys[7]].favourite = True
    back = undo(None, journal, place, progress=Silent())
    assert back is not None
    assert (back.state, back.problems) == (RunState.DONE, ())
    assert state.assets[keys[7]].favourite
    state.assets[keys[7]].favourite = False
    assert remembered(server) == earlier
    assert undo(None, journal, place, progress=Silent()) is None
    journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("finish", [False, True])
@pytest.mark.parametrize("at", [12, 25, 32, 42, 1000])
def test_a_run_that_the_server_broke_off_is_finished_and_undone(newest, quick, tmp_path, at, finish):
    keys = [newest.state.add(f"{number}.jpg") for number in range(4)]
    earlier = remembered(newest)
    actions = [*tagging(*keys), *albums(*keys)]
    journal = Journal(str(tmp_path / "journal"))
    seen = []

    def die(request):
        seen.append(request)
        if len(seen) == at:
            newest.faults.append(Fault("cut", "", times=1000))

    newest.after = die
    first = carried_out(quick, journal, actions)
    newest.faults.clear()
    newest.after = lambda request: None
    assert (first.state is RunState.DONE) == (len(seen) < at)
    if finish:
        assert resume(first.run, journal, quick, progress=Silent()).state is RunState.DONE
        assert newest.state.tagged("photo-organizer/best") == keys
        assert [album.assets for album in newest.state.albums.values()] == [keys]
    back = undo(first.run, journal, quick, progress=Silent())
    assert back is None or back.problems == ()
    assert remembered(newest) == earlier
    journal.close()
