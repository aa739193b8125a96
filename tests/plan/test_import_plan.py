"""The layout of an import: every file is answered for, no name is given twice, no bundle is torn apart."""

import random
from collections.abc import Mapping, Sequence

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from keepers.actions import Copy, Move
from keepers.decide.contest import Standing
from keepers.decide.destination import collision_key
from keepers.model import LOCAL, Asset, Bundle, ContentId, Kind, Ref, Role
from keepers.plan.import_plan import Line, Outcome, Shelf, Wish, lay_out, without

LIBRARY = "/lib"


def content(text: str) -> ContentId:
    return ContentId("b3:" + blake3(text.encode()).hexdigest())


def file(path: str, data: str, role: Role = Role.MAIN) -> Asset:
    kind = Kind.COMPANION if role is Role.SIDECAR else Kind.PHOTO
    return Asset(Ref(LOCAL, path), kind, len(data), "1:2:3", content(data), role=role)


def wish(
    path: str,
    data: str,
    *others: tuple[str, str],
    folder: str = "2024/07",
    standing: Standing | None = None,
    fixed: bool = False,
) -> Wish:
    outer, _, name = path.rpartition("/")
    extra = tuple(file(f"{outer}/{n}", d, Role.SIDECAR) for n, d in others)
    return Wish(Bundle(file(path, data), extra), tuple(folder.split("/")), name, None, standing, fixed)


def shelf(present: Mapping[str, str], more: Sequence[str] = (), blocked: str = "") -> Shelf:
    """A library with known files (path: data) and names of which nothing is known."""
    paths = [f"{LIBRARY}/{path}" for path in (*present, *more)]

    def names(folder: str) -> Sequence[str]:
        inside = (path.removeprefix(f"{folder}/") for path in paths if path.startswith(f"{folder}/"))
        return sorted({name.partition("/")[0] for name in inside})

    def why(path: str) -> str:
        return f"{path} is no folder" if blocked and path == f"{LIBRARY}/{blocked}" else ""

    return Shelf(LIBRARY, {f"{LIBRARY}/{path}": content(data) for path, data in present.items()}, names, why)


def told(lines: Sequence[Line]) -> dict[str, tuple[Outcome, str]]:
    return {line.asset.ref.key: (line.outcome, line.path.removeprefix(f"{LIBRARY}/")) for line in lines}


def short(data: str, digits: int = 8) -> str:
    return content(data).removeprefix("b3:")[:digits]


def test_two_photos_of_one_name_are_both_kept_whoever_comes_first() -> None:
    # The old importer deleted one of them (two cameras, one counter, one month).
    wishes = [
        wish("/canon/IMG_0001.JPG", "canon", ("IMG_0001.JPG.xmp", "x")),
        wish("/nikon/IMG_0001.JPG", "nikon"),
    ]
    first, second = sorted(("canon", "nikon"), key=content)
    expected = {
        f"/{first}/IMG_0001.JPG": (Outcome.COPY, "2024/07/IMG_0001.JPG"),
        f"/{second}/IMG_0001.JPG": (Outcome.COPY, f"2024/07/IMG_0001_{short(second)}.JPG"),
    }
    stem = "IMG_0001" if first == "canon" else f"IMG_0001_{short('canon')}"
    expected["/canon/IMG_0001.JPG.xmp"] = (Outcome.COPY, f"2024/07/{stem}.JPG.xmp")
    for order in (wishes, wishes[::-1]):
        assert told(lay_out(order, shelf({}))) == expected


@pytest.mark.parametrize(
    ("wished", "present", "expected"),
    [
        pytest.param(
            wish("/a/x.jpg", "x"),
            {"2001/other.jpg": "x"},
            {"/a/x.jpg": (Outcome.THERE, "2001/other.jpg")},
            id="the same bytes anywhere in the library are enough",
        ),
        pytest.param(
            wish("/a/x.jpg", "x"),
            {"2024/07/X.JPG": "y"},
            {"/a/x.jpg": (Outcome.COPY, f"2024/07/x_{short('x')}.jpg")},
            id="names that differ in case alone do not stand side by side (hazard 11)",
        ),
        pytest.param(
            wish("/a/e\u0301.jpg", "x"),
            {"2024/07/\u00e9.jpg": "y"},
            {"/a/e\u0301.jpg": (Outcome.COPY, f"2024/07/e\u0301_{short('x')}.jpg")},
            id="nor do two ways to write one name (hazard 12)",
        ),
        pytest.param(
            wish("/a/x.jpg", "x", ("x.jpg.xmp", "edit"), ("x.aae", "same")),
            {"old/X1.jpg": "x", "old/X1.aae": "same"},
            {
                "/a/x.jpg": (Outcome.THERE, "old/X1.jpg"),
                "/a/x.jpg.xmp": (Outcome.COPY, "old/X1.jpg.xmp"),
                "/a/x.aae": (Outcome.THERE, "old/X1.aae"),
            },
            id="a companion that the library has not goes to its photo, under the photo's stem",
        ),
        pytest.param(
            wish("/a/x.jpg", "x", ("x.jpg.xmp", "mine")),
            {"old/x.jpg": "x", "old/x.jpg.xmp": "theirs"},
            {
                "/a/x.jpg": (Outcome.THERE, "old/x.jpg"),
                "/a/x.jpg.xmp": (Outcome.COPY, f"old/x.jpg_{short('mine')}.xmp"),
            },
            id="a companion with other bytes does not take the place of the one that is there",
        ),
        pytest.param(
            wish("/a/IMG_1.HEIC", "x", ("IMG_E1.HEIC", "edit"), ("IMG_1.MOV", "film")),
            {"2024/07/img_1.heic": "y"},
            {
                "/a/IMG_1.HEIC": (Outcome.COPY, f"2024/07/IMG_1_{short('x')}.HEIC"),
                "/a/IMG_E1.HEIC": (Outcome.COPY, f"2024/07/IMG_E1_{short('x')}.HEIC"),
                "/a/IMG_1.MOV": (Outcome.COPY, f"2024/07/IMG_1_{short('x')}.MOV"),
            },
            id="all files of a photo get the same suffix",
        ),
        pytest.param(
            wish("/a/x.jpg", "x"),
            {"2024/7.jpg": "y", "2024/07/x.jpg": "y", f"2024/07/x_{short('x')}.jpg": "z"},
            {"/a/x.jpg": (Outcome.COPY, f"2024/07/x_{short('x', 16)}.jpg")},
            id="a suffix that is taken grows",
        ),
        pytest.param(
            wish("/a/x.jpg", "x", folder="Caf\u00e9"),
            {"CAFE\u0301/y.jpg": "y"},
            {"/a/x.jpg": (Outcome.COPY, "CAFE\u0301/x.jpg")},
            id="a folder is used in the spelling that is there",
        ),
    ],
)
def test_where_a_photo_goes(
    wished: Wish, present: dict[str, str], expected: dict[str, tuple[Outcome, str]]
) -> None:
    assert told(lay_out([wished], shelf(present))) == expected


def test_the_same_bytes_twice_come_once_and_bring_what_belongs_to_either() -> None:
    lines = lay_out(
        [
            wish("/a/x.jpg", "x", ("x.xmp", "edit"), ("x.aae", "a")),
            wish("/b/x.jpg", "x", ("x.xmp", "edit"), ("x.json", "b")),
        ],
        shelf({}),
    )
    assert told(lines) == {
        "/a/x.jpg": (Outcome.COPY, "2024/07/x.jpg"),
        "/a/x.xmp": (Outcome.COPY, "2024/07/x.xmp"),
        "/a/x.aae": (Outcome.COPY, "2024/07/x.aae"),
        "/b/x.jpg": (Outcome.TWICE, "2024/07/x.jpg"),
        "/b/x.xmp": (Outcome.THERE, "2024/07/x.xmp"),
        "/b/x.json": (Outcome.COPY, "2024/07/x.json"),
    }


def test_a_worse_version_is_kept_too_unless_only_the_best_is_wanted() -> None:
    best = wish("/a/x.jpg", "best", standing=Standing(wins=True, reason="larger", best=content("best")))
    worse = wish("/b/x.jpg", "worse", standing=Standing(wins=False, reason="smaller", best=content("best")))
    both = lay_out([worse, best], shelf({}))
    assert told(both) == {
        "/a/x.jpg": (Outcome.COPY, "2024/07/x.jpg"),
        "/b/x.jpg": (Outcome.COPY, f"2024/07/x_{short('worse')}.jpg"),
    }
    assert {line.asset.ref.key: line.wins for line in both} == {"/a/x.jpg": True, "/b/x.jpg": False}
    assert told(lay_out([worse, best], shelf({}), only_best=True))["/b/x.jpg"] == (
        Outcome.WORSE,
        "2024/07/x.jpg",
    )
    # Where the better one does not come along, this is all that there is.
    assert told(lay_out([worse], shelf({}), only_best=True))["/b/x.jpg"][0] is Outcome.COPY


def test_versions_that_lose_to_each_other_do_not_both_stay_out() -> None:
    one = wish("/a", "one", standing=Standing(wins=False, reason="", best=content("two")))
    two = wish("/b", "two", standing=Standing(wins=False, reason="", best=content("one")))
    outcomes = sorted(line.outcome for line in lay_out([one, two], shelf({}), only_best=True))
    assert outcomes == [Outcome.COPY, Outcome.WORSE]


def test_only_what_may_move_moves() -> None:
    lines = lay_out(
        [
            wish("/a/x.jpg", "x"),
            wish("/keep/y.jpg", "y", fixed=True),
            wish("/t.zip!/z.jpg", "z"),
            wish("/p.photoslibrary/originals/w.jpg", "w"),
        ],
        shelf({}),
        move=True,
    )
    verbs = {line.asset.ref.key: type(line.action) for line in lines}
    assert verbs == {
        "/a/x.jpg": Move,
        "/keep/y.jpg": Copy,
        "/t.zip!/z.jpg": Copy,
        "/p.photoslibrary/originals/w.jpg": Copy,
    }


def test_a_folder_that_is_none_is_refused_and_a_refused_action_is_none() -> None:
    lines = lay_out([wish("/a/x.jpg", "x", ("x.xmp", "y"))], shelf({}, blocked="2024"))
    assert {line.outcome for line in lines} == {Outcome.REFUSED}
    assert {line.reason for line in lines} == {"/lib/2024 is no folder"}
    fine = lay_out([wish("/a/x.jpg", "x")], shelf({}))
    after = without(fine, {Ref(LOCAL, "/a/x.jpg"): "it is gone"})
    assert [(line.outcome, line.reason, line.action) for line in after] == [
        (Outcome.REFUSED, "it is gone", None)
    ]


names = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=120
).filter(lambda name: name not in {".", ".."})


@st.composite
def libraries(draw: st.DrawFn) -> tuple[list[Wish], dict[str, str]]:
    pool = draw(st.lists(names, min_size=1, max_size=4))
    few = st.sampled_from([*pool, *(name.upper() for name in pool), "a.jpg", "A.JPG"])
    data = st.sampled_from([f"bytes {number}" for number in range(6)])
    wishes: list[Wish] = []
    for number in range(draw(st.integers(0, 8))):
        name = draw(few)
        ends = draw(st.lists(st.sampled_from([".xmp", ".aae", ".jpg"]), max_size=2, unique=True))
        others = [(name + end, draw(st.one_of(data, st.just("side")))) for end in ends]
        folder = draw(st.sampled_from(["2024/07", "2024"]))
        wishes.append(wish(f"/s{number}/{name}", draw(data), *others, folder=folder))
    present = draw(
        st.dictionaries(
            st.sampled_from(["2024/07/", "2024/", ""]).flatmap(lambda f: few.map(lambda n: f + n)),
            data,
            max_size=4,
        )
    )
    return wishes, {path: value for path, value in present.items() if path.casefold() not in {"2024", "2024/07"}}  # fmt: skip


@given(libraries(), st.randoms(use_true_random=False), st.booleans())
def test_every_file_is_answered_for_and_no_name_is_given_twice(
    made: tuple[list[Wish], dict[str, str]], chance: random.Random, move: bool
) -> None:
    wishes, present = made
    place = shelf(present)
    lines = lay_out(wishes, place, move=move)
    again = list(wishes)
    chance.shuffle(again)
    assert told(lay_out(again, place, move=move)) == told(lines)

    # Every file of every photo has one line, and its bytes are in the library when all is done.
    assert sorted(line.asset.ref for line in lines) == sorted(a.ref for w in wishes for a in w.bundle.assets)
    after = dict(place.present)
    given_names: list[str] = []
    for line in lines:
        if line.action is not None:
            assert line.path == line.action.target.key
            given_names.append(collision_key(line.path))
            after[line.path] = line.content
    assert not set(given_names) & {collision_key(path) for path in place.present}
    assert len(set(given_names)) == len(given_names)
    held = set(after.values())
    for line in lines:
        assert line.asset.content in held
        assert line.outcome is not Outcome.REFUSED
        assert after[line.path] == line.content
        assert all(len(part.encode()) <= 255 for part in line.path.split("/"))

    # The second import finds all of it.
    paths = {path.removeprefix(f"{LIBRARY}/"): value for path, value in after.items()}
    names_of = {content(text): text for text in ["side", *(f"bytes {number}" for number in range(6))]}
    full = shelf({path: names_of[value] for path, value in paths.items()})
    assert {line.outcome for line in lay_out(wishes, full, move=move)} <= {Outcome.THERE}
