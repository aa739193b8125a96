"""Which group folders are made of groups that overlap: every photo in one folder, without chains."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keepers.model import (
    LOCAL,
    Asset,
    Bundle,
    ContentId,
    Decision,
    Group,
    GroupKind,
    Kind,
    Ref,
    Score,
    Taken,
)  # fmt: skip
from keepers.workflows.organizing import folders

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


def _bundle(name: str) -> Bundle:
    at = Taken(NOON + timedelta(hours=ord(name[0])), "exif", certain=True)
    return Bundle(Asset(Ref(LOCAL, f"/p/{name}"), Kind.PHOTO, 1, "1:1:1", ContentId(f"b3:{name}"), at))


def _decision(kind: GroupKind, members: str, keep: str = "") -> Decision:
    """A group of photos with one letter each; the first is kept where nothing is said."""
    bundles = tuple(_bundle(name) for name in members)
    kept = tuple(Ref(LOCAL, f"/p/{name}") for name in keep or members[0])
    drop = tuple(bundle.main.ref for bundle in bundles if bundle.main.ref not in kept)
    scores = tuple(Score(b.main.ref, 0.9 - n / 100) for n, b in enumerate(bundles))
    return Decision(Group(f"{kind.value}-{members}", kind, bundles), kept, drop, scores)


def _names(decision: Decision) -> str:
    return "".join(bundle.main.ref.key[-1] for bundle in decision.group.members)


def test_versions_of_a_frame_go_into_the_folder_of_its_series() -> None:
    made = folders([_decision(GroupKind.SAME_PICTURE, "bxy"), _decision(GroupKind.BURST, "abc", keep="c")])
    assert [_names(decision) for decision in made] == ["abcxy"]
    assert [ref.key for ref in made[0].keep] == ["/p/c"], "a version is never the best"
    scores = {score.ref.key: score.value for score in made[0].scores}
    assert max(scores["/p/x"], scores["/p/y"]) <= min(scores[f"/p/{name}"] for name in "abc")


def test_two_series_are_not_joined_through_a_version() -> None:
    made = folders([
        _decision(GroupKind.BURST, "ab"),
        _decision(GroupKind.BURST, "cd"),
        _decision(GroupKind.SAME_PICTURE, "xac", keep="x"),
    ])  # fmt: skip
    assert sorted(_names(decision) for decision in made) == ["ab", "cd"]


def test_what_is_left_of_a_group_keeps_a_pick() -> None:
    made = folders([
        _decision(GroupKind.BURST, "ab"),
        _decision(GroupKind.SAME_PICTURE, "xyz", keep="x"),
        _decision(GroupKind.SAME_PIXELS, "yw"),
    ])  # fmt: skip
    assert sorted(_names(decision) for decision in made) == ["ab", "xyzw"]


def test_folders_go_by_time() -> None:
    made = folders(
        [
            _decision(GroupKind.SAME_BYTES, "mn"),
            _decision(GroupKind.BURST, "cd"),
            _decision(GroupKind.BURST, "xy"),
        ]
    )
    assert [_names(decision) for decision in made] == ["cd", "mn", "xy"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(GroupKind)), st.sets(st.sampled_from("abcdefgh"), min_size=2, max_size=5)
        ),
        max_size=6,
    )
)
def test_every_photo_is_in_one_folder_whatever_the_order(
    drawn: list[tuple[GroupKind, set[str]]],
) -> None:
    decisions = list(
        {d.group.id: d for d in (_decision(kind, "".join(sorted(who))) for kind, who in drawn)}.values()
    )
    made = folders(decisions)
    names = [name for decision in made for name in _names(decision)]
    assert len(names) == len(set(names))
    assert all(len(decision.group.members) > 1 for decision in made)
    for decision in made:
        refs = {bundle.main.ref for bundle in decision.group.members}
        assert decision.keep
        assert set(decision.keep) | set(decision.drop) <= refs
        assert not set(decision.keep) & set(decision.drop)
    assert folders(decisions[::-1]) == made
