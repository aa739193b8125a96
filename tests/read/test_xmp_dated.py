"""Dates written into XMP sidecars: all else stays byte for byte, or nothing is written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.errors import UnreadableError
from keepers.model import DateClaim
from keepers.read import xmp
from keepers.read.xmp_dated import dated

DATE = "2019-07-04T15:30:00+02:00"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
EXIF = 'xmlns:exif="http://ns.adobe.com/exif/1.0/"'
PHOTOSHOP = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'


def packet(description: str) -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>{description}</rdf:RDF></x:xmpmeta>'.encode()


def originals(data: bytes) -> set[tuple[str, int | None]]:
    return {(claim.wall, claim.offset) for claim in xmp.parsed(data).dates if claim.source == "xmp:original"}


@pytest.mark.parametrize(
    ("date", "wall", "offset"),
    [
        (DATE, "2019-07-04T15:30:00", 120),
        ("2019-07-04T15:30:00", "2019-07-04T15:30:00", None),
        ("1900-06-01T12:00:00-03:30", "1900-06-01T12:00:00", -210),
    ],
)
def test_a_new_sidecar_states_the_date(date: str, wall: str, offset: int | None) -> None:
    assert originals(dated(None, date)) == {(wall, offset)}


def test_the_sidecar_tells_that_a_person_said_so_until_another_program_changes_the_date() -> None:
    made = dated(None, DATE)
    users = [claim for claim in xmp.parsed(made).dates if claim.source == "user"]
    assert users == [DateClaim("user", "2019-07-04T15:30:00", 120)]
    changed = made.replace(b'exif:DateTimeOriginal="2019', b'exif:DateTimeOriginal="2018')
    assert [claim.source for claim in xmp.parsed(changed).dates] == ["xmp:original", "xmp:original"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'<rdf:Description rdf:about="" {EXIF} exif:DateTimeOriginal="2011-01-01T10:00:00" exif:Foo="1"/>',
            f'exif:DateTimeOriginal="{DATE}" exif:Foo="1"/>',
        ),
        (
            f"<rdf:Description rdf:about='' {EXIF} exif:DateTimeOriginal = '2011-01-01' exif:Foo='1'/>",
            f"exif:DateTimeOriginal = \"{DATE}\" exif:Foo='1'/>",
        ),
        (
            f'<rdf:Description rdf:about="" {EXIF}><exif:DateTimeOriginal>2011-01-01</exif:DateTimeOriginal></rdf:Description>',
            f"<exif:DateTimeOriginal>{DATE}</exif:DateTimeOriginal></rdf:Description>",
        ),
        (
            '<rdf:Description rdf:about="" xmlns:e="http://ns.adobe.com/exif/1.0/" e:DateTimeOriginal="2011-01-01"/>',
            f'e:DateTimeOriginal="{DATE}"/>',
        ),
        (
            f'<rdf:Description rdf:about="" {PHOTOSHOP} photoshop:DateCreated="2011"/>',
            f'photoshop:DateCreated="{DATE}"/>',
        ),
    ],
)
def test_a_date_takes_the_place_of_the_old_one(before: str, after: str) -> None:
    made = dated(packet(before), DATE)
    assert after in made.decode()
    assert originals(made) == {("2019-07-04T15:30:00", 120)}


def test_foreign_fields_stay_byte_for_byte() -> None:
    old = packet(
        '\r\n <!-- darktable --><rdf:Description rdf:about="uuid:7" xmlns:darktable="http://darktable.sf.net/" '
        'darktable:history_end="3"\txmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">\r\n'
        "<darktable:masks><rdf:Seq><rdf:li>ä &amp; b</rdf:li></rdf:Seq></darktable:masks></rdf:Description>"
    )
    made = dated(old, DATE)
    added = re.search(rb" <rdf:Description [^>]*/>\n ", made)
    assert added is not None
    assert made.replace(added[0], b"") == old
    assert b'rdf:about="uuid:7"' in added[0]
    assert xmp.parsed(made).rating == 4
    assert dated(made, DATE) == made


@pytest.mark.parametrize(
    "old",
    [
        b"",
        b"no xml",
        b"<a/>",
        f"<rdf:RDF {RDF}/>".encode(),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + packet("<rdf:Description rdf:about=''>&b;</rdf:Description>"),
        packet("").decode().encode("utf-16"),
        packet(f"<!-- {EXIF} exif:DateTimeOriginal='2011' --><rdf:Description rdf:about='' exif:DateTimeOriginal='2011'/>"),
        packet(f"<rdf:Description rdf:about='' {EXIF}><exif:DateTimeOriginal><![CDATA[2011]]></exif:DateTimeOriginal>"
               "</rdf:Description>"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_left_alone(old: bytes) -> None:
    if old == b"":
        assert originals(dated(old, DATE))
        return
    with pytest.raises(UnreadableError):
        dated(old, DATE)


@given(st.binary(max_size=300) | st.text(max_size=200).map(packet))
def test_no_sidecar_breaks_it(old: bytes) -> None:
    try:
        made = dated(old, DATE)
    except UnreadableError:
        return
    assert originals(made) == {("2019-07-04T15:30:00", 120)}
