"""What is kept, as tables: the original before its copies, the best before the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.decide.keep import decide
from keepers.model import (
    LOCAL,
    Asset,
    Bundle,
    ContentId,
    DateClaim,
    Face,
    Facts,
    Group,
    GroupKind,
    Kind,
    Look,
    Ref,
    Role,
    Taken,
)
from keepers.score.weights import Weights

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
CAMERA = Facts(
    "jpeg",
    4000,
    3000,
    camera="Apple iPhone 14",
    exposure_seconds=0.01,
    dates=(DateClaim("exif", "2024-05-01T12:00:00"),),
)


def photo(path, content=None, *, size=4_000_000, seconds=0.0, mtime=1, others=()):
    taken = Taken(START + timedelta(seconds=seconds), "exif", certain=True)
    asset = Asset(
        Ref(LOCAL, path), Kind.PHOTO, size, f"{size}:{mtime}:7", ContentId(content or f"b3:{path}"), taken
    )
    return Bundle(asset, tuple(others))


def facts(form="jpeg", width=4000, height=3000, **more):
    return Facts(form, width, height, **more)


def camera(form="jpeg", width=4000, height=3000, **more):
    return CAMERA._replace(format=form, width=width, height=height, **more)


def decided(kind, photos, known, looks=None):
    group = Group("g", kind, tuple(photos))
    by_content = dict(zip((bundle.main.content for bundle in photos), known, strict=True))
    return decide(group, looks or {}, {k: v for k, v in by_content.items() if v}, Weights())


def kept(decision):
    return [ref.key for ref in decision.keep]


COPIES = [
    ("raw before a larger jpeg", [("/a.cr2", camera("cr2"), 9), ("/a.jpg", camera(width=9000), 99)]),
    ("heic before a larger converted jpeg", [("/a.heic", camera("heic"), 2), ("/a.jpg", camera(), 9)]),
    ("heic before a larger copy", [("/a.heic", camera("heic"), 2), ("/a.jpg", facts(width=9000), 9)]),
    (
        "jpeg before the heic that was made of it",
        [("/b.jpg", camera(camera="Canon 70D"), 4), ("/a.heic", camera("heic", camera="Canon 70D"), 2)],
    ),
    ("camera file before larger png", [("/b.jpg", camera(), 4), ("/a.png", facts("png", 5000, 9000), 9)]),
    ("camera file before png of it", [("/a.jpg", camera(), 4), ("/a.png", camera("png"), 30)]),
    ("camera file before stripped copy", [("/a.jpg", camera(), 4), ("/b.jpg", facts(), 5)]),
    ("original before messenger copy", [("/a.jpg", facts(), 4), ("/IMG-20240501-WA0007.jpg", facts(), 9)]),
    ("original before messenger folder", [("/a.jpg", facts(), 4), ("/WhatsApp/b.jpg", facts(), 9)]),
    ("larger before scaled", [("/b.jpg", facts(), 4), ("/a.jpg", camera(width=1000, height=750), 1)]),
    ("more pixels", [("/b.jpg", camera(), 4), ("/a.jpg", camera(width=3800, height=2850), 4)]),
    ("less compressed", [("/b.jpg", camera(), 5), ("/a.jpg", camera(), 2)]),
    ("keeps its place on the map", [("/b.jpg", camera(position=(1.0, 2.0)), 4), ("/a.jpg", camera(), 5)]),
    ("picture before screenshot copy (1)", [("/b.png", facts("png"), 4), ("/a (1).png", facts("png"), 4)]),
    ("screenshot before its jpeg", [("/b.png", facts("png"), 4), ("/a.jpg", facts(), 2)]),
    ("readable before empty", [("/b.jpg", facts(), 4), ("/a.jpg", camera(), 0)]),
    ("readable before damaged", [("/b.jpg", facts(), 4), ("/a.cr2", None, 9)]),
    ("earlier before later", [("/b.jpg", camera(), 4), ("/c.jpg", camera(), 4)]),
]  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("name", "table"), COPIES, ids=[name for name, _ in COPIES])
def test_copies_of_a_picture_keep_the_original(name, table, turned):
    photos = [photo(path, size=size * 1_000_000) for path, _, size in table]
    known = [entry for _, entry, _ in table]
    if turned:
        photos.reverse()
        known.reverse()
    decision = decided(GroupKind.SAME_PICTURE, photos, known)
    assert kept(decision) == [table[0][0]]
    assert [ref.key for ref in decision.drop] == [table[1][0]]
    scores = {score.ref.key: score for score in decision.scores}
    assert scores[table[0][0]].value >= scores[table[1][0]].value
    assert decision.flip


SAME_BYTES = [
    ("/Pictures/2024/IMG_1.jpg", "/Backup/IMG_1.jpg"),
    ("/Pictures/IMG_1.jpg", "/Pictures/IMG_1 (1).jpg"),
    ("/Pictures/IMG_1.jpg", "/Pictures/IMG_1 - Copy.jpg"),
    ("/Pictures/IMG_1.jpg", "/Downloads/IMG_1.jpg"),
    ("/Pictures/present/IMG_1.jpg", "/Pictures/Trash/IMG_1.jpg"),
    ("/z/IMG_1.jpg", "/a/WhatsApp Images/sent/IMG_1.jpg"),
    ("/a/IMG_1.jpg", "/b/IMG_1.jpg"),
]


@pytest.mark.parametrize(("better", "worse"), SAME_BYTES)
def test_of_the_same_bytes_the_better_place_stays(better, worse):
    both = [photo(worse, "b3:x"), photo(better, "b3:x")]
    group = Group("g", GroupKind.SAME_BYTES, tuple(both))
    decision = decide(group, {}, {ContentId("b3:x"): camera(rating=5)}, Weights())
    assert kept(decision) == [better]
    assert [ref.key for ref in decision.drop] == [worse]


def test_of_the_same_bytes_the_older_file_and_the_one_with_companions_stay():
    sidecar = Asset(Ref(LOCAL, "/b/1.xmp"), Kind.COMPANION, 1, "1:1:1", ContentId("b3:s"), role=Role.SIDECAR)
    for better, worse in (
        (photo("/b/1.jpg", "b3:x", mtime=1), photo("/a/1.jpg", "b3:x", mtime=2)),
        (photo("/b/1.jpg", "b3:x", others=(sidecar,)), photo("/a/1.jpg", "b3:x")),
    ):
        group = Group("g", GroupKind.SAME_BYTES, (worse, better))
        assert kept(decide(group, {}, {ContentId("b3:x"): camera()}, Weights())) == ["/b/1.jpg"]


def test_a_rated_or_edited_copy_never_loses():
    photos = [photo("/original.jpg"), photo("/rated.jpg"), photo("/edited.jpg"), photo("/plain.jpg")]
    known = [
        camera(),
        camera(width=3000, height=2250, rating=4),
        camera(software="Adobe Photoshop Lightroom 7"),
        camera(width=2000, height=1500),
    ]
    decision = decided(GroupKind.SAME_PICTURE, photos, known)
    assert kept(decision) == ["/original.jpg", "/rated.jpg", "/edited.jpg"]
    scores = {score.ref.key: score for score in decision.scores}
    assert scores["/rated.jpg"].reasons[0] == "stays: it is rated 4"
    assert scores["/edited.jpg"].reasons[0] == "stays: it is edited"


def test_of_equal_pixels_the_rated_one_is_picked_and_the_other_may_go():
    decision = decided(
        GroupKind.SAME_PIXELS, [photo("/a.jpg"), photo("/b.jpg")], [camera(), camera(rating=3)]
    )
    assert kept(decision) == ["/b.jpg"]


def test_brackets_stay_whole():
    photos = [photo(f"/{n}.jpg", seconds=n) for n in range(3)]
    decision = decided(GroupKind.BRACKET, photos, [camera()] * 3)
    assert kept(decision) == ["/0.jpg", "/1.jpg", "/2.jpg"]
    assert decision.drop == ()
    assert "never dropped" in decision.flip


def look(content, *, sharpness=1.0, eyes=None):
    faces = (
        () if eyes is None else (Face((0.4, 0.3, 0.2, 0.2), 0.9, eyes_open=eyes, eye_min=eyes, smile=0.5),)
    )
    return Look(ContentId(content), "m", sharpness, 0.0, 0.2, 0.9, faces)


def burst(*looks, known=None, **options):
    photos = [photo(f"/{n}.jpg", seconds=n, **options) for n in range(len(looks))]
    taken = {bundle.main.content: found for bundle, found in zip(photos, looks, strict=True) if found}
    return photos, decided(GroupKind.BURST, photos, known or [camera()] * len(photos), taken)


@pytest.mark.parametrize(
    ("looks", "best"),
    [
        ([look("", eyes=0.1), look("", eyes=0.95), look("", eyes=0.2)], "/1.jpg"),
        ([look("", sharpness=0.3), look("", sharpness=0.4), look("", sharpness=1.0)], "/2.jpg"),
        ([look(""), look(""), look("")], "/0.jpg"),
        ([None, look("", sharpness=0.1)], "/1.jpg"),
        ([None, None], "/0.jpg"),
    ],
    ids=["open eyes", "sharp", "tie: the earliest", "unreadable is never best", "nothing could be read"],
)
def test_bursts_keep_the_best(looks, best):
    _, decision = burst(*looks)
    assert kept(decision) == [best]
    assert len(decision.drop) == len(looks) - 1


def test_a_tie_goes_to_the_favourite_then_the_earliest():
    _, decision = burst(look(""), look(""), known=[camera(), camera(rating=3)])
    assert kept(decision) == ["/1.jpg"]
    assert "rated highest" in decision.scores[1].reasons[0]


def test_an_empty_file_is_never_best():
    photos = [photo("/0.jpg", size=0), photo("/1.jpg", seconds=1)]
    looks = {photos[0].main.content: look("", sharpness=9), photos[1].main.content: look("", sharpness=1)}
    assert kept(decided(GroupKind.BURST, photos, [camera(), camera()], looks)) == ["/1.jpg"]


def test_the_flip_names_the_rival_and_what_it_lacks():
    _, decision = burst(look("", eyes=0.95), look("", eyes=0.1))
    assert "1.jpg" in decision.flip
    assert "eyes" in decision.flip


ratings = st.none() | st.integers(-1, 5)
known_facts = st.builds(
    lambda form, width, cam, rating, software: Facts(
        form, width, 100, camera=cam, rating=rating, software=software
    ),
    st.sampled_from(["jpeg", "heic", "png", "cr2", "webp"]),
    st.integers(1, 300),
    st.sampled_from(["", "Pixel"]),
    ratings,
    st.sampled_from(["", "Snapseed 2", "WhatsApp"]),
)
names = st.sampled_from(
    ["/a/x.jpg", "/a/x (1).jpg", "/Backup/x.jpg", "/b/IMG-20240101-WA0001.jpg", "/c/y.heic"]
)
members = st.lists(
    st.tuples(names, st.none() | known_facts, st.integers(0, 5000), st.none() | st.floats(0, 50)),
    min_size=2,
    max_size=5,
    unique_by=lambda entry: entry[0],
)


@given(members, st.sampled_from(GroupKind), st.randoms())
def test_decisions_are_whole_and_do_not_depend_on_the_order(table, kind, random):
    def run(entries):
        photos = [photo(path, size=size) for path, _, size, _ in entries]
        looks = {
            bundle.main.content: look("", sharpness=entry[3])
            for bundle, entry in zip(photos, entries, strict=True)
            if entry[3] is not None
        }
        return decided(kind, photos, [entry[1] for entry in entries], looks)

    decision = run(table)
    refs = {score.ref for score in decision.scores}
    assert len(decision.scores) == len(table)
    assert refs == set(decision.keep) | set(decision.drop)
    assert not set(decision.keep) & set(decision.drop)
    assert decision.keep
    for score in decision.scores:
        assert 0 <= score.value <= 1
        assert 1 <= len(score.reasons) <= 3
        assert all(0 <= part <= 1.0001 for part in score.parts.values())
    if kind is not GroupKind.BRACKET:
        needed = 3 if kind is GroupKind.BURST else 1
        readable = {photo(entry[0]).main.ref for entry in table if entry[2] and entry[needed] is not None}
        assert not readable or any(ref in readable for ref in decision.keep)
    shuffled = list(table)
    random.shuffle(shuffled)
    other = run(shuffled)
    assert set(other.keep) == set(decision.keep)
    assert {score.ref: score for score in other.scores} == {score.ref: score for score in decision.scores}
    assert other.flip == decision.flip
