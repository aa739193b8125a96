"""Names are safe, short enough and never clash; group numbers stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.decide.destination import (
    NAME_BYTES,
    collision_key,
    fitting,
    group_numbers,
    harmless,
    name_of,
    suffixed,
    visible,
)
from keepers.model import LOCAL, ContentId, PlaceId, Ref

IMMICH = PlaceId("immich")
ANY_NAME = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
    )
)


def size(name: str) -> int:
    return len(name.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("place", "key", "name"),
    [
        (LOCAL, "/a/b/IMG_1.jpg", "IMG_1.jpg"),
        (LOCAL, "/a/ name with spaces .jpg ", " name with spaces .jpg "),
        (LOCAL, "/a/new\nline.jpg", "new\nline.jpg"),
        (LOCAL, "/a/\udcff.jpg", "\udcff.jpg"),
        (LOCAL, "/a/.keepers-3f.jpg", "_.keepers-3f.jpg"),
        (LOCAL, "/a/..", "unnamed"),
        (LOCAL, "/a/", "unnamed"),
        (LOCAL, "/take.zip!/deep/IMG_1.jpg", "IMG_1.jpg"),
        (IMMICH, "..\\..\\evil.jpg", "_.._evil.jpg"),
        (IMMICH, "a\u202egpj.exe", "agpj.exe"),
        (IMMICH, "e\u0301te\u0301.jpg", "\u00e9t\u00e9.jpg"),
        (IMMICH, "\u202e", "unnamed"),
        (LOCAL, "/a/" + "x" * 300 + ".jpg", "x" * 251 + ".jpg"),
    ],
)
def test_names(place, key, name):
    assert name_of(Ref(place, key)) == name


@given(ANY_NAME, st.sampled_from([LOCAL, IMMICH]))
def test_any_name_is_one_short_component(text, place):
    name = name_of(Ref(place, text))
    assert name not in ("", ".", "..")
    assert not set("/\0") & set(name)
    assert size(name) <= NAME_BYTES
    assert not name.startswith(".keepers-")


@given(ANY_NAME)
def test_hostile_text_loses_what_could_do_harm(text):
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") or c in "/\\" for c in harmless(text))


@pytest.mark.parametrize(
    ("name", "stem", "number", "result"),
    [
        ("IMG_1.JPG", "IMG_1", 0, "IMG_1.JPG"),
        ("IMG_1.JPG", "IMG_1", 2, "IMG_1_2.JPG"),
        ("IMG_1.JPG.xmp", "IMG_1", 1, "IMG_1_1.JPG.xmp"),
        ("IMG_E1.JPG", "IMG_1", 1, "IMG_E1_1.JPG"),
        (".jpg", "", 1, ".jpg_1"),
        ("noext", "", 1, "noext_1"),
        ("é" * 126 + ".jpg", "é" * 126, 1, "é" * 124 + "_1.jpg"),
    ],
)
def test_suffixes(name, stem, number, result):
    assert suffixed(name, stem, number) == result


@given(ANY_NAME.filter(bool), ANY_NAME, st.integers(1, 99999))
def test_a_suffixed_name_fits_and_is_another(name, stem, number):
    name = fitting(name, "")
    other = suffixed(name, stem, number)
    assert size(other) <= NAME_BYTES
    assert size(name) > NAME_BYTES - 8 or other != name


@pytest.mark.parametrize(
    ("one", "other"),
    [("A.JPG", "a.jpg"), ("e\u0301.jpg", "\u00e9.jpg"), ("STRASSE", "straße"), ("\u0130", "i\u0307")],
)
def test_names_that_some_disk_takes_for_one(one, other):
    assert collision_key(one) == collision_key(other)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢.jpg", "plain é 漢.jpg"),
        ("a\nb\x1b[31m", "a\\nb\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\udcff", "\\xff"),
        ("\U000e0041", "\\U000e0041"),
        ("👨\u200d👩", "👨\u200d👩"),
    ],
)
def test_what_people_see(text, shown):
    assert visible(text) == shown


def sets(*texts: str) -> list[frozenset[ContentId]]:
    return [frozenset(ContentId(c) for c in text) for text in texts]


@pytest.mark.parametrize(
    ("groups", "known", "numbers"),
    [
        (["ab", "cd"], {}, (1, 2)),
        ([], {3: "ab"}, ()),
        (["cd", "ab"], {1: "ab", 2: "cd"}, (2, 1)),
        (["ab", "xy"], {4: "xy"}, (5, 4)),  # numbers are never used twice
        (["abc"], {7: "ab"}, (7,)),  # it grew
        (["ab"], {7: "abc"}, (7,)),  # it shrank
        (["ab", "cd"], {7: "abcd"}, (7, 8)),  # it was split
        (["bx"], {1: "ab"}, (2,)),  # one photo in common is another group
        (["a"], {1: "a"}, (1,)),  # copies of one photo
        (["ab", "abc"], {1: "abc", 2: "ab"}, (2, 1)),  # groups overlap
        (["ab", "ab"], {1: "ab", 2: "ab"}, (1, 2)),  # two kinds of one set
    ],
)
def test_group_numbers(groups, known, numbers):
    assert group_numbers(sets(*groups), {n: sets(text)[0] for n, text in known.items()}) == numbers


@given(st.lists(st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=5), max_size=8), st.randoms())
def test_numbers_are_unique_and_stay(groups, random):
    groups = [frozenset(ContentId(c) for c in group) for group in groups]
    numbers = group_numbers(groups, {})
    assert sorted(numbers) == list(range(1, len(groups) + 1))
    known = dict(zip(numbers, groups, strict=True))
    order = sorted(range(len(groups)), key=lambda _: random.random())
    again = group_numbers([groups[i] for i in order], known)
    assert [known[number] for number in again] == [groups[i] for i in order]
