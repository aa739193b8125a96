"""How makers and services name the files of one photo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.read import pair_names


@pytest.mark.parametrize(
    "stem",
    [
        "a-edited", "a-bearbeitet", "a-modifié", "a-editado", "a-ha editado", "a-modificato", "a-bewerkt",
        "a-redigeret", "a-redigerad", "a-muokattu", "a-edytowane", "a-編集済み", "a-editat", "a-upraveno", "a-已修改",
    ],
)  # fmt: skip
def test_google_says_edited_in_the_language_of_the_account(stem):
    assert pair_names.edited(stem) == pair_names.Edited("a", google=True)


@pytest.mark.parametrize(
    ("stem", "original"),
    [
        ("a-edited(2)", "a(2)"), ("a(2)-edited", "a(2)"), ("a-b-edited", "a-b"), ("a" * 42 + "-edit", "a" * 42),
        ("a" * 43 + "-", None), ("a-edit", None), ("a-", None), ("-edited", None), ("", None), ("edited", None),
        ("img_e1234", "img_1234"), ("img_e1234(1)", "img_1234(1)"), ("img_o1234", None), ("img_e123", None),
        ("img_early", None), ("img_1234_edited", "img_1234"), ("_edited", None),
    ],
)  # fmt: skip
def test_which_original_an_edit_names(stem, original):
    found = pair_names.edited(stem)
    assert (found.stem if found else None) == original


@pytest.mark.parametrize(
    ("stem", "series", "is_cover"),
    [
        ("pxl_1.raw-01.cover", "pxl_1.raw", True),
        ("pxl_1.raw-01.mp.cover", "pxl_1.raw", True),
        ("pxl_1.raw-02.original", "pxl_1.raw", False),
        ("pxl_1.night.raw-02.original", "pxl_1.night.raw", False),
        ("pxl_1.long_exposure-02.original(1)", "pxl_1.long_exposure(1)", False),
    ],
)
def test_what_a_pixel_writes_of_one_shot(stem, series, is_cover):
    assert pair_names.cover(stem) == pair_names.Cover(series, is_cover)


@pytest.mark.parametrize("stem", ["cover", "pxl_1", "album.cover", "pxl_1.raw-1.cover", "the original"])
def test_other_names_are_of_no_series(stem):
    assert pair_names.cover(stem) is None


@pytest.mark.parametrize(
    ("name", "form", "owners"),
    [
        ("a.jpg.json", "json", {"a.jpg"}),
        ("a.jpg(1).json", "json", {"a.jpg(1)", "a(1).jpg"}),
        ("a.jpg.supplemental-metadata.json", "json", {"a.jpg.supplemental-metadata", "a.jpg"}),
        ("a.jpg.supplemental-me(2).json", "json", {"a(2).jpg"}),
        ("a.jpg..json", "json", {"a.jpg.", "a.jpg"}),
        ("img_o1234.aae", "aae", {"img_o1234", "img_1234"}),
        ("a_02.nef.xmp", "xmp", {"a_02.nef", "a.nef"}),
        ("gl010123.lrv", "lowres", {"gl010123", "gx010123", "gh010123"}),
        ("a.thm", "thm", {"a"}),
    ],
)
def test_whose_companion_a_name_may_be(name, form, owners):
    assert owners <= set(pair_names.owners(name, form))


@given(
    photo=st.text("abc", min_size=20, max_size=47).map(lambda stem: stem + ".jpg"),
    number=st.none() | st.integers(1, 99),
    style=st.sampled_from(["", ".supplemental-metadata"]),
)
def test_the_story_of_a_photo_finds_it_however_it_was_cut(photo, number, style):
    """Google cuts the name before `.json` to 46 characters, then adds the number."""
    stem, extension = photo[:-4], photo[-4:]
    counted = f"({number})" if number else ""
    story = (photo + style)[:46] + counted + ".json"
    there = stem + counted + extension
    exact = set(pair_names.owners(story, "json"))
    cut = pair_names.cut(story)
    assert (
        there in exact
        or stem + counted in exact
        or (cut is not None and cut in set(pair_names.beginnings(there)))
    )
    assert pair_names.number(there) == counted
    assert pair_names.plain(there) == photo


@given(name=st.text(max_size=80), form=st.sampled_from(["json", "aae", "xmp", "lowres", "edit", "thm"]))
def test_any_name_is_harmless(name, form):
    assert list(pair_names.owners(name, form))
    pair_names.edited(name)
    pair_names.cover(name)
    pair_names.cut(name)
    pair_names.motion_still(name)
    assert len(list(pair_names.beginnings(name))) <= 8
    pair_names.titled(name, name)
