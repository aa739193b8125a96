"""Time zones of the files of a folder: from the files, their positions and names, and the photos beside them."""

from collections.abc import Sequence

import pytest

from keepers.model import DateClaim
from keepers.read import exif as exif_tags
from keepers.read.dates import Evidence
from tests.read.evidence import PHONE, REFLEX, TOKYO, WALL, exif, photo, taken


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
