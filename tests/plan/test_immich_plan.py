"""Groups on a server: which photos, which names, which fields; pure."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keepers.actions import SetField
from keepers.model import (
    LOCAL,
    Asset,
    Bundle,
    ContentId,
    Decision,
    Facts,
    Group,
    GroupKind,
    Kind,
    PlaceId,
    Ref,
    Role,
    Score,
    Taken,
)
from keepers.plan import immich_actions
from keepers.plan.immich_actions import Wanted
from keepers.plan.immich_groups import Served, album_name, served

HERE = PlaceId("immich")


def ref(key, place=HERE):
    return Ref(place, key)


def bundle(key, *, people=(), day=None, copies=(), others=(), place=HERE):
    taken = None if day is None else Taken(datetime(2024, 5, day, tzinfo=UTC), "exif", certain=True)
    main = Asset(ref(key, place), Kind.PHOTO, 1, "", ContentId(f"b3:{key}"), taken)
    return Bundle(main, tuple(others), tuple(copies), Facts("jpeg", 1, 1, people=people))


def part(key, role, place=HERE):
    return Asset(ref(key, place), Kind.COMPANION, 1, "", ContentId(f"b3:{key}"), role=role)


def decision(*bundles, keep, kind=GroupKind.BURST, scores=()):
    refs = [one.main.ref for one in bundles]
    kept = tuple(one for one in refs if one.key in keep)
    drop = tuple(one for one in refs if one.key not in keep)
    values = tuple(Score(ref(key), value, reasons=("eyes open",)) for key, value in scores)
    return Decision(Group("g", kind, bundles), kept, drop, values)


def only(decisions, known=None, favourites=()):
    (found,) = served(decisions, HERE, known or {}, favourites)
    return found


def test_the_best_of_those_that_are_kept_comes_first():
    found = only([decision(*map(bundle, "abc"), keep="ab", scores=(("a", 0.2), ("b", 0.9), ("c", 1.0)))])
    assert (found.best, found.reason) == (ref("b"), "eyes open")
    assert found.members == (ref("b"), ref("a"), ref("c"))
    assert (found.keep, found.drop) == ((ref("a"), ref("b")), (ref("c"),))


def test_a_photo_of_this_machine_stands_for_its_copy_on_the_server():
    both = bundle("/p/a.jpg", place=LOCAL, copies=(ref("a"),))
    found = only([decision(both, bundle("b"), keep=("/p/a.jpg",))])
    assert (found.keep, found.drop) == ((ref("a"),), (ref("b"),))


@pytest.mark.parametrize("others", [(), (bundle("/p/b.jpg", place=LOCAL),)])
def test_a_group_of_which_one_photo_is_on_the_server_is_none_there(others):
    assert served([decision(bundle("a"), *others, keep="a")], HERE, {}) == ()


def test_where_the_keeper_is_elsewhere_the_best_on_the_server_is_kept():
    here = (bundle("a"), bundle("b"))
    found = only([decision(bundle("/p/c.jpg", place=LOCAL), *here, keep=("/p/c.jpg",), scores=(("b", 0.5),))])
    assert (found.keep, found.drop) == ((ref("b"),), (ref("a"),))


def test_a_raw_goes_with_its_picture_and_a_film_stays_hidden():
    pair = bundle(
        "a", others=(part("raw", Role.RAW), part("film", Role.MOTION_VIDEO), part("/x", Role.RAW, LOCAL))
    )
    found = only([decision(pair, bundle("b"), keep="b")])
    assert found.drop == (ref("a"), ref("raw"))


def test_numbers_stay_and_those_of_others_are_not_used():
    first, second = decision(*map(bundle, "ab"), keep="a"), decision(*map(bundle, "cd"), keep="c")
    known = {
        3: frozenset({ContentId(f"ref:{HERE}/c"), ContentId(f"ref:{HERE}/d")}),
        7: frozenset[ContentId](),
    }
    assert [group.number for group in served([first, second], HERE, known)] == [8, 3]


def test_an_album_is_named_by_day_and_people():
    photos = [
        bundle("a", people=("Zoe", "Ann/a\n"), day=3),
        bundle("b", people=("Zoe", *"123456"), day=2),
    ]
    found = only([decision(*photos, keep="a")], favourites=("5",))
    assert album_name(found, "Organized-") == "Organized-2024-05-02-5-Zoe-1-2-3-4-0001"
    plain = only([decision(*map(bundle, "ab"), keep="a")])
    assert album_name(plain, "Organized-") == "Organized-0001"
    hostile = replace(plain, people=("Ann/a\n", "x" * 99))
    assert album_name(hostile, "") == f"Anna-{'x' * 40}-0001"


GROUP = Served(1, GroupKind.BURST, ref("a"), (ref("a"),), (ref("b"),), frozenset())


def told(wanted):
    return [(action.ref.key, action.name, action.before, action.after) for action in wanted.actions]


def test_tags_are_made_from_the_top_and_given_once():
    assert told(immich_actions.tags([GROUP], HERE, "mine/here", {})) == [
        ("tag/mine", "there", None, "yes"),
        ("tag/mine/here", "there", None, "yes"),
        ("tag/mine/here/best", "there", None, "yes"),
        ("tag/mine/here/group-0001", "there", None, "yes"),
        ("tag/mine/here/non-best", "there", None, "yes"),
        ("a", "tag:mine/here/group-0001", None, "yes"),
        ("b", "tag:mine/here/group-0001", None, "yes"),
        ("a", "tag:mine/here/best", None, "yes"),
        ("b", "tag:mine/here/non-best", None, "yes"),
    ]


def test_only_tags_of_ours_below_the_prefix_go():
    old = {
        (ref(key), name): SetField(ref(key), name, None, "yes", revision="t")
        for key, name in (("b", "tag:p/best"), ("b", "tag:q/best"), ("z", "tag:p/best"), ("b", "favourite"))
    }
    gone = [action for action in immich_actions.tags([GROUP], HERE, "p", old).actions if action.after is None]
    assert [(one.ref.key, one.name, one.before, one.revision) for one in gone] == [
        ("b", "tag:p/best", "yes", "t")
    ]


def test_an_album_of_ours_keeps_its_name():
    thing = ref("album/Organized-2020-0001")
    ours = {(thing, "there"): SetField(thing, "there", None, "yes")}
    wanted = immich_actions.albums([GROUP], HERE, "Organized-", [("anna", "viewer")], ours)
    assert told(wanted) == [
        ("album/Organized-2020-0001", "there", None, "yes"),
        ("a", "album:Organized-2020-0001", None, "yes"),
        ("b", "album:Organized-2020-0001", None, "yes"),
        ("album/Organized-2020-0001", "shared:anna", None, "viewer"),
    ]


def test_the_best_may_be_rated_and_described():
    wanted = immich_actions.favourites([replace(GROUP, reason="eyes open")], 4, describe=True)
    assert told(wanted) == [
        ("a", "favourite", None, "yes"),
        ("a", "rating", None, "4"),
        ("a", "description", None, "Best of 2: eyes open"),
    ]
    assert len(immich_actions.favourites([GROUP], None, describe=True).actions) == 1


def reader(values):
    return lambda wanted: [values.get((one.ref.key, one.name)) for one in wanted]


@pytest.mark.parametrize(
    ("values", "archived"),
    [
        ({}, []),
        ({("a", "visibility"): "archive"}, []),
        ({("a", "visibility"): "timeline"}, ["b"]),
        ({("a", "visibility"): "timeline", ("b", "favourite"): "yes"}, []),
        ({("a", "visibility"): "timeline", ("b", "rating"): "1"}, []),
        ({("a", "visibility"): "timeline", ("b", "edited"): "yes"}, []),
        ({("a", "visibility"): "timeline", ("b", "albums"): "trip"}, []),
        ({("a", "visibility"): "timeline", ("b", "albums"): "ours"}, ["b"]),
        ({("a", "visibility"): "timeline", ("b", "albums"): "ours trip"}, []),
    ],
)
def test_only_what_nobody_cares_for_is_archived(values, archived):
    wanted = immich_actions.archive([GROUP], reader(values), frozenset({"ours"}))
    assert [action.ref.key for action in wanted.actions] == archived
    assert [stays.ref.key for stays in wanted.stays] == [key for key in "b" if key not in archived]


@pytest.mark.parametrize(
    ("values", "stacked", "stays"),
    [
        ({}, ["a b", "j r"], 0),
        ({("a", "stack"): "a b"}, ["j r"], 0),
        ({("b", "stack"): "b x"}, ["j r"], 1),
        ({("r", "stack"): "r x"}, ["a b"], 1),
    ],
)
def test_what_lies_in_a_stack_is_left_alone(values, stacked, stays):
    pairs = [(ref("j"), ref("r")), (ref("b"), ref("x"))]
    wanted = immich_actions.stacks([GROUP], pairs, reader(values), every=False)
    assert [action.after for action in wanted.actions] == stacked
    assert len(wanted.stays) == stays


def test_copies_are_stacked_only_where_that_is_asked_for():
    copies = replace(GROUP, kind=GroupKind.SAME_PICTURE)
    assert immich_actions.stacks([copies], [], reader({}), every=False).actions == ()
    assert len(immich_actions.stacks([copies], [], reader({}), every=True).actions) == 1


def test_a_plan_has_only_what_is_as_it_was_taken_to_be():
    actions = tuple(SetField(ref(key), "rating", None, "5") for key in "abc")
    plan, stays = immich_actions.plan(Wanted("t", actions), [None, "5", "2"], {})
    assert plan.actions == actions[:1]
    assert [(one.ref.key, one.why) for one in stays] == [("c", "its rating is 2 already")]


def test_what_is_gone_and_what_keepers_wrote_itself_are_told_as_such():
    hidden = tuple(SetField(ref(key), "visibility", "timeline", "archive") for key in "abc")
    plan, stays = immich_actions.plan(Wanted("t", hidden), ["archive", None, "hidden"], {})
    assert plan.actions == ()
    assert [(one.ref.key, one.why) for one in stays] == [
        ("b", "it is gone from the server, or lies in its trash"),
        ("c", "its visibility is hidden already"),
    ]
    said = SetField(ref("a"), "description", None, "Best of 2: sharpest")
    new = replace(said, after="Best of 2: more is told of it")
    ours = {(said.ref, said.name): said}
    assert immich_actions.plan(Wanted("t", (new,)), [said.after], ours)[1] == ()
    (stay,) = immich_actions.plan(Wanted("t", (new,)), ["a day at the sea"], ours)[1]
    assert stay.why == "its description is a day at the sea already"
