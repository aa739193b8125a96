"""The safety rules: what `check` refuses, and in which words."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.actions import Action, Copy, Link, Move, Plan, Restore, SetField, Trash, Write
from keepers.errors import RefusedError
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, ContentId, PlaceId, Ref
from keepers.plan.check import check
from keepers.plan.text import document, lines, row
from keepers.plan.world import World, folder, spot
from keepers.ports import Volume

A, B, C = (content_id(data) for data in (b"a", b"b", b"c"))


def at(path: str) -> Ref:
    return Ref(LOCAL, path)


def world(**contents: ContentId) -> World:
    """Names are written with `__` for the slash: in__a is /in/a."""
    files = {at("/" + name.replace("__", "/")): content for name, content in contents.items()}
    return World(files, {spot(ref): 1 for ref in files})


def refusals(place: World, *actions: Action) -> list[str]:
    return [refused.why for refused in check(Plan("a plan", actions), place).refused]


def copy(old: str, new: str, content: ContentId = A, unit: str = "") -> Copy:
    return Copy(at(old), at(new), content, 1, unit=unit)


def move(old: str, new: str, content: ContentId = A, unit: str = "") -> Move:
    return Move(at(old), at(new), content, 1, unit=unit)


def trash(path: str, content: ContentId = A, **how) -> Trash:
    return Trash(at(path), content, 1, **how)


def write(path: str, replaces: ContentId | None = None) -> Write:
    return Write(at(path), b"b", B, replaces)


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        ([copy("/in/b", "/out/b")], "/in/b is gone"),
        ([copy("/in/a", "/out/a", B)], "/in/a has changed since the plan was made"),
        ([copy("/in/a", "/in/a")], "the name /in/a is taken"),
        ([copy("/in/a", "/in/A")], "the name /in/A is taken"),
        ([copy("/in/a", "/out/x"), copy("/in/a", "/out/X")], "the name /out/X is taken"),
        ([copy("/in/a", "/out/\u00e9"), copy("/in/a", "/out/e\u0301")], "the name /out/e\u0301 is taken"),
        ([copy("/in/a", "/in/a/b")], "/in/a is a file and no folder"),
        ([copy("/in/a", "/out/x/y"), copy("/in/a", "/out/x")], "/out/x is to be a folder"),
        ([move("/in/a", "/out/a"), copy("/in/a", "/out/b")], "/in/a is gone"),
        ([write("/in/a")], "the name /in/a is taken"),
        ([write("/in/a", C)], "/in/a has changed since the plan was made"),
        ([write("/in/b", A)], "/in/b is gone"),
        ([Write(at("/out/m"), b"x", A)], "its bytes are not those that it names"),
        ([Write(at("/in/a"), b"a", A, A)], "it is there already"),
        ([trash("/in/a")], "nothing of what stays instead of it would be left"),
        ([trash("/in/a", instead=C)], "nothing of what stays instead of it would be left"),
        ([trash("/in/b")], "/in/b is gone"),
        ([Link(at("/in/a"), at("/in/a"), A, 1)], "it cannot be linked to itself"),
        ([Link(at("/in/a"), at("/in/b"), A, 1)], "/in/b is gone"),
        ([Restore(at("/in/a"), A, 1)], "the name /in/a is taken"),
        ([Restore(at("/in/b"), A, 1, undoes=write("/in/b", A))], "/in/b is gone"),
    ],
)
def test_refuses(actions, why):
    assert refusals(world(in__a=A), *actions)[-1] == why


@pytest.mark.parametrize(
    "actions",
    [
        [copy("/in/a", "/out/a"), trash("/in/a")],
        [copy("/in/a", "/out/a"), copy("/out/a", "/out/b"), trash("/out/a")],
        [move("/in/a", "/out/a"), move("/out/a", "/in/a")],
        [move("/in/a", "/in/A")],
        [move("/in/a", "/out/a"), write("/in/a")],
        [trash("/in/a", rejected=True)],
        [write("/out/m"), Write(at("/out/m"), b"c", C, B)],
        [write("/in/a", A)],
        [copy("/in/a", "/out/a"), Link(at("/in/a"), at("/out/a"), A, 1)],
    ],
)
def test_lets_safe_plans_pass(actions):
    assert refusals(world(in__a=A), *actions) == []


def test_survivors_are_told_by_content_and_never_by_name():
    """Two copies may not go because of each other."""
    place = world(in__a=A, in__b=A)
    assert len(refusals(place, trash("/in/a"), trash("/in/b"))) == 2
    assert refusals(place, trash("/in/a")) == []


def test_bytes_that_nobody_saw_are_no_survivor():
    unseen = ContentId("ref:local//in/b")
    assert refusals(world(in__a=unseen, in__b=unseen), trash("/in/a", unseen)) != []


def test_an_own_copy_goes_only_while_its_source_is_there():
    added = copy("/in/a", "/out/a")
    gone = refusals(world(out__a=A), trash("/out/a", undoes=added))
    assert gone == ["/in/a, of which it is a copy, is gone or has changed, so the copy stays"]
    assert refusals(world(in__a=A, out__a=A), trash("/out/a", undoes=added)) == []


def test_a_unit_is_done_whole_or_not_at_all():
    """Hazard 5: still, film and sidecar share one fate."""
    actions = (
        move("/in/a", "/out/a", unit="one"),
        move("/in/b", "/out/b", B, unit="one"),
        copy("/in/c", "/out/c", C),
    )
    checked = check(Plan("a plan", actions), world(in__a=A, in__c=C))
    assert checked.actions == actions[2:]
    assert [refused.why for refused in checked.refused] == [
        "it belongs to a file that cannot be done (/in/b is gone)",
        "/in/b is gone",
    ]


def test_what_depends_on_something_refused_is_refused_too():
    assert refusals(world(in__a=A), copy("/in/b", "/out/b", B), move("/out/b", "/out/c", B)) == [
        "/in/b is gone",
        "/out/b is gone",
    ]


def test_a_file_in_the_way_of_a_folder_is_seen():
    place = World({at("/in/a"): A}, blocked=frozenset({at("/out")}))
    assert refusals(place, copy("/in/a", "/out/x/a")) == ["/out is a file and no folder"]


def test_a_field_must_be_as_it_was():
    ref = Ref(PlaceId("server"), "17")
    seen = World({}, fields={(ref, "rating"): "3"})
    assert refusals(seen, SetField(ref, "rating", "3", "5"), SetField(ref, "rating", "5", None)) == []
    assert refusals(seen, SetField(ref, "rating", None, "5")) == [
        "it has been set to something else meanwhile"
    ]


def test_free_space_and_a_tenth_more_must_be_there():
    """Hazard 23."""
    files = {at("/in/a"): A}

    def full(free: int) -> World:
        near, far = Volume("near", 0), Volume("far", free)
        return World(files, volumes={at("/in"): near, at("/out"): far})

    big = Copy(at("/in/a"), at("/out/a"), A, 1000)
    assert check(Plan("a plan", (big,)), full(1100)).actions == (big,)
    with pytest.raises(RefusedError, match="not enough space"):
        check(Plan("a plan", (big,)), full(1099))
    within = Move(at("/in/a"), at("/in/b"), A, 1000)
    assert check(Plan("a plan", (within,)), full(0)).actions == (within,)


def test_names_that_stood_side_by_side_may_again():
    place = World({at("/in/a"): A}, {at("/in/a"): 1}, exact=True)
    assert refusals(place, Restore(at("/in/A"), B, 1)) == []
    assert refusals(place, Restore(at("/in/a"), B, 1)) != []


names = st.sampled_from(("/in/a", "/in/b", "/out/a", "/out/B", "/out/b"))
contents = st.sampled_from((A, B))
moves = st.builds(lambda o, n, c: Move(at(o), at(n), c, 1), names, names, contents)
copies = st.builds(lambda o, n, c: Copy(at(o), at(n), c, 1), names, names, contents)
trashes = st.builds(lambda p, c: Trash(at(p), c, 1), names, contents)


@given(st.dictionaries(names, contents), st.lists(moves | copies | trashes, max_size=8))
def test_no_plan_that_passes_loses_a_content_or_puts_two_files_under_one_name(files, actions):
    place = World({at(path): content for path, content in files.items()})
    place = World(place.contents, Counter(spot(ref) for ref in place.contents))
    left = dict(place.contents)
    for action in check(Plan("a plan", tuple(actions)), place).actions:
        if isinstance(action, Copy | Move):
            assert action.target not in left
            assert spot(action.target) not in {
                spot(ref) for ref in left if ref != action.source
            } or isinstance(action, Copy)
            left[action.target] = left[action.source]
        if isinstance(action, Move | Trash):
            del left[action.source if isinstance(action, Move) else action.ref]
    assert set(left.values()) == set(place.contents.values())


def test_shows_a_plan_as_rows_and_as_lines():
    actions = (
        copy("/in/a", "/out/a"),
        write("/out/m"),
        trash("/in/a"),
        SetField(Ref(PlaceId("immich"), "17"), "rating", None, "5", "was the pick"),
    )
    shown = document("a plan", actions)
    assert (shown["title"], shown["bytes"], shown["refused"]) == ("a plan", 3, [])
    assert row(actions[0]) == {
        "verb": "copy", "from": "/in/a", "to": "/out/a", "content": A, "field": None, "before": None,
        "after": None, "because": "",
    }  # fmt: skip
    assert row(actions[1])["content"] is None
    assert row(actions[2])["to"] is None
    assert row(actions[3])["from"] == "immich:17"
    checked = check(Plan("a plan", (copy("/in/x", "/out/x"),)), world(in__a=A))
    assert list(lines("a plan", actions, checked.refused)) == [
        "a plan",
        "  copy /in/a -> /out/a",
        "  write -> /out/m",
        "  trash /in/a",
        "  set immich:17 rating: nothing -> 5  (was the pick)",
        "  refused: copy /in/x -> /out/x: /in/x is gone",
        "1 copied, 1 written, 1 trashed, 1 set; 0.0 MB; 1 refused",
    ]


def test_the_folder_of_a_top_level_name_is_the_root():
    assert folder(at("/a")) == at("/")
    assert folder(at("/")) == at("/")
