"""Dates of the files of a folder: each source, refusals, time zones, cameras with wrong clocks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim, Taken
from keepers.read import dates
from keepers.read import exif as exif_tags
from keepers.read.dates import Evidence

HOME = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MTIME = int(datetime(2024, 1, 2, 3, 4, 5, tzinfo=HOME).timestamp()) * 10**9
WALL = "2019-07-04T15:30:00"
TOKYO = (35.68, 139.77)
PHONE, REFLEX = "Apple iPhone 12", "Canon EOS 6D"


def photo(
    *claims: DateClaim,
    name: str = "IMG_1234.JPG",
    camera: str = "",
    position: tuple[float, float] | None = None,
    folder: str = "/photos",
) -> Evidence:
    return Evidence(claims, name, folder, MTIME, camera, position)


def exif(wall: str = WALL, offset: int | None = None) -> DateClaim:
    return DateClaim("exif:original", wall, offset)


def taken(*files: Evidence, shifts: Mapping[str, timedelta] | None = None) -> list[Taken]:
    return dates.taken_all(files, NOW, HOME, shifts or {})


@pytest.mark.parametrize(
    ("claim", "at", "source", "certain"),
    [
        (DateClaim("user", WALL), "2019-07-04T15:30:00+02:00", "user", True),
        (DateClaim("user", WALL, 540), "2019-07-04T15:30:00+09:00", "user", True),
        (DateClaim("user", "2000-01-01T00:00:00"), "2000-01-01T00:00:00+01:00", "user", True),
        (DateClaim("exif:original", WALL), "2019-07-04T15:30:00+02:00", "exif", True),
        (DateClaim("exif:digitized", WALL), "2019-07-04T15:30:00+02:00", "exif", True),
        (DateClaim("gps", WALL, 0), "2019-07-04T17:30:00+02:00", "gps", True),
        (DateClaim("xmp:original", WALL, 60), "2019-07-04T15:30:00+01:00", "xmp", True),
        (DateClaim("xmp:digitized", WALL), "2019-07-04T15:30:00+02:00", "xmp", True),
        (DateClaim("quicktime:creation", WALL, 540), "2019-07-04T15:30:00+09:00", "quicktime", True),
        (DateClaim("quicktime:header", WALL, 0), "2019-07-04T17:30:00+02:00", "quicktime", True),
        (DateClaim("quicktime:header", WALL), "2019-07-04T15:30:00+02:00", "quicktime", True),
        (DateClaim("takeout", WALL, 0), "2019-07-04T17:30:00+02:00", "takeout", True),
        (DateClaim("icloud", WALL, 0), "2019-07-04T17:30:00+02:00", "icloud", True),
        (DateClaim("picasa", WALL), "2019-07-04T15:30:00+02:00", "picasa", True),
        (DateClaim("png:text", WALL), "2019-07-04T15:30:00+02:00", "png", True),
        (DateClaim("picasa:folder", "2019-07-04"), "2019-07-04T12:00:00+02:00", "picasa", False),
        (DateClaim("exif:modified", WALL), "2019-07-04T15:30:00+02:00", "exif", False),
        (DateClaim("xmp:modified", WALL), "2019-07-04T15:30:00+02:00", "xmp", False),
        (DateClaim("png:modified", WALL, 0), "2019-07-04T17:30:00+02:00", "png", False),
        (DateClaim("nobody", WALL), "2024-01-02T03:04:05+01:00", "mtime", False),
    ],
)
def test_each_source_by_itself(claim: DateClaim, at: str, source: str, certain: bool) -> None:
    (found,) = taken(photo(claim))
    assert (found.at.isoformat(), found.source, found.certain, found.note) == (at, source, certain, "")


ORDER = [
    "user", "exif:original", "exif:digitized", "gps", "xmp:original", "xmp:digitized", "quicktime:creation",
    "quicktime:header", "takeout", "icloud", "picasa", "png:text", "picasa:folder", "exif:modified", "xmp:modified",
    "png:modified",
]  # fmt: skip


@pytest.mark.parametrize("better", range(len(ORDER) - 1))
def test_the_better_source_wins(better: int) -> None:
    claims = [DateClaim(source, f"2019-07-{10 + day}T12:00:00") for day, source in enumerate(ORDER)]
    (found,) = taken(photo(*reversed(claims[better:])))
    assert found.at.day == 10 + better


@pytest.mark.parametrize(
    ("name", "source"),
    [("IMG_20190801_101112.jpg", "filename"), ("Screenshot_20190801-101112.png", "png")],
)
def test_only_names_by_cameras_outrank_png_text(name: str, source: str) -> None:
    (found,) = taken(photo(DateClaim("png:text", WALL), name=name))
    assert found.source == source


@pytest.mark.parametrize(
    ("wall", "note"),
    [
        ("2000-01-01T00:00:00", "EXIF says 2000-01-01 00:00:00, a clock that was never set"),
        ("1970-01-01T01:00:00", "EXIF says 1970-01-01 01:00:00, a clock that was never set"),
        ("1969-12-31T19:00:00", "EXIF says 1969-12-31 19:00:00, a clock that was never set"),
        ("1980-01-01T00:03:00", "EXIF says 1980-01-01 00:03:00, a clock that was never set"),
        ("0000-00-00T00:00:00", "EXIF says 0000-00-00 00:00:00, no date"),
        ("2019-02-30T10:00:00", "EXIF says 2019-02-30 10:00:00, no date"),
        ("1825-12-31T23:59:59", "EXIF says 1825-12-31 23:59:59, before the first photograph"),
        ("2099-05-05T05:05:05", "EXIF says 2099-05-05 05:05:05, in the future"),
        ("2026-11-23T12:00:00", "EXIF says 2026-11-23 12:00:00, in the future"),
    ],
)
def test_nonsense_is_refused_and_said(wall: str, note: str) -> None:
    (weak,) = taken(photo(exif(wall)))
    assert (weak.source, weak.certain, weak.note) == ("mtime", False, note)
    (named,) = taken(photo(exif(wall), name="IMG_20110708_091011.jpg"))
    assert (named.at.isoformat(), named.source, named.note) == ("2011-07-08T09:10:11+02:00", "filename", note)


def test_everything_that_was_refused_is_said() -> None:
    (found,) = taken(
        photo(
            exif("1970-01-01T00:00:00"),
            DateClaim("xmp:original", "2099-01-01"),
            DateClaim("takeout", WALL, 0),
        )
    )
    assert found.source == "takeout"
    assert found.note == (
        "EXIF says 1970-01-01 00:00:00, a clock that was never set; XMP says 2099-01-01 12:00:00, in the future"
    )


@pytest.mark.parametrize(
    "wall", ["1826-06-01T12:00:00", "2000-01-01T00:01:00", "1969-12-31T12:00:00", "2026-11-22T12:00:00"]
)
def test_what_may_be_true_is_believed(wall: str) -> None:
    (found,) = taken(photo(exif(wall)))
    assert (found.source, found.at.replace(tzinfo=None).isoformat()) == ("exif", wall)


def test_a_modification_time_of_1970_is_told_as_such() -> None:
    (found,) = taken(Evidence((), "a.jpg", "/photos", 0))
    assert (found.source, found.note) == (
        "mtime",
        "the modification time says 1970-01-01 01:00:00, a clock that was never set",
    )


@pytest.mark.parametrize(
    ("folder", "note"),
    [
        ("/photos/2011/10", "the folder says 2011-10"),
        ("/photos/2011/Urlaub", "the folder says 2011"),
        ("/photos/2024/01", ""),
        ("/photos/2024", ""),
        ("/photos/misc", ""),
    ],
)
def test_a_folder_that_contradicts_the_modification_time_is_said(folder: str, note: str) -> None:
    (found,) = taken(photo(folder=folder))
    assert (found.source, found.note) == ("mtime", note)


def test_a_day_in_a_name_takes_its_time_from_evidence_of_that_day() -> None:
    name = "IMG-20190704-WA0001.jpg"
    (found,) = taken(photo(DateClaim("exif:modified", WALL), name=name))
    assert (found.at.isoformat(), found.source) == ("2019-07-04T15:30:00+02:00", "filename")
    (other,) = taken(photo(DateClaim("exif:modified", "2019-07-05T15:30:00"), name=name))
    assert other.at.isoformat() == "2019-07-04T12:00:00+02:00"


@pytest.mark.parametrize(
    ("claims", "position", "at"),
    [
        ((exif(offset=-480),), TOKYO, "2019-07-04T15:30:00-08:00"),
        ((exif(), DateClaim("exif:digitized", WALL, -480)), TOKYO, "2019-07-04T15:30:00-08:00"),
        (
            (exif(f"{WALL}.120"), DateClaim("xmp:original", WALL, -480)),
            None,
            "2019-07-04T15:30:00.120000-08:00",
        ),
        (
            (exif(), DateClaim("exif:digitized", "2019-07-04T15:31:00", -480)),
            None,
            "2019-07-04T15:30:00+02:00",
        ),
        ((exif(), DateClaim("exif:modified", WALL, -480)), None, "2019-07-04T15:30:00+02:00"),
        ((exif(), DateClaim("gps", "2019-07-04T06:30:20", 0)), None, "2019-07-04T15:30:00+09:00"),
        ((exif(), DateClaim("gps", "2019-07-04T09:45:00", 0)), None, "2019-07-04T15:30:00+05:45"),
        ((exif(), DateClaim("gps", "2019-07-04T09:37:00", 0)), None, "2019-07-04T15:30:00+02:00"),
        ((exif(), DateClaim("gps", "2019-07-01T06:30:00", 0)), TOKYO, "2019-07-04T15:30:00+09:00"),
        ((exif(),), TOKYO, "2019-07-04T15:30:00+09:00"),
        ((exif("2019-01-04T15:30:00"),), (40.7, -74.0), "2019-01-04T15:30:00-05:00"),
        ((exif(),), (40.7, -74.0), "2019-07-04T15:30:00-04:00"),
        ((exif(),), (0.0, -150.0), "2019-07-04T15:30:00-10:00"),
        ((exif(),), (95.0, 400.0), "2019-07-04T15:30:00+02:00"),
        ((exif(offset=9999),), None, "2019-07-04T15:30:00+02:00"),
        ((DateClaim("gps", "2019-07-04T06:30:00", 0),), TOKYO, "2019-07-04T15:30:00+09:00"),
        ((DateClaim("takeout", "2019-07-04T06:30:00", 0),), TOKYO, "2019-07-04T15:30:00+09:00"),
        ((DateClaim("quicktime:header", "2019-07-04T06:30:00", 0),), TOKYO, "2019-07-04T15:30:00+09:00"),
    ],
)
def test_the_zone_is_in_the_file_or_at_its_position(
    claims: Sequence[DateClaim], position: tuple[float, float] | None, at: str
) -> None:
    assert taken(photo(*claims, position=position))[0].at.isoformat() == at


def test_offset_time_speaks_of_the_last_change_only() -> None:
    stamp = "2019:07:04 15:30:00"
    tags = exif_tags.Exif(
        {0x0132: stamp}, {0x9003: stamp, 0x9004: stamp, 0x9010: "+09:00", 0x9012: "+02:00"}, {}
    )
    assert {claim.source: claim.offset for claim in exif_tags.claims(tags)} == {
        "exif:original": None, "exif:digitized": 120, "exif:modified": 540,
    }  # fmt: skip


def test_photos_without_a_zone_take_it_from_the_nearest_of_their_camera() -> None:
    found = taken(
        photo(exif("2019-07-04T10:00:00", 540), camera=PHONE),
        photo(exif("2019-07-04T11:00:00"), camera=PHONE),
        photo(DateClaim("takeout", "2019-07-04T03:00:00", 0), camera=PHONE),
        photo(exif("2019-07-05T09:00:00"), camera=PHONE),
        photo(exif("2019-07-05T10:00:00", 120), camera=PHONE),
        photo(exif("2019-07-20T10:00:00"), camera=PHONE),
        photo(exif("2019-07-04T10:30:00"), camera=REFLEX),
        photo(exif("2019-07-04T10:30:00")),
    )
    assert [one.at.isoformat()[11:] for one in found] == [
        "10:00:00+09:00", "11:00:00+09:00", "12:00:00+09:00", "09:00:00+02:00", "10:00:00+02:00", "10:00:00+02:00",
        "10:30:00+02:00", "10:30:00+02:00",
    ]  # fmt: skip


def test_neighbours_by_position_know_summer_time() -> None:
    found = taken(
        photo(exif("2019-03-10T01:30:00"), camera=PHONE, position=(40.7, -74.0)),
        photo(exif("2019-03-10T04:00:00"), camera=PHONE),
    )
    assert [one.at.isoformat() for one in found] == ["2019-03-10T01:30:00-05:00", "2019-03-10T04:00:00-04:00"]


def test_a_camera_that_shows_one_time_in_two_zones_is_no_witness() -> None:
    found = taken(
        photo(exif(offset=540), camera=PHONE),
        photo(exif(offset=-480), camera=PHONE),
        photo(exif(), camera=PHONE),
    )
    assert found[2].at.isoformat() == "2019-07-04T15:30:00+02:00"


@pytest.mark.parametrize(
    ("header", "name", "at"),
    [
        # The header is UTC, the name is local: the zone is what lies between.
        ("2019-07-04T06:30:01", "VID_20190704_153000.mp4", "2019-07-04T15:30:01+09:00"),
        # The header holds local time.
        ("2019-07-04T15:30:01", "VID_20190704_153000.mp4", "2019-07-04T15:30:01+02:00"),
        # No zone lies between.
        ("2019-07-04T06:40:01", "VID_20190704_153000.mp4", "2019-07-04T08:40:01+02:00"),
        ("2019-07-04T06:30:01", "PXL_20190704_063000123.mp4", "2019-07-04T08:30:01+02:00"),
        ("2019-07-04T06:30:01", "MVI_1234.MOV", "2019-07-04T08:30:01+02:00"),
    ],
)
def test_the_name_of_a_film_tells_what_its_header_means(header: str, name: str, at: str) -> None:
    assert taken(photo(DateClaim("quicktime:header", header, 0), name=name))[0].at.isoformat() == at


@pytest.mark.parametrize(
    ("claim", "name", "at"),
    [
        # Pixels name in UTC what EXIF tells in local time; Facebook tells when a copy was made.
        (exif(), "PXL_20190704_063000123.jpg", "2019-07-04T15:30:00+09:00"),
        (exif(), "PXL_20190704_063130123.jpg", "2019-07-04T15:30:00+09:00"),
        (exif(), "PXL_20190704_062200123.jpg", "2019-07-04T15:30:00+02:00"),
        (exif(), "FB_IMG_1562221800123.jpg", "2019-07-04T15:30:00+09:00"),
        (exif(), "FB_IMG_1562221890123.jpg", "2019-07-04T15:30:00+02:00"),
        (DateClaim("takeout", WALL, 0), "Screenshot_20190704-113001.png", "2019-07-04T11:30:00-04:00"),
        (DateClaim("takeout", WALL, 0), "Screenshot_20190704-113101.png", "2019-07-04T17:30:00+02:00"),
        (DateClaim("takeout", WALL, 0), "Screenshot_20190704-154500.png", "2019-07-04T17:30:00+02:00"),
    ],
)
def test_a_name_and_a_claim_of_one_moment_tell_the_zone(claim: DateClaim, name: str, at: str) -> None:
    assert taken(photo(claim, name=name))[0].at.isoformat() == at


@pytest.mark.parametrize(
    ("before", "header", "after", "hour"),
    [
        ("10:00:00", "10:05:00", "10:10:00", 10),
        ("12:00:00", "10:05:00", "12:10:00", 12),
        ("09:00:00", "10:05:00", "14:00:00", 12),
        ("08:00:00", "10:05:00", "08:10:00", 12),
        (None, "10:05:00", "10:10:00", 10),
        ("10:00:00", "10:05:00", None, 10),
        (None, "10:05:00", "12:10:00", 12),
        (None, "10:05:00", None, 12),
    ],
)
def test_photos_numbered_around_a_film_tell_what_its_header_means(
    before: str | None, header: str, after: str | None, hour: int
) -> None:
    film = photo(DateClaim("quicktime:header", f"2019-07-04T{header}", 0), name="MVI_0102.MOV")
    files = [film]
    for name, time in (("IMG_0101.JPG", before), ("IMG_0103.JPG", after)):
        if time is not None:
            files.append(photo(exif(f"2019-07-04T{time}"), name=name, camera=REFLEX))
    assert taken(*files)[0].at.isoformat() == f"2019-07-04T{hour}:05:00+02:00"


def test_photos_of_other_cameras_and_far_numbers_tell_nothing_of_a_film() -> None:
    def film(camera: str) -> Evidence:
        return photo(
            DateClaim("quicktime:header", "2019-07-04T10:05:00", 0), name="MVI_0102.MOV", camera=camera
        )

    here = photo(exif("2019-07-04T10:00:00"), name="IMG_0101.JPG", camera=REFLEX)
    far = photo(exif("2019-07-04T10:00:00"), name="IMG_0201.JPG", camera=REFLEX)
    other = photo(exif("2019-07-04T10:10:00"), name="IMG_0103.JPG", camera=PHONE)
    assert taken(film(REFLEX), here)[0].at.hour == 10
    assert taken(film(PHONE), here)[0].at.hour == 12
    assert taken(film(""), far)[0].at.hour == 12
    assert taken(film(""), here, other)[0].at.hour == 12


def test_an_accepted_clock_moves_what_the_camera_wrote_and_nothing_else() -> None:
    found = taken(
        photo(exif(), camera=REFLEX),
        photo(exif(), camera=PHONE),
        photo(DateClaim("takeout", WALL, 0), camera=REFLEX),
        photo(DateClaim("user", WALL), camera=REFLEX),
        photo(camera=REFLEX),
        shifts={REFLEX: timedelta(hours=-1, seconds=-3)},
    )
    assert [one.at.isoformat()[11:19] for one in found] == [
        "14:29:57", "15:30:00", "17:30:00", "15:30:00", "03:04:05",
    ]  # fmt: skip
    assert [one.note for one in found] == [f"the clock of {REFLEX} is corrected by -1:00:03", "", "", "", ""]


def test_one_file_is_judged_as_a_folder_of_one() -> None:
    file = photo(exif("1970-01-01"), name="IMG_20110708_091011.jpg")
    one = dates.taken(file.claims, file.name, file.folder, file.mtime_ns, NOW, HOME)
    assert [one] == taken(file)


SOURCES = st.sampled_from([*ORDER, "other"])
CLAIMS = st.builds(
    DateClaim,
    SOURCES,
    st.text(max_size=20) | st.datetimes().map(datetime.isoformat) | st.dates().map(str),
    st.none() | st.integers(-1000, 1000) | st.just(0),
)
DEGREES = st.floats(-200, 200) | st.just(float("nan"))
FILES = st.builds(
    Evidence,
    st.lists(CLAIMS, max_size=4),
    st.text(max_size=20) | st.sampled_from(["IMG_0001.JPG", "MVI_0002.MOV", "VID_20190704_153000.mp4"]),
    st.text(max_size=20),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["", PHONE, REFLEX]),
    st.none() | st.tuples(DEGREES, DEGREES),
)


@given(st.lists(FILES, max_size=5), st.timedeltas(timedelta(days=-9000), timedelta(days=9000)))
def test_any_folder_is_dated(files: list[Evidence], shift: timedelta) -> None:
    found = taken(*files, shifts={REFLEX: shift})
    assert len(found) == len(files)
    for one in found:
        assert one.at.utcoffset() is not None
        assert one.at.timestamp() == one.at.timestamp()
        assert datetime.fromisoformat(one.at.isoformat()) == one.at


@given(
    st.datetimes(datetime(1840, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 (wall times)
    st.none() | st.integers(-720, 840),
    st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.sampled_from(["exif:original", "xmp:original", "user", "quicktime:creation"]),
)
def test_the_wall_time_is_kept(
    wall: datetime, offset: int | None, position: tuple[float, float] | None, source: str
) -> None:
    claim = DateClaim(source, wall.isoformat(), offset)
    (found,) = taken(photo(claim, position=position))
    if found.source != "mtime":
        assert found.at.replace(tzinfo=None) == wall
        assert offset is None or found.at.utcoffset() == timedelta(minutes=offset)


@given(
    st.datetimes(datetime(1840, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 (times in UTC)
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_a_moment_in_utc_is_kept(utc: datetime, position: tuple[float, float]) -> None:
    (found,) = taken(photo(DateClaim("takeout", utc.isoformat(), 0), position=position))
    if found.source != "mtime":
        assert found.at == utc.replace(tzinfo=UTC)


@given(
    st.permutations(
        [photo(exif(f"2019-07-04T1{n}:00:00", 540 if n % 2 else None), camera=PHONE) for n in range(5)]
    )
)
def test_the_order_of_the_files_means_nothing(files: list[Evidence]) -> None:
    found = dict(zip([file.claims for file in files], taken(*files), strict=True))
    assert {one.at.tzinfo for one in found.values()} == {timezone(timedelta(hours=9))}
    assert sorted(one.at.hour for one in found.values()) == [10, 11, 12, 13, 14]
