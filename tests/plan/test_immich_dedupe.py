"""Which copies of a server go: none that is liked, none that is kept, and none whose things are not handed on."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.actions import SetField
from keepers.model import (
    Asset,
    Bundle,
    ContentId,
    Decision,
    Group,
    GroupKind,
    Kind,
    PlaceId,
    Ref,
    Role,
    Score,
)
from keepers.plan.immich_dedupe import Work, dedupe, wanted
from keepers.plan.immich_twins import Held, Twin, described, differing, lacking, merged, planned, same

PLACE = PlaceId("immich")
KINDS = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS, GroupKind.SAME_PICTURE)


def ref(key: str) -> Ref:
    return Ref(PLACE, key)


def bundle(key: str, *parts: str) -> Bundle:
    def asset(name: str, role: Role) -> Asset:
        return Asset(
            ref(name), Kind.PHOTO, 5, "", ContentId(f"sha1:{name}"), width=400, height=300, role=role
        )

    return Bundle(asset(key, Role.MAIN), tuple(asset(part, Role.RAW) for part in parts))


def decision(kind: GroupKind, *keys: str, keep: int = 1) -> Decision:
    members = tuple(bundle(key) for key in keys)
    scores = tuple(Score(ref(key), 1 - number / 10) for number, key in enumerate(keys))
    refs = tuple(map(ref, keys))
    return Decision(Group(f"{kind}-{'-'.join(keys)}", kind, members), refs[:keep], refs[keep:], scores)


def work(*twins: Twin, **more: object) -> Work:
    made = Work(PLACE, {twin.ref: twin for twin in twins}, {}, {})
    return replace(made, **more)  # type: ignore[arg-type]


def gone(twins: list[Twin], *decisions: Decision, **more: object) -> set[str]:
    made = dedupe(decisions, work(*twins, **more))
    return {one.ref.key for one in made.actions if one.name == "trashed"}


TWO = [Twin(ref("a")), Twin(ref("b"))]


def test_the_best_stays() -> None:
    assert gone(TWO, decision(GroupKind.SAME_PIXELS, "a", "b")) == {"b"}
    assert gone(TWO, decision(GroupKind.SAME_PIXELS, "b", "a")) == {"a"}


LIKED = [
    replace(TWO[1], favourite=True),
    replace(TWO[1], rating=1),
    replace(TWO[1], edited=True),
    replace(TWO[1], library=True),
    replace(TWO[1], albums=(Held("x", "Trip"),)),
]


@pytest.mark.parametrize("liked", LIKED)
def test_of_equal_bytes_the_one_that_must_not_go_stays_and_of_others_both_do(liked: Twin) -> None:
    assert gone([TWO[0], liked], decision(GroupKind.SAME_BYTES, "a", "b")) == {"a"}
    assert gone([TWO[0], liked], decision(GroupKind.SAME_PIXELS, "a", "b")) == set()


def test_an_album_that_keepers_made_protects_nothing() -> None:
    twins = [TWO[0], replace(TWO[1], albums=(Held("x", "Organized-1"),))]
    assert gone(twins, decision(GroupKind.SAME_PIXELS, "a", "b"), our_albums=frozenset({"x"})) == {"b"}


def test_what_one_group_keeps_no_other_drops() -> None:
    twins = [Twin(ref(key)) for key in "abc"]
    first, second = decision(GroupKind.SAME_BYTES, "a", "b"), decision(GroupKind.SAME_PIXELS, "c", "a")
    assert gone(twins, first, second) == {"b"}


def test_the_best_of_two_groups_gets_what_both_had() -> None:
    twins = [Twin(ref("a")), replace(TWO[1], description="sea"), Twin(ref("c"), description="lake")]
    groups = decision(GroupKind.SAME_BYTES, "a", "b"), decision(GroupKind.SAME_PIXELS, "a", "c")
    made = dedupe(groups, work(*twins))
    (text,) = (one.after for one in made.actions if one.name == "description")
    assert text == "sea\nlake"
    assert {one.ref.key for one in made.actions if one.name == "trashed"} == {"b", "c"}


def test_what_a_person_decided_to_keep_stays() -> None:
    said = replace(decision(GroupKind.SAME_PICTURE, "a", "b", keep=2), by="user")
    made = dedupe([said], work(*TWO))
    assert (made.actions, [one.why for one in made.stays]) == ((), ["a person decided to keep it"])


def test_two_albums_of_one_name_keep_what_lies_in_both() -> None:
    twins = [TWO[0], replace(TWO[1], albums=(Held("x", "Trip"), Held("y", "Trip")))]
    assert gone(twins, decision(GroupKind.SAME_PIXELS, "a", "b"), merge=True) == set()


def test_raws_go_with_their_photos_or_keep_them() -> None:
    both = [Twin(ref(key)) for key in ("a", "b", "raw-a", "raw-b")]
    one, other = bundle("a", "raw-a"), bundle("b", "raw-b")
    group = Group("g", GroupKind.SAME_PIXELS, (one, other))
    made = Decision(group, (ref("a"),), (ref("b"),), ())
    assert gone(both, made) == set()
    twin = replace(other, others=(replace(other.others[0], content=one.others[0].content),))
    made = replace(made, group=replace(group, members=(one, twin)))
    assert gone(both, made) == {"b", "raw-b"}
    assert set(wanted([made], PLACE)) == {ref(key) for key in ("a", "b", "raw-a", "raw-b")}


def test_a_stack_that_goes_whole_may_go() -> None:
    stacked = [Twin(ref(key), stack=("b", "d") if key in "bd" else ()) for key in "abcd"]
    pairs = decision(GroupKind.SAME_PIXELS, "a", "b"), decision(GroupKind.SAME_PIXELS, "c", "d")
    assert gone(stacked, *pairs) == {"b", "d"}
    assert gone(stacked, pairs[0]) == set()


@pytest.mark.parametrize(
    ("mine", "its", "both"),
    [
        ("", "", ""),
        ("a", "", "a"),
        ("", "b", "b"),
        ("a", "b", "a\nb"),
        ("a lake", "lake", "a lake"),
        ("lake", "a lake", "a lake"),
        ("a\n", "a", "a\n"),
    ],
)
def test_descriptions_say_what_both_said(mine: str, its: str, both: str) -> None:
    one, other = replace(TWO[0], description=mine), replace(TWO[1], description=its)
    assert described(one, other) == both
    assert lacking(other, replace(one, description=both)) == ""


def test_what_is_too_long_to_be_read_whole_is_neither_handed_on_nor_added_to() -> None:
    long = "x" * 10_000
    pair = decision(GroupKind.SAME_PIXELS, "a", "b")
    made = dedupe([pair], work(TWO[0], replace(TWO[1], description=long)))
    assert [one.why for one in made.stays] == ["its description is too long to be handed on"]
    for mine, its in ((long, "lake"), ("x" * 6000, "y" * 6000)):
        made = dedupe([pair], work(replace(TWO[0], description=mine), replace(TWO[1], description=its)))
        assert (made.actions, [one.why for one in made.stays]) == ((), ["the kept one lacks its description"])


ITEMS = st.lists(st.sampled_from("pqr"), unique=True, max_size=2)


@st.composite
def twin(draw: st.DrawFn, key: str) -> Twin:
    return Twin(
        ref(key),
        visibility=draw(st.sampled_from(["timeline", "timeline", "archive"])),
        favourite=draw(st.booleans()),
        rating=draw(st.sampled_from([None, None, 2, 5])),
        description=draw(st.sampled_from(["", "", "sea", "the sea", "lake"])),
        tags=tuple(sorted(draw(ITEMS))),
        albums=tuple(Held(one, "Album p" if one in "pq" else "Album r") for one in sorted(draw(ITEMS))),
        people=tuple(Held(one, f"Person {one}") for one in sorted(draw(ITEMS))),
        position=draw(st.sampled_from([None, None, (1.0, 2.0), (-3.5, 4.25)])),
        edited=draw(st.integers(0, 5)) == 0,
        library=draw(st.integers(0, 5)) == 0,
        film=draw(st.sampled_from(["", "", "film"])),
        duplicate=draw(st.sampled_from(["", "d"])),
    )


@st.composite
def servers(draw: st.DrawFn) -> tuple[list[Decision], Work]:
    keys = [f"k{number}" for number in range(draw(st.integers(2, 6)))]
    twins = {ref(key): draw(twin(key)) for key in keys}
    members = st.lists(st.sampled_from(keys), min_size=2, max_size=4, unique=True)
    groups = [decision(draw(st.sampled_from(KINDS)), *draw(members)) for _ in range(draw(st.integers(1, 3)))]
    stacked = draw(st.lists(st.sampled_from(keys), unique=True, max_size=3))
    if len(stacked) > 1:
        twins |= {ref(key): replace(twins[ref(key)], stack=tuple(stacked)) for key in stacked}
    chosen = {name: draw(st.booleans()) for name in ("merge", "positions")}
    return groups, work(*twins.values(), **chosen, crowds={"d": frozenset(keys[:2])})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(servers())
def test_nothing_of_worth_goes(made: tuple[list[Decision], Work]) -> None:
    groups, known = made
    settled = dedupe(groups, known)
    trash = [one for one in settled.actions if one.name == "trashed"]
    going = {one.ref for one in trash}
    heirs = {ref(one.revision) for one in trash}
    assert len(going) == len(trash) == settled.trashed
    assert not going & heirs
    assert len({(one.ref, one.name) for one in settled.actions}) == len(settled.actions)
    for action in trash:
        goes, heir = known.twins[action.ref], known.twins[ref(action.revision)]
        assert not goes.edited
        assert not goes.library
        assert known.merge or not (goes.favourite or goes.rating or goes.albums)
        after = with_people(planned(heir, mine(settled.actions, heir.ref)), settled.actions)
        assert lacking(goes, after) == ""
        left = [key for key in goes.stack if ref(key) not in going]
        covers = [one.after for one in settled.actions if one.name == "cover"]
        assert not left or goes.stack[0] != goes.key or heir.key in covers
    assert {one.ref for one in settled.stays}.isdisjoint(going)
    located = [one.ref for one in settled.actions if one.name == "position"]
    assert known.positions or not located
    assert all(known.twins[one].position is None for one in located)


def mine(actions: tuple[SetField, ...], of: Ref) -> list[SetField]:
    return [one for one in actions if one.ref == of]


def with_people(one: Twin, actions: tuple[SetField, ...]) -> Twin:
    names = [
        action.name.removeprefix("person:") for action in mine(actions, one.ref) if "person:" in action.name
    ]
    return replace(one, people=(*one.people, *(Held(name, name) for name in names)))


@settings(max_examples=50, deadline=None)
@given(twin("a"), twin("b"))
def test_what_differs_is_what_has_to_be_set(one: Twin, other: Twin) -> None:
    other = replace(other, ref=one.ref)
    fixes = list(differing(one, other))
    mended = replace(planned(other, fixes), visibility=one.visibility)
    # What the server knows of a place stays known.
    wanted = one if one.position is not None else replace(one, position=other.position)
    assert same(mended, wanted)
    assert bool(fixes) == (not same(wanted, other))


def test_a_position_is_handed_on_only_where_that_was_said_and_all_agree() -> None:
    here, there = replace(TWO[1], position=(1.0, 2.0)), Twin(ref("c"), position=(3.0, 4.0))
    pair = decision(GroupKind.SAME_PIXELS, "a", "b")
    assert gone([TWO[0], here], pair) == set()
    assert gone([TWO[0], here], pair, positions=True) == {"b"}
    three = decision(GroupKind.SAME_PIXELS, "a", "b", "c")
    assert gone([TWO[0], here, there], three, positions=True) == set()
    assert gone([TWO[0], here, replace(there, position=here.position)], three, positions=True) == {"b", "c"}
    # One that knows a place of its own keeps it, whatever the copies say.
    assert gone([replace(TWO[0], position=(5.0, 6.0)), here, there], three) == {"b", "c"}


def test_what_the_server_makes_is_told_only_where_it_is_sure() -> None:
    one = replace(TWO[0], favourite=True, rating=2, tags=("x",), description="sea", duplicate="d")
    other = replace(TWO[1], rating=4, tags=("y",), albums=(Held("h", "Trip"),), duplicate="d")
    made = merged(one, [other])
    assert made is not None
    assert (made.favourite, made.rating, made.tags, made.description) == (True, 4, ("x", "y"), "sea")
    assert ([album.id for album in made.albums], made.duplicate) == (["h"], "")
    assert made.position is None
    assert merged(one, [replace(other, position=(1.0, 2.0))]).position == (1.0, 2.0)  # type: ignore[union-attr]
    assert merged(one, [replace(other, description="lake")]) is None
    assert merged(one, [replace(other, visibility="archive")]) is None
    assert merged(replace(one, stack=("a", "c")), [other]) is None
