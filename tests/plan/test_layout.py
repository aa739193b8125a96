"""Groups become folders; a second run adds what is new and touches nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.actions import Copy, Plan, Trash, Write
from keepers.fingerprint.exact import content_id
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
    Ref,
    Role,
    Score,
    Taken,
)
from keepers.plan.layout import SNAPSHOTS, Placing, Target, best_photo, lay_out, organize_plan

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
ROOT = Ref(LOCAL, "/out")
FACTS = Facts(
    "JPEG",
    4032,
    3024,
    exif={"Model": "EOS R5", "Make": "Canon\nEvil: yes"},
    position=(48.5, -1.25),
    mode="RGB",
)


def asset(path: str, role: Role = Role.MAIN, content: str = "", kind: Kind = Kind.PHOTO) -> Asset:
    name = ContentId(f"b3:{content or path}")
    taken = Taken(
        datetime(2024, 3, 15, 14, 23, 45, tzinfo=timezone(timedelta(hours=1))), "exif", certain=True
    )
    return Asset(Ref(LOCAL, path), kind, 1000, "1000:1700000000000000000:7", name, taken, 4032, 3024, role)


def photo(path: str, *others: Asset, content: str = "") -> Bundle:
    return Bundle(asset(path, content=content), others)


def decided(number: int, *members: Bundle, keep: int = 0) -> Decision:
    scores = tuple(
        Score(bundle.main.ref, 0.9 if index == keep else 0.5, {"sharpness": 0.5}, ("all eyes open",))
        for index, bundle in enumerate(members)
    )
    refs = [bundle.main.ref for bundle in members]
    group = Group(f"g{number}", GroupKind.BURST, members, ("3 s apart",))
    return Decision(group, (refs[keep],), tuple(r for r in refs if r != refs[keep]), scores, "if not sharp")


def organize(decisions: Sequence[Decision], target: Target | None = None) -> tuple[Plan, tuple[Placing, ...]]:
    target = target or Target(ROOT)
    placings = lay_out(decisions, target, lambda _: FACTS)
    return organize_plan(placings, target, now=NOW, pages=lambda _: {"index.html": b"<html>"}), placings


def after(plan: Plan, target: Target | None = None) -> Target:
    """The target as it is when a plan has been run."""
    target = target or Target(ROOT)
    present, placed = dict(target.present), dict(target.placed)
    for action in plan.actions:
        match action:
            case Copy():
                assert action.target.key not in present
                present[action.target.key] = placed[action.target.key] = action.content
            case Write():
                assert present.get(action.target.key) == action.replaces
                assert action.content == content_id(action.data)
                present[action.target.key] = placed[action.target.key] = action.content
            case Trash():
                assert present.pop(action.ref.key) == action.content
            case _:
                raise AssertionError(action)
    return replace(target, present=present, placed=placed)


def paths(target: Target) -> list[str]:
    return sorted(path.removeprefix("/out/") for path in target.present if "/reports/" not in path)


def test_the_layout():
    raw = photo(
        "/in/b.CR2", asset("/in/b.JPG", Role.JPEG), asset("/in/b.JPG.xmp", Role.SIDECAR, kind=Kind.COMPANION)
    )
    plan, placings = organize(
        [decided(1, raw, photo("/in/a.jpg")), decided(2, photo("/in/c.jpg"), photo("/x/c.jpg"))]
    )
    assert paths(after(plan)) == [
        "group_0001/best_b.CR2",
        "group_0001/best_b.JPG",
        "group_0001/metadata.txt",
        "group_0001/originals/a.jpg",
        "group_0001/originals/b.CR2",
        "group_0001/originals/b.JPG",
        "group_0001/originals/b.JPG.xmp",
        "group_0002/best_c.jpg",
        "group_0002/metadata.txt",
        "group_0002/originals/c.jpg",
        "group_0002/originals/c_1.jpg",
    ]
    assert placings[0].best == ("/out/group_0001/best_b.CR2", "/out/group_0001/best_b.JPG")
    assert plan.title == "organize 2 groups to /out"


def test_the_pick_of_a_bundle_and_its_files_share_a_fate():
    plan, _ = organize([decided(1, photo("/in/b.CR2", asset("/in/b.JPG", Role.JPEG)), photo("/in/a.jpg"))])
    units = [action.unit for action in plan.actions if isinstance(action, Copy)]
    assert len(units) == 5
    assert len(set(units)) == 3
    assert all(action.revision for action in plan.actions if isinstance(action, Copy))


def test_metadata_text():
    plan, _ = organize([decided(1, photo("/in/a.jpg"), photo("/in/n\nl.jpg"))])
    text = next(
        a.data for a in plan.actions if isinstance(a, Write) and a.target.key.endswith("metadata.txt")
    ).decode()
    assert text.split("\n\n")[:2] == [
        "Photo Group - 2 images\n" + "=" * 80,
        "\n".join(
            [
                "Photo 1: a.jpg",
                "-" * 80,
                "filename: a.jpg",
                "filepath: /in/a.jpg",
                "filesize: 1000",
                "dimensions: 4032x3024",
                "format: JPEG",
                "mode: RGB",
                "created: 2024-03-15T14:23:45+01:00",
                "modified: 2023-11-14T22:13:20+00:00",
                "exif_Make: Canon\\nEvil: yes",
                "exif_Model: EOS R5",
                "gps_latitude: 48.500000",
                "gps_longitude: -1.250000",
            ]
        ),
    ]
    assert "Photo 2: n\\nl.jpg" in text


def test_metadata_of_a_photo_of_which_nothing_is_known():
    bundle = Bundle(replace(asset("/in/\udcff.jpg"), taken=None, revision="odd"))
    placing = lay_out([decided(1, bundle, photo("/in/b.jpg"))], Target(ROOT), lambda _: None)[0]
    text = next(a.data for a in placing.actions if isinstance(a, Write)).decode()
    assert "Photo 1: \\xff.jpg\n" in text
    assert "created" not in text.split("Photo 2")[0]


def test_a_second_run_does_nothing_and_asks_for_no_pages():
    decisions = [
        decided(1, photo("/in/a.jpg"), photo("/x/a.jpg")),
        decided(2, photo("/in/c.jpg"), photo("/in/d.jpg")),
    ]
    first, placings = organize(decisions)
    for known in ({}, {p.number: p.contents for p in placings}):
        target = replace(after(first), known=known)
        for order in (decisions, decisions[::-1]):
            again = lay_out(order, target, lambda _: FACTS)

            def no_pages(_: Sequence[Placing]) -> Mapping[str, bytes]:
                raise AssertionError

            assert organize_plan(again, target, now=NOW, pages=no_pages).actions == ()


def test_a_group_that_grew_keeps_its_folder_and_its_files():
    first, _ = organize([decided(1, photo("/in/a.jpg"), photo("/in/b.jpg"))])
    grown = decided(1, photo("/in/a.jpg"), photo("/in/b.jpg"), photo("/y/a.jpg", content="0"))
    plan, placings = organize([decided(2, photo("/in/q.jpg"), photo("/in/r.jpg")), grown], after(first))
    assert [placing.number for placing in placings] == [2, 1]
    assert [a.target.key for a in placings[1].actions if isinstance(a, Copy)] == [
        "/out/group_0001/originals/a_1.jpg"
    ]
    text = [a for a in placings[1].actions if isinstance(a, Write)]
    assert [a.replaces for a in text] == [after(first).present["/out/group_0001/metadata.txt"]]
    after(plan, after(first))


def test_another_pick_takes_the_place_of_ours():
    members = (photo("/in/a.jpg"), photo("/in/b.jpg"))
    first, _ = organize([decided(1, *members)])
    target = after(first)
    plan, _ = organize([decided(1, *members, keep=1)], target)
    trashed = [a for a in plan.actions if isinstance(a, Trash)]
    assert [(a.ref.key, a.undoes and a.undoes.target.key) for a in trashed] == [
        ("/out/group_0001/best_a.jpg",) * 2
    ]
    assert [p for p in paths(after(plan, target)) if "best" in p] == ["group_0001/best_b.jpg"]


def test_what_a_person_changed_or_added_stays():
    members = (photo("/in/a.jpg"), photo("/in/b.jpg"))
    first, _ = organize([decided(1, *members)])
    there = dict(after(first).present)
    for path in ("metadata.txt", "best_a.jpg", "originals/b.jpg"):
        there[f"/out/group_0001/{path}"] = ContentId("b3:mine")
    there["/out/reports/latest.json"] = ContentId("b3:mine")
    mine = Target(ROOT, there, after(first).placed)
    plan, _ = organize([decided(1, *members, keep=1)], mine)
    left = after(plan, mine)
    assert {path for path, content in left.present.items() if content == "b3:mine"} == {
        "/out/group_0001/metadata.txt",
        "/out/group_0001/best_a.jpg",
        "/out/group_0001/originals/b.jpg",
        "/out/reports/latest.json",
    }
    assert "/out/group_0001/originals/b_1.jpg" in left.present
    assert "/out/reports/latest_1.json" in left.present
    assert organize([decided(1, *members, keep=1)], left)[0].actions == ()


def test_names_that_differ_in_case_only_do_not_meet():
    plan, _ = organize([decided(1, photo("/in/A.jpg", content="1"), photo("/in/a.JPG", content="2"))])
    assert [p for p in paths(after(plan)) if "originals" in p] == [
        "group_0001/originals/A.jpg",
        "group_0001/originals/a_1.JPG",
    ]


def test_suffixes_follow_contents_and_bundles_stay_together():
    one = photo("/a/I.CR2", asset("/a/I.JPG", Role.JPEG), content="2")
    two = photo("/b/I.JPG", content="1")
    plan, placings = organize([decided(1, one, two)])
    assert placings[0].names[one.main.ref] == "/out/group_0001/originals/I_1.CR2"
    assert placings[0].names[two.main.ref] == "/out/group_0001/originals/I.JPG"
    assert placings[0].best == ("/out/group_0001/best_I_1.CR2", "/out/group_0001/best_I_1.JPG")
    assert organize([decided(1, two, one, keep=1)])[1][0].names == placings[0].names
    after(plan)


def test_files_of_one_bundle_from_two_folders_may_bear_one_name():
    plan, _ = organize(
        [decided(1, photo("/a/I.JPG", asset("/edited/I.JPG", Role.ORIGINAL)), photo("/a/J.JPG"))]
    )
    assert len([a for a in plan.actions if isinstance(a, Copy)]) == 5
    after(plan)


def test_the_same_bytes_twice_are_two_files():
    plan, _ = organize([decided(1, photo("/a/I.JPG", content="1"), photo("/b/I.JPG", content="1"))])
    assert [p for p in paths(after(plan)) if "originals" in p] == [
        "group_0001/originals/I.JPG",
        "group_0001/originals/I_1.JPG",
    ]
    assert (
        organize([decided(1, photo("/a/I.JPG", content="1"), photo("/b/I.JPG", content="1"))], after(plan))[
            0
        ].actions
        == ()
    )


def test_a_report_after_every_group():
    plan, _ = organize([decided(n, photo(f"/in/{n}.jpg"), photo(f"/in/{n}b.jpg")) for n in range(3)])
    chain = [a for a in plan.actions if isinstance(a, Write) and a.target.key.endswith("_100000.json")]
    assert chain[0].target.key == "/out/reports/report_20261121_100000.json"
    told = [json.loads(a.data) for a in chain]
    assert [(t["groups_done"], len(t["groups"]), t["groups_total"]) for t in told] == [
        (1, 1, 3),
        (2, 2, 3),
        (3, 3, 3),
    ]
    latest = [a for a in plan.actions if isinstance(a, Write) and a.target.key.endswith("latest.json")]
    assert [a.data for a in latest] == [a.data for a in chain]
    group = told[2]["groups"][0]
    assert (group["number"], group["folder"]) == (1, "/out/group_0001")
    assert group["best"] == ["/out/group_0001/best_0.jpg"]
    assert group["members"][0]["keep"] is True
    assert plan.actions[-1] == Write(
        Ref(LOCAL, "/out/reports/index.html"),
        b"<html>",
        content_id(b"<html>"),
        because="the page that a person opens",
    )


@pytest.mark.slow
def test_reports_of_many_groups_are_few_and_end_with_all():
    plan, _ = organize([decided(n, photo(f"/in/{n}.jpg"), photo(f"/in/{n}b.jpg")) for n in range(333)])
    latest = [
        json.loads(a.data)
        for a in plan.actions
        if isinstance(a, Write) and a.target.key.endswith("latest.json")
    ]
    assert len(latest) == SNAPSHOTS
    assert latest[-1]["groups_done"] == 333
    assert latest[0]["groups_done"] < 10


def test_a_second_report_within_a_second_has_a_name_of_its_own():
    first, _ = organize([decided(1, photo("/in/a.jpg"), photo("/in/b.jpg"))])
    plan, _ = organize([decided(2, photo("/in/c.jpg"), photo("/in/d.jpg"))], after(first))
    names = {a.target.key for a in plan.actions if isinstance(a, Write)}
    assert "/out/reports/report_20261121_100000_1.json" in names
    after(plan, after(first))


def test_what_is_reported_twice_within_a_second_is_written_once():
    decisions = [decided(1, photo("/in/a.jpg"), photo("/in/b.jpg"))]
    first, _ = organize(decisions)
    target = after(first)
    # The description was deleted: there is something to do, and the same to report.
    gone = replace(
        target, present={p: c for p, c in target.present.items() if not p.endswith("metadata.txt")}
    )
    plan, _ = organize(decisions, gone)
    assert [a for a in plan.actions if isinstance(a, Write) and a.content == a.replaces] == []
    assert "/out/group_0001/metadata.txt" in after(plan, gone).present


def test_best_is_the_best_of_those_that_stay():
    decision = decided(1, photo("/in/a.jpg"), photo("/in/b.jpg"), photo("/in/c.jpg"), keep=1)
    best = best_photo(decision)
    assert best is not None
    assert best.main.ref.key == "/in/b.jpg"
    others = replace(decision, keep=(Ref(LOCAL, "/in/c.jpg"), Ref(LOCAL, "/in/a.jpg")))
    best = best_photo(others)
    assert best is not None
    assert best.main.ref.key == "/in/c.jpg"
    assert best_photo(replace(decision, keep=())) is None


def test_no_groups_no_actions():
    assert organize([])[0] == Plan("organize 0 groups to /out", ())


NAMES = st.sampled_from(
    ["a.jpg", "A.JPG", "a_1.jpg", "e\u0301.jpg", "\u00e9.jpg", "x" * 255, ".jpg", "é" * 125 + ".jpg"]
)
MEMBERS = st.lists(
    st.tuples(NAMES, st.sampled_from("1234"), st.sampled_from(["/i", "/j"])), min_size=2, max_size=6
)


@settings(max_examples=50)
@given(st.lists(MEMBERS, min_size=1, max_size=3), st.data())
def test_any_plan_fits_its_target_and_any_start_of_it_is_finished_by_the_next_run(groups, data):
    decisions = [
        decided(
            n,
            *{
                f"{folder}/{name}": photo(f"{folder}/{name}", content=f"{n}{c}")
                for name, c, folder in members
            }.values(),
        )
        for n, members in enumerate(groups)
    ]
    plan, _ = organize(decisions)
    done = after(plan)
    assert len({path.casefold() for path in done.present}) == len(done.present)
    assert organize(decisions, done)[0].actions == ()
    cut = data.draw(st.integers(0, len(plan.actions)))
    part = after(Plan(plan.title, plan.actions[:cut]))
    rest, _ = organize(decisions, part)
    whole = after(rest, part)
    assert sorted(whole.present[p] for p in whole.present if "originals" in p) == sorted(
        done.present[p] for p in done.present if "originals" in p
    )


@pytest.mark.slow
def test_reports_of_a_large_library_stay_small():
    decisions = [decided(n, *(photo(f"/in/{'d' * 80}/{n}_{m}.jpg") for m in range(6))) for n in range(4000)]
    plan, _ = organize(decisions)
    assert (
        sum(a.size for a in plan.actions if isinstance(a, Write) and "/reports/" in a.target.key) < 300 << 20
    )
