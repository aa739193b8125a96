"""Whatever files lie in a folder, each is in one photo, and no photo contradicts itself."""

from hypothesis import given
from hypothesis import strategies as st

from keepers.model import Kind, Role
from keepers.read.bundles import bundled, bundles
from tests.read.entries import LONG, entry, named

NAMES = st.builds(
    "{}{}".format,
    st.sampled_from([
        "a", "A", "b", "a.jpg", "b.nef", "c(1)", "a-edited", "a-edited-edited", "IMG_1234", "IMG_E1234", "IMG_EE1234",
        "p.RAW-01.COVER", "p.RAW-02.ORIGINAL", "a.jpg.supplemental-metadata", "a.MP", "a(1)", "a.jpg(1)", LONG[:46],
        LONG[:47],
    ]),
    st.sampled_from([".jpg", ".JPG", ".heic", ".nef", ".mov", ".png", ".xmp", ".json", ".aae", ".mp", ".thm"]),
)  # fmt: skip
FILES = st.lists(
    st.builds(
        entry,
        NAMES,
        st.none() | st.sampled_from([0.0, 1.0, 100.0]),
        st.sampled_from(["", "Canon", "Nikon"]),
        live_id=st.sampled_from(["", "", "A", "B"]),
        title=st.sampled_from(["", "a.jpg", "a.NEF", LONG + ".jpg"]),
        film=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda file: file.name,
)


@given(files=FILES)
def test_every_file_is_in_exactly_one_bundle(files):
    found = bundles(files)
    assert sorted(
        index for main, others in found for index in (main, *(other for other, _ in others))
    ) == list(range(len(files)))
    assert all(files[main].kind is not Kind.COMPANION for main, others in found if others)


@given(files=FILES, data=st.data())
def test_the_order_of_the_files_means_nothing(files, data):
    assert named(*data.draw(st.permutations(files))) == named(*files)


@given(files=FILES)
def test_no_photo_holds_two_cameras_or_two_times(files):
    """A wrong pair is worse than none: whatever the names say, known facts of one photo never contradict."""
    for main, others in bundles(files):
        told = [files[main], *(files[index] for index, role in others if role is not Role.SIDECAR)]
        if not any(file.live_id for file in told):
            assert len({file.camera for file in told if file.camera}) < 2
            walls = [file.wall for file in told if file.wall is not None]
            assert not walls or max(walls) - min(walls) <= 3


@given(files=FILES)
def test_a_screenshot_has_no_film(files):
    for main, others in bundles(files):
        roles = {role for _, role in others}
        # An edit may be a PNG: the film is that of the original beside it.
        shot = {files[index].format for index, role in others if role is Role.ORIGINAL} | {files[main].format}
        assert not roles & {Role.LIVE_VIDEO, Role.MOTION_VIDEO} or shot != {"png"}


@given(files=FILES)
def test_a_file_in_a_photo_of_several_is_not_told_to_be_apart(files):
    found = bundled(files)
    inside = {index for _, others in found.photos for index, _ in others}
    assert not inside & set(found.apart)
    assert all(why and why.isprintable() for why in found.apart.values())
