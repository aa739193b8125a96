"""Settling groups of equal photos: a property for any group, and the rules one by one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.decide.copies import Candidates, Item, Settled, inherited, settle
from keepers.decide.rules import Order, Rule, parsed
from keepers.errors import UsageError
from keepers.model import LOCAL, Asset, Bundle, ContentId, Facts, GroupKind, Kind, Ref, Role

NOTHING = Facts("", 0, 0)
KINDS = (GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS)


def photo(path: str, content: str = "x", beside: tuple[str, ...] = (), size: int = 10, at: int = 0) -> Bundle:
    others = tuple(
        Asset(
            Ref(LOCAL, f"{path}.{name}.wav"),
            Kind.COMPANION,
            1,
            "1:1:1",
            ContentId(f"b3:{name}"),
            role=Role.SIDECAR,
        )
        for name in beside
    )
    main = Asset(Ref(LOCAL, path), Kind.PHOTO, size, f"{size}:{at}:1", ContentId(f"b3:{content}"))
    return Bundle(main, others)


items = st.builds(
    lambda number, content, beside, fixed, reference: Item(
        photo(f"/p/{number}.jpg", content, tuple(sorted(beside))),
        fixed="may not be touched" if fixed or reference else "",
        reference=reference,
        beside="film" if content == "y" else "",
    ),
    st.integers(0, 99),
    st.sampled_from("xy"),
    st.frozensets(st.sampled_from("abc")),
    st.booleans(),
    st.booleans(),
)


@st.composite
def found(draw: st.DrawFn) -> list[Candidates]:
    """Groups as grouping makes them: of equal bytes, and one of the pixels that all of them share."""
    every = draw(st.lists(items, min_size=2, max_size=8, unique_by=lambda item: item.ref))
    groups = [
        Candidates(f"bytes-{content}", GroupKind.SAME_BYTES, same)
        for content in "xy"
        if len(same := tuple(item for item in every if item.content == f"b3:{content}")) > 1
    ]
    return [*groups, Candidates("pixels", GroupKind.SAME_PIXELS, tuple(every))]


def gone(settled: list[Settled]) -> list[Item]:
    return [item for group in settled for item in group.drop]


@given(found())
def test_nothing_is_lost_whatever_the_groups(groups: list[Candidates]) -> None:
    settled = settle(groups, ())
    dropped = gone(settled)
    refs = [item.ref for item in dropped]
    every = {item.ref: item for group in groups for item in group.items}
    left = [item for ref, item in every.items() if ref not in refs]
    assert len(set(refs)) == len(refs)
    assert left
    assert not any(item.fixed or item.reference for item in dropped)
    kept = {asset.content for item in left for asset in item.bundle.others}
    assert {asset.content for item in dropped for asset in item.bundle.others} <= kept
    assert {item.beside for item in dropped} - {""} <= {item.beside for item in left}


@given(found())
def test_a_second_look_finds_nothing_more(groups: list[Candidates]) -> None:
    refs = {item.ref for item in gone(settle(groups, ()))}
    rest = [replace(group, items=tuple(i for i in group.items if i.ref not in refs)) for group in groups]
    assert gone(settle(rest, ())) == []


@given(found(), st.randoms())
def test_the_order_of_groups_changes_nothing(groups: list[Candidates], chance: object) -> None:
    turned = list(groups)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert settle(turned, ()) == settle(groups, ())


@pytest.mark.parametrize(
    ("order", "kept"),
    [
        (Order.OLDEST, "/p/long/b.jpg"),
        (Order.NEWEST, "/p/a.jpg"),
        (Order.LARGEST, "/p/a.jpg"),
        (Order.SMALLEST, "/p/long/b.jpg"),
        (Order.SHORTEST, "/p/a.jpg"),
        (Order.LONGEST, "/p/long/b.jpg"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_each_rule(order: Order, kept: str, turned: bool) -> None:
    two = (Item(photo("/p/a.jpg", size=20, at=9)), Item(photo("/p/long/b.jpg", at=5)))
    [settled] = settle([Candidates("g", GroupKind.SAME_BYTES, two[::-1] if turned else two)], (Rule(order),))
    assert settled.keep.ref.key == kept
    assert settled.reason == Rule(order).reason


def test_the_next_rule_decides_a_tie() -> None:
    three = tuple(
        Item(photo(path, at=at)) for path, at in (("/p/a.jpg", 1), ("/q/b.jpg", 3), ("/q/c.jpg", 2))
    )
    rules, rest = parsed(["in", "q", "oldest", "SOURCE"], lambda path: f"/{path}")
    [settled] = settle([Candidates("g", GroupKind.SAME_BYTES, three)], rules)
    assert (settled.keep.ref.key, rest) == ("/q/c.jpg", ("SOURCE",))


def test_a_word_that_is_no_rule_is_refused() -> None:
    with pytest.raises(UsageError, match="in DIR"):
        parsed(["best"], str)


words = st.lists(st.sampled_from(["sea", "sky", "dog"]), max_size=3, unique=True).map(tuple)
said = st.builds(
    lambda rating, favourite, keywords, people, text, place: NOTHING._replace(
        rating=rating,
        favourite=favourite,
        keywords=keywords,
        people=people,
        description=text,
        position=place,
    ),
    st.sampled_from([None, -1, 0, 3, 5]),
    st.booleans(),
    words,
    words,
    st.sampled_from(["", "on the beach", "beach"]),
    st.sampled_from([None, (1.5, 2.5)]),
)


@given(said, st.lists(said, max_size=3))
def test_the_keeper_knows_all_that_anyone_knew(own: Facts, others: list[Facts]) -> None:
    keeper = Item(photo("/p/a.jpg"), own)
    every = [Item(photo(f"/p/{n}.jpg"), facts) for n, facts in enumerate(others)]
    known = inherited(keeper, every)
    for facts in (own, *others):
        assert known.stars >= facts.stars or facts.stars <= 0
        assert set(facts.keywords) <= set(known.keywords)
        assert set(facts.people) <= set(known.people)
        assert facts.description in known.description
        assert known.position is not None or facts.position is None
    if not others:
        assert known == own
    assert inherited(Item(photo("/p/a.jpg"), known), every) == known
