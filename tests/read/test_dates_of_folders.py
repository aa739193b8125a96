"""Dates of the files of a folder: each source, refusals, cameras with wrong clocks, and whatever else files say."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import DateClaim
from keepers.read import dates
from keepers.read.dates import Evidence
from tests.read.evidence import HOME, NOW, PHONE, REFLEX, WALL, exif, photo, taken


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
