"""Capture times from evidence that disagrees."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim
from keepers.read import dates

HOME = timezone(timedelta(hours=2))
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MTIME = datetime(2024, 1, 2, 3, 4, 5, tzinfo=HOME)


def taken(*claims, name="IMG_1234.JPG", folder="/photos", mtime=MTIME):
    return dates.taken(claims, name, folder, int(mtime.timestamp()) * 10**9, NOW, HOME)


ORIGINAL = DateClaim("exif:original", "2011-08-09T23:30:00")
DIGITIZED = DateClaim("exif:digitized", "2011-08-09T23:31:00")
MODIFIED = DateClaim("exif:modified", "2011-08-09T23:32:00")
GPS = DateClaim("gps", "2011-08-09T14:30:00", 0)


@pytest.mark.parametrize(
    ("name", "at", "certain"),
    [
        ("IMG_20110304_101112.jpg", "2011-03-04T10:11:12+02:00", True),
        ("IMG_20110304_101112_1.jpg", "2011-03-04T10:11:12+02:00", True),
        ("IMG_20110306_101112_BURST001_COVER.jpg", "2011-03-06T10:11:12+02:00", True),
        ("PXL_20110307_101112345.jpg", "2011-03-07T12:11:12.345000+02:00", True),
        ("PXL_20110309_101112345~2.jpg", "2011-03-09T12:11:12.345000+02:00", True),
        ("MVIMG_20110310_101112.jpg", "2011-03-10T10:11:12+02:00", True),
        ("20110312_101112(0).jpg", "2011-03-12T10:11:12+02:00", True),
        ("DJI_20110325101112_0001_D.JPG", "2011-03-25T10:11:12+02:00", True),
        ("WIN_20110324_10_11_12_Pro.jpg", "2011-03-24T10:11:12+02:00", True),
        ("IMG_20110327T101112.jpg", "2011-03-27T10:11:12+02:00", True),
        ("Screenshot_20110313-101112.png", "2011-03-13T10:11:12+02:00", False),
        ("Screenshot_2011-03-14-10-11-12-345_com.whatsapp.png", "2011-03-14T10:11:12+02:00", False),
        ("Screenshot 2011-03-15 at 10.11.12.png", "2011-03-15T10:11:12+02:00", False),
        ("Screenshot 2011-03-16 at 2.11.12 PM.png", "2011-03-16T14:11:12+02:00", False),
        ("Screenshot 2011-03-16 at 12.11.12 AM.png", "2011-03-16T00:11:12+02:00", False),
        ("Bildschirmfoto 2011-03-17 um 10.11.12.png", "2011-03-17T10:11:12+02:00", False),
        ("WhatsApp Image 2011-03-18 at 10.11.12.jpeg", "2011-03-18T10:11:12+02:00", False),
        ("signal-2011-03-19-101112.jpg", "2011-03-19T10:11:12+02:00", False),
        ("photo_2011-03-20_10-11-12.jpg", "2011-03-20T10:11:12+02:00", False),
        ("2011-03-22 10.11.12-2.jpg", "2011-03-22T10:11:12+02:00", False),
        ("Photo on 2011-03-26 at 10.11.jpg", "2011-03-26T10:11:00+02:00", False),
        ("Scan 2011-03-28.jpg", "2011-03-28T12:00:00+02:00", False),
        ("IMG-20110329-WA0001.jpg", "2011-03-29T12:00:00+02:00", False),
        ("FB_IMG_1301566272000.jpg", "2011-03-31T12:11:12+02:00", False),
    ],
)
def test_names_state_dates(name, at, certain):
    found = taken(name=name)
    assert (found.at.isoformat(), found.source, found.certain) == (at, "filename", certain)


@pytest.mark.parametrize(
    "name",
    [
        "received_10157000000000000.jpeg",
        "DSC_20181.JPG",
        "IMG_1234.JPG",
        "20201345_999999.jpg",
        "IMG_00000000_000000.jpg",
        "P1010203.JPG",
        "19000101_000000.jpg",
        "5551231234567.jpg",
        "20110230_101112.jpg",
        "IMG_29991231_101112.jpg",
    ],
)
def test_numbers_in_names_are_not_all_dates(name):
    found = taken(name=name)
    assert (found.at, found.source, found.certain) == (MTIME, "mtime", False)


@pytest.mark.parametrize(
    ("claims", "at", "source", "certain"),
    [
        ((MODIFIED, DIGITIZED, ORIGINAL), "2011-08-09T23:30:00+02:00", "exif", True),
        ((MODIFIED, DIGITIZED), "2011-08-09T23:31:00+02:00", "exif", True),
        ((MODIFIED,), "2011-08-09T23:32:00+02:00", "exif", False),
        ((GPS,), "2011-08-09T16:30:00+02:00", "gps", True),
        ((ORIGINAL, GPS), "2011-08-09T23:30:00+09:00", "exif", True),
        (
            (DateClaim("exif:original", "2011-08-09T23:30:00", -480),),
            "2011-08-09T23:30:00-08:00",
            "exif",
            True,
        ),
        (
            (DateClaim("exif:original", "2011-08-09T23:30:00.456"),),
            "2011-08-09T23:30:00.456000+02:00",
            "exif",
            True,
        ),
        ((DateClaim("xmp:original", "2011-09-10"),), "2011-09-10T12:00:00+02:00", "xmp", True),
        (
            (DateClaim("quicktime:header", "2020-05-11T14:18:35", 0),),
            "2020-05-11T16:18:35+02:00",
            "quicktime",
            True,
        ),
        ((DateClaim("png:modified", "2015-01-02T03:04:05", 0),), "2015-01-02T05:04:05+02:00", "png", False),
    ],
)
def test_the_best_claim_wins(claims, at, source, certain):
    found = taken(*claims)
    assert (found.at.isoformat(), found.source, found.certain) == (at, source, certain)


@pytest.mark.parametrize(
    "wall",
    [
        "0000-00-00T00:00:00",
        "1970-01-01T00:00:00",
        "2000-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "1825-01-01T00:00:00",
        "2019-13-45T25:61:61",
        "words",
        "",
        "2026-11-23T12:00:00",
    ],
)
def test_nonsense_falls_to_the_next_evidence(wall):
    claim = DateClaim("exif:original", wall)
    assert taken(claim).source == "mtime"
    assert taken(claim, name="IMG_20110708_091011.jpg").at.isoformat() == "2011-07-08T09:10:11+02:00"


def test_midnight_of_the_millennium_is_refused_but_not_the_party():
    assert taken(DateClaim("exif:original", "2000-01-01T00:01:00")).source == "exif"


def test_gps_and_clock_that_disagree_say_nothing_of_the_zone():
    apart = DateClaim("gps", "2011-08-09T14:22:00", 0)
    assert taken(ORIGINAL, apart).at.isoformat() == "2011-08-09T23:30:00+02:00"


@pytest.mark.parametrize(
    ("folder", "at", "source"),
    [
        ("/photos/2011-10-11 Oma", "2011-10-11T12:00:00+02:00", "folder"),
        ("/photos/20111011_Oma/scans", "2011-10-11T12:00:00+02:00", "folder"),
        ("/photos/2011/10", "2024-01-02T03:04:05+02:00", "mtime"),
        ("/photos/2024-01-02", "2024-01-02T03:04:05+02:00", "folder"),
    ],
)
def test_a_folder_may_state_the_day(folder, at, source):
    found = taken(folder=folder)
    assert (found.at.isoformat(), found.source, found.certain) == (at, source, False)


TEXT = st.text(max_size=40)


@given(
    claims=st.lists(
        st.builds(
            DateClaim,
            st.sampled_from(["exif:original", "gps", "xmp:original", "png:text", "other"]),
            TEXT | st.datetimes().map(lambda at: at.isoformat()),
            st.none() | st.integers(-840, 840),
        ),
        max_size=4,
    ),
    name=TEXT,
    folder=TEXT,
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
)
def test_any_evidence_gives_an_aware_time_in_bounds_or_the_mtime(claims, name, folder, mtime_ns):
    found = dates.taken(claims, name, folder, mtime_ns, NOW, HOME)
    assert found.at.tzinfo is not None
    if found.source != "mtime":
        assert found.at.year >= 1826
        assert found.at <= NOW + timedelta(days=1)
    else:
        assert not found.certain


@given(order=st.permutations([ORIGINAL, DIGITIZED, MODIFIED, GPS]))
def test_the_order_of_the_claims_means_nothing(order):
    assert taken(*order) == taken(ORIGINAL, DIGITIZED, MODIFIED, GPS)
