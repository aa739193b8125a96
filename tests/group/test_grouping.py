"""The kinds fit together: at most one group of a kind for each photo, brackets are no bursts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from keepers.group.grouping import clusters
from keepers.group.rule import Rule
from keepers.model import GroupKind
from tests.fingerprint.pictures import resized, scene
from tests.group.world import Photo, exposed, world

WIDE = scene(1, 300, 400)


def moved(by: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.ascontiguousarray(WIDE[20:220, by : by + 300])


def named(photos: list[Photo], rule: Rule | None = None) -> dict[str, list[str]]:
    found = world(*photos)
    made = clusters(found.table, rule or Rule())
    return {str(kind): found.names(made, kind) for kind in GroupKind if found.names(made, kind)}


def test_a_copy_of_a_frame_is_a_copy_and_no_frame() -> None:
    frames = [Photo(n, moved(3 * k), at=k * 0.5) for k, n in enumerate("abc")]
    copy = Photo("d", resized(moved(3), 100, 150), at=0.5)
    assert named([*frames, copy]) == {"same-picture": ["bd"], "burst": ["abc"]}


def test_brackets_are_no_bursts() -> None:
    stack = [
        Photo(n, exposed(moved(0), s), at=float(k), bias=s)
        for k, (n, s) in enumerate(zip("abc", (-2.0, 0.0, 2.0), strict=True))
    ]
    assert named(stack) == {"bracket": ["abc"]}
    assert named(stack, Rule(kinds=(GroupKind.BURST,))) == {}


def test_equal_pixels_alone_are_told_once() -> None:
    photos = [Photo("a", WIDE, at=0, pixels=5), Photo("b", WIDE, at=0, pixels=5)]
    assert named(photos) == {"same-pixels": ["ab"]}
    assert named([*photos, Photo("c", resized(WIDE, 150, 200))]) == {
        "same-pixels": ["ab"],
        "same-picture": ["abc"],
    }


def test_only_wanted_kinds_come() -> None:
    frames = [Photo(n, moved(3 * k), at=k * 0.5) for k, n in enumerate("abc")]
    assert named(
        [*frames, Photo("d", resized(moved(0), 100, 150))], Rule(kinds=(GroupKind.SAME_PICTURE,))
    ) == {"same-picture": ["ad"]}
    assert named(frames, Rule(kinds=())) == {}


def test_no_photos_no_groups() -> None:
    assert clusters(world().table, Rule()) == ()
    assert clusters(world(Photo("a", WIDE)).table, Rule()) == ()


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 6),
            st.sampled_from([None, 0.0, 0.5, 1.0, 2.0, 40.0]),
            st.booleans(),
        ),
        max_size=14,
    ),
    st.sampled_from([None, 0, 5, 20, 64]),
)
def test_a_photo_is_at_most_once_in_each_kind_and_order_is_nothing(
    made: list[tuple[int, int, float | None, bool]], threshold: int | None
) -> None:
    photos = [
        Photo(
            f"<{n}>",
            resized(scene(s, 120, 160), 60, 80) if small else scene(s, 120, 160)[:, by : by + 150],
            at=at,
            size=n,
        )
        for n, (s, by, at, small) in enumerate(made)
    ]
    found = world(*photos)
    for kind in GroupKind:
        rows = [
            row for c in clusters(found.table, Rule(threshold=threshold)) if c.kind is kind for row in c.rows
        ]
        assert len(rows) == len(set(rows))
    assert named(photos, Rule(threshold=threshold)) == named(photos[::-1], Rule(threshold=threshold))
