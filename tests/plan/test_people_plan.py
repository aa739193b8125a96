"""Where photos of people go, on paper: whole, to everybody they show, over nothing."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from keepers.actions import Copy, Move, Plan
from keepers.decide.destination import collision_key
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Asset, Bundle, Kind, Ref, Role
from keepers.plan.check import check
from keepers.plan.import_plan import Outcome
from keepers.plan.people_folders import Owner, folders
from keepers.plan.people_plan import Ground, How, Sorting, actions, place, without
from keepers.plan.world import World, spot

BASE = "/by-person"
PEOPLE = [Owner("1", "Anna"), Owner("2", "Ben"), Owner("3", "anna")]


def asset(path: str, data: str, kind: Kind = Kind.PHOTO, role: Role = Role.MAIN) -> Asset:
    return Asset(Ref(LOCAL, path), kind, len(data), "1:2:3", content_id(data.encode()), role=role)


def ground(there: dict[str, str]) -> Ground:
    present = {f"{BASE}/{path}": content_id(data.encode()) for path, data in there.items()}

    def names(folder: str) -> list[str]:
        start = folder.rstrip("/") + "/"
        return sorted({path[len(start) :].partition("/")[0] for path in present if path.startswith(start)})

    return Ground(BASE, present, names, lambda _: "")


def placed(sortings: list[Sorting], there: dict[str, str] | None = None, how: How = How.COPY):
    owners = [owner for one in sortings for owner in one.owners]
    return place(sortings, folders(owners, {}), ground(there or {}), how)


def one(path: str, data: str, *owners: int, side: str = "") -> Sorting:
    others = (asset(f"{path}.xmp", side, Kind.COMPANION, Role.SIDECAR),) if side else ()
    return Sorting(Bundle(asset(path, data), others), tuple(PEOPLE[number] for number in owners), len(owners))


SORTINGS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b", "A", "c/d")),
        st.sampled_from(("x", "y", "z")),
        st.sets(st.integers(0, 2), min_size=1),
        st.sampled_from(("", "side")),
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)
THERE = st.dictionaries(
    st.sampled_from(("Anna/a", "anna/a", "Ben/a", "anna (2)/b.xmp", "a")), st.sampled_from("xyz"), max_size=3
)


@settings(max_examples=50)
@given(SORTINGS, THERE, st.sampled_from(list(How)))
@example([("a", "x", {0}, ""), ("b", "z", {1}, ""), ("A", "z", {0}, "")], {}, How.COPY)
def test_everybody_gets_the_whole_photo_and_nothing_is_overwritten(rows, there, how):
    # No disk holds both spellings where one is a file and the other a folder.
    there = {
        path: data for path, data in there.items() if len({path.casefold() for path in there}) == len(there)
    }
    sortings = [one(f"/in/{path}", data, *sorted(who), side=side) for path, data, who, side in rows]
    made = placed(sortings, there, how)
    plan = actions(made)
    sources = {file.ref: file.content for sorting in sortings for file in sorting.bundle.assets}
    before = {Ref(LOCAL, f"{BASE}/{path}"): content_id(data.encode()) for path, data in there.items()}
    taken: dict[Ref, int] = {}
    for ref in before:
        taken[spot(ref)] = taken.get(spot(ref), 0) + 1
    checked = check(Plan("sort", plan), World(sources | before, taken))
    assert checked.refused == ()
    assert not {action.target for action in plan} & before.keys()
    # Whatever was to go to somebody is there afterwards, with the same bytes.
    after = dict(before)
    after.update((action.target, action.content) for action in plan)
    for done in made:
        folder = collision_key(f"{BASE}/{done.folder}/")
        held = {content for ref, content in after.items() if collision_key(ref.key).startswith(folder)}
        assert {line.content for line in done.lines if line.outcome is not Outcome.REFUSED} <= held
    assert {(done.sorting.bundle.main.ref, done.owner.id) for done in made} == {
        (sorting.bundle.main.ref, owner.id) for sorting in sortings for owner in sorting.owners
    }
    units: list[str] = []
    for action in plan:
        if action.unit not in units[-1:]:
            units.append(action.unit)
    assert len(units) == len(set(units)), "the actions of a unit stand next to each other"


def test_what_moves_to_several_is_copied_first_and_shares_one_fate():
    plan = actions(placed([one("/in/a.jpg", "x", 0, 1, side="s")], how=How.MOVE))
    assert [type(action) for action in plan] == [Copy, Copy, Move, Move]
    assert {action.target.key for action in plan} == {
        f"{BASE}/{folder}/{name}" for folder in ("Anna", "Ben") for name in ("a.jpg", "a.jpg.xmp")
    }
    assert len({action.unit for action in plan}) == 1


def test_links_are_copies_that_take_no_room_but_not_of_what_lies_in_an_archive():
    packed = one("/in/a.zip!/b.jpg", "y", 0)
    plan = actions(placed([one("/in/a.jpg", "x", 0), packed], how=How.LINK))
    assert {action.source.key: isinstance(action, Copy) and action.linked for action in plan} == {
        "/in/a.jpg": True,
        "/in/a.zip!/b.jpg": False,
    }


def test_the_same_bytes_are_there_already_wherever_below_the_folder():
    (there,) = placed([one("/in/a.jpg", "x", 0)], {"Anna/best/other name.jpg": "x"})
    assert (there.main.outcome, there.main.path) == (Outcome.THERE, f"{BASE}/Anna/best/other name.jpg")
    # In the folder of another they do not count.
    (here,) = placed([one("/in/a.jpg", "x", 1)], {"Anna/a.jpg": "x"})
    assert here.main.outcome is Outcome.COPY


def test_a_folder_that_is_there_in_another_spelling_is_used():
    (made,) = placed([one("/in/a.jpg", "x", 0)], {"ANNA/b.jpg": "y"})
    assert made.main.path == f"{BASE}/ANNA/a.jpg"


def test_what_is_refused_is_said_of_its_file():
    made = placed([one("/in/a.jpg", "x", 0)])
    assert made[0].main.action is not None
    key = made[0].main.action.source, made[0].main.action.target
    (left,) = without(made, {key: "the disk is full"})
    assert (left.main.outcome, left.main.reason, left.main.action) == (
        Outcome.REFUSED,
        "the disk is full",
        None,
    )
