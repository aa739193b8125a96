"""Which evidence makes which suggestion, and what protects a photo."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import Facts
from keepers.score.focus import Focus
from keepers.score.inspection import Inspection
from keepers.score.junk_names import SCREENS, is_screen
from keepers.score.papers import Papers
from keepers.score.screens import Screens
from keepers.score.suggestions import CERTAIN, PROTECTED, Known, SuggestionKind, suggestions
from keepers.score.tones import Tones

SHARP = Focus(0.0, 0.4, 0.0, 0.5, 240, 200)
LIT = Tones(110.0, 250.0, 200.0, 0.01)
PHOTO = Screens(0.1, 0.05, 0.0, 0, 0.0, 0.0, 0.0)
SEEN = Inspection(1024, 683, SHARP, LIT, Papers(0.02, 1.5), PHOTO)
TAKEN = Facts("jpeg", 4000, 3000, camera="Canon EOS R5", exposure_seconds=0.01)
MADE = Facts("jpeg", 1011, 700)


def of(*, facts: Facts = TAKEN, name: str = "IMG_1.jpg", seen: Inspection | None = SEEN, **known):
    return {one.kind.value: one for one in suggestions(Known(facts, name, **known), seen)}


def certain(**known):
    return {kind for kind, one in of(**known).items() if one.certainty >= CERTAIN}


@pytest.mark.parametrize("facts", [TAKEN, MADE, MADE._replace(format="png")])
def test_nothing_is_said_against_a_normal_photo(facts):
    assert of(facts=facts) == {}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("blurred", {"focus": Focus(2.4, 3.0, 2.6, 3.2, 200, 80)}),
        ("blurred", {"focus": Focus(0.2, 0.9, 2.0, 2.8, 220, 90)}),
        ("dark", {"tones": Tones(4.0, 30.0, 25.0, 0.0)}),
        ("overexposed", {"tones": Tones(255.0, 255.0, 60.0, 0.9)}),
        ("blank", {"tones": Tones(3.0, 6.0, 4.0, 0.0), "focus": Focus(0, 0, 0, 0, 0, 0)}),
        ("document", {"papers": Papers(0.35, 1.4)}),
        ("receipt", {"papers": Papers(0.06, 7.0)}),
    ],
)
def test_faults_and_paper(kind, changes):
    assert certain(seen=replace(SEEN, **changes)) == {kind}


@pytest.mark.parametrize(
    "changes",
    [
        # A night sky with stars, a lit window, a street lamp.
        {"tones": Tones(4.0, 130.0, 90.0, 0.0)},
        # Fog, and a white wall behind a face.
        {"tones": Tones(200.0, 235.0, 60.0, 0.0)},
        {"tones": Tones(252.0, 255.0, 200.0, 0.55)},
        # A cup on a white table.
        {"tones": Tones(255.0, 255.0, 180.0, 0.88)},
        # Nobody moved in one direction alone where an edge of it is sharp.
        {"focus": Focus(0.0, 0.3, 0.6, 2.8, 200, 90)},
        # A soft picture of next to no edges tells nothing.
        {"focus": Focus(5.0, 5.0, 0.0, 0.0, 5, 0)},
        # Pixels of a thumbnail tell nothing.
        {"focus": Focus(3.0, 4.0, 3.0, 4.0, 200, 90), "width": 300, "height": 200},
    ],
)
def test_what_is_no_fault(changes):
    assert certain(seen=replace(SEEN, **changes)) == set()


DRAWN = replace(SEEN, screens=Screens(0.8, 0.8, 0.3, 12, 0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    "known",
    [
        {"facts": MADE._replace(exif={"UserComment": "Screenshot"})},
        {"name": "Screenshot_20240101-101010.jpg"},
        {"name": "Bildschirmfoto 2024-01-01 um 10.10.10.png"},
        {"name": "Capture d\u2019écran 2024.png"},
        {"name": "Снимок экрана 2024.png"},
        {"name": "スクリーンショット 1.png"},
        {"facts": MADE._replace(software="gnome-screenshot")},
        {"facts": MADE, "folder": "Screenshots"},
        {"facts": MADE._replace(format="png", width=1170, height=2532), "seen": DRAWN},
        {"facts": MADE._replace(width=590, height=1280), "seen": DRAWN},
        # An article whose picture fills half of the screen.
        {
            "facts": MADE._replace(format="png", width=1170, height=2532),
            "seen": replace(SEEN, screens=Screens(0.3, 0.3, 0.2, 2, 0.0, 0.0, 0.0)),
        },
    ],
)
def test_screenshots(known):
    assert "screenshot" in certain(**known)


@pytest.mark.parametrize(
    "known",
    [
        # A photo that was exported at the size of a screen, and a diagram.
        {"facts": MADE._replace(format="png", width=1920, height=1080)},
        {"facts": MADE._replace(format="png", width=1920, height=1080, camera="Nikon D850")},
        {"facts": TAKEN, "folder": "Screenshots"},
        {"facts": MADE, "seen": replace(DRAWN, screens=Screens(0.9, 0.9, 0.05, 2, 0.0, 0.0, 0.0))},
        # A ring on a white ground, as shops show it.
        {
            "facts": MADE._replace(width=1600, height=900),
            "seen": replace(DRAWN, focus=replace(SHARP, edged=60)),
        },
    ],
)
def test_what_is_no_screenshot(known):
    assert certain(**known) == set()


def test_memes_and_what_messengers_bring():
    banded = replace(SEEN, screens=replace(PHOTO, caption=0.15))
    lettered = replace(SEEN, screens=replace(PHOTO, outlined=0.04))
    assert certain(facts=MADE, seen=banded) == {"meme"}
    assert certain(facts=MADE, seen=lettered) == {"meme"}
    assert certain(facts=TAKEN, seen=banded) == set()
    sent = of(facts=MADE, name="IMG-20240101-WA0004.jpg")
    assert set(sent) == {"forward"}
    assert 0.4 <= sent["forward"].certainty < CERTAIN
    assert set(of(facts=MADE, name="Screenshot_20240101-101010_com.whatsapp.png")) == {"screenshot"}
    both = of(facts=MADE, name="IMG-20240101-WA0004.jpg", seen=banded)
    assert both["meme"].certainty > of(facts=MADE, seen=banded)["meme"].certainty


def test_a_page_on_a_screen_is_a_screenshot():
    both = replace(DRAWN, papers=Papers(0.4, 1.3))
    assert certain(facts=MADE._replace(format="png", width=1170, height=2532), seen=both) == {"screenshot"}


@pytest.mark.parametrize(
    ("protection", "words"),
    [
        ({"liked": "is a favourite"}, "but it is a favourite"),
        ({"edited": True}, "but it was edited"),
        ({"picked": True}, "but it is the pick of its series"),
        ({"bracketed": True}, "but it is part of an exposure bracket"),
        ({"faces": 2}, "but it shows people"),
    ],
)
def test_what_is_cared_for_is_never_certain(protection, words):
    blurred = replace(SEEN, focus=Focus(4.0, 5.0, 4.0, 5.0, 200, 90))
    told = of(seen=blurred, **protection)["blurred"]
    assert told.certainty == PROTECTED
    assert told.why[-1] == words


def test_a_sharp_face_is_no_blur():
    assert of(seen=replace(SEEN, focus=Focus(4.0, 5.0, 4.0, 5.0, 200, 90)), faces=1, sharp_face=True) == {}


def test_a_favourite_screenshot_stays_and_one_with_people_does_not():
    assert certain(name="Screenshot 1.png", liked="is a favourite") == set()
    assert certain(name="Screenshot 1.png", faces=2, picked=True) == {"screenshot"}


def test_without_pixels_names_and_facts_count():
    assert certain(seen=None, name="Screenshot 1.png") == {"screenshot"}
    assert of(seen=None) == {}


def test_sizes_of_screens_lie_either_way():
    assert is_screen(1170, 2532)
    assert is_screen(2532, 1170)
    assert not is_screen(4000, 3000)
    assert all(short <= long for short, long in SCREENS)


SHARES = st.floats(0, 1)
WIDTHS = st.floats(0, 12)
INSPECTIONS = st.builds(
    Inspection,
    st.integers(1, 1024),
    st.integers(1, 1024),
    st.builds(Focus, WIDTHS, WIDTHS, WIDTHS, WIDTHS, st.integers(0, 256), st.integers(0, 256)),
    st.builds(Tones, st.floats(0, 255), st.floats(0, 255), st.floats(0, 255), SHARES),
    st.builds(Papers, SHARES, st.floats(1, 20)),
    st.builds(Screens, SHARES, SHARES, SHARES, st.integers(0, 500), SHARES, SHARES, st.floats(-1, 1)),
)


@given(INSPECTIONS, st.booleans(), st.booleans())
def test_whatever_is_seen_is_told_in_order_with_a_reason_and_never_certain_of_a_favourite(
    seen, camera, liked
):
    known = Known(TAKEN if camera else MADE, "x.jpg", liked="is a favourite" if liked else "")
    told = suggestions(known, seen)
    assert [one.certainty for one in told] == sorted((one.certainty for one in told), reverse=True)
    assert len({one.kind for one in told}) == len(told)
    for one in told:
        assert isinstance(one.kind, SuggestionKind)
        assert 0 < one.certainty < 1
        assert one.why
        assert not liked or one.certainty <= PROTECTED
