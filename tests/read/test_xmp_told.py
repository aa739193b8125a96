"""Sidecars that are told more: everything that was in them stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.errors import UnreadableError
from keepers.model import DateClaim, Facts
from keepers.read import xmp, xmp_told

NOTHING = Facts("", 0, 0)
WHOLE = NOTHING._replace(
    rating=4,
    keywords=("sea & sun", "Ωmega"),
    people=("Ann <x>",),
    description="on the beach",
    position=(-34.5, 151.25),
    dates=(DateClaim("inherited", "2019-07-04T15:30:00+02:00"),),
)
LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xap:Rating="2" crs:Exposure2012="+0.35">
  <dc:subject><rdf:Bag><rdf:li>dog</rdf:li></rdf:Bag></dc:subject>
  <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_a_new_sidecar_says_it_all() -> None:
    made = xmp.parsed(xmp_told.told(None, WHOLE))
    assert (made.rating, made.keywords, made.people) == (4, WHOLE.keywords, WHOLE.people)
    assert (made.description, made.position) == ("on the beach", (-34.5, 151.25))
    assert [(claim.source, claim.wall, claim.offset) for claim in made.dates] == [
        ("xmp:original", "2019-07-04T15:30:00", 120)
    ]


def test_what_others_wrote_stays() -> None:
    made = xmp_told.told(LIGHTROOM, WHOLE)
    read = xmp.parsed(made)
    assert read.keywords == ("dog", *WHOLE.keywords)
    assert read.rating == 4
    assert b'crs:Exposure2012="+0.35"' in made
    assert b"<crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>" in made
    assert b"xap:Rating" not in made


def test_nothing_new_changes_nothing() -> None:
    assert xmp_told.told(LIGHTROOM, NOTHING._replace(keywords=("dog",), rating=2)) == LIGHTROOM
    assert xmp_told.told(None, NOTHING) == b""
    made = xmp_told.told(LIGHTROOM, WHOLE)
    assert xmp_told.told(made, WHOLE) == made


@pytest.mark.parametrize(
    "packet",
    [
        b"not XML",
        LIGHTROOM[:-20],
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + LIGHTROOM,
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        LIGHTROOM.replace(b"<dc:subject>", b"<!-- <dc:subject> --><dc:subject>").replace(
            b"</crs:ToneCurve>", b"</crs:ToneCurve><!-- </dc:subject> -->"
        ),
    ],
)
def test_what_is_not_understood_is_left_alone(packet: bytes) -> None:
    with pytest.raises(UnreadableError):
        xmp_told.told(packet, WHOLE)


def test_several_languages_are_left_alone() -> None:
    text = (
        b'<dc:description><rdf:Alt><rdf:li xml:lang="de">Meer</rdf:li><rdf:li xml:lang="en">Sea</rdf:li></rdf:Alt>'
        b"</dc:description>"
    )
    packet = LIGHTROOM.replace(b"<dc:subject>", text + b"<dc:subject>")
    with pytest.raises(UnreadableError, match="languages"):
        xmp_told.told(packet, WHOLE)
    assert b"Meer" in xmp_told.told(packet, NOTHING._replace(rating=5))


@given(
    st.lists(st.text(min_size=1, max_size=8), max_size=3),
    st.sampled_from([None, 0, 5, -1]),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.none(),
)
def test_any_words_come_back_or_are_refused(
    keywords: list[str], rating: int | None, position: tuple[float, float] | None
) -> None:
    wanted = NOTHING._replace(keywords=tuple(dict.fromkeys(keywords)), rating=rating, position=position)
    try:
        made = xmp_told.told(LIGHTROOM, wanted)
    except UnreadableError:
        return
    read = xmp.parsed(made)
    assert set(wanted.keywords) | {"dog"} <= set(read.keywords)
    assert rating is None or read.rating == rating
    if position is not None and read.position is not None:
        assert abs(read.position[0] - position[0]) < 1e-6
        assert abs(read.position[1] - position[1]) < 1e-6
