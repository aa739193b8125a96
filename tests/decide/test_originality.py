"""What sidecars say of a copy counts like what its bytes say."""

from dataclasses import replace
from itertools import permutations

import pytest

from keepers.decide.originality import Copy, criteria, ranked, seen
from keepers.model import LOCAL, Asset, Bundle, ContentId, Facts, GroupKind, Kind, Ref, Role

PHOTO = Facts("jpeg", 4000, 3000, camera="Apple iPhone 14")


def asset(path, content, role=Role.MAIN, kind=Kind.PHOTO):
    return Asset(Ref(LOCAL, path), kind, 1000, "1000:1:1", ContentId(content), None, role=role)


def bundle(path, *others, content="b3:same"):
    return Bundle(asset(path, content), others)


def sidecar(path):
    return asset(path, f"b3:{path}", Role.SIDECAR, Kind.COMPANION)


def best(kind, known, *bundles):
    """The pick, whatever the order of the copies."""
    found = {
        ranked([seen(b, known) for b in order], kind)[0].bundle.main.ref.key
        for order in permutations(bundles)
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    "said",
    [
        Facts("xmp", 0, 0, rating=5),
        Facts("json", 0, 0, favourite=True),
        Facts("json", 0, 0, description="At the sea"),
        Facts("xmp", 0, 0, people=("Anna",)),
        Facts("xmp", 0, 0, keywords=("sea",)),
    ],
)
@pytest.mark.parametrize("kind", [GroupKind.SAME_BYTES, GroupKind.SAME_PIXELS])
def test_what_a_sidecar_says_outweighs_the_place(said, kind):
    known = {ContentId("b3:same"): PHOTO}
    spoken_of = replace(bundle("/Backup/a.jpg", sidecar("/Backup/a.jpg.xmp")), said=said)
    assert best(kind, known, bundle("/Photos/a.jpg"), spoken_of) == "/Backup/a.jpg"


@pytest.mark.parametrize("other", [
    asset("/Backup/IMG_1.AAE", "b3:aae", Role.SIDECAR, Kind.COMPANION),
    asset("/Backup/IMG_E1.jpg", "b3:e", Role.EDITED),
    asset("/Backup/IMG_1.jpg", "b3:o", Role.ORIGINAL),
])  # fmt: skip
def test_an_edit_beside_it_outweighs_the_place(other):
    known = {ContentId("b3:same"): PHOTO}
    edited = bundle("/Backup/IMG_1.jpg", other)
    assert seen(edited, known).edited
    assert best(GroupKind.SAME_BYTES, known, bundle("/Photos/IMG_1.jpg"), edited) == "/Backup/IMG_1.jpg"


def test_a_sidecar_that_says_nothing_does_not():
    known = {ContentId("b3:same"): PHOTO, ContentId("b3:/Backup/a.xmp"): Facts("xmp", 0, 0)}
    assert best(GroupKind.SAME_BYTES, known, bundle("/Photos/a.jpg"), bundle("/Backup/a.jpg", sidecar("/Backup/a.xmp"))) == (
        "/Photos/a.jpg"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "rating", "words"),
    [
        (PHOTO._replace(favourite=True), 5, "a favourite"),
        (PHOTO._replace(favourite=True, rating=5), 5, "rated 5"),
        (PHOTO._replace(favourite=True, rating=-1), 5, "a favourite"),
        (PHOTO._replace(rating=3), 3, "rated 3"),
        (PHOTO._replace(rating=-1), -1, "rated -1"),
        (PHOTO, 0, "rated 0"),
        (None, 0, "rated 0"),
    ],
)
def test_how_a_copy_is_liked(facts, rating, words):
    copy = Copy(bundle("/a.jpg"), facts)
    assert (copy.rating, copy.liked) == (rating, words)


def test_the_film_of_a_photo_is_no_sidecar_of_it():
    film = asset("/a.mov", "b3:film", Role.LIVE_VIDEO, Kind.VIDEO)
    known = {ContentId("b3:same"): PHOTO, ContentId("b3:film"): Facts("mov", 1, 1, description="film")}
    assert seen(bundle("/a.jpg", film), known).facts == PHOTO
    assert seen(bundle("/a.jpg", film), {}).facts is None


def test_each_criterion_is_named_once():
    for kind in GroupKind:
        names = [rule.name for rule in criteria([Copy(bundle("/a.jpg"), PHOTO)], kind)]
        assert len(names) == len(set(names))


def copy(name, **facts):
    known = PHOTO._replace(camera="Bench 1", **facts)
    return Copy(replace(bundle(f"/p/{name}.jpg", content=f"b3:{name}")), known)


@pytest.mark.parametrize(
    "worse",
    [
        copy("framed", width=4200, height=3200, inside=0.89),
        copy("Screenshot_20240101", width=4500, height=9000),
        copy("sharpened", quality=85),
    ],
    ids=["in a frame", "on a screen", "saved again"],
)
def test_what_was_made_of_a_photo_is_no_original_however_large(worse):
    original = copy("original", quality=92)
    worse = Copy(replace(worse.bundle, main=replace(worse.bundle.main, size=90_000_000)), worse.facts)
    assert ranked([worse, original], GroupKind.SAME_PICTURE)[0] is original
    assert ranked([original, worse], GroupKind.SAME_PICTURE)[0] is original


def test_an_enlargement_without_a_camera_is_no_original():
    original, larger = copy("original"), copy("larger", width=8000, height=6000)
    made = Copy(larger.bundle, PHOTO._replace(width=8000, height=6000, camera=""))
    assert ranked([made, original], GroupKind.SAME_PICTURE)[0] is original
    # An export of an editor keeps the camera's words, and may well be smaller than the photo.
    exported = copy("exported", width=1200, height=900, software="Adobe Lightroom 7")
    assert ranked([exported, made], GroupKind.SAME_PICTURE)[0] is made
    # Of two with a camera's words the larger one is the original.
    small = copy("small", width=1200, height=900)
    assert ranked([small, made, original], GroupKind.SAME_PICTURE)[0] is original


def test_a_border_that_all_have_is_part_of_the_picture():
    large, small = copy("large", inside=0.8), copy("small", width=2000, height=1500)
    assert ranked([small, large], GroupKind.SAME_PICTURE)[0] is large
